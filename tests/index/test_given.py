"""Values of another type are told what is wanted; one name or path stands for a list of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from index.build import index_articles
from index.given import GivenError, path, paths, texts
from index.search.filters import Filters
from index.text.language import Language
from tests.ui.conftest import write_export


def test_one_stands_for_a_list_of_it(tmp_path):
    assert texts("accounts", "试验号") == ("试验号",)
    assert texts("accounts", {"a": 1}.keys()) == ("a",)
    assert paths("paths", "a.json") == [Path("a.json")]
    assert paths("paths", Path("a")) == paths("paths", ["a"]) == [Path("a")]
    assert Filters(accounts="试验号") == Filters(accounts=["试验号"])
    assert Filters(languages="zh").languages == (Language.CHINESE,)
    assert Filters(datetime(2025, 6, 1, 9)).date_from == date(2025, 6, 1)


@pytest.mark.parametrize("value", [None, 3, b"x", {"a": 1}, [1], ["a", None]])
def test_what_is_no_text(value):
    with pytest.raises(GivenError, match=r"accounts is .*; give a text or a list of texts"):
        Filters(accounts=value)


@pytest.mark.parametrize("value", [None, 3, b"x", "", {}, True])
def test_what_is_no_path(value):
    with pytest.raises(GivenError, match=r"folder is .*; give a path") as raised:
        path("folder", value)
    assert "应为路径" in raised.value.chinese
    with pytest.raises(TypeError):
        paths("paths", [value])


@pytest.mark.parametrize("value", ["2025-06-01", 20250601, (2025, 6, 1)])
def test_what_is_no_day(value):
    with pytest.raises(GivenError, match=r"date_to is .*; give a datetime\.date"):
        Filters(date_to=value)


def test_a_language_that_there_is_not():
    with pytest.raises(GivenError, match=r"languages is .*'fr'"):
        Filters(languages="fr")


def test_a_long_value_is_cut():
    with pytest.raises(GivenError) as raised:
        Filters(accounts=list(range(1000)))
    assert len(str(raised.value)) < 120


def test_a_string_is_one_path(tmp_path, encoder):
    export = write_export(tmp_path / "a.json")
    summary = index_articles(str(export), str(tmp_path / "library"), encoder=encoder)
    assert summary.added == 5
    with pytest.raises(GivenError, match="paths is None"):
        index_articles(None, tmp_path / "library", encoder=encoder)
