"""Tables of articles: headers, mappings, quotation marks."""

from __future__ import annotations

import gzip

import pytest

from index.readers import lines, table
from index.readers.load import FIELDS

from .samples import TEXT, export_table, item, only_problem, read_bytes
from .samples import table as rows

MAPPED = {"article_id": "编号", "content": "正文"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz", "a.tsv.gz", "A.CSV"])
def test_an_export_as_a_table_gives_its_articles(tmp_path, name, end):
    data = export_table("\t" if "tsv" in name else ",").replace(b"\r\n", end.encode())
    if end == "\r":  # a line end within a cell stays what it is
        data = data.replace(TEXT.encode(), TEXT.replace("\n", "\r").encode())
    articles, problems = read_bytes(tmp_path, name, gzip.compress(data) if "gz" in name else data)
    assert problems == []
    content = TEXT.replace("\n", "\r") if end == "\r" else TEXT
    assert [one.content for one in articles] == [content]
    assert articles[0].account == "试验号"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_spreadsheets_separate_otherwise(tmp_path, separator):
    (article,), problems = read_bytes(tmp_path, "a.csv", export_table(separator))
    assert (article.content, problems) == (TEXT, [])


def test_columns_name_the_fields_and_what_is_not_named_may_be_absent(tmp_path):
    data = rows([["编号", "正文", "备注"], ["7", '他说："通车,了"', "x"], ["8", "乙", ""]])
    articles, problems = read_bytes(tmp_path, "a.csv", data, MAPPED)
    assert problems == []
    assert [(a.article_id, a.content, a.title) for a in articles] == [
        ("7", '他说："通车,了"', ""),
        ("8", "乙", ""),
    ]


def test_absent_columns_are_named_once(tmp_path):
    data = rows([[FIELDS["article_id"], "finalContent"], ["1", "甲"], ["2", "乙"]])
    articles, (problem,) = read_bytes(tmp_path, "a.csv", data)
    assert len(articles) == 2
    assert not problem.lost
    assert FIELDS["title"] in problem.english


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["号码", "finalContent"], "--map id="),
        (["文章标识符aid", "全文"], "--map text="),
        ([], "empty header"),
    ],
)
def test_a_table_without_a_needed_column_is_refused_with_the_way_out(tmp_path, header, said):
    problem = only_problem(tmp_path, "a.csv", rows([header]))
    assert said in problem.english


def test_rows_that_are_not_usable_are_lost_and_their_neighbours_kept(tmp_path):
    data = rows(
        [["编号", "正文"], ["1", "甲"], ["", "乙"], ["3", "丙", "丁"], [""], ["5"], ["6", "己"]]
    )
    articles, problems = read_bytes(tmp_path, "a.csv", data, MAPPED)
    assert [one.article_id for one in articles] == ["1", "6"]
    assert ["row 3" in problems[0].english, "row 4" in problems[1].english] == [True, True]
    assert "row 6" in problems[2].english
    assert all(problem.lost for problem in problems)


def test_empty_cells_at_the_end_of_a_row_are_padding(tmp_path):
    articles, problems = read_bytes(tmp_path, "a.csv", "编号,正文\n1,甲,,\n", MAPPED)
    assert (len(articles), problems) == (1, [])


def test_of_two_columns_with_one_name_the_first_counts_and_it_is_said(tmp_path):
    (article,), (problem,) = read_bytes(tmp_path, "a.csv", "编号,正文,正文\n1,甲,乙\n", MAPPED)
    assert article.content == "甲"
    assert "more than one column '正文'" in problem.english
    assert not problem.harmless
    _, problems = read_bytes(tmp_path, "b.csv", "编号,正文,备注,备注\n1,甲,乙,丙\n", MAPPED)
    assert problems == []


def test_a_quotation_mark_that_is_never_closed_is_a_problem_with_its_row(tmp_path):
    articles, (problem,) = read_bytes(tmp_path, "a.csv", '编号,正文\n1,甲\n2,"乙\n3,丙\n', MAPPED)
    assert [one.article_id for one in articles] == ["1"]
    assert problem.lost
    assert "row 3" in problem.english


def test_a_large_cell_is_read_and_a_too_large_one_refused(tmp_path, monkeypatch):
    data = rows([["编号", "正文"], ["1", "桥" * 300_000]])
    (article,), problems = read_bytes(tmp_path, "a.csv", data, MAPPED)
    assert (len(article.content), problems) == (300_000, [])
    monkeypatch.setattr(table, "MAX_ARTICLE_CHARS", 200_000)
    assert "row 2" in only_problem(tmp_path, "b.csv", data, MAPPED).english
    monkeypatch.setattr(lines, "MAX_ARTICLE_CHARS", 200_000)
    assert "row 2" in only_problem(tmp_path, "c.csv", data, MAPPED).english


def test_a_table_in_gbk_as_spreadsheets_save_it(tmp_path):
    (article,), problems = read_bytes(tmp_path, "a.csv", export_table().decode().encode("gbk"))
    assert (article.content, problems) == (TEXT, [])
    assert article.title == item()[FIELDS["title"]]
