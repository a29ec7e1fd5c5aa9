"""Which passages a chat model is shown."""

from __future__ import annotations

from datetime import date

import pytest

from index.chunk import count_tokens
from index.records import Article, Passage, Span
from rag.extractive.candidates import Candidate, Features
from rag.generation.quotation import Quotation
from rag.generation.shown import choose_passages, choose_stories, newest_first
from rag.records import RankedPassage
from tests.rag.conftest import ranked

SENTENCES = [f"第{n}站今年有旅客{n}万人，站台{n}座。" for n in range(60)]
LONG = "".join(SENTENCES)


def hit(article, start, end, score):
    return RankedPassage(Passage(1, article, Span(start, end), "zh"), score, score)


def long_article(name="long", day=None):
    return Article(name, f"车站{name}", "", day, "试验号", LONG, "", "zh")


def candidate(article, sentence, probability):
    start = article.text.index(sentence)
    span = Span(start, start + len(sentence))
    return Candidate(
        Passage(1, article, span, "zh"), span, None, Features(0, 0, 0, 0, 0, 0), probability
    )


def tokens(passages):
    said = [Quotation.of(p.article, p.text).numbered(n) for n, p in enumerate(passages, 1)]
    return count_tokens("\n".join(said))


def test_the_best_article_is_shown_whole_where_it_fits():
    article = long_article()
    start = LONG.index(SENTENCES[30])
    found = [
        [hit(article, start, start + len(SENTENCES[30]), 0.9)],
        [ranked("丙。", article_id="b")],
    ]
    chosen = choose_passages(found, (), 3000)
    assert [p.text for p in chosen] == [LONG, "丙。"]


def test_of_a_long_article_what_lies_around_the_likeliest_sentences_is_shown():
    article = long_article()
    start = LONG.index(SENTENCES[5])
    found = [
        [hit(article, start, start + len(SENTENCES[5]), 0.9)],
        [ranked("丙。", article_id="b")],
    ]
    chosen = choose_passages(found, [candidate(article, SENTENCES[40], 0.8)], 400)
    shown = "".join(p.text for p in chosen)
    assert all(SENTENCES[n] in shown for n in (39, 40, 41))
    assert "丙。" in shown
    assert tokens(chosen) <= 400


def test_what_answers_likeliest_comes_first_whatever_retrieval_says():
    first, second = (
        ranked("甲。", article_id="a", score=0.9),
        ranked("乙。", article_id="b", score=0.1),
    )
    article = second.passage.article
    chosen = choose_passages([[first], [second]], [candidate(article, "乙。", 0.9)], 1000)
    assert [p.text for p in chosen] == ["乙。", "甲。"]


@pytest.mark.parametrize("budget", [60, 150, 400, 900])
def test_no_more_is_shown_than_fits(budget):
    articles = [long_article(name) for name in ("a", "b", "c")]
    found = [[hit(one, 0, 40, 1.0), hit(one, 400, 440, 0.5)] for one in articles]
    assert tokens(choose_passages(found, (), budget)) <= budget


def test_at_least_one_passage_is_shown():
    assert [p.text for p in choose_passages([[ranked("甲" * 40)]], (), 1)] == ["甲" * 40]
    assert choose_passages([], (), 100) == []
    assert choose_passages([[ranked("", title="空")]], (), 100) == []


def test_passages_of_no_more_articles_are_chosen_than_are_wanted():
    found = [
        [ranked("大桥通车。", article_id="a", score=0.9)],
        [ranked("大桥很美。", article_id="b", score=0.7)],
    ]
    chosen = choose_passages(found, (), 1000, most_sources=1)
    assert [passage.article.article_id for passage in chosen] == ["a"]


def test_a_copy_is_left_out_where_its_original_is_there():
    copy = [ranked("甲。", article_id="copy", score=0.9, originals=["a"])]
    original = [ranked("甲。", article_id="a", score=0.5)]
    assert [p.article.article_id for p in choose_passages([copy, original], (), 100)] == ["a"]
    assert [p.article.article_id for p in choose_passages([copy], (), 100)] == ["copy"]


def test_every_story_has_its_share():
    stories = [long_article(name) for name in ("a", "b", "c")]
    chosen = choose_stories(stories, 600)
    assert [p.article.article_id for p in chosen] == ["a", "b", "c"]
    assert all(p.span.start == 0 and len(p.text) > 80 for p in chosen)
    assert tokens(chosen) <= 600
    assert [p.text for p in choose_stories(stories[:1], 9000)] == [LONG]


def test_the_newest_first():
    old, new, undated = (
        long_article(n, d)
        for n, d in (("o", date(2024, 1, 1)), ("n", date(2025, 1, 1)), ("u", None))
    )
    passages = [Passage(1, one, Span(0, 5), "zh") for one in (undated, old, new)]
    assert [p.article.article_id for p in newest_first(passages)] == ["n", "o", "u"]
