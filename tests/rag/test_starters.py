from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from index.build import index_raw
from index.records import Article, Kind
from rag import starters as made
from rag.assistant import Assistant
from tests.conftest import article


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
        ("It rained.", ""),
    ],
)
def test_questions_from_english_sentences(text, question):
    assert of(text, language="en") == ([question] if question else [])


def test_a_question_is_about_what_the_title_is_about():
    text = "青岩水库将于9月12日开工。"
    assert of(text, "青岩水库下月开工") == ["青岩水库将于哪天开工？"]
    assert of(text, "一周要闻") == []


def test_every_starter_is_answered_by_its_own_sentence(assistant: Assistant):
    questions = made.make_starters(assistant)
    assert questions
    for question in questions:
        answer = assistant.ask(question)
        assert not answer.refused
        assert answer.citations


def test_starters_are_kept_until_the_library_changes(library_folder, encoder, monkeypatch):
    with Assistant.open(library_folder, encoder=encoder) as assistant:
        first = made.starters(assistant)
        kept = json.loads((library_folder / made.STARTERS).read_text("utf-8"))
        assert kept["questions"] == first
        monkeypatch.setattr(made, "make_starters", lambda _: ["新的？"])
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
