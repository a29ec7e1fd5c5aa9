"""Records: identity of articles, spans, summaries."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from index.records import Article, Layout, Passage, Problem, RawArticle, Span, Summary, digest

RAW = RawArticle("a1", "题", "http://x", "2025/1/2", "号", "文", "one.json")


def test_the_same_article_from_another_file_is_the_same_article():
    assert replace(RAW, origin="two.json").content_hash() == RAW.content_hash()


@pytest.mark.parametrize("field", ["article_id", "title", "url", "time", "account", "content"])
def test_a_change_in_any_of_the_six_fields_is_another_article(field):
    assert replace(RAW, **{field: "别的"}).content_hash() != RAW.content_hash()


def test_text_that_moves_from_one_field_to_the_next_is_another_article():
    moved = replace(RAW, title="题h", url="ttp://x")
    assert moved.content_hash() != RAW.content_hash()


@pytest.mark.parametrize(
    ("one", "other"),
    [(["ab", "c"], ["a", "bc"]), (["abc"], ["abc", ""]), ([], [""]), (["1:a"], ["a"])],
)
def test_no_two_lists_run_together_in_a_digest(one, other):
    assert digest(one) != digest(other)


def test_a_digest_is_the_same_twice_and_takes_what_utf8_cannot_spell():
    assert digest(["甲", "\ud800"]) == digest(["甲", "\ud800"])
    assert digest(["\ud800"]) != digest(["\ud801"])


def test_a_record_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        RAW.title = "别的"


def test_the_text_of_a_passage_is_its_span_of_the_article():
    article = Article("a", "t", "", date(2025, 1, 2), "号", "大桥通车。学校开学。", "", "zh")
    assert Passage(1, article, Span(5, 10), "zh").text == "学校开学。"
    assert Passage(2, article, Span(0, 0), "zh").text == ""


def test_a_summary_as_a_dictionary_has_every_count_and_the_problems_in_english():
    summary = Summary(read=2, added=1, failed=1, problems=(Problem("lost", "丢了", lost=True),))
    told = summary.to_dict()
    assert (told["read"], told["added"], told["failed"], told["changed"]) == (2, 1, 1, 0)
    assert told["problems"] == ["lost"]


def test_what_loses_nothing_is_no_fault():
    told = Problem("3 pictures", "3 张图片", lost=False, harmless=True, details=("a.docx: 3",))
    summary = Summary(read=1, problems=(told,), files={".docx": 1})
    assert not summary.faulty
    assert summary.to_dict()["problems"] == []
    assert summary.to_dict()["notices"] == ["3 pictures"]
    assert Summary(problems=(told, Problem("a date", "日期", lost=False))).faulty


def test_a_part_of_a_recognised_page_is_recognised():
    assert [layout.of_part for layout in (Layout.PAGE, Layout.RECOGNISED)] == [
        Layout.PART,
        Layout.RECOGNISED_PART,
    ]
    assert [layout.is_page for layout in Layout] == [False, True, False, True, False]
    assert [layout.is_recognised for layout in Layout] == [False, False, False, True, True]
