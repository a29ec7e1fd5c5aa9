"""Abbreviations of parts of a year."""

from __future__ import annotations

import pytest

from rag.question.abbreviations import as_written, spelled_out


@pytest.mark.parametrize(
    ("question", "spelled"),
    [
        ("Q3机器人产量是多少", "Q3（第三季度）机器人产量是多少"),
        ("2025年Q2产量", "2025年Q2（第二季度）产量"),
        ("2025Q2产量", "2025Q2（第二季度）产量"),
        ("今年h1营收", "今年h1（上半年）营收"),
        ("2H投产吗", "2H（下半年）投产吗"),
        ("DH-Q3功率", "DH-Q3功率"),
        ("Q30和IQ3", "Q30和IQ3"),
        ("三季度产量", "三季度产量"),
    ],
)
def test_they_are_spelled_out(question, spelled):
    assert spelled_out(question) == spelled


def test_the_form_that_the_articles_have_is_read():
    asked = spelled_out("2025Q3产量是多少？H1呢？")
    assert as_written(asked, ["第三季度产量1.52万台"]) == "2025第三季度产量是多少？上半年呢？"
    assert as_written(asked, ["2025Q3产量1.52万台"]) == "2025Q3产量是多少？上半年呢？"
    assert as_written("产量（第三季度）", []) == "产量（第三季度）"
