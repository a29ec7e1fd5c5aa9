"""Which articles a title names, for people who know a title and no id."""

from __future__ import annotations

from collections.abc import Iterator

from index.database.database import Statements
from index.text.script import letters

_NEWEST_FIRST = "published ORDER BY date DESC NULLS LAST, row DESC"


def ids_titled(connection: Statements, written: str) -> list[str]:
    """The ids of the published articles of this title, newest first.

    A title that is the same to the letter goes before others. In these, width, script, case, spaces
    and punctuation make no difference, and the column that the title named may stand behind it.
    """
    same = connection.execute(
        f"SELECT article_id FROM article WHERE title = ? AND {_NEWEST_FIRST}", (written,)
    ).fetchall()
    if same:
        return [article_id for (article_id,) in same]
    wanted = letters(written)
    return [
        article_id
        for article_id, title, column in _titles(connection)
        if wanted and wanted in (letters(title), letters(title + column))
    ]


def ids_with_title_like(connection: Statements, written: str, most: int) -> list[str]:
    """The ids of the first ``most`` published articles whose titles hold these words in a row."""
    wanted = letters(written)
    found: list[str] = []
    for article_id, title, column in _titles(connection):
        if wanted and wanted in letters(title + column):
            found.append(article_id)
        if len(found) == most:
            break
    return found


def _titles(connection: Statements) -> Iterator[tuple[str, str, str]]:
    return iter(
        connection.execute(f"SELECT article_id, title, series FROM article WHERE {_NEWEST_FIRST}")
    )
