"""Tokens of a text labelled together: a conditional random field with two labels (Lafferty et al. 2001).

``eval.training.field`` trains one on texts whose tokens were marked by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Vectors
from index.records import Span

States = Callable[[str], Vectors]
"""What a network makes of each character of a text in its place, shape (characters, numbers)
(``PackagedEncoder.character_states``)."""

_UNREAD = -100.0
"""The weight of a token that the network did not come to: none is marked behind what it reads."""

_OUTSIDE, _UNKNOWN = "\x00", "\x01"
"""Stand before the first token and behind the last, and for one that is not known."""


@dataclass(frozen=True, slots=True)
class TokenField:
    """Trained weights; those of "marked" less those of "not".

    Attributes:
        known: The tokens that are told apart; all others count as one, as words that nobody marked do.
        features: Of what is told of a token and its neighbours.
        stays: For a token to have the same label as the one before.
        bias: Of a token by itself.
        states: Of what a network makes of its first character; none where that is not looked at.
    """

    known: frozenset[str]
    features: Mapping[str, float]
    stays: float
    bias: float
    states: tuple[float, ...] = ()

    @classmethod
    def load(cls, path: Path) -> TokenField:
        values = json.loads(path.read_text("utf-8"))
        known, states = frozenset(values.pop("known")), tuple(values.pop("states", ()))
        return cls(known, **values, states=states)

    def save(self, path: Path) -> None:
        values = {
            "known": sorted(self.known),
            "features": self.features,
            "stays": self.stays,
            "bias": self.bias,
            "states": self.states,
        }
        path.write_text(json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")

    def marked(
        self,
        told: Iterable[Sequence[str]],
        leans: Sequence[float] = (0.0,),
        states: Vectors | None = None,
    ) -> tuple[int, ...]:
        """The places of the tokens that are marked in the likeliest labelling.

        Args:
            told: What is told of each token.
            leans: How much likelier each token is taken to be marked, tried one after the other until
                some are.
            states: What a network makes of each token, shape (tokens, numbers).
        """
        weights = [self.bias + sum(self.features.get(one, 0.0) for one in each) for each in told]
        if states is not None:
            read = states.any(axis=1) if self.states else np.full(len(weights), True)
            added = states @ np.asarray(self.states)
            weights = np.where(read, np.asarray(weights) + added, _UNREAD).tolist()
        return next((on for lean in leans if (on := self._likeliest(weights, lean))), ())

    def _likeliest(self, weights: Sequence[float], lean: float) -> tuple[int, ...]:
        """The marked places of the likeliest labelling (Viterbi)."""
        scores = {False: 0.0, True: 0.0}
        came: list[dict[bool, bool]] = []  # from which label each token's came
        for at, weight in enumerate(weights):
            before, later = {}, {}
            for label in (False, True):
                from_ = max(
                    (False, True) if at else (label,),
                    key=lambda last, label=label: scores[last] + self.stays * (last is label),
                )
                before[label] = from_
                later[label] = scores[from_] + self.stays * (from_ is label and at > 0)
            later[True] += lean + weight
            came.append(before)
            scores = later
        label, places = scores[True] > scores[False], []
        for at in range(len(weights) - 1, -1, -1):
            if label:
                places.append(at)
            label = came[at][label]
        return tuple(reversed(places))


def states_of(text: str, tokens: Sequence[tuple[int, int, str]], states: States) -> Vectors:
    """What a network makes of each token of a text, by its first character, shape (tokens, numbers)."""
    starts = [start for start, _, _ in tokens]
    found: NDArray[np.float32] = states(text)[starts]
    return found


def spans_of(tokens: Sequence[tuple[int, int, str]], marked: Iterable[int]) -> list[Span]:
    """The runs of marked tokens, in order, in characters of the text.

    Args:
        tokens: Where each starts and ends (``rag.question.subject.tokens_in``).
    """
    found: list[Span] = []
    before = -2
    for at in marked:
        start, end, _ = tokens[at]
        if at == before + 1:
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
        before = at
    return found


def neighbours(tokens: Sequence[str], known: Collection[str]) -> Iterator[list[str]]:
    """What is told of each token: itself and the two on either side of it."""
    shown = [token if token in known else _UNKNOWN for token in tokens]
    padded = [_OUTSIDE] * 2 + shown + [_OUTSIDE] * 2
    for at in range(len(tokens)):
        two, one, own, next_, second = padded[at : at + 5]
        yield [
            f"0{own}",
            f"-{one}",
            f"+{next_}",
            f"<{two}{one}",
            f">{next_}{second}",
            f"a{one}{own}",
            f"b{own}{next_}",
            f"c{one}{own}{next_}",
            f"d{two}{one}{own}",
            f"e{own}{next_}{second}",
        ]


@cache
def load_field(name: str) -> TokenField:
    """A field as it comes with the installation."""
    return TokenField.load(field_file(name))


def field_file(name: str) -> Path:
    return Path(str(files("rag.question") / "data" / f"{name}.json"))
