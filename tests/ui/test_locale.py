"""Help and complaints of the commands: in one language at a time, click's own words too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ui.cli import COMMANDS
from ui.locale import CATALOGUE
from ui.locale.__main__ import compiled, read_catalogue

ROOT = Path(__file__).parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")

CLICKS_WORDS = re.compile(
    r"\b(?:Usage|Options|Commands|Show|Try|Error|Invalid|Missing|No such|Did you mean|Got|"
    r"requires|required|default|is not|OPTIONS|COMMAND|ARGS|PATHS|QUESTIONS?|ARTICLES)\b"
)


@pytest.fixture(scope="module")
def said():
    """What each of some runs of the command writes, in each language; one process a language."""
    runs = [[], *([name] for name in COMMANDS), ["eval", "compare"]]
    wrong = [["asc"], ["ask"], ["ask", "a", "b"], ["ask", "--from"], ["ask", "a", "--kind", "foo"]]
    wrong += [
        ["serve", "--port", "x"],
        ["serve", "--port", "99999"],
        ["ask", "a", "--fro"],
        ["remove"],
    ]
    code = f"""
import sys
from ui.cli import main
for arguments in {[[*run, "--help"] for run in runs] + wrong!r}:
    sys.stderr = sys.stdout
    print("§", *arguments)
    try:
        main(arguments)
    except SystemExit:
        pass
"""

    def run(language: str) -> dict[str, str]:
        variables = {**os.environ, "JUWEN_LANGUAGE": language, "PYTHONIOENCODING": "utf-8"}
        ran = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**variables, "LANGUAGE": "de" if language == "zh" else "zh", "COLUMNS": "100"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        parts = ran.stdout.split("§ ")[1:]
        return {first: rest for first, _, rest in (part.partition("\n") for part in parts)}

    return {language: run(language) for language in ("en", "zh")}


def test_english_has_no_chinese(said):
    assert len(said["en"]) == len(COMMANDS) + 11
    for run, text in said["en"].items():
        given = text.replace("--map id=aid,title=标题", "")  # an example of a Chinese export
        assert not HAN.search(given), (run, text)
        assert text.startswith(("Usage: juwen", "Error: ")), run


def test_chinese_has_no_english_words(said):
    for run, text in said["zh"].items():
        assert not CLICKS_WORDS.search(text), (run, text)
        assert text.startswith(("用法： juwen", "错误：")), run
        lines = re.findall(r"^  (?:-\S.*?|\w+)  +(\S.*)$", text, re.MULTILINE)
        assert all(HAN.search(line) for line in lines), (run, lines)
        assert lines or not run.endswith("--help")


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("asc", "没有命令 'asc'"),
        ("ask", "请给出一个问题"),
        ("ask a b", "多余的参数（b）"),
        ("ask a --kind foo", "'foo' 不是"),
        ("serve --port 99999", "不在范围"),
        ("remove", "缺少参数"),
    ],
)
def test_wrong_usage_in_chinese(said, run, words):
    assert "错误：" in said["zh"][run]
    assert words in said["zh"][run]
    assert "查看帮助" in said["zh"][run]


def test_the_catalogue_is_made_of_what_is_translated():
    catalogue = read_catalogue(CATALOGUE.read_text("utf-8"))
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled(catalogue), "python -m ui.locale"
    assert len(catalogue) == CATALOGUE.read_text("utf-8").count("msgid ")


def test_a_translation_keeps_the_places_for_values():
    for key, value in read_catalogue(CATALOGUE.read_text("utf-8")).items():
        places = set(re.findall(r"\{(\w+)", key))
        assert set(re.findall(r"\{(\w+)", value)) <= places, key
