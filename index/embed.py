"""Text in, unit vectors out: the encoder, and the centring that lets languages meet.

Encoders go through sentence-transformers. The default is multilingual-e5-small as the installation
brings it (``index.packaged``); any local folder or hub name works as well.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError
from index.language import Language
from index.packaged import FILE_SHA256, packaged_checkpoint, quiet_transformers
from index.records import Article, Chunk, digest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
"""A matrix of shape (texts, dimension); rows have length 1 unless said otherwise."""

PACKAGED = "packaged"
"""Name of the encoder that comes with the installation."""

_BATCH = 32
_TITLE_CHARACTERS = 120


class Encoder(Protocol):
    """What the rest of the project asks of an embedding model."""

    @property
    def name(self) -> str:
        """What it is loaded by: ``"packaged"``, a local folder or a hub name."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Equal for the same weights and settings, on any machine."""

    @property
    def most_tokens(self) -> int:
        """The longest passage that is read whole, in the model's own tokens."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each passage takes, prompts included."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors of shape (len(texts), dimension)."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors of shape (len(texts), dimension)."""


def load_encoder(name: str = PACKAGED) -> Encoder:
    """The encoder called ``name``: ``"packaged"``, a local folder, or a hub name.

    The weights are read at the first use, not here.

    Raises:
        EncoderError: at first use, in one sentence, where the model cannot be had.
    """
    return SentenceTransformerEncoder(name)


class SentenceTransformerEncoder:
    """An ``Encoder`` over a sentence-transformers model, with the prompts of its configuration.

    bfloat16 is chosen where the processor computes in it (twice as fast), float32 elsewhere.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def dimension(self) -> int:
        dimension: int | None = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(
                f"the model {self.name!r} does not say how long its vectors are; use another model",
                f"模型 {self.name!r} 未给出向量维度；请换用其他模型",
            )
        return dimension

    @cached_property
    def fingerprint(self) -> str:
        if self.name == PACKAGED:
            return digest(["packaged", FILE_SHA256])
        folder = Path(self.name)
        return _folder_fingerprint(folder if folder.is_dir() else _hub_snapshot(self.name))

    @property
    def most_tokens(self) -> int:
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        prompted = [self._passage_prompt + text for text in texts]
        encoded = self._model.tokenizer(prompted, truncation=False, verbose=False)["input_ids"]
        return [len(tokens) for tokens in encoded]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._model.encode_document)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._model.encode_query)

    def _encode(self, texts: Sequence[str], encode: Callable[..., Any]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        encoded = encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        return unit(np.asarray(encoded, np.float32))

    @cached_property
    def _passage_prompt(self) -> str:
        prompts: Mapping[str, str] = self._model.prompts
        return prompts.get("document") or prompts.get("passage") or ""

    @cached_property
    def _model(self) -> SentenceTransformer:
        folder = str(packaged_checkpoint()) if self.name == PACKAGED else self.name
        return _load_model(self.name, folder)


def _load_model(name: str, folder: str) -> SentenceTransformer:
    # The hub's client repeats a refused connection for minutes unless it is told that it is offline.
    local = Path(folder).is_dir()
    try:
        import torch
        from sentence_transformers import SentenceTransformer

        with quiet_transformers():
            return SentenceTransformer(
                folder,
                device=os.environ.get("JUWEN_DEVICE", "cpu"),
                local_files_only=local,
                model_kwargs={"dtype": torch.bfloat16 if _computes_bfloat16() else torch.float32},
            )
    except EncoderError:
        raise
    except Exception as error:  # the model's files decide what is raised; all of it means the same
        first_line = (
            str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        )
        where = (
            "the folder is not a complete sentence-transformers model"
            if local
            else ("it is no local folder, and the model hub did not give it")
        )
        raise EncoderError(
            f"the embedding model {name!r} cannot be loaded: {where} ({first_line}); "
            f"check the name, or use --encoder {PACKAGED}, which needs no download",
            f"无法加载向量模型 {name!r}：{'目录不是完整的 sentence-transformers 模型' if local else '本地没有该目录，模型仓库也无法提供'}"
            f"（{first_line}）；请检查名称，或使用无需下载的 --encoder {PACKAGED}",
        ) from error


def _computes_bfloat16() -> bool:
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
            f"the embedding model {name!r} is no local folder, and the model hub cannot be reached "
            f"for it; check the name and the network, or use --encoder {PACKAGED}",
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


def passage_text(article: Article, chunk: Chunk) -> str:
    """What the encoder reads for a chunk: the article's title, then the chunk's own text."""
    title = article.title[:_TITLE_CHARACTERS]
    return f"{title}\n{chunk.span.of(article.text)}".strip()


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, 1e-12)
    return scaled


@dataclass(frozen=True, slots=True)
class Centres:
    """Mean vectors by language, of passages or of questions.

    A multilingual encoder keeps each language in a narrow cone of its own, so that a question
    prefers passages in its language whatever they say. Subtracting from every vector the mean of
    its language puts the cones on top of each other (as in "all-but-the-top", Mu and Viswanath
    2018, arXiv:1702.01417, taken language by language).
    """

    means: Mapping[str, NDArray[np.float32]]

    def centre(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """``vectors`` less the mean of each row's language, scaled to length 1 again."""
        centred = vectors.copy()
        for language in set(languages):
            if language in self.means:
                rows = [row for row, of in enumerate(languages) if of == language]
                centred[rows] -= self.means[language]
        return unit(centred)


def calibration_questions() -> Mapping[str, Sequence[str]]:
    """Questions that this project wrote, by language: their mean is the centre of questions."""
    folder = files("index") / "data"
    return {
        language: (folder / f"questions.{language}.txt").read_text("utf-8").splitlines()
        for language in (Language.CHINESE, Language.ENGLISH)
    }


def question_centres(encoder: Encoder) -> Centres:
    """Where questions lie in this encoder's space, one centre a language."""
    return Centres(
        {
            str(language): encoder.encode_queries(questions).mean(axis=0)
            for language, questions in calibration_questions().items()
        }
    )
