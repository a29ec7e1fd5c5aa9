"""Which sentences of the evidence a sentence of the answer rests on."""

from __future__ import annotations

import numpy as np
import pytest

from index.embedding.centring import Centres
from index.records import Span
from rag.verification.align import MOST_PROOFS, align, centred_similarity, details_of
from rag.verification.reading import content, read, read_evidence, share
from tests.conftest import FakeEncoder
from tests.rag.verification.helpers import passage


def chosen(sentence: str, *passages, **options):
    said = read(sentence)
    evidence = read_evidence(passages)
    found = align(said, details_of(said, translated=False), evidence, **options)
    return [sentence.reading.text for sentence in found.evidence]


def test_a_text_is_read_once_for_all_that_is_compared():
    reading = read("截至9月24日，E20已售135台。")
    assert reading.bare == "截至     ，E20已售    。"
    assert reading.folded == "截至9月24日e20已售135台"
    assert reading.words == {"e20"}
    assert reading.characters == frozenset("截至9月24日e20已售135台")
    assert [len(reading.quantities), len(reading.dates)] == [1, 1]
    assert reading.terms == {"截至", "e20", "售"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("大桥的全长", ["大桥", "全长"]),
        ("其中大桥", ["大桥"]),
        ("The opened bridges", ["open", "bridg"]),
        ("running", ["runn"]),
        ("", []),
    ],
)
def test_content_leaves_out_what_carries_no_meaning(text, terms):
    assert content(text) == terms


@pytest.mark.parametrize(
    ("wanted", "having", "characters", "expected"),
    [
        ([], [], "", 1.0),
        (["大桥"], ["大桥"], "", 1.0),
        (["大桥"], [], "桥很大", 0.5),
        (["大桥"], [], "大", 0.0),
        (["大桥", "通车"], ["大桥"], "大桥", 0.5),
        (["open"], [], "open", 0.0),
        (["open", "ferry"], ["ferry"], "", 0.5),
    ],
)
def test_the_share_of_terms(wanted, having, characters, expected):
    assert share(frozenset(wanted), frozenset(having), frozenset(characters)) == expected


def test_grounds_are_whole_sentences_with_their_neighbours():
    evidence = passage("桥很长。\n水很深。", before="昨天下雨。", after="山很高。")
    first, second = read_evidence([evidence])
    assert (first.before, first.reading.text, first.after) == ("昨天下雨。", "桥很长。", "水很深。")
    assert (second.before, second.after, second.span) == ("桥很长。", "山很高。", Span(10, 14))
    assert [(g.number, g.place) for g in (first, second)] == [(1, 1), (1, 2)]
    lone = read_evidence([passage("桥很长。")])[0]
    assert (lone.before, lone.after) == ("", "")


def test_a_sentence_that_two_passages_share_comes_once():
    one, other = passage("桥很长。水很深。"), passage("水很深。", before="桥很长。")
    assert [sentence.number for sentence in read_evidence([one, other])] == [1, 1]
    other = passage("桥很长。", article_id="b")
    assert [sentence.number for sentence in read_evidence([one, other])] == [1, 1, 2]


def test_a_passage_that_cuts_a_sentence_counts_it_whole():
    assert [g.reading.text for g in read_evidence([passage("很长", before="桥", after="。")])] == [
        "桥很长。"
    ]


def test_the_number_decides_between_like_sentences():
    text = "东厂去年生产茶叶30吨。西厂去年生产茶叶50吨。"
    assert chosen("去年生产茶叶50吨。", passage(text)) == ["西厂去年生产茶叶50吨。"]


def test_no_more_sentences_than_needed():
    text = "东仓存茶240箱。西仓存茶350箱。南仓存茶460箱。北仓存茶570箱。"
    assert len(chosen("东仓存茶240箱。", passage(text))) == 1
    every = "东仓存茶240箱，西仓存茶350箱，南仓存茶460箱，北仓存茶570箱。"
    assert len(chosen(every, passage(text))) == MOST_PROOFS


def test_a_number_is_not_taken_from_where_something_else_is_told():
    text = "东岸大桥今年六月通车。面馆的面条每碗卖24元。"
    assert chosen("东岸大桥今年六月通车，收费24元。", passage(text)) == ["东岸大桥今年六月通车。"]


def test_nothing_near_gives_nothing():
    assert chosen("食堂红烧肉。", passage("大桥通车。")) == []
    assert chosen("食堂红烧肉。", passage("大桥通车。"), written=[1]) == []
    assert chosen("食堂红烧肉。") == []


def test_only_what_is_in_another_language_is_asked_of_the_vectors():
    asked = []

    def similarity(sentence, texts):
        asked.append((sentence, list(texts)))
        return np.full(len(texts), 0.9)

    passages = [passage("大桥通车。"), passage("The bridge opened.", article_id="en")]
    assert chosen("桥梁开放。", *passages, similarity=similarity) == ["The bridge opened."]
    assert asked == [("桥梁开放。", ["The bridge opened."])]


def test_similarity_is_the_cosine_after_centring():
    encoder = FakeEncoder()
    plain = encoder.encode_passages(["大桥通车", "大桥通车"])
    nothing = Centres({"zh": np.zeros(encoder.dimension, np.float32), "en": plain[0]})
    values = centred_similarity(encoder, nothing)("大桥通车", ["大桥通车", "食堂面条"])
    assert values.shape == (2,)
    assert values[0] == pytest.approx(1, abs=1e-5)
    assert values[1] < 0.5
