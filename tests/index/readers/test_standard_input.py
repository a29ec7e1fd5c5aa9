"""Standard input: JSON or text, told apart by how it begins."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from index.records import Layout

from .samples import TEXT, as_json, as_lines, item, read


def given(monkeypatch, data: bytes):
    stream = io.BytesIO(data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    got = read(Path("-"))
    assert not stream.closed
    return got


MANY = [item(f"a{number}") for number in range(2000)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("form", [as_json, as_lines, lambda items: b" \n" + as_json(items)])
def test_json_is_recognised(monkeypatch, form, encoding):
    articles, problems = given(monkeypatch, form(MANY).decode().encode(encoding))
    assert problems == []
    assert [one.article_id for one in articles] == [one["文章标识符aid"] for one in MANY]
    assert articles[0].origin == "stdin"


@pytest.mark.parametrize("text", [TEXT, f"[本报讯] {TEXT}", f"{{大桥}} {TEXT}", TEXT * 5000])
def test_anything_else_is_a_text(monkeypatch, text):
    (article,), problems = given(monkeypatch, text.encode())
    assert problems == []
    assert (article.article_id, article.title, article.content) == ("stdin", "stdin", text)
    assert article.layout is Layout.PAGE


def test_what_is_wrong_with_it_is_a_problem(monkeypatch):
    articles, (problem,) = given(monkeypatch, as_json(MANY)[:-1])
    assert len(articles) == 2000
    assert "'stdin'" in problem.english


def test_an_empty_one_is_a_problem_and_so_is_a_second_reading_of_it(monkeypatch):
    assert "is empty" in given(monkeypatch, b"")[1][0].english
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    articles, problems = read(Path("-"), Path("-"))
    assert (len(articles), len(problems)) == (1, 1)


def test_without_standard_input_there_is_a_problem(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert "no standard input" in read(Path("-"))[1][0].english


def test_a_standard_input_that_fails_is_a_problem(monkeypatch):
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Failing())))
    assert "Input/output error" in read(Path("-"))[1][0].english
