"""Workbooks: articles in rows, and tables that are documents."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from .samples import (
    HEADERS,
    TEXT,
    export_row,
    only_problem,
    open_document_sheet,
    read_bytes,
    table,
    workbook,
)


def test_an_export_gives_one_article_a_row_with_its_fields(tmp_path):
    data = workbook({"Sheet1": [HEADERS, export_row("1_1"), export_row("1_2", "渡轮停航。")]})
    articles, problems = read_bytes(tmp_path, "导出.xlsx", data)
    assert problems == []
    first, second = articles
    assert (first.article_id, first.title, first.account) == ("1_1", "大桥通车", "试验号")
    assert (first.time, first.content) == ("2025-09-04 20:15:00", TEXT)
    assert first.url.endswith("mid=1_1")
    assert second.content == "渡轮停航。"


def test_the_same_headers_do_in_a_table_of_text(tmp_path):
    rows = [HEADERS, [str(cell) for cell in export_row("7")]]
    (article,), problems = read_bytes(tmp_path, "a.csv", table(rows))
    assert (article.article_id, article.content, problems) == ("7", TEXT, [])


def test_numbers_and_days_are_written_as_a_person_would(tmp_path):
    rows = [["ID", "标题", "发布时间", "正文"], [2247483650, 3.5, date(2025, 9, 4), True]]
    rows.append([2, "乙", datetime(2025, 9, 5, 8, 30), "甲"])
    articles, _ = read_bytes(tmp_path, "a.xlsx", workbook({"一": rows}))
    assert [one.article_id for one in articles] == ["2247483650", "2"]
    assert [one.time for one in articles] == ["2025/9/4", "2025/9/5 08:30:00"]
    assert [one.title for one in articles] == ["3.5", "乙"]
    assert articles[0].content == "TRUE"


def test_an_export_without_its_texts_says_which_column_is_missing(tmp_path):
    rows = [HEADERS[:-1], export_row()[:-1]]
    problem = only_problem(tmp_path, "a.xlsx", workbook({"一": rows}))
    assert "has no column 'finalContent'" in problem.english


def test_a_title_may_stand_above_the_header_and_rows_keep_their_numbers(tmp_path):
    rows = [["九月导出"], [], HEADERS, export_row("1"), export_row("", "无编号")]
    articles, (problem,) = read_bytes(tmp_path, "a.xlsx", workbook({"一": rows}))
    assert [one.article_id for one in articles] == ["1"]
    assert "row 5 of" in problem.english


def test_columns_are_named_as_in_other_tables(tmp_path):
    data = workbook({"一": [["号", "文"], [7, "甲"]]})
    named = {"article_id": "号", "content": "文"}
    (article,), problems = read_bytes(tmp_path, "a.xlsx", data, named)
    assert (article.article_id, article.content, problems) == ("7", "甲", [])
    problem = only_problem(tmp_path, "b.xlsx", data, {"article_id": "号码", "content": "文"})
    assert "has no column '号码'" in problem.english


def test_a_workbook_of_other_tables_is_one_article(tmp_path):
    sheets = {
        "产值": [["企业", "产值"], ["大禾机电", 12.6], [None, None], ["合计", 20]],
        "说明": [["单位：亿元"]],
        "空": [],
    }
    (article,), problems = read_bytes(tmp_path, "产值表.xlsx", workbook(sheets))
    assert article.content == "产值\n企业 | 产值\n大禾机电 | 12.6\n合计 | 20\n说明\n单位：亿元"
    assert (article.article_id, article.title, problems) == ("产值表", "产值表", [])


def test_a_cell_merged_over_rows_stands_in_each(tmp_path):
    rows = [["类", "企业"], ["", "大禾"], ["", "青石"]]
    data = workbook({"一": rows}, merged={"A2:A3": "甲类"})
    (article,), _ = read_bytes(tmp_path, "a.xlsx", data)
    assert article.content == "类 | 企业\n甲类 | 大禾\n甲类 | 青石"


def test_hidden_sheets_are_left_out_and_said(tmp_path):
    data = workbook({"一": [["甲"]], "二": [["乙"]]}, hidden=["二"])
    (article,), (problem,) = read_bytes(tmp_path, "a.xlsx", data)
    assert article.content == "甲"
    assert problem.harmless
    assert "1 hidden sheets" in problem.english


def test_a_sheet_beside_one_of_articles_that_holds_none_is_said(tmp_path):
    data = workbook({"一": [HEADERS, export_row()], "二": [["随笔"]]})
    articles, (problem,) = read_bytes(tmp_path, "a.xlsx", data)
    assert len(articles) == 1
    assert "a.xlsx#二' has not the columns" in problem.english
    assert not problem.harmless


def test_other_kinds_of_workbooks_are_read(tmp_path):
    data = open_document_sheet([["企业", "产值"], ["大禾", "12"]])
    (article,), problems = read_bytes(tmp_path, "a.ods", data)
    assert (article.content, problems) == ("企业 | 产值\n大禾 | 12", [])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a whole workbook"),
        (b"PK\3\4", "not a whole workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not a whole workbook"),
        (workbook({"一": []}), "holds no text"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, data, said):
    assert said in only_problem(tmp_path, "a.xlsx", data).english
