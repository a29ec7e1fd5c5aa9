"""JSON arrays as a stream: what breaks one, and how much memory it takes."""

from __future__ import annotations

import gzip
import json
import tracemalloc

import pytest

from index.readers import json_array
from index.readers.load import read_articles

from .samples import as_json, item, only_problem, read, read_bytes


def test_an_array_that_breaks_off_gives_what_stands_before_and_names_the_place(tmp_path):
    data = json.dumps([item("a1"), item("a2"), item("a3")], ensure_ascii=False, indent=1).encode()
    articles, (problem,) = read_bytes(tmp_path, "a.json", data[: data.rindex(b"a3") + 1])
    assert [one.article_id for one in articles] == ["a1", "a2"]
    assert problem.lost
    assert "line 19: Unterminated string" in problem.english
    assert "2 articles before it" in problem.english


def test_a_place_is_named_by_its_line_when_it_lies_far_into_the_file(tmp_path):
    lines = [as_json(item(f"a{number}")) for number in range(3000)]
    data = b"[\n" + b",\n".join(lines) + b",\n{bad}]"
    articles, (problem,) = read_bytes(tmp_path, "a.json", data)
    assert len(articles) == 3000
    assert "line 3002:" in problem.english


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("[1,]", "Expecting value"),
        ("[1 2]", "Expecting ',' delimiter"),
        ("[,1]", "Expecting value"),
        ("[]]", "Extra data"),
        ("[] []", "Extra data"),
        ("[", "Expecting value"),
        ("1 2", "Extra data"),
        ("[1", "Expecting ',' delimiter"),
    ],
)
def test_what_is_not_quite_json_is_refused(tmp_path, data, fault):
    assert any(fault in problem.english for problem in read_bytes(tmp_path, "a.json", data)[1])


def test_json_lines_under_the_name_of_json_are_told_how_to_be_named(tmp_path):
    problem = only_problem(tmp_path, "a.json", as_json(item()) + b"\n" + as_json(item()))
    assert "name it .jsonl" in problem.english


def test_articles_longer_than_the_pieces_that_are_read(tmp_path):
    long = "桥" * 300_000
    articles, problems = read_bytes(
        tmp_path, "a.json", as_json([item("a1", long), item("a2"), item("a3", long)])
    )
    assert problems == []
    assert [len(one.content) for one in articles] == [300_000, len(item()["finalContent"]), 300_000]


@pytest.mark.parametrize("size", [1, 2, 5, 17])
def test_it_does_not_matter_where_the_pieces_are_cut(size):
    text = json.dumps(
        [item('a\\"1'), -12.5, {"x": [1, {"y": "桥\ud83d\ude00"}]}, True, 1234], indent=2
    )
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    assert list(json_array._items("a.json", pieces, json_array.Columns())) == json.loads(text)


def test_an_article_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_array, "MAX_ARTICLE_CHARS", 100_000)
    data = as_json([item("a1"), item("a2", "桥" * 400_000), item("a3")])
    articles, (problem,) = read_bytes(tmp_path, "a.json", data)
    assert [one.article_id for one in articles] == ["a1"]
    assert "article 2: too long" in problem.english


def test_an_object_is_named_as_such_however_large(tmp_path, monkeypatch):
    monkeypatch.setattr(json_array, "MAX_ARTICLE_CHARS", 100_000)
    problem = only_problem(tmp_path, "a.json", as_json({"articles": [item()] * 3000}))
    assert "an object" in problem.english


def test_numbers_that_are_no_numbers_and_too_long_ones_cost_their_field_only(tmp_path):
    text = json.dumps([item("a1", 链接url=float("nan")), item("ID"), item("a3")])
    articles, problems = read_bytes(tmp_path, "a.json", text.replace('"ID"', "1" * 5000))
    assert [one.article_id for one in articles] == ["a1", "a3"]
    assert [problem.lost for problem in problems] == [False, True]


def test_a_file_of_nothing_but_unusable_items_is_given_up(tmp_path):
    articles, problems = read_bytes(tmp_path, "a.json", "[" + "1," * 5000 + "1]")
    assert articles == []
    assert len(problems) == 1001
    assert "the rest was not read" in problems[-1].english


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "a.json.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"[" + as_json(item()))
        one = b"," + as_json(item("a2", "桥" * 2000))
        for _ in range(4000):
            file.write(one)
        file.write(b"]")
    tracemalloc.start()
    number = sum(1 for _ in read_articles([path]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == 4001
    assert peak < 3 * 2**20  # of 24 MB of text


def test_columns_name_the_fields(tmp_path):
    data = as_json([{"aid": "x", "text": "大桥。", "题": "名"}])
    columns = {"article_id": "aid", "content": "text", "title": "题"}
    (article,), problems = read_bytes(tmp_path, "a.json", data, columns)
    assert (article.article_id, article.title, article.content) == ("x", "名", "大桥。")
    assert problems == []


def test_a_missing_id_is_answered_with_how_to_map_it(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_json({"aid": "x", "finalContent": "大桥。"}))
    assert "--map id=" in read(path)[1][0].english
