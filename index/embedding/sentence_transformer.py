"""Any model that sentence-transformers loads, as an ``Encoder``: a local folder, a hub name, or, for
comparison and training, the packaged model's checkpoint."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.encoder import PACKAGED, Vectors, unit
from index.embedding.packaged_model import packaged_checkpoint, quiet_transformers
from index.embedding.packed_file import FINGERPRINT
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class SentenceTransformerEncoder:
    """An ``Encoder`` over a sentence-transformers model, with the prompts of its configuration.

    bfloat16 is chosen where the processor computes in it (twice as fast), float32 elsewhere.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def dimension(self) -> int:
        dimension: int | None = self.model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(
                f"the model {self.name!r} does not say how long its vectors are; use another model",
                f"模型 {self.name!r} 未给出向量维度；请换用其他模型",
            )
        return dimension

    @cached_property
    def fingerprint(self) -> str:
        if self.name == PACKAGED:
            return FINGERPRINT
        folder = Path(self.name)
        return _folder_fingerprint(folder if folder.is_dir() else _hub_snapshot(self.name))

    @property
    def most_tokens(self) -> int:
        return int(self.model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        prompted = [self._passage_prompt + text for text in texts]
        encoded = self.model.tokenizer(prompted, truncation=False, verbose=False)["input_ids"]
        return [len(tokens) for tokens in encoded]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self.model.encode_document)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self.model.encode_query)

    def _encode(self, texts: Sequence[str], encode: Callable[..., Any]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        encoded = encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        return unit(np.asarray(encoded, np.float32))

    @cached_property
    def _passage_prompt(self) -> str:
        prompts: Mapping[str, str] = self.model.prompts
        return prompts.get("document") or prompts.get("passage") or ""

    @cached_property
    def model(self) -> SentenceTransformer:
        """The sentence-transformers model, loaded when it is first asked for."""
        # Threads that spin while they wait make a question take a second beside any other job; the
        # OpenMP runtime reads this once, when torch is imported.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        folder = str(packaged_checkpoint()) if self.name == PACKAGED else self.name
        return _load_model(self.name, folder)


def _load_model(name: str, folder: str) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer

    try:
        with quiet_transformers():
            return SentenceTransformer(
                folder,
                device=os.environ.get("JUWEN_DEVICE", "cpu"),
                local_files_only=Path(folder).is_dir(),
                model_kwargs={"dtype": torch.bfloat16 if computes_bfloat16() else torch.float32},
            )
    except Exception as error:  # the model's files decide what is raised; all of it means the same
        raise _not_loaded(name, folder, error) from error


def _not_loaded(name: str, folder: str, error: Exception) -> EncoderError:
    """Why the model did not load and what to do, by where it was to come from."""
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
    if name == PACKAGED:
        return EncoderError(
            f"the packaged model that was unpacked into {folder!r} does not load ({reason}); "
            "delete that folder, and it is unpacked again",
            f"解包到 {folder!r} 的内置模型无法加载（{reason}）；请删除该目录，下次会重新解包",
        )
    if Path(folder).is_dir():
        return EncoderError(
            f"the folder {name!r} is not a complete sentence-transformers model ({reason}); "
            f"name another, or use --encoder {PACKAGED}",
            f"目录 {name!r} 不是完整的 sentence-transformers 模型（{reason}）；"
            f"请换用其他模型，或使用 --encoder {PACKAGED}",
        )
    return EncoderError(
        f"the embedding model {name!r} is not a local folder and could not be downloaded "
        f"({reason}); check the name and the network, or use --encoder {PACKAGED}",
        f"本地没有向量模型 {name!r}，也无法从模型仓库获取（{reason}）；"
        f"请检查名称和网络，或使用 --encoder {PACKAGED}",
    )


def computes_bfloat16() -> bool:
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(
        capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16")
    )


def _hub_snapshot(name: str) -> Path:
    """The local copy of a hub model, fetched if need be."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name))
    except Exception as error:
        raise EncoderError(
            f"the embedding model {name!r} is not a local folder and could not be downloaded; "
            f"check the name and the network, or use --encoder {PACKAGED}",
            f"本地没有向量模型 {name!r}，也无法从模型仓库获取；"
            f"请检查名称和网络，或使用 --encoder {PACKAGED}",
        ) from error


def _folder_fingerprint(folder: Path) -> str:
    """Hash of a model folder's files: configuration whole, weights by size and both ends."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".json", ".safetensors", ".bin", ".txt", ".model"}:
            continue
        size = path.stat().st_size
        state.update(f"{path.relative_to(folder).as_posix()}:{size}:".encode())
        with path.open("rb") as file:
            state.update(file.read(1 << 20))
            file.seek(max(0, size - (1 << 16)))
            state.update(file.read())
    return state.hexdigest()
