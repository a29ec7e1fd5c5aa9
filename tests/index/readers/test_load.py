"""Files in, raw articles and problems out. What is special to a kind is tested in ``readers``."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.readers.load import FIELDS, SUFFIXES, read_articles
from index.records import Layout, Problem, RawArticle

from .samples import of_every_kind


def item(article_id: object = "a1", content: object = "大桥通车。", **changed: object) -> dict:
    fields = {
        "文章标识符aid": article_id,
        "标题title": "题",
        "链接url": "https://example.com/1",
        "时间time": "2025/6/1",
        "公众号名称": "试验号",
        "finalContent": content,
    }
    return fields | changed


def write(folder: Path, name: str, content: object) -> Path:
    """A file of ``content``: bytes and text as they are, anything else as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, (bytes, str)):
        content = json.dumps(content, ensure_ascii=False)
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def read(*paths: Path) -> tuple[list[RawArticle], list[Problem]]:
    got = list(read_articles(paths))
    articles = [one for one in got if isinstance(one, RawArticle)]
    problems = [one for one in got if isinstance(one, Problem)]
    for problem in problems:
        assert problem.english.strip()
        assert problem.chinese.strip()
        assert problem.english != problem.chinese
    return articles, problems


def lost(path: Path) -> Problem:
    """The one problem of a file that gives no article."""
    articles, problems = read(path)
    assert articles == []
    (problem,) = problems
    assert problem.lost
    assert repr(str(path)) in problem.english
    assert repr(str(path)) in problem.chinese
    return problem


LINES = "\n".join(json.dumps(item(name), ensure_ascii=False) for name in ("a1", "a2"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", [item("a1"), item("a2")]),
        ("A.JSON", [item("a1"), item("a2")]),
        ("a.json.gz", [item("a1"), item("a2")]),
        ("a.jsonl", LINES),
        ("a.jsonl", LINES.replace("\n", "\r\n\r\n") + "\n\n"),
        ("a.jsonl.gz", LINES),
        ("a.ndjson", LINES),
        ("a.json", b"\xef\xbb\xbf" + json.dumps([item("a1"), item("a2")]).encode()),
        ("a.jsonl", b"\xef\xbb\xbf" + LINES.encode()),
    ],
)
def test_an_export_gives_its_articles_in_order_with_all_fields(tmp_path, name, content):
    path = write(tmp_path, name, content)
    articles, problems = read(path)
    assert problems == []
    assert [one.article_id for one in articles] == ["a1", "a2"]
    assert articles[0] == RawArticle(
        "a1", "题", "https://example.com/1", "2025/6/1", "试验号", "大桥通车。", str(path)
    )


def test_nothing_in_the_text_of_an_article_is_changed(tmp_path):
    odd = "\r\n&nbsp;甲\u200b　乙\u2028丙\x00 "
    (article,), _ = read(write(tmp_path, "a.json", [item(content=odd)]))
    assert article.content == odd


def test_a_text_file_is_one_article_named_by_its_stem(tmp_path):
    path = write(tmp_path, "渡轮.txt", "\ufeff# 夜航\n渡轮开航。")
    (article,), problems = read(path)
    assert problems == []
    assert article == RawArticle(
        "渡轮", "渡轮", "", "", "", "# 夜航\n渡轮开航。", str(path), Layout.PAGE
    )


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("# 夜航 \n渡轮开航。", "夜航", "渡轮开航。"),
        ("\n\n# 夜航\n\n渡轮开航。", "夜航", "渡轮开航。"),
        ("渡轮开航。\n# 夜航", "ferry", "渡轮开航。\n夜航"),
        ("## 夜航\n渡轮开航。", "ferry", "夜航\n渡轮开航。"),
        ("# 夜航", "夜航", ""),
    ],
)
def test_the_first_heading_of_a_markdown_file_is_its_title(tmp_path, content, title, text):
    (article,), _ = read(write(tmp_path, "ferry.md", content))
    assert (article.article_id, article.title, article.content) == ("ferry", title, text)


def test_a_folder_stands_for_its_article_files_at_any_depth_in_order(tmp_path):
    write(tmp_path, "b/two.jsonl", json.dumps(item("two")))
    write(tmp_path, "a/deep/one.json", [item("one")])
    write(tmp_path, "c.txt", "三。")
    (tmp_path / "folder.json").mkdir()
    articles, problems = read(tmp_path)
    assert problems == []
    assert [one.article_id for one in articles] == ["one", "two", "c"]


def test_a_folder_without_article_files_is_a_problem(tmp_path):
    write(tmp_path, "program.exe", b"MZ")
    articles, (problem, passed_over) = read(tmp_path)
    assert (articles, problem.lost, passed_over.harmless) == ([], True, True)
    assert ".json" in problem.english


def test_paths_are_read_in_the_order_given(tmp_path):
    one, two = write(tmp_path, "1.txt", "一"), write(tmp_path, "2.txt", "二")
    articles, _ = read(two, one, two)
    assert [article.article_id for article in articles] == ["2", "1", "2"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('[\n\n{"a" 2}]', "line 3"),
        ("", "line 1"),
        ("东岸大桥", "line 1"),
        ("[" * 200_000, "too deep"),
        (item(), "文章标识符aid"),
        ({}, "not a list"),
        ('"text"', "not a list"),
        ("null", "not a list"),
    ],
)
def test_a_file_that_is_no_json_list_is_a_problem_that_says_where(tmp_path, content, named):
    assert named in lost(write(tmp_path, "a.json", content)).english


def test_an_empty_list_is_no_problem(tmp_path):
    assert read(write(tmp_path, "a.json", [])) == ([], [])


def test_what_is_no_object_is_lost_and_its_neighbours_are_kept(tmp_path):
    articles, problems = read(write(tmp_path, "a.json", [item("a1"), 7, "x", None, item("a2")]))
    assert [one.article_id for one in articles] == ["a1", "a2"]
    assert [problem.lost for problem in problems] == [True] * 3
    assert "article 2" in problems[0].english
    assert "第 2 篇" in problems[0].chinese


def test_a_bad_line_is_lost_with_its_number_and_its_neighbours_are_kept(tmp_path):
    text = f"{json.dumps(item('a1'))}\n{{bad\n{'[' * 200_000}\n\n{json.dumps(item('a2'))}"
    articles, problems = read(write(tmp_path, "a.jsonl", text))
    assert [one.article_id for one in articles] == ["a1", "a2"]
    assert ["line 2" in problems[0].english, "line 3" in problems[1].english] == [True, True]
    assert "第 2 行" in problems[0].chinese
    assert all(problem.lost for problem in problems)


@pytest.mark.parametrize("name", ["文章标识符aid", "finalContent"])
@pytest.mark.parametrize("value", [None, ["x"], True, 1.5, {"a": 1}])
def test_an_article_without_a_needed_field_is_lost(tmp_path, name, value):
    path = write(tmp_path, "a.json", [item(**{name: value}), item("a2")])
    articles, (problem,) = read(path)
    assert [one.article_id for one in articles] == ["a2"]
    assert problem.lost
    assert name in problem.english
    assert name in problem.chinese


@pytest.mark.parametrize("name", [n for n in FIELDS.values() if n.endswith(("title", "url"))])
def test_an_article_without_another_field_is_taken_with_a_problem(tmp_path, name):
    fields = item()
    del fields[name]
    (article,), (problem,) = read(write(tmp_path, "a.json", [fields]))
    assert article.article_id == "a1"
    assert "" in (article.title, article.url)
    assert not problem.lost
    assert name in problem.english


def test_an_empty_field_is_no_problem(tmp_path):
    fields = dict.fromkeys(FIELDS.values(), "") | {"文章标识符aid": "a1"}
    (article,), problems = read(write(tmp_path, "a.json", [fields]))
    assert problems == []
    assert article.content == article.title == ""


@pytest.mark.parametrize("blank", ["", "  ", "\n", "　"])
def test_an_article_with_a_blank_id_is_lost(tmp_path, blank):
    articles, (problem,) = read(write(tmp_path, "a.json", [item(blank)]))
    assert articles == []
    assert problem.lost


@pytest.mark.parametrize(
    ("given", "taken"), [(12345678901234567890, "12345678901234567890"), (0, "0")]
)
def test_a_whole_number_may_be_an_id(tmp_path, given, taken):
    (article,), problems = read(write(tmp_path, "a.json", [item(given)]))
    assert problems == []
    assert article.article_id == taken


def test_a_lone_surrogate_becomes_a_replacement_character_and_a_pair_a_character(tmp_path):
    text = '[{"文章标识符aid": "a\\udfff", "finalContent": "甲\\ud800乙\\ud83d\\ude00"}]'
    (article,), _ = read(write(tmp_path, "a.json", text))
    assert article.content == "甲\ufffd乙😀"
    assert article.article_id == "a\ufffd"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_other_line_separators_inside_a_json_line_do_not_cut_it(tmp_path, separator):
    text = json.dumps(item(content="甲乙"), ensure_ascii=False).replace("甲乙", f"甲{separator}乙")
    articles, problems = read(write(tmp_path, "a.jsonl", text))
    if separator >= " ":
        assert problems == []
        assert articles[0].content == f"甲{separator}乙"
    else:  # bare, these are not JSON: one bad line, not two
        assert articles == []
        assert len(problems) == 1


def test_a_missing_file_is_a_problem_with_the_reason(tmp_path):
    assert "No such file" in lost(tmp_path / "gone.json").english


def test_a_path_through_a_file_is_a_problem(tmp_path):
    lost(write(tmp_path, "a.txt", "甲") / "b.json")


def test_a_path_that_is_too_long_is_a_problem(tmp_path):
    lost(tmp_path / ("x" * 5000 + ".json"))


def test_a_broken_link_in_a_folder_is_a_problem_and_the_rest_is_read(tmp_path):
    write(tmp_path, "b.txt", "乙")
    (tmp_path / "a.json").symlink_to(tmp_path / "gone")
    articles, problems = read(tmp_path)
    assert [one.article_id for one in articles] == ["b"]
    assert [problem.lost for problem in problems] == [True]


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (gzip.compress(LINES.encode())[:-1], 2),
        (gzip.compress(LINES.encode())[:60], 0),
        (gzip.compress(LINES.encode())[:12] + b"\xff" * 40, 0),
        (b"plain text", 0),
    ],
    ids=["its last byte", "its half", "not its own", "no gzip"],  # their bytes hold the time
)
def test_a_gzip_that_is_not_whole_is_a_problem_after_what_could_be_read(tmp_path, data, kept):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(data)
    articles, (problem,) = read(path)
    assert len(articles) <= kept
    assert problem.lost
    assert "whole" in problem.english


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt", "a.json.gz"])
def test_a_file_in_another_encoding_is_a_problem_that_names_the_byte(tmp_path, name):
    problem = lost(write(tmp_path, name, b"ab" + "大橋".encode("big5")))
    assert "UTF-8" in problem.english
    assert "2" in problem.chinese


@pytest.mark.parametrize("name", ["a", "a.exe", "a.jsonx"])
def test_a_file_of_another_kind_is_a_problem_that_lists_the_kinds(tmp_path, name):
    problem = lost(write(tmp_path, name, "甲"))
    assert ".jsonl.gz" in problem.english
    assert ".xlsx" in problem.chinese


@pytest.mark.parametrize(
    ("name", "target"),
    [("a.doc", ".docx"), ("通知.WPS", ".docx"), ("a.ofd", ".pdf"), ("a.ppt", ".pptx")],
)
def test_a_document_of_another_kind_is_a_problem_that_says_what_to_make_of_it(
    tmp_path, name, target
):
    problem = lost(write(tmp_path, name, "甲"))
    assert f"save it as {target} with " in problem.english
    assert f"另存为 {target}" in problem.chinese


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_number_too_long_to_read_costs_its_file_or_line_only(tmp_path, name):
    good = write(tmp_path, "z.txt", "甲")
    text = json.dumps(item("ID"), ensure_ascii=False).replace('"ID"', "1" * 5000)
    path = write(tmp_path, name, f"[{text}]" if name == "a.json" else text)
    articles, (problem,) = read(path, good)
    assert [one.article_id for one in articles] == ["z"]
    assert problem.lost


def test_good_articles_beside_bad_files_are_still_given(tmp_path):
    bad = write(tmp_path, "1.json", "{")
    good = write(tmp_path, "2.json", [item("a1")])
    articles, problems = read(bad, tmp_path / "gone.json", good, tmp_path / "x.pdf")
    assert [one.article_id for one in articles] == ["a1"]
    assert len(problems) == 3


def test_a_file_name_that_is_not_unicode_gives_an_id_that_can_be_stored(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xe6.txt"))
    path.write_text("大桥通车。", "utf-8")
    (article,), _ = read(path)
    for stored in (article.article_id, article.title, article.origin):
        assert stored.encode()


def test_a_file_of_every_kind_in_a_folder_gives_articles(tmp_path, libraries_here):
    for name, data in of_every_kind().items():
        folder = (
            tmp_path / name.partition(".")[2] / "in"
        )  # pictures beside pages are the pages' own
        folder.mkdir(parents=True)
        (folder / name).write_bytes(data)
    articles, problems = read(tmp_path)
    assert all(problem.harmless for problem in problems)
    origins = {one.origin.removeprefix(f"{tmp_path}/").partition("/")[0] for one in articles}
    assert origins == {name.partition(".")[2] for name in of_every_kind()}


def test_every_suffix_has_a_sample():
    assert {name[1:] for name in of_every_kind()} == set(SUFFIXES)


def test_importing_load_imports_no_library_of_the_readers():
    code = "import sys, index.readers.load; print({'lxml', 'pypdfium2', 'docx', 'pptx', 'PIL', 'trafilatura'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stdout == b"set()\n"
