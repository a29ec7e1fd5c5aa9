from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from index.build import index_raw
from index.records import Article, Kind
from rag import suggestions as made
from rag.assistant import Assistant
from rag.generation.chat_model import ChatModel
from tests.conftest import ScriptedChat, article


def of(text: str, title: str = "", language: str = "zh") -> list[str]:
    one = Article("a", title, "", date(2025, 6, 1), "", text, "", language)
    return [candidate.question for candidate in made.candidates(one)]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("东岸大桥将于6月28日通车。", "东岸大桥将于哪天通车？"),
        ("东岸大桥总投资18.6亿元，其中市里出一半。", "东岸大桥总投资多少元？"),
        ("海棠小学今年招收新生240名。", "海棠小学今年招收新生多少名？"),
        ("本届机器人展会吸引了216家企业。", ""),
        ("它全长3.2公里。", ""),
        ("共有3人。", ""),
        ("云杉机械在2024年至2025年建了3座以上工厂。", ""),
        ("云杉机械没有数字。", ""),
        ("东岸大桥建设各方共计45人参加培训。", ""),
        ("6月3日上午，松林港灯塔保护论坛举行。", "松林港灯塔保护论坛是哪天举行的？"),
        ("6月3日，本次松林港灯塔论坛举行。", ""),
        ("6月3日，市长出席的松林港灯塔论坛由协会主持召开。", ""),
    ],
)
def test_questions_from_chinese_sentences(text, question):
    assert of(text) == ([question] if question else [])


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "The night ferry to Qingyu will open on June 28 with two boats.",
            "When will the night ferry to Qingyu open?",
        ),
        (
            "Some 216 companies took part in the Linjiang fair.",
            "How many companies took part in the Linjiang fair?",
        ),
        (
            "LINJIANG - The second Linjiang fair opened at the Linjiang Harbor Hall on Sunday, with 20 stands.",
            "Where did the second Linjiang fair open?",
        ),
        (
            "The new bridge across the Qing River opened to traffic at 10 am on June 1, a month early.",
            "When did the new bridge across the Qing River open?",
        ),
        ("It rained.", ""),
    ],
)
def test_questions_from_english_sentences(text, question):
    assert of(text, language="en") == ([question] if question else [])


def test_questions_about_what_takes_place():
    text = (
        "6月3日，以“点亮海岸”为主题的第二届松林港灯塔节（以下简称“灯塔节”）在松林港码头隆重开幕。"
    )
    found = made.candidates(Article("a", "", "", None, "", text, "", "zh"))
    assert [(one.asks, one.question, one.answer) for one in found] == [
        (made.Asks.MOTTO, "第二届松林港灯塔节的主题是什么？", "点亮海岸"),
    ]
    held = "6月3日至5日，第二届松林港灯塔节（以下简称“灯塔节”）在松林港码头隆重开幕。"
    found = made.candidates(Article("a", "", "", None, "", held, "", "zh"))
    assert [(one.asks, one.question, one.answer) for one in found] == [
        (made.Asks.PLACE, "第二届松林港灯塔节在哪里开幕？", "松林港码头"),
        (made.Asks.DAY, "第二届松林港灯塔节是哪天开幕的？", "6月3日"),
    ]


def test_a_question_names_what_it_is_about():
    assert of("灯塔节吸引了216家企业。", "第二届松林港灯塔节开幕") == []
    assert of("松林港灯塔节吸引了216家企业。", "松林港灯塔节开幕") == [
        "松林港灯塔节吸引了多少家企业？"
    ]
    assert of("第二届灯塔节吸引了216家企业。", "松林港灯塔节开幕") == [
        "第二届灯塔节吸引了多少家企业？"
    ]


def test_a_question_is_about_what_the_title_is_about():
    text = "青岩水库将于9月12日开工。"
    assert of(text, "青岩水库下月开工") == ["青岩水库将于哪天开工？"]
    assert of(text, "一周要闻") == []


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("Linjiang Robot Week opens its doors", "What is reported about Linjiang Robot Week?"),
        ("Fourth Linjiang bridge opens", ""),
    ],
)
def test_what_an_english_title_names(title, question):
    assert of("It rained.", title, "en") == ([question] if question else [])


def test_every_starter_is_answered_by_its_own_sentence(assistant: Assistant):
    questions = made.make_starters(assistant)
    assert questions
    for question in questions:
        answer = assistant.ask(question)
        assert not answer.refused
        assert answer.citations


def test_starters_ask_for_different_things(tmp_path, encoder):
    places = [
        article(
            f"p{name}",
            f"6月{day}日，{name}湖龙舟邀请赛在{name}湖码头举行。",
            title=f"{name}湖龙舟邀请赛举行",
            time=f"2025/6/{day}",
        )
        for day, name in enumerate("东西南北上下", 11)
    ]
    numbers = [
        article(f"n{name}", f"{name}山村今年种下果树{count}亩。", title=f"{name}山村今年种果树")
        for count, name in enumerate("松柏", 230)
    ]
    index_raw([*places, *numbers], tmp_path / "l", encoder=encoder)
    with Assistant.open(tmp_path / "l", encoder=encoder) as assistant:
        questions = made.make_starters(assistant)
    assert len(questions) == made.MOST
    assert sum("在哪里" in question for question in questions[:6]) == 2
    assert sum("是哪天" in question for question in questions[:6]) == 2
    assert sum("多少亩" in question for question in questions[:6]) == 2


def test_no_chat_model_is_asked(library_folder, encoder):
    chat = ScriptedChat(replies=["东岸大桥将于6月28日通车。[1]"])
    model = ChatModel("m", chat)
    with Assistant.open(library_folder, encoder=encoder, chat_model=model) as assistant:
        assert made.make_starters(assistant)
    assert chat.heard == []


def test_starters_are_kept_until_the_library_changes(library_folder, encoder, monkeypatch):
    with Assistant.open(library_folder, encoder=encoder) as assistant:
        first = made.starters(assistant)
        kept = json.loads((library_folder / made.STARTERS).read_text("utf-8"))
        assert kept["questions"] == first
        monkeypatch.setattr(made, "make_starters", lambda *_, **__: ["新的？"])
        assert made.starters(assistant) == first
        index_raw([article("new", "红桥电车将于8月8日开通。")], library_folder, encoder=encoder)
        assert made.starters(assistant) == ["新的？"]


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"generation": 1}', '{"generation": 1, "questions": 3}']
)
def test_a_damaged_file_is_made_anew(assistant, damage):
    (assistant.library.folder / made.STARTERS).write_text(damage, "utf-8")
    assert made.starters(assistant)


def test_copies_give_no_questions(assistant, monkeypatch):
    article_of = assistant.library.article

    def copied(article_id: str) -> Article:
        return replace(article_of(article_id), kind=Kind.REPRINT)

    monkeypatch.setattr(assistant.library, "article", copied)
    assert made.make_starters(assistant) == []
