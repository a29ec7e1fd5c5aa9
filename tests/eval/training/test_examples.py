"""Which groups of articles are kept from training."""

from __future__ import annotations

from eval.training.examples import is_held_out


def test_about_an_eighth_is_kept_from_training_and_always_the_same():
    kept = [name for name in map(str, range(4000)) if is_held_out(name)]
    assert 0.10 < len(kept) / 4000 < 0.14
    assert kept == [name for name in map(str, range(4000)) if is_held_out(name)]


def test_what_is_kept_is_on_record():
    # A change here would put what was kept from earlier trainings into later ones.
    assert [at for at in range(60) if is_held_out(f"article-{at}")] == [
        1,
        5,
        7,
        16,
        27,
        28,
        37,
        50,
        58,
    ]
