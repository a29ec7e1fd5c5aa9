"""The composer of ``index``: files to library, proportional to what changed.

load -> clean -> chunk -> embed -> store
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunk import chunk_article
from index.clean import VERSION as CLEANING_VERSION
from index.clean import clean
from index.embed import PACKAGED, Encoder, load_encoder, passage_text, question_centres
from index.errors import LibraryError
from index.load import read_articles
from index.records import Article, Chunk, Problem, RawArticle, Summary, digest
from index.store import Library
from index.writer import LibraryWriter, StagedChunk, open_writer

_WINDOW = 256
"""Chunks that are encoded together: enough to sort by length, few enough to lose little."""

_FEWEST_TOKENS = 16

Progress = Callable[[int, int], None]
"""Called with the number of articles done and the number in all."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """An article that waits for its chunks' vectors."""

    raw: RawArticle
    article: Article
    version: str
    chunks: list[Chunk]


def index_articles(
    paths: Sequence[Path],
    folder: Path,
    *,
    encoder: Encoder | None = None,
    chunk_tokens: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Put the articles of ``paths`` into the library ``folder``, made where there is none.

    Articles that the library holds unchanged cost nothing; one that changed replaces itself; none
    is removed. Readers see nothing of it until the end and then all of it. Stopped half-way, it
    leaves the library as it was, and run again it goes on where it stopped.

    Args:
        paths: Exports, text files and folders of them (``index.load``).
        encoder: Embeds the chunks; by default the library's own, or the packaged one for a new library.
        chunk_tokens: Size of a chunk in a new library, 256 by default.
        progress: Told how far the work is.

    Raises:
        LibraryError: the library cannot be written, or was built otherwise; see ``open_writer``.
        EncoderError: the embedding model cannot be loaded.
    """
    return index_raw(
        list(read_articles(paths)),
        folder,
        encoder=encoder,
        chunk_tokens=chunk_tokens,
        progress=progress,
    )


def index_raw(
    received: Sequence[RawArticle | Problem],
    folder: Path,
    *,
    encoder: Encoder | None = None,
    chunk_tokens: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """``index_articles`` for articles that are in memory already."""
    started = time.perf_counter()
    encoder = encoder or _own_encoder(folder)
    with open_writer(folder, encoder, chunk_tokens, CLEANING_VERSION) as writer:
        job = _Job(writer, encoder)
        for done, item in enumerate(received, 1):
            job.take(item)
            progress(done, len(received))
        job.finish()
    return job.summary(time.perf_counter() - started)


def _own_encoder(folder: Path) -> Encoder:
    try:
        with Library.open(folder) as library:
            return load_encoder(library.manifest().encoder)
    except LibraryError:  # there is none yet, or the writer will say what is wrong with it
        return load_encoder(PACKAGED)


class _Job:
    """One run over a list of articles, with what it has counted so far."""

    def __init__(self, writer: LibraryWriter, encoder: Encoder) -> None:
        self._writer = writer
        self._encoder = encoder
        self._tokens = writer.chunk_tokens
        self._pending: list[_Pending] = []
        self._seen: dict[str, str] = {}  # content hash by id
        self._ready: list[str] = []
        self._counts: Counter[str] = Counter()
        self._problems: list[Problem] = []

    def take(self, item: RawArticle | Problem) -> None:
        """One article, or what could not be read as one."""
        if isinstance(item, Problem):
            self._report(item)
        elif self._is_new(item):
            self._take_article(item)

    def finish(self) -> None:
        """Embed what waits and publish all that was taken."""
        self._flush()
        known = self._writer.has_centres()
        if self._ready or not known:
            self._writer.publish(self._ready, None if known else question_centres(self._encoder))

    def summary(self, seconds: float) -> Summary:
        counts = self._counts
        read = sum(counts[key] for key in ("added", "changed", "unchanged", "repeated", "failed"))
        return Summary(read=read, seconds=seconds, problems=tuple(self._problems), **counts)

    def _report(self, problem: Problem) -> None:
        self._problems.append(problem)
        self._counts["failed"] += problem.lost

    def _is_new(self, raw: RawArticle) -> bool:
        """Whether this is the first article of its id in this run; the first one stands."""
        content = raw.content_hash()
        first = self._seen.setdefault(raw.article_id, "")
        if not first:
            self._seen[raw.article_id] = content
        elif first == content:
            self._counts["repeated"] += 1
        else:
            self._report(
                Problem(
                    f"the id {raw.article_id!r} in {raw.origin!r} belongs to an earlier article with "
                    "other text; the first was taken: give this one an id of its own",
                    f"{raw.origin!r} 中的编号 {raw.article_id!r} 与前面另一篇内容不同的文章重复；"
                    "已保留第一篇，请为这一篇另取编号",
                    lost=True,
                )
            )
        return not first

    def _take_article(self, raw: RawArticle) -> None:
        article, problems = clean(raw)
        for problem in problems:
            self._report(problem)
        self._counts["empty"] += not article.text
        version = digest([raw.content_hash(), str(CLEANING_VERSION), str(self._tokens)])
        published = self._writer.published_version(raw.article_id)
        if published == version:
            self._counts["unchanged"] += 1
            return
        self._counts["changed" if published else "added"] += 1
        self._ready.append(raw.article_id)
        if self._writer.staged_version(raw.article_id) == version:
            return
        self._pending.append(_Pending(raw, article, version, self._chunks(article)))
        if sum(len(waiting.chunks) for waiting in self._pending) >= _WINDOW:
            self._flush()

    def _chunks(self, article: Article) -> list[Chunk]:
        """Chunks that the encoder reads whole, title included: smaller ones where need be."""
        tokens = self._tokens
        while True:
            chunks = chunk_article(article, tokens)
            lengths = self._encoder.count_tokens([passage_text(article, chunk) for chunk in chunks])
            if max(lengths) <= self._encoder.most_tokens or tokens <= _FEWEST_TOKENS:
                return chunks
            tokens //= 2

    def _flush(self) -> None:
        """Encode the chunks that wait, all together, and stage their articles."""
        texts = [passage_text(w.article, chunk) for w in self._pending for chunk in w.chunks]
        keys = [digest([text]) for text in texts]
        vectors = self._writer.vectors_of(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        if missing:
            encoded = self._encoder.encode_passages(list(missing.values()))
            vectors |= zip(missing, encoded, strict=True)
        self._counts["embedded"] += len(missing)
        self._counts["chunks"] += len(texts)
        remaining = iter(keys)
        for waiting in self._pending:
            staged = [
                StagedChunk(chunk, key, vectors[key])
                for chunk, key in zip(waiting.chunks, remaining, strict=False)
            ]
            self._writer.stage(waiting.raw, waiting.article, waiting.version, staged)
        self._pending.clear()
