"""A question and filters in, the ranked articles out, within the limits that the question names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.embedding.encoder import Encoder
from index.library.reader import Library
from rag.question.limits import Role, Understood, understand
from rag.records import AppliedFilters, Filters, Found, RankedPassage, iso
from rag.retrieval.rerank import Reranker
from rag.retrieval.retrieve import retrieve


@dataclass(frozen=True, slots=True)
class Retriever:
    """A library's search: both of its indexes, fused, and the reranker where there is one."""

    library: Library
    encoder: Encoder
    reranker: Reranker | None = None

    def find(self, question: str, given: Filters) -> Found:
        """The articles that fit best. A limit read from the question that leaves none is dropped."""
        dropped: tuple[str, ...] = ()
        if given.from_question:
            scope = self.library.scope()
            today = scope.newest or date.today()
            read = understand(question, today=today, accounts=scope.accounts)
            filters = _limited(given, read)
            if filters != given:
                words = tuple(p.text for p in read.phrases if p.role is not Role.MENTIONED)
                if articles := self._ranked(read.without_limits, filters):
                    return Found(read.without_limits, _applied(filters, read=words), articles)
                dropped = words
        return Found(question, _applied(given, dropped=dropped), self._ranked(question, given))

    def _ranked(self, question: str, filters: Filters) -> tuple[tuple[RankedPassage, ...], ...]:
        articles = retrieve(self.library, self.encoder, question, filters, self.reranker)
        return tuple(tuple(passages) for passages in articles)


def _limited(given: Filters, read: Understood) -> Filters:
    """The limits given, and those read from the question where none of the kind is given."""
    limited = given
    if given.date_from is None and given.date_to is None:
        limited = replace(limited, date_from=read.date_from, date_to=read.date_to)
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
