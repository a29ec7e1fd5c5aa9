"""Question and passage as token ids, and the way back to characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding.packaged_model import packaged_graph
from index.embedding.tokenizer import PackagedTokenizer
from index.records import Span
from rag.extractive.reader_input import LONGEST, make_pairs
from tests.tiny_reader import CHARACTERS, write_tiny_checkpoint

BEGIN, PAD, END, UNKNOWN = range(4)
QUESTION, TITLE = "大桥什么时候通车？", "东岸大桥"
TEXT = "东岸大桥将于6月28日通车。全长3.2公里，是东岸大桥。"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return PackagedTokenizer(write_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


def pair_of(tokenizer, text, *, question=QUESTION, title=TITLE):
    (pair,) = make_pairs(tokenizer, question, [(title, text)])
    return pair


def test_a_pair_is_question_title_and_passage_between_separators(tokenizer):
    pair = pair_of(tokenizer, TEXT)
    parts = [found.ids for found in tokenizer.encode([QUESTION, TITLE, TEXT])]
    head = [BEGIN, *parts[0], END, END, *parts[1], END]
    assert list(pair.ids) == [*head, *parts[2], END]
    assert pair.passage == len(head)
    assert len(pair.offsets) == len(parts[2])


def test_what_a_question_leans_on_stands_before_the_title(tokenizer):
    (pair,) = make_pairs(tokenizer, "多长？", [(TITLE, TEXT)], QUESTION)
    parts = [found.ids for found in tokenizer.encode(["多长？", QUESTION, TITLE, TEXT])]
    head = [BEGIN, *parts[0], END, END, *parts[1], END, *parts[2], END]
    assert list(pair.ids) == [*head, *parts[3], END]
    assert pair.characters(*pair.tokens(Span(0, 4))).of(TEXT) == "东岸大桥"


def test_of_a_long_conversation_the_end_is_read_beside_the_question(tokenizer):
    (pair,) = make_pairs(tokenizer, "多长？", [(TITLE, TEXT)], "学" * 500 + QUESTION)
    (whole,) = make_pairs(tokenizer, "多长？", [(TITLE, TEXT)], "学" * 600 + QUESTION)
    assert pair.ids == whole.ids
    last = tokenizer.encode([QUESTION])[0].ids[-1]
    assert last in pair.ids[: pair.passage]


def test_pairs_come_in_the_order_of_the_passages_each_as_if_alone(tokenizer):
    passages = [(TITLE, TEXT), ("", "海棠小学。"), ("标题", "")]
    assert make_pairs(tokenizer, QUESTION, passages) == [
        pair_of(tokenizer, text, title=title) for title, text in passages
    ]
    assert make_pairs(tokenizer, QUESTION, []) == []


def test_a_passage_without_text_is_a_pair_without_offsets(tokenizer):
    pair = pair_of(tokenizer, "")
    assert pair.offsets == ()
    assert pair.passage == len(pair.ids) - 1


def test_what_is_too_long_is_cut_and_the_passage_keeps_most_of_the_room(tokenizer):
    pair = pair_of(tokenizer, "大" * 900, question="学" * 500, title="校" * 500)
    assert len(pair.ids) == LONGEST
    assert pair.ids[-1] == END
    assert len(pair.offsets) == LONGEST - pair.passage - 1 > LONGEST / 2


def test_where_an_answer_was_cut_off_it_has_no_tokens(tokenizer):
    pair = pair_of(tokenizer, "大" * 400 + "通车")
    assert pair.tokens(Span(400, 402)) is None
    last = pair.offsets[-1][1]
    assert pair.tokens(Span(last - 1, last + 1)) is None
    assert pair.tokens(Span(last - 1, last)) == (len(pair.ids) - 2, len(pair.ids) - 2)


@pytest.mark.parametrize("words", ["6月28日", "东岸大桥", "通车", "3.2公里", "。"])
def test_tokens_and_characters_are_each_others_way_back(tokenizer, words):
    pair = pair_of(tokenizer, TEXT)
    span = Span(TEXT.index(words), TEXT.index(words) + len(words))
    assert pair.characters(*pair.tokens(span)) == span


def test_the_space_before_a_word_is_no_part_of_it(tokenizer):
    text = "see the bridge\nthe end"
    pair = pair_of(tokenizer, text)
    for words in ("the bridge", "the", "the end", "bridge"):
        span = Span(text.index(words), text.index(words) + len(words))
        assert pair.characters(*pair.tokens(span)).of(text) == words


# Mostly characters that the tokenizer knows, some that it joins, drops or takes apart.
TEXTS = st.text(
    st.sampled_from(CHARACTERS + " \n㎡½①ａ龘鱻😀") | st.characters(codec="utf-8"), max_size=60
)


@settings(max_examples=80, deadline=None)
@given(text=TEXTS, data=st.data())
def test_the_tokens_of_a_span_cover_it_and_lie_in_the_text(tokenizer, text, data):
    pair = pair_of(tokenizer, text)
    if not pair.offsets:
        return
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    found = pair.tokens(span)
    words = span.of(text).strip()
    if found is None or not words:
        return
    first, last = found
    assert pair.passage <= first
    assert last < len(pair.ids) - 1
    if first <= last:
        covered = pair.characters(first, last)
        assert 0 <= covered.start <= covered.end <= len(text)
        assert covered.of(text) == covered.of(text).strip()
        assert words in text[min(start, covered.start) : covered.end]


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from([c for c in CHARACTERS if c not in " ▁"]), min_size=1, max_size=50))
def test_every_token_of_a_plain_text_is_found_again_by_its_characters(tokenizer, text):
    pair = pair_of(tokenizer, text)
    for place in range(pair.passage, len(pair.ids) - 1):
        span = pair.characters(place, place)
        if span.start < span.end:
            first, last = pair.tokens(span)
            assert pair.characters(first, last) == span


@pytest.mark.parametrize("text", ["大桥</s>通车", "<s><pad></s>", "</s> </s>"])
def test_a_separator_in_a_text_is_text(tokenizer, text):
    pair = pair_of(tokenizer, text, question=text, title=text)
    inside = pair.ids[pair.passage : -1]
    assert min(inside) >= UNKNOWN
    assert PAD not in pair.ids
    assert pair.ids.count(BEGIN) == 1
    assert pair.ids.count(END) == 4
    assert pair.characters(pair.passage, len(pair.ids) - 2) == Span(0, len(text))


@pytest.mark.model
def test_with_the_packaged_tokenizer_separators_are_text_and_spans_are_words():
    tokenizer = PackagedTokenizer(packaged_graph())
    text = "大桥</s>通车 <s> The night ferry runs until 31 August.\nTickets cost 45 yuan, 约20㎡。"
    pair = pair_of(tokenizer, text, question="</s>", title="<pad>")
    assert min(pair.ids[pair.passage : -1]) >= UNKNOWN
    assert (pair.ids.count(BEGIN), pair.ids.count(PAD), pair.ids.count(END)) == (1, 0, 4)
    for words in ("31 August", "45 yuan", "The night ferry", "Tickets"):
        span = Span(text.index(words), text.index(words) + len(words))
        assert pair.characters(*pair.tokens(span)) == span
