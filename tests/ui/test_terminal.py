"""The conversation in the terminal, and the progress bar."""

from __future__ import annotations

import contextlib
import io

import pytest

from index.errors import QuestionError
from ui.terminal import Progress, talk


@pytest.fixture
def converse(assistant, capsys, monkeypatch):
    """Talk with this typed in; gives what was written, as (out, err)."""

    def run(typed: str) -> tuple[str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        talk(assistant)
        return capsys.readouterr()

    return run


def test_an_answer_with_its_proof(converse):
    out, err = converse("东岸大桥什么时候通车？\nexit\n")
    assert out.startswith("? 东岸大桥什么时候通车？\n\n6月28日\n\n东岸大桥将于6月28日通车。 [1]")
    assert (
        "\n[1] [2] 东岸大桥月底通车  (2025-06-20 · 试验号)\n    https://example.com/bridge\n" in out
    )
    assert "Ask (an empty line or 'exit' ends):" in err
    assert "? " not in err


def test_in_a_terminal_the_question_is_not_said_again(assistant, capsys, monkeypatch):
    typed = io.StringIO("东岸大桥什么时候通车？\n")
    typed.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", typed)
    talk(assistant)
    out, err = capsys.readouterr()
    assert out.startswith("6月28日")
    assert err.count("? ") == 2


@pytest.mark.parametrize("goodbye", ["exit", "QUIT", " bye ", ":q", "退出", "再见"])
def test_a_goodbye_ends(converse, goodbye):
    out, _ = converse(f"{goodbye}\n东岸大桥什么时候通车？\n")
    assert out == ""


@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_line_ends_what_is_typed_and_not_a_pipe(
    assistant, converse, empty, capsys, monkeypatch
):
    asked = f"{empty}\n东岸大桥什么时候通车？\n"
    assert "6月28日" in converse(asked)[0]
    monkeypatch.setattr("sys.stdin", Terminal(asked))
    talk(assistant)
    assert capsys.readouterr().out == ""


def test_the_end_of_the_input_ends(converse):
    out, _ = converse("东岸大桥什么时候通车？")
    assert "6月28日" in out


def test_a_question_is_read_with_the_one_before_it(converse):
    alone, _ = converse("它的校长叫什么？\n")
    out, _ = converse("海棠小学今年招收多少名新生？\n它的校长叫什么？\n")
    second = out.split("\n\n")[-1]
    assert out.count("240名") >= 1
    assert "温如玉" in out
    assert alone != second


def test_a_question_that_cannot_be_asked_ends_nothing(converse):
    out, err = converse(f"{'问' * 100_000}\n东岸大桥什么时候通车？\n")
    complaints = [line for line in err.splitlines() if "juwen: " in line]
    assert len(complaints) == 1
    assert "100,000" in complaints[0]
    assert "6月28日" in out


def test_in_chinese(converse, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    _, err = converse("退出\n")
    assert "正在加载向量模型" in err
    assert "请提问" in err


def test_typed_text_that_is_not_utf8_is_said_plainly(assistant, monkeypatch):
    typed = io.TextIOWrapper(io.BytesIO("大桥\n".encode("gbk")), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", typed)
    with contextlib.suppress(QuestionError):
        talk(assistant)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_where_somebody_looks(monkeypatch):
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with Progress("indexing") as progress:
        for done in range(1, 5):
            progress(done, 4)
    assert "indexing" in shown.getvalue()
    assert "100%" in shown.getvalue()
    assert shown.getvalue().endswith("\n"), "what follows would stand behind the bar"


def test_progress_that_is_never_told_anything_draws_nothing(monkeypatch):
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with Progress("indexing"):
        pass
    assert shown.getvalue() == ""


def test_progress_lets_errors_through(monkeypatch):
    monkeypatch.setattr("sys.stderr", Terminal())

    def stopped_half_way():
        with Progress("indexing") as progress:
            progress(1, 4)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_half_way()


def test_progress_in_chinese(monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with Progress("索引中") as progress:
        progress(1, 1)
    assert "索引中" in shown.getvalue()


def test_what_is_read_is_counted_before_the_bar(monkeypatch):
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with Progress("indexing") as progress:
        for done in range(1, 4):
            progress(done, 0)
        for done in range(1, 3):
            progress(done, 2)
    reading, bar = shown.getvalue().split("\n", 1)
    assert reading.startswith("\rreading… 1")
    assert reading.endswith("\rreading… 3")
    assert "indexing" in bar
    assert "100%" in bar


def test_where_nobody_looks_each_step_is_one_line(monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr("sys.stderr", shown)
    with Progress("indexing") as progress:
        for done in range(1, 180):
            progress(done, 0)
        for done in range(1, 180):
            progress(done, 179)
    assert shown.getvalue().splitlines() == ["reading… 179", "indexing"]


def test_a_job_that_only_reads_ends_its_line(monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with contextlib.suppress(KeyboardInterrupt), Progress("索引中") as progress:
        progress(1, 0)
        progress(2, 0)
        raise KeyboardInterrupt
    assert shown.getvalue().endswith("\r读取中… 2\n")


def test_reading_does_not_flood_the_terminal(monkeypatch):
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with Progress("indexing") as progress:
        for done in range(1, 20_000):
            progress(done, 0)
    assert shown.getvalue().count("\r") < 100
