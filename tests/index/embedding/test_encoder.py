"""Encoders over sentence-transformers."""

from __future__ import annotations

import shutil
from datetime import date

import numpy as np
import pytest

from index.embedding import sentence_transformer as embed
from index.embedding.encoder import PACKAGED, passage_text, unit
from index.embedding.load import load_encoder
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import EncoderError
from index.records import Article, Chunk, Span


def test_unit_scales_rows_to_length_1_and_leaves_a_zero_row():
    scaled = unit(np.asarray([[3, 4], [0, 0], [0, -2]], np.float32))
    assert scaled.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0], [0, -1]]
    assert scaled.dtype == np.float32


def _article(title: str, text: str) -> Article:
    return Article("a", title, "", date(2025, 1, 1), "号", text, "", "zh")


def test_a_passage_is_read_with_its_title_in_front():
    taken = _article("渡轮", "开航了。票价45元。")
    assert passage_text(taken, Chunk(Span(4, 10), "zh")) == "渡轮\n票价45元。"
    assert passage_text(taken, Chunk(Span(0, 0), "zh")) == "渡轮"


def test_a_passage_without_title_is_read_with_its_articles_first_sentence_in_front():
    taken = _article("", "渡轮开航了。票价45元。")
    assert passage_text(taken, Chunk(Span(6, 12), "zh")) == "渡轮开航了。\n票价45元。"
    assert passage_text(_article("", ""), Chunk(Span(0, 0), "zh")) == ""


def test_a_title_without_end_does_not_crowd_out_the_text():
    text = passage_text(_article("长" * 5000, "甲。"), Chunk(Span(0, 2), "zh"))
    assert text.endswith("\n甲。")
    assert len(text) < 200


# A model of sentence-transformers' own kind, in a folder (see conftest.py).


@pytest.fixture
def tiny(tiny_model) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(str(tiny_model))


def test_a_folder_is_loaded_as_a_model_of_unit_float32_vectors(tiny, tiny_model):
    vectors = tiny.encode_passages(["大桥通车。", "学校"])
    assert vectors.shape == (2, tiny.dimension) == (2, 32)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert tiny.name == str(tiny_model)


def test_no_texts_give_no_vectors(tiny):
    assert tiny.encode_passages([]).shape == tiny.encode_queries([]).shape == (0, 32)


def test_passages_and_questions_are_encoded_with_their_prompts(tiny):
    model = tiny.model
    (passage,), (question,) = tiny.encode_passages(["大桥"]), tiny.encode_queries(["大桥"])
    as_passage, as_question = model.encode(["passage: 大桥", "query: 大桥"], prompt="")
    assert passage == pytest.approx(as_passage, abs=2e-2)
    assert question == pytest.approx(as_question, abs=2e-2)
    assert not np.allclose(passage, question, atol=2e-2)


def test_tokens_are_counted_with_the_prompt_and_beyond_what_the_model_reads(tiny):
    # <s> ▁passage : ▁ 大桥 </s>
    assert tiny.count_tokens(["大桥", "大桥" * 100]) == [6, 105]
    assert tiny.most_tokens == 48


def test_a_fingerprint_is_that_of_the_files_wherever_they_lie(tiny, tiny_model, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    (copy / "README.md").write_text("notes")
    assert SentenceTransformerEncoder(str(copy)).fingerprint == tiny.fingerprint


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_fingerprint_changes_with_the_files(tiny, tiny_model, tmp_path, name):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    path = copy / name
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    assert SentenceTransformerEncoder(str(copy)).fingerprint != tiny.fingerprint


def test_the_packaged_model_has_a_fingerprint_without_being_loaded(monkeypatch):
    def never() -> None:
        raise AssertionError("the model was unpacked")

    monkeypatch.setattr("index.embedding.packaged_encoder.packaged_graph", never)
    encoder = load_encoder()
    assert encoder.dimension == 384
    assert encoder.name == PACKAGED
    assert len(encoder.fingerprint) == 64


def test_a_model_is_not_loaded_before_its_first_use():
    assert load_encoder("no/such-model").name == "no/such-model"


@pytest.mark.parametrize("content", [{}, {"notes.txt": "甲"}, {"modules.json": "["}])
def test_a_folder_that_is_no_model_is_refused_in_one_sentence(tmp_path, content):
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(EncoderError, match="--encoder packaged") as raised:
        SentenceTransformerEncoder(str(tmp_path)).encode_queries(["大桥"])
    assert repr(str(tmp_path)) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "--encoder packaged" in raised.value.chinese


def test_a_model_that_does_not_know_its_dimension_is_refused(tiny, monkeypatch):
    monkeypatch.setattr(tiny.model, "get_embedding_dimension", lambda: None)
    with pytest.raises(EncoderError, match="how long its vectors are"):
        _ = tiny.dimension


def test_an_error_of_our_own_while_loading_is_passed_on(monkeypatch):
    def missing() -> None:
        raise EncoderError("the packaged model is missing", "找不到内置模型")

    monkeypatch.setattr("index.embedding.packaged_encoder.packaged_graph", missing)
    with pytest.raises(EncoderError, match="is missing"):
        load_encoder().encode_queries(["大桥"])


@pytest.mark.parametrize(
    "use",
    [lambda encoder: encoder.fingerprint, lambda encoder: encoder.encode_queries(["大桥"])],
    ids=["fingerprint", "vectors"],
)
def test_a_hub_model_that_cannot_be_had_is_refused_in_one_sentence(monkeypatch, use):
    import huggingface_hub.constants

    # What HF_HUB_OFFLINE=1 sets when the process starts.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match="'nobody/no-such-model'") as raised:
        use(load_encoder("nobody/no-such-model"))
    for sentence in (str(raised.value), raised.value.chinese):
        assert "--encoder packaged" in sentence
        assert "\n" not in sentence


def test_the_processor_decides_between_bfloat16_and_float32(monkeypatch):
    import torch

    for capabilities, answer in (({"avx512_bf16": True}, True), ({"avx2": True}, False)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=capabilities: found)
        assert embed.computes_bfloat16() is answer


def test_a_hub_model_is_identified_by_the_files_of_its_local_copy(monkeypatch, tiny, tiny_model):
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda _: str(tiny_model))
    assert load_encoder("someone/tiny").fingerprint == tiny.fingerprint
