"""Indexing in a process of its own, behind everything else, so that the chat goes on meanwhile.

The process is this module, run with a JSON object on its standard input; it writes one JSON object
a line: ``{"done", "total"}`` as it goes, at the end ``{"summary"}`` or ``{"error"}``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from index.build import Progress, index_articles
from index.errors import JuwenError, LibraryError
from index.location import Location, given_as
from index.records import Problem, Summary

_NICENESS = 10
_SECONDS_BETWEEN = 0.1


def index_apart(paths: Sequence[Path], folder: Location, progress: Progress) -> Summary:
    """``index_articles`` in another process.

    Raises:
        JuwenError: as ``index_articles``, or the process came to an end before its work.
    """
    order = json.dumps({"paths": [str(path) for path in paths], "folder": given_as(folder)})
    with subprocess.Popen(
        [sys.executable, "-m", "ui.chat.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(order)
        process.stdin.close()
        try:
            return _follow(process.stdout, progress)
        finally:
            process.kill()


def _follow(lines: IO[str], progress: Progress) -> Summary:
    for line in lines:
        values: dict[str, Any] = json.loads(line)
        if "error" in values:
            raise JuwenError(**values["error"])
        if "summary" in values:
            counts = values["summary"]
            problems = tuple(
                Problem(**{**one, "details": tuple(one["details"])})
                for one in counts.pop("problems")
            )
            return Summary(**counts, problems=problems)
        progress(values["done"], values["total"])
    raise LibraryError(
        "the process that indexes ended before its work; the library is as it was: send the file again",
        "索引进程提前结束；文章库未变，请重新上传",
    )


def main(order: IO[str], out: IO[str]) -> None:
    """Do what ``order`` says and report on ``out``."""
    values = json.load(order)
    reported = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal reported
        if time.monotonic() - reported >= _SECONDS_BETWEEN or done == total:
            reported = time.monotonic()
            _write(out, {"done": done, "total": total})

    try:
        summary = index_articles(
            [Path(path) for path in values["paths"]], values["folder"], progress=progress
        )
    except JuwenError as error:
        _write(out, {"error": asdict(error.message)})
        return
    problems = [asdict(problem) for problem in summary.problems]
    counts = {name: value for name, value in summary.to_dict().items() if name != "notices"}
    _write(out, {"summary": {**counts, "problems": problems}})


def _write(out: IO[str], values: dict[str, Any]) -> None:
    out.write(json.dumps(values) + "\n")
    out.flush()


if __name__ == "__main__":
    if hasattr(os, "nice"):  # Windows has none
        os.nice(_NICENESS)
    main(sys.stdin, sys.stdout)
