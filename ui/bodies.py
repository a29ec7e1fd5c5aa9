"""What a server holds of requests until they are answered: bounded for each caller, and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from index.errors import JuwenError


class HeldError(JuwenError):
    """So much is being sent at once that no more is taken."""


class PartsError(JuwenError):
    """A body of more parts than are read."""


@dataclass(slots=True)
class Held:
    """The bytes that are held at a time.

    Attributes:
        of_one: Those that the requests of one caller may have sent before they are answered.
        of_all: The same of all callers together.
    """

    of_one: int
    of_all: int
    held: Counter[str] = field(default_factory=Counter)
    """Bytes, by caller."""

    @contextmanager
    def of(self, caller: str) -> Iterator[Callable[[int], None]]:
        """What counts the bytes of a request, which are let go of at the end.

        Raises:
            HeldError: while they are counted, where too much is held already.
        """
        own = 0

        def count(size: int) -> None:
            nonlocal own
            own += size
            self.held[caller] += size
            if self.held[caller] > self.of_one or self.held.total() > self.of_all:
                raise HeldError(
                    "too many large requests are being sent at once; try again in a moment",
                    "同时发送的大请求过多；请稍后重试",
                )

        try:
            yield count
        finally:
            self.held[caller] -= own
            if not self.held[caller]:
                del self.held[caller]


def check_parts(body: bytes | bytearray, most: int, most_commas: int) -> None:
    """Refuse a body of JSON that would take many times its bytes, or seconds in which nobody else is heard.

    Args:
        most: Objects and lists; each takes a hundred times the bytes that it was sent in.
        most_commas: What parts values, and stands in texts, too.

    Raises:
        PartsError: it has more.
    """
    if body.count(b"{") + body.count(b"[") <= most and body.count(b",") <= most_commas:
        return
    raise PartsError(
        f"the request holds over {most:,} objects and lists, or {most_commas:,} commas; send less at once",
        f"请求中的对象与列表超过 {most:,} 个，或逗号超过 {most_commas:,} 个；请减少内容",
    )
