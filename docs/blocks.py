"""Prints again what the README's blocks show: ``python docs/blocks.py`` writes it, the tests compare.

A block is ``console``; under each of its lines ``$ .venv/bin/juwen …`` stands what the command prints on
the sample articles, in the language of the page that it is on.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
SAMPLES = "library-samples"

_BLOCK = re.compile(r"(?<=```console\n)\$ \.venv/bin/juwen .*?(?=```)", re.DOTALL)
_COMMAND = re.compile(r"^\$ \.venv/bin/juwen (.*)$", re.MULTILINE)


def printed(arguments: Sequence[str], folder: Path, language: str) -> str:
    """What ``juwen`` prints on standard output, run in ``folder``."""
    code = "from ui.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "JUWEN_LANGUAGE": language, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout


def make_samples(folder: Path) -> None:
    """The library that the blocks ask."""
    with as_file(files("index") / "samples" / "articles.json") as samples:
        printed(["index", str(samples), "--library", SAMPLES], folder, "en")


def renewed(page: str, folder: Path, language: str) -> str:
    """The page with its blocks as they are printed now."""

    def block(found: re.Match[str]) -> str:
        commands = _COMMAND.findall(found[0])
        shown = (
            f"$ .venv/bin/juwen {line}\n{printed(shlex.split(line), folder, language)}"
            for line in commands
        )
        return "".join(shown)

    return _BLOCK.sub(block, page)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_samples(folder)
        for language, path in PAGES.items():
            page = path.read_text("utf-8")
            path.write_text(renewed(page, folder, language), "utf-8")


if __name__ == "__main__":
    main()
