"""JSON lines as a stream."""

from __future__ import annotations

import gzip

from index.readers import lines

from .samples import TEXT, as_json, as_lines, item, read_bytes


def test_columns_name_the_fields(tmp_path):
    (article,), problems = read_bytes(
        tmp_path,
        "a.jsonl",
        as_json({"aid": 7, "text": TEXT}),
        {"article_id": "aid", "content": "text"},
    )
    assert (article.article_id, article.content, problems) == ("7", TEXT, [])


def test_a_line_that_is_too_long_is_lost_and_its_neighbours_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MAX_ARTICLE_CHARS", 100_000)
    data = as_lines([item("a1"), item("a2", "桥" * 400_000), item("a3")])
    articles, (problem,) = read_bytes(tmp_path, "a.jsonl", data)
    assert [one.article_id for one in articles] == ["a1", "a3"]
    assert problem.lost
    assert "line 2" in problem.english


def test_articles_before_a_damaged_byte_are_kept(tmp_path):
    data = as_lines([item("a1"), item("a2")]) + b"\n\xff\xff\n" + as_json(item("a3"))
    articles, (problem,) = read_bytes(tmp_path, "a.jsonl", data)
    assert [one.article_id for one in articles] == ["a1", "a2"]
    assert "byte" in problem.english


def test_articles_before_the_end_of_a_broken_gzip_are_kept(tmp_path):
    many = as_lines(item(f"a{number}", str(number) * 999) for number in range(2000))
    articles, (problem,) = read_bytes(tmp_path, "a.jsonl.gz", gzip.compress(many)[:-2000])
    assert 1000 < len(articles) < 2000
    assert problem.lost
    assert "whole" in problem.english


def test_a_file_of_another_kind_is_given_up_after_many_lines(tmp_path):
    articles, problems = read_bytes(tmp_path, "a.jsonl", "大桥通车。\n" * 5000)
    assert articles == []
    assert len(problems) == 1001
