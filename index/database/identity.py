"""Which article is meant: an ``aid`` counts within its account, so that an article is known by both.

An article is cited by its aid alone. Where articles of other accounts have the same one, the first
keeps it and each later one is cited as ``aid@account``, the account by the ``__biz`` of the
article's link or else by its name. Each can be named so, the first one, too. A file's article and one of an
export with the file's name for an aid are two, and files of one name are, too (``index.namesakes``).
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, count
from pathlib import PurePath
from urllib.parse import unquote

from index.database.database import Statements, raw_from_json
from index.records import RawArticle

_BIZ = re.compile(r"[?&;#]__biz=([^&#\s]+)")
_NOT_IN_IDS = re.compile(r"[\s#]+")
_SEPARATOR = "@"
MARK = "~"
"""Between an aid and what tells an article from others that have it."""

_COLLECTIONS = frozenset((".json", ".gz", ".jsonl", ".csv", ".tsv"))
"""Suffixes of files whose articles bring ids of their own."""

_MOST_NAMESAKES = 50


@dataclass(frozen=True, slots=True)
class Owned:
    """What tells whose an article is: how it is cited, and what it was received with.

    ``place`` is that of ``place_of``.
    """

    article_id: str
    url: str
    account: str
    title: str
    content: str
    place: str = ""


class _Likeness(IntEnum):
    """How surely two articles with one aid are of the same account."""

    OTHER = 0
    UNKNOWN = 1  # one of them does not say of which it is
    SAME = 2  # the account's name, the link or the text
    ACCOUNT = 3


def account_key(url: str, account: str) -> str:
    """What tells an account from all others: the ``__biz`` of a link, else its name; ``""`` for none.

    >>> account_key("https://mp.weixin.qq.com/s?__biz=MzA4%3D%3D&mid=1", "青屿发布")
    'MzA4=='
    """
    return _biz(url) or _NOT_IN_IDS.sub(" ", account).strip()


def citable_id(raw: RawArticle, others: Sequence[Owned], is_taken: Callable[[str], bool]) -> str:
    """The id of an article: that of the one of ``others`` which it is, else one that none has.

    Args:
        raw: Its ``article_id`` is the aid.
        others: The articles that have this aid.
        is_taken: Whether an article, with this aid or another, is cited by an id.
    """
    aid, article = raw.article_id, owned(raw)
    best = max(others, key=lambda other: _likeness(article, other), default=None)
    if best is not None and _likeness(article, best) is not _Likeness.OTHER:
        return best.article_id
    key = account_key(raw.url, raw.account)
    named = f"{aid}{_SEPARATOR}{key}" if key else aid
    further = (f"{named}{MARK}{number}" for number in count(2))
    return next(name for name in chain((aid, named), further) if not is_taken(name))


def place_of(raw: RawArticle) -> str:
    """The file that an article is the text of, as an absolute path; ``""`` for one of several in a file.

    What came on standard input has no path: its place is told apart from every file's by having none.
    """
    path = PurePath(raw.origin)
    if not path.stem or path.suffix.lower() in _COLLECTIONS:
        return ""
    if raw.article_id != path.stem and not raw.article_id.startswith(
        (f"{path.stem}#", f"{path.stem}{MARK}")
    ):
        return ""
    return os.path.abspath(raw.origin) if path.suffix else raw.origin


def is_id_of(article_id: str, aid: str) -> bool:
    """Whether an article with that aid may be cited by that id."""
    return article_id == aid or article_id.startswith((f"{aid}{_SEPARATOR}", f"{aid}{MARK}"))


def owners_of(connection: Statements, aid: str, condition: str = "published") -> list[Owned]:
    """The articles that have this aid, in the order in which they came."""
    rows = connection.execute(
        f"SELECT row, article_id FROM article WHERE aid = ? AND {condition} ORDER BY row", (aid,)
    ).fetchall()
    return [_owned_row(connection, row, article_id) for row, article_id in rows]


def namesakes(connection: Statements, stem: str) -> list[str]:
    """The names ``stem~…`` of published files, of very many the latest."""
    rows = connection.execute(
        "SELECT aid FROM article WHERE aid > ? AND aid < ? AND published ORDER BY row DESC LIMIT ?",
        (f"{stem}{MARK}", f"{stem}\x7f", _MOST_NAMESAKES),
    ).fetchall()
    return list(dict.fromkeys(aid.partition("#")[0] for (aid,) in rows))


def _owned_row(connection: Statements, row: int, article_id: str) -> Owned:
    try:
        (raw,) = connection.execute("SELECT raw FROM article WHERE row = ?", (row,)).fetchone()
        return owned(raw_from_json(raw), article_id)
    except sqlite3.DatabaseError:  # damaged; the same article, received anew, is to mend it
        return Owned(article_id, "", "", "", "")


def owned(raw: RawArticle, article_id: str = "") -> Owned:
    return Owned(
        article_id,
        raw.url.strip(),
        raw.account.strip(),
        raw.title.strip(),
        raw.content.strip(),
        place_of(raw),
    )


def ids_named(connection: Statements, written: str) -> list[str]:
    """The ids of the published articles that ``written`` may mean; several where they share an aid.

    It is an aid, an id, or an aid and its account's key.
    """
    if of_aid := owners_of(connection, written):
        return [one.article_id for one in of_aid]
    exact = connection.execute(
        "SELECT article_id FROM article WHERE published AND article_id = ?", (written,)
    ).fetchall()
    if exact:
        return [written]
    return [
        one.article_id
        for match in re.finditer(_SEPARATOR, written)
        for one in owners_of(connection, written[: match.start()])
        if account_key(one.url, one.account) == written[match.end() :]
    ]


def id_meant(connection: Statements, written: str) -> str | None:
    """The id of the one published article that ``written`` means: its own id goes before all else."""
    found = ids_named(connection, written)
    return written if written in found else found[0] if len(found) == 1 else None


def _likeness(one: Owned, other: Owned) -> _Likeness:
    if other.content and bool(one.place) != bool(other.place):
        return _Likeness.SAME if one.content == other.content else _Likeness.OTHER
    keys = _biz(one.url), _biz(other.url)
    if all(keys):
        return _Likeness.ACCOUNT if keys[0] == keys[1] else _Likeness.OTHER
    pairs = (one.account, other.account), (one.url, other.url), (one.content, other.content)
    if any(first and first == second for first, second in pairs):
        return _Likeness.SAME
    return _Likeness.OTHER if one.account and other.account else _Likeness.UNKNOWN


def _biz(url: str) -> str:
    found = _BIZ.search(url)
    return _NOT_IN_IDS.sub("", unquote(found[1])) if found else ""
