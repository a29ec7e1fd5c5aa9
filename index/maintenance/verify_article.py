"""Whether an article is what follows from its raw one: text, fingerprints, chunks, relations."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

import numpy as np

from index.cleaning.clean import VERSION as CLEANING_VERSION
from index.cleaning.clean import clean
from index.database.damage import Finding, Mend
from index.database.database import (
    READ_COLUMNS,
    Statements,
    article_seal,
    changes_from_json,
    raw_from_json,
    to_article,
)
from index.database.identity import is_id_of
from index.duplicates.fingerprints import Fingerprint, fingerprints
from index.duplicates.lookup import find_relation, keys_of
from index.duplicates.relations import Recurring, Relation, skipped_spans
from index.embedding.encoder import passage_text
from index.errors import Message
from index.records import Article, Chunk, Kind, RawArticle, Span, digest
from index.search.dense_vectors import is_unit
from index.text.language import Language


def check_article(
    connection: Statements, row: int, repeated: Recurring, tokens: int, dimension: int
) -> Iterator[Finding]:
    """What is wrong with a published article and its chunks.

    Args:
        repeated: What its account repeats.
        tokens: Size of the library's chunks.
        dimension: Of its vectors.
    """
    try:
        yield from _check_derived(connection, row, repeated, tokens)
        yield from _check_chunks(connection, row, dimension)
    except sqlite3.DatabaseError as error:  # bytes that are not text, a date that is not one
        (name,) = connection.execute(
            "SELECT article_id FROM article WHERE row = ?", (row,)
        ).fetchone()
        mend = Mend.ARTICLE if _is_sound(connection, row, tokens) else Mend.SOURCE
        yield _wrong(mend, name, f"cannot be read ({error})", f"无法读取（{error}）")


def _check_derived(
    connection: Statements, row: int, repeated: Recurring, tokens: int
) -> Iterator[Finding]:
    """Whether an article is what follows from its raw one."""
    name, aid, written, changes, content, version, *values = connection.execute(
        f"SELECT article_id, aid, raw, changes, content, version, {READ_COLUMNS} "
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
    its_own = is_id_of(name, raw.article_id)
    if its_own and aid != raw.article_id:
        yield _wrong(Mend.SQL_INDEXES, name, "is filed under another id", "被归在另一编号之下")
    if not its_own or content not in contents:
        yield _wrong(
            Mend.ARTICLE if same and its_own else Mend.SOURCE,
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
    if values[-2] != article_seal(article):
        yield _wrong(Mend.ARTICLE, name, "is not what its checksum says it is", "与其校验和不符")
    yield from _check_relation(connection, row, article)


def _is_sound(connection: Statements, row: int, tokens: int) -> bool:
    """Whether an article of which something cannot be read is as it was when it was received."""
    try:
        name, written, content = connection.execute(
            "SELECT article_id, raw, content FROM article WHERE row = ?", (row,)
        ).fetchone()
        raw = raw_from_json(written)
    except sqlite3.DatabaseError:
        return False
    return is_id_of(name, raw.article_id) and content in _contents(raw, tokens)


def _contents(raw: RawArticle, tokens: int) -> list[str]:
    """The hashes that this and earlier versions give an article; today's last."""
    versions = range(1, CLEANING_VERSION + 1)
    return [digest([raw.content_hash(), str(version), str(tokens)]) for version in versions]


def _plain(article: Article) -> tuple[object, ...]:
    """An article without what it is to others."""
    a = article
    return a.title, a.url, a.date, a.account, a.source, a.language, a.text, a.column


def _stored_fingerprints(connection: Statements, row: int) -> set[Fingerprint]:
    found = keys_of(connection, row)
    return {Fingerprint(part, key) for key, parts in found.items() for part in parts}


def _check_cutting(
    connection: Statements,
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
    chunks = connection.execute('SELECT start, "end" FROM chunk WHERE article = ?', (row,))
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


def _check_relation(connection: Statements, row: int, article: Article) -> Iterator[Finding]:
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


def _check_chunks(connection: Statements, row: int, dimension: int) -> Iterator[Finding]:
    values = connection.execute(
        f"SELECT {READ_COLUMNS} FROM article WHERE row = ?", (row,)
    ).fetchone()
    try:
        article = to_article(values)
    except sqlite3.DatabaseError:
        return  # said already
    name = article.article_id
    chunks = connection.execute(
        'SELECT start, "end", language, passage, vector FROM chunk WHERE article = ? ORDER BY id',
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


def _wrong(mend: Mend, article_id: str, english: str, chinese: str) -> Finding:
    message = Message(f"article {article_id!r} {english}", f"文章 {article_id!r} {chinese}")
    return Finding(mend, article_id, message)
