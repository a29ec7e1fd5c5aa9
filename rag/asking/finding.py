"""A question in, what is found for it out; of a subject also beyond the days that are named."""

from __future__ import annotations

from dataclasses import replace

from rag.kinds.overview import articles_on
from rag.question.asked import Asked
from rag.records import Filters, Found, QuestionKind
from rag.retrieval.find import Retriever

_ON_A_SUBJECT = frozenset({QuestionKind.OVERVIEW, QuestionKind.COURSE})

_REPORTED = 3
"""Days after an event within which it is reported."""


def found_for(asked: Asked, filters: Filters, retriever: Retriever) -> Found:
    """What is found for a question.

    For one on a subject that no article is about within the days that it names, what those say that
    were published soon after them (of an event on that day); else (最近) what all others say, and the
    words that named the days are then ``dropped``.
    """
    found = retriever.find(asked.text, filters, asked.kind)
    limits = found.filters
    if asked.kind not in _ON_A_SUBJECT or not (limits.read or limits.dropped):
        return found

    def tells(one: Found) -> bool:
        return bool(articles_on(one, retriever.library, asked.language))

    if limits.read and tells(found):
        return found
    if limits.dropped or (limits.date_from and limits.date_to):  # and no open end
        soon = retriever.find(asked.text, filters, asked.kind, days_after=_REPORTED)
        if soon.filters.read and soon.filters.date_from and tells(soon):
            return soon
    if limits.dropped:
        return found
    wider = retriever.find(found.question, replace(filters, from_question=False), asked.kind)
    if not tells(wider):
        return found
    return replace(wider, filters=replace(wider.filters, dropped=limits.read))
