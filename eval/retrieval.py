"""Metrics of the ranked list of articles.

What a question asks of the ranking is a number of *needs*: one with ``aids_mode`` any (some right
article), one a gold article with all, one a group with one_per_group. An article that fills an open
need gains; whatever fills none gains nothing. Every metric is computed on these gains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from eval.answers import contains_gold, has_span
from eval.questions import AidsMode, Case, document
from eval.records import Metric
from rag.records import Evidence

CUT = 5
"""How many articles of evidence are searched for the answer."""

_DEEPEST = 10  # no metric looks further


def needs(case: Case) -> tuple[frozenset[str], ...]:
    """The articles that fill each need, alternatives apart unless there is but one need."""
    if not case.aids:
        return ()
    if case.aids_mode is AidsMode.ALL:
        return tuple(frozenset([aid]) for aid in dict.fromkeys(case.aids))
    if case.aids_mode is AidsMode.ONE_PER_GROUP:
        return tuple(frozenset(group) for group in case.aid_groups)
    return (frozenset([*case.aids, *case.alt_aids]),)


def right_ids(case: Case) -> frozenset[str]:
    """Every article that counts as right."""
    return frozenset().union(case.alt_aids, case.aids, *case.aid_groups)


def ranking(case: Case, article_ids: Sequence[str]) -> list[str]:
    """The ranked list as it is scored: parts under their document's gold id, each article once at
    its best rank, unjudged ones (``maybe_aids``) left out.

    >>> ranking(Case("1", "?", "fact", aids=("page",)), ["x", "page#2", "x", "page#1"])
    ['x', 'page']
    """
    right = right_ids(case)
    maybe = frozenset(case.maybe_aids) - right
    named = (_name(article_id, right, maybe) for article_id in article_ids)
    return [article_id for article_id in dict.fromkeys(named) if article_id not in maybe]


def _name(article_id: str, right: frozenset[str], maybe: frozenset[str]) -> str:
    for known in (right, maybe):
        for name in (article_id, document(article_id)):
            if name in known:
                return name
    return article_id


def gains(case: Case, ranked: Sequence[str]) -> list[bool]:
    """Whether each article of ``ranked`` fills a need that was open.

    With several needs, an article of ``alt_aids`` stands in for one that nothing else fills.
    """
    wanted = needs(case)
    alternatives = frozenset(case.alt_aids).difference(*wanted) if wanted else frozenset()
    filled: set[int] = set()
    substitutes = before = 0
    gained = []
    for article_id in ranked:
        filled.update(at for at, need in enumerate(wanted) if article_id in need)
        substitutes += article_id in alternatives
        now = min(len(wanted), len(filled) + substitutes)
        gained.append(now > before)
        before = now
    return gained


def first_right(case: Case, article_ids: Sequence[str]) -> int | None:
    """The rank of the first right article, ``None`` where there is none.

    >>> first_right(Case("1", "?", "fact", aids=("b",)), ["a", "b"])
    2
    """
    gained = gains(case, ranking(case, article_ids))
    return gained.index(True) + 1 if True in gained else None


def retrieval_scores(case: Case, article_ids: Sequence[str]) -> Mapping[Metric, float]:
    """Hit@k, recall@k, MRR@10 and nDCG@10, by ``ir_measures`` (MacAvaney et al., 2022).

    - hit@k (Success@k): whether one of the first k articles is right.
    - recall@k: the share of the needs that the first k articles fill.
    - MRR@10: one over the rank of the first right article, 0 beyond ten (Voorhees, 1999).
    - nDCG@10: gains discounted by log2(rank + 1), over the best possible (Järvelin & Kekäläinen,
      2002), each need gaining once.

    A question without gold articles has no scores.
    """
    wanted = needs(case)
    if not wanted:
        return {}
    gained = gains(case, ranking(case, article_ids))
    if True not in gained:
        return dict.fromkeys(_measures(), 0.0)
    return dict(_calculate(len(wanted), tuple(gained[:_DEEPEST])))


def _measures() -> tuple[Metric, ...]:
    return (
        Metric.HIT_1,
        Metric.HIT_3,
        Metric.HIT_5,
        Metric.HIT_10,
        Metric.RECALL_5,
        Metric.RECALL_10,
        Metric.MRR_10,
        Metric.NDCG_10,
    )


@lru_cache(maxsize=4096)
def _calculate(wanted: int, gained: tuple[bool, ...]) -> Mapping[Metric, float]:
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    measures = (
        Success @ 1,
        Success @ 3,
        Success @ 5,
        Success @ 10,
        R @ 5,
        R @ 10,
        RR @ 10,
        nDCG @ 10,
    )
    names = dict(zip(map(str, measures), _measures(), strict=True))
    judged = [ir_measures.Qrel("1", f"need-{at}", 1) for at in range(wanted)]
    # Positions are the ranking: scores that fall by one leave no tie to be broken.
    run = []
    filled = 0
    for at, gain in enumerate(gained):
        run.append(ir_measures.ScoredDoc("1", f"need-{filled}" if gain else f"other-{at}", -at))
        filled += gain
    found = ir_measures.iter_calc(measures, judged, run)
    return {names[str(one.measure)]: float(one.value) for one in found}


def evidence_holds_answer(case: Case, evidence: Sequence[Evidence]) -> float | None:
    """1 where the text of the first five articles holds the gold answer, else 0.

    The question that a reader of the evidence asks; ``None`` without a gold answer that could be found. An answer whose
    parts stand in several articles counts as held.
    """
    if not has_span(case):
        return None
    return contains_gold(case, "\n".join(one.text for one in evidence[:CUT]))
