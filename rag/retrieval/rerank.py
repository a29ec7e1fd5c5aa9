"""The best passages read again beside the question, by a cross-encoder: optional, off by default.

A cross-encoder reads question and passage together, which orders the best passages more finely than
two vectors can and costs a run of the model for each (Nogueira and Cho 2019, arXiv:1901.04085).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import passage_text
from index.embedding.packaged_model import quiet_transformers
from index.errors import EncoderError
from index.records import Chunk
from rag.records import RankedPassage

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANKED = 30
"""How many of the best passages are read again; each costs a run of the model."""

_BATCH = 16


class Reranker:
    """Reorders passages with a sentence-transformers ``CrossEncoder``. Safe to use from several threads.

    >>> reranker = Reranker.load("BAAI/bge-reranker-v2-m3")  # doctest: +SKIP
    >>> hits = reranker.rerank("东岸大桥有多长？", hits)        # doctest: +SKIP
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()

    @classmethod
    def load(cls, name: str) -> Reranker:
        """The reranker of that local folder or hub name.

        The weights are read at the first use, not here.

        Raises:
            EncoderError: at first use, in one sentence, where the model cannot be had or is none.
        """
        folder = Path(name)
        return cls(str(folder.resolve()) if folder.is_dir() else name)

    def rerank(self, question: str, hits: Sequence[RankedPassage]) -> list[RankedPassage]:
        """``hits``, the first ``RERANKED`` of them in the model's order; none is changed or lost.

        Args:
            hits: Best first. They keep their scores, which then no longer fall from one to the next.
        """
        read, rest = hits[:RERANKED], hits[RERANKED:]
        if not read:
            return []
        order = np.argsort(-self._scores(question, read), kind="stable")
        return [*(read[at] for at in order), *rest]

    def _scores(self, question: str, hits: Sequence[RankedPassage]) -> NDArray[np.float32]:
        pairs = [(question, _text(hit)) for hit in hits]
        with self._lock:
            predicted: Any = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)
        return np.asarray(predicted, np.float32)

    @cached_property
    def _model(self) -> CrossEncoder:
        return _load_model(self.name)


def _text(hit: RankedPassage) -> str:
    passage = hit.passage
    return passage_text(passage.article, Chunk(passage.span, passage.language))


def _load_model(name: str) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    try:
        with quiet_transformers():
            model = CrossEncoder(
                name,
                device=os.environ.get("JUWEN_DEVICE", "cpu"),
                local_files_only=Path(name).is_dir(),
            )
            labels, kinds = model.num_labels, model.config.architectures or []
    except Exception as error:  # the model's files decide what is raised; all of it means the same
        raise _not_loaded(name, error) from error
    if labels != 1 or not all(_scores_pairs(kind) for kind in kinds):
        raise _no_reranker(name)
    return model


def _scores_pairs(architecture: str) -> bool:
    # Any encoder loads: without a trained head it gets a random one, and orders by chance.
    return architecture.endswith(("ForSequenceClassification", "ForCausalLM"))


def _no_reranker(name: str) -> EncoderError:
    return EncoderError(
        f"the model {name!r} does not give one score for a question and a passage; "
        "name a cross-encoder made for reranking, or ask without a reranker",
        f"模型 {name!r} 不能为“问题与段落”给出一个分数；请换用重排（cross-encoder）模型，或不使用重排",
    )


def _not_loaded(name: str, error: Exception) -> EncoderError:
    """Why the model did not load and what to do, by where it was to come from."""
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
    if Path(name).is_dir():
        return EncoderError(
            f"the folder {name!r} is not a complete cross-encoder ({reason}); "
            "name another, or ask without a reranker",
            f"目录 {name!r} 不是完整的重排模型（{reason}）；请换用其他模型，或不使用重排",
        )
    return EncoderError(
        f"the reranker {name!r} is not a local folder and could not be downloaded ({reason}); "
        "check the name and the network, or ask without a reranker",
        f"本地没有重排模型 {name!r}，也无法从模型仓库获取（{reason}）；"
        "请检查名称和网络，或不使用重排",
    )
