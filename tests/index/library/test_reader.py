"""The library, open for reading."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from index.build import index_raw
from index.database.database import DATABASE
from index.errors import EncoderError, LibraryError
from index.library.library import Library, check_encoder
from index.search.filters import Filters
from tests.conftest import ARTICLES, FakeEncoder, article, nearest


@pytest.fixture
def library(library_folder):
    with Library.open(library_folder) as library:
        yield library


def refused(folder, said: str) -> LibraryError:
    with pytest.raises(LibraryError, match=said) as raised:
        Library.open(folder)
    assert str(folder) in str(raised.value)
    assert str(folder) in raised.value.chinese
    return raised.value


def test_a_folder_that_is_not_there_is_no_library_and_none_is_made(tmp_path):
    refused(tmp_path / "gone", "is not a library; make one with 'juwen index")
    assert not (tmp_path / "gone").exists()


def test_a_folder_of_other_things_is_no_library(tmp_path):
    (tmp_path / "notes.txt").write_text("甲")
    (tmp_path / DATABASE).mkdir()
    refused(tmp_path, "is not a library")


@pytest.mark.parametrize(
    "data", [b"not a database " * 100, b"SQLite format 3\x00" + b"\x7f" * 5000]
)
def test_a_file_that_is_no_database_is_a_damaged_library(tmp_path, data):
    (tmp_path / DATABASE).write_bytes(data)
    refused(tmp_path, "is damaged")


def test_a_database_without_tables_was_begun_and_never_filled(tmp_path):
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    refused(tmp_path, "begun and never filled; fill it with 'juwen index")


def test_a_library_of_another_schema_is_refused_with_both_versions(library_folder):
    connection = sqlite3.connect(library_folder / DATABASE)
    with connection:
        connection.execute("UPDATE manifest SET value = '99' WHERE key = 'schema'")
    connection.close()
    error = refused(library_folder, "has schema 99, this version reads 6")
    assert "update this one" in str(error)


def test_the_manifest_says_what_the_library_was_made_with(library, encoder):
    manifest = library.manifest()
    assert (manifest.encoder, manifest.fingerprint) == ("fake", encoder.fingerprint)
    assert (manifest.dimension, manifest.chunk_tokens) == (96, 192)
    assert (manifest.generation, manifest.schema) == (1, 6)
    assert set(manifest.question_means) == {"zh", "en"}


def test_counts_are_of_what_readers_can_find(library):
    counts = library.counts()
    assert (counts.articles, counts.empty, counts.chunks) == (5, 1, 5)
    assert (counts.first_date, counts.last_date) == (date(2025, 4, 1), date(2025, 6, 20))
    assert list(counts.accounts.items()) == [("试验号", 4), ("教育号", 1)]
    assert counts.languages == {"zh": 4, "en": 1}


def test_an_empty_library_has_no_counts_no_dates_and_no_results(tmp_path, encoder):
    index_raw([], tmp_path / "library", encoder=encoder)
    with Library.open(tmp_path / "library") as library:
        counts = library.counts()
        assert (counts.articles, counts.empty, counts.chunks) == (0, 0, 0)
        assert counts.first_date is counts.last_date is None
        assert list(library.articles()) == []
        assert nearest(library, encoder.encode_queries(["大桥"]), "zh", 5) == []


def test_an_article_is_found_by_its_id_cleaned(library):
    school = library.article("school")
    assert school.text == "海棠小学今年招收新生240名。\n校长温如玉介绍，学校新开了木工课。"
    assert (school.source, school.account, school.date) == ("晚报", "教育号", date(2025, 5, 8))
    assert library.article("nobody") is None


@pytest.mark.parametrize("raw", ARTICLES, ids=lambda raw: raw.article_id)
def test_an_article_is_kept_as_it_was_received(library, raw):
    assert library.raw_article(raw.article_id) == raw


def test_there_is_no_raw_article_of_an_unknown_id(library):
    assert library.raw_article("nobody") is None


def test_articles_come_oldest_first_and_undated_ones_before(library):
    assert [one.article_id for one in library.articles()] == [
        *("english", "factory", "school", "picture", "bridge")
    ]


def ids_found(library, encoder, question="大桥全长多少公里", language="zh", limit=9, **filters):
    results = nearest(library, encoder.encode_queries([question]), language, limit, **filters)
    scores = [score for _, score in results]
    assert scores == sorted(scores, reverse=True)
    return [passage.article.article_id for passage, _ in results]


@pytest.mark.parametrize(
    ("question", "language", "first"),
    [
        ("大桥全长多少公里", "zh", "bridge"),
        ("海棠小学招收多少新生", "zh", "school"),
        ("How long does the night ferry run?", "en", "english"),
        ("一图读懂夏季用电", "zh", "picture"),
    ],
)
def test_the_passage_nearest_to_the_question_comes_first(
    library, encoder, question, language, first
):
    assert ids_found(library, encoder, question, language)[0] == first


def test_a_passage_comes_with_its_text_and_article(library, encoder):
    (passage, score), *_ = nearest(library, encoder.encode_queries(["大桥全长"]), "zh", 1)
    assert passage.article == library.article("bridge")
    assert passage.text == "东岸大桥将于6月28日通车。\n大桥全长3.2公里，总投资18.6亿元。"
    assert 0 < score <= 1


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, {"bridge", "school", "factory", "picture", "english"}),
        ({"date_from": date(2025, 5, 8)}, {"bridge", "school", "picture"}),
        ({"date_from": date(2025, 5, 9)}, {"bridge", "picture"}),
        ({"date_to": date(2025, 5, 8)}, {"school", "factory"}),
        ({"date_from": date(2025, 4, 2), "date_to": date(2025, 6, 19)}, {"school", "picture"}),
        ({"date_from": date(2026, 1, 1)}, set()),
        ({"accounts": ["教育号"]}, {"school"}),
        ({"accounts": ["教育号", "没有的号"]}, {"school"}),
        ({"accounts": ["没有的号"]}, set()),
        ({"article_ids": ["bridge", "factory"]}, {"bridge", "factory"}),
        ({"article_ids": ["bridge"], "accounts": ["教育号"]}, set()),
        ({"article_ids": ["bri"]}, set()),
        ({"article_ids": ["' OR 1 --"]}, set()),
    ],
)
def test_filters_leave_only_what_they_name(library, encoder, filters, ids):
    assert set(ids_found(library, encoder, **filters)) == ids


def test_a_page_stands_for_its_parts_and_a_part_for_itself(tmp_path, encoder):
    parts = [
        article(name, f"渡轮{name}开航。") for name in ("page", "page#2", "page#2#3", "pages", "#2")
    ]
    index_raw(parts, tmp_path / "library", encoder=encoder)
    with Library.open(tmp_path / "library") as library:
        assert set(ids_found(library, encoder, article_ids=["page"])) == {
            "page",
            "page#2",
            "page#2#3",
        }
        assert ids_found(library, encoder, article_ids=["page#2"]) == ["page#2"]
        assert ids_found(library, encoder, article_ids=["#2"]) == ["#2"]


@pytest.mark.parametrize(("limit", "given"), [(1, 1), (3, 3), (99, 5)])
def test_no_more_than_the_limit_is_given(library, encoder, limit, given):
    everything = ids_found(library, encoder)
    assert ids_found(library, encoder, limit=limit) == everything[:given]


def test_a_filter_does_not_change_the_order_or_the_scores(library, encoder):
    question = encoder.encode_queries(["大桥全长多少公里"])
    all_of_them = nearest(library, question, "zh", 9)
    dated = nearest(library, question, "zh", 9, date_to=date(2026, 1, 1))
    assert dated == [(p, score) for p, score in all_of_them if p.article.date is not None]


def test_a_library_can_be_asked_from_several_threads(library, encoder):
    questions = ["大桥全长多少公里", "海棠小学招收多少新生", "机器人年产多少"] * 10
    expected = [ids_found(library, encoder, question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda q: ids_found(library, encoder, q), questions)) == expected


def test_an_encoder_that_does_not_fit_is_refused_with_the_command(library):
    check_encoder(library.folder, library.manifest(), FakeEncoder())
    with pytest.raises(LibraryError, match="--encoder other") as raised:
        check_encoder(library.folder, library.manifest(), FakeEncoder("other"))
    assert "'fake'" in str(raised.value)
    assert "--encoder other" in raised.value.chinese


def test_errors_of_libraries_are_not_those_of_encoders():
    assert not issubclass(LibraryError, EncoderError)


def test_article_ids_are_those_of_the_articles(library_folder):
    with Library.open(library_folder) as library:
        assert library.article_ids()
        assert sorted(library.article_ids()) == sorted(a.article_id for a in library.articles())


def test_days_and_headings_newest_first(library_folder):
    with Library.open(library_folder) as library:
        assert library.days() == {
            date(2025, 4, 1): 1,
            date(2025, 5, 8): 1,
            date(2025, 6, 1): 1,
            date(2025, 6, 20): 1,
        }
        newest = [one.article_id for one in library.headings(10)]
        assert newest == ["bridge", "picture", "school", "factory", "english"]
        assert [one.article_id for one in library.headings(2, 1)] == newest[1:3]
        limited = library.headings(10, filters=Filters(date(2025, 5, 1), accounts=["教育号"]))
        assert [(one.article_id, one.title, one.date) for one in limited] == [
            ("school", "海棠小学招生", date(2025, 5, 8))
        ]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from index.library.library import Library
from tests.conftest import FakeEncoder, contents

resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # as on a full disk, no file can grow
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
print(sorted(contents(Path(sys.argv[1]), FakeEncoder(), "大桥何时通车")))
"""


def test_a_closed_library_is_read_on_a_disk_that_is_full(library_folder):
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(library_folder)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == str(sorted(one.article_id for one in ARTICLES)), ran.stderr


def test_a_database_of_no_bytes_is_damaged_and_was_not_merely_never_filled(library_folder):
    (library_folder / DATABASE).write_bytes(b"")
    refused(library_folder, "is damaged.*0 bytes.*put a copy")
    with pytest.raises(LibraryError, match="0 bytes"):
        index_raw(ARTICLES, library_folder, encoder=FakeEncoder())
    (library_folder / "vectors.faiss").unlink()  # then it may be a first job killed at once
    index_raw(ARTICLES, library_folder, encoder=FakeEncoder())
    Library.open(library_folder).close()


def test_a_library_is_closed_once_nobody_reads(library_folder):
    library, reading, go_on = Library.open(library_folder), Event(), Event()

    def read() -> int:
        with library.snapshot():
            reading.set()
            assert go_on.wait(20)
            return library.counts().articles

    with ThreadPoolExecutor(2) as pool:
        count = pool.submit(read)
        assert reading.wait(20)
        closed = pool.submit(library.close)
        assert not wait([closed], 0.2).done
        go_on.set()
        assert count.result(20) == len(ARTICLES)
        closed.result(20)
    with pytest.raises(LibraryError, match="closed"):
        library.counts()
