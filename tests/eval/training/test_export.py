"""Trained weights as they are shipped, and read again by the reader that ships them."""

from __future__ import annotations

import pytest
from safetensors import SafetensorError, safe_open

from eval.training.export import write_weights
from eval.training.network import pack, unpack
from eval.training.pairs import Asked
from eval.training.train import read_all
from index.embedding.packed_file import FILE_SHA256
from index.embedding.tokenizer import PackagedTokenizer
from rag.extractive.reader import PackagedReader
from tests.eval.training.material import BRIDGE, FACTORY, FERRY, SCHOOL
from tests.tiny_reader import decided_network

QUESTION = "大桥什么时候通车？"
PASSAGES = [(text.title, text.text[:38]) for text in (BRIDGE, SCHOOL, FACTORY, FERRY)]
"""No longer than the longest span."""


def test_the_reader_finds_with_written_weights_what_the_network_found(tiny, tmp_path):
    network = decided_network(tiny)
    path = tmp_path / "reader.safetensors"
    write_weights(network, path)
    found = PackagedReader(weights=path).read(QUESTION, PASSAGES)
    asked = [Asked(QUESTION, title, text, ()) for title, text in PASSAGES]
    before = read_all(network, PackagedTokenizer(tiny), asked)
    unpack(network, pack(network.trained().state_dict()))  # as the eight bits have it
    after = read_all(network, PackagedTokenizer(tiny), asked)
    for reading, rounded, exact, (_, text) in zip(found, after, before, PASSAGES, strict=True):
        assert reading.answers == pytest.approx(rounded.answers, abs=1e-3)
        assert reading.answers == pytest.approx(exact.answers, abs=2)
        assert reading.spans[0].span.of(text) == rounded.span


def test_the_file_says_which_encoder_it_belongs_to_and_is_mostly_bytes(tiny, tmp_path):
    network = decided_network(tiny)
    path = tmp_path / "reader.safetensors"
    write_weights(network, path)
    with safe_open(str(path), framework="pt") as file:
        assert file.metadata() == {"encoder": FILE_SHA256}
    trained = sum(p.numel() for p in network.trained().parameters())
    assert path.stat().st_size < 2 * trained


def test_a_file_that_cannot_be_written_is_an_error(tiny, tmp_path):
    with pytest.raises(SafetensorError):
        write_weights(decided_network(tiny), tmp_path / "none" / "reader.safetensors")
