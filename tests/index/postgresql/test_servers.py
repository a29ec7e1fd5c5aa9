"""A primary and its standby: reading from either, failing over, reading what was just written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.build import index_raw
from index.errors import LibraryError
from index.library.library import Library
from index.location import Server
from index.postgresql.connection import connect
from index.text.terms import index_terms
from tests.conftest import ARTICLES, FakeEncoder, article
from tests.postgres import (
    Postgres,
    primary_in,
    room_for_servers,
    standby_of,
    why_there_is_none,
)

_MOST_SECONDS_WITHOUT = 5.0
"""On a busy machine; see docs/scale.md for what was measured on a quiet one."""


@pytest.fixture
def pair() -> Iterator[tuple[Postgres, Postgres]]:
    if why := why_there_is_none():
        pytest.skip(why)
    with room_for_servers() as room, primary_in(room) as primary, standby_of(primary) as standby:
        yield primary, standby


def address(primary: Postgres, standby: Postgres, database: str, attributes: str = "") -> Server:
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return Server(f"postgresql://juwen@{hosts}/{database}{attributes}")


def test_what_was_acknowledged_is_on_the_synchronous_standby(
    pair: tuple[Postgres, Postgres],
) -> None:
    primary, standby = pair
    where = address(primary, standby, primary.new_database().rpartition("/")[2])
    encoder = FakeEncoder()
    index_raw(ARTICLES, where, encoder=encoder)
    wait_for_replay(primary)
    primary.execute("ALTER SYSTEM SET synchronous_commit = remote_apply")
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'")
    primary.execute("SELECT pg_reload_conf()")
    standby.kill()

    with ThreadPoolExecutor() as pool:
        job = pool.submit(index_raw, [article("late", "后来的一篇。")], where, encoder=encoder)
        try:
            with pytest.raises(TimeoutError):
                job.result(timeout=3)
            with Library.open(where) as library:  # on the primary
                assert "late" not in library.article_ids()
        finally:
            standby.start()
        assert job.result(timeout=60).added == 1
    primary.kill()
    with Library.open(where) as library:  # before it is promoted
        assert "late" in library.article_ids()
    standby.promote()
    with Library.open(where) as library:
        assert library.manifest().generation == 2


def wait_for_replay(primary: Postgres) -> None:
    """Until the standby has all that the primary wrote."""
    behind = "SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()"
    while not primary.execute(behind):
        time.sleep(0.05)


def test_readers_and_the_writer_outlive_the_primary(pair: tuple[Postgres, Postgres]) -> None:
    primary, standby = pair
    encoder = FakeEncoder()
    database = primary.new_database().rpartition("/")[2]
    where = address(primary, standby, database)
    index_raw(ARTICLES, where, encoder=encoder)
    wait_for_replay(primary)  # before that there is no library on the standby

    # Whoever uploads reads what was uploaded, though they read from the standby.
    with Library.open(where) as library:
        index_raw([article("late", "后来的一篇报道。")], where, encoder=encoder)
        library.catch_up()
        assert "late" in library.article_ids()
        with library.snapshot(), connect(where).raw as raw:
            (is_standby,) = raw.execute("SELECT pg_is_in_recovery()").fetchone() or (None,)
            assert is_standby

    on_primary = Server(f"{where.address}?target_session_attrs=any")
    errors: list[Exception] = []
    gaps: list[float] = []
    seen: set[tuple[int, int]] = set()
    ended = threading.Event()

    query = encoder.encode_queries(["东岸大桥"])

    def see(library: Library) -> tuple[int, int]:
        got = library.candidates(query, "zh", index_terms("东岸大桥"), 20)
        return library.manifest().generation, len(got.ids)

    def ask(place: Server) -> None:
        with Library.open(place) as library:
            last = time.monotonic()
            while not ended.is_set():
                try:
                    seen.add(library.read(lambda: see(library)))
                except LibraryError as error:
                    errors.append(error)
                gaps.append(time.monotonic() - last)
                last = time.monotonic()

    readers = [threading.Thread(target=ask, args=(place,)) for place in (where, on_primary) * 2]
    for reader in readers:
        reader.start()
    time.sleep(1)
    primary.kill()
    time.sleep(0.5)
    standby.promote()
    index_raw([article("new", "新的主库上的第一篇。")], where, encoder=encoder)
    ended.set()
    for reader in readers:
        reader.join()

    assert errors == []
    assert max(gaps) < _MOST_SECONDS_WITHOUT
    assert {(2, 6)} <= seen <= {(2, 6), (3, 7)}  # never a mixture
    with Library.open(where) as library:
        assert {"late", "new"} <= set(library.article_ids())
