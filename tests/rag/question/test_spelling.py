"""Questions that sound like words of the library, and what is made of them."""

from __future__ import annotations

from collections import Counter

import pytest

from index.build import index_raw
from index.library.library import Library
from index.text.terms import index_terms
from rag.question.spelling import respelled
from tests.conftest import FakeEncoder, article

TEXTS = (
    "海棠小学的木工课开课了，木工课老师是温如玉。",
    "海棠小学今年新开木工课，报名八月开始。",
    "夜间渡轮开往青屿，渡轮票价45元。",
    "青屿渡轮码头在扩建，渡轮停航三天。",
    "青屿渡轮每天六班。",
    "最后一班渡轮在九点。",
    "市里的大桥通车了，通车仪式在上午举行。",
)


class Words:
    """A library of a few texts."""

    def __init__(self, texts=TEXTS, passages=0):
        self._texts, self._passages = texts, passages
        self._counted = Counter(term for text in texts for term in set(index_terms(text)))

    def documents(self, terms):
        return {term: self._counted[term] for term in terms if term in self._counted}

    def says(self, words):
        return any(words in text for text in self._texts)

    def size(self):
        return self._passages or len(self._texts)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("海棠小学的木公课什么时候报名？", "海棠小学的木工课什么时候报名？"),
        ("青屿度轮码头在哪里", "青屿渡轮码头在哪里"),
        ("杜轮停航几天", "渡轮停航几天"),  # at the edge of a sentence
    ],
)
def test_a_character_that_sounds_like_one_of_the_library_is_put_right(written, meant):
    assert respelled(written, Words()) == meant


def test_where_a_run_ends_more_passages_have_to_say_it():
    asked = "杜轮停航几天"
    assert respelled(asked, Words(passages=10_000)) == asked
    inside = "青屿度轮码头在哪里"
    assert respelled(inside, Words(passages=10_000)) != inside


@pytest.mark.parametrize(
    "question",
    [
        "海棠小学的木工课什么时候报名？",
        "火星上有渡轮吗？",  # what the library lacks, and does not sound like anything there
        "9清屿渡轮停航？",  # a word behind a figure counts, and is not put right
        "９清屿渡轮停航？",
        "青屿渡伦X7停航？",  # one before letters has but one neighbour that tells of it
        "谁？",
        "Who teaches woodwork?",
        "MES",
        "2025",
        "渡轮票价45元贵不贵",
    ],
)
def test_what_is_written_right_or_unknown_stays(question):
    assert respelled(question, Words()) == question


@pytest.mark.parametrize(
    ("pinyin", "meant"),
    [
        ("dulun piaojia duoshao qian", "渡轮票价多少钱"),
        ("mugongke shenme shihou baoming?", "木工课什么时候报名"),
        ("Haitang xiaoxue zai nali", "海棠小学在哪里"),
        ("mu gong ke bao ming", "木工课报名"),
        ("dulun X7 piaojia 45 ma?", "渡轮X7票价45吗"),  # what stands for itself
    ],
)
def test_pinyin_is_read_by_the_words_of_the_library(pinyin, meant):
    assert respelled(pinyin, Words()) == meant


@pytest.mark.parametrize(
    "question",
    [
        "When can men go",  # syllables of pinyin, and too few
        "Why are the ferries late",
        "huoxing yimin jihua shi shenme",  # nothing of it is in the library
        "MES xitong shi shenme",  # an abbreviation stands for itself
        "",
    ],
)
def test_what_is_not_pinyin_of_this_library_stays(question):
    assert respelled(question, Words()) == question


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("When does the Qingyu ferry stop?", "When does the Qingyu (青屿) ferry stop?"),
        ("Where does Wen Ruyu teach?", "Where does Wen Ruyu (温如玉) teach?"),
        ("Who runs Hai-Tang School in Tarn?", "Who runs Hai-Tang (海棠) School in Tarn?"),
        ("Is Haitang's Wen Ruyu ill?", "Is Haitang's (海棠) Wen Ruyu (温如玉) ill?"),
        ("Which school is new?", "Which school is new?"),
        ("Who owns DU LUN?", "Who owns DU LUN?"),
        ("Where is Changsha?", "Where is Changsha?"),
        ("Do China's ferries stop?", "Do China's ferries stop?"),
    ],
)
def test_names_in_english_are_what_the_library_calls_them(asked, meant):
    assert respelled(asked, Words()) == meant


def test_places_have_other_names_in_english():
    library = Words(("中国渡轮开往香港。",))
    asked = "Do China's ferries sail to Hong Kong?"
    assert respelled(asked, library) == "Do China (中国)'s ferries sail to Hong Kong (香港)?"


def test_of_names_of_one_sound_those_are_meant_that_are_said_as_often():
    library = Words(("威海港开港。", "威海渡轮停航。", "危害很大。", "有危害。", "没有危害。"))
    assert respelled("A ferry to Weihai?", library) == "A ferry to Weihai (危害/威海)?"
    often = Words((*["威海港开港。"] * 9, "危害很大。"))
    assert respelled("A ferry to Weihai?", often) == "A ferry to Weihai (威海)?"


def test_words_that_ask_are_put_right_by_no_article():
    articles = Words(("活动时间限制为一天。", "时间限定两小时。", "时间限制已取消。", *TEXTS))
    question = "青屿渡轮停航，给个时间线"
    assert respelled(question, articles) == question


def test_a_word_of_one_character_beside_one_that_asks_is_right():
    articles = Words(("哪些时间可用都已定下。", "哪些时候渡轮停航另告。", *TEXTS))
    assert respelled("前八名是哪些市？", articles) == "前八名是哪些市？"


def test_nothing_is_put_right_in_an_empty_library():
    assert respelled("青屿度轮码头在哪里", Words(())) == "青屿度轮码头在哪里"
    assert respelled("dulun piaojia duoshao qian", Words(())) == "dulun piaojia duoshao qian"


def test_a_library_counts_passages_by_term_and_finds_words(tmp_path):
    texts = [article(f"{at}", text) for at, text in enumerate(TEXTS[:2])]
    index_raw(texts, tmp_path / "library", encoder=FakeEncoder())
    with Library.open(tmp_path / "library") as library:
        assert library.documents(["木工", "渡轮"]) == {"木工": 2}
        assert library.says("木工课")
        assert library.says("“木工”课")
        assert not library.says("工木")
