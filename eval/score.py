"""One question and its reply in, its scores out."""

from __future__ import annotations

from eval.answers import answer_scores, plain_text
from eval.certainty import certainty_scores
from eval.citations import Texts, citation_scores, quote_scores
from eval.questions import Case, document
from eval.records import Metric, Reply, ScoredCase, SeenEvidence
from eval.refusals import refusal_scores
from eval.retrieval import (
    evidence_holds_answer,
    first_right,
    retrieval_scores,
    right_ids,
)

_SEEN = 5
_LONGEST_SEEN = 300
_GOOD_F1 = 0.5


def score(case: Case, reply: Reply, texts: Texts | None = None) -> ScoredCase:
    """Score a reply with every metric for which the question has gold.

    A reply without an answer is wrong: 0 wherever there is gold.

    Args:
        texts: The library's articles; without them quotes are not checked.
    """
    answer = reply.answer
    text = plain_text(answer)
    evidence = answer.evidence if answer else ()
    ids = [one.article_id for one in evidence]
    refused = answer is not None and answer.refused
    scores: dict[Metric, float] = {
        **retrieval_scores(case, ids),
        **answer_scores(case, text),
        **citation_scores(case, answer),
        **quote_scores(answer, texts),
        **refusal_scores(case, refused),
    }
    scores |= certainty_scores(case, answer, scores.get(Metric.CONTAINS_GOLD))
    held = evidence_holds_answer(case, evidence)
    if held is not None:
        scores[Metric.EVIDENCE_HOLDS_ANSWER] = held
    scores[Metric.CORRECT] = correct(case, scores, refused=refused)
    right = right_ids(case)
    return ScoredCase(
        id=case.id,
        kind=case.kind,
        question=case.question,
        history=tuple(turn.question for turn in case.history),
        gold=_gold(case),
        gold_ids=tuple(dict.fromkeys([*case.aids, *(a for g in case.aid_groups for a in g)])),
        answer=answer.answer if answer else "",
        refused=refused,
        failure=reply.failure,
        cited_ids=tuple(dict.fromkeys(one.article_id for one in answer.citations))
        if answer
        else (),
        evidence=tuple(
            SeenEvidence(
                one.article_id,
                one.title,
                one.score,
                one.text[:_LONGEST_SEEN],
                one.article_id in right or document(one.article_id) in right,
            )
            for one in evidence[:_SEEN]
        ),
        rank=first_right(case, ids),
        confidence=reply.confidence,
        scores=scores,
        certainty=answer.certainty if answer else None,
    )


def correct(case: Case, scores: dict[Metric, float], *, refused: bool) -> float:
    """Whether the question was dealt with rightly: 1 or 0.

    What cannot be answered has to be refused. What can has to be answered with the gold answer in
    it; where it has no gold answer that could be found, with a citation of a right article; and
    where it has no gold article either, with an F1 of one half.
    """
    if not case.answerable:
        return float(refused)
    if Metric.CONTAINS_GOLD in scores:
        return scores[Metric.CONTAINS_GOLD]
    if Metric.CITATION_RECALL in scores:
        return float(scores[Metric.CITATION_RECALL] > 0)
    return float(scores[Metric.F1] >= _GOOD_F1)


def _gold(case: Case) -> tuple[str, ...]:
    if case.answer_parts:
        return tuple(" / ".join(part) for part in case.answer_parts)
    return case.answers
