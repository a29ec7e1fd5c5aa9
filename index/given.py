"""What was given from Python, and is of another type than is wanted: said in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from index.errors import JuwenError

_LONGEST_VALUE = 40
_Choice = TypeVar("_Choice", bound=StrEnum)


class GivenError(JuwenError, TypeError):
    """A value is of another type than is wanted, or none of those that there are."""


def wrong(name: str, value: object, wanted: str, chinese: str) -> GivenError:
    """What is wrong with a value.

    >>> raise wrong("accounts", 3, "a name or several", "一个或多个名称")
    Traceback (most recent call last):
    ...
    index.given.GivenError: accounts is 3 (int); give a name or several

    Args:
        wanted: What to give instead, and the same in Chinese.
    """
    shown = repr(value)
    shown = shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}…"
    kind = type(value).__name__
    return GivenError(
        f"{name} is {shown} ({kind}); give {wanted}", f"{name} 为 {shown}（{kind}）；应为{chinese}"
    )


def one_of(kind: type[_Choice], name: str, value: object) -> _Choice:
    """A member of an enumeration, or its value.

    Raises:
        GivenError: there is none of it.
    """
    with suppress(ValueError):
        return kind(str(value))
    known = [repr(str(one)) for one in kind]
    raise wrong(name, value, f"one of {', '.join(known)}", f" {'、'.join(known)} 之一")


def texts(name: str, value: object) -> tuple[str, ...]:
    """One text or several.

    Raises:
        GivenError: it is neither.
    """
    found = (value,) if isinstance(value, str) else value
    if isinstance(found, Iterable) and not isinstance(found, dict | bytes):
        listed = tuple(found)
        if all(isinstance(one, str) for one in listed):
            return listed
    raise wrong(name, value, "a text or a list of texts", "文本或文本列表")


def text(name: str, value: object) -> str:
    """
    Raises:
        GivenError: it is no text.
    """
    if isinstance(value, str):
        return value
    raise wrong(name, value, "a text", "文本")


def count(name: str, value: object) -> int:
    """A number of things.

    Raises:
        GivenError: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise wrong(name, value, "a number from 0 on", "不小于 0 的整数")


def path(name: str, value: object) -> Path:
    """
    Raises:
        GivenError: it is no path.
    """
    if isinstance(value, str | os.PathLike) and value:
        given: Any = os.fspath(value)
        if isinstance(given, str):
            return Path(given)
    raise wrong(name, value, "a path", "路径")


def paths(name: str, value: object) -> list[Path]:
    """One path or several.

    Raises:
        GivenError: it is neither.
    """
    if isinstance(value, Iterable) and not isinstance(value, str | os.PathLike | dict | bytes):
        return [path(name, one) for one in value]
    return [path(name, value)]
