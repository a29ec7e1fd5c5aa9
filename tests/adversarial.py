"""Texts made to slow a regular expression down, from what the expression itself is made of.

A search is slow where it tries again what it has tried: a repetition that may begin anywhere in a run
of what it repeats, or two that share characters. The texts are such runs: each kind of character that
the expression tells apart, pairs of them, and for each long repetition a run of what it repeats,
behind what stands before it in the expression, with and without an end that fails it.

The parse tree is that of ``re`` itself, which is not public: a change of it shows in these tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from math import inf
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from time import process_time
from typing import Any

LONG = 20
"""A repetition of so many is run as if it had no end."""

_COMMON = "aA1０ \n\t\r.,-_/:;'\"“”(（[【<*#>&中上千，。、的年　\x00"
_ENDS = ("", "\x00", "\n\x00")
_MOST_KINDS = 20
_MOST_PAIRED = 6
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_ONE_CHARACTER = (ops.IN, ops.LITERAL, ops.NOT_LITERAL, ops.ANY)


MOST_GROWTH = 8.0
"""How many times as long four times as much may take: 4 where time is linear, 16 where it is quadratic."""


def growth(search: Any, made: Any, size: int, *, grace: float = 0.003) -> float:
    """How many times as long four times as much takes, 0.0 where ``size`` takes under ``grace`` seconds.

    The least of some times is taken, since other processes only ever lengthen one.
    """
    once, more = made(size), made(4 * size)
    least = most = inf
    for _ in range(4):
        least = min(least, _seconds(search, once))
        if least < grace:
            return 0.0
        most = min(most, _seconds(search, more))
        if most <= MOST_GROWTH * least:
            break
    return most / least


def _seconds(search: Any, text: str) -> float:
    begun = process_time()
    search(text)
    return process_time() - begun


def runs(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """What texts that this expression may be slow on are made of: a beginning, a run, an end."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))
    long = list(_long_repetitions(tree, ""))
    if not long:
        return
    kinds = _kinds(tree)
    made = dict.fromkeys((before, one, end) for one in kinds for before in "x" for end in _ENDS)
    made |= dict.fromkeys(("", one, end) for one in kinds for end in _ENDS)
    paired = kinds[:_MOST_PAIRED]
    made |= dict.fromkeys(("", a + b, "\x00") for a in paired for b in paired if a != b)
    for before, body in long:
        inside = [one for one in kinds if _may_hold(body, one)][:6]
        for run in dict.fromkeys([*islice(_samples(body, kinds), 4), *inside]):
            made |= dict.fromkeys((before, run, end) for end in _ENDS if run)
            made[("", before + run, "\x00")] = None
    yield from (one for one in made if one[1])


def _children(op: Any, value: Any) -> list[Sequence[Any]]:
    if op is ops.SUBPATTERN:
        return [value[3]]
    if op is ops.ATOMIC_GROUP:
        return [value]
    if op in _REPEATS:
        return [value[2]]
    if op is ops.BRANCH:
        return list(value[1])
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [value[1]]
    if op is ops.GROUPREF_EXISTS:
        return [each for each in value[1:] if each]
    return []


def _long_repetitions(tree: Sequence[Any], before: str) -> Iterator[tuple[str, Sequence[Any]]]:
    for op, value in tree:
        if op in _REPEATS and value[1] >= LONG:
            yield before, value[2]
        for child in _children(op, value):
            yield from _long_repetitions(child, before)
        before += next(_samples([(op, value)], []), "")


def _nodes(tree: Sequence[Any]) -> Iterator[Any]:
    for op, value in tree:
        if op in _ONE_CHARACTER:
            yield op, value
        for child in _children(op, value):
            yield from _nodes(child)


def _may_hold(tree: Sequence[Any], one: str) -> bool:
    return any(_holds(node, one) for node in _nodes(tree))


def _kinds(tree: Sequence[Any]) -> list[str]:
    """One character of each kind that the expression tells apart, those in repetitions first."""
    nodes = list(_nodes(tree))
    sets = [node for node in nodes if node[0] is not ops.LITERAL]
    repeated = [node for _, body in _long_repetitions(tree, "") for node in _nodes(body)]
    letters = dict.fromkeys(
        [*(one for node in repeated for one in _named(node)), *_COMMON]
        + [one for node in nodes for one in _named(node)]
    )
    kinds: dict[Any, str] = {}
    for one in letters:
        alike = tuple(_holds(node, one) for node in [*sets, *repeated])
        if any(alike):
            kinds.setdefault(alike, one)
    return list(kinds.values())[:_MOST_KINDS]


def _named(node: Any) -> Iterator[str]:
    op, value = node
    if op in (ops.LITERAL, ops.NOT_LITERAL):
        yield chr(value)
    elif op is ops.IN:
        for kind, what in value:
            if kind is ops.LITERAL:
                yield chr(what)
            elif kind is ops.RANGE:
                yield chr(what[0])
                yield chr(what[1])


_CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d",
    ops.CATEGORY_NOT_DIGIT: r"\D",
    ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S",
    ops.CATEGORY_WORD: r"\w",
    ops.CATEGORY_NOT_WORD: r"\W",
}


def _holds(node: Any, one: str) -> bool:
    op, value = node
    if op is ops.ANY:
        return one != "\n"
    if op is ops.LITERAL:
        return chr(value) == one
    if op is ops.NOT_LITERAL:
        return chr(value) != one
    negated = value[0][0] is ops.NEGATE
    found = any(_is_in(kind, what, one) for kind, what in value)
    return found != negated


def _is_in(kind: Any, what: Any, one: str) -> bool:
    if kind is ops.LITERAL:
        return chr(what) == one
    if kind is ops.RANGE:
        return bool(what[0] <= ord(one) <= what[1])
    return kind is ops.CATEGORY and re.match(_CATEGORIES[what], one) is not None


def _samples(tree: Sequence[Any], kinds: Sequence[str]) -> Iterator[str]:
    """Some texts that a part of the expression matches; what is only looked at gives nothing."""
    if not tree:
        yield ""
        return
    (op, value), *rest = tree
    for first in islice(_samples_of(op, value, kinds), 6):
        for others in islice(_samples(rest, kinds), 3):
            yield first + others


def _samples_of(op: Any, value: Any, kinds: Sequence[str]) -> Iterator[str]:
    if op in _ONE_CHARACTER:
        letters = [*_named((op, value)), *kinds, *_COMMON]
        yield from dict.fromkeys(one for one in letters if _holds((op, value), one))
    elif op in _REPEATS:
        for each in islice(_samples(value[2], kinds), 3):
            yield each * max(value[0], 1)
    elif op in (ops.ASSERT, ops.ASSERT_NOT) or not (children := _children(op, value)):
        yield ""
    else:
        for child in children[:6]:
            yield from islice(_samples(child, kinds), 3)
