"""Raw articles in, readable ones out."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.boilerplate import drop_boilerplate
from index.cleaning.clean import REASONS, RULES, clean, clean_draft
from index.cleaning.draft import Draft
from index.cleaning.metadata import take_credit
from index.records import Kind, Layout, Span
from index.text.language import Language
from tests.conftest import article

from .samples import clean_text

FRAGMENTS = (
    *("&nbsp;", "&amp;", "&amp;amp;", "&#38;", "&#x26;", "&lt;", "nbsp;", "&", "amp;", "#10;", ";"),
    *("&#0;", "&#xD800;", "&nGt;", "\r", "\n", "\r\n", " ", "\u00a0", "\u3000", "\u200b", "\ufeff"),
    *(
        "\x00",
        "\x1f",
        "\x85",
        "\u2028",
        "欢迎转发",
        "，但请注明出处",
        "“试验号”",
        "点击",
        "阅读原文",
    ),
    *(
        "左右滑动",
        "查看更多",
        "（",
        "）",
        "↓",
        "——",
        "END",
        "THE END",
        "来源：",
        "晚报",
        "大桥",
        "3.5%",
    ),
    *(
        "觉得不错",
        "点赞",
        "、在看",
        "扫描二维码",
        "关注我们",
        "请",
        "戳",
        "查看详情",
        "。",
        "！",
        "A",
        "1",
    ),
)


TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=24).map("".join)


@pytest.mark.parametrize(
    "written",
    ["昨天", "2025/13/1", "2025/2/29", "0000/1/1", "2025", "25/9/4", "2025/9/41", "9/4/2025"],
)
def test_what_is_no_date_costs_the_article_only_its_date(written):
    result = clean(article("a", "甲。", time=written))
    cleaned, (problem,) = result.article, result.problems
    assert cleaned.date is None
    assert cleaned.text == "甲。"
    assert not problem.lost
    assert repr(written) in problem.english
    assert repr(written) in problem.chinese


def test_an_article_is_cleaned_in_all_its_fields():
    raw = article(
        "a1",
        "转载自：晚报\r大桥全长3.2公里。\r欢迎转发，但请注明出处“试验号”",
        title="大桥&nbsp;通车\n",
        time="2025/6/20",
        account=" 试验号 ",
        url=" https://example.com/1 ",
    )
    result = clean(raw)
    cleaned = result.article
    assert result.problems == ()
    assert {change.rule for change in result.changes} == {"take_credit", "drop_footers"}
    assert (cleaned.article_id, cleaned.title) == ("a1", "大桥 通车")
    assert (cleaned.account, cleaned.url) == ("试验号", "https://example.com/1")
    assert (cleaned.text, cleaned.source) == ("大桥全长3.2公里。", "晚报")
    assert cleaned.date == date(2025, 6, 20)
    assert cleaned.language == Language.CHINESE


def test_an_article_without_text_is_kept_for_its_title_and_has_the_language_of_that():
    result = clean(article("a", "\r&nbsp;\r——", title="Summer power in one picture"))
    cleaned = result.article
    assert (cleaned.text, cleaned.language) == ("", Language.ENGLISH)
    assert cleaned.kind is Kind.IMAGE_ONLY
    assert result.problems == ()


@given(TEXTS)
def test_cleaning_what_is_clean_changes_nothing(text):
    once = clean_text(text)
    assert clean_text(once) == once


@given(TEXTS)
def test_cleaning_never_makes_a_text_longer(text):
    assert len(clean_text(text)) <= len(text)


@given(TEXTS)
def test_no_control_character_and_no_untrimmed_or_empty_line_is_left(text):
    cleaned = clean_text(text)
    left = {c for c in cleaned if unicodedata.category(c) in ("Cc", "Zl", "Zp")}
    assert left <= {"\n"}
    assert all(line and line == line.strip() for line in cleaned.split("\n") if cleaned)


@given(TEXTS)
def test_any_article_can_be_cleaned(text):
    cleaned = clean(article("a", text, title=text[:10], time=text[:10])).article
    assert "\n" not in cleaned.title


@pytest.mark.parametrize("unit", ["\n", "↓", "点击", "点击阅读原文", "&amp;", "(", "—"])
def test_long_runs_between_two_words_leave_the_words(unit):
    # Patterns that look back over a run take minutes here; the test then hangs rather than passes.
    cleaned = clean_text("甲" + unit * 60_000 + "乙")
    assert cleaned.startswith("甲")
    assert cleaned.endswith("乙")


def test_every_rule_has_a_reason_and_every_reason_a_rule():
    rules = {rule.__name__ for rule in RULES}
    elsewhere = {drop_boilerplate.__name__, take_credit.__name__}
    assert set(REASONS) == rules | elsewhere


@given(TEXTS)
def test_every_span_of_a_cleaned_text_maps_back(text):
    draft = clean_draft(Draft.of(text), Layout.PAGE)
    assert len(draft.text) == len(draft.origins) == len(draft.ends)
    for at, character in enumerate(draft.text):
        raw = draft.raw_span(Span(at, at + 1))
        assert 0 <= raw.start < raw.end <= len(text)
        if character.isalnum() and "&" not in text:
            assert character in raw.of(text)


@given(TEXTS)
def test_every_change_names_a_rule_and_raw_words(text):
    for change in clean_draft(Draft.of(text)).changes:
        assert change.rule in REASONS
        assert 0 <= change.span.start < change.span.end <= len(text)
