"""Days of publication, as machines and people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleError
from index.text.dates.publication import CHINA, localised, parse_zone, publication_day

DAY = date(2025, 9, 24)


@pytest.mark.parametrize(
    "written",
    [
        "2025/9/24",
        "2025-09-24",
        "2025年9月24日",
        " 2025 / 9 / 24 ",
        "2025/9/24 08:30",
        "2025-09-24T08:30",
        "2025.09.24",
        "2025年9月24日08:00 来源",
        "发布时间：2025-09-24 10:00",
        "２０２５年９月２４日",
        # counted
        "1758672000",
        "1758672000000",
        "1758672000000000",
        "1758672000.0",
        "20250924",
        "20250924083000",
        "45924",
        "45924.333",
        # with names
        "Sep 24, 2025",
        "24 September 2025",
        "24-Sep-2025",
        "2025-Sep-24",
        "September 24th, 2025 at 9 am",
        "Published: Sept. 24, 2025",
        "Wed Sep 24 08:00:00 CST 2025",
        "24/09/2025",
        "09/24/2025",
        "24.9.2025",
        # in Chinese numerals, with the day of the week
        "二〇二五年九月二十四日",
        "二零二五年九月廿四日",
        "2025/09/24（星期三）",
        "2025-09-24（周三）08:00",
        "星期三，2025年9月24日",
        # instants
        "2025-09-24T08:00:00+08:00",
        "2025-09-23T16:00:00Z",
        "20250923T160000Z",
        "2025-09-23 12:30 pm -0400",
        "Wed, 24 Sep 2025 08:00:00 GMT",
        "Tue, 23 Sep 2025 16:30:00 GMT",
        "Wed Sep 24 08:00:00 +0800 2025",
        "Wed Sep 24 2025 00:10:00 GMT+0800 (China Standard Time)",
    ],
)
def test_a_day_is_read_however_it_is_written(written):
    assert publication_day(written) == DAY


@pytest.mark.parametrize("written", ["", " ", "\n"])
def test_no_day_is_no_day(written):
    assert publication_day(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "昨天",
        "3天前",
        "周三",
        "2025年9月",
        "9月24日",
        "2025-02-31",
        "20250931",
        "2025/9/41",
        "03/04/2025",  # in March or in April
        "0000/1/1",
        "1",
        "99999999999",
        "175867200",  # 1975
        "第45924号",
        "Autumn 24, 2025",
        "一二三四五年九月二日",
    ],
)
def test_what_names_no_day_or_two_is_not_read(written):
    with pytest.raises(ValueError):  # noqa: PT011 - what is wrong is said of the article, with the value
        publication_day(written)


def test_an_instant_is_told_in_the_zone_of_the_publisher():
    late = "2025-09-24T23:30:00Z"
    assert str(publication_day(late, parse_zone("America/New_York"))) == "2025-09-24"
    assert str(publication_day(late)) == "2025-09-25"
    assert localised(late, parse_zone("+01:00")) == "2025/9/25"
    assert localised("1758672000", parse_zone("UTC-5")) == "2025/9/23"
    for kept in ("2025-09-24 23:30", "昨天", "", "03/04/2025"):
        assert localised(kept, CHINA) == kept


@pytest.mark.parametrize(
    "written", ["Mars/Olympus", "+9", "", "../../etc/passwd", "+25:00", "+08:99"]
)
def test_a_zone_that_is_none_is_said(written):
    if written == "+9":
        assert parse_zone(written).utcoffset(None) == timedelta(hours=9)
        return
    with pytest.raises(ArticleError, match="time zone") as raised:
        parse_zone(written)
    assert "时区" in raised.value.chinese


@given(st.text(max_size=60))
def test_whatever_is_written_is_a_day_or_none(written):
    try:
        publication_day(written)
    except ValueError:
        assert localised(written, CHINA) == written
