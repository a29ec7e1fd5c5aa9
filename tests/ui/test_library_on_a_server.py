"""Every command on a library in PostgreSQL, named by ``--library postgresql://…``."""

from __future__ import annotations

import io
import json
import sys

import pytest

from index.library.library import Library
from index.location import Server
from tests.conftest import ARTICLES, article
from tests.ui.conftest import write_export
from ui.chat.apart import main as index_in_a_process


@pytest.fixture
def address(postgres) -> str:
    return postgres.new_database().replace("juwen@", "juwen:s3cret@")


@pytest.fixture
def kept(juwen, tmp_path, address, monkeypatch):
    """``juwen`` with a library of ``ARTICLES`` on a server."""
    monkeypatch.setenv("JUWEN_LIBRARY", address)
    assert juwen("index", write_export(tmp_path / "a.json", ARTICLES)).code == 0
    return juwen


def test_it_is_asked_listed_and_kept_as_a_folder_is(kept, tmp_path, address):
    assert "6月28日" in kept("ask", "东岸大桥什么时候通车？").out
    assert "bridge" in kept("search", "东岸大桥", "--json").out
    shown = kept("info", "--json")
    assert json.loads(shown.out)["articles"] == 5
    assert "s3cret" not in shown.out
    assert kept("inspect", "bridge").code == 0
    assert kept("export", str(tmp_path / "all.json")).code == 0
    assert len(json.loads((tmp_path / "all.json").read_text("utf-8"))) == 5
    assert kept("remove", "school").out.startswith("1 articles removed")
    assert kept("verify").out == "nothing is wrong\n"
    assert kept("feedback").code == 0
    report = tmp_path / "report.html"
    again = write_export(tmp_path / "b.json", [article("later", "后来的一篇。")])
    assert kept("index", again, "--report", str(report)).code == 0
    assert "s3cret" not in report.read_text("utf-8")


def test_what_postgresql_has_its_own_for_is_named(kept, tmp_path):
    ran = kept("backup", str(tmp_path / "copy"))
    assert ran.code == 1
    assert "pg_basebackup" in ran.err
    assert "s3cret" not in ran.err


def test_what_is_damaged_is_mended(kept, postgres, address):
    name = Server(address).name
    postgres.execute("UPDATE words SET data = data || 'x' WHERE chunk = 1", name)
    postgres.execute("UPDATE article SET text = 'x' || text WHERE article_id = 'bridge'", name)
    assert kept("verify").code == 1
    ran = kept("repair")
    assert (ran.code, ran.out.count("mended: ") >= 2) == (0, True), ran.err
    assert kept("verify").code == 0
    assert kept("compact").code == 0
    assert "6月28日" in kept("ask", "东岸大桥什么时候通车？").out


def test_it_is_moved_by_a_command(kept, tmp_path, address):
    ran = kept("move", address, str(tmp_path / "folder"))
    assert ran.code == 0
    assert ran.out.startswith("5 articles are the same in")
    assert "s3cret" not in ran.out + ran.err


def test_a_server_that_is_not_there_is_said(juwen):
    ran = juwen("info", "--library", "postgresql://desk:s3cret@127.0.0.1:1/news")
    assert ran.code == 1
    assert "'postgresql://desk@127.0.0.1:1/news' cannot be reached" in ran.err
    assert "s3cret" not in ran.err


def test_without_the_driver_it_is_said_how_to_have_it(juwen, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for command in (["info"], ["verify"], ["repair"], ["compact"]):
        ran = juwen(*command, "--library", "postgresql://desk:s3cret@db/news")
        assert ran.code == 1
        assert "pip install 'juwen[postgres]'" in ran.err
        assert "s3cret" not in ran.err


def test_a_process_apart_puts_uploads_into_it(kept, tmp_path, address):
    path = write_export(tmp_path / "up.json", [article("up", "上传的一篇报道。")])
    out = io.StringIO()
    index_in_a_process(io.StringIO(json.dumps({"paths": [str(path)], "folder": address})), out)
    assert '"added": 1' in out.getvalue()
    with Library.open(address) as library:
        assert "up" in library.article_ids()
