"""JSON that a caller sent, read strictly: whatever it holds can be worked with, or it is refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from index.errors import JuwenError
from index.records import well_formed

DEEPEST = 64
"""Lists and objects within each other."""

_LARGEST = 2**53
"""Whole numbers up to which JSON's readers agree."""


class BodyError(JuwenError):
    """A body that is not JSON, or holds what JSON has no business to hold."""


def read_json(body: bytes) -> Any:
    """The value of a body; lone surrogates in its strings are replaced.

    Raises:
        BodyError: it is no JSON, lies too deep, or has a number that is none or is too large.

    >>> read_json(b'{"a": [1, "x"]}')
    {'a': [1, 'x']}
    """
    try:
        value = json.loads(body, parse_constant=_refuse)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise BodyError(
            f"the request is not JSON ({_said(error)}); send a JSON object in UTF-8",
            f"请求不是 JSON（{_said(error)}）；请以 UTF-8 发送 JSON 对象",
        ) from error
    return _checked(value, 0)


def _said(error: ValueError) -> str:
    return str(error).splitlines()[0][:80] if str(error) else type(error).__name__


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _checked(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise _too_deep()
    match value:
        case str():
            return well_formed(value)
        case dict():
            return {well_formed(name): _checked(one, depth + 1) for name, one in value.items()}
        case list():
            return [_checked(one, depth + 1) for one in value]
        case int() | float() if abs(value) > _LARGEST:
            raise BodyError(
                f"a number in the request is larger than {_LARGEST:,}; send a smaller one",
                f"请求中的数字超过 {_LARGEST:,}；请改小",
            )
    return value


def _too_deep() -> BodyError:
    return BodyError(
        f"the request has more than {DEEPEST} lists and objects within each other; send a flatter one",
        f"请求中的列表与对象嵌套超过 {DEEPEST} 层；请减少嵌套",
    )
