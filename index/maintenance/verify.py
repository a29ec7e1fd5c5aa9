"""Whether a library is whole: everything that can be worked out again is, and compared.

The raw articles are taken as they are. From them follow the cleaned texts, the fingerprints, what
accounts repeat and what articles are to each other; from the texts the passages and the inverted
index; from the passages' vectors the search index with its means and covariance.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from index.database.damage import Finding, Mend
from index.database.database import (
    DATABASE,
    IRREPLACEABLE,
    MANIFEST_KINDS,
    Statements,
    connect_reader,
    is_of_kind,
    manifest_value,
    said_plainly,
)
from index.database.faults import is_damage
from index.database.schema import missing_parts
from index.duplicates.lookup import find_recurring, make_job_tables, stored_recurring
from index.duplicates.relations import Recurring
from index.errors import Message
from index.library.reader import FolderLibrary
from index.maintenance.verify_article import check_article
from index.maintenance.verify_search import check_postings, check_vectors
from index.search.dense_file import VECTORS, leftovers
from index.search.lexical_building import published_chunks

_MEANS = "question_means"


def verify_library(folder: Path) -> Iterator[Finding]:
    """Everything that is wrong with a library, as it is found; nothing is changed.

    One snapshot is looked at, so that others may write meanwhile.

    Raises:
        LibraryError: there is no library, or of another schema, or nothing in it can be read.
    """
    with FolderLibrary.connect(folder) as library:
        library.check_schema()
    with said_plainly(folder), closing(connect_reader(folder / DATABASE)) as connection:
        make_job_tables(connection)
        connection.execute("BEGIN")
        try:
            broken = list(_check_database(connection))
            yield from broken
            if broken:
                return  # what is read through wrong indexes says nothing
            misread = list(check_manifest(connection))
            yield from misread
            if any(finding.mend is Mend.BACKUP for finding in misread):
                return
            yield from check_articles(connection)
            yield from check_accounts(connection)
            yield from check_postings(connection)
            yield from check_staged(connection)
            if not misread:
                chunks = published_chunks(connection)
                yield from check_vectors(connection, folder / VECTORS, chunks)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not is_damage(error):
                raise
            yield Finding(
                Mend.BACKUP,
                "",
                Message(
                    f"the database cannot be read to its end ({error})",
                    f"数据库无法完整读取（{error}）",
                ),
            )
    yield from _check_folder(folder)


def _check_database(connection: sqlite3.Connection) -> Iterator[Finding]:
    """SQLite's own checks of pages, indexes and references."""
    for (said,) in connection.execute("PRAGMA integrity_check").fetchall():
        if said == "ok":
            continue
        # "row 7 missing from index …", "wrong # of entries in index …"
        mend = Mend.SQL_INDEXES if " index " in said else Mend.BACKUP
        yield Finding(
            mend, "", Message(f"the database is damaged: {said}", f"数据库已损坏：{said}")
        )
    for name in missing_parts(connection):
        message = Message(f"the database has no {name!r}", f"数据库缺少 {name!r}")
        yield Finding(Mend.SQL_INDEXES, "", message)
    for table, row, _, _ in connection.execute("PRAGMA foreign_key_check").fetchall():
        message = Message(
            f"row {row} of the table {table!r} belongs to an article that is not there",
            f"表 {table!r} 的第 {row} 行所属文章不存在",
        )
        yield Finding(Mend.SQL_INDEXES, "", message)


def check_manifest(connection: Statements) -> Iterator[Finding]:
    """Whether the manifest says all that it should."""
    written = dict(connection.execute("SELECT key, value FROM manifest").fetchall())
    for key in MANIFEST_KINDS:
        if not is_of_kind(key, written.get(key, "")) and key != _MEANS:
            mend = Mend.BACKUP if key in IRREPLACEABLE else Mend.MANIFEST
            yield _of_manifest(mend, key, written.get(key))
    (published,) = connection.execute("SELECT COUNT(*) FROM article WHERE published").fetchone()
    means, dimension = (
        json.loads(written[key]) if is_of_kind(key, written.get(key, "")) else None
        for key in (_MEANS, "dimension")
    )
    if not _are_means(means, dimension) or (published and not means):
        yield _of_manifest(Mend.MANIFEST, _MEANS, "…")


def _are_means(means: object, dimension: object) -> bool:
    if not isinstance(means, dict):
        return False
    try:
        vectors = [np.asarray(mean, np.float64) for mean in means.values()]
    except (TypeError, ValueError):
        return False
    return all(v.shape == (dimension,) and np.isfinite(v).all() for v in vectors)


def _of_manifest(mend: Mend, key: str, value: object) -> Finding:
    message = Message(
        f"the manifest's {key!r} is missing or wrong ({value!r})",
        f"清单中的 {key!r} 缺失或有误（{value!r}）",
    )
    return Finding(mend, key, message)


def check_articles(connection: Statements) -> Iterator[Finding]:
    """Whether each article is what follows from its raw one."""
    tokens = int(manifest_value(connection, "chunk_tokens"))
    dimension = int(manifest_value(connection, "dimension"))
    accounts: dict[str, Recurring] = {}
    rows = connection.execute("SELECT row FROM article WHERE published ORDER BY row").fetchall()
    for (row,) in rows:
        (account,) = connection.execute(
            "SELECT account FROM article WHERE row = ?", (row,)
        ).fetchone()
        if account not in accounts:
            accounts[account] = stored_recurring(connection, account)
        yield from check_article(connection, row, accounts[account], tokens, dimension)


def check_accounts(connection: Statements) -> Iterator[Finding]:
    """Whether what accounts repeat is what their articles say."""
    named = connection.execute(
        "SELECT account FROM article WHERE published UNION SELECT account FROM recurring"
    ).fetchall()
    for (account,) in named:
        if stored_recurring(connection, account) != find_recurring(connection, account):
            message = Message(
                f"what the account {account!r} repeats is recorded wrongly",
                f"公众号 {account!r} 的重复内容记录有误",
            )
            yield Finding(Mend.ACCOUNT, account, message)


def check_staged(connection: Statements) -> Iterator[Finding]:
    """Whether a job has received articles that nobody sees yet."""
    (staged,) = connection.execute("SELECT COUNT(*) FROM article WHERE NOT published").fetchone()
    if staged:
        message = Message(
            f"unfinished: {staged} articles were received by a job that is still running or was "
            "stopped; nothing is lost: go on with the same 'juwen index' command",
            f"未完成：有 {staged} 篇文章已接收但尚未发布，任务仍在运行或曾被中止；"
            "内容没有丢失，请重新运行同一条 juwen index 命令继续",
        )
        yield Finding(Mend.UNFINISHED, "", message)


def _check_folder(folder: Path) -> Iterator[Finding]:
    for path in sorted(leftovers(folder)):
        message = Message(
            f"the file {path.name!r} was left by a process that was stopped",
            f"文件 {path.name!r} 是被中止的进程留下的",
        )
        yield Finding(Mend.LEFTOVER, path.name, message)
