from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.questions import AidsMode
from eval.records import Metric
from eval.retrieval import (
    evidence_holds_answer,
    first_right,
    gains,
    ranking,
    retrieval_scores,
)
from tests.eval.cases import answer, case


def test_one_gold_article_second() -> None:
    scores = retrieval_scores(case(aids=("b",)), ["a", "b", "c"])
    assert scores[Metric.HIT_1] == 0
    assert scores[Metric.HIT_3] == scores[Metric.HIT_5] == scores[Metric.RECALL_5] == 1
    assert scores[Metric.MRR_10] == 0.5
    assert scores[Metric.NDCG_10] == pytest.approx(1 / log2(3))


def test_an_empty_ranking_and_one_without_the_gold_article_score_nothing() -> None:
    for found in ([], ["x", "y"]):
        scores = retrieval_scores(case(aids=("b",)), found)
        assert len(scores) == 8
        assert set(scores.values()) == {0.0}
    assert first_right(case(aids=("b",)), []) is None


def test_without_gold_articles_there_is_no_score() -> None:
    assert retrieval_scores(case(kind="unanswerable"), ["a"]) == {}


def test_the_eleventh_article_is_too_late() -> None:
    found = [f"x{at}" for at in range(10)] + ["b"]
    scores = retrieval_scores(case(aids=("b",)), found)
    assert set(scores.values()) == {0.0}
    assert first_right(case(aids=("b",)), found) == 11


def test_duplicates_count_once_at_their_best_rank() -> None:
    asked = case(aids=("b",))
    assert ranking(asked, ["a", "a", "b", "a", "b"]) == ["a", "b"]
    assert retrieval_scores(asked, ["a", "a", "b"])[Metric.MRR_10] == 0.5


def test_a_part_of_a_document_matches_its_gold_id() -> None:
    asked = case(aids=("page",))
    assert ranking(asked, ["other#1", "page#2", "page#1", "other#2"]) == [
        "other#1",
        "page",
        "other#2",
    ]
    assert first_right(case(aids=("page#2",)), ["page#1", "page#2"]) == 2


def test_maybe_articles_are_taken_out_before_ranks_are_counted() -> None:
    asked = case(aids=("b",), maybe_aids=("m", "n", "b"))
    assert retrieval_scores(asked, ["m", "n#3", "b"])[Metric.HIT_1] == 1
    assert first_right(asked, ["m", "a", "n", "b"]) == 2


def test_alternatives_are_right_too_and_not_asked_for_besides() -> None:
    asked = case(aids=("b",), alt_aids=("c",))
    scores = retrieval_scores(asked, ["c"])
    assert set(scores.values()) == {1.0}


def test_all_asks_for_every_article() -> None:
    asked = case(aids=("a", "b", "c"), aids_mode=AidsMode.ALL)
    scores = retrieval_scores(asked, ["a", "x", "b"])
    assert scores[Metric.RECALL_5] == pytest.approx(2 / 3)
    ideal = 1 + 1 / log2(3) + 1 / 2
    assert scores[Metric.NDCG_10] == pytest.approx((1 + 1 / 2) / ideal)


def test_an_alternative_stands_in_for_one_of_several_articles() -> None:
    asked = case(aids=("a", "b"), alt_aids=("z",), aids_mode=AidsMode.ALL)
    assert gains(asked, ["z", "a", "b"]) == [True, True, False]


def test_one_of_every_group() -> None:
    asked = case(
        aids=("a", "b", "c"),
        aids_mode=AidsMode.ONE_PER_GROUP,
        aid_groups=(("a", "b"), ("c",)),
    )
    assert gains(asked, ["a", "b", "x", "c"]) == [True, False, False, True]
    assert retrieval_scores(asked, ["b"])[Metric.RECALL_5] == 0.5


def test_any_is_satisfied_by_one() -> None:
    assert retrieval_scores(case(aids=("a", "b")), ["b"])[Metric.RECALL_5] == 1


def test_evidence_holds_the_answer() -> None:
    asked = case(answers=("3.2公里",))
    assert evidence_holds_answer(asked, answer(ids=["a"], evidence_text="长３.2公里").evidence) == 1
    assert evidence_holds_answer(asked, answer(ids=["a"], evidence_text="13.2公里").evidence) == 0
    assert evidence_holds_answer(asked, ()) == 0
    assert evidence_holds_answer(case(aids=("a",)), ()) is None


_IDS = st.sampled_from(["a", "b", "c", "d", "a#1", "e"])


@given(
    st.lists(_IDS, max_size=14),
    st.lists(_IDS, min_size=1, max_size=3, unique=True),
    st.lists(_IDS, max_size=2),
    st.lists(_IDS, max_size=2),
    st.sampled_from([AidsMode.ANY, AidsMode.ALL]),
)
def test_scores_stay_within_bounds_and_an_irrelevant_last_hit_changes_nothing(
    found: list[str], gold: list[str], alternatives: list[str], maybe: list[str], mode: AidsMode
) -> None:
    asked = case(
        aids=tuple(gold), alt_aids=tuple(alternatives), maybe_aids=tuple(maybe), aids_mode=mode
    )
    scores = retrieval_scores(asked, found)
    assert all(0 <= score <= 1 for score in scores.values())
    assert retrieval_scores(asked, [*found, "irrelevant"]) == scores
