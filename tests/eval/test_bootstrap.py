from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bootstrap import estimate, paired_difference
from eval.records import Estimate

_SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=30)


def test_an_interval_of_half_and_half() -> None:
    found = estimate([0.0, 1.0] * 50, seed=3)
    assert found.mean == 0.5
    # 1.96 standard errors of a proportion of 100: 0.098 to either side.
    assert found.low == pytest.approx(0.402, abs=0.02)
    assert found.high == pytest.approx(0.598, abs=0.02)


def test_one_value_has_no_width() -> None:
    assert estimate([0.4]) == Estimate(0.4, 0.4, 0.4, 1)


def test_pairs_stay_together() -> None:
    # Every question gains a tenth: unpaired, its spread would hide it.
    before = [0.0, 0.5, 0.9] * 10
    found = paired_difference(before, [score + 0.1 for score in before])
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)
    with pytest.raises(ValueError, match="shorter"):
        paired_difference([1.0, 1.0], [1.0])


@given(_SCORES, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_bounds_hold(
    scores: list[float], shuffler: random.Random
) -> None:
    found = estimate(scores, resamples=50)
    assert 0 <= found.low <= found.mean <= found.high <= 1
    shuffled = list(scores)
    shuffler.shuffle(shuffled)
    assert estimate(shuffled, resamples=50) == found


def test_many_values_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.bootstrap._AT_ONCE", 25)
    found = estimate([0.0, 1.0] * 5, resamples=40)
    assert found.low < 0.5 < found.high
