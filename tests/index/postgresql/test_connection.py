"""Addresses, passwords and rights: what is said, and what never is."""

from __future__ import annotations

import pickle
import traceback

import pytest

from index.build import index_raw
from index.errors import LibraryError
from index.library.library import Library
from index.location import Server, given_as, location
from tests.conftest import ARTICLES, article

SECRET = "s3cr%40t/word"


@pytest.mark.parametrize(
    "written",
    [
        f"postgresql://desk:{SECRET}@127.0.0.1:1/news",
        f"postgresql://127.0.0.1:1/news?user=desk&password={SECRET}",
        f"postgresql://desk:{SECRET}@127.0.0.1:port/news",
        f"postgresql://desk:{SECRET}@127.0.0.1:1/news?unknown=1",
        f"postgresql://desk:pa%ss{SECRET}@127.0.0.1:1/news",
        f"postgresql://desk:{SECRET}@127.0.0.1:1,127.0.0.2:1/news?sslpassword={SECRET}",
    ],
)
def test_no_error_tells_a_password(written: str) -> None:
    pytest.importorskip("psycopg")
    place = location("library", written)
    with pytest.raises(LibraryError) as raised:
        Library.open(place)
    shown = "".join(traceback.format_exception(raised.value))
    shown += f"{raised.value.chinese} {place} {place!r} {place.name}"
    for form in (SECRET, "s3cr@t/word", "s3cr"):
        assert form not in shown
    assert given_as(place) == written
    assert pickle.loads(pickle.dumps(place)) == place


def test_a_folder_is_no_address() -> None:
    assert location("library", "postgresql").name == "postgresql"
    assert isinstance(location("library", "postgres://db/news"), Server)


def test_a_database_is_called_by_its_schema_where_it_has_several() -> None:
    assert Server("postgresql://db/news?options=-csearch_path%3Dsport,public").name == "sport"
    assert Server("postgresql://db/%E6%96%B0%E9%97%BB").name == "新闻"


def test_a_machine_that_is_gone_is_given_up_unless_the_address_says_otherwise(postgres) -> None:
    from index.postgresql.connection import connect

    plain = postgres.new_database()
    for address, expected in ((plain, "10000"), (f"{plain}?tcp_user_timeout=0", "0")):
        connection = connect(Server(address))
        assert connection.raw.info.get_parameters().get("tcp_user_timeout", "0") == expected
        connection.close()


def test_two_libraries_share_a_database(postgres, encoder) -> None:
    plain = postgres.new_database()
    name = plain.rpartition("/")[2]
    postgres.execute("CREATE EXTENSION vector; CREATE SCHEMA sport; CREATE SCHEMA city", name)
    for schema, some in (("sport", ARTICLES[:2]), ("city", ARTICLES[2:])):
        place = Server(f"{plain}?options=-csearch_path%3D{schema},public")
        index_raw(some, place, encoder=encoder)
        with Library.open(place) as library:
            assert len(library.article_ids()) == len(some)


def test_a_reader_needs_no_more_than_to_read(postgres, encoder) -> None:
    plain = postgres.new_database()
    name = plain.rpartition("/")[2]
    index_raw(ARTICLES, Server(plain), encoder=encoder)
    postgres.execute(
        "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; "
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader",
        name,
    )
    index_raw([article("later", "后来的一篇。")], Server(plain), encoder=encoder)  # a new layout
    reader = Server(postgres.address(name, "reader"))
    with Library.open(reader) as library:
        query = encoder.encode_queries(["大桥"])
        assert len(library.candidates(query, "zh", ["大桥"], 20).ids) == 6
        library.keep_note("starters.json", "[]")  # may not, and does not mind
        assert library.note("starters.json") is None
    with pytest.raises(LibraryError, match="may not do that"):
        index_raw([article("last", "最后一篇。")], reader, encoder=encoder)


def test_a_small_pool_serves_many_threads(postgres, encoder) -> None:
    from concurrent.futures import ThreadPoolExecutor

    place = Server(postgres.new_database())
    index_raw(ARTICLES, place, encoder=encoder)
    with Library.open(place) as library, ThreadPoolExecutor(32) as pool:
        counts = list(pool.map(lambda _: library.counts().articles, range(200)))
        assert counts == [5] * 200
        used = postgres.execute(
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{place.name}'"
        )
        assert used[0][0] <= 8
