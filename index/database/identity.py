"""Which article is meant: an ``aid`` counts within its account, so that an article is known by both.

An article is cited by its aid alone. Where articles of other accounts have the same one, the first
keeps it and each later one is cited as ``aid@account``, the account by the ``__biz`` of the
article's link or else by its name. Each can be named so, the first one, too.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, count
from urllib.parse import unquote

from index.database.database import Statements, raw_from_json
from index.records import RawArticle

_BIZ = re.compile(r"[?&;#]__biz=([^&#\s]+)")
_NOT_IN_IDS = re.compile(r"[\s#]+")
_SEPARATOR = "@"


@dataclass(frozen=True, slots=True)
class Owned:
    """What tells whose an article is: how it is cited, and what it was received with."""

    article_id: str
    url: str
    account: str
    title: str
    content: str


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
    named = f"{aid}{_SEPARATOR}{account_key(raw.url, raw.account)}"
    further = (f"{named}~{number}" for number in count(2))
    return next(name for name in chain((aid, named), further) if not is_taken(name))


def is_id_of(article_id: str, aid: str) -> bool:
    """Whether an article with that aid may be cited by that id."""
    return article_id == aid or article_id.startswith(f"{aid}{_SEPARATOR}")


def owners_of(connection: Statements, aid: str, condition: str = "published") -> list[Owned]:
    """The articles that have this aid, in the order in which they came."""
    rows = connection.execute(
        f"SELECT row, article_id FROM article WHERE aid = ? AND {condition} ORDER BY row", (aid,)
    ).fetchall()
    return [_owned_row(connection, row, article_id) for row, article_id in rows]


def _owned_row(connection: Statements, row: int, article_id: str) -> Owned:
    try:
        (raw,) = connection.execute("SELECT raw FROM article WHERE row = ?", (row,)).fetchone()
        return owned(raw_from_json(raw), article_id)
    except sqlite3.DatabaseError:  # damaged; the same article, received anew, is to mend it
        return Owned(article_id, "", "", "", "")


def owned(raw: RawArticle, article_id: str = "") -> Owned:
    fields = (text.strip() for text in (raw.url, raw.account, raw.title, raw.content))
    return Owned(article_id, *fields)


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
