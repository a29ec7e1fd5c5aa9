"""Which words of a question say what: the topic of a wide one, the sides of a comparison."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from index.embedding.encoder import Encoder
from index.embedding.packaged_encoder import packaged
from index.records import Span
from index.text.language import Language, detect_language
from rag.question.field import load_field
from rag.question.sides import Side, sides_in
from rag.question.spelling import NAME_CHARACTERS
from rag.question.topic import marked_spans, topic_spans

_LEANS = (0.0, 1.0, 2.0)
"""How much likelier each token of a comparison is taken to be of a side, until there are two sides."""


_QUOTES = "“”‘’\"'《》「」『』〈〉 "
"""Stand around a topic, which is searched without them."""

_KEPT = 8
"""Questions whose states are kept."""


class WordTeller(Protocol):
    """What the assistant asks of what marks words."""

    def topic_of(self, question: str) -> str:
        """The words of a request that say what the articles have to be about; ``""`` where none do."""

    def sides_of(self, question: str) -> list[Side]:
        """What is compared, and the question of each alone; none where two are not named."""


class TrainedWords:
    """The fields over tokens that come with the installation.

    Args:
        encoder: The library's; where it is not the packaged one, that is opened beside it, because
            the fields were trained on what it makes of a question.
    """

    def __init__(self, encoder: Encoder) -> None:
        # Of one question they are asked for several times, and a network takes as long as an encoder.
        self._states = lru_cache(_KEPT)(packaged(encoder).character_states)

    def topic_of(self, question: str) -> str:
        plain, places = without_characters(question)
        spans = topic_spans(plain, load_field("topics"), self._states)
        spans = [_back(span, places, question) for span in spans]
        return " ".join(filter(None, (span.of(question).strip(_QUOTES) for span in spans)))

    def sides_of(self, question: str) -> list[Side]:
        field = load_field("sides")
        plain, places = without_characters(question)
        for lean in _LEANS:
            spans = marked_spans(plain, field, self._states, (lean,))
            if sides := sides_in(question, [_back(span, places, question) for span in spans]):
                return sides
        return []


def without_characters(question: str) -> tuple[str, list[int]]:
    """An English question as it was put, without the characters behind its names (``rag.question.spelling``), and the
    place of each of its characters.

    >>> without_characters("Has Xian (西安) one?")[0]
    'Has Xian one?'
    """
    english = detect_language(NAME_CHARACTERS.sub("", question)) is Language.ENGLISH
    behind = [one.span() for one in NAME_CHARACTERS.finditer(question)] if english else []
    places = [at for at in range(len(question)) if not any(a <= at < b for a, b in behind)]
    return "".join(question[at] for at in places), places


def _back(span: Span, places: list[int], question: str) -> Span:
    """Where a span stands in the question, with the characters of a name that it ends with."""
    end = places[span.end - 1] + 1
    match = NAME_CHARACTERS.match(question, end) if len(places) < len(question) else None
    return Span(places[span.start], match.end() if match else end)
