"""Both retrievers' scores made one."""

from __future__ import annotations

import numpy as np
import pytest

from index.library.library import Candidates
from rag.retrieval.fuse import WEIGHTS, Weights, fuse, standard_cosines, standard_lexical


def of(cosines, lexical, languages, *, mean=0.0, deviation=0.1, ceiling=8.0):
    return Candidates(
        ids=np.arange(len(cosines)),
        languages=tuple(languages),
        articles=tuple(range(len(cosines))),
        cosines=np.asarray(cosines, np.float32),
        mean=mean,
        deviation=deviation,
        lexical=np.asarray(lexical, np.float32),
        ceiling=ceiling,
    )


def test_cosines_are_standardised_by_the_question_s_own_spread():
    candidates = of([0.3, 0.1], [0, 0], ["zh", "zh"], mean=0.1, deviation=0.05)
    assert standard_cosines(candidates) == pytest.approx([4, 0], abs=1e-5)


def test_lexical_scores_are_taken_against_the_root_of_their_ceiling():
    assert standard_lexical(of([0], [8], ["zh"], ceiling=8)) == pytest.approx([1])
    assert standard_lexical(of([0], [8], ["zh"], ceiling=32)) == pytest.approx([0.5])
    assert np.isfinite(standard_lexical(of([0], [0], ["zh"], ceiling=0))).all()


def test_words_decide_between_passages_that_are_equally_near():
    fused = fuse(of([0.2, 0.2], [1, 9], ["zh", "zh"]), "zh")
    assert fused[1] > fused[0]


def test_a_foreign_passage_does_not_lose_for_sharing_no_words():
    near_foreign, far_own = fuse(of([0.5, 0.2], [0, 2], ["zh", "en"]), "en")
    assert near_foreign > far_own


def test_a_passage_of_the_question_s_language_with_its_words_wins():
    foreign, own = fuse(of([0.3, 0.3], [0, 10], ["zh", "en"]), "en")
    assert own > foreign


def test_a_foreign_passage_that_is_not_near_gets_nothing_for_it():
    candidates = of([0.3, 0.1], [1, 0], ["zh", "en"])
    own, far_foreign = fuse(candidates, "zh")
    assert far_foreign == pytest.approx(1, abs=1e-5)
    assert own > far_foreign


def test_the_weights_do_what_they_say():
    candidates = of([0.1, 0.2, 0.275, 0.5], [8, 8, 8, 8], ["zh", "en", "en", "en"])
    weights = Weights(lexical=3, foreign=2, allowance=4, near=2)
    assert fuse(candidates, "zh", weights) == pytest.approx(
        [1 + 3, 2 + 2, 2.75 + 2 + 2, 5 + 2 + 4], abs=1e-4
    )
    assert WEIGHTS.lexical > WEIGHTS.foreign >= 0 <= WEIGHTS.allowance


def test_nothing_is_allowed_for_words_that_can_be_shared():
    candidates = of([0.5], [0], ["zh"])
    (alone,), (half,), (all_of_them,) = (
        fuse(candidates, "en", shared=share) for share in (0.0, 0.5, 1.0)
    )
    assert alone - half == pytest.approx(WEIGHTS.allowance / 2, abs=1e-4)
    assert alone - all_of_them == pytest.approx(WEIGHTS.allowance, abs=1e-4)


def test_no_candidates_have_no_scores():
    assert fuse(Candidates.none(), "zh").shape == (0,)
