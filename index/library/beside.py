"""What lies in a library's folder beside its articles: notes that can be made again, readers' feedback."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from index.errors import LibraryError

FEEDBACK = "feedback.jsonl"
"""What readers said, in the form that ``eval.feedback`` reads."""


def read_note(folder: Path, name: str) -> str | None:
    """What ``keep_note`` kept, ``None`` where there is nothing that can be read."""
    path = folder / name
    with suppress(OSError, ValueError):
        return path.read_text("utf-8") if path.is_file() else None
    return None


def keep_note(folder: Path, name: str, text: str) -> None:
    """Keep a text in a file of the folder, where that can be written."""
    path = folder / name
    with suppress(OSError):
        partial = path.with_suffix(".part")
        partial.unlink(missing_ok=True)  # whatever lies there, it may be no file
        partial.write_text(text, "utf-8")
        partial.replace(path)


def store_feedback(folder: Path, line: Mapping[str, Any]) -> None:
    """Add one line to the library's feedback, whole or not at all.

    Raises:
        LibraryError: it cannot be written.
    """
    path = folder / FEEDBACK
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8")
    try:
        _check_file(path)
        with FileLock(f"{path}.lock", timeout=10), path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, TimeoutError) as error:
        raise LibraryError(
            f"the feedback could not be written to {str(path)!r} ({error}); check that the folder "
            "is writable and the disk has room",
            f"无法将反馈写入 {str(path)!r}（{error}）；请检查目录权限与磁盘空间",
        ) from error


def read_lines(folder: Path) -> list[str]:
    """The lines of the library's feedback, oldest first.

    Raises:
        LibraryError: they cannot be read.
    """
    path = folder / FEEDBACK
    try:
        _check_file(path)
        return path.read_text("utf-8-sig").split("\n") if path.exists() else []
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"the feedback in {str(path)!r} cannot be read ({error}); mend the file or take it away",
            f"无法读取 {str(path)!r} 中的反馈（{error}）；请修复或移走该文件",
        ) from error


def _check_file(path: Path) -> None:
    """Refuse what is there and no file, before it is opened: a pipe would keep its reader for ever.

    Raises:
        OSError: it is a folder, a pipe or a device.
    """
    if path.exists() and not path.is_file():
        raise OSError("it is no file")
