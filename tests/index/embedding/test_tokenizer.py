"""The tokenizer that opens quickly gives the tokens of the whole one."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding.packaged_model import packaged_graph
from index.embedding.packed_file import read_packed
from index.embedding.tokenizer import (
    UNKNOWN,
    PackagedTokenizer,
    build_tokenizer,
    is_common,
    write_tokenizers,
)


@pytest.fixture(scope="module")
def folder(tiny_file, tmp_path_factory):
    made = tmp_path_factory.mktemp("tokenizer")
    write_tokenizers(read_packed(tiny_file), made)
    return made


@pytest.mark.parametrize(
    ("text", "common"),
    [
        *((text, True) for text in ("大桥于6月28日通车。", "Café, 45 £", "μ ≥ 3 ①", "")),
        *((text, False) for text in ("нить", "大桥 ạ", "😀", "한국")),
    ],
)
def test_which_texts_are_common(text, common):
    assert is_common(text) is common


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("大桥通车学校abcdefg。，： \n\t龘ａ①нạ😀"), max_size=30), max_size=4
    )
)
def test_tokens_and_offsets_are_those_of_the_whole_tokenizer(folder, tiny_file, texts):
    whole = build_tokenizer(read_packed(tiny_file))
    for text, found in zip(texts, PackagedTokenizer(folder).encode(texts), strict=True):
        expected = whole.encode(text, add_special_tokens=False)
        assert found.ids == expected.ids
        assert found.offsets == expected.offsets


def test_the_whole_tokenizer_is_opened_only_for_other_scripts(folder, monkeypatch):
    tokenizer = PackagedTokenizer(folder)
    tokenizer.encode(["大桥", ""])
    assert "_of_all" not in vars(tokenizer)
    tokenizer.encode(["нить"])
    assert "_of_all" in vars(tokenizer)


def test_a_separator_in_a_text_is_unknown(folder):
    (found,) = PackagedTokenizer(folder).encode(["</s>"])
    assert min(found.ids) >= UNKNOWN


@pytest.mark.model
@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"]), max_size=40))
def test_the_packaged_tokenizer_reads_any_text_as_the_whole_one(text):
    tokenizer, whole = _both()
    (found,) = tokenizer.encode([text])
    expected = whole.encode(text, add_special_tokens=False)
    assert found.ids == [max(token, UNKNOWN) for token in expected.ids]
    assert found.offsets == expected.offsets


@cache
def _both():
    from tokenizers import Tokenizer

    folder = packaged_graph()
    return PackagedTokenizer(folder), Tokenizer.from_file(str(folder / "tokenizer.json"))
