"""What a text is about, as a bag of words that can be compared with another's."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from index.text.rules import load_rules

_RULES = load_rules("index.cleaning", "zh/han", "en/common_words", "zh/common_words")
_HAN_RUN = re.compile(f"{_RULES.source('han')}+")
_LATIN_WORD = re.compile(r"[A-Za-z]{5,}")
_COMMON = _RULES.words("common_bigrams") | _RULES.words("common_english")
_FUNCTION_CHARACTER = _RULES.regex("function_character")


def content_words(text: str) -> Counter[str]:
    """Bigrams of Han characters and longer Latin words, without those that any text has."""
    counts: Counter[str] = Counter(word.lower() for word in _LATIN_WORD.findall(text))
    for run in _HAN_RUN.findall(text):
        counts.update(map("".join, pairwise(run)))
    for word in [w for w in counts if w in _COMMON or _FUNCTION_CHARACTER.search(w)]:
        del counts[word]
    return counts


class WordBag:
    """A growing bag of words and its length as a vector.

    What is said once weighs little, because themes recur.
    """

    def __init__(self) -> None:
        self.total = 0
        self._counts: Counter[str] = Counter()
        self._squares = 0.0

    @classmethod
    def of_first(cls, sections: Iterable[Counter[str]], enough: int) -> WordBag:
        """The first sections, until there are ``enough`` words."""
        bag = cls()
        for counts in sections:
            bag.add(counts)
            if bag.total >= enough:
                break
        return bag

    def add(self, counts: Counter[str]) -> None:
        for word, count in counts.items():
            old = self._counts[word]
            self._squares += _weight(old + count) ** 2 - _weight(old) ** 2
            self._counts[word] = old + count
        self.total += counts.total()

    def cohesion(self, other: WordBag) -> float:
        """The cosine of the two bags, 0 to 1."""
        one, two = sorted((self._counts, other._counts), key=len)
        shared = sum(_weight(n) * _weight(two[word]) for word, n in one.items() if word in two)
        size = math.sqrt(self._squares * other._squares)
        return shared / size if size else 0.0


def _weight(count: int) -> float:
    return math.log(count) + 0.4 if count else 0.0
