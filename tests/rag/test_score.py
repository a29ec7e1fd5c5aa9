"""How sentences are scored: each sign, and that probabilities are such."""

from __future__ import annotations

import pytest

from rag.score import PASSAGES, readable, score_sentences, term_shares
from tests.conftest import FakeEncoder
from tests.rag.conftest import ranked


def scored(question, *hits, background=""):
    return score_sentences(question, hits, FakeEncoder(), background)


def test_every_sentence_is_scored_likeliest_first():
    candidates = scored("大桥全长多少公里？", ranked("大桥很美。大桥全长3.2公里。"))
    assert [candidate.text for candidate in candidates] == ["大桥全长3.2公里。", "大桥很美。"]
    assert sum(candidate.probability for candidate in candidates) == pytest.approx(1)
    assert candidates[0].probability > candidates[1].probability


def test_each_sign_is_read_from_the_text():
    text = "大桥建好了。全长3.2公里。通车"
    candidates = {
        c.text: c.signs for c in scored("东岸大桥全长多少公里？", ranked(text, title="东岸"))
    }
    length = candidates["全长3.2公里。"]
    assert (length.holds, length.exactly, length.first) == (1, 1, 1)
    assert length.own > 0
    assert length.title > 0
    assert length.before > 0
    assert length.focus > 0
    assert candidates["大桥建好了。"].before == 0
    assert (candidates["通车"].scrap, candidates["通车"].headline) == (1, 1)


def test_a_worse_passage_and_another_article_count_less():
    best = ranked("大桥全长3.2公里。", article_id="a", score=2.0)
    worse = ranked("大桥全长9公里。", article_id="b", score=1.0)
    signs = {
        c.passage.article.article_id: c.signs for c in scored("大桥全长多少公里？", best, worse)
    }
    assert (signs["a"].passage, signs["a"].first) == (0, 1)
    assert (signs["b"].passage, signs["b"].first) == (-1, 0)


def test_terms_of_the_question_before_count_half():
    hits = [ranked("天气很好。")]
    shares = term_shares("校长", "食堂", hits)
    assert shares["校长"] == pytest.approx(2 * shares["食堂"])
    assert sum(shares.values()) == pytest.approx(1)


def test_a_copy_is_not_read_beside_its_original():
    original = ranked("大桥通车。", article_id="a", score=1.0)
    copy = ranked("大桥通车了。", article_id="b", score=2.0, originals=["a"])
    other = ranked("大桥通车啦。", article_id="c", score=3.0, originals=["gone"])
    read = readable([[copy], [original], [other]])
    assert [hit.passage.article.article_id for hit in read] == ["c", "a"]


def test_no_more_than_the_best_passages_with_text_are_read():
    hits = [[ranked("大桥。", article_id=str(n), score=n)] for n in range(PASSAGES + 5)]
    read = readable([*hits, [ranked("", article_id="title", score=99.0)]])
    assert len(read) == PASSAGES
    assert read[0].passage.article.article_id == str(PASSAGES + 4)


def test_words_that_few_passages_have_count_more():
    hits = [ranked(f"临江市第{n}次讲到工厂。") for n in range(4)] + [ranked("临江市的苗圃。")]
    shares = term_shares("临江苗圃", "", hits)
    assert shares["苗圃"] > shares["临江"]
