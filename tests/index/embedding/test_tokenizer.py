"""The tokenizer that is made for a text gives the tokens of the whole one."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding.packaged_model import open_packed, packaged_graph
from index.embedding.packed_file import read_packed
from index.embedding.pieces import write_pieces
from index.embedding.tokenizer import UNKNOWN, PackagedTokenizer, build_tokenizer


@pytest.fixture(scope="module")
def folder(tiny_file, tmp_path_factory):
    made = tmp_path_factory.mktemp("tokenizer")
    packed = read_packed(tiny_file)
    write_pieces(packed.pieces, packed.unk, made)
    return made


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


def test_many_texts_are_read_as_each_is_alone(folder):
    texts = ["大桥通车", "", "abc", "学校 abc 大桥。"]
    tokenizer = PackagedTokenizer(folder)
    assert tokenizer.encode(texts) == [tokenizer.encode([text])[0] for text in texts]
    assert tokenizer.encode([]) == []


def test_pieces_of_one_hash_are_refused(tmp_path):
    with pytest.raises(ValueError, match="same hash"):
        write_pieces([("桥", -1.0), ("桥", -2.0)], 0, tmp_path)


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
    return PackagedTokenizer(packaged_graph()), build_tokenizer(open_packed())
