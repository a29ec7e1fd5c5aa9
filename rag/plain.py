"""Records from plain JSON values, by the types of their fields."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any

_hints = cache(typing.get_type_hints)


def from_plain(kind: Any, value: Any) -> Any:
    """``value`` as ``kind``: a record, a tuple of one kind, an enum, a union of these, or plain.

    Of a record's fields those that are missing or ``null`` have their defaults; values that it has
    no field for are left alone.

    Raises:
        ValueError: ``value`` is of another form; the message names the field.
    """
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _first_of(typing.get_args(kind), value)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{value!r:.40} is not a list")
        return tuple(from_plain(typing.get_args(kind)[0], one) for one in value)
    if is_dataclass(kind):
        return _record(kind, value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{value!r:.40} is not a {kind.__name__}")
    return value


def _first_of(kinds: Sequence[Any], value: Any) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            if kind is not type(None):
                return from_plain(kind, value)
        except ValueError:
            continue
    raise ValueError(f"{value!r:.40} is of no kind that belongs there")


def _record(kind: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r:.40} is not an object")
    known: dict[str, Any] = {}
    for one in fields(kind):
        required = one.default is MISSING and one.default_factory is MISSING
        if value.get(one.name) is None and not required:
            continue
        if one.name not in value:
            raise ValueError(f"the field {one.name!r} is missing")
        try:
            known[one.name] = from_plain(_hints(kind)[one.name], value[one.name])
        except ValueError as error:
            raise ValueError(f"the field {one.name!r}: {error}") from error
    return kind(**known)
