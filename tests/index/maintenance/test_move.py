"""Moving a library to another place and back."""

from __future__ import annotations

import pytest

from index.build import index_raw
from index.errors import LibraryError
from index.library.library import Library
from index.location import Server
from index.maintenance import move
from index.maintenance.move import move_library
from index.maintenance.verify import verify_library
from tests.conftest import ARTICLES, article, contents

QUESTION = "东岸大桥什么时候通车？"


@pytest.fixture
def server(postgres) -> Server:
    return Server(postgres.new_database())


def test_a_library_comes_back_as_it_went(library_folder, server, tmp_path, encoder):
    with Library.open(library_folder) as library:
        library.add_feedback({"question": "谁？"})
    encoder.encoded = 0
    assert move_library(library_folder, server) == len(ARTICLES)
    assert move_library(server, tmp_path / "back") == len(ARTICLES)
    assert encoder.encoded == 0
    assert contents(tmp_path / "back", encoder, QUESTION) == contents(
        library_folder, encoder, QUESTION
    )
    assert list(verify_library(tmp_path / "back")) == []
    with Library.open(tmp_path / "back") as library:
        assert [line for line in library.feedback() if line] == ['{"question": "谁？"}']


def test_a_move_that_was_stopped_goes_on(library_folder, server, monkeypatch):
    monkeypatch.setattr(move, "_TOGETHER", 2)
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append(done)
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_library(library_folder, server, progress=stop)
    with Library.open(server) as library:
        assert library.counts().articles == 0  # readers see nothing of half a library
        rows = {"before": _rows(server)}
    assert move_library(library_folder, server) == len(ARTICLES)
    assert _rows(server)[:4] == rows["before"][:4]  # what had arrived stayed
    assert move_library(library_folder, server) == len(ARTICLES)  # and once more: compared only


def _rows(server: Server) -> list[tuple[int, str]]:
    import psycopg

    with psycopg.connect(server.address) as connection:
        return connection.execute("SELECT row, article_id FROM article ORDER BY row").fetchall()


def test_a_place_with_other_articles_is_refused(library_folder, server, encoder):
    index_raw([article("other", "另一座城市的报道。")], server, encoder=encoder)
    with pytest.raises(LibraryError, match="holds 1 other articles"):
        move_library(library_folder, server)


def test_an_article_that_did_not_arrive_as_it_was_is_named(library_folder, server):
    import psycopg

    move_library(library_folder, server)
    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute("UPDATE chunk SET language = 'en' WHERE id = 2")
    with pytest.raises(LibraryError, match="'school'"):
        move_library(library_folder, server)


def test_a_library_is_not_moved_onto_itself(library_folder):
    with pytest.raises(LibraryError, match="named twice"):
        move_library(library_folder, library_folder)


def test_a_library_is_not_moved_into_itself(library_folder):
    with pytest.raises(LibraryError, match="lies within"):
        move_library(library_folder, library_folder / "inside")
    assert not (library_folder / "inside").exists()
