"""The packaged model by ONNX Runtime: its vectors, its batches, and the engine that was chosen."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from index.embedding import engine as engine_module
from index.embedding.engine import EXACT, ROUNDED, choose_engine, chosen_accuracy, open_session, run
from index.embedding.graph import Matrix, write_encoder, write_words
from index.embedding.packaged_encoder import PackagedEncoder, padded
from index.embedding.packaged_model import write_graph
from index.embedding.packed_file import read_packed
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from tests.index.conftest import HIDDEN

TEXTS = ["大桥通车。", "", "学校", "abc：大桥 d", "大桥" * 9, "龘"]


@pytest.fixture(scope="module")
def packed(tiny_file):
    return read_packed(tiny_file)


@pytest.fixture(scope="module")
def folder(packed, tmp_path_factory):
    made = tmp_path_factory.mktemp("graphs") / "tiny"
    write_graph(packed, made)
    return made


@pytest.fixture(scope="module")
def encoder(folder):
    return PackagedEncoder(folder)


def test_its_vectors_are_those_of_the_checkpoint_by_sentence_transformers(encoder, tiny_model):
    other = SentenceTransformerEncoder(str(tiny_model))
    for ours, theirs in (
        (encoder.encode_passages(TEXTS), other.encode_passages(TEXTS)),
        (encoder.encode_queries(TEXTS), other.encode_queries(TEXTS)),
    ):
        assert ours.dtype == np.float32
        assert ours.shape == (len(TEXTS), HIDDEN)
        assert (ours * theirs).sum(axis=1).min() > 0.9995
    assert encoder.count_tokens(TEXTS) == other.count_tokens(TEXTS)


def test_a_text_has_the_same_vector_alone_and_beside_others(encoder):
    together = encoder.encode_passages(TEXTS * 60)
    for at, text in enumerate(TEXTS):
        assert together[at] == pytest.approx(encoder.encode_passages([text])[0], abs=1e-5)
        assert together[at + 6 * 59] == pytest.approx(together[at], abs=1e-5)


def test_no_texts_no_vectors(encoder):
    assert encoder.encode_passages([]).shape == (0, HIDDEN)


def test_separators_in_a_text_are_text(encoder):
    other = encoder.encode_passages(["大桥</s>通车"])
    assert not np.allclose(other, encoder.encode_passages(["大桥通车"]), atol=1e-3)
    assert encoder.count_tokens(["</s>"]) == encoder.count_tokens(["龘"])


def test_threads_share_one_encoder(folder):
    fresh = PackagedEncoder(folder)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(fresh.encode_queries(TEXTS))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    assert all(np.array_equal(found[0], other) for other in found)


def test_padding_is_told_apart_from_tokens():
    tokens, mask = padded([[0, 9, 2], [0, 2]])
    assert tokens.tolist() == [[0, 9, 2], [0, 2, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 1, 0]]


def test_the_engine_is_the_faster_one_where_it_gives_the_same_vectors(
    packed, tmp_path, monkeypatch
):
    clock = iter([0, 10, 10, 20, 20, 30, 30, 31, 31, 32, 32, 33] * 2)
    monkeypatch.setattr(engine_module.time, "process_time", lambda: next(clock))
    monkeypatch.setattr(engine_module, "_ALIKE", 0.5)
    write_words(packed, tmp_path)
    chosen = choose_engine(packed, tmp_path)
    assert (chosen.accuracy, chosen.seconds) == (ROUNDED, {"0": 10, "4": 1})
    assert 0.5 < chosen.cosine <= 1.001
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder.onnx", "words.bin"]
    monkeypatch.setattr(engine_module, "_ALIKE", 1.1)
    assert choose_engine(packed, tmp_path).accuracy == EXACT


def test_what_was_measured_is_kept(folder):
    kept = json.loads((folder / "engine.json").read_text())
    assert set(kept) == {"accuracy", "seconds", "cosine"}
    assert chosen_accuracy(folder) == kept["accuracy"]


def test_8_bit_rows_multiply_as_they_would_in_float32(packed, tmp_path):
    rows = np.random.default_rng(1).integers(-127, 128, (8, 64)).astype(np.int8)
    scales = np.linspace(0.01, 0.08, 8, dtype=np.float32)
    matrix = Matrix.of_rows(rows, scales)
    assert (matrix.block, matrix.packed.shape, matrix.scales.size) == (64, (8, 1, 64), 8)
    weights = (matrix.packed.astype(np.float32) - 128).reshape(8, 64) * matrix.scales[:, None]
    assert np.allclose(weights, rows * scales[:, None])


def test_rounded_activations_change_vectors_next_to_nothing(packed, tmp_path):
    write_words(packed, tmp_path)
    found = []
    tokens = np.asarray([[0, 8, 9, 10, 2]])
    for accuracy in (EXACT, ROUNDED):
        write_encoder(packed, tmp_path / f"{accuracy}.onnx", accuracy)
        session = open_session(tmp_path / f"{accuracy}.onnx")
        found.append(run(session, tokens, np.ones_like(tokens, np.int32))[0])
    assert (found[0] * found[1]).sum() > 0.99
