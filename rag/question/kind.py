"""What kind of question is asked, told by a classifier that was trained on examples of each.

``eval/training/data/kinds.jsonl`` has the examples, docs/kinds.md what each kind is and how often the
classifier is right. What it is not sure of counts as a question for a fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from index.embedding.encoder import Encoder
from index.embedding.packaged_encoder import packaged
from rag.question.linear import LinearModel
from rag.records import QuestionKind


class Action(StrEnum):
    """What is wanted of the conversation so far."""

    REPEAT = "repeat"
    MORE = "more"
    SOURCE = "source"
    TRANSLATE = "translate"
    SHORTER = "shorter"
    CHECK = "check"
    OTHER = "other"


_SURE, _SURER = 0.3, 0.35
"""Probabilities from which on a kind other than a fact's is believed. To take a fact for one of
several costs little: its sentences are the same. To take it for what is answered from other things
than sentences that answer costs the answer."""

_LIKELIER = 2.0
"""How much likelier than a fact's it has to be."""

_PERHAPS = 0.25
"""Probability from which on an overview is wanted, where no sentence answers a question for a fact."""

_LEANING = 0.3
"""Probability from which on a question leans on the one before: what was said before costs little where
it is not needed, and the answer where it is missing."""

_NEAR_A_FACT = frozenset({QuestionKind.LIST, QuestionKind.SEVERAL, QuestionKind.COMPARISON})


LEANS, ALONE = "leans", "alone"
"""Labels of a question that needs what was said before it, and of one that does not."""


class KindTeller(Protocol):
    """What the assistant asks of a classifier."""

    def kind_of(self, question: str) -> QuestionKind:
        """The kind of a question, by its own words."""

    def action_of(self, question: str) -> Action:
        """What a question of kind ``conversation`` wants."""

    def leans(self, question: str) -> bool:
        """Whether a question means little without what was said before it."""

    def perhaps_wide(self, question: str) -> bool:
        """Whether a question that was taken for one on a fact may be one for an overview."""


class TrainedKinds:
    """The classifier that comes with the installation.

    Args:
        encoder: The library's; where it is not the packaged one, that is opened beside it, because
            the classifier was trained on its vectors.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = packaged(encoder)

    def kind_of(self, question: str) -> QuestionKind:
        vector = self._encoder.encode_queries([question])[0]
        return believed(load_model("kinds").probabilities(question, vector))

    def action_of(self, question: str) -> Action:
        vector = self._encoder.encode_queries([question])[0]
        likely = load_model("actions").probabilities(question, vector)
        return Action(max(likely, key=likely.__getitem__))

    def perhaps_wide(self, question: str) -> bool:
        vector = self._encoder.encode_queries([question])[0]
        likely = load_model("kinds").probabilities(question, vector)
        return likely[QuestionKind.OVERVIEW] >= _PERHAPS

    def leans(self, question: str) -> bool:
        vector = self._encoder.encode_queries([question])[0]
        return load_model("leaning").probabilities(question, vector)[LEANS] > _LEANING


def believed(likely: Mapping[str, float]) -> QuestionKind:
    """The kind that a question is answered as: a fact's where the likeliest is not likely enough.

    Args:
        likely: How likely each kind is.
    """
    kind = QuestionKind(max(likely, key=likely.__getitem__))
    least = max(
        _SURE if kind in _NEAR_A_FACT else _SURER, _LIKELIER * likely.get(QuestionKind.FACT, 0.0)
    )
    return kind if likely[kind] >= least else QuestionKind.FACT


@cache
def load_model(name: str) -> LinearModel:
    """A classifier as it comes with the installation."""
    return LinearModel.load(model_file(name))


def model_file(name: str) -> Path:
    return Path(str(files("rag.question") / "data" / f"{name}.npz"))
