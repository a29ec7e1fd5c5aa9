"""A file of questions in, a line of JSON out for each."""

from __future__ import annotations

import io
import json

import pytest

from index.errors import QuestionError
from ui.batch import ask_batch

DATE, PUPILS, ROBOTS = (
    "东岸大桥什么时候通车？",
    "海棠小学今年招收多少名新生？",
    "云杉机械的新工厂年产机器人多少台？",
)


def write_lines(path, *lines):
    written = (
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    path.write_text("".join(f"{line}\n" for line in written), "utf-8")
    return path


@pytest.fixture
def batch(tmp_path):
    return lambda *lines: write_lines(tmp_path / "questions.jsonl", *lines)


def loaded(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_an_answer_in_order(assistant, batch, capsys):
    path = batch(
        {"id": "a", "question": DATE},
        {"id": 2, "question": PUPILS, "topic": "left alone"},
        {"question": ROBOTS},
    )
    assert ask_batch(assistant, path, None) == 0
    answers = loaded(capsys.readouterr().out)
    assert [answer["id"] for answer in answers] == ["a", 2, None]
    assert [answer["question"] for answer in answers] == [DATE, PUPILS, ROBOTS]
    for answer, words in zip(answers, ["6月28日", "240名", "5000台"], strict=True):
        assert words in answer["answer"]
        assert answer["error"] is None


def test_history_of_a_line(assistant, batch, capsys):
    history = [{"question": PUPILS, "answer": "240名。"}]
    ask_batch(assistant, batch({"id": 1, "question": "它的校长叫什么？", "history": history}), None)
    (answer,) = loaded(capsys.readouterr().out)
    assert PUPILS in answer["standalone_question"]


BAD_LINES = {
    "not JSON": ("没有引号", None),
    "half an object": ('{"id": "x", "question": ', None),
    "another shape": ('["东岸大桥"]', None),
    "a bare text": ('"东岸大桥什么时候通车？"', None),
    "a number too long for Python": ("1" * 5000, None),
    "no question": ('{"id": "x"}', "x"),
    "a question that is no text": ('{"id": "x", "question": 5}', "x"),
    "an empty question": ('{"id": "x", "question": ""}', "x"),
    "a blank question": ('{"id": "x", "question": " \\n "}', "x"),
    "a question that is too long": (f'{{"id": "x", "question": "{"问" * 100_000}"}}', "x"),
    "a bad history": ('{"id": "x", "question": "谁？", "history": "谁？"}', "x"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("line", "question_id"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_gets_its_answer_and_stops_nothing(
    assistant, batch, capsys, monkeypatch, line, question_id, language
):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    path = batch({"id": 1, "question": DATE}, line, {"id": 3, "question": PUPILS})
    assert ask_batch(assistant, path, None) == 1
    out, err = capsys.readouterr()
    first, bad, last = loaded(out)
    assert [first["id"], bad["id"], last["id"]] == [1, question_id, 3]
    assert "6月28日" in first["answer"]
    assert "240名" in last["answer"]
    assert bad["refused"] is True
    assert bad["error"]
    assert (bad["answer"], bad["sentences"], bad["citations"], bad["evidence"]) == ("", [], [], [])
    complaints = [line for line in err.splitlines() if line.startswith("juwen: ")]
    assert len(complaints) == 1
    assert ("第 2 行" if language == "zh" else "line 2 of") in complaints[0]
    assert str(path) in complaints[0]


def test_a_line_that_is_nested_too_deep_stops_nothing(assistant, batch, capsys):
    path = batch("[" * 200_000, {"id": 2, "question": DATE})
    assert ask_batch(assistant, path, None) == 1
    assert [answer["id"] for answer in loaded(capsys.readouterr().out)] == [None, 2]


@pytest.mark.parametrize(
    "line", ['{"id": 1, "question": "\\ud800东岸大桥"}', '{"id": "\\ud800", "question": "大桥"}']
)
def test_a_lone_surrogate_stops_nothing(assistant, batch, tmp_path, line):
    out = tmp_path / "answers.jsonl"
    ask_batch(assistant, batch(line, {"id": 2, "question": DATE}), out)
    assert [answer["id"] for answer in loaded(out.read_text("utf-8"))][1:] == [2]


def test_a_chinese_complaint_is_chinese_throughout(assistant, batch, capsys, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    ask_batch(assistant, batch({"id": 1, "question": ""}), None)
    assert "问题为空" in capsys.readouterr().err


def test_blank_lines_are_passed_over_and_still_counted(assistant, batch, capsys):
    path = batch("", {"id": 1, "question": DATE}, "   ", "oops", "")
    assert ask_batch(assistant, path, None) == 1
    out, err = capsys.readouterr()
    assert [answer["id"] for answer in loaded(out)] == [1, None]
    assert "line 4 of" in err


def test_an_empty_file_gives_no_answers(assistant, batch, capsys):
    assert ask_batch(assistant, batch(), None) == 0
    assert capsys.readouterr().out == ""


def test_line_separators_inside_a_question_do_not_end_its_line(assistant, batch, capsys):
    question = "东岸大桥\u2028什么时候\x85通车？"
    assert ask_batch(assistant, batch({"id": 1, "question": question}), None) == 0
    (answer,) = [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]
    assert answer["question"] == question


def test_byte_order_mark_and_windows_line_ends(assistant, tmp_path, capsys):
    path = tmp_path / "questions.jsonl"
    lines = f'{{"id": 1, "question": "{DATE}"}}\r\n{{"id": 2, "question": "{PUPILS}"}}\r\n'
    path.write_bytes(lines.encode("utf-8-sig"))
    assert ask_batch(assistant, path, None) == 0
    assert [answer["id"] for answer in loaded(capsys.readouterr().out)] == [1, 2]


def test_out_is_written_in_utf8_into_a_new_folder(assistant, batch, tmp_path, capsys):
    out = tmp_path / "new" / "answers.jsonl"
    assert ask_batch(assistant, batch({"id": 1, "question": DATE}), out) == 0
    (answer,) = loaded(out.read_text("utf-8"))
    assert "6月28日" in answer["answer"]
    assert "6月28日".encode() in out.read_bytes()
    assert capsys.readouterr().out == ""


def test_answers_are_on_disk_before_the_next_question_is_asked(
    assistant, batch, tmp_path, monkeypatch
):
    path = batch({"id": 1, "question": DATE}, {"id": 2, "question": PUPILS})
    out = tmp_path / "answers.jsonl"
    ask = assistant.ask
    written: list[str] = []

    def stop_at_the_second(question, *rest):
        if question == PUPILS:
            written.append(out.read_text("utf-8"))
            raise KeyboardInterrupt
        return ask(question, *rest)

    monkeypatch.setattr(assistant, "ask", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        ask_batch(assistant, path, out)
    (answer,) = loaded(written[0])
    assert answer["id"] == 1
    assert out.read_text("utf-8") == written[0]


def test_answers_are_utf8_whatever_standard_output_is(assistant, batch, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
    ask_batch(assistant, batch({"id": 1, "question": DATE}), None)
    (answer,) = loaded(written.getvalue().decode("utf-8"))
    assert "6月28日" in answer["answer"]


@pytest.mark.parametrize("content", [None, "东岸大桥".encode("gbk")], ids=["missing", "not UTF-8"])
def test_questions_that_cannot_be_read(assistant, tmp_path, content):
    path = tmp_path / "questions.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(QuestionError) as raised:
        ask_batch(assistant, path, None)
    assert repr(str(path)) in raised.value.english
    assert "UTF-8" in raised.value.chinese


def test_a_folder_is_no_file_of_questions(assistant, tmp_path):
    with pytest.raises(QuestionError, match="cannot be read"):
        ask_batch(assistant, tmp_path, None)


def test_answers_that_cannot_be_written(assistant, batch, tmp_path):
    path = batch({"id": 1, "question": DATE})
    with pytest.raises(QuestionError, match="--out"):
        ask_batch(assistant, path, tmp_path)
    with pytest.raises(QuestionError, match="--out"):
        ask_batch(assistant, path, path / "below-a-file.jsonl")
