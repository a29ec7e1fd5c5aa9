"""Which sentence of an article is quoted to say what it tells."""

from __future__ import annotations

import pytest

from index.records import Article, Span
from index.text.terms import content_terms
from rag.kinds.telling import telling, tellings


def made(text: str, title: str = "", language: str = "zh") -> Article:
    return Article("a", title, "", None, "号", text, "", language)


def told(text: str, title: str = "", subject: str = "", language: str = "zh") -> str:
    one = made(text, title, language)
    return telling(one, frozenset(content_terms(subject))).of(one.text)


@pytest.mark.parametrize(
    ("title", "text", "best"),
    [
        (
            "青屿渡轮首次开航",
            "本报讯记者小林报道。青屿渡轮今天首次开航。天气很好。",
            "青屿渡轮今天首次开航。",
        ),
        (
            "渡轮票价公布",
            "渡轮票价公布\n市交通局6月2日公布，渡轮单程票价为12元，老人免票。\n购票请走东门。",
            "市交通局6月2日公布，渡轮单程票价为12元，老人免票。",
        ),
        (
            "Ferry opens to Qingyu",
            "Good news! The ferry to Qingyu opened on Friday with room for 300 passengers. It rained.",
            "The ferry to Qingyu opened on Friday with room for 300 passengers.",
        ),
    ],
)
def test_a_whole_sentence_that_says_more_than_the_title(title, text, best):
    language = "en" if text.isascii() else "zh"
    assert told(text, title, language=language) == best


def test_of_a_digest_the_item_on_what_was_asked_for_is_quoted():
    items = [
        "市政府6月2日召开例会。",
        "夜市6月6日回归。",
        "图书馆延长开放到22时。",
        "渡轮将于7月1日开航。",
    ]
    assert told("".join(items), "一周要闻", "渡轮") == "渡轮将于7月1日开航。"
    assert told("".join(items), "一周要闻") == "市政府6月2日召开例会。"


def test_what_another_article_said_is_not_said_again():
    one = made("渡轮今天开航。票价为12元，老人免票。", "渡轮开航")
    assert telling(one, said=["渡轮今天开航。"]).of(one.text) == "票价为12元，老人免票。"
    alone = made("渡轮今天开航。", "渡轮开航")
    assert telling(alone, said=["渡轮今天开航。"]).of(alone.text) == "渡轮今天开航。"


def test_two_sentences_stand_in_the_order_of_the_text():
    one = made("渡轮开航了。截至6月2日，渡轮载客3.2万人次。东门有车位。", "渡轮开航")
    spans = tellings(one)
    assert [span.of(one.text) for span in spans] == [
        "渡轮开航了。",
        "截至6月2日，渡轮载客3.2万人次。",
    ]
    assert spans == sorted(spans, key=lambda span: span.start)


def test_figures_and_what_the_article_goes_on_about_are_its_main_points():
    text = (
        "东岸的早晨总是很安静。青屿渡轮6月2日起每天开行12班，全程票价5元。老人们在码头边下棋。"
        "青屿渡轮首日载客300人次，其中外地乘客占六成。海鸥飞过。渡轮公司说，青屿渡轮冬天减为8班。"
    )
    one = made(text, "码头的一天")
    assert [span.of(one.text)[:6] for span in tellings(one, sentences=2)] == [
        "青屿渡轮6月",
        "青屿渡轮首日",
    ]


def test_nothing_is_told_of_an_article_without_text():
    assert telling(made("")) == Span(0, 0)
    assert tellings(made("")) == []


def test_a_sentence_is_quoted_whole_up_to_the_length_that_a_reader_takes():
    whole = "渡轮公司表示，" + "今年新增班次，" * 25 + "渡轮票价不变。"
    assert told(whole, "渡轮票价") == whole
    endless = "渡轮公司表示，" + "今年新增班次，" * 80 + "渡轮票价不变。"
    assert len(told(endless, "渡轮票价")) <= 240
