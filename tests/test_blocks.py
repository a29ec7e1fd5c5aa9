"""What the READMEs show of the command line is what it prints."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def blocks():
    spec = importlib.util.spec_from_file_location("blocks", ROOT / "docs" / "blocks.py")
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.model
def test_the_blocks_are_what_is_printed(blocks, tmp_path):
    blocks.make_samples(tmp_path)
    for language, path in blocks.PAGES.items():
        page = path.read_text("utf-8")
        assert ".venv/bin/juwen" in page
        assert blocks.renewed(page, tmp_path, language) == page, "run python docs/blocks.py"


def test_both_readmes_show_the_same_commands(blocks):
    shown = [
        re.findall(r"^\$ (\S+(?: (?!#)\S+)*)", path.read_text("utf-8"), re.MULTILINE)
        for path in blocks.PAGES.values()
    ]
    program = [[line.split()[0] for line in one] for one in shown]
    assert program[0] == program[1]


def test_both_languages_have_the_same_pages():
    for english in ("README.md", "docs/reference.md", "docs/deploy.md"):
        path = ROOT / english
        chinese = path.with_name(f"{path.stem}.zh-CN.md")
        headings = [
            re.findall(
                r"^#+ ",
                re.sub(r"```.*?```", "", one.read_text("utf-8"), flags=re.DOTALL),
                re.MULTILINE,
            )
            for one in (path, chinese)
        ]
        assert headings[0] == headings[1], english
