"""Metrics of citations: do they name the right articles, and are their quotes the articles' words?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eval.questions import Case
from eval.records import Metric
from eval.retrieval import gains, needs, ranking, right_ids
from rag.kinds.pieces import UNTOLD
from rag.records import Answer

Texts = Callable[[str], str | None]
"""Gives an article's cleaned text by its id, ``None`` where there is no such article."""


def citation_scores(case: Case, answer: Answer | None) -> Mapping[Metric, float]:
    """Precision and recall of the cited articles against the gold articles.

    - precision: the share of the cited articles that are right; 0 of an answer that cites nothing,
      no score for a refusal, which claims nothing. A missing answer is wrong: 0.
    - recall: the share of the needs (``eval.retrieval``) that the cited articles fill.

    Set precision and recall (van Rijsbergen, 1979) on articles; ``maybe_aids`` are left out.
    """
    wanted = needs(case)
    if not wanted:
        return {}
    cited = ranking(case, [one.article_id for one in answer.citations]) if answer else []
    scores = {Metric.CITATION_RECALL: sum(gains(case, cited)) / len(wanted)}
    if answer is None or not answer.refused:
        right = right_ids(case)
        only_unjudged = answer is not None and bool(answer.citations) and not cited
        if not only_unjudged:
            share = sum(one in right for one in cited) / len(cited) if cited else 0.0
            scores[Metric.CITATION_PRECISION] = share
    return scores


def quote_scores(answer: Answer | None, texts: Texts | None) -> Mapping[Metric, float]:
    """Whether quotes are verbatim, and sentences cited; of answers, not of refusals.

    - verbatim: the share of citations whose quote is the article's cleaned text from ``start`` to
      ``end``. Only where the articles are at hand; must be 1.
    - cited sentences: the share of sentences with a marker that leads to a citation (the coverage
      that Gao et al., 2023, ask of answers with citations); one that only says that the articles do
      not tell a part of the question rests on nothing.
    """
    if answer is None or answer.refused:
        return {}
    scores: dict[Metric, float] = {}
    if texts is not None and answer.citations:
        verbatim = [
            bool(one.quote) and _cut(texts(one.article_id), one.start, one.end) == one.quote
            for one in answer.citations
        ]
        scores[Metric.VERBATIM] = sum(verbatim) / len(verbatim)
    if answer.sentences:
        markers = {one.marker for one in answer.citations}
        told = [one for one in answer.sentences if one.text not in UNTOLD.values()]
        cited = [bool(markers.intersection(one.markers)) for one in told] or [True]
        scores[Metric.CITED_SENTENCES] = sum(cited) / len(cited)
    elif answer.answer.strip():
        scores[Metric.CITED_SENTENCES] = 0.0
    return scores


def _cut(text: str | None, start: int, end: int) -> str | None:
    return None if text is None or start < 0 else text[start:end]
