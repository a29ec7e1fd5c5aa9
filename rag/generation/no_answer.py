"""How a chat model says that the quotations do not answer, and how that is recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from index.embedding.encoder import Encoder
from index.embedding.packaged_encoder import packaged
from index.text.rules import load_patterns
from rag.question.linear import LinearModel

NO_ANSWER = "NO_ANSWER"
"""What a chat model is to write, and nothing else, where the quotations do not answer."""

_SPELLED = load_patterns("rag.generation", "replies")["no_answer"]
_HAN_OR_DIGIT = re.compile(r"[\u3400-\u9fff0-9]")
_LONGEST = 300
"""Characters; what is longer says more than that it does not answer."""

_LONGEST_SPELLED = 64
"""Characters that the constant takes at most, with the marks that stand about it."""

_SURE = 0.5


class RefusalTeller(Protocol):
    """What the composer asks of a classifier of sentences."""

    def is_refusal(self, sentence: str) -> bool:
        """Whether a sentence says, in whatever words, that what was asked cannot be answered."""


class TrainedRefusals:
    """The classifier that comes with the installation (``eval.training.refusals``).

    Args:
        encoder: The library's; where it is not the packaged one, that is opened beside it, because
            the classifier was trained on its vectors.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = packaged(encoder)

    def is_refusal(self, sentence: str) -> bool:
        if len(sentence) > _LONGEST:
            return False
        vector = self._encoder.encode_queries([sentence])[0]
        return believed(_model().probabilities(sentence, vector))


def believed(likely: Mapping[str, float]) -> bool:
    """Whether a sentence is taken for a refusal, by how likely each label is."""
    return likely["refusal"] >= _SURE


def refusals_file() -> Path:
    return Path(str(files("rag.generation") / "data" / "refusals.npz"))


@cache
def _model() -> LinearModel:
    return LinearModel.load(refusals_file())


def is_no_answer(text: str) -> bool:
    """Whether a sentence (or a whole reply) is the constant, which small models spell in many ways.

    >>> [is_no_answer(said) for said in ("no answer.", "**NO\\\\_ANSWER**", "无答案")]
    [True, True, True]
    >>> is_no_answer("没有一家企业缺席。")
    False
    """
    return bool(_SPELLED.match(text.strip().replace("\\", "")))


def may_become_no_answer(text: str) -> bool:
    """Whether what has arrived could be the beginning of ``NO_ANSWER``, to be held back till it is clear."""
    opening = text[
        :_LONGEST_SPELLED
    ]  # asked at each piece: the time must not grow with the sentence
    if _SPELLED.match(opening):
        return True
    letters = "".join(re.findall(r"[a-z]", opening.lower()))
    may = not _HAN_OR_DIGIT.search(opening) and "noanswer".startswith(letters)
    return may and len(text) <= _LONGEST_SPELLED
