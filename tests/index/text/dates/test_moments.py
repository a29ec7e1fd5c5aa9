"""The dates that a text names, part by part."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.dates.moments import agrees, blank, complete, find_moments

PUBLISHED = date(2025, 9, 25)


def parts(moment):
    return moment.year, moment.month, moment.day


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", []),
        ("2025年9月24日", [(2025, 9, 24)]),
        ("2025年09月04日", [(2025, 9, 4)]),
        ("２０２５年９月２４日", [(2025, 9, 24)]),
        ("二〇二五年九月二十四日", [(2025, 9, 24)]),
        ("2025-09-24", [(2025, 9, 24)]),
        ("2025/9/24", [(2025, 9, 24)]),
        ("2025.9.24", [(2025, 9, 24)]),
        ("9月24日", [(None, 9, 24)]),
        ("9月24号", [(None, 9, 24)]),
        ("2025年9月", [(2025, 9, None)]),
        ("9月份", [(None, 9, None)]),
        ("2025年", [(2025, None, None)]),
        ("24日", [(None, None, 24)]),
        ("Sept 24, 2025", [(2025, 9, 24)]),
        ("September 24th 2025", [(2025, 9, 24)]),
        ("24 September 2025", [(2025, 9, 24)]),
        ("the 24th of September", [(None, 9, 24)]),
        ("Sept. 24", [(None, 9, 24)]),
        ("May 2025", [(2025, 5, None)]),
        ("in May", [(None, 5, None)]),
        ("in 2024", [(2024, None, None)]),
        ("for 2024", [(2024, None, None)]),
        ("in Manchester", []),
        ("you may 3", []),
        ("2024 people", []),
        ("13月", []),
        ("9月45日", []),
        ("3个月", []),
        ("3号线", []),
        ("10年前", []),
        ("1000日元", []),
        ("9月24日至26日", [(None, 9, 24), (None, None, 26)]),
        ("2025年9月24日和2026年1月3日", [(2025, 9, 24), (2026, 1, 3)]),
    ],
)
def test_a_text_is_read(text, named):
    assert [parts(moment) for moment in find_moments(text)] == named


@pytest.mark.parametrize(
    ("text", "published", "completed"),
    [
        ("昨日", PUBLISHED, (2025, 9, 24)),
        ("昨天", date(2025, 10, 1), (2025, 9, 30)),
        ("今日", PUBLISHED, (2025, 9, 25)),
        ("明日", PUBLISHED, (2025, 9, 26)),
        ("前天", PUBLISHED, (2025, 9, 23)),
        ("yesterday", PUBLISHED, (2025, 9, 24)),
        ("Tomorrow", PUBLISHED, (2025, 9, 26)),
        ("今年", PUBLISHED, (2025, None, None)),
        ("去年", PUBLISHED, (2024, None, None)),
        ("前年", PUBLISHED, (2023, None, None)),
        ("明年3月", PUBLISHED, (2026, 3, None)),
        ("今年3月5日", PUBLISHED, (2025, 3, 5)),
        ("last year", PUBLISHED, (2024, None, None)),
        ("next year", PUBLISHED, (2026, None, None)),
        ("9月24日", PUBLISHED, (2025, 9, 24)),
        ("12月30日", date(2026, 1, 2), (2025, 12, 30)),
        ("2月20日", date(2025, 9, 1), (2025, 2, 20)),  # February of the next year is nearer
        ("1月2日", date(2025, 12, 30), (2026, 1, 2)),
        ("2月29日", date(2025, 3, 1), (2025, 2, 29)),
        ("24日", PUBLISHED, (2025, 9, 24)),
        ("30日", date(2025, 10, 2), (2025, 9, 30)),
        ("2日", date(2025, 9, 29), (2025, 10, 2)),
        ("31日", date(2026, 1, 1), (2025, 12, 31)),
        ("2024年5月1日", PUBLISHED, (2024, 5, 1)),
        ("9月24日", None, (None, 9, 24)),
        ("昨日", None, (None, None, None)),
        ("去年", None, (None, None, None)),
        ("去年3月5日", None, (None, 3, 5)),
    ],
)
def test_the_day_of_publication_completes_a_date(text, published, completed):
    (moment,) = find_moments(text)
    told = complete(moment, published)
    assert parts(told) == completed
    assert (told.start, told.end) == (moment.start, moment.end)


@pytest.mark.parametrize(
    ("said", "stands", "expected"),
    [
        ("2025年9月24日", "2025-09-24", True),
        ("9月24日", "2025-09-24", True),
        ("9月", "2025-09-24", True),
        ("2025年", "2025-09-24", True),
        ("24日", "2025-09-24", True),
        ("2025-09-24", "9月24日", False),
        ("9月23日", "2025-09-24", False),
        ("8月24日", "2025-09-24", False),
        ("2024年", "2025-09-24", False),
    ],
)
def test_a_date_claims_the_parts_that_it_names(said, stands, expected):
    (one,), (other,) = find_moments(said), find_moments(stands)
    assert agrees(one, other) is expected


def test_dates_are_made_spaces_of_the_same_length():
    text = "截至9月24日共135款"
    assert blank(text, find_moments(text)) == "截至     共135款"
    assert [text[m.start : m.end] for m in find_moments(text)] == ["9月24日"]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from("0123456789年月日号-/.昨今去前天二〇九十 May in") | st.characters(),
        max_size=14,
    ).map("".join),
    st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
def test_whatever_the_text_a_date_can_be_completed(text, published):
    for moment in find_moments(text):
        complete(moment, published)
        assert 0 <= moment.start < moment.end <= len(text)
