"""What every library does, wherever it is kept: the same tests for a folder and for PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.build import index_raw, remove_articles
from index.cleaning.clean import VERSION as CLEANING_VERSION
from index.database.database import DATABASE
from index.errors import ArticleError, LibraryError
from index.library.library import Library
from index.location import Location, Server
from index.maintenance.export import export_articles
from index.maintenance.verify import verify_library
from index.opening import open_writer
from index.records import Kind
from index.search.filters import Filters
from index.text.terms import index_terms
from tests.conftest import ARTICLES, FakeEncoder, article, contents

QUESTIONS = ("东岸大桥什么时候通车？", "海棠小学招生多少名？", "the night ferry to Qingyu")


def found(library: Library, encoder: FakeEncoder, question: str, **filters: object) -> set[str]:
    """The ids of the articles that both retrievers bring for a question."""
    candidates = library.candidates(
        encoder.encode_queries([question]), "zh", index_terms(question), 50, Filters(**filters)
    )
    return {one.article.article_id for one in library.passages(candidates.ids.tolist())}


def damage_row(where: Location, statement: str) -> None:
    """Change a library behind its back, by a statement that both databases understand."""
    if isinstance(where, Server):
        import psycopg

        with psycopg.connect(where.address, autocommit=True) as connection:
            connection.execute(statement.encode())
        return
    with closing(sqlite3.connect(where / DATABASE)) as connection:
        connection.execute(statement)
        connection.commit()


def findings(where: Location) -> list[str]:
    if isinstance(where, Server):
        from index.maintenance.verify_server import verify_server

        return [str(one.mend) for one in verify_server(where)]
    return [str(one.mend) for one in verify_library(where)]


@pytest.fixture
def filled(where: Location, encoder: FakeEncoder) -> Location:
    index_raw(ARTICLES, where, encoder=encoder)
    return where


def test_readers_get_the_same_out_of_both(filled, encoder, tmp_path):
    changed = [article("bridge", "东岸大桥推迟到七月通车。"), article("late", "后来的一篇报道。")]
    for place in (filled, tmp_path / "other"):
        index_raw(ARTICLES, place, encoder=encoder)
        index_raw(changed, place, encoder=encoder)
        remove_articles(["school"], place, encoder=encoder)
    one, other = (contents(place, encoder, *QUESTIONS) for place in (filled, tmp_path / "other"))
    assert one.keys() == other.keys()
    for name in one:
        assert one[name][:2] == other[name][:2]
        for row, expected in zip(one[name][2], other[name][2], strict=True):
            assert row[:2] == expected[:2]
            assert np.allclose(row[2:], expected[2:], atol=2e-3)


def test_lexical_scores_are_exact_after_removals(filled, encoder, tmp_path):
    more = [article(f"n{n}", f"第{n}篇报道，说的是大桥与工厂。") for n in range(30)]
    for place in (filled, tmp_path / "other"):
        index_raw([*ARTICLES, *more], place, encoder=encoder)
        remove_articles([f"n{n}" for n in range(0, 30, 2)], place, encoder=encoder)
    scores = []
    for place in (filled, tmp_path / "other"):
        with Library.open(place) as library:
            query = encoder.encode_queries(["大桥工厂"])
            got = library.candidates(query, "zh", index_terms("大桥工厂"), 50)
            names = [one.article.article_id for one in library.passages(got.ids.tolist())]
            scores.append((dict(zip(names, got.lexical.tolist(), strict=True)), got.ceiling))
    (one, ceiling), (other, expected) = scores
    assert one.keys() == other.keys()
    assert all(abs(one[name] - other[name]) < 1e-4 for name in one)
    assert abs(ceiling - expected) < 1e-4


def test_filters_let_through_what_they_say(filled, encoder):
    with Library.open(filled) as library:
        ask = QUESTIONS[0]
        assert found(library, encoder, ask, accounts=("教育号",)) == {"school"}
        assert found(library, encoder, ask, date_from=date(2025, 6, 10)) == {"bridge"}
        assert found(library, encoder, ask, date_to=date(2025, 4, 30)) == {"factory"}
        assert found(library, encoder, ask, article_ids=("school", "nothing")) == {"school"}
        assert found(library, encoder, ask, languages=("en",)) == {"english"}
        assert found(library, encoder, ask, accounts=("没有的号",)) == set()
        assert library.counts(Filters(accounts=("教育号",))).articles == 1
        assert library.counts(Filters(article_ids=("nothing",))).articles == 0


def test_the_parts_of_a_page_are_meant_by_its_id(where, encoder):
    parts = [article(f"page#{n}", f"第{n}版的内容。") for n in (1, 2)]
    index_raw([*parts, article("pages", "另一篇。")], where, encoder=encoder)
    with Library.open(where) as library:
        assert found(library, encoder, "内容", article_ids=("page",)) == {"page#1", "page#2"}


def test_articles_are_told_of_alike(filled, tmp_path):
    with Library.open(filled) as library:
        counts = library.counts()
        assert (counts.articles, counts.empty, counts.chunks) == (5, 1, 5)
        assert counts.accounts == {"试验号": 4, "教育号": 1}
        assert (counts.first_date, counts.last_date) == (date(2025, 4, 1), date(2025, 6, 20))
        headings = library.headings(9)
        assert headings[0].article_id == "bridge"
        assert headings[-1].date is None  # undated ones come last
        assert library.days()[date(2025, 6, 20)] == 1
        assert library.days(Filters(date_to=date(2025, 5, 8))).keys() == {
            date(2025, 4, 1),
            date(2025, 5, 8),
        }
        lengths = {one.article_id: len(one.text) for one in library.articles() if one.text}
        by_length = [(one.article_id, length) for one, length in library.by_length(9)]
        assert dict(by_length) == lengths
        assert [length for _, length in by_length] == sorted(lengths.values(), reverse=True)
        assert library.by_length(1, shortest=True)[0][1] == min(lengths.values())
        assert library.scope().newest == date(2025, 6, 20)
        assert sorted(library.article_ids()) == sorted(one.article_id for one in ARTICLES)
        assert library.raw_article("bridge") == ARTICLES[0]
        assert library.changes("bridge")
        assert library.article("nothing") is None
        assert [raw.article_id for raw in library.raw_articles()] == [
            one.article_id for one in ARTICLES
        ]
        assert export_articles(library, tmp_path / "all.json") == 5


def test_copies_point_to_their_original(where, encoder):
    text = (
        "云溪水库今年除险加固，工程总投资三亿二千万元，计划在汛期以前完成坝体灌浆。\r"
        "施工期间，库区道路分段封闭，过往车辆须绕行北岸新修的便道，公交线路另行调整。\r"
        "下游三个镇的灌溉用水改由东干渠供给，水务部门已在各取水口装设计量设备。\r"
        "负责人林岚表示，加固以后水库可抵御百年一遇的洪水，蓄水量也将增加一成。"
    )
    copies = [
        article("first", text, time="2025/5/1", account="甲号"),
        article("again", text, time="2025/5/3", account="乙号"),
    ]
    index_raw(copies, where, encoder=encoder)
    with Library.open(where) as library:
        again = library.article("again")
        assert again is not None
        assert (again.kind, again.originals) == (Kind.REPRINT, ("first",))
        assert library.copies() == {"first": 1}


def test_an_aid_of_several_accounts_is_asked_about(where, encoder):
    one = article("7", "甲号的报道内容在此。", account="甲号", url="https://x/?__biz=A")
    other = article("7", "乙号写的是别的事情。", account="乙号", url="https://x/?__biz=B")
    index_raw([one, other], where, encoder=encoder)
    with Library.open(where) as library:
        assert library.id_meant("7@B") == "7@B"
        with pytest.raises(ArticleError, match="of 2 articles"):
            library.id_named("7")


def test_an_article_is_named_by_its_title(filled):
    with Library.open(filled) as library:
        assert library.id_named("东岸大桥月底通车") == "bridge"
        assert [one.article_id for one in library.titled_like("大桥", 5)] == ["bridge"]
        assert library.holds("bridge")
        assert not library.holds("nothing")


def test_words_are_counted_and_found_as_they_stand(filled):
    with Library.open(filled) as library:
        assert library.documents(["大桥", "没有"]) == {"大桥": 1}
        assert library.size() == library.counts().chunks
        assert library.says("东岸大桥")
        assert not library.says("西岸大桥")


def test_an_open_library_sees_the_next_generation_at_once(filled, encoder):
    with Library.open(filled) as library:
        before = library.manifest().generation
        index_raw([article("later", "后来的一篇。")], filled, encoder=encoder)
        assert library.manifest().generation == before + 1
        assert "later" in found(library, encoder, "后来的一篇")


def test_a_snapshot_stays_what_it_was_while_a_job_publishes(filled, encoder):
    with Library.open(filled) as library:

        def read() -> tuple[set[str], set[str]]:
            before = set(library.article_ids())
            index_raw([article("later", "后来的一篇。")], filled, encoder=encoder)
            remove_articles(["school"], filled, encoder=encoder)
            return before, set(library.article_ids())

        before, meanwhile = library.read(read)
        assert before == meanwhile
        assert set(library.article_ids()) == (before | {"later"}) - {"school"}


def test_what_is_staged_is_not_seen(filled, encoder):
    with open_writer(filled, encoder, None, CLEANING_VERSION) as writer:
        stored = None
        with Library.open(filled) as library:
            stored = list(library.stored())
        assert {one.article.article_id for one in stored} == {one.article_id for one in ARTICLES}
        writer.take_over(stored)
        with Library.open(filled) as library:
            assert library.counts().articles == 5
    assert "unfinished" in findings(filled)
    index_raw(ARTICLES, filled, encoder=encoder)


def test_there_is_one_writer_at_a_time(filled, encoder):
    with (
        open_writer(filled, encoder, None, CLEANING_VERSION),
        pytest.raises(LibraryError, match="is writing to the library"),
    ):
        index_raw([article("later", "后来的一篇。")], filled, encoder=encoder)


def test_a_library_of_another_model_is_refused(filled):
    with pytest.raises(LibraryError, match="built with the embedding model"):
        index_raw([article("later", "后来的一篇。")], filled, encoder=FakeEncoder("other"))


def test_unchanged_articles_are_not_embedded_again(filled, encoder):
    encoder.encoded = 0
    summary = index_raw(ARTICLES, filled, encoder=encoder)
    assert (summary.unchanged, summary.embedded, encoder.encoded) == (5, 0, 0)


def test_a_damaged_article_is_left_out_and_named(filled, encoder):
    damage_row(filled, "UPDATE article SET text = 'xx' || text WHERE article_id = 'bridge'")
    with Library.open(filled) as library:
        assert "bridge" not in found(library, encoder, QUESTIONS[0])
        assert any("bridge" in one.english for one in library.damage())
    assert "article" in findings(filled)


def test_a_damaged_vector_is_found_by_verify(filled):
    short = "decode('00', 'hex')" if isinstance(filled, Server) else "x'00'"
    damage_row(filled, f"UPDATE chunk SET vector = {short} WHERE id = 1")
    assert "article" in findings(filled)


def test_nothing_is_wrong_with_a_sound_library(filled, encoder):
    index_raw([article("later", "后来的一篇。")], filled, encoder=encoder)
    remove_articles(["school"], filled, encoder=encoder)
    assert findings(filled) == []


def test_notes_and_feedback_are_kept(filled):
    with Library.open(filled) as library:
        assert library.note("starters.json") is None
        library.keep_note("starters.json", "[]")
        library.keep_note("starters.json", '["谁？"]')
        assert library.note("starters.json") == '["谁？"]'
        library.add_feedback({"question": "谁？"})
        library.add_feedback({"question": "何时？"})
        assert [line for line in library.feedback() if line] == [
            '{"question": "谁？"}',
            '{"question": "何时？"}',
        ]


def test_where_there_is_no_library_is_said(where: Location):
    with pytest.raises(LibraryError, match=r"juwen index PATH") as raised:
        Library.open(where)
    assert "juwen index" in raised.value.chinese


def test_every_place_has_a_name(filled: Location):
    with Library.open(filled) as library:
        expected = filled.name if isinstance(filled, Path) else filled.address.rpartition("/")[2]
        assert library.name == expected
