"""Sentences under headings, with their citations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.records import Article, Span
from rag.extractive.answer import Draft
from rag.kinds.pieces import ABOVE, UNTOLD, Part, Piece, draft_of, is_named, joined
from rag.records import Certainty


def made(text: str, title: str = "渡轮开航", article_id: str = "a") -> Article:
    return Article(article_id, title, "", None, "号", text, "", "zh")


def test_the_same_words_are_cited_once():
    one = made("渡轮今天开航。票价45元。")
    draft = draft_of(
        [Piece(one, Span(0, 7)), Piece(one, Span(7, 13)), Piece(one, Span(0, 7), "又")]
    )
    assert [cited.quote for cited in draft.citations] == ["渡轮今天开航。", "票价45元。"]
    assert [said.markers for said in draft.sentences] == [(1,), (2,), (1,)]


def test_what_rests_on_the_catalogue_has_no_marker():
    draft = draft_of([Piece(None, text="共 3 篇。")])
    assert draft.text == "共 3 篇。"
    assert not draft.citations


def test_parts_stand_on_lines_of_their_own():
    one = made("渡轮今天开航。票价45元。")
    pieces = [Piece(one, Span(0, 7), heading="何时？"), Piece(one, Span(7, 13), heading="票价")]
    assert draft_of(pieces).text == "何时？ 渡轮今天开航。 [1]\n票价：票价45元。 [2]"


def draft(text: str, certainty: Certainty = Certainty.DIRECT) -> Draft:
    one = made(text)
    return draft_of([Piece(one, Span(0, len(text)))], certainty=certainty)


def test_of_a_part_that_nothing_answers_it_is_said():
    answer = joined([Part("甲？", draft("甲是一。")), Part("乙？", None)], in_english=False)
    assert answer
    assert [one.text for one in answer.sentences] == ["甲是一。", UNTOLD[False]]
    assert answer.sentences[1].markers == ()


def test_a_part_that_is_only_near_says_so():
    parts = [Part("甲？", draft("甲是一。")), Part("乙？", draft("丙是三。", Certainty.NEAREST))]
    answer = joined(parts, in_english=False)
    assert answer
    assert answer.sentences[1].text.startswith("没有找到直接的回答")
    assert answer.sentences[1].markers == (2,)


def test_a_part_that_is_likely_says_so_and_counts():
    likely = Part("乙？", draft("乙是二。", Certainty.LIKELY))
    answer = joined([likely, Part("甲？", None)], in_english=False)
    assert answer
    assert answer.sentences[0].text == "最可能的答案，请对照原文：乙是二。"


def test_no_answer_of_parts_that_nothing_answers():
    near = Part("乙？", draft("丙是三。", Certainty.NEAREST))
    assert joined([near, Part("甲？", None)], in_english=False) is None


def test_what_is_told_of_one_year_is_not_told_of_another():
    told = draft("2024年客流2亿。")
    assert is_named("2024年", told)
    assert not is_named("2023年", told)


def test_what_one_sentence_answers_stands_once_under_both_questions():
    parts = [Part("何时？", draft("渡轮今天开航。")), Part("哪天？", draft("渡轮今天开航。"))]
    said = joined([*parts, Part("票价？", draft("票价45元。"))], in_english=False)
    assert said
    assert [one.heading for one in said.sentences] == ["何时？ 哪天？", "票价？"]


@pytest.mark.parametrize("in_english", [True, False])
def test_of_a_part_whose_sentence_stands_under_another_that_is_said(in_english):
    told = draft("渡轮今天开航。")
    above = told.sentences[0].text
    parts = [Part("一", told), Part("二", None, above=above), Part("三", None)]
    answer = joined(parts, in_english=in_english)
    assert [one.text for one in answer.sentences[1:]] == [ABOVE[in_english], UNTOLD[in_english]]
    assert [one.markers for one in answer.sentences] == [(1,), (1,), ()]


def test_of_a_part_that_is_a_list_nothing_is_left_out():
    one = made("甲乙丙丁")
    items = [Piece(one, Span(at, at + 1)) for at in range(4)]
    answer = joined([Part("一", replace(draft_of(items), listed=True))], in_english=False)
    assert len(answer.sentences) == 4
