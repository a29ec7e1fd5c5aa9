"""``juwen index``: its report page, names of fields, standard input."""

from __future__ import annotations

import json
import socket
from datetime import date
from pathlib import Path

import pytest

from index.library.library import Library
from index.records import Summary
from tests.conftest import ARTICLES, article
from tests.ui.conftest import as_export, write_export
from ui import indexing


@pytest.fixture
def export(tmp_path):
    return write_export(tmp_path / "articles.json")


# --report


def test_report(juwen, export, tmp_path):
    page = tmp_path / "new" / "report.html"
    ran = juwen("index", export, "--report", page)
    assert ran.code == 0
    assert ran.out.startswith("articles: 5 read, 5 added")
    assert f"report: {page}" in ran.err
    written = page.read_text("utf-8")
    assert written.startswith("<!doctype html>")
    assert "东岸大桥月底通车" in written
    assert "drop_footers" in written
    assert [path.name for path in page.parent.iterdir()] == ["report.html"]


def test_report_in_chinese(juwen, export, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert "报告：r.html" in juwen("index", export, "--report", "r.html").err
    assert "索引报告" in Path("r.html").read_text("utf-8")


def test_a_run_with_problems_has_its_report_too(juwen, export, tmp_path):
    (tmp_path / "bad.json").write_text("[{]", "utf-8")
    ran = juwen("index", tmp_path / "bad.json", export, "--report", "r.html", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["added"] == 5
    assert "bad.json" in Path("r.html").read_text("utf-8")


def test_a_run_that_changes_nothing_still_shows_the_library(juwen, export):
    juwen("index", export)
    assert juwen("index", export, "--report", "r.html").code == 0
    assert "东岸大桥月底通车" in Path("r.html").read_text("utf-8")


def test_a_report_that_cannot_be_written_is_said_before_the_work(juwen, export):
    ran = juwen("index", export, "--report", ".")
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 1
    assert "cannot be written" in ran.complaints[0]
    assert not Path("library").exists()


def test_a_report_does_not_overwrite_the_articles(juwen, export):
    ran = juwen("index", export, "--report", export)
    assert ran.code == 2
    assert "overwrite" in ran.err
    assert len(json.loads(export.read_text("utf-8"))) == len(ARTICLES)


# --map


def test_map(juwen, tmp_path):
    path = tmp_path / "own.json"
    objects = [{"aid": "x1", "标题": "玉兰车站", "正文": "玉兰车站周五开放。"}]
    path.write_text(json.dumps(objects, ensure_ascii=False), "utf-8")
    ran = juwen("index", path, "--map", "id=aid,title=标题", "--map", "text=正文")
    assert (ran.code, ran.complaints) == (0, [])
    assert "玉兰车站" in juwen("inspect", "x1").out


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("mapped", ["id", "nonsense=x", "id=", "id=a,id=b"])
def test_a_map_that_is_none_is_wrong_usage(juwen, export, monkeypatch, mapped, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = juwen("index", export, "--map", mapped)
    assert (ran.code, ran.out) == (2, "")
    assert {"en": "Usage: juwen index", "zh": "用法： juwen index"}[language] in ran.err
    assert ("字段" if language == "zh" else "map") in ran.err
    assert not Path("library").exists()


def test_without_map_no_names_are_given(juwen, export, monkeypatch):
    given = []
    index_articles = indexing.index_articles

    def spy(*arguments, **options):
        given.append(options["columns"])
        return index_articles(*arguments, **options)

    monkeypatch.setattr(indexing, "index_articles", spy)
    juwen("index", export)
    juwen("index", export, "--map", "id=文章标识符aid")
    assert given == [None, {"article_id": "文章标识符aid"}]


# standard input


@pytest.mark.parametrize(
    "typed",
    [
        json.dumps(as_export([article("x1", "玉兰车站周五开放。")]), ensure_ascii=False),
        json.dumps(as_export([article("x1", "玉兰车站周五开放。")])[0], ensure_ascii=False) + "\n",
    ],
    ids=["json", "json lines"],
)
def test_articles_from_standard_input(juwen, typed):
    ran = juwen("index", "-", typed=typed)
    assert (ran.code, ran.complaints) == (0, [])
    assert "1 added" in ran.out
    assert "玉兰车站周五开放" in juwen("inspect", "x1").out


def test_help_names_what_there_is(juwen):
    shown = juwen("index", "--help").out
    for words in ("--report", "--map", "'-' is standard input"):
        assert words in " ".join(shown.split())


def test_times_with_a_zone_are_days_of_the_publisher(juwen, tmp_path):
    export = write_export(tmp_path / "a.json", [article("1", "甲。", time="2025-09-24T20:00:00Z")])
    for zone, day in (((), date(2025, 9, 25)), (("--timezone", "+03:00"), date(2025, 9, 24))):
        assert juwen("index", export, *zone).code == 0
        with Library.open("library") as library:
            assert library.article("1").date == day
    ran = juwen("index", export, "--timezone", "Mars")
    assert (ran.code, "'Mars' is not a time zone" in ran.err) == (2, True)


def test_a_date_that_cannot_be_read_is_said_with_its_value(juwen, tmp_path):
    raws = [article("1", "甲。", time="三天前"), article("2", "乙。", time="03/04/2025")]
    ran = juwen("index", write_export(tmp_path / "a.json", raws))
    assert "'三天前'" in ran.err
    assert "'03/04/2025'" in ran.err


# --workers, --ray


def test_workers_and_a_cluster_are_handed_on(juwen, export, monkeypatch):
    given = []

    def index(paths, folder, **options):
        given.append((options["workers"], options["ray"]))
        return Summary()

    monkeypatch.setattr(indexing, "index_articles", index)
    for options in (
        (),
        ("--workers", 3),
        ("--ray", "auto"),
        ("--ray", "head:6379", "--workers", 8),
    ):
        assert juwen("index", export, *options).code == 0
    assert given == [(0, ""), (3, ""), (0, "auto"), (8, "head:6379")]


@pytest.mark.parametrize("options", [("--workers", 0), ("--workers", "many"), ("--ray", "")])
def test_workers_that_are_none_are_wrong_usage(juwen, export, options):
    ran = juwen("index", export, *options)
    assert ran.code == 2
    assert not Path("library").exists()


def test_a_cluster_that_does_not_answer_is_one_sentence_and_leaves_no_library(
    juwen, export, monkeypatch
):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        ran = juwen("index", export, "--ray", f"127.0.0.1:{taken.getsockname()[1]}")
    assert ran.code == 1
    assert len(ran.complaints) == 1
    assert "no Ray cluster answers" in ran.complaints[0]
    assert not Path("library").exists()
