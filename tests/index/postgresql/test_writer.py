"""A writer on a server that is killed: nothing of its job is seen, and nothing of it is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.build import index_raw, remove_articles
from index.library.library import Library
from index.location import Server
from index.maintenance.keep_server import compact_server
from index.maintenance.verify_server import verify_server
from index.postgresql import building, publication, schema
from index.postgresql.connection import connect
from index.postgresql.dense import load_layout
from index.postgresql.schema import other_layouts, tables_of
from index.records import RawArticle
from index.search.filters import Filters
from index.text.terms import index_terms
from tests.conftest import ARTICLES, FakeEncoder, article

ROOT = Path(__file__).parents[3]

_CHILD = """
import os, signal, sys
import index.build, index.passages, index.postgresql.publication as publication
from index.location import Server
from tests.conftest import FakeEncoder, article

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

progress = lambda done, total: None
if sys.argv[2] == "staging":
    index.passages.WINDOW = 1
    progress = lambda done, total: total and done == 4 and kill()
else:
    setattr(publication, sys.argv[2], kill)
new = [article(f"new{n}", f"第{n}号渡轮开航，票价{n}元。") for n in range(6)]
place = Server(sys.argv[1])
index.build.index_raw(new, place, encoder=FakeEncoder(), progress=progress)
"""


@pytest.fixture
def server(postgres, encoder: FakeEncoder) -> Server:
    place = Server(postgres.new_database())
    index_raw(ARTICLES, place, encoder=encoder)
    return place


@pytest.mark.parametrize(
    "when", ["staging", "relate_ready", "add_words", "lay_out", "store_layout", "set_manifest"]
)
def test_a_killed_job_changes_nothing_and_is_taken_up_again(server: Server, when: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, server.address, when],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Library.open(server) as library:
        assert library.manifest().generation == 1
        assert library.counts().articles == len(ARTICLES)
    encoder = FakeEncoder()
    new = [article(f"new{n}", f"第{n}号渡轮开航，票价{n}元。") for n in range(6)]
    index_raw(new, server, encoder=encoder)
    assert encoder.encoded < 6 if when == "staging" else encoder.encoded == 0
    assert list(verify_server(server)) == []


def test_layouts_that_are_not_searched_are_dropped(server: Server, encoder: FakeEncoder) -> None:
    index_raw([article("later", "后来的一篇。")], server, encoder=encoder)
    connection = connect(server)
    assert other_layouts(connection, load_layout(connection).number) == []
    connection.close()


def test_questions_are_planned_for_what_was_just_laid_out(server: Server) -> None:
    connection = connect(server)
    known = connection.execute(
        "SELECT relname, reltuples FROM pg_class WHERE relname IN ('article', 'chunk', 'vectors_1') "
        "AND relnamespace = current_schema()::regnamespace"
    ).fetchall()
    connection.close()
    assert len(known) == 3
    assert all(rows >= len(ARTICLES) for _, rows in known)


def test_a_reader_of_an_old_layout_waits_for_no_other(
    server: Server, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "_SECONDS_FOR_READERS", 10)  # while a reader stays in it
    query = encoder.encode_queries(["大桥"])

    def found(library: Library) -> int:
        return len(library.candidates(query, "zh", index_terms("大桥"), 20).ids)

    job = threading.Thread(
        target=index_raw, args=([article("n", "又一篇。")], server), kwargs={"encoder": encoder}
    )
    with Library.open(server) as one, Library.open(server) as other:
        with one.snapshot(), other.snapshot():
            assert found(one) == 5
            job.start()
            with Library.open(server) as newest:
                while newest.manifest().generation == 1:
                    time.sleep(0.02)
            time.sleep(0.2)  # the job has come to the old layout
            assert found(other) == 5
            assert job.is_alive()
        job.join()
    connection = connect(server)
    assert other_layouts(connection, load_layout(connection).number) == []
    connection.close()


def test_parts_of_postings_are_joined_and_say_the_same(
    server: Server, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_MOST_PARTS", 2)
    for number in range(4):
        index_raw([article(f"n{number}", f"第{number}篇说大桥。")], server, encoder=encoder)
    # What is taken out is counted beside what came lately, and may be of an older part.
    remove_articles(["bridge"], server, encoder=encoder)
    remove_articles(["n1"], server, encoder=encoder)
    assert list(verify_server(server)) == []
    with Library.open(server) as library:
        assert library.documents(["大桥"]) == {"大桥": 3}
        query = encoder.encode_queries(["灯塔"])
        found = library.candidates(query, "zh", ["大桥"], 20)
        assert sum(score > 0 for score in found.lexical) == 3
        assert library.says("第0篇说大桥")


def test_a_layout_stays_while_little_changes(
    server: Server, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.postgresql.publication._ALWAYS_LAID_OUT", 0)
    connection = connect(server)
    before = load_layout(connection).number
    index_raw([article("later", "后来的一篇说大桥。")], server, encoder=encoder)
    remove_articles(["school"], server, encoder=encoder)
    assert load_layout(connection).number == before
    assert list(verify_server(server)) == []
    with Library.open(server) as library:
        query = encoder.encode_queries(["大桥"])
        found = library.candidates(query, "zh", index_terms("大桥"), 20)
        assert len(found.ids) == 5
    index_raw(
        [article(f"n{n}", f"第{n}篇说的是别的事。") for n in range(9)], server, encoder=encoder
    )
    assert load_layout(connection).number == before + 1
    connection.close()


def test_years_that_have_enough_are_parts_of_a_layout(
    server: Server, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(name: str, day: str) -> RawArticle:
        return article(name, f"{name}号渡轮开航。", time=day)

    def found(**filters: Any) -> set[str]:
        query = encoder.encode_queries(["渡轮"])
        with Library.open(server) as library:
            ids = library.candidates(query, "zh", ["渡轮"], 50, Filters(**filters)).ids.tolist()
            return {one.article.article_id for one in library.passages(ids)}

    def held() -> dict[str, int]:
        sizes = {}
        for name in tables_of(connection, load_layout(connection).number):
            (sizes[name.rpartition("_")[2]],) = connection.execute(
                f"SELECT count(*) FROM {name}"
            ).fetchone()
        return sizes

    monkeypatch.setattr(schema, "FEWEST_IN_PART", 4)
    index_raw(
        [told(f"{year}-{n}", f"{year}/3/{n + 1}") for year in (2021, 2022, 2023) for n in range(3)],
        server,
        encoder=encoder,
    )
    connection = connect(server)
    # Five are of 2025 or have no day; 2021 and 2022 together have enough, and so have 2023 and 2025.
    assert held() == {"first": 6, "2023": 7, "2026": 0, "undated": 1}
    monkeypatch.setattr("index.postgresql.publication._ALWAYS_LAID_OUT", 0)
    before = load_layout(connection).number
    index_raw(
        [told("new", "2027/1/1"), told("old", "1999/1/1"), told("2023-0", "2022/7/1")],
        server,
        encoder=encoder,
    )
    remove_articles(["2021-0"], server, encoder=encoder)
    assert load_layout(connection).number == before
    assert held() == {"first": 7, "2023": 6, "2026": 1, "undated": 1}
    assert list(verify_server(server)) == []
    early = {"old", "2021-1", "2021-2", "2022-0", "2022-1", "2022-2"}
    assert found(date_to=date(2022, 6, 30)) == early
    assert found(date_from=date(2026, 1, 1)) == {"new"}
    monkeypatch.setattr("index.postgresql.filtering.MOST_EXACT", 0)  # by the graphs, then
    assert found(date_to=date(2022, 12, 31)) == early | {"2023-0"}
    assert {"new", "old", "2023-1"} < found()
    compact_server(server)
    assert len(tables_of(connection, before)) == 4
    connection.close()


@pytest.mark.parametrize(
    ("years", "parts"),
    [
        ({}, []),
        ({2020: 5}, []),  # less than two parts are one table
        ({2020: 6}, [(None, 2021), (2021, None)]),
        ({2020: 3, 2021: 3, 2022: 1}, [(None, 2021), (2021, 2022), (2022, None)]),
        ({2012: 1, 2015: 1, 2019: 1, 2020: 3}, [(None, 2020), (2020, 2021), (2021, None)]),
        ({9999: 8}, []),  # no year comes after it
    ],
)
def test_as_few_years_as_have_enough_are_a_part(
    years: dict[int, int], parts: list[tuple[int | None, int | None]], monkeypatch
) -> None:
    monkeypatch.setattr(schema, "FEWEST_IN_PART", 3)
    assert [(part.first, part.end) for part in schema.parts_of(years)] == parts


def test_a_bounded_number_of_postings_is_read(
    server: Server, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.postgresql.lexical.MOST_POSTINGS", 3)
    index_raw(
        [article(f"n{n}", f"大桥消息第{n}条。") for n in range(9)]
        + [article("rare", "大桥与灯塔。")],
        server,
        encoder=encoder,
    )
    with Library.open(server) as library:
        query = encoder.encode_queries(["灯塔大桥"])
        found = library.candidates(query, "zh", index_terms("灯塔大桥"), 1)
        names = {one.article.article_id for one in library.passages(found.ids.tolist())}
        assert "rare" in names  # the rarest term's postings are read first
        assert found.lexical.max() > 0
