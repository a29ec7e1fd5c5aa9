"""What is counted or measured: units in Chinese and English, by what they measure and how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from index.text.rules import load_rules


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; two measures are comparable where they have the same dimension.

    Attributes:
        dimension: What is measured; of a counter its group, since 132款 are not 132家.
        factor: What one is worth in the dimension's own unit (metres, seconds, yuan …).
        counter: Whether it only counts: 款, 台, people.
    """

    dimension: str
    factor: Fraction = Fraction(1)
    counter: bool = False


NONE = Unit("", counter=True)
"""A bare number; it may count anything."""

ANY = Unit("any", counter=True)
"""个: counts what other counters count, too."""

RATIO = Unit("ratio")
ORDINAL = Unit("第", counter=True)


def _units() -> Mapping[str, Unit]:
    return {
        word: Unit(worth, counter=True) if name == "counters" else Unit(name, Fraction(worth))
        for language in ("zh", "en")
        for name, rule in load_rules("index.text", f"{language}/units").items()
        for word, worth in rule.table.items()
    }


UNITS = _units()
"""Every unit by its word, in Simplified characters and small letters."""


def comparable(one: Unit, other: Unit) -> bool:
    """Whether two units can measure the same.

    A bare number counts anything and may be a sum of money (投资18.6亿); 个 counts what any counter
    does.

    >>> comparable(UNITS["公里"], UNITS["km"]), comparable(UNITS["款"], UNITS["家"])
    (True, False)
    """
    if one.dimension == other.dimension:
        return True
    loose = {NONE.dimension, ANY.dimension}
    if one.dimension in loose or other.dimension in loose:
        fixed = other if one.dimension in loose else one
        bare = NONE.dimension in (one.dimension, other.dimension)
        return fixed.counter or (bare and fixed.dimension == "yuan")
    return False
