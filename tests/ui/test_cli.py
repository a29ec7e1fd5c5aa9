"""The ``juwen`` command: what it prints where, its exit codes, and one sentence for every mishap."""

from __future__ import annotations

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from index.build import index_raw
from index.readers.load import FIELDS
from tests.conftest import ARTICLES, FakeEncoder, article
from tests.ui.conftest import as_export, write_export
from ui.cli import main

ROOT = Path(__file__).parents[2]
DATE = "东岸大桥什么时候通车？"


def spoken(sentence):
    """The language of a complaint; only Chinese ones divide with this semicolon."""
    return "zh" if "；" in sentence else "en"


def one_complaint(ran, *words):
    """The run's only complaint: one sentence with these words."""
    assert len(ran.complaints) == 1, ran.err
    assert ran.complaints[0].removeprefix("juwen: ").strip()
    for word in words:
        assert word in ran.complaints[0]
    return ran.complaints[0]


@pytest.fixture
def export(tmp_path):
    return write_export(tmp_path / "articles.json")


# index


def test_index(juwen, export):
    ran = juwen("index", export, "--library", "lib")
    assert ran.code == 0
    assert ran.complaints == []
    assert ran.out.startswith(
        "articles: 5 read, 5 added, 0 changed, 0 unchanged, 0 repeated, 1 with"
    )
    assert juwen("index", export, "--library", "lib").out.startswith("articles: 5 read, 0 added")


def test_index_json_is_all_there_is_on_standard_output(juwen, export):
    ran = juwen("index", export, "--library", "lib", "--json")
    summary = json.loads(ran.out)
    assert (summary["read"], summary["added"], summary["empty"]) == (5, 5, 1)
    assert summary["problems"] == []


def test_index_in_chinese(juwen, export, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert juwen("index", export).out.startswith("文章：读取 5，新增 5")


def test_index_takes_several_paths_and_folders(juwen, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write_export(folder / "a.json", ARTICLES[:2])
    (folder / "note.txt").write_text("玉兰车站周五开放。", "utf-8")
    ran = juwen("index", folder, write_export(tmp_path / "b.json", ARTICLES[2:3]), "--json")
    assert json.loads(ran.out)["added"] == 4


def test_index_goes_to_the_default_library(juwen, export):
    juwen("index", export)
    assert Path("library/articles.db").is_file()


def test_the_library_can_be_named_by_a_variable(juwen, export, tmp_path, monkeypatch):
    monkeypatch.setenv("JUWEN_LIBRARY", str(tmp_path / "named"))
    assert juwen("index", export).code == 0
    assert (tmp_path / "named" / "articles.db").is_file()
    assert str(tmp_path / "named") in juwen("info").out
    assert "6月28日" in juwen("ask", DATE).out


def test_chunk_tokens_are_the_new_librarys_and_stay(juwen, export):
    assert juwen("index", export, "--chunk-tokens", 64).code == 0
    assert json.loads(juwen("info", "--json").out)["chunk_tokens"] == 64
    ran = juwen("index", export, "--chunk-tokens", 128)
    assert ran.code == 1
    one_complaint(ran, "64", "128", "juwen index")


def raw(**changes):
    """One export object, with some fields changed and those that are ``None`` left out."""
    (values,) = as_export([article("x1", "玉兰车站周五开放。", title="玉兰车站")])
    values |= {FIELDS[name]: value for name, value in changes.items()}
    return {name: value for name, value in values.items() if value is not None}


def as_bytes(*objects):
    return json.dumps(objects, ensure_ascii=False).encode()


BAD_FILES = {
    "not JSON": ("bad.json", b"[{]", "bad.json"),
    "cut off": ("bad.json", as_bytes(raw())[:-5], "bad.json"),
    "an object": ("bad.json", b'{"articles": []}', "bad.json"),
    "a number": ("bad.json", b"7", "bad.json"),
    "no objects in it": ("bad.json", b'["text"]', "bad.json"),
    "nested too deep": ("bad.json", b"[" * 200_000, "bad.json"),
    "a bad line": ("bad.jsonl", b"{]\n", "bad.jsonl"),
    "no id": ("bad.json", as_bytes(raw(article_id=None)), FIELDS["article_id"]),
    "no text field": ("bad.json", as_bytes(raw(content=None)), FIELDS["content"]),
    "a field of another type": ("bad.json", as_bytes(raw(content=["x"])), FIELDS["content"]),
    "no title": ("bad.json", as_bytes(raw(title=None)), FIELDS["title"]),
    "no date that is": ("bad.json", as_bytes(raw(time="2025/2/30")), "2025/2/30"),
    "words for a date": ("bad.json", as_bytes(raw(time="上周三")), "上周三"),
    "an id twice": ("bad.json", as_bytes(raw(), raw(content="另一篇。")), "x1"),
    "no text": ("bad.json", b"\x89PNG\r\n\x00\xff\xfe\x9a" * 9, "UTF-8"),
    "no gzip": ("bad.json.gz", b"not compressed", "bad.json.gz"),
    "gzip cut off": ("bad.json.gz", gzip.compress(as_bytes(raw()))[:-12], "bad.json.gz"),
    "another kind": ("bad.docx", b"PK", "bad.docx"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("name", "content", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_one_sentence_and_the_good_one_is_taken(
    juwen, export, tmp_path, monkeypatch, name, content, words, language
):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    (tmp_path / name).write_bytes(content)
    ran = juwen("index", tmp_path / name, export, "--json")
    assert ran.code == 1
    sentence = one_complaint(ran, words)
    assert spoken(sentence) == language
    summary = json.loads(ran.out)
    assert summary["added"] >= len(ARTICLES)
    assert len(summary["problems"]) == 1
    assert "6月28日" in juwen("ask", DATE).out


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "bad.json"),
        (lambda path: path.mkdir(), "holds no article file"),
        (lambda path: path.symlink_to(path), "bad.json"),
    ],
    ids=["missing", "an empty folder", "a link to itself"],
)
def test_a_path_that_cannot_be_read_is_one_sentence(juwen, export, tmp_path, make, words):
    make(tmp_path / "bad.json")
    ran = juwen("index", tmp_path / "bad.json", export)
    assert ran.code == 1
    one_complaint(ran, words)
    assert "5 added" in ran.out


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_one_sentence(juwen, export):
    export.chmod(0)
    ran = juwen("index", export)
    assert ran.code == 1
    one_complaint(ran, "articles.json", "permission")


def test_an_empty_body_is_found_by_its_title(juwen, tmp_path):
    path = tmp_path / "empty.json"
    path.write_bytes(as_bytes(raw(content="")))
    ran = juwen("index", path)
    assert (ran.code, ran.complaints) == (0, [])
    assert "1 without text (found by title)" in ran.out
    assert "玉兰车站" in juwen("ask", "玉兰车站哪天开放？").out


def test_the_same_article_twice_is_no_problem(juwen, tmp_path):
    path = tmp_path / "twice.json"
    path.write_bytes(as_bytes(raw(), raw()))
    ran = juwen("index", path)
    assert (ran.code, ran.complaints) == (0, [])
    assert "1 added" in ran.out
    assert "1 repeated" in ran.out


@pytest.mark.parametrize("place", ["/proc/juwen-library", "/sys/juwen/library"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_place_that_cannot_be_written_is_one_sentence(
    juwen, export, monkeypatch, place, language
):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = juwen("index", export, "--library", place)
    assert (ran.code, ran.out) == (1, "")
    sentence = one_complaint(ran, place)
    assert spoken(sentence) == language


def test_a_library_below_a_file_is_one_sentence(juwen, export):
    ran = juwen("index", export, "--library", export)
    assert ran.code == 1
    one_complaint(ran, str(export))


def test_a_folder_of_other_things_is_left_alone(juwen, export, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.doc").write_text("mine")
    ran = juwen("index", export, "--library", folder)
    assert ran.code == 1
    one_complaint(ran, str(folder))
    assert [path.name for path in folder.iterdir()] == ["thesis.doc"]


# ask


@pytest.fixture
def indexed(juwen, export):
    """``juwen`` where ./library holds ``ARTICLES``."""
    assert juwen("index", export).code == 0
    return juwen


def test_ask(indexed):
    ran = indexed("ask", DATE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("6月28日\n\n东岸大桥将于6月28日通车。 [1]")
    assert "[1] [2] 东岸大桥月底通车  (2025-06-20 · 试验号)" in ran.out


def test_ask_json_is_all_there_is_on_standard_output(indexed):
    ran = indexed("ask", DATE, "--json")
    answer = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert answer["question"] == DATE
    assert answer["citations"][0]["quote"] == "东岸大桥将于6月28日通车。"
    assert "东岸大桥" in ran.out


def test_a_refusal_is_an_answer(indexed):
    ran = indexed("ask", "火星上有没有猫？")
    assert ran.code == 0
    assert "没有能回答这个问题的内容" in ran.out


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("question", ["", "  ", "问" * 100_000], ids=["empty", "blank", "long"])
def test_a_question_that_cannot_be_asked_is_wrong_usage(indexed, monkeypatch, question, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = indexed("ask", question)
    assert (ran.code, ran.out) == (2, "")
    sentence = one_complaint(ran, "问题" if language == "zh" else "the question")
    assert len(sentence) < 300


def test_ask_batch(indexed, tmp_path):
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        f'{{"id": "a", "question": "{DATE}"}}\noops\n{{"id": "c", "question": "校长是谁？"}}\n',
        "utf-8",
    )
    ran = indexed("ask", "--batch", questions)
    assert ran.code == 1
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, "c"]
    assert [answer["error"] is None for answer in answers] == [True, False, True]
    one_complaint(ran, "line 2")


def test_ask_batch_out(indexed, tmp_path):
    questions = tmp_path / "questions.jsonl"
    questions.write_text(f'{{"id": "a", "question": "{DATE}"}}\n', "utf-8")
    ran = indexed("ask", "--batch", questions, "--out", tmp_path / "answers.jsonl")
    assert (ran.code, ran.out) == (0, "")
    assert json.loads((tmp_path / "answers.jsonl").read_text("utf-8"))["id"] == "a"


def test_a_batch_file_that_is_missing_is_one_sentence(indexed, monkeypatch):
    ran = indexed("ask", "--batch", "none.jsonl")
    assert (ran.code, ran.out) == (1, "")
    one_complaint(ran, "'none.jsonl'")
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    one_complaint(indexed("ask", "--batch", "none.jsonl"), "无法读取问题文件")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("ask",),
        ("ask", "谁？", "--batch", "q.jsonl"),
        ("ask", "谁？", "--out", "a.jsonl"),
        ("ask", "谁？", "--nonsense"),
        ("ask", "谁？", "为何？"),
        ("index",),
        ("index", "a.json", "--chunk-tokens", "7"),
        ("index", "a.json", "--chunk-tokens", "many"),
        ("nonsense",),
    ],
)
def test_wrong_usage(juwen, arguments):
    ran = juwen(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: juwen" in ran.err


def test_wrong_usage_in_chinese(juwen, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert "请给出一个问题" in juwen("ask").err
    assert "须与 --batch 同用" in juwen("ask", "谁？", "--out", "a").err


# libraries that are none, or others


@pytest.fixture
def broken(indexed):
    """``juwen``, after something was done to the database of ./library."""

    def damage(statement):
        with sqlite3.connect("library/articles.db") as connection:
            connection.execute(statement)
        connection.close()
        return indexed

    return damage


READERS = [
    ("ask", DATE),
    ("info",),
    ("info", "--json"),
    ("ask", DATE, "--json"),
    ("inspect", "bridge"),
]


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_a_folder_that_is_no_library_is_one_sentence(juwen, arguments, monkeypatch):
    ran = juwen(*arguments, "--library", "none")
    assert (ran.code, ran.out) == (1, "")
    one_complaint(ran, "'none'", "juwen index PATH --library none")
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    one_complaint(juwen(*arguments, "--library", "none"), "不是文章库")


@pytest.mark.parametrize("arguments", [*READERS, ("chat",)], ids=" ".join)
def test_a_library_of_another_schema_is_one_sentence(broken, arguments):
    juwen = broken("UPDATE manifest SET value = '99' WHERE key = 'schema'")
    ran = juwen(*arguments)
    assert (ran.code, ran.out) == (1, "")
    one_complaint(ran, "schema 99", "update this one")


def test_a_file_that_is_no_database_is_one_sentence(juwen):
    Path("library").mkdir()
    Path("library/articles.db").write_bytes(b"not a database at all, but long enough to look" * 9)
    ran = juwen("info")
    assert (ran.code, ran.out) == (1, "")
    one_complaint(ran, "'library'", "damaged")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("arguments", [("ask", DATE), ("chat",), ("index", "EXPORT")], ids=" ".join)
def test_a_library_of_another_model_is_one_sentence(
    indexed, export, monkeypatch, arguments, language
):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    arguments = [export if argument == "EXPORT" else argument for argument in arguments]
    ran = indexed(*arguments, "--encoder", "other")
    assert (ran.code, ran.out) == (1, "")
    sentence = one_complaint(ran, "'other'", "--encoder other")
    assert spoken(sentence) == language


def test_the_model_can_be_named_by_a_variable(indexed, monkeypatch):
    monkeypatch.setenv("JUWEN_ENCODER", "other")
    assert indexed("ask", DATE).code == 1
    monkeypatch.setenv("JUWEN_ENCODER", "fake")
    assert indexed("ask", DATE).code == 0


# info


def test_info(indexed, monkeypatch):
    ran = indexed("info")
    assert (ran.code, ran.err) == (0, "")
    for line in (
        "library: library",
        "articles: 5 (without text: 1)",
        "dates: 2025-04-01 – 2025-06-20",
        "accounts: 试验号 (4), 教育号 (1)",
    ):
        assert line in ran.out.splitlines()
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert "文章: 5 (无正文: 1)" in indexed("info").out


def test_info_json_is_all_there_is_on_standard_output(indexed):
    ran = indexed("info", "--json")
    values = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (values["library"], values["articles"], values["empty"]) == ("library", 5, 1)
    assert (values["encoder"], values["generation"]) == ("fake", 1)
    assert (values["first_date"], values["last_date"]) == ("2025-04-01", "2025-06-20")
    assert values["accounts"] == {"试验号": 4, "教育号": 1}
    assert "question_means" not in values
    assert "试验号" in ran.out


# chat


def test_chat_about_ones_own_articles(juwen, export):
    ran = juwen("chat", export, typed=f"{DATE}\nexit\n")
    assert ran.code == 0
    assert ran.out.startswith(f"? {DATE}\n\n6月28日\n\n东岸大桥将于6月28日通车。 [1]")
    assert "5 added" in ran.err
    assert Path("library/articles.db").is_file()
    assert not Path("library-samples").exists()


def test_chat_about_the_library_that_is_there(indexed):
    ran = indexed("chat", typed=f"{DATE}\n")
    assert ran.code == 0
    assert "6月28日" in ran.out
    assert "added" not in ran.err


def test_chat_about_the_samples_where_there_is_no_library(juwen, monkeypatch):
    samples = json.loads((ROOT / "index" / "samples" / "articles.json").read_text("utf-8"))
    title = samples[0][FIELDS["title"]]
    ran = juwen("chat", typed=f"{title}\nexit\n")
    assert ran.code == 0
    assert "No library yet" in ran.err
    assert "make chat ARTICLES=" in ran.err
    assert title in ran.out
    assert Path("library-samples/articles.db").is_file()
    assert not Path("library").exists()
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    again = juwen("chat", typed="退出\n")
    assert again.code == 0
    assert "新增 0" in again.err
    assert "尚无文章库" in again.err


def test_chat_goes_on_after_a_question_that_cannot_be_asked(indexed):
    ran = indexed("chat", typed=f"{'问' * 100_000}\n{DATE}\n")
    assert ran.code == 0
    assert "100,000" in ran.err
    assert "6月28日" in ran.out


# mishaps


def interrupt(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (("index", "EXPORT"), "ui.indexing.index_articles"),
        (("ask", DATE), "rag.assistant.Assistant.ask"),
        (("chat", "--terminal"), "ui.terminal.talk"),
        (("info",), "ui.info.Library.open"),
        (("inspect", "bridge"), "ui.inspect.Library.open"),
    ],
)
def test_ctrl_c(indexed, export, monkeypatch, arguments, where, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    monkeypatch.setattr(where, interrupt)
    ran = indexed(*[export if argument == "EXPORT" else argument for argument in arguments])
    assert (ran.code, ran.out) == (130, "")
    one_complaint(ran, "已停止" if language == "zh" else "stopped")


def test_ctrl_c_while_indexing_leaves_the_library_as_it_was(indexed, tmp_path, monkeypatch):
    more = write_export(tmp_path / "more.json", [article("new", "玉兰车站周五开放。")])
    with monkeypatch.context() as patched:
        patched.setattr("tests.conftest.FakeEncoder.encode_passages", interrupt)
        assert indexed("index", more).code == 130
    assert json.loads(indexed("info", "--json").out)["articles"] == 5
    assert indexed("index", more).code == 0
    assert json.loads(indexed("info", "--json").out)["articles"] == 6


def fail(*_, **__):
    raise RuntimeError("the moon fell down")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unexpected_error_is_one_sentence(juwen, monkeypatch, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    monkeypatch.setattr("ui.info.Library.open", fail)
    ran = juwen("info")
    assert (ran.code, ran.out) == (1, "")
    sentence = one_complaint(ran, "RuntimeError", "the moon fell down", "JUWEN_DEBUG")
    assert spoken(sentence) == language


def test_an_unexpected_error_is_raised_for_debugging(monkeypatch):
    monkeypatch.setenv("JUWEN_DEBUG", "1")
    monkeypatch.setattr("ui.info.Library.open", fail)
    with pytest.raises(RuntimeError, match="moon"):
        main(["info"])


def test_articles_do_not_steer_the_terminal(juwen, tmp_path):
    steering = "\x1b]0;owned\x07\x1b[2J\x9b31m"
    evil = article(
        f"evil{steering}",
        f"玉兰车站{steering}周五开放。",
        title=f"玉兰{steering}车站",
        account=f"号{steering}",
        url=f"https://e.com/{steering}",
        time=f"上周{steering}",
    )
    path = write_export(tmp_path / "evil.json", [evil, *ARTICLES])
    runs = [
        juwen("index", path),
        juwen("ask", "玉兰车站哪天开放？"),
        juwen("chat", typed="玉兰车站哪天开放？\n"),
        juwen("info"),
    ]
    assert "周五开放" in runs[1].out
    assert len(runs[0].complaints) == 1
    for ran in runs:
        for text in (ran.out, ran.err):
            assert all(char in "\n\t" or char.isprintable() for char in text), ascii(text)


def test_help_and_version(juwen):
    for arguments in (("--help",), ("-h",), ("ask", "--help"), ("--version",)):
        ran = juwen(*arguments)
        assert (ran.code, ran.err) == (0, "")
        assert "juwen" in ran.out
    commands = re.findall(r"^  (\w+)  +", juwen("--help").out, re.M)
    assert {"ask", "chat", "eval", "index", "info", "inspect"} <= set(commands)


def run_python(code, **variables):
    """A fresh interpreter in the repository, as a user's shell would start it."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize(("language", "words"), [("en", "library's folder"), ("zh", "文章库目录")])
def test_help_loads_no_model_and_nothing_heavy(language, words):
    heavy = ("torch", "faiss", "sentence_transformers", "transformers", "tiktoken", "gradio")
    code = (
        "import sys; from ui.cli import main; main(['ask', '--help']); main(['--help']); "
        f"print('loaded:', *[name for name in {heavy!r} if name in sys.modules])"
    )
    done = run_python(code, JUWEN_LANGUAGE=language)
    assert (done.returncode, done.stderr) == (0, "")
    assert words in done.stdout
    assert done.stdout.rstrip().endswith("loaded:")


@pytest.mark.parametrize(
    "command",
    [
        ("ask", DATE),
        ("ask", "--batch", "questions.jsonl"),
        ("search", DATE),
        ("serve", "--port", "0"),
        ("chat", "--port", "0"),
        ("chat", "--terminal"),
    ],
)
def test_a_wrong_library_is_said_before_anything_heavy_is_imported(tmp_path, command):
    heavy = ("rag.assistant", "onnxruntime", "faiss", "tokenizers", "langchain_core", "uvicorn")
    (tmp_path / "other").mkdir()
    with closing(sqlite3.connect(tmp_path / "other" / "articles.db")) as other:
        other.execute("CREATE TABLE recipe (name)")
    libraries = (
        [tmp_path / "none"] if command[0] == "chat" else [tmp_path / "none", tmp_path / "other"]
    )
    for library in libraries:
        arguments = [*command, "--library", str(library)]
        done = run_python(
            f"import sys; from ui.cli import main\ntry: main({arguments!r})\n"
            f"finally: print(*[name for name in {heavy!r} if name in sys.modules])"
        )
        assert (done.returncode, done.stdout.strip()) == (1, ""), done.stderr
        assert str(library) in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="pipes end differently there")
def test_a_reader_that_leaves_early_is_told_nothing(tmp_path):
    index_raw(ARTICLES, tmp_path / "lib", encoder=FakeEncoder())
    code = (
        "import os, sys; reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 1); "
        f"from ui.cli import main; main(['info', '--library', {str(tmp_path / 'lib')!r}])"
    )
    done = run_python(code)
    assert (done.stdout, done.stderr) == ("", "")
