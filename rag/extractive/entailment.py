"""The trained ``rag.verification.entailment``: the reader's network with additions of its own.

The claim stands where the reader has a question, the words that it cites where it has a passage.
``eval.training.entailment`` trains the additions; docs/verifier.md says what they learned from and how
often they are right.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from index.embedding.encoder import Encoder
from rag.extractive.reader import PackagedReader


def additions_file() -> Path:
    """What was trained, as it comes with the installation."""
    return Path(str(files("rag.extractive") / "data" / "entailment.safetensors"))


class PackagedEntailment:
    """The network that comes with the installation; it is loaded at first use.

    Args:
        encoder: The library's; where it is the packaged one, its tokenizer is used, too.

    Raises:
        EncoderError: at first use, where the weights are missing, damaged, or another reader's.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._network = PackagedReader(encoder, additions=additions_file())

    def follows(self, claim: str, title: str, evidence: str) -> float:
        (reading,) = self._network.read(claim, [(title, evidence)])
        return reading.answers
