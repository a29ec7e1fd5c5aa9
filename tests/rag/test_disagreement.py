"""Articles that give different figures for the same thing are set beside each other."""

from __future__ import annotations

from datetime import date

import pytest

from index.build import index_raw
from rag.asked import wanted
from rag.assistant import Assistant
from rag.disagreement import disagreement
from rag.score import readable, score_sentences
from tests.conftest import FakeEncoder, article
from tests.rag.conftest import ranked


def found(question, *hits):
    read = readable([[hit] for hit in hits])
    return disagreement(wanted(question), score_sentences(question, read, FakeEncoder()))


def two(first, second):
    return (
        ranked(first, article_id="first", day=date(2025, 6, 1)),
        ranked(second, article_id="second", day=date(2025, 6, 3)),
    )


@pytest.mark.parametrize(
    ("question", "first", "second", "figures"),
    [
        ("展会首发多少款新品？", "展会首发新品132款。", "展会首发新品135款。", {"132款", "135款"}),
        (
            "东岸大桥哪天通车？",
            "东岸大桥6月28日通车。",
            "东岸大桥6月30日通车。",
            {"6月28日", "6月30日"},
        ),
        ("大桥投资占比是多少？", "大桥投资占比42%。", "大桥投资占比45%。", {"42%", "45%"}),
    ],
)
def test_two_figures_are_set_beside_each_other(question, first, second, figures):
    other, said = found(question, *two(first, second))
    assert {one.figure for one in said} == figures
    assert [one.published for one in said] != [None, None]
    assert other.text in (first, second)


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("展会首发多少款新品？", "展会首发新品132款。", "展会首发新品约132款。"),
        ("展会首发多少款新品？", "展会首发新品1,320款。", "展会首发新品1320款。"),
        ("展会首发多少款新品？", "展会首发新品132款。", "大会发布报告135款。"),
        ("东岸大桥哪天通车？", "东岸大桥2025年6月28日通车。", "东岸大桥6月28日通车。"),
        ("东岸大桥哪天通车？", "东岸大桥6月28日通车。", "东岸大桥2025年通车。"),
        ("东岸大桥是谁设计的？", "东岸大桥由温工设计。", "东岸大桥由林工设计。"),
    ],
)
def test_what_does_not_disagree(question, first, second):
    assert found(question, *two(first, second)) is None


def test_one_article_does_not_disagree_with_itself():
    assert found("首发多少款新品？", ranked("首发新品132款。首发新品135款。")) is None


def test_the_answer_has_both_with_their_days(tmp_path, encoder):
    articles = [
        article("a", "灯会首发新灯132款，游人很多。", title="灯会开幕", time="2025/6/1"),
        article("b", "灯会首发新灯135款，明日闭幕。", title="灯会将闭幕", time="2025/6/3"),
    ]
    index_raw(articles, tmp_path / "library", encoder=encoder)
    with Assistant.open(tmp_path / "library", encoder=encoder) as assistant:
        answer = assistant.ask("灯会首发了多少款新灯？")
        assert {cited.article_id for cited in answer.citations} == {"a", "b"}
        assert "132款" in answer.answer
        assert "135款" in answer.answer
        assert answer.notice.startswith("各篇文章说法不一：")
        assert "“135款”（2025-06-03）" in answer.notice
        assert answer.as_of == "2025-06-03"
