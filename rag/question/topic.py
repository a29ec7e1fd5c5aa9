"""What a wide question is about: the words that the articles for it have to be on.

A conditional random field over tokens with two labels, on the topic or not (Lafferty et al. 2001),
which ``eval.training.topics`` trains on requests that people wrote with their topics marked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from index.records import Span
from rag.question.subject import asking_tokens, subject_of, tokens_in

_OUTSIDE, _UNKNOWN = "\x00", "\x01"
"""Stand before the first token and behind the last, and for one that is not known."""


_LEANS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Trained weights; those of "on the topic" less those of "not".

    Attributes:
        known: The tokens that are told apart; all others count as one, as the words of topics that
            nobody marked do.
        features: Of what is told of a token and its neighbours.
        stays: For a token to have the same label as the one before.
        bias: Of a token by itself.
    """

    known: frozenset[str]
    features: Mapping[str, float]
    stays: float
    bias: float

    @classmethod
    def load(cls, path: Path) -> TopicModel:
        values = json.loads(path.read_text("utf-8"))
        return cls(frozenset(values.pop("known")), **values)

    def save(self, path: Path) -> None:
        values = {
            "known": sorted(self.known),
            "features": self.features,
            "stays": self.stays,
            "bias": self.bias,
        }
        path.write_text(json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")

    def spans(self, question: str, leans: Sequence[float] = (0.0,)) -> list[Span]:
        """The runs of tokens that are on the topic, in order, in characters of the question.

        Args:
            leans: How much likelier each token is taken to be on the topic, tried one after the other
                until some are.
        """
        tokens = tokens_in(question)
        weights = [
            self.bias + sum(self.features.get(one, 0.0) for one in told)
            for told in told_of(question, self.known)
        ]
        on_topic = next((on for lean in leans if (on := self._on_topic(weights, lean))), ())
        found: list[Span] = []
        before = -2
        for at in on_topic:
            start, end, _ = tokens[at]
            if at == before + 1:
                found[-1] = Span(found[-1].start, end)
            else:
                found.append(Span(start, end))
            before = at
        return found

    def _on_topic(self, weights: Sequence[float], lean: float) -> tuple[int, ...]:
        """The places of tokens that are on the topic in the likeliest labelling (Viterbi)."""
        chosen: dict[bool, tuple[float, tuple[int, ...]]] = {False: (0.0, ()), True: (0.0, ())}
        for at, weight in enumerate(weights):
            later = {}
            for label in (False, True):
                score, places = max(
                    (chosen[last][0] + (self.stays if last is label else 0.0), chosen[last][1])
                    for last in ((False, True) if at else (label,))
                )
                on = (score + (lean + weight), (*places, at)) if label else (score, places)
                later[label] = on
            chosen = later
        return max(chosen.values())[1]


def topic_of(question: str) -> str:
    """The words of a request that say what the articles have to be about; ``""`` where none do.

    >>> topic_of("帮我整理一下低空经济的报道")  # doctest: +SKIP
    '低空经济'
    """
    return " ".join(span.of(question) for span in topic_spans(question, _model()))


def topic_spans(question: str, model: TopicModel) -> list[Span]:
    """The words of the topic; where none are likely, yet some words do not only ask, the likeliest."""
    return model.spans(question, _LEANS if subject_of(question) else _LEANS[:1])


def told_of(question: str, known: Collection[str]) -> Iterator[list[str]]:
    """What is told of each token: itself and its neighbours, and which of them only ask."""
    tokens = [token if token in known else _UNKNOWN for _, _, token in tokens_in(question)]
    asks = asking_tokens(question)
    padded = [_OUTSIDE] * 2 + tokens + [_OUTSIDE] * 2
    asking = [False, *asks, False]
    for at in range(len(tokens)):
        yield _told(padded[at : at + 5], asking[at : at + 3])


def _told(near: Sequence[str], asks: Sequence[bool]) -> list[str]:
    two, one, own, next_, second = near
    told = [
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
    flags = "".join("x" if one else "." for one in asks)
    return [*told, f"?{flags}"]


def model_file() -> Path:
    """The trained weights, as they come with the installation."""
    return Path(str(files("rag.question") / "data" / "topics.json"))


@cache
def _model() -> TopicModel:
    return TopicModel.load(model_file())
