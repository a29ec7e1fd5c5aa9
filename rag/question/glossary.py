"""What the words of an English question are called in Chinese articles.

A glossary of the words of the news (``data/en/glossary.tsv``, written for this). Of each word every
rendering counts that the library has, together as one word, as in structured queries (Pirkola 1998):
what is meant tells which of them stands beside the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Protocol

from index.records import Article
from index.text.language import Language, detect_language
from index.text.rules import load_rules
from index.text.script import fold
from index.text.terms import content_terms, terms
from rag.question.spelling import NAME_CHARACTERS
from rag.question.subject import asking_tokens, tokens_in

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_LONGEST = 4
"""Words of an entry at most."""

_STOP_WORDS = load_rules("index.text", "en/stop_words").words("stop_words")
_LITTLE = {*_STOP_WORDS, *load_rules("rag.question", "en/glossary").words("little")}
_IRREGULAR: Mapping[str, str] = load_rules("rag.question", "en/glossary").table("irregular")
_SPELLED = load_rules("rag.question", "en/glossary").table("spelled")
_RENDERINGS = 4
"""Renderings of a word that are looked for at most."""


class Vocabulary(Protocol):
    """What is asked of a library."""

    def documents(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each of some terms stands; terms in none may be left out."""


@dataclass(frozen=True, slots=True)
class Gloss:
    """A word of a question, or several that are one, with what it is called in Chinese.

    Attributes:
        words: As they stand in the question.
        renderings: Usual ones first.
    """

    words: str
    renderings: tuple[str, ...]


@lru_cache(maxsize=64)
def glosses(question: str) -> tuple[Gloss, ...]:
    """The words of an English question that have renderings, in order, as many at a time as make one; not
    those that only ask.

    >>> [(one.words, one.renderings[0]) for one in glosses("Where are the trade fairs?")]
    [('trade fairs', '展会')]
    """
    if not _is_english(question):
        return ()
    asking = [
        span
        for span, asks in zip(tokens_in(question), asking_tokens(question), strict=True)
        if asks
    ]
    said = [*_WORD.finditer(question)]
    found: list[Gloss] = []
    at = 0
    while at < len(said):
        for size in range(min(_LONGEST, len(said) - at), 0, -1):
            start, end = said[at].start(), said[at + size - 1].end()
            renderings = _renderings([one.group() for one in said[at : at + size]])
            only_asks = any(a <= start and end <= b for a, b, _ in asking)
            if renderings and not (size == 1 and only_asks) and _is_run(question[start:end]):
                found.append(Gloss(question[start:end], renderings))
                at += size
                break
        else:
            at += 1
    return tuple(found)


def terms_for(topic: str, article: Article) -> frozenset[str]:
    """The terms by which an article may be about a topic: of an English word in a Chinese article those of
    the rendering that it has, or else of the usual one."""
    wanted = set(content_terms(topic))
    if article.language is Language.CHINESE and (found := glosses(topic)):
        there = frozenset(terms(f"{article.heading}\n{article.text}"))
        for one in found:
            ways = [frozenset(terms(rendering)) for rendering in one.renderings]
            wanted -= set(content_terms(one.words))
            wanted |= next((way for way in ways if way <= there), ways[0])
    return frozenset(wanted)


def is_said(name: str, text: str) -> bool:
    """Whether a text has a name: as it is written or, of an English one in Chinese words, by what each of
    its words is called and by the characters behind them.

    >>> is_said("carbon fibre", "碳纤维的强度"), is_said("glass fibre", "碳纤维的强度")
    (True, False)
    """
    if fold(name) in fold(text) or not _is_english(name):
        return fold(name) in fold(text)
    own, found = frozenset(terms(text)), glosses(name)
    characters = {term for term in terms(name) if not term.isascii()}
    if not (found or characters) or not characters <= own:
        return False
    return all(any(own.issuperset(terms(way)) for way in one.renderings) for one in found)


def called(question: str, library: Vocabulary) -> list[Gloss]:
    """The same with the renderings that a library has, of the words that have any there."""
    found = glosses(question)
    wanted = {term for one in found for rendering in one.renderings for term in terms(rendering)}
    known = library.documents(wanted) if wanted else {}
    there: list[Gloss] = []
    for one in found:
        having = [r for r in one.renderings if all(known.get(term) for term in terms(r))]
        if having:
            there.append(Gloss(one.words, tuple(having[:_RENDERINGS])))
    return there


def share_called(question: str, found: Sequence[Gloss]) -> float:
    """The share of a question's words that some glosses are of, 0 to 1."""
    words = set(content_terms(question))
    known = {term for one in found for term in content_terms(one.words)}
    return len(known & words) / max(1, len(words))


def _is_english(text: str) -> bool:
    """Whether a text is in English but for the characters behind names (``rag.question.spelling``)."""
    return detect_language(NAME_CHARACTERS.sub(" ", text)) is Language.ENGLISH


def _is_run(text: str) -> bool:
    """Whether words follow each other, with nothing but blanks and hyphens between them."""
    return not re.search(r"[^\w\s'’-]", text)


def _renderings(words: Sequence[str]) -> tuple[str, ...]:
    """What some words together are called; none where no entry has them."""
    entries = _entries()
    as_written = " ".join(word.replace("’", "'").removesuffix("'s") for word in words)
    if len(words) == 1 and as_written.lower() in _LITTLE and not as_written.isupper():
        return ()
    if as_written in entries:
        return entries[as_written]
    for forms in product(*(list(_bases(word.lower())) for word in words)):
        if found := entries.get(" ".join(forms)):
            return found
    return ()


def _bases(word: str) -> Iterator[str]:
    """What an inflected English word may come from, itself first."""
    word = _spelled(word.replace("’", "'").removesuffix("'s"))
    yield word
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    for ending, others in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 1:
            stem = word.removesuffix(ending)
            for other in others:
                yield stem + other
            if ending in _DOUBLED and stem[-1] == stem[-2]:
                yield stem[:-1]


_ENDINGS = (
    ("ies", ("y",)),
    ("es", ("", "e")),
    ("s", ("",)),
    ("ied", ("y",)),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
    ("er", ("", "e")),
    ("est", ("", "e")),
)
_DOUBLED = ("ed", "ing", "er", "est")


def _spelled(word: str) -> str:
    """A word in American spelling."""
    for ending, other in _SPELLED.items():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + str(other)
    return word


@cache
def _entries() -> Mapping[str, tuple[str, ...]]:
    """Entries by their words: as they are written, and in lower case and American spelling."""
    text = (files("rag.question") / "data" / "en" / "glossary.tsv").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        entry, _, said = line.partition("\t")
        renderings = tuple(said.split("|"))
        found[entry] = renderings
        plain = " ".join(map(_spelled, entry.lower().replace("-", " ").split()))
        (found if entry.islower() else names).setdefault(plain, renderings)
    return {**{name: said for name, said in names.items() if name not in _LITTLE}, **found}
