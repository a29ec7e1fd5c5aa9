"""What can go wrong with an evaluation.

JuwenError
└── EvaluationError    questions, answers or a report that cannot be used as they are
"""

from __future__ import annotations

from pathlib import Path

from index.errors import JuwenError


class EvaluationError(JuwenError):
    """A file of questions, answers or feedback, or a report folder, cannot be used."""


def line_error(path: Path | str, line: int, english: str, chinese: str) -> EvaluationError:
    """An error that names the file and the line; both sentences say how to mend it."""
    name = str(path)
    return EvaluationError(
        f"line {line} of {name!r}: {english}", f"{name!r} 第 {line} 行：{chinese}"
    )


def unreadable(path: Path | str, error: OSError | UnicodeDecodeError) -> EvaluationError:
    """The error of a file that cannot be opened or is not UTF-8 text."""
    name = str(path)
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8"
    return EvaluationError(
        f"{name!r} cannot be read ({reason}); check the path and that it is UTF-8 text",
        f"无法读取 {name!r}（{reason}）；请检查路径，并确认是 UTF-8 文本",
    )


def unwritable(path: Path | str, error: OSError) -> EvaluationError:
    """The error of a report folder that cannot be written."""
    name, reason = str(path), error.strerror or str(error)
    return EvaluationError(
        f"the report cannot be written to {name!r} ({reason}); name another folder, or make room",
        f"无法将报告写入 {name!r}（{reason}）；请指定其他目录，或腾出空间",
    )
