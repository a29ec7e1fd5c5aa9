"""What English words are called in Chinese articles."""

from __future__ import annotations

from importlib.resources import files

import pytest

from index.build import index_raw
from index.library.library import Library
from index.records import Article, Passage, Span
from index.search.filters import NO_FILTERS
from index.text.language import Language
from index.text.terms import terms
from rag.extractive.candidates import term_shares
from rag.question.glossary import called, glosses, is_said, share_called, terms_for
from rag.records import RankedPassage
from rag.retrieval.retrieve import retrieve
from tests.conftest import FakeEncoder, article


class Words:
    """A library that has some words, each in a passage."""

    def __init__(self, *said):
        self._terms = {term for one in said for term in terms(one)}

    def documents(self, wanted):
        return {term: 1 for term in wanted if term in self._terms}


def first(question):
    return {one.words: one.renderings[0] for one in glosses(question)}


@pytest.mark.parametrize(
    ("question", "words", "rendering"),
    [
        ("Where do the ferries go?", "ferries", "渡轮"),
        ("Who held the launch ceremony?", "held", "举行"),
        ("Which Trade Fair is it?", "Trade Fair", "展会"),
        ("How did the programme start?", "programme", "计划"),
        ("How did the program start?", "program", "计划"),
        ("Is the children’s hospital open?", "children’s hospital", "儿童医院"),
        ("How are the interest rates?", "interest rates", "利率"),
        ("Who used the planes?", "planes", "飞机"),
        ("Who are the refugees?", "refugees", "难民"),
        ("What is the teachers' union?", "union", "工会"),
        ("Is the 'trade fair' on?", "trade fair", "展会"),
        ("Which 3D printing firm is it?", "3D printing", "3D打印"),
        ("WHO OPENED THE TRADE FAIR?", "TRADE FAIR", "展会"),
        ("what did japan say", "japan", "日本"),
    ],
)
def test_an_inflected_word_and_several_as_one_are_found(question, words, rendering):
    found = {one.words: one.renderings for one in glosses(question)}
    assert rendering in found[words]


@pytest.mark.parametrize(
    "question", ["渡轮在哪里？", "", "Who is about the most?", "What about it?"]
)
def test_what_is_not_english_or_says_little_has_no_gloss(question):
    assert glosses(question) == ()


def test_words_of_two_clauses_are_not_one():
    assert "trade fair" not in first("On trade, fair or not")


def test_an_abbreviation_is_no_common_word():
    assert "WHO" in first("What does the WHO say on masks?")
    assert "who" not in {word.lower() for word in first("who opened the bridge")}


def test_of_the_renderings_those_that_the_library_has_are_meant():
    asked = "When does the ferry stop?"
    (one,) = [one for one in called(asked, Words("渡轮停航")) if one.words == "ferry"]
    assert one.renderings == ("渡轮",)
    assert called(asked, Words()) == []


def test_the_share_of_words_that_the_library_has_otherwise():
    asked = "Which ferry is xyzzy?"
    assert share_called(asked, called(asked, Words("渡轮"))) == 0.5
    assert share_called(asked, ()) == share_called("", ()) == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("North Pier", "North Pier opens", True),
        ("ferry", "青屿渡轮停航", True),
        ("ferry terminal", "渡轮停航", False),
        ("Qingyu (青屿) ferry", "青屿渡轮停航", True),
        ("Qingyu (青屿) ferry", "东岸渡轮停航", False),
        ("Xyzzy", "渡轮", False),
        ("2024 exports", "2025年出口增长", False),
        ("2025 exports", "2025年出口增长", True),
        ("Terminal 1", "2号航站楼启用", False),
        ("Plan A", "方案B", False),
        ("Qingyu (青屿/青鱼) ferry", "青屿渡轮停航", True),
        ("GDP growth", "GDP增长", True),
        ("", "渡轮", True),
    ],
)
def test_a_name_stands_in_a_text_in_either_language(name, text, said):
    assert is_said(name, text) is said


def in_article(text, language=Language.CHINESE):
    return Article("a", "通告", "", None, "", text, "", language)


def test_a_topic_is_looked_for_by_what_an_article_calls_it():
    assert terms_for("ferry", in_article("轮渡每天六班")) == {"轮渡"}
    assert terms_for("ferry", in_article("渡轮每天六班")) == {"渡轮"}
    assert terms_for("ferry", in_article("The ferry runs", Language.ENGLISH)) == {"ferry"}
    assert terms_for("渡轮", in_article("轮渡每天六班")) == {"渡轮"}


def test_every_line_has_an_entry_and_chinese_renderings():
    text = (files("rag.question") / "data" / "en" / "glossary.tsv").read_text("utf-8")
    entries = [line.partition("\t") for line in text.splitlines()]
    assert len({entry for entry, _, _ in entries}) == len(entries) > 15_000
    for entry, _, said in entries:
        assert entry == entry.strip()
        assert 0 < len(entry.split()) <= 4, entry
        for one in said.split("|"):
            assert any("\u4e00" <= c <= "\u9fff" for c in one), entry


def test_a_chinese_article_has_the_words_of_an_english_question(tmp_path, encoder: FakeEncoder):
    ferry = article("ferry", "青屿渡轮因大雾停航三天。", title="停航通告")
    school = article("school", "海棠小学招收新生240名。", title="招生")
    index_raw([ferry, school], tmp_path / "library", encoder=encoder)
    with Library.open(tmp_path / "library") as library:
        asked = "How many children did the primary school take?"
        found = retrieve(library, encoder, asked, NO_FILTERS)
    lexical = {hits[0].passage.article.article_id: hits[0].lexical for hits in found}
    assert lexical["school"] > lexical["ferry"] == 0


def test_what_a_word_is_called_shares_its_weight():
    ranked = [
        RankedPassage(Passage(at, one, Span(0, len(one.text)), one.language), 0.0, 0.0)
        for at, one in enumerate(map(in_article, ("渡轮停航三天。", "小学招生。")))
    ]
    shares = term_shares("ferry fares", "", ranked)
    assert shares.of({"渡轮"}) == shares.of({"ferry"}) == shares.of({"渡轮", "轮渡"}) > 0
    assert shares.of({"渡轮", "票价"}) == pytest.approx(1)
    centres = term_shares("Is the data centre near the city centre?", "", ranked)
    assert centres.of({"数据", "据中", "中心"}) > centres.of({"中心"})
