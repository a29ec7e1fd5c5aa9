"""Damage to a library's database: what tells it from other trouble, and what is said of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LibraryError, Message

WITH_A_COPY = Message(
    "put a copy of the folder (as 'juwen backup' makes it) in its place, or index the articles again "
    "into a new folder",
    "请用备份（juwen backup 所建）替换该目录，或将文章重新索引到新目录",
)
"""The way out where nothing in the folder itself can mend it."""

_LOGIC = 1
"""SQLite's code for a statement that does not fit the tables (SQLITE_ERROR)."""

_NO_DATABASE = 26
"""SQLite's code for a file that is none of its own (SQLITE_NOTADB)."""

_KEYS_UNREAD = re.compile(r"decode to UTF-8 column '(?:article_id|key|value)'")


class DamagedError(LibraryError):
    """A library cannot be read because its database is damaged."""


class LostError(sqlite3.DatabaseError):
    """What is damaged can be worked out from nothing else in the database."""


def is_damage(error: Exception) -> bool:
    """Whether what was read says that it is damaged, and not that it could not be read just now."""
    if isinstance(error, sqlite3.OperationalError):
        # Text whose bytes are none, or tables that are not those of a library.
        return "decode" in str(error) or _code_of(error) == _LOGIC
    return not isinstance(error, (sqlite3.ProgrammingError, OSError))


@contextmanager
def lost_if_damaged() -> Iterator[None]:
    """Say of damage to what is read inside that nothing can mend it.

    Raises:
        LostError: for every error that ``is_damage``.
    """
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        raise LostError(str(error)) from error


def damaged(folder: Path, error: Exception) -> DamagedError:
    """What is said of a damaged library: whether a repair can mend it, or a copy is needed."""
    what = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(error))
    english = f"the library {str(folder)!r} is damaged ({what}); "
    chinese = f"文章库 {str(folder)!r} 已损坏（{what}）；"
    if _is_lost(error):
        return DamagedError(english + WITH_A_COPY.english, chinese + WITH_A_COPY.chinese)
    return DamagedError(
        english
        + f"mend it with 'juwen repair --library {folder}', or put a copy of the folder in its place",
        chinese + f"请用 juwen repair --library {folder} 修复，或用备份替换",
    )


def _is_lost(error: Exception) -> bool:
    if isinstance(error, (LostError, UnicodeDecodeError)):  # SQLite's own messages are UTF-8
        return True
    return _code_of(error) == _NO_DATABASE or bool(_KEYS_UNREAD.search(str(error)))


def _code_of(error: Exception) -> int:
    """SQLite's primary code of an error; 0 for one that is not SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
