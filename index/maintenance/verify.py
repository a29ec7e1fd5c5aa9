"""Whether a library is whole: everything that can be worked out again is, and compared.

The raw articles are taken as they are. From them follow the cleaned texts, the fingerprints, what
accounts repeat and what articles are to each other; from the texts the passages and the inverted
index; from the passages' vectors the search index with its means and covariance.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from index.cleaning.clean import VERSION as CLEANING_VERSION
from index.cleaning.clean import clean
from index.database.damage import Finding, Mend
from index.database.database import (
    ARTICLE_COLUMNS,
    DATABASE,
    changes_from_json,
    connect_reader,
    manifest_value,
    raw_from_json,
    said_plainly,
    to_article,
)
from index.database.schema import missing_parts
from index.duplicates.fingerprints import Fingerprint, fingerprints
from index.duplicates.lookup import (
    find_recurring,
    find_relation,
    keys_of,
    make_job_tables,
    stored_recurring,
)
from index.duplicates.relations import Recurring, Relation, skipped_spans
from index.embedding.encoder import passage_text
from index.errors import Message
from index.library.reader import Library
from index.maintenance.verify_search import check_postings, check_vectors
from index.records import Article, Chunk, Kind, RawArticle, Span, digest
from index.search.dense_file import VECTORS, leftovers
from index.search.dense_vectors import is_unit
from index.search.lexical_building import published_chunks
from index.text.language import Language


def verify_library(folder: Path) -> Iterator[Finding]:
    """Everything that is wrong with a library, as it is found; nothing is changed.

    One snapshot is looked at, so that others may write meanwhile.

    Raises:
        LibraryError: there is no library, or of another schema, or nothing in it can be read.
    """
    with Library.connect(folder) as library:
        library.check_schema()
    with said_plainly(folder), closing(connect_reader(folder / DATABASE)) as connection:
        make_job_tables(connection)
        connection.execute("BEGIN")
        try:
            broken = list(_check_database(connection))
            yield from broken
            if broken:
                return  # what is read through wrong indexes says nothing
            misread = list(_check_manifest(connection))
            yield from misread
            if any(finding.mend is Mend.BACKUP for finding in misread):
                return
            yield from _check_articles(connection)
            yield from _check_accounts(connection)
            yield from check_postings(connection)
            if not misread:
                chunks = published_chunks(connection)
                yield from check_vectors(connection, folder / VECTORS, chunks)
        except sqlite3.DatabaseError as error:
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


def _check_manifest(connection: sqlite3.Connection) -> Iterator[Finding]:
    values = {}
    for key, written in connection.execute("SELECT key, value FROM manifest"):
        try:
            values[key] = json.loads(written)
        except ValueError:
            values[key] = None
    for key, kind, mend in (
        ("encoder", str, Mend.BACKUP),
        ("fingerprint", str, Mend.BACKUP),
        ("dimension", int, Mend.BACKUP),
        ("chunk_tokens", int, Mend.BACKUP),
        ("generation", int, Mend.MANIFEST),
        ("cleaning", int, Mend.MANIFEST),
        ("created", str, Mend.MANIFEST),
        ("updated", str, Mend.MANIFEST),
    ):
        if not isinstance(values.get(key), kind):
            yield _of_manifest(mend, key, values.get(key))
    (published,) = connection.execute("SELECT COUNT(*) FROM article WHERE published").fetchone()
    means = values.get("question_means")
    if not _are_means(means, values.get("dimension")) or (published and not means):
        yield _of_manifest(Mend.MANIFEST, "question_means", "…")


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


def _check_articles(connection: sqlite3.Connection) -> Iterator[Finding]:
    tokens = int(manifest_value(connection, "chunk_tokens"))
    dimension = int(manifest_value(connection, "dimension"))
    accounts: dict[str, Recurring] = {}
    rows = connection.execute("SELECT row FROM article WHERE published ORDER BY row").fetchall()
    for (row,) in rows:
        name, account = connection.execute(
            "SELECT article_id, account FROM article WHERE row = ?", (row,)
        ).fetchone()
        if account not in accounts:
            accounts[account] = stored_recurring(connection, account)
        try:
            yield from _check_article(connection, row, accounts[account], tokens)
            yield from _check_chunks(connection, row, dimension)
        except sqlite3.DatabaseError as error:  # bytes that are no text, a date that is none
            mend = Mend.ARTICLE if _is_sound(connection, row, tokens) else Mend.SOURCE
            yield _wrong(mend, name, f"cannot be read ({error})", f"无法读取（{error}）")


def _check_article(
    connection: sqlite3.Connection, row: int, repeated: Recurring, tokens: int
) -> Iterator[Finding]:
    """Whether an article is what follows from its raw one."""
    name, written, changes, content, version, *values = connection.execute(
        f"SELECT article_id, raw, changes, content, version, {ARTICLE_COLUMNS} "
        "FROM article WHERE row = ?",
        (row,),
    ).fetchone()
    try:
        article, recorded = to_article(values), tuple(changes_from_json(changes))
    except sqlite3.DatabaseError:
        yield _wrong(Mend.ARTICLE, name, "has fields that cannot be read", "含有无法读取的字段")
        return
    try:
        raw = raw_from_json(written)
    except sqlite3.DatabaseError:
        yield _wrong(Mend.SOURCE, name, "has lost what was received", "已丢失接收时的原文")
        return
    contents = _contents(raw, tokens)
    received = clean(raw)
    keys = {found.key for found in fingerprints(received.article)}
    touching = repeated.touching(keys)
    cleaned = clean(raw, touching.boilerplate) if touching.boilerplate else received
    same = _plain(cleaned.article) == _plain(article)
    if raw.article_id != name or content not in contents:
        yield _wrong(
            Mend.ARTICLE if same and raw.article_id == name else Mend.SOURCE,
            name,
            "is not what its hash says it was when it was received",
            "与接收时的校验值不符",
        )
        return
    if content == contents[-1]:  # older rules would have given another text
        if not same:
            yield _wrong(
                Mend.ARTICLE, name, "is not what cleaning makes of it", "与清洗原文所得不符"
            )
            return
        if cleaned.changes != recorded:
            yield _wrong(
                Mend.ARTICLE, name, "has a wrong record of what cleaning did", "的清洗记录有误"
            )
        if _stored_fingerprints(connection, row) != set(fingerprints(received.article)):
            yield _wrong(
                Mend.ARTICLE, name, "has other fingerprints than its text", "的指纹与正文不符"
            )
        yield from _check_cutting(connection, row, article, touching, content, version)
    yield from _check_relation(connection, row, article)


def _is_sound(connection: sqlite3.Connection, row: int, tokens: int) -> bool:
    """Whether an article of which something cannot be read is as it was when it was received."""
    try:
        name, written, content = connection.execute(
            "SELECT article_id, raw, content FROM article WHERE row = ?", (row,)
        ).fetchone()
        raw = raw_from_json(written)
    except sqlite3.DatabaseError:
        return False
    return raw.article_id == name and content in _contents(raw, tokens)


def _contents(raw: RawArticle, tokens: int) -> list[str]:
    """The hashes that this and earlier versions give an article; today's last."""
    versions = range(1, CLEANING_VERSION + 1)
    return [digest([raw.content_hash(), str(version), str(tokens)]) for version in versions]


def _plain(article: Article) -> tuple[object, ...]:
    """An article without what it is to others."""
    a = article
    return a.title, a.url, a.date, a.account, a.source, a.language, a.text, a.column


def _stored_fingerprints(connection: sqlite3.Connection, row: int) -> set[Fingerprint]:
    found = keys_of(connection, row)
    return {Fingerprint(part, key) for key, parts in found.items() for part in parts}


def _check_cutting(
    connection: sqlite3.Connection,
    row: int,
    article: Article,
    touching: Recurring,
    content: str,
    version: str,
) -> Iterator[Finding]:
    """Whether an article was cut by what its account repeats, and chunks hold all the rest once."""
    name = article.article_id
    skipped = skipped_spans(article, touching.introductions)
    if version != digest([content, *map(str, sorted(touching.boilerplate)), *map(str, skipped)]):
        yield _wrong(
            Mend.ARTICLE, name, "was cut by other rules than its account's", "的切分与其账号不符"
        )
        return
    covered = np.zeros(len(article.text), np.int8)
    chunks = connection.execute("SELECT start, end FROM chunk WHERE article = ?", (row,))
    for start, end in (*chunks.fetchall(), *((span.start, span.end) for span in skipped)):
        covered[max(start, 0) : max(end, 0)] += 1
    left = any(not article.text[at].isspace() for at in np.flatnonzero(covered == 0).tolist())
    if left or (covered > 1).any():
        yield _wrong(
            Mend.ARTICLE,
            name,
            "has chunks that leave text out or hold it twice",
            "的分块遗漏或重复",
        )


def _check_relation(
    connection: sqlite3.Connection, row: int, article: Article
) -> Iterator[Finding]:
    for other in article.originals:
        if not connection.execute(
            "SELECT 1 FROM article WHERE published AND article_id = ?", (other,)
        ).fetchone():
            yield _wrong(
                Mend.ARTICLE,
                article.article_id,
                f"copies {other!r}, which is not there",
                f"所转载的 {other!r} 不存在",
            )
    stored = Relation(Kind(article.kind), article.originals)
    if stored != find_relation(connection, row):
        yield _wrong(
            Mend.ARTICLE,
            article.article_id,
            "is not to others what their texts say",
            "与其他文章的关系有误",
        )


def _check_chunks(connection: sqlite3.Connection, row: int, dimension: int) -> Iterator[Finding]:
    values = connection.execute(
        f"SELECT {ARTICLE_COLUMNS} FROM article WHERE row = ?", (row,)
    ).fetchone()
    try:
        article = to_article(values)
    except sqlite3.DatabaseError:
        return  # said already
    name = article.article_id
    chunks = connection.execute(
        "SELECT start, end, language, passage, vector FROM chunk WHERE article = ? ORDER BY id",
        (row,),
    ).fetchall()
    if not chunks:
        yield _wrong(Mend.ARTICLE, name, "has no chunk to be found by", "没有可供检索的分块")
    wrong = Counter(
        said
        for start, end, language, passage, vector in chunks
        for said in _wrong_with_chunk(article, start, end, language, passage, vector, dimension)
    )
    for said, times in wrong.items():
        yield _wrong(
            Mend.ARTICLE,
            name,
            f"has {times} chunks {said.english}",
            f"有 {times} 个分块{said.chinese}",
        )


def _wrong_with_chunk(
    article: Article,
    start: int,
    end: int,
    language: str,
    passage: str,
    vector: bytes,
    dimension: int,
) -> Iterator[Message]:
    text = article.text
    if not (0 <= start < end <= len(text) or (start == end == 0 and not text)):
        yield Message("whose span is outside of its text", "的位置超出正文")
        return
    if language not in list(Language):
        yield Message("of no known language", "的语言无法识别")
    chunk = Chunk(Span(start, end), language)
    if passage != digest([passage_text(article, chunk)]):
        yield Message("whose text is not what was embedded", "与嵌入时的文字不符")
    if not is_unit(vector, dimension):
        yield Message("without a vector of length 1", "没有长度为 1 的向量")


def _check_accounts(connection: sqlite3.Connection) -> Iterator[Finding]:
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


def _check_folder(folder: Path) -> Iterator[Finding]:
    for path in sorted(leftovers(folder)):
        message = Message(
            f"the file {path.name!r} was left by a process that was stopped",
            f"文件 {path.name!r} 是被中止的进程留下的",
        )
        yield Finding(Mend.LEFTOVER, path.name, message)


def _wrong(mend: Mend, article_id: str, english: str, chinese: str) -> Finding:
    message = Message(f"article {article_id!r} {english}", f"文章 {article_id!r} {chinese}")
    return Finding(mend, article_id, message)
