"""Whether a figure can be worked out from those that its evidence has.

2 dead and 7 hurt are 9 people, 53 % and 19 % lie 34 percentage points apart, 128 are 2.8 times 45.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from index.text.numbers.quantities import Quantity, agrees
from index.text.numbers.units import RATIO, UNITS, comparable

_MOST = 12
"""Figures that are looked at."""

_TIMES = UNITS["倍"]
_POINT = UNITS["百分点"]
_ROUNDED = Fraction(1, 40)
"""How far a multiple may be from the one that is worked out, as a share of it."""


_LEAST = Fraction(1, 100)


def is_worked_out(said: Quantity, told: Sequence[Sequence[Quantity]]) -> bool:
    """Whether a quantity is a sum, a difference or a multiple of what some sentences tell.

    Args:
        told: The quantities of each sentence.
    """
    if said.passing or said.low != said.high:
        return False
    every = [one for each in told for one in each if not one.passing and one.low == one.high]
    every = every[:_MOST]
    if said.unit == _TIMES:
        return any(_is_multiple(said.low, *pair) for pair in combinations(every, 2))
    if said.unit == _POINT:
        like = [100 * one.low for one in every if one.unit.dimension == RATIO.dimension]
    else:
        like = [one.low for one in every if comparable(one.unit, said.unit)]
    return any(
        agrees(said, replace(said, low=value, high=value, bound=said.bound.EXACT))
        for value in (*_combined(like), *_totals(said, told))
    )


def _combined(values: Sequence[Fraction]) -> Iterator[Fraction]:
    for first, second in combinations(values, 2):
        if min(first, second) < _LEAST * max(first, second):
            continue  # 1.2亿 less 3 is no difference that anybody works out
        yield first + second
        yield abs(first - second)


def _totals(said: Quantity, told: Sequence[Sequence[Quantity]]) -> Iterator[Fraction]:
    """What all that a sentence counts of the kind comes to."""
    for each in told:
        values = [one.low for one in each if comparable(one.unit, said.unit)]
        if len(values) > 2:
            yield sum(values, Fraction(0))


def _is_multiple(times: Fraction, first: Quantity, second: Quantity) -> bool:
    if not comparable(first.unit, second.unit) or not first.low or not second.low:
        return False
    large, small = max(first.low, second.low), min(first.low, second.low)
    return abs(large / small - times) <= _ROUNDED * times
