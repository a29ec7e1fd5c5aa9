"""What passes between the stages of ``index``: frozen records, from the raw article to the chunk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from index.errors import Message


class Layout(StrEnum):
    """What the text of a raw article is."""

    POST = "post"
    PAGE = "page"
    """A page read by OCR, which may hold several articles."""
    PART = "part"
    """One of the articles of a page that was cut already."""
    RECOGNISED = "recognised"
    """A page whose text was recognised from a picture of it when it was indexed."""
    RECOGNISED_PART = "recognised-part"

    @property
    def is_page(self) -> bool:
        """Whether it may hold several articles."""
        return self in (Layout.PAGE, Layout.RECOGNISED)

    @property
    def is_recognised(self) -> bool:
        return self in (Layout.RECOGNISED, Layout.RECOGNISED_PART)

    @property
    def of_part(self) -> Layout:
        """The layout of an article that is cut out of such a page."""
        return Layout.RECOGNISED_PART if self.is_recognised else Layout.PART


@dataclass(frozen=True, slots=True)
class RawArticle:
    """An article exactly as it was received: the six fields of a WeChat export.

    Attributes:
        article_id: ``文章标识符aid``; for a file that is one article the file's stem.
        title: ``标题title``.
        url: ``链接url``, ``""`` where there is none.
        time: ``时间time`` as written, ``YYYY/M/D`` or ``""``.
        account: ``公众号名称``, the public account that published it.
        content: ``finalContent``, the text with everything that is wrong with it.
        origin: The file it came from, for messages; not part of its identity.
        layout: A page is cut into its articles, and what OCR does to one, or to a part of it, is
            undone.
    """

    article_id: str
    title: str
    url: str
    time: str
    account: str
    content: str
    origin: str = ""
    layout: Layout = Layout.POST

    def content_hash(self) -> str:
        """Hash of all but the origin: two articles with the same hash are the same article."""
        kept = (str(getattr(self, f.name)) for f in fields(self) if f.name != "origin")
        return digest(kept)


class Kind(StrEnum):
    """What an article is among the others of its library."""

    ARTICLE = "article"
    IMAGE_ONLY = "image-only"
    """A post without text: found by its title alone."""
    DIGEST = "digest"
    """A round-up that copies the beginnings of other posts."""
    REPRINT = "reprint"
    """Nearly the same text as an earlier or longer article."""


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article.

    Attributes:
        text: The cleaned text. Every span of this project is a pair of character offsets into it.
        date: The publication date, ``None`` where the article gives none.
        source: Where it was reprinted from, by its own credit line; ``""`` for an original.
        language: ``"zh"``, ``"en"`` or ``"other"``.
        column: The series that it belongs to, by the tag at the end of its title; ``""`` for none.
        kind: What it is among the others.
        originals: Ids of the articles that a reprint or digest copies.
        recognised: Whether its text was recognised from a picture, and may hold errors.
    """

    article_id: str
    title: str
    url: str
    date: date | None
    account: str
    text: str
    source: str
    language: str
    column: str = ""
    kind: Kind = Kind.ARTICLE
    originals: tuple[str, ...] = ()
    recognised: bool = False

    @property
    def heading(self) -> str:
        """The title with its column, as the account wrote it."""
        return "｜".join(part for part in (self.title, self.column) if part)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of an article's cleaned text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def moved(self, by: int) -> Span:
        """The same characters, of a text that begins ``by`` characters earlier."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Change:
    """What one cleaning rule did: the raw characters ``span`` became ``put`` (``""``: taken out)."""

    rule: str
    span: Span
    put: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an article's cleaned text: what is embedded and found.

    An article without text has one chunk with an empty span, found by its title.
    """

    span: Span
    language: str


@dataclass(frozen=True, slots=True)
class Problem(Message):
    """Something about an input that its owner should know.

    Attributes:
        lost: An article was not taken.
        harmless: Nothing that could be read was lost: it is said, and the work counts as done.
        details: What one line says of many, one by one: names of files, with how many of what.
    """

    lost: bool
    harmless: bool = False
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the library hands it out, with the article that it belongs to."""

    chunk_id: int
    article: Article
    span: Span
    language: str

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True)
class Summary:
    """What one indexing run did.

    ``read`` counts every article met; it is the sum of ``added``, ``changed``, ``unchanged``,
    ``repeated`` (the same article met twice) and ``failed``. ``empty`` counts those, among the
    others, that have no text and can be found by their title alone; ``removed`` those that were
    taken out; ``files`` the files that articles came from, by suffix.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    empty: int = 0
    failed: int = 0
    removed: int = 0
    chunks: int = 0
    embedded: int = 0
    seconds: float = 0.0
    problems: tuple[Problem, ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)

    @property
    def faulty(self) -> bool:
        """Whether anything that could be read was lost."""
        return any(not problem.harmless for problem in self.problems)

    def to_dict(self) -> Mapping[str, object]:
        counts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "problems"}
        return {
            **counts,
            "problems": [problem.english for problem in self.problems if not problem.harmless],
            "notices": [problem.english for problem in self.problems if problem.harmless],
        }


def digest(parts: Iterable[str]) -> str:
    """SHA-256 over ``parts``, each with its length in front, so that no two lists run together."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(f"{len(data)}:".encode())
        state.update(data)
    return state.hexdigest()


def well_formed(text: str) -> str:
    """``text`` with U+FFFD for lone surrogates, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
