"""A question and filters in, the ranked articles out, within the limits that the question names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.embedding.encoder import Encoder
from index.library.library import Library
from index.text.dates.periods import shift
from index.text.language import Language, detect_language
from rag.question.limits import Role, Understood, understand
from rag.question.subject import subject_of
from rag.question.words import WordTeller
from rag.records import (
    EVIDENCE_ARTICLES,
    AppliedFilters,
    Filters,
    Found,
    QuestionKind,
    RankedPassage,
    iso,
)
from rag.retrieval.rerank import Reranker
from rag.retrieval.retrieve import retrieve

WIDE = frozenset({QuestionKind.OVERVIEW, QuestionKind.COURSE, QuestionKind.LIBRARY})
"""Kinds of question that several articles answer together."""

_BY_DAY = frozenset({QuestionKind.OVERVIEW, QuestionKind.LIBRARY})
_MOST_WIDE = 40

_LAST_DAY = date(9000, 1, 1)
"""Beyond it no day is moved."""


@dataclass(frozen=True, slots=True)
class Retriever:
    """A library's search: both of its indexes, fused, and the reranker where there is one.

    Attributes:
        words: Tells what a wide question is about.
    """

    library: Library
    encoder: Encoder
    words: WordTeller
    reranker: Reranker | None = None

    def find(
        self,
        question: str,
        given: Filters,
        kind: QuestionKind = QuestionKind.FACT,
        days_after: int = 0,
    ) -> Found:
        """The articles that fit best. A limit read from the question that leaves none is dropped.

        For questions that several articles answer together more are found, by what the question is
        about alone; and every day that one for an overview or about the library names limits them.

        Args:
            days_after: How many days behind those that the question names count, too.
        """
        wide = kind in WIDE
        dropped: tuple[str, ...] = ()
        if given.from_question:
            scope = self.library.scope()
            today = scope.newest or date.today()
            read = understand(
                question,
                today=today,
                accounts=scope.accounts,
                every_day=kind in _BY_DAY,
                every_name=kind is QuestionKind.LIBRARY,
            )
            filters = _limited(given, read, days_after)
            if filters != given:
                words = tuple(p.text for p in read.phrases if p.role is not Role.MENTIONED)
                searched, topic = self._searched(read.without_limits, kind)
                if articles := self._ranked(searched, filters, wide):
                    return Found(searched, _applied(filters, read=words), articles, topic)
                dropped = words
        searched, topic = self._searched(question, kind)
        articles = self._ranked(searched, given, wide)
        return Found(searched, _applied(given, dropped=dropped), articles, topic)

    def _searched(self, question: str, kind: QuestionKind) -> tuple[str, str]:
        """What is looked for, and the topic of a wide question: of such a one that is what is looked for.
        An English one is whole what the embedding model finds better by; its topic is words torn out of a
        sentence."""
        if kind not in WIDE:
            return question, ""
        about_library = kind is QuestionKind.LIBRARY
        topic = subject_of(question) if about_library else self.words.topic_of(question)
        whole = not topic or detect_language(question) is Language.ENGLISH
        return question if whole else topic, topic

    def _ranked(
        self, question: str, filters: Filters, wide: bool
    ) -> tuple[tuple[RankedPassage, ...], ...]:
        most = _MOST_WIDE if wide else EVIDENCE_ARTICLES
        found = retrieve(self.library, self.encoder, question, filters, self.reranker, most)
        return tuple(tuple(passages) for passages in found)


def _limited(given: Filters, read: Understood, days_after: int) -> Filters:
    """The limits given, and those read from the question where none of the kind is given."""
    limited = given
    if given.date_from is None and given.date_to is None:
        last = read.date_to and shift(min(read.date_to, _LAST_DAY), days_after)
        limited = replace(limited, date_from=read.date_from, date_to=last)
    if not given.accounts and read.accounts:
        limited = replace(limited, accounts=read.accounts)
    if not given.languages and read.languages:
        limited = replace(limited, languages=read.languages)
    return limited


def _applied(
    filters: Filters, *, read: Sequence[str] = (), dropped: Sequence[str] = ()
) -> AppliedFilters:
    return AppliedFilters(
        date_from=iso(filters.date_from),
        date_to=iso(filters.date_to),
        accounts=tuple(filters.accounts),
        article_ids=tuple(filters.article_ids),
        languages=tuple(filters.languages),
        read=tuple(read),
        dropped=tuple(dropped),
    )


def filters_of(applied: AppliedFilters) -> Filters:
    """The filters that were applied, to look into the catalogue with."""
    first, last = (
        date.fromisoformat(day) if day else None for day in (applied.date_from, applied.date_to)
    )
    return Filters(
        date_from=first,
        date_to=last,
        accounts=applied.accounts,
        article_ids=applied.article_ids,
        languages=tuple(map(Language, applied.languages)),
        from_question=False,
    )
