"""Libraries of every schema there has been: each is brought up to date, or refused with the way out.

``libraries/schema-N.sql`` is what the version with schema N made of ``ARTICLES``, in two jobs.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from index.build import index_raw
from index.database.database import DATABASE
from index.database.schema import OLDEST_MIGRATED, SCHEMA_VERSION, missing_parts
from index.errors import LibraryError
from index.library.library import Library
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from tests.conftest import ARTICLES, FakeEncoder, article, contents

LIBRARIES = Path(__file__).parent / "libraries"
SCHEMAS = range(OLDEST_MIGRATED, SCHEMA_VERSION + 1)
QUESTIONS = ("大桥何时通车", "渡轮开航")


@pytest.fixture
def encoder():
    return FakeEncoder(dimension=8)


@pytest.fixture
def expected(tmp_path, encoder):
    index_raw(ARTICLES, tmp_path / "expected", encoder=encoder)
    return contents(tmp_path / "expected", encoder, *QUESTIONS)


@pytest.fixture
def library(tmp_path):
    """A function that makes the library of a schema."""

    def make(schema: int) -> Path:
        folder = tmp_path / f"schema-{schema}"
        folder.mkdir()
        connection = sqlite3.connect(folder / DATABASE)
        connection.executescript((LIBRARIES / f"schema-{schema}.sql").read_text("utf-8"))
        connection.close()
        return folder

    return make


def test_there_is_a_library_of_every_schema():
    kept = {f"schema-{schema}.sql" for schema in SCHEMAS}
    assert {path.name for path in LIBRARIES.iterdir()} == kept


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_repair_brings_it_up_to_date(library, expected, encoder, schema):
    folder = library(schema)
    repair_library(folder, encoder=encoder)
    assert list(verify_library(folder)) == []
    assert contents(folder, encoder, *QUESTIONS) == expected


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_job_brings_it_up_to_date(library, expected, encoder, schema):
    folder = library(schema)
    summary = index_raw(ARTICLES, folder, encoder=encoder)
    # They may be cleaned again, by the rules of today; what is embedded already is not embedded anew.
    assert (summary.changed + summary.unchanged, summary.embedded) == (5, 0)
    assert contents(folder, encoder, *QUESTIONS) == expected
    index_raw([article("new", "渡轮开航。")], folder, encoder=encoder)
    assert list(verify_library(folder)) == []


@pytest.mark.parametrize("schema", SCHEMAS)
def test_its_tables_are_those_of_a_new_one(library, tmp_path, expected, encoder, schema):
    folder = library(schema)
    repair_library(folder, encoder=encoder)
    assert tables(folder) == tables(tmp_path / "expected")


def tables(folder):
    connection = sqlite3.connect(folder / DATABASE)
    assert missing_parts(connection) == []
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    columns = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    connection.close()
    return columns


@pytest.mark.parametrize("schema", range(OLDEST_MIGRATED, SCHEMA_VERSION))
def test_a_reader_is_told_how_to_bring_it_up_to_date(library, schema):
    with pytest.raises(LibraryError, match="juwen repair --library") as raised:
        Library.open(library(schema))
    assert "juwen repair --library" in raised.value.chinese


@pytest.mark.parametrize(("schema", "said"), [(2, "make a new one"), (99, "update this one")])
def test_one_that_is_too_old_or_too_new_is_refused_unchanged(library_folder, encoder, schema, said):
    connection = sqlite3.connect(library_folder / DATABASE)
    with connection:
        connection.execute("UPDATE manifest SET value = ? WHERE key = 'schema'", (str(schema),))
    connection.close()
    for action in (
        lambda: Library.open(library_folder),
        lambda: index_raw(ARTICLES, library_folder, encoder=FakeEncoder()),
        lambda: repair_library(library_folder),
    ):
        with pytest.raises(LibraryError, match=said):
            action()
    connection = sqlite3.connect(library_folder / DATABASE)
    (written,) = connection.execute("SELECT value FROM manifest WHERE key = 'schema'").fetchone()
    connection.close()
    assert written == str(schema)
