"""What articles are to each other: lines that an account repeats, reprints, digests.

Pure functions over what a library's fingerprints (``index.duplicates.fingerprints``) bring together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from index.duplicates.fingerprints import is_paragraph, line_key, resemblance, shingles
from index.records import Article, Kind, Span
from index.text.rules import load_rules
from index.text.sentences import split_lines

_FEWEST_REPEATS = 5
_LEAST_SHARE = 0.1
FEWEST_INTRODUCED = 3
"""Articles of one account that a paragraph must begin or end to be no part of each of them."""

_MOST_SKIPPED = 0.5
_LEAST_RESEMBLANCE = 0.6
_FEWEST_COPIES = 3
_RULES = load_rules("index.duplicates", "en/digests", "zh/digests")
_DIGEST_TITLE, _LINK_MARK = _RULES.regex("digest_title"), _RULES.regex("link_mark")


@dataclass(frozen=True, slots=True)
class Recurring:
    """What one account repeats.

    Attributes:
        boilerplate: Keys of short lines that begin or end many of its articles.
        introductions: Paragraphs that begin or end several of them: by key, the id of the earliest
            article that has it.
    """

    boilerplate: frozenset[int] = frozenset()
    introductions: Mapping[int, str] = field(default_factory=dict)

    def touching(self, keys: Collection[int]) -> Recurring:
        """The part of it that concerns an article with these keys."""
        return Recurring(
            self.boilerplate.intersection(keys),
            {key: owner for key, owner in self.introductions.items() if key in keys},
        )


@dataclass(frozen=True, slots=True)
class Relation:
    """What an article is to others."""

    kind: Kind
    originals: tuple[str, ...] = ()


def fewest_repeats(articles: int) -> int:
    """In how many of an account's ``articles`` a short line must stand to be boilerplate."""
    return max(_FEWEST_REPEATS, round(_LEAST_SHARE * articles))


def skipped_spans(article: Article, introductions: Mapping[int, str]) -> list[Span]:
    """The column introductions in an article's text that another article is found by.

    They stay in the text. None is skipped where that would leave less than half of the article.
    """
    own = article.article_id
    spans = [
        span
        for span in split_lines(article.text)
        if is_paragraph(line := span.of(article.text))
        and introductions.get(line_key(line), own) != own
    ]
    skipped = sum(span.end - span.start for span in spans)
    return spans if skipped <= _MOST_SKIPPED * len(article.text) else []


def nearly_equal(article: Article, others: Iterable[Article]) -> list[Article]:
    """Those of ``others`` that have most of their 5-character shingles in common with ``article``."""
    own = shingles(article.text)
    return [
        other for other in others if resemblance(own, shingles(other.text)) >= _LEAST_RESEMBLANCE
    ]


def relate(
    article: Article,
    twins: Sequence[Article],
    copied: Mapping[int, Collection[str]],
    linked: Collection[str],
) -> Relation:
    """What ``article`` is, given what was found for it.

    Args:
        twins: The articles with nearly the same text.
        copied: By the key of a paragraph of this article, the ids of others that begin with it.
        linked: Ids of others whose title is a line of this article.
    """
    if not article.text:
        return Relation(Kind.IMAGE_ONLY)
    if twins:
        original = min([article, *twins], key=_seniority)
        if original is not article:
            return Relation(Kind.REPRINT, (original.article_id,))
    equal = {twin.article_id for twin in twins}
    ids = {other for others in copied.values() for other in others} - equal
    marked = is_marked_digest(article)
    if marked:
        ids |= set(linked) - equal
    if ids and (marked or min(len(ids), len(copied)) >= _FEWEST_COPIES):
        return Relation(Kind.DIGEST, tuple(sorted(ids)))
    return Relation(Kind.ARTICLE)


def is_marked_digest(article: Article) -> bool:
    """Whether an article says of itself that it is a round-up of others."""
    links = _LINK_MARK.findall(article.text)
    return len(links) >= _FEWEST_COPIES or _DIGEST_TITLE.search(article.title) is not None


def _seniority(article: Article) -> tuple[date, int, str]:
    """The earliest first, then the longest; an undated one is nobody's original."""
    return article.date or date.max, -len(article.text), article.article_id
