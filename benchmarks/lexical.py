"""Engines for the lexical leg, side by side on the same chunks, questions and machine.

    python benchmarks/lexical.py ARTICLES.json[.gz] QUESTIONS.jsonl [--engines own,fts5] [--copies 1]

Prints one Markdown table. Each step of each engine runs in a process of its own; the rounds of
queries go from engine to engine, so that noise of the machine falls on all, and the best of the
rounds is shown. "Cold" means that the engine's files were put out of the page cache (Linux only).

A document is a chunk: the article's title and at most 220 characters of whole sentences. Every
engine gets the same split tokens, k1 = 1.2, b = 0.75, all terms of a question OR-ed, 100 chunks.
"""

from __future__ import annotations

import argparse
import gzip
import html
import importlib
import importlib.metadata
import importlib.util
import itertools
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.sentences import split_sentences

K1, B = 1.2, 0.75
LIMIT = 100
CHUNK_CHARACTERS = 220
CHANGED = 100
"""Articles added, and articles deleted."""
SMALL = 3_000
"""Articles of the library that is killed, and of the one that is built in two ways."""

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]
Hits = tuple[Ids, Floats]
Document = tuple[int, str]
"""A chunk's id and its tokens, joined by spaces."""


# Tokens


_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_TOKEN = re.compile(rf"[a-z0-9]+(?:[._%\-+/][a-z0-9]+)*%?|[{_HAN}]+")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an the of in on at to for from by with and or is are was were be been has have had do "
        "does did what which who whom whose when where why how that this it its as not",
    )
)


def tokens(text: str) -> list[str]:
    """Bigrams of Han runs, words, numbers and names whole; width and case folded."""
    found: list[str] = []
    for run in _TOKEN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0] >= "\u3400" and len(run) > 1:
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
        elif run not in _STOP:
            found.append(run)
    return found


# Engines. All write a `manifest` with the number of chunks, as a library's generation would be.


class Engine:
    needs: str | None = None
    """The package that it needs, as pip installs it."""
    incremental = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = sqlite3.connect(folder / "articles.db", isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("CREATE TABLE IF NOT EXISTS manifest (chunks INTEGER)")

    def published(self) -> int:
        return int(self.database.execute("SELECT chunks FROM manifest").fetchone()[0])

    def publish(self, change: int) -> None:
        if self.database.execute("UPDATE manifest SET chunks = chunks + ?", (change,)).rowcount < 1:
            self.database.execute("INSERT INTO manifest VALUES (?)", (change,))

    def create(self) -> None: ...
    def build(self, documents: Iterable[Document]) -> None:
        self.create()
        self.add(documents)

    def open(self) -> None: ...
    def add(self, documents: Iterable[Document]) -> None:
        raise NotImplementedError

    def delete(self, documents: Sequence[Document]) -> None:
        raise NotImplementedError

    def search(self, terms: list[str], allowed: Ids | None = None) -> Hits:
        raise NotImplementedError

    def score(self, terms: list[str], ids: Ids) -> Floats:
        raise NotImplementedError

    def count(self) -> int:
        raise NotImplementedError


class Fts5(Engine):
    """SQLite FTS5 in the library's own database: contentless, with positions.

    Without positions (``detail=none``) a contentless table has no term frequencies: see below.
    """

    options = "content='', detail=full"
    delete_one = "INSERT INTO lexical(lexical, rowid, tokens) VALUES ('delete', ?, ?)"

    def create(self) -> None:
        # To the tokenizer "ascii" every character beyond ASCII is part of a word.
        self.database.execute(
            f"CREATE VIRTUAL TABLE lexical USING fts5(tokens, {self.options}, "
            "tokenize=\"ascii tokenchars '._%-+/'\")"
        )

    def add(self, documents: Iterable[Document]) -> None:
        self.database.execute("BEGIN IMMEDIATE")
        added = self.insert(documents)
        self.publish(added)
        self.database.execute("COMMIT")

    def insert(self, documents: Iterable[Document]) -> int:
        return self.database.executemany(
            "INSERT INTO lexical(rowid, tokens) VALUES (?, ?)", documents
        ).rowcount

    def delete(self, documents: Sequence[Document]) -> None:
        self.database.execute("BEGIN IMMEDIATE")
        self.database.executemany(self.delete_one, documents)
        self.publish(-len(documents))
        self.database.execute("COMMIT")

    def search(self, terms: list[str], allowed: Ids | None = None) -> Hits:
        return self._search(terms, allowed, LIMIT)

    def score(self, terms: list[str], ids: Ids) -> Floats:
        found, scores = self._search(terms, ids, len(ids))
        score_of = dict(zip(found.tolist(), scores.tolist(), strict=True))
        return np.asarray([score_of.get(i, 0.0) for i in ids.tolist()], np.float32)

    def _search(self, terms: list[str], allowed: Ids | None, limit: int) -> Hits:
        values: list[Any] = [" OR ".join(f'"{term}"' for term in terms), limit]
        where = ""
        if allowed is not None:
            where = "AND +rowid IN (SELECT value FROM json_each(?))"
            values.insert(1, json.dumps(allowed.tolist()))
        rows = self.database.execute(
            f"SELECT rowid, -bm25(lexical) AS score FROM lexical WHERE lexical MATCH ? {where} "
            "ORDER BY score DESC, rowid LIMIT ?",
            values,
        ).fetchall()
        return np.asarray([row[0] for row in rows], np.int64), np.asarray(
            [row[1] for row in rows], np.float32
        )

    def count(self) -> int:
        return int(self.database.execute("SELECT COUNT(*) FROM lexical_docsize").fetchone()[0])


class Fts5Content(Fts5):
    """FTS5 without positions over a table of tokens, which ``bm25()`` splits again for every match."""

    options = "content='source', content_rowid='id', detail=none"

    def create(self) -> None:
        self.database.execute("CREATE TABLE source (id INTEGER PRIMARY KEY, tokens TEXT)")
        super().create()

    def insert(self, documents: Iterable[Document]) -> int:
        both, again = itertools.tee(documents)
        added = 0
        for some in iter(lambda: list(itertools.islice(both, 1000)), []):
            self.database.executemany("INSERT INTO source VALUES (?, ?)", some)
            added += super().insert(itertools.islice(again, len(some)))
        return added

    def delete(self, documents: Sequence[Document]) -> None:
        super().delete(documents)
        self.database.executemany("DELETE FROM source WHERE id = ?", [d[:1] for d in documents])


class Tantivy(Engine):
    needs = "tantivy"

    def create(self) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", indexed=True, fast=True)
        builder.add_text_field("tokens", tokenizer_name="whitespace", index_option="freq")
        path = self.folder / "tantivy"
        path.mkdir(exist_ok=True)
        self.index = tantivy.Index(builder.build(), str(path))

    def open(self) -> None:
        import tantivy

        self.index = tantivy.Index.open(str(self.folder / "tantivy"))
        self.searcher = self.index.searcher()

    def add(self, documents: Iterable[Document]) -> None:
        import tantivy

        writer = self.index.writer(heap_size=128_000_000, num_threads=1)
        added = 0
        for chunk_id, text in documents:
            document = tantivy.Document()
            document.add_unsigned("id", chunk_id)
            document.add_text("tokens", text)
            writer.add_document(document)
            added += 1
        self._commit(writer, added)

    def delete(self, documents: Sequence[Document]) -> None:
        from tantivy import Query

        writer = self.index.writer(heap_size=128_000_000, num_threads=1)
        # delete_documents_by_term() of an unsigned field deletes nothing (0.27), without an error.
        gone = Query.term_set_query(self.index.schema, "id", [d[0] for d in documents])
        writer.delete_documents_by_query(gone)
        self._commit(writer, -len(documents))

    def _commit(self, writer: Any, change: int) -> None:
        writer.commit()
        self.publish(change)  # a second transaction: the two cannot be one
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def search(self, terms: list[str], allowed: Ids | None = None) -> Hits:
        return self._search(terms, allowed, LIMIT)

    def score(self, terms: list[str], ids: Ids) -> Floats:
        found, scores = self._search(terms, ids, len(ids))
        score_of = dict(zip(found.tolist(), scores.tolist(), strict=True))
        return np.asarray([score_of.get(i, 0.0) for i in ids.tolist()], np.float32)

    def _search(self, terms: list[str], allowed: Ids | None, limit: int) -> Hits:
        from tantivy import Occur, Query

        schema = self.index.schema
        query = Query.boolean_query(
            [(Occur.Should, Query.term_query(schema, "tokens", term, "freq")) for term in terms]
        )
        if allowed is not None:
            chosen = Query.term_set_query(schema, "id", allowed.tolist())
            query = Query.boolean_query(
                [(Occur.Must, query), (Occur.Must, Query.const_score_query(chosen, 0.0))]
            )
        hits = self.searcher.search(query, limit, count=False).hits
        ids = self.searcher.fast_field_values("id", [address for _, address in hits])
        return np.asarray(ids, np.int64), np.asarray([score for score, _ in hits], np.float32)

    def count(self) -> int:
        return int(self.searcher.num_docs)


class Bm25s(Engine):
    needs = "bm25s"
    incremental = False

    def build(self, documents: Iterable[Document]) -> None:
        import bm25s

        vocabulary: dict[str, int] = defaultdict(itertools.count().__next__)
        ids = array("q")
        corpus: list[list[int]] = []
        for chunk_id, text in documents:
            ids.append(chunk_id)
            corpus.append([vocabulary[token] for token in text.split()])
        index = bm25s.BM25(k1=K1, b=B)
        index.index((corpus, dict(vocabulary)), show_progress=False)
        index.save(self.folder / "bm25s")
        np.save(self.folder / "bm25s" / "ids.npy", np.frombuffer(ids, np.int64))
        (published,) = self.database.execute("SELECT MAX(chunks) FROM manifest").fetchone()
        self.publish(len(ids) - (published or 0))

    def open(self) -> None:
        import bm25s

        self.index = bm25s.BM25.load(self.folder / "bm25s", mmap=True)
        self.ids: Ids = np.load(self.folder / "bm25s" / "ids.npy")

    def search(self, terms: list[str], allowed: Ids | None = None) -> Hits:
        mask = None if allowed is None else np.isin(self.ids, allowed)
        known = [term for term in terms if term in self.index.vocab_dict]
        if not known:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        rows, scores = self.index.retrieve(
            [known], k=min(LIMIT, len(self.ids)), show_progress=False, weight_mask=mask
        )
        return self.ids[rows[0]], scores[0]

    def score(self, terms: list[str], ids: Ids) -> Floats:
        found: Floats = self.index.get_scores(terms)[np.searchsorted(self.ids, ids)]
        return found

    def count(self) -> int:
        assert len(self.ids) == self.index.scores["num_docs"]
        return len(self.ids)


class Own(Engine):
    """Postings in the library's database, in segments of at most 65,536 chunks; numpy adds up.

    A segment is written once; a deleted chunk is marked in it. Eight neighbours of a size are merged.
    The frequencies of terms and the mean length are counted over the chunks that live, so that
    scores do not depend on how the library came to be.
    """

    segment_chunks = 65_536
    fan = 8

    def create(self) -> None:
        self.database.executescript(
            "CREATE TABLE lexical_segment (id INTEGER PRIMARY KEY, chunks BLOB, lengths BLOB, live BLOB);"
            "CREATE TABLE lexical_posting (segment INTEGER, term TEXT, postings BLOB, "
            "PRIMARY KEY (segment, term)) WITHOUT ROWID"
        )

    def add(self, documents: Iterable[Document]) -> None:
        self.database.execute("BEGIN IMMEDIATE")
        added = 0
        documents = iter(documents)
        while some := list(itertools.islice(documents, self.segment_chunks)):
            self._write(some)
            self._merge()
            added += len(some)
        self.publish(added)
        self.database.execute("COMMIT")
        self.open()

    def _write(self, documents: list[Document]) -> None:
        number: dict[str, int] = defaultdict(itertools.count().__next__)
        coded, lengths = array("I"), array("H")
        for _, text in documents:
            before = len(coded)
            coded.extend(map(number.__getitem__, text.split()))
            lengths.append(min(len(coded) - before, 65_535))
        names = sorted(number)
        rank = np.empty(len(names), np.int64)
        rank[[number[name] for name in names]] = np.arange(len(names))
        pairs = rank[np.frombuffer(coded, np.uint32)]
        pairs <<= 16
        pairs |= np.repeat(np.arange(len(documents), dtype=np.uint16), lengths)
        pairs.sort()
        firsts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
        counts = np.diff(firsts, append=len(pairs))
        pairs = pairs[firsts]
        bounds = np.searchsorted(pairs, np.arange(len(names) + 1) << 16)
        rows = (pairs & 0xFFFF).astype("<u2")
        small = np.minimum(counts, 255).astype(np.uint8)
        postings = (
            (name, rows[start:end].tobytes() + small[start:end].tobytes())
            for name, start, end in zip(
                names, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True
            )
        )
        chunks = np.asarray([d[0] for d in documents], "<i8")
        self._insert(chunks, np.frombuffer(lengths, np.uint16), postings)

    def _insert(self, chunks: Ids, lengths: Any, postings: Iterable[tuple[str, bytes]]) -> None:
        segment = self.database.execute(
            "INSERT INTO lexical_segment (chunks, lengths, live) VALUES (?, ?, ?)",
            (chunks.tobytes(), lengths.tobytes(), np.ones(len(chunks), np.bool_).tobytes()),
        ).lastrowid
        self.database.executemany(f"INSERT INTO lexical_posting VALUES ({segment}, ?, ?)", postings)

    def _merge(self) -> None:
        """Merge segments while as many as ``fan`` are of one size class, or fill one segment."""
        while True:
            classes: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for segment, size in self.database.execute(
                "SELECT id, length(live) FROM lexical_segment ORDER BY id"
            ):
                if size <= self.segment_chunks // 2:
                    classes[int(np.log(max(size, 1)) / np.log(self.fan))].append((segment, size))
            for members in classes.values():
                fitting = list(itertools.accumulate(size for _, size in members))
                taken = sum(total <= self.segment_chunks for total in fitting)
                if taken > 1 and (taken >= self.fan or fitting[taken - 1] == self.segment_chunks):
                    self._merge_these([segment for segment, _ in members[:taken]])
                    break
            else:
                return

    def _merge_these(self, segments: list[int]) -> None:
        chunks, lengths, new_rows, next_row = [], [], {}, 0
        for segment in segments:
            ids, size, live = self._load(segment)
            new = (np.cumsum(live) - 1 + next_row).astype("<u2")
            new_rows[segment] = new, None if live.all() else live
            next_row += int(live.sum())
            chunks.append(ids[live])
            lengths.append(size[live])

        def joined() -> Iterator[tuple[str, bytes]]:
            cursors = [
                self.database.execute(
                    "SELECT term, segment, postings FROM lexical_posting WHERE segment = ? ORDER BY term",
                    (segment,),
                )
                for segment in segments
            ]
            for term, parts in itertools.groupby(merge(*cursors), key=lambda part: part[0]):
                rows, counts = [], []
                for _, segment, blob in parts:
                    row, count = _unpack(blob)
                    new, live = new_rows[segment]
                    if live is not None:
                        row, count = row[live[row]], count[live[row]]
                    rows.append(new[row])
                    counts.append(count)
                if sum(map(len, rows)):
                    yield term, b"".join(part.tobytes() for part in (*rows, *counts))

        self._insert(np.concatenate(chunks), np.concatenate(lengths), joined())
        for table, column in (("lexical_segment", "id"), ("lexical_posting", "segment")):
            self.database.executemany(
                f"DELETE FROM {table} WHERE {column} = ?", [(segment,) for segment in segments]
            )

    def delete(self, documents: Sequence[Document]) -> None:
        gone = np.asarray([d[0] for d in documents])
        self.database.execute("BEGIN IMMEDIATE")
        for segment in self.segments:
            chunks, _, live = self._load(segment)
            kept = live & ~np.isin(chunks, gone)
            if not np.array_equal(kept, live):
                self.database.execute(
                    "UPDATE lexical_segment SET live = ? WHERE id = ?", (kept.tobytes(), segment)
                )
        self.publish(-len(documents))
        self.database.execute("COMMIT")
        self.open()

    def _load(self, segment: int) -> tuple[Ids, NDArray[np.uint16], NDArray[np.bool_]]:
        chunks, lengths, live = self.database.execute(
            "SELECT chunks, lengths, live FROM lexical_segment WHERE id = ?", (segment,)
        ).fetchone()
        return (
            np.frombuffer(chunks, "<i8"),
            np.frombuffer(lengths, "<u2"),
            np.frombuffer(live, np.bool_),
        )

    def open(self) -> None:
        self.segments = [
            row[0] for row in self.database.execute("SELECT id FROM lexical_segment ORDER BY id")
        ]
        loaded = [self._load(segment) for segment in self.segments]
        self.ids: Ids = np.concatenate([part[0] for part in loaded])
        lengths = np.concatenate([part[1] for part in loaded]).astype(np.float32)
        self.live = np.concatenate([part[2] for part in loaded])
        self.live_chunks = int(self.live.sum())
        mean = lengths[self.live].mean(dtype=np.float64)
        self.norm = (K1 * (1 - B + B / mean * lengths)).astype(np.float32)
        self.place: dict[int, tuple[slice, bool]] = {}
        start = 0
        for segment, (_, _, live) in zip(self.segments, loaded, strict=True):
            self.place[segment] = slice(start, start + len(live)), bool(live.all())
            start += len(live)
        self.row_of = np.full(int(self.ids.max()) + 1, -1, np.int32)
        self.row_of[self.ids[self.live]] = np.flatnonzero(self.live)

    def scores(self, terms: list[str]) -> Floats:
        """BM25 of every chunk, as Lucene has it; zero for what matches nothing."""
        segments = ", ".join(map(str, self.segments))
        found: dict[str, list[tuple[slice, Any, Any]]] = {term: [] for term in terms}
        for term, segment, blob in self.database.execute(
            f"SELECT term, segment, postings FROM lexical_posting WHERE segment IN ({segments}) "
            f"AND term IN ({', '.join('?' * len(terms))})",
            terms,
        ):
            rows, counts = _unpack(blob)
            part, all_live = self.place[segment]
            if not all_live:
                kept = self.live[part][rows]
                rows, counts = rows[kept], counts[kept]
            found[term].append((part, rows, counts))
        scores = np.zeros(len(self.ids), np.float32)
        for parts in found.values():
            frequency = sum(len(rows) for _, rows, _ in parts)
            idf = np.float32(np.log1p((self.live_chunks - frequency + 0.5) / (frequency + 0.5)))
            for part, rows, counts in parts:
                places = rows.astype(np.intp)
                weights = counts.astype(np.float32)
                weights /= weights + self.norm[part].take(places)
                weights *= idf
                np.add.at(scores[part], places, weights)
        return scores

    def search(self, terms: list[str], allowed: Ids | None = None) -> Hits:
        scores = self.scores(terms)
        rows = np.arange(len(scores)) if allowed is None else self.row_of[allowed]
        values = scores if allowed is None else scores[rows]
        # As many blocks as wanted have a maximum of at least ``least``, and so as many values do.
        maxima = values[: len(values) // 64 * 64].reshape(-1, 64).max(1)
        least = np.partition(maxima, -LIMIT)[-LIMIT] if len(maxima) > LIMIT else np.float32(0)
        best = np.flatnonzero((values >= least) & (values > 0))
        order = np.lexsort((self.ids[rows[best]], -values[best]))[:LIMIT]
        return self.ids[rows[best][order]], values[best][order]

    def score(self, terms: list[str], ids: Ids) -> Floats:
        return self.scores(terms)[self.row_of[ids]]

    def count(self) -> int:
        return self.live_chunks


def _unpack(blob: bytes) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Rows and counts of a posting list: two bytes and one byte each."""
    length = len(blob) // 3
    return np.frombuffer(blob, "<u2", length), np.frombuffer(blob, np.uint8, length, 2 * length)


ENGINES: dict[str, tuple[str, type[Engine]]] = {
    "own": ("own, numpy + SQLite", Own),
    "fts5": ("FTS5 contentless", Fts5),
    "fts5-content": ("FTS5 detail=none", Fts5Content),
    "tantivy": ("tantivy", Tantivy),
    "bm25s": ("bm25s", Bm25s),
}


# The data


def prepare(articles: Path, questions: Path, number: int, copies: int, work: Path) -> None:
    """Split the articles once; what the steps read lies in ``work``."""
    opened = gzip.open if articles.suffix == ".gz" else open
    with opened(articles, "rt", encoding="utf-8") as file:
        received = json.load(file)
    with questions.open(encoding="utf-8") as file:
        asked = [json.loads(line) for line in file if line.strip()]
    asked = [q for q in asked if q["kind"] in ("single", "event")]
    asked = asked[:: max(1, len(asked) // number)][:number]
    random.Random(0).shuffle(asked)  # so that the first minute's questions are like all
    gold = {aid for q in asked for aid in (*q["aids"], *q.get("alt_aids", []))}
    numbers = {item["文章标识符aid"]: at for at, item in enumerate(received)}

    free = [at for aid, at in numbers.items() if aid not in gold]
    added = set(free[-CHANGED:])
    deleted = set(free[: -CHANGED : len(free) // CHANGED][:CHANGED])
    article_of = array("i", [-1])
    names = ("base", "added", "deleted", "small")
    files = {name: (work / f"{name}.tsv").open("w", encoding="utf-8") for name in names}
    for _ in range(copies):
        for at, item in enumerate(received):
            for chunk in chunks(item["标题title"] or "", item["finalContent"] or ""):
                line = f"{len(article_of)}\t{' '.join(tokens(chunk))}\n"
                article_of.append(at)
                files["added" if at in added else "base"].write(line)
                if at in deleted:
                    files["deleted"].write(line)
                if at < SMALL and at not in added and len(article_of) < 20 * SMALL:
                    files["small"].write(line)
    for file in files.values():
        file.close()
    np.save(work / "article_of.npy", np.frombuffer(article_of, np.int32))
    records = [
        {
            "terms": list(dict.fromkeys(tokens(q["question"]))),
            "right": [numbers[a] for a in (*q["aids"], *q.get("alt_aids", [])) if a in numbers],
            "skip": [numbers[a] for a in q.get("maybe_aids") or [] if a in numbers],
        }
        for q in asked
    ]
    (work / "questions.json").write_text(json.dumps(records), encoding="utf-8")


def chunks(title: str, content: str) -> Iterator[str]:
    text = html.unescape(content).replace("\r", "\n")
    run = ""
    for span in split_sentences(text):
        sentence = span.of(text)
        for at in range(0, len(sentence), CHUNK_CHARACTERS):
            piece = sentence[at : at + CHUNK_CHARACTERS]
            if run and len(run) + len(piece) > CHUNK_CHARACTERS:
                yield f"{title}\n{run}"
                run = ""
            run += piece
    yield f"{title}\n{run}"


def documents(work: Path, name: str, first: int | None = None) -> Iterator[Document]:
    with (work / f"{name}.tsv").open(encoding="utf-8") as file:
        for line in itertools.islice(file, first):
            chunk_id, _, text = line.rstrip("\n").partition("\t")
            yield int(chunk_id), text


# The steps, each in a process of its own; what they return goes to the parent as JSON.


def step_build(engine: Engine, work: Path) -> dict[str, float]:
    before = peak_memory()
    started = time.perf_counter()
    engine.build(documents(work, "base"))
    took = time.perf_counter() - started
    engine.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"build": took, "build_memory": peak_memory() - before}


def step_query(engine: Engine, work: Path) -> dict[str, Any]:
    questions = json.loads((work / "questions.json").read_text())
    article_of = np.load(work / "article_of.npy")
    if engine.needs:
        importlib.import_module(engine.needs)
    before = memory()
    result: dict[str, Any] = {}
    result["open"] = timed(engine.open)[0]
    result["cold"] = timed(lambda: engine.search(questions[0]["terms"]))[0]
    for path in files_of(engine.folder):
        with path.open("rb") as file:
            while file.read(1 << 22):
                pass
    result["open_warm"] = timed(engine.open)[0]

    times, right1, right5 = [], 0, 0
    tops: list[Ids] = []
    deadline = time.perf_counter() + 60
    for question in questions:
        took, (ids, _) = timed(lambda terms=question["terms"]: engine.search(terms))
        times.append(took)
        tops.append(ids)
        ranked = [a for a in dict.fromkeys(article_of[ids].tolist()) if a not in question["skip"]]
        right1 += bool(set(ranked[:1]) & set(question["right"]))
        right5 += bool(set(ranked[:5]) & set(question["right"]))
        if time.perf_counter() > deadline:
            break
    asked = len(times)
    result |= {"asked": asked, "hit1": right1 / asked, "hit5": right5 / asked}
    result |= {"p50": np.percentile(times, 50), "p95": np.percentile(times, 95)}
    result["memory"] = [now - then for now, then in zip(memory(), before, strict=True)]

    # What a dense leg hands over: 200 chunks, half of them ones that match.
    chance = np.random.default_rng(0)
    everything = np.fromiter((d[0] for d in documents(work, "base")), np.int64)
    allowed = np.sort(chance.choice(everything, len(everything) // 20, replace=False))
    filtered, given = [], []
    for question, top in list(zip(questions, tops, strict=False))[:: max(1, asked // 60)]:
        filtered.append(timed(lambda: engine.search(question["terms"], allowed))[0])  # noqa: B023
        some = np.unique(np.concatenate([top, chance.choice(everything, 200 - len(top))]))
        given.append(timed(lambda: engine.score(question["terms"], some))[0])  # noqa: B023
    result |= {"filter": np.percentile(filtered, 50), "given": np.percentile(given, 50)}
    return result


def step_change(engine: Engine, work: Path) -> dict[str, Any]:
    engine.open()
    added, deleted = list(documents(work, "added")), list(documents(work, "deleted"))
    before = engine.count()
    written = bytes_written()
    result: dict[str, Any] = {"add": timed(lambda: engine.add(added))[0]}
    result["add_written"] = (bytes_written() - written) / 2**20
    result["delete"] = timed(lambda: engine.delete(deleted))[0]
    assert engine.count() == before + len(added) - len(deleted) == engine.published()
    text = added[len(added) // 2]
    terms = list(dict.fromkeys(text[1].split()))[:40]
    assert text[0] in engine.search(terms)[0]
    text = deleted[len(deleted) // 2]
    assert text[0] not in engine.search(list(dict.fromkeys(text[1].split()))[:40])[0]
    questions = json.loads((work / "questions.json").read_text())[::5]
    result["p50_changed"] = np.percentile(
        [timed(lambda q=q: engine.search(q["terms"]))[0] for q in questions], 50
    )
    return result


def step_small(engine: Engine, work: Path) -> None:
    engine.build(documents(work, "small"))


def step_small_add(engine: Engine, work: Path) -> dict[str, float]:
    """The step that is killed. Says on stderr that it begins."""
    added = list(documents(work, "added"))
    if engine.incremental:
        engine.open()
    print("begin", file=sys.stderr, flush=True)
    if engine.incremental:
        return {"took": timed(lambda: engine.add(added))[0]}
    return {"took": timed(lambda: engine.build([*documents(work, "small"), *added]))[0]}


def step_check(engine: Engine, work: Path) -> dict[str, int]:
    engine.open()
    return {"count": engine.count(), "published": engine.published()}


def step_history(engine: Engine, work: Path) -> dict[str, Any]:
    """The lists of all questions, from a library made at once and from one made in steps."""
    questions = json.loads((work / "questions.json").read_text())
    base = list(documents(work, "small"))
    lists = []
    for at, whole in enumerate((True, False)):
        folder = engine.folder / str(at)
        folder.mkdir()
        made = type(engine)(folder)
        made.build(base if whole else base[:-1000])
        made.open()
        for start in () if whole else range(len(base) - 1000, len(base), 100):
            made.add(base[start : start + 100])
        lists.append([made.search(question["terms"]) for question in questions])
    same = [np.array_equal(a[0], b[0]) for a, b in zip(*lists, strict=True)]
    apart = [np.abs(a[1] - b[1]).max(initial=0) for a, b in zip(*lists, strict=True)]
    return {"same": float(np.mean(same)), "apart": float(np.max(apart))}


STEPS: dict[str, Callable[[Engine, Path], Any]] = {
    name.removeprefix("step_"): value
    for name, value in dict(globals()).items()
    if name.startswith("step_")
}


# The parent


class StepError(Exception):
    """A step's process failed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="an export, as `juwen index` takes it")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--number", type=int, default=300, help="of questions")
    parser.add_argument("--copies", type=int, default=1, help="take every article so often")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, name, folder = options.step
        engine = ENGINES[name][1](Path(folder))
        print(json.dumps(STEPS[step](engine, options.articles), default=float))
        return

    names = [name for name in options.engines.split(",") if installed(name)]
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        prepare(options.articles, options.questions, options.number, options.copies, work)
        results = measure(names, work, options.rounds, options.kills)
        counts = {file: sum(1 for _ in (work / f"{file}.tsv").open()) for file in ("base", "added")}
    print(
        f"\n{counts['base']:,} chunks, {counts['added']} added; SQLite {sqlite3.sqlite_version}\n"
    )
    print_table(names, results)


def measure(names: list[str], work: Path, rounds: int, kills: int) -> dict[str, dict[str, Any]]:
    results: dict[str, dict[str, Any]] = {}
    for name in names:
        folder = new_folder(work / name)
        results[name] = run_step("build", name, folder, work)
        results[name]["disk"] = sum(path.stat().st_size for path in files_of(folder)) / 2**20
        progress(name, results[name])
    for _ in range(rounds):
        for name in names:
            for path in files_of(work / name):
                forget_pages(path)
            found = run_step("query", name, work / name, work)
            for key, value in found.items():
                best = min(results[name].get(key, value), value)
                results[name][key] = value if key in ("asked", "hit1", "hit5") else best
            progress(name, found)
    for name in names:
        if ENGINES[name][1].incremental:
            results[name] |= run_step("change", name, work / name, work)
            results[name] |= run_step("history", name, new_folder(work / "history"), work)
        results[name]["killed"] = kill(name, work, kills) if kills else ""
        progress(name, results[name])
    return results


def kill(name: str, work: Path, times: int) -> str:
    """Kill an addition at different moments; what is found afterwards, counted."""
    whole = new_folder(work / "whole")
    run_step("small", name, whole, work)
    old = run_step("check", name, whole, work)["count"]
    trial = work / "trial"
    shutil.rmtree(trial, ignore_errors=True)
    shutil.copytree(whole, trial)
    took = run_step("small_add", name, trial, work)["took"]
    found: dict[str, int] = defaultdict(int)
    for at in range(times):
        shutil.rmtree(trial)
        shutil.copytree(whole, trial)
        child = subprocess.Popen(
            step_command("small_add", name, trial, work),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith("begin"):
                break
        time.sleep(took * (at + 0.5) / times)
        child.send_signal(signal.SIGKILL)
        child.wait()
        try:
            after = run_step("check", name, trial, work)
        except StepError:
            found["broken"] += 1
            continue
        if after["count"] != after["published"]:
            found["mixed"] += 1
        else:
            found["old" if after["count"] == old else "new"] += 1
    return ", ".join(f"{number} {what}" for what, number in sorted(found.items(), reverse=True))


def print_table(names: list[str], results: dict[str, dict[str, Any]]) -> None:
    def milliseconds(key: str) -> Callable[[dict[str, Any]], str]:
        return lambda found: f"{found[key] * 1000:.1f}" if key in found else "rebuild"

    def pair(first: str, second: str) -> Callable[[dict[str, Any]], str]:
        return lambda found: f"{found[first] * 1000:.1f} / {found[second] * 1000:.1f}"

    rows: dict[str, Callable[[dict[str, Any]], str]] = {
        "build, s": lambda found: f"{found['build']:.0f}",
        "build, memory, MiB": lambda found: f"{found['build_memory']:.0f}",
        "disk, MiB": lambda found: f"{found['disk']:.0f}",
        "memory, own + mapped, MiB": lambda found: " + ".join(f"{m:.0f}" for m in found["memory"]),
        "open, cold / warm, ms": pair("open", "open_warm"),
        "first query, cold, ms": milliseconds("cold"),
        "query p50 / p95, ms": pair("p50", "p95"),
        "5 % filter, p50, ms": milliseconds("filter"),
        "scores of 200 given, p50, ms": milliseconds("given"),
        f"add {CHANGED} articles, ms": milliseconds("add"),
        "… written, MiB": lambda found: f"{found.get('add_written', found['disk']):.1f}",
        f"delete {CHANGED} articles, ms": milliseconds("delete"),
        "query p50 after that, ms": milliseconds("p50_changed"),
        "questions asked in 60 s": lambda found: f"{found['asked']}",
        "… of these, hit@1 / hit@5": lambda found: f"{found['hit1']:.3f} / {found['hit5']:.3f}",
        "same lists, built in steps": lambda found: f"{found.get('same', 1):.0%}",
        "… scores apart by": lambda found: f"{found.get('apart', 0):.1e}",
        "killed in an addition": lambda found: found["killed"],
    }
    print("| | " + " | ".join(ENGINES[name][0] for name in names) + " |")
    print("|---|" + "---:|" * len(names))
    for label, cell in rows.items():
        print(f"| {label} | " + " | ".join(cell(results[name]) for name in names) + " |")


def installed(name: str) -> bool:
    package = ENGINES[name][1].needs
    if package is None:
        return True
    if importlib.util.find_spec(package) is None:
        print(f"skipped {name}: python -m pip install --no-deps {package}")
        return False
    print(f"{name} {importlib.metadata.version(package)}")
    return True


def step_command(step: str, name: str, folder: Path, work: Path) -> list[str]:
    return [sys.executable, __file__, str(work), "-", "--step", step, name, str(folder)]


def run_step(step: str, name: str, folder: Path, work: Path) -> dict[str, Any]:
    done = subprocess.run(
        step_command(step, name, folder, work), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StepError(f"{step} of {name}: {done.stderr[-2000:]}")
    found: dict[str, Any] | None = json.loads(done.stdout.splitlines()[-1])
    return found or {}


def progress(name: str, found: dict[str, Any]) -> None:
    shown = {key: round(v, 4) if isinstance(v, float) else v for key, v in found.items()}
    print(name, shown, file=sys.stderr, flush=True)


def new_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def forget_pages(path: Path) -> None:
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = action()
    return time.perf_counter() - started, found


def peak_memory() -> float:
    """Largest resident size of this process so far, in MiB (Linux counts in KiB)."""
    status = Path("/proc/self/status")  # on Linux, getrusage() remembers the parent's
    if status.exists():
        values = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(values["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory() -> tuple[float, float]:
    """Resident memory of this process in MiB: its own, and pages of files that it maps."""
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_memory(), 0.0
    values = dict(line.split(":", 1) for line in status.read_text().splitlines())
    own, mapped = (int(values[key].split()[0]) / 1024 for key in ("RssAnon", "RssFile"))
    return own, mapped


def bytes_written() -> int:
    counters = Path("/proc/self/io")
    if not counters.exists():
        return 0
    return int(dict(line.split(": ") for line in counters.read_text().splitlines())["write_bytes"])


if __name__ == "__main__":
    main()
