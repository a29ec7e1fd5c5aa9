"""Aids count within their account: articles of two accounts with one aid are two articles."""

from __future__ import annotations

import sqlite3

import pytest

from index.build import index_raw, remove_articles
from index.database.database import DATABASE
from index.database.identity import account_key, citable_id, is_id_of, owned
from index.errors import ArticleError
from index.library.library import Library
from index.maintenance.export import export_articles
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from index.readers.load import read_articles
from index.search.filters import Filters
from tests.conftest import article

HARBOUR = article(
    "2247484001_1",
    "临江港第八码头10月3日开工，总投资四十五亿元。",
    account="临江港务",
    url="https://mp.weixin.qq.com/s?__biz=PORT&mid=2247484001&idx=1",
)
METRO = article(
    "2247484001_1",
    "临江地铁六号线10月5日试运行，设站二十二座。",
    account="临江地铁",
    url="https://mp.weixin.qq.com/s?__biz=METRO&mid=2247484001&idx=1",
)
AID, OTHER = "2247484001_1", "2247484001_1@METRO"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://mp.weixin.qq.com/s?__biz=MzA4%3D%3D&mid=1", "MzA4=="),
        ("http://mp.weixin.qq.com/s?mid=1&amp;__biz=MzA4==#rd", "MzA4=="),
        ("https://mp.weixin.qq.com/s/abc", "临江港务"),
        ("", "临江港务"),
    ],
)
def test_an_account_is_known_by_the_biz_of_a_link_or_by_its_name(url, key):
    assert account_key(url, " 临江港务 ") == key


def named(raw, *others):
    """The id of ``raw`` beside ``others``, each of which has its aid as its id."""
    known = [owned(other, other.article_id) for other in others]
    return citable_id(raw, known, lambda one: one in {other.article_id for other in known})


def test_who_is_of_the_same_account():
    plain = article("1", "甲。", account="甲号")
    assert named(plain) == "1"
    assert named(article("1", "乙。", account="甲号"), plain) == "1"
    assert named(article("1", "乙。", account="乙号"), plain) == "1@乙号"
    assert named(article("1", "甲。", account="改名后的甲号"), plain) == "1"
    assert named(article("1", "乙。", account=""), plain) == "1"
    assert named(METRO, HARBOUR) == OTHER
    assert named(article(AID, "改。", account="新名", url=HARBOUR.url), HARBOUR) == AID
    assert named(article(AID, HARBOUR.content, account="临江港务", url=METRO.url), HARBOUR) == OTHER


def test_an_id_is_never_given_twice():
    taken = {"1", "1@乙号", "1@乙号~2"}
    raw = article("1", "乙。", account="乙号")
    other = owned(article("1", "甲。", account="甲号"), "1")
    assert citable_id(raw, [other], taken.__contains__) == "1@乙号~3"
    assert is_id_of("1@乙号~3", "1")
    assert not is_id_of("12", "1")


@pytest.fixture
def both(tmp_path, encoder):
    """A library into which the two articles came in two jobs, with what the second job said."""
    folder = tmp_path / "both"
    index_raw([HARBOUR], folder, encoder=encoder)
    return folder, index_raw([METRO], folder, encoder=encoder)


def test_articles_of_two_accounts_with_one_aid_are_both_kept_and_it_is_said(both, encoder):
    folder, summary = both
    (problem,) = summary.problems
    assert (summary.added, summary.changed, problem.lost) == (1, 0, False)
    assert OTHER in problem.english
    assert OTHER in problem.chinese
    with Library.open(folder) as library:
        assert library.article(AID).account == "临江港务"
        assert library.article(OTHER).account == "临江地铁"
        assert library.raw_article(OTHER) == METRO
    again = index_raw([METRO, HARBOUR], folder, encoder=encoder)
    assert (again.unchanged, len(again.problems)) == (2, 1)
    assert list(verify_library(folder)) == []


def test_one_job_keeps_them_apart_as_two_do(tmp_path, encoder):
    summary = index_raw([HARBOUR, METRO, HARBOUR], tmp_path / "one", encoder=encoder)
    assert (summary.added, summary.repeated, summary.failed) == (2, 1, 0)
    with Library.open(tmp_path / "one") as library:
        assert sorted(library.article_ids()) == [AID, OTHER]


def test_a_later_version_replaces_the_article_of_its_own_account(both, encoder):
    folder, _ = both
    edited = article(AID, "临江地铁六号线延期。", account="临江地铁", url=METRO.url)
    assert index_raw([edited], folder, encoder=encoder).changed == 1
    with Library.open(folder) as library:
        assert library.article(AID).text == HARBOUR.content
        assert library.article(OTHER).text == "临江地铁六号线延期。"


def test_each_can_be_named_by_its_account_and_a_shared_aid_names_both(both):
    folder, _ = both
    with Library.open(folder) as library:
        assert library.id_named(f"{AID}@PORT") == AID
        assert library.id_named(OTHER) == OTHER
        assert library.article(f"{AID}@PORT").account == "临江港务"
        assert library.article("2247484001_1@BUS") is None
        with pytest.raises(ArticleError, match=f"'{AID}@PORT'.*'{OTHER}'") as raised:
            library.id_named(AID)
        assert f"{AID}@PORT" in raised.value.chinese


def test_an_aid_means_the_only_article_that_has_it(both, encoder):
    folder, _ = both
    assert remove_articles([f"{AID}@PORT"], folder, encoder=encoder).removed == 1
    with Library.open(folder) as library:
        assert library.article(AID).account == "临江地铁"
        assert library.id_named(AID) == OTHER
        assert [
            one.article_id for one in library.headings(9, filters=Filters(article_ids=[AID]))
        ] == [OTHER]
        assert library.counts(Filters(article_ids=["nothing"])).articles == 0
    assert remove_articles([AID], folder, encoder=encoder).removed == 1


def test_an_export_keeps_aids_as_they_came(both, tmp_path, encoder):
    folder, _ = both
    with Library.open(folder) as library:
        assert export_articles(library, tmp_path / "out.json") == 2
    index_raw(read_articles([tmp_path / "out.json"]), tmp_path / "again", encoder=encoder)
    with Library.open(tmp_path / "again") as library:
        assert library.article(OTHER).account == "临江地铁"


def test_a_text_that_takes_the_place_of_another_is_said(tmp_path, encoder):
    first = article(
        "notice", "海棠小学今年招收新生240名，报名自五月八日开始。" * 3, title="notice", account=""
    )
    other = article(
        "notice",
        "夜间渡轮每晚十点开航，票价四十五元，周一停航检修。" * 3,
        title="notice",
        account="",
    )
    index_raw([first], tmp_path, encoder=encoder)
    (problem,) = index_raw([other], tmp_path, encoder=encoder).problems
    assert "took the place" in problem.english
    assert not problem.lost
    mended = article("notice", other.content.replace("十点", "九点"), title="notice", account="")
    assert index_raw([mended], tmp_path, encoder=encoder).problems == ()


def test_a_library_made_before_is_migrated_and_keeps_its_ids(tmp_path, encoder):
    folder = tmp_path / "old"
    index_raw([HARBOUR], folder, encoder=encoder)
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        connection.execute("DROP INDEX article_aid")
        connection.execute("ALTER TABLE article DROP COLUMN aid")
        connection.execute("ALTER TABLE article DROP COLUMN seal")
        connection.execute("ALTER TABLE segment DROP COLUMN seal")
        connection.execute("UPDATE manifest SET value = '4' WHERE key = 'schema'")
    connection.close()
    assert index_raw([HARBOUR, METRO], folder, encoder=encoder).unchanged == 1
    with Library.open(folder) as library:
        assert sorted(library.article_ids()) == [AID, OTHER]
    assert list(verify_library(folder)) == []


def test_an_article_filed_under_another_aid_is_found_and_mended(both):
    folder, _ = both
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        connection.execute("UPDATE article SET aid = 'x' WHERE article_id = ?", (OTHER,))
    connection.close()
    assert repair_library(folder).found
    assert list(verify_library(folder)) == []
