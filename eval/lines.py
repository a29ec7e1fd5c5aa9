"""Files of one JSON object a line: read with line numbers, by file iteration."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eval.errors import line_error, unreadable


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with their line numbers; blank lines are passed over.

    Raises:
        EvaluationError: the file cannot be read, or a line is not a JSON object.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            # File iteration splits on \n alone; str.splitlines would split inside some texts.
            yield from objects(file, path)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def objects(lines: Iterable[str], name: Path | str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of lines, with their numbers.

    Args:
        name: Of what the lines are, for messages.

    Raises:
        EvaluationError: a line is not a JSON object.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _object(name, number, line)


def _object(path: Path | str, number: int, line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise line_error(
            path,
            number,
            "this is not a JSON object; write one object a line, without line breaks inside",
            "不是 JSON 对象；请每行写一个对象，中间不要换行",
        )
    return values
