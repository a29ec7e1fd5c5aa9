"""How long a server waits for its callers, and how many connections one of them may keep waiting.

uvicorn waits for ever for the rest of a request, and counts connections without asking whose they are: a
few dozen half-sent requests would shut everybody else out. Here a connection is *unfinished* while it is
new, or a request of it has begun and is not there whole. One that stays so for too long is closed; of an
address (or of all together) that keeps too many of them the oldest goes, so that a new caller always
gets in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from index.errors import UsageError

if TYPE_CHECKING:
    from uvicorn import Config

_LOOKS_A_TIMEOUT = 4


@dataclass(frozen=True, slots=True)
class Patience:
    """What a server puts up with.

    Attributes:
        head_seconds: Until a request's head is whole.
        pause_seconds: Between two parts of a body.
        slow_seconds: After which a body has to have come, on average, at ``least_rate``.
        least_rate: In bytes a second.
        unread_seconds: Until a caller takes some more of an answer that waits for him.
        unfinished: Connections of one address that may be unfinished at a time.
        unfinished_in_all: The same of all addresses together.
        grace_seconds: Before a connection counts as unfinished: a server that is busy takes in many at
            once, before it reads what the first of them has sent.
        connections: Connections of one address, also those that are being answered.
        trusted_proxies: Addresses whose connections are many callers': they are only timed.
    """

    head_seconds: float = 10.0
    pause_seconds: float = 20.0
    slow_seconds: float = 30.0
    least_rate: float = 1024.0
    unread_seconds: float = 60.0
    unfinished: int = 32
    unfinished_in_all: int = 256
    grace_seconds: float = 0.5
    connections: int = 256
    trusted_proxies: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Watch:
    """What is known of one connection."""

    address: str
    opened: float
    waiting_since: float
    """Since when the head of a request is awaited; -1 while one is there."""
    heard: float
    begun: float = -1.0
    received: int = 0
    unread: int = 0
    """Bytes that are to be sent and are not taken."""
    taken: float = 0.0
    """When they were last others."""


@dataclass(frozen=True, slots=True)
class _Register:
    """The connections of one server, oldest first."""

    patience: Patience
    watched: dict[Any, _Watch] = field(default_factory=dict)

    def of(self, address: str) -> list[Any]:
        return [one for one, watch in self.watched.items() if watch.address == address]

    def is_full(self, address: str) -> bool:
        """Whether an address holds more connections than it may, those that are answered included."""
        trusted = address in self.patience.trusted_proxies
        return not trusted and len(self.of(address)) > self.patience.connections

    def make_room(self, address: str, now: float) -> None:
        """Close the oldest unfinished connections where there are too many."""
        patience = self.patience
        if address not in patience.trusted_proxies:
            self._close_oldest(self.of(address), patience.unfinished, now)
        self._close_oldest(list(self.watched), patience.unfinished_in_all, now)

    def _close_oldest(self, connections: list[Any], most: int, now: float) -> None:
        young = now - self.patience.grace_seconds / 2
        unfinished = [
            one
            for one in connections
            if self.watched[one].opened < young and is_unfinished(one, self.watched[one])
        ]
        for one in unfinished[: max(len(unfinished) - most, 0)]:
            one.transport.abort()


def is_unfinished(protocol: Any, watch: _Watch) -> bool:
    """Whether a connection has begun a request and not sent all of it.

    One that rests between two requests has not: uvicorn closes it soon, and to close it sooner would
    meet a caller who is just about to use it.
    """
    return watch.waiting_since >= 0 if _is_idle(protocol) else bool(protocol.cycle.more_body)


def be_patient(config: Config, patience: Patience) -> None:
    """Make the connections of a server, also of one that runs, ones with time-outs and limits."""
    if not config.loaded:
        config.load()
    register = _Register(patience)
    base: Any = config.http_protocol_class

    class Patient(base):  # type: ignore[misc]
        """uvicorn's protocol, watched."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            now = self.loop.time()
            address = self.client[0] if self.client else ""
            register.watched[self] = _Watch(address, now, now, now)
            if register.is_full(address):
                self.transport.abort()
            self.loop.call_later(patience.grace_seconds, self._make_room, address)
            self._look_later()

        def _make_room(self, address: str) -> None:
            register.make_room(address, self.loop.time())

        def connection_lost(self, exc: Exception | None) -> None:
            register.watched.pop(self, None)
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            watch = register.watched.get(self)
            before = self.cycle
            if watch:
                watch.heard = self.loop.time()
                if _is_idle(self) and watch.waiting_since < 0:
                    watch.waiting_since = watch.heard
            super().data_received(data)
            if watch and self.cycle is not before:
                watch.waiting_since, watch.begun, watch.received = -1.0, watch.heard, 0
            if watch:
                watch.received += len(data)

        def _look_later(self) -> None:
            shortest = min(patience.head_seconds, patience.pause_seconds, patience.unread_seconds)
            self.loop.call_later(shortest / _LOOKS_A_TIMEOUT, self._look)

        def _look(self) -> None:
            watch = register.watched.get(self)
            if watch is None or self.transport.get_protocol() is not self:
                register.watched.pop(self, None)  # gone, or something else than HTTP by now
            elif _keeps_waiting(self, watch, patience, self.loop.time()):
                self.transport.abort()
            else:
                self._look_later()

    config.http_protocol_class = Patient


def _is_idle(protocol: Any) -> bool:
    return protocol.cycle is None or protocol.cycle.response_complete


def _keeps_waiting(protocol: Any, watch: _Watch, patience: Patience, now: float) -> bool:
    """Whether a caller has taken longer than a request may take to be sent, or an answer to be read."""
    unread = protocol.transport.get_write_buffer_size()
    if not unread or unread != watch.unread:
        watch.unread, watch.taken = unread, now
    if watch.taken < now - patience.unread_seconds:
        return True
    if _is_idle(protocol):
        return 0 <= watch.waiting_since < now - patience.head_seconds
    if not protocol.cycle.more_body or protocol.flow.read_paused:
        return False
    if watch.heard < now - patience.pause_seconds:
        return True
    taken = now - watch.begun
    return taken > patience.slow_seconds and watch.received < patience.least_rate * taken


class ProxyError(UsageError):
    """What was named as a proxy is no address."""


def read_proxies(given: Collection[str]) -> frozenset[str]:
    """The addresses of proxies whose word is taken for where a request comes from.

    Raises:
        ProxyError: one is no address.
    """
    for one in given:
        try:
            ipaddress.ip_address(one)
        except ValueError as error:
            raise ProxyError(
                f"--trusted-proxy {one!r} is no address; give the proxy's own, as 10.0.0.2",
                f"--trusted-proxy {one!r} 不是地址；请给出代理自身的地址，如 10.0.0.2",
            ) from error
    return frozenset(given)
