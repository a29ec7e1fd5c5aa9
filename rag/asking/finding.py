"""A question in, what is found for it out; of a subject also beyond the days that are named."""

from __future__ import annotations

from dataclasses import replace

from rag.kinds.overview import articles_on
from rag.question.asked import Asked
from rag.records import Filters, Found, QuestionKind
from rag.retrieval.find import Retriever

_ON_A_SUBJECT = frozenset({QuestionKind.OVERVIEW, QuestionKind.COURSE})


def found_for(asked: Asked, filters: Filters, retriever: Retriever) -> Found:
    """What is found for a question.

    For one on a subject that no article is about within the days that it names (最近), what the
    others say; the words that named them are then ``dropped``.
    """
    found = retriever.find(asked.text, filters, asked.kind)
    limited = asked.kind in _ON_A_SUBJECT and found.filters.read
    if not limited or articles_on(found, retriever.library, asked.language):
        return found
    wider = retriever.find(found.question, replace(filters, from_question=False), asked.kind)
    if not articles_on(wider, retriever.library, asked.language):
        return found
    return replace(wider, filters=replace(wider.filters, dropped=found.filters.read))
