"""The reader: its readings, the weights it refuses, and the one that comes with the installation."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding.engine import EXACT, ROUNDED
from index.embedding.load import load_encoder
from index.embedding.packaged_encoder import PackagedEncoder
from index.errors import EncoderError
from index.records import Span
from rag.extractive.reader import (
    SPANS,
    PackagedReader,
    PassageReading,
    _read,
    _spans,
    weights_file,
)
from rag.extractive.reader_graph import reader_graph
from rag.extractive.reader_input import Pair, make_pairs
from rag.extractive.turns import Turns
from tests.tiny_reader import (
    CHARACTERS,
    decided_network,
    one_thread,
    save_weights,
    tiny_packed,
    write_tiny_checkpoint,
)

QUESTION = "大桥什么时候通车？"
PASSAGES = [
    ("东岸大桥", "东岸大桥将于6月28日通车。全长3.2公里。"),
    ("", "海棠小学今年招收新生240名。" * 30),
    ("标题", "陈放"),
    ("云杉机械", "云杉机械的新厂今年产机器人5000台，用了42.7%的国产零件。"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A tiny checkpoint, and weights for it."""
    with one_thread():
        folder = write_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))
        weights = save_weights(decided_network(folder), folder / "reader.safetensors")
        yield SimpleNamespace(folder=folder, weights=weights)


@pytest.fixture
def tiny(made, monkeypatch):
    """The tiny encoder in place of the packaged one."""
    use(made, monkeypatch)
    return made


def use(made, patch) -> None:
    patch.setattr("rag.extractive.reader.packaged_graph", lambda: made.folder)
    patch.setattr("rag.extractive.reader.open_packed", lambda: tiny_packed(made.folder))


@pytest.fixture(scope="module")
def reader(made):
    """A reader of the tiny checkpoint, its weights loaded."""
    with pytest.MonkeyPatch.context() as patch:
        use(made, patch)
        reader = PackagedReader(weights=made.weights)
        reader.read(QUESTION, PASSAGES)
    return reader


def same(one: PassageReading, other: PassageReading) -> bool:
    return one.answers == pytest.approx(other.answers, abs=1e-3) and [
        (found.span, pytest.approx(found.score, abs=1e-3)) for found in one.spans
    ] == [(found.span, found.score) for found in other.spans]


def test_readings_come_in_the_order_of_the_passages_each_as_if_read_alone(reader):
    readings = reader.read(QUESTION, PASSAGES)
    assert len(readings) == len(PASSAGES)
    for passage, reading in zip(PASSAGES, readings, strict=True):
        assert same(reading, reader.read(QUESTION, [passage])[0])


def test_more_passages_than_a_batch_holds_are_all_read(reader):
    many = [PASSAGES[at % 4] for at in range(37)]
    readings = reader.read(QUESTION, many)
    assert len(readings) == 37
    assert all(same(readings[at], readings[at % 4]) for at in range(37))


def test_no_more_readings_run_at_once_than_there_are_turns(reader, monkeypatch):
    lock, running, most = threading.Lock(), 0, 0

    def counted(*given):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return _read(*given)

    monkeypatch.setattr("rag.extractive.reader.READINGS", Turns(1))
    monkeypatch.setattr("rag.extractive.reader._read", counted)
    with ThreadPoolExecutor(4) as pool:
        readings = [*pool.map(lambda _: reader.read(QUESTION, PASSAGES), range(4))]
    assert most == 1
    assert all(same(one, other) for one, other in zip(readings[0], readings[3], strict=True))


def test_nothing_to_read_is_no_reading(reader):
    assert reader.read(QUESTION, []) == []


def test_a_passage_without_text_has_no_spans(reader):
    for title, text in (("", ""), ("标题", ""), ("", " \n ")):
        (reading,) = reader.read(QUESTION, [(title, text)])
        assert reading.spans == ()
        assert np.isfinite(reading.answers)


def check_spans(reading: PassageReading, text: str) -> None:
    assert len(reading.spans) <= SPANS
    scores = [found.score for found in reading.spans]
    assert scores == sorted(scores, reverse=True)
    spans = sorted((found.span for found in reading.spans), key=lambda span: span.start)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text).strip() == span.of(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@settings(max_examples=40, deadline=None)
@given(
    question=st.text(max_size=20),
    text=st.text(st.sampled_from(CHARACTERS + "  \n㎡½①龘😀</s>"), max_size=80)
    | st.text(max_size=40),
)
def test_spans_lie_in_the_passage_and_never_overlap(reader, question, text):
    (reading,) = reader.read(question, [("标题", text)])
    check_spans(reading, text)


def test_a_long_passage_is_read_as_far_as_it_goes(reader):
    text = "东岸大桥将于6月28日通车，" * 60
    (reading,) = reader.read(QUESTION, [("", text)])
    check_spans(reading, text)
    assert len(reading.spans) == SPANS


TEXT = "甲乙丙丁戊己庚辛"


def spans_of(start: dict[int, float], end: dict[int, float], null: float = 0.0):
    """Spans of ``TEXT``, one token a character after a head of three, from logits that are else -9."""
    pair = Pair((0, 2, 2, *range(4, 12), 2), 3, TEXT, tuple((at, at + 1) for at in range(8)))
    logits = np.full((2, 12), -9, np.float32)
    logits[:, 0] = null / 2
    for row, given_ in enumerate((start, end)):
        for at, value in given_.items():
            logits[row, 3 + at] = value
    return _spans(logits[0], logits[1], pair)


def test_the_likeliest_span_is_where_start_and_end_are_likeliest():
    found = spans_of({2: 5.0}, {4: 4.0}, null=1.5)
    assert found[0].span == Span(2, 5)
    assert found[0].score == pytest.approx(7.5)


def test_a_span_that_ends_before_it_starts_is_none():
    assert spans_of({5: 5.0}, {2: 5.0})[0].span in (Span(5, 6), Span(2, 3), Span(0, 3), Span(1, 3))


def test_of_spans_that_overlap_the_likelier_is_kept():
    found = spans_of({1: 5.0, 2: 4.5, 6: 3.0}, {3: 5.0, 6: 3.0})
    assert found[0].span == Span(1, 4)
    assert Span(6, 7) in [one.span for one in found]
    assert Span(2, 4) not in [one.span for one in found]


def test_it_shares_the_tokenizer_of_the_packaged_encoder(tiny, reader):
    encoder = PackagedEncoder(tiny.folder)
    beside = PackagedReader(encoder, tiny.weights)
    expected = reader.read(QUESTION, PASSAGES)
    found = beside.read(QUESTION, PASSAGES)
    assert all(same(one, other) for one, other in zip(found, expected, strict=True))
    assert beside._tokenizer is encoder.tokenizer


def test_beside_another_encoder_it_opens_its_own_tokenizer(tiny, reader):
    other = SimpleNamespace(name="other")
    (reading,) = PackagedReader(other, tiny.weights).read(QUESTION, PASSAGES[:1])
    assert same(reading, reader.read(QUESTION, PASSAGES[:1])[0])


def test_it_reads_what_the_network_for_training_reads(tiny, reader):
    """The graph against torch, each pair alone and all together."""
    import torch
    from safetensors.torch import load_file

    from eval.training.network import open_network, tensors, unpack

    network = open_network(tiny.folder)
    unpack(network, load_file(tiny.weights))
    pairs = make_pairs(reader._tokenizer, QUESTION, PASSAGES)
    with torch.inference_mode():
        reading = network(*tensors([pair.ids for pair in pairs], [pair.passage for pair in pairs]))
    for at, found in enumerate(reader.read(QUESTION, PASSAGES)):
        assert found.answers == pytest.approx(reading.answers[at].item(), abs=2e-3)
        start, end = reading.start[at].numpy(), reading.end[at].numpy()
        expected = _spans(start, end, pairs[at])
        assert [one.span for one in found.spans[:3]] == [one.span for one in expected[:3]]
        assert found.spans[0].score == pytest.approx(expected[0].score, abs=5e-3)


def test_nothing_is_loaded_before_it_reads(tmp_path):
    PackagedReader(weights=tmp_path / "none.safetensors")


def cut_short(tiny, path):
    path.write_bytes(tiny.weights.read_bytes()[:-500])


def no_weights_at_all(tiny, path):
    path.write_bytes("大桥".encode() * 100)


def empty(tiny, path):
    path.write_bytes(b"")


def missing(tiny, path):
    pass


def a_folder(tiny, path):
    path.mkdir()


def another_encoders(tiny, path):
    save_weights(decided_network(tiny.folder), path, encoder="0" * 64)


def unsigned(tiny, path):
    from safetensors.torch import load_file, save_file

    save_file(load_file(tiny.weights), str(path))


def _less(tiny, path, name):
    from safetensors.torch import load_file, save_file

    from index.embedding.packed_file import FILE_SHA256

    packed = load_file(tiny.weights)
    del packed[name]
    save_file(packed, str(path), metadata={"encoder": FILE_SHA256})


def a_scale_less(tiny, path):
    _less(tiny, path, "span.weight.scale")


def a_layer_less(tiny, path):
    _less(tiny, path, "upper.1.output.dense.bias")


def of_another_shape(tiny, path):
    from eval.training.network import ReaderNetwork

    network: ReaderNetwork = decided_network(tiny.folder)
    network.upper = network.upper[:1]
    save_weights(network, path)


@pytest.mark.parametrize(
    "spoilt",
    [
        cut_short,
        no_weights_at_all,
        empty,
        missing,
        a_folder,
        another_encoders,
        unsigned,
        a_scale_less,
        a_layer_less,
        of_another_shape,
    ],
)
def test_weights_that_do_not_fit_are_refused_in_one_sentence(tiny, tmp_path, spoilt):
    path = tmp_path / "reader.safetensors"
    spoilt(tiny, path)
    with pytest.raises(EncoderError) as raised:
        PackagedReader(weights=path).read(QUESTION, PASSAGES)
    for said in (raised.value.english, raised.value.chinese):
        assert repr(str(path)) in said
        assert "\n" not in said
        assert "pip install" in said
        assert len(said) < 500
    if spoilt in (another_encoders, unsigned):
        assert "another encoder" in raised.value.english


def test_after_a_refusal_it_reads_once_the_weights_are_there(tiny, tmp_path):
    path = tmp_path / "reader.safetensors"
    late = PackagedReader(weights=path)
    with pytest.raises(EncoderError):
        late.read(QUESTION, PASSAGES)
    path.write_bytes(tiny.weights.read_bytes())
    assert len(late.read(QUESTION, PASSAGES)) == len(PASSAGES)


def test_with_rounded_activations_it_reads_much_the_same(tiny, reader, monkeypatch):
    monkeypatch.setattr("rag.extractive.reader.chosen_accuracy", lambda _: ROUNDED)
    for rounded, whole in zip(
        PackagedReader(weights=tiny.weights).read(QUESTION, PASSAGES),
        reader.read(QUESTION, PASSAGES),
        strict=True,
    ):
        assert rounded.answers == pytest.approx(whole.answers, abs=1.0)


def test_the_graph_is_written_once_and_anew_for_other_weights(tiny, tmp_path):
    folder = tmp_path / "graphs"
    folder.mkdir()
    opened = []

    def encoder():
        opened.append(tiny_packed(tiny.folder))
        return opened[-1]

    first = reader_graph(tiny.weights, folder, EXACT, encoder)
    assert reader_graph(tiny.weights, folder, EXACT, encoder) == first
    assert len(opened) == 1
    other = save_weights(decided_network(tiny.folder, seed=6), tmp_path / "other.safetensors")
    assert reader_graph(other, folder, EXACT, encoder) != first
    assert {path.suffix for path in folder.iterdir()} <= {".onnx", ".lock"}


# The weights that come with the installation.

ANSWERS = "东岸大桥的桥面铺装上周完成。大桥将于6月28日通车，届时两岸车程缩短到五分钟。"
MENTIONS = "东岸大桥由市路桥公司承建，全长3.2公里。附近的居民常在桥下散步，桥头有一家面馆。"


@pytest.mark.model
@pytest.mark.skipif(not weights_file().exists(), reason="the reader's weights are not here")
def test_the_packaged_reader_finds_the_day_and_prefers_the_passage_that_tells_it():
    encoder = load_encoder()
    encoder.encode_queries(["东岸大桥什么时候通车？", "短"])  # leaves its tokenizer padding
    passages = [("东岸大桥", MENTIONS), ("东岸大桥", ANSWERS)]
    mentions, answers = PackagedReader(encoder).read("东岸大桥什么时候通车？", passages)
    assert answers.spans[0].span.of(ANSWERS) == "6月28日"
    assert answers.answers > mentions.answers
    assert answers.spans[0].score > max((one.score for one in mentions.spans), default=-99)
