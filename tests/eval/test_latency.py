from __future__ import annotations

from eval.latency import latency
from eval.records import Reply
from tests.eval.cases import answer


def test_the_first_question_is_told_apart() -> None:
    replies = [Reply(answer("甲", seconds=second)) for second in (9.0, 1.0, 2.0, 3.0)]
    found = latency(replies)
    assert found.cold["total"] == 9.0
    assert found.stages["total"].p50 == 2.0
    assert found.stages["total"].p95 == 2.9
    assert found.stages["retrieve"].n == 3
    assert found.totals == (1.0, 2.0, 3.0)


def test_failures_have_no_times() -> None:
    assert latency([Reply(None, "crashed")]).stages == {}
    assert latency([]).cold == {}
    only = latency([Reply(None, "crashed"), Reply(answer("甲", seconds=1.0))])
    assert only.cold["total"] == 1.0
    assert only.stages == {}
