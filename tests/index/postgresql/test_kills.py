"""Servers and a writer that are killed under readers, a few times; the benchmark does it as long as it is told."""

from __future__ import annotations

import pytest

from tests.postgres import why_there_is_none


def test_nothing_is_mixed_or_lost_when_writer_standby_and_primary_are_killed() -> None:
    if why := why_there_is_none():
        pytest.skip(why)
    from eval.benchmarks.postgres_kills import run

    counted, wrong = run(kills=3, readers=2, pause=0.5)
    assert wrong == []
    assert counted["kills"] == 3
    assert counted["answers"] > 0
