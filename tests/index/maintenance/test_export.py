"""Out as a WeChat export and in again: nothing is lost."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import index_articles, index_raw
from index.cleaning.newspaper_page import split_page
from index.errors import ArticleError
from index.library.library import Library
from index.library.reader import FolderLibrary
from index.maintenance.export import export_articles
from index.readers.load import FIELDS
from index.records import Layout, RawArticle
from tests.conftest import ARTICLES, FakeEncoder, article, contents


def written(folder, path):
    with Library.open(folder) as library:
        return export_articles(library, path)


def test_an_export_has_the_six_fields_in_the_order_in_which_articles_came(library_folder, tmp_path):
    assert written(library_folder, tmp_path / "all.json") == 5
    items = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert [item["文章标识符aid"] for item in items] == [raw.article_id for raw in ARTICLES]
    for item, raw in zip(items, ARTICLES, strict=True):
        assert item == {name: getattr(raw, attribute) for attribute, name in FIELDS.items()}


@pytest.mark.parametrize("name", ["all.json", "all.json.gz"])
def test_indexing_an_export_gives_the_same_articles(library_folder, tmp_path, encoder, name):
    written(library_folder, tmp_path / name)
    index_articles([tmp_path / name], tmp_path / "again", encoder=encoder)
    questions = ("大桥何时通车", "渡轮")
    again = contents(tmp_path / "again", encoder, *questions)
    assert again == contents(library_folder, encoder, *questions)
    unchanged = index_articles([tmp_path / name], library_folder, encoder=encoder)
    assert (unchanged.unchanged, unchanged.problems) == (5, ())


def test_the_articles_of_a_page_come_back_as_they_were(tmp_path, encoder):
    text = "\n\n".join(
        f"本报讯 记者 贺满仓\n第{n}处码头的木梁上刻着当年的收成。{word * 30}。"
        for n, word in enumerate(("渡轮开航", "学校招生", "工厂投产"))
    )
    page = RawArticle("page", "", "", "", "", text, "page.txt", Layout.PAGE)
    index_raw([page, *ARTICLES], tmp_path / "library", encoder=encoder)
    written(tmp_path / "library", tmp_path / "all.json")
    index_articles([tmp_path / "all.json"], tmp_path / "again", encoder=encoder)
    questions = ("木梁上刻着什么",)
    again = contents(tmp_path / "again", encoder, *questions)
    assert again == contents(tmp_path / "library", encoder, *questions)
    assert len(again) == len(ARTICLES) + len(split_page(page))
    both = index_articles([tmp_path / "all.json"], tmp_path / "library", encoder=encoder)
    assert both.unchanged == len(again)


@settings(max_examples=30, deadline=None)
@given(
    fields=st.lists(
        st.tuples(*[st.text(max_size=40)] * 5), min_size=1, max_size=4, unique_by=lambda f: f[0]
    )
)
def test_any_text_comes_back_as_it_was(tmp_path_factory, fields):
    folder, encoder = tmp_path_factory.mktemp("any"), FakeEncoder()
    raws = [RawArticle(f"a{n}", *values[:4], content=values[4]) for n, values in enumerate(fields)]
    index_raw(raws, folder / "library", encoder=encoder)
    written(folder / "library", folder / "all.json")
    index_articles([folder / "all.json"], folder / "again", encoder=encoder)
    with Library.open(folder / "again") as library:
        for raw in raws:
            again = library.raw_article(raw.article_id)
            assert again.content_hash() == raw.content_hash()


def test_an_empty_library_gives_an_empty_export(tmp_path, encoder):
    index_raw([], tmp_path / "library", encoder=encoder)
    assert written(tmp_path / "library", tmp_path / "all.json") == 0
    assert json.loads((tmp_path / "all.json").read_text("utf-8")) == []


def test_a_compressed_export_is_gzip(library_folder, tmp_path):
    written(library_folder, tmp_path / "all.json.gz")
    with gzip.open(tmp_path / "all.json.gz", "rt", encoding="utf-8") as file:
        assert len(json.load(file)) == 5


@pytest.mark.parametrize("name", ["all.txt", "nowhere/all.json"])
def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(library_folder, tmp_path, name):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ArticleError, match="all"):
        written(library_folder, tmp_path / name)
    assert sorted(tmp_path.iterdir()) == before


def test_an_export_that_fails_leaves_the_old_file(library_folder, tmp_path, monkeypatch):
    (tmp_path / "all.json").write_text("old")

    def broken(_library):
        yield article("a", "甲。")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FolderLibrary, "raw_articles", broken)
    with pytest.raises(ArticleError, match="No space left"):
        written(library_folder, tmp_path / "all.json")
    assert (tmp_path / "all.json").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.json", "library"]
