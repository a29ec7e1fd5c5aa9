from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.library.library import Heading, LibraryCounts
from index.records import Kind, Problem, Summary
from ui.chat.shelf import MOST_BARS, Cleaned, bars, headings_html, library_html, report_html
from ui.language import speaking

DAYS = {date(2025, 5, 28): 2, date(2025, 6, 1): 1, date(2025, 6, 18): 6}


def test_a_bar_for_every_week_empty_ones_too():
    shown = bars(DAYS)
    assert [(bar.first.isoformat(), bar.count, bar.height) for bar in shown] == [
        ("2025-05-26", 3, 50),
        ("2025-06-02", 0, 0),
        ("2025-06-09", 0, 0),
        ("2025-06-16", 6, 100),
    ]
    assert shown[0].last == date(2025, 6, 1)


def test_many_years_are_shown_by_month():
    shown = bars({date(2020, 1, 31): 1, date(2025, 2, 1): 1})
    assert len(shown) == 62
    assert (shown[0].first, shown[0].last) == (date(2020, 1, 1), date(2020, 1, 31))


@given(
    st.dictionaries(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(1, 99), max_size=20)
)
def test_every_article_is_in_one_bar(days):
    shown = bars(days)
    assert sum(bar.count for bar in shown) == sum(days.values())
    assert all(a.last < b.first for a, b in pairwise(shown))
    weekly = all((bar.last - bar.first).days == 6 for bar in shown)
    assert not weekly or len(shown) <= MOST_BARS + 1


def counts(**accounts: int) -> LibraryCounts:
    return LibraryCounts(9, 1, 20, date(2025, 5, 28), date(2025, 6, 18), accounts, {}, {})


def test_the_library_panel():
    with speaking(chinese=True):
        html = library_html("我的库", counts(**{"甲号": 6, "<b>": 3}), DAYS)
    assert "<strong>9</strong> 篇文章" in html
    assert 'data-from="2025-05-26" data-to="2025-06-01"' in html
    assert 'data-account="甲号"' in html
    assert "<b>" not in html
    assert html.count('tabindex="0"') == 1


def test_an_empty_library_has_no_bars():
    empty = LibraryCounts(0, 0, 0, None, None, {}, {}, {})
    with speaking(chinese=False):
        assert "bars" not in library_html("x", empty, {})
        assert "No articles here." in headings_html([], more=None)


def test_a_list_that_goes_on():
    one = Heading("a<", "<i>题", date(2025, 6, 1), "号", Kind.DIGEST)
    with speaking(chinese=True):
        html = headings_html([one], more=40)
    assert 'data-more="40"' in html
    assert "2025-06-01 · 号 · 摘编" in html
    assert "<i>" not in html
    assert 'data-remove="a&lt;"' in html


def test_the_report_of_an_upload():
    problems = tuple(Problem(f"bad {n}", f"坏 {n}<", lost=True) for n in range(30))
    summary = Summary(read=32, added=2, failed=30, problems=problems, seconds=1.25)
    one = Heading("a", "新的", None, "", Kind.ARTICLE)
    with speaking(chinese=True):
        html = report_html(summary, Cleaned({"unknown-rule": 2}, [one]))
    assert "<strong>2</strong> 篇新增" in html
    assert "篇未变" not in html
    assert "30 篇未能收入" in html
    assert html.count("<li>坏") == 20
    assert "另有 10 条" in html
    assert "unknown-rule" in html
    assert "无日期" in html
