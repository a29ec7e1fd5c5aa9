"""The command line's mapping of columns."""

from __future__ import annotations

import pytest

from index.errors import ArticleError
from index.readers.load import FIELDS, parse_columns, read_articles
from index.text.dates.publication import publication_day

from .samples import as_json, item


def test_a_mapping_as_it_is_written_on_the_command_line():
    assert parse_columns(["id=aid, title=标题", "url=链接,date=a=b,account=号,text=正文"]) == {
        "article_id": "aid",
        "title": "标题",
        "url": "链接",
        "time": "a=b",
        "account": "号",
        "content": "正文",
    }
    assert parse_columns(["time=t", "content=c"]) == {"time": "t", "content": "c"}
    assert parse_columns([]) == {}


@pytest.mark.parametrize(
    "option", ["aid", "id=", "=x", "name=x", "id=a,", "", "id=a,id=b", "date=a,time=b"]
)
def test_what_maps_no_field_is_refused_with_the_allowed_names(option):
    with pytest.raises(
        ArticleError, match="id, title, url, date, time, account, text, content"
    ) as error:
        parse_columns([option])
    assert error.value.chinese != error.value.english


def test_a_column_for_what_is_no_field_is_refused():
    with pytest.raises(ArticleError, match="'id' is not a field"):
        list(read_articles([], columns={"id": "x"}))


def test_a_time_may_be_a_number_with_a_fraction(tmp_path):
    for number in (1758672000, 1758672000.0, 20250924):
        (tmp_path / "a.json").write_bytes(as_json([item(**{FIELDS["time"]: number})]))
        (raw,) = read_articles([tmp_path / "a.json"])
        assert str(publication_day(raw.time)) == "2025-09-24"
