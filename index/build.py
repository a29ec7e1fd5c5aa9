"""The composer of ``index``: files to library, proportional to what changed.

load -> split -> clean -> learn what accounts repeat -> chunk -> embed -> store
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

from index import given
from index.chunk import chunk_article
from index.cleaning.clean import VERSION as CLEANING_VERSION
from index.cleaning.clean import clean
from index.cleaning.metadata import publication_date
from index.cleaning.newspaper_page import split_page
from index.database.identity import Owned, citable_id, owned
from index.duplicates.fingerprints import resemblance, shingles
from index.duplicates.relations import Recurring, skipped_spans
from index.embedding.centring import question_centres
from index.embedding.encoder import PACKAGED, Encoder, passage_text
from index.embedding.load import load_encoder
from index.embedding.workers import Embedding, Workers, open_embedding
from index.errors import LibraryError
from index.library.library import Library
from index.library.staging import Received, Writer
from index.location import Location, location
from index.namesakes import Namesakes, shared_id
from index.opening import open_writer
from index.passages import Passages, Waiting
from index.readers.load import read_articles, suffix_of
from index.records import (
    Article,
    Chunk,
    Problem,
    RawArticle,
    Span,
    Summary,
    digest,
)

_FEWEST_TOKENS = 16

_TELLING_CHARACTERS = 40
_LEAST_COMMON = 0.05
"""Share of their shingles that an article's old and new text have in common, from so many
characters on."""

_BATCH = 200
"""Articles that are received in one transaction."""

Progress = Callable[[int, int], None]
"""Called with the number of articles done and the number in all: 0 while they are still being read."""


def index_articles(
    paths: str | Path | Iterable[str | Path],
    folder: Location | str,
    *,
    columns: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    encoder: Encoder | None = None,
    chunk_tokens: int | None = None,
    sync: bool = False,
    workers: int = 0,
    ray: str = "",
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Put the articles of ``paths`` into the library ``folder``, made where there is none.

    It is a folder, or ``postgresql://user@host/database``.

    Articles that the library holds unchanged cost next to nothing; one that changed replaces
    itself; none is removed without ``sync``. Readers see nothing of it until the end and then all
    of it. Stopped half-way, it leaves the library as it was, and run again it goes on where it
    stopped.

    Args:
        paths: Exports, text files, folders of them and so on (``index.readers.load``); one or several.
        columns: Names that the fields of a table or an export have, by attribute of ``RawArticle``.
        zone: Where the publisher is, by whose day an instant of publication is told; China by default.
        encoder: Embeds the chunks; by default the library's own, or the packaged one for a new library.
        chunk_tokens: Size of a chunk in a new library, 192 by default.
        sync: Make the library equal to ``paths``: take out the articles that are not there. Where
            anything could not be read, or there is no article at all, none is taken out.
        workers: How many processes embed passages; 0 for this one alone. They load the encoder by
            its name. The vectors are the same.
        ray: Address of a Ray cluster that embeds, by ``workers`` tasks at a time, or as many as it
            has processors.
        progress: Told how far the work is.

    Raises:
        LibraryError: the library cannot be written, or was built otherwise; see ``open_writer``.
        EncoderError: the embedding model cannot be loaded, or there is no such cluster.
        GivenError: what was given for a path is none, or for ``workers`` no number.
    """
    many = Workers(given.count("workers", workers), given.text("ray", ray))
    return index_raw(
        read_articles(given.paths("paths", paths), columns=columns, zone=zone),
        location("folder", folder),
        encoder=encoder,
        chunk_tokens=chunk_tokens,
        sync=sync,
        workers=many,
        progress=progress,
    )


def index_raw(
    received: Iterable[RawArticle | Problem],
    folder: Location,
    *,
    encoder: Encoder | None = None,
    chunk_tokens: int | None = None,
    sync: bool = False,
    again: bool = False,
    workers: Workers | None = None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """``index_articles`` for articles that come from elsewhere, one after the other.

    Args:
        again: Clean and cut articles even where the library holds them unchanged.
        workers: Who embeds the passages; by default this process.
    """
    started = time.perf_counter()
    workers = workers or Workers()
    workers.check()
    encoder = encoder or _own_encoder(folder)
    with (
        open_writer(folder, encoder, chunk_tokens, CLEANING_VERSION) as writer,
        open_embedding(encoder, workers) as embedding,
    ):
        job = _Job(writer, encoder, embedding, again=again)
        for done, item in enumerate(received, 1):
            job.take(item)
            progress(done, 0)
        if sync:
            job.retire_unseen()
        job.finish(progress)
    return job.summary(time.perf_counter() - started)


def remove_articles(
    ids: Iterable[str],
    folder: Location,
    *,
    encoder: Encoder | None = None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Take the articles of these ids out of a library, all at the same moment.

    The id of a page stands for all articles on it. What remains is as if the library had never held
    the others: where an account no longer repeats a line, its articles are cut again, and passages
    that this changes are embedded. An id that is not there is a problem and keeps no other from
    being taken out.

    Args:
        encoder: By default the library's own; loaded only where there is something to embed.

    Raises:
        LibraryError: there is no library, or it cannot be written; see ``open_writer``.
        EncoderError: the embedding model is needed and cannot be loaded.
    """
    started = time.perf_counter()
    with Library.open(folder) as library:
        encoder = encoder or load_encoder(library.manifest().encoder)
    with (
        open_writer(folder, encoder, None, CLEANING_VERSION) as writer,
        open_embedding(encoder, Workers()) as embedding,
    ):
        job = _Job(writer, encoder, embedding)
        for article_id in dict.fromkeys(ids):
            job.retire(article_id)
        job.finish(progress)
    return job.summary(time.perf_counter() - started)


def _own_encoder(folder: Location) -> Encoder:
    try:
        with Library.open(folder) as library:
            return load_encoder(library.manifest().encoder)
    except LibraryError:  # there is none yet, or the writer will say what is wrong with it
        return load_encoder(PACKAGED)


class _Job:
    """One run over articles as they come, with what it has counted so far."""

    def __init__(
        self,
        writer: Writer,
        encoder: Encoder,
        embedding: Embedding,
        *,
        again: bool = False,
    ) -> None:
        self._writer = writer
        self._encoder = encoder
        self._again = again
        self._tokens = writer.chunk_tokens
        self._received: list[Received] = []
        self._passages = Passages(writer, embedding)
        self._namesakes = Namesakes(writer, self._owners)
        self._seen: dict[str, str] = {}  # content hash by id
        self._pages: dict[str, list[str]] = {}  # ids of its parts, by page
        self._counts: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._unread = 0
        self._files: dict[
            str, set[int]
        ] = {}  # hashes of the files that articles came from, by suffix

    def take(self, item: RawArticle | Problem) -> None:
        """One article, or what could not be read as one."""
        if isinstance(item, Problem):
            self._report(item)
            self._unread += item.lost
            return
        if suffix := suffix_of(item.origin):
            self._files.setdefault(suffix, set()).add(hash(item.origin))
        named, told = self._namesakes.named(item)
        if told:
            self._report(told)
        for raw in self._parts(named):
            article_id = self._identify(raw)
            if self._is_new(raw, article_id):
                self._receive(raw, article_id)

    def retire(self, article_id: str) -> None:
        """Take out an article, or all articles of a page."""
        part = "#" in article_id and self._writer.published_content(article_id)[0]
        found = [article_id] if part else self._writer.parts_of(article_id)
        if not found and (one := self._writer.id_meant(article_id)):
            found = [one]
        self._writer.retire(found)
        if not found:
            self._report(
                Problem(
                    f"the library has no article {article_id!r}; nothing was removed for it",
                    f"文章库中没有文章 {article_id!r}；未为其移除任何内容",
                    lost=False,
                )
            )

    def retire_unseen(self) -> None:
        """Take out every article that this run has not met, if it could read all there was."""
        unseen = [known for known in self._writer.published_ids() if known not in self._seen]
        if not unseen:
            return
        if self._unread or not self._seen:
            self._report(
                Problem(
                    f"{len(unseen)} articles of the library are not among those read, and none was "
                    "removed, since something could not be read; mend or take away what is named "
                    "above and run it again",
                    f"文章库中有 {len(unseen)} 篇文章不在读取结果中；因有内容无法读取，未移除任何文章。"
                    "请修复或移走上述文件后重新运行",
                    lost=False,
                )
                if self._unread
                else Problem(
                    f"no article was read, so that none of the {len(unseen)} in the library was "
                    "removed; check the path, or delete the library's folder to be rid of all",
                    f"未读到任何文章，因此库中的 {len(unseen)} 篇文章均未移除；"
                    "请检查路径；如要全部删除，请删除文章库目录",
                    lost=False,
                )
            )
            return
        self._writer.retire(unseen)

    def finish(self, progress: Progress) -> None:
        """Cut and embed what was received, and publish it with what is taken out."""
        self._writer.receive(self._received)
        for page, parts in self._pages.items():
            left = set(self._writer.parts_of(page)).difference(parts)
            self._writer.retire([one for one in left if self._is_part(one, page)])
        recurring = self._learn()
        ready = self._writer.ready()
        for done, article_id in enumerate(ready, 1):
            self._prepare(article_id, recurring)
            progress(done - self._passages.under_way, len(ready))
        for under_way in self._passages.finish():
            progress(len(ready) - under_way, len(ready))
        self._counts["removed"] += self._writer.going()
        known = self._writer.has_centres()
        if ready or self._counts["removed"] or not known:
            self._writer.publish(
                recurring=recurring,
                question_centres=None if known else question_centres(self._encoder),
            )
        else:
            self._writer.catch_up()

    def summary(self, seconds: float) -> Summary:
        counts = self._counts
        counts.update(chunks=self._passages.chunks, embedded=self._passages.embedded)
        read = sum(counts[key] for key in ("added", "changed", "unchanged", "repeated", "failed"))
        return Summary(
            read=read,
            seconds=seconds,
            problems=tuple(self._problems),
            files={suffix: len(self._files[suffix]) for suffix in sorted(self._files)},
            **counts,
        )

    def _report(self, problem: Problem) -> None:
        self._problems.append(problem)
        self._counts["failed"] += problem.lost

    def _parts(self, raw: RawArticle) -> list[RawArticle]:
        """The articles of a page; anything else as it is."""
        if not raw.layout.is_page:
            return [raw]
        parts = split_page(raw)
        self._pages.setdefault(raw.article_id, []).extend(part.article_id for part in parts)
        return parts

    def _is_part(self, article_id: str, page: str) -> bool:
        """Whether an article was cut out of a page, and is not one that an export names like a part."""
        owners = self._writer.owners_of(article_id)
        return any(
            not one.content or bool(one.place) == (page in self._namesakes) for one in owners
        )

    def _identify(self, raw: RawArticle) -> str:
        """By which id the article is cited: its own, unless an article of another account has it."""
        aid = raw.article_id

        def is_taken(article_id: str) -> bool:
            return self._writer.is_taken(article_id) or any(
                one.article.article_id == article_id for one in self._received
            )

        owners = self._owners(aid)
        found = citable_id(raw, owners, is_taken)
        if found != aid:
            of_file = any(one.place for one in owners)
            self._report((shared_id if of_file else _shared_aid)(raw, found))
        return found

    def _owners(self, aid: str) -> list[Owned]:
        """The articles that have this aid, those of this run, too."""
        waiting = [one for one in self._received if one.raw.article_id == aid]
        return [
            *self._writer.owners_of(aid),
            *(owned(one.raw, one.article.article_id) for one in waiting),
        ]

    def _is_new(self, raw: RawArticle, article_id: str) -> bool:
        """Whether this is the first article of its id in this run; the first one stands."""
        content = raw.content_hash()
        first = self._seen.setdefault(article_id, "")
        if not first:
            self._seen[article_id] = content
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

    def _receive(self, raw: RawArticle, article_id: str) -> None:
        received = self._seen[article_id]
        content = digest([received, str(CLEANING_VERSION), str(self._tokens)])
        published, empty = self._writer.published_content(article_id)
        if published == content and not self._again:
            # Cleaning would say nothing new, but what is wrong with the article is said each time.
            for problem in publication_date(raw)[1]:
                self._report(problem)
            self._counts["empty"] += empty
            self._counts["unchanged"] += 1
            return
        cleaned = clean(raw, article_id=article_id)
        for problem in cleaned.problems:
            self._report(problem)
        if published and (another := self._replaced_by_another(raw, article_id)):
            self._report(another)
        self._counts["empty"] += not cleaned.article.text
        self._counts["changed" if published else "added"] += 1
        self._received.append(Received(raw, cleaned.article, cleaned.changes, content))
        if len(self._received) >= _BATCH:
            self._writer.receive(self._received)
            self._received.clear()

    def _replaced_by_another(self, raw: RawArticle, article_id: str) -> Problem | None:
        """Said where an article takes the place of one that has little in common with it."""
        (before,) = (
            o for o in self._writer.owners_of(raw.article_id) if o.article_id == article_id
        )
        texts = before.content, raw.content.strip()
        named_alike = raw.title == before.title != raw.article_id
        if named_alike or min(map(len, texts)) < _TELLING_CHARACTERS:
            return None
        if resemblance(*map(shingles, texts)) >= _LEAST_COMMON:
            return None
        return Problem(
            f"the article {article_id!r} of {raw.origin!r} took the place of one with the same id and "
            "quite another text; if that was another article, give each an id of its own and index both",
            f"{raw.origin!r} 中的文章 {article_id!r} 替换了编号相同而内容完全不同的一篇；"
            "如二者并非同一篇，请分别编号后重新索引",
            lost=False,
        )

    def _learn(self) -> dict[str, Recurring]:
        """What the accounts of this run repeat; articles that this concerns anew are received again."""
        recurring = {}
        for account in self._writer.accounts_touched():
            recurring[account], concerned = self._writer.learn(account)
            for article_id in concerned:
                raw = self._writer.published_raw(article_id)
                cleaned = clean(raw, article_id=article_id)
                content, _ = self._writer.published_content(article_id)
                self._writer.receive([Received(raw, cleaned.article, cleaned.changes, content)])
        return recurring

    def _prepare(self, article_id: str, recurring: Mapping[str, Recurring]) -> None:
        """Bring one received article into its final form and let it wait for its vectors."""
        received, keys = self._writer.received(article_id)
        article, changes = received.article, received.changes
        repeated = recurring[article.account].touching(keys)
        if repeated.boilerplate:
            cleaned = clean(received.raw, repeated.boilerplate, article_id)
            article, changes = cleaned.article, cleaned.changes
        skipped = skipped_spans(article, repeated.introductions)
        version = digest(
            [received.content, *map(str, sorted(repeated.boilerplate)), *map(str, skipped)]
        )
        if self._writer.staged_version(article_id) == version:
            return
        chunks = self._chunks(article, skipped)
        self._passages.add(Waiting(article, changes, version, chunks))

    def _chunks(self, article: Article, skipped: Sequence[Span]) -> list[Chunk]:
        """Chunks that the encoder reads whole, title included: smaller ones where need be."""
        tokens = self._tokens
        while True:
            chunks = chunk_article(article, tokens, skipped)
            lengths = self._encoder.count_tokens([passage_text(article, chunk) for chunk in chunks])
            if max(lengths) <= self._encoder.most_tokens or tokens <= _FEWEST_TOKENS:
                return chunks
            tokens //= 2


def _shared_aid(raw: RawArticle, article_id: str) -> Problem:
    account, account_zh = (repr(raw.account),) * 2 if raw.account else ("its account", "该账号")
    return Problem(
        f"the id {raw.article_id!r} of an article of {account} in {raw.origin!r} is also that of an "
        f"article of another account; both are kept, and this one is cited as {article_id!r}",
        f"{raw.origin!r} 中 {account_zh} 的文章编号 {raw.article_id!r} 与其他账号的文章相同；"
        f"两篇均保留，这一篇的引用编号为 {article_id!r}",
        lost=False,
        harmless=True,
    )
