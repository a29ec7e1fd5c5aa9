"""The commands that look after a library."""

from __future__ import annotations

import json

import pytest

from index.store import Library
from tests.conftest import ARTICLES
from tests.ui.conftest import write_export


@pytest.fixture
def kept(juwen, tmp_path):
    """``juwen`` with ./library made of ``ARTICLES``."""
    assert juwen("index", write_export(tmp_path / "a.json", ARTICLES)).code == 0
    return juwen


def ids(folder="library"):
    with Library.open(folder) as library:
        return sorted(library.article_ids())


def test_remove(kept):
    ran = kept("remove", "bridge", "school")
    assert ran.code == 0
    assert ran.out.startswith("2 articles removed; 0 passages of others embedded anew")
    assert ids() == ["english", "factory", "picture"]


def test_remove_in_chinese_and_as_json(kept, monkeypatch):
    assert json.loads(kept("remove", "bridge", "--json").out)["removed"] == 1
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert kept("remove", "school").out.startswith("已移除 1 篇文章")


def test_remove_names_the_ids_that_are_not_there(kept):
    ran = kept("remove", "nobody", "bridge")
    assert ran.code == 1
    assert "juwen: the library has no article 'nobody'" in ran.err
    assert ran.out.startswith("1 articles removed")
    assert kept("remove").code == 2


def test_index_sync_removes_what_is_not_there(kept, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    write_export(folder / "some.json", ARTICLES[:2])
    ran = kept("index", "--sync", folder)
    assert ran.code == 0
    assert "2 unchanged" in ran.out
    assert "3 removed" in ran.out
    assert ids() == ["bridge", "school"]
    (folder / "broken.json").write_text("{")
    (folder / "some.json").unlink()
    ran = kept("index", "--sync", folder)
    assert ran.code == 1
    assert "none was removed" in ran.err
    assert ids() == ["bridge", "school"]
