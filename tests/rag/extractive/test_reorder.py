"""Articles in the order of retrieval and reader together."""

from __future__ import annotations

from index.records import Span
from rag.extractive.candidates import score_sentences
from rag.extractive.reader import FoundSpan, PassageReading
from rag.extractive.reorder import Weights, best_answers, reordered
from tests.rag.conftest import ranked

WEIGHTS = Weights(same=0.5, foreign=2.0)


class Told:
    """A reader that was told how far each text answers."""

    def __init__(self, **answers):
        self._answers = answers

    def read(self, question, passages, background=""):
        span = (FoundSpan(Span(0, 1), 0.0),)
        return [PassageReading(self._answers[title], span) for title, _ in passages]


def order(question, reader, *hits, weights=WEIGHTS):
    articles = [[hit] for hit in hits]
    read = [hit for hit in hits if hit.passage.text]
    candidates = score_sentences(question, read, reader)
    return [
        (some[0].passage.article.article_id, round(some[0].score, 3))
        for some in reordered(question, articles, candidates, weights)
    ]


def test_the_reader_moves_an_article_that_answers_forward_and_scores_still_fall():
    first = ranked("大桥很美。", article_id="a", title="a", score=3.0)
    second = ranked("大桥通车。", article_id="b", title="b", score=2.0)
    assert order("大桥？", Told(a=-2.0, b=2.0), first, second) == [("b", 3.0), ("a", 2.0)]
    assert order("大桥？", Told(a=0.0, b=1.0), first, second) == [("a", 3.0), ("b", 2.0)]


def test_across_languages_the_reader_counts_more():
    first = ranked("It sails.", article_id="a", title="a", score=3.0)
    second = ranked("It stops.", article_id="b", title="b", score=2.0)
    assert order("大桥？", Told(a=0.0, b=1.0), first, second) == [("b", 3.0), ("a", 2.0)]


def test_what_was_not_read_keeps_its_place():
    first = ranked("大桥。", article_id="read", title="read", score=3.0)
    only_title = ranked("", article_id="x", title="x", score=2.0)
    last = ranked("大桥通车。", article_id="last", title="last", score=1.0)
    found = order("大桥？", Told(read=-9.0, last=9.0), first, only_title, last)
    assert found == [("last", 3.0), ("x", 2.0), ("read", 1.0)]


def test_where_the_reader_counts_nothing_the_order_stays():
    hits = [
        ranked("大桥。" if name != "x" else "", article_id=name, title=name, score=score)
        for name, score in (("x", 3.0), ("a", 2.0), ("b", 1.0))
    ]
    found = order("大桥？", Told(a=-9.0, b=9.0), *hits, weights=Weights(same=0.0, foreign=0.0))
    assert found == [("x", 3.0), ("a", 2.0), ("b", 1.0)]


def test_nothing_read_changes_nothing():
    articles = [[ranked("甲。", article_id="a", score=2.0)], [ranked("乙。", article_id="b")]]
    assert reordered("？", articles, []) == articles
    assert best_answers([]) == {}
