"""How sentences are scored: each feature, and that probabilities are such."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.records import Span
from rag.extractive.candidates import (
    PASSAGES,
    in_article,
    readable,
    score_sentences,
    term_shares,
)
from rag.extractive.reader import FoundSpan, PassageReading
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


def scored(question, *hits, background=""):
    return score_sentences(question, hits, FakeReader(), background)


def test_every_sentence_is_scored_likeliest_first():
    candidates = scored("大桥全长多少公里？", ranked("大桥很美。大桥全长3.2公里。"))
    assert [candidate.text for candidate in candidates] == ["大桥全长3.2公里。", "大桥很美。"]
    assert sum(candidate.probability for candidate in candidates) == pytest.approx(1)
    assert candidates[0].probability > candidates[1].probability


def test_each_sign_is_read_from_the_text():
    text = "大桥建好了。全长3.2公里。通车"
    hit = ranked(text, title="东岸", before="前面还有一句。")
    (reading,) = FakeReader().read("东岸大桥全长多少公里？", [("东岸", text)])
    candidates = {c.text: c for c in scored("东岸大桥全长多少公里？", hit)}
    length = candidates["全长3.2公里。"]
    assert length.short == "3.2公里"
    assert length.features.first == 1
    assert length.features.own > 0
    assert length.features.title > 0
    assert length.features.answers == reading.answers
    assert length.features.span == max(found.score for found in reading.spans)


class Silent:
    """A reader that finds nothing."""

    def read(self, question, passages, background=""):
        return [PassageReading(-3.0, ()) for _ in passages]


def test_a_sentence_without_a_span_is_a_candidate_still():
    (candidate,) = score_sentences("谁？", [ranked("大桥通车。")], Silent())
    assert (candidate.words, candidate.short) == (None, "")


class Long:
    """A reader whose span goes on into the next sentence."""

    def read(self, question, passages, background=""):
        return [PassageReading(1.0, (FoundSpan(Span(2, 8), 1.0),)) for _ in passages]


def test_words_end_with_their_sentence():
    candidates = score_sentences("谁？", [ranked("大桥通车。船停了。")], Long())
    assert {c.text: c.short for c in candidates} == {"大桥通车。": "通车。", "船停了。": ""}


def test_what_lies_between_the_passages_of_the_best_article_is_read_too():
    before = "".join(f"第{n}句说的是别的事情。" for n in range(60)) + "电话是555。"
    hit = ranked("大桥通车了。", before=before)
    reader = FakeReader()
    candidates = score_sentences("电话多少？", [hit], reader)
    assert "电话是555。" in [candidate.text for candidate in candidates]
    assert 1 < reader.read_pairs <= 6


def test_of_a_long_article_the_best_pieces_their_neighbours_and_its_end_are_read():
    before = "".join(f"前面第{n}句说的是别的事情。" for n in range(400))
    text = (
        "大桥通车了。"
        + "".join(f"后面第{n}句说的也是别的事情。" for n in range(400))
        + "电话是555。"
    )
    reader = FakeReader()
    whole = ranked(text, before=before)
    span = Span(len(before), len(before) + 900)
    hit = replace(whole, passage=replace(whole.passage, span=span))
    found = {c.text for c in score_sentences("电话多少？", [hit], reader)}
    assert "大桥通车了。" in found
    assert "电话是555。" in found
    assert reader.read_pairs <= 12
    assert len(found) < 200


def test_a_worse_passage_and_another_article_count_less():
    best = ranked("大桥全长3.2公里。", article_id="a", score=2.0)
    worse = ranked("大桥全长9公里。", article_id="b", score=1.0)
    features = {
        c.passage.article.article_id: c.features for c in scored("大桥全长多少公里？", best, worse)
    }
    assert (features["a"].passage, features["a"].first) == (0, 1)
    assert (features["b"].passage, features["b"].first) == (-1, 0)


def test_terms_of_the_question_before_count_half():
    hits = [ranked("天气很好。")]
    shares = term_shares("校长", "食堂", hits)
    assert shares.of({"校长"}) == pytest.approx(2 * shares.of({"食堂"}))
    assert shares.of({"校长", "食堂"}) == pytest.approx(1)


def test_a_copy_is_not_read_beside_its_original():
    original = ranked("大桥通车。", article_id="a", score=1.0)
    copy = ranked("大桥通车了。", article_id="b", score=2.0, originals=["a"])
    other = ranked("大桥通车啦。", article_id="c", score=3.0, originals=["gone"])
    read = readable([[copy], [original], [other]])
    assert [hit.passage.article.article_id for hit in read] == ["c", "a"]


def test_no_more_than_the_best_passages_with_text_are_read():
    hits = [[ranked("大桥。", article_id=str(n), score=n / 10)] for n in range(PASSAGES + 5)]
    read = readable([*hits, [ranked("", article_id="title", score=99.0)]])
    assert len(read) == PASSAGES
    assert read[0].passage.article.article_id == str(PASSAGES + 4)


def test_passages_far_behind_the_best_are_not_read():
    hits = [[ranked("大桥。", article_id=str(n), score=float(n))] for n in range(6)]
    assert [hit.score for hit in readable(hits)] == [5, 4, 3, 2]
    assert readable([]) == []


def test_words_that_few_passages_have_count_more():
    hits = [ranked(f"临江市第{n}次讲到工厂。") for n in range(4)] + [ranked("临江市的苗圃。")]
    shares = term_shares("临江苗圃", "", hits)
    assert shares.of({"苗圃"}) > shares.of({"临江"})


class Remembering(FakeReader):
    """Keeps what questions leant on."""

    background = ""

    def read(self, question, passages, background=""):
        self.background = background
        return super().read(question, passages)


def test_the_reader_is_told_what_a_question_leans_on():
    reader = Remembering()
    score_sentences("多少公里？", [ranked("大桥全长3.2公里。")], reader, "大桥有多长？")
    assert reader.background == "大桥有多长？"


def test_an_article_that_is_known_to_be_likelier_has_its_sentences_before_others_as_likely():
    one = ranked("大桥全长3.2公里。", article_id="one", score=1.0)
    other = ranked("大桥全长3.5公里。", article_id="other", score=0.9)
    candidates = score_sentences("大桥全长多少公里？", [one, other], FakeReader())
    assert candidates[0].text == "大桥全长3.2公里。"
    weighed = in_article(candidates, "other", 10.0)
    assert [each.text for each in weighed] == ["大桥全长3.5公里。", "大桥全长3.2公里。"]
    assert sum(each.probability for each in weighed) == pytest.approx(1)
    before, after = (each[at].probability for each, at in ((candidates, 1), (weighed, 0)))
    assert after / (1 - after) == pytest.approx(10 * before / (1 - before))
