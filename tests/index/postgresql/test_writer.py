"""A writer on a server that is killed: nothing of its job is seen, and nothing of it is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import index_raw, remove_articles
from index.library.library import Library
from index.location import Server
from index.maintenance.verify_server import verify_server
from index.postgresql import building
from index.postgresql.connection import connect
from index.postgresql.dense import load_layout
from index.postgresql.schema import other_layouts
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
