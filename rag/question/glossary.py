"""What the words of an English question are called in Chinese articles.

A glossary of the words of the news (``data/en/glossary.tsv``, written for this). Renderings are not told
apart by sense: of a word those count that the library has, and what is meant is the one that stands beside
the others, as in structured queries (Pirkola 1998).
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

_WORD = re.compile(r"[^\W_]+(?:[.&+'’][^\W_]+)*")
_BETWEEN = re.compile(r"[’']?\.?[\s\u2010-\u2013-]+")
"""What stands between words of one entry: blanks and hyphens, the apostrophe of a plural, the dot of "St."."""

_LONGEST = 6
"""Words of an entry at most, those that hyphens join counted one by one."""

_RULES = load_rules("rag.question", "en/glossary")
_LITTLE = {
    *load_rules("index.text", "en/stop_words").words("stop_words"),
    *_RULES.words("little"),
}
_IRREGULAR: Mapping[str, str] = _RULES.table("irregular")
_SPELLED: Mapping[str, str] = _RULES.table("spelled")
_TYPED_SMALL = frozenset(_RULES.words("typed_small"))
_RENDERINGS = 4
"""Renderings of a word that are searched at most."""

_SHORTEST_STEM = 3
_NAMED = re.compile(r"(?<![A-Za-z'’])[A-Za-z'’]{1,60} ?\(([\u4e00-\u9fff/]{1,60})\)")
_CODE = re.compile(r"\b(?:[A-Z]|\w*\d\w*)\b")
"""Numbers, and letters that number something: of another one another thing is told."""


class Vocabulary(Protocol):
    """What is asked of a library."""

    def documents(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each of some terms stands; terms in none may be left out."""


@dataclass(frozen=True, slots=True)
class Gloss:
    """A word of a question, or several that are one, with what it is called in Chinese.

    Attributes:
        start: Where it begins in the question.
        end: Where it ends.
        words: As they stand there.
        renderings: Usual ones first.
    """

    start: int
    end: int
    words: str
    renderings: tuple[str, ...]

    def ways(self) -> list[frozenset[str]]:
        """The terms by which a text may have it, each a set of which it has all: its own, its renderings'."""
        own = frozenset(content_terms(self.words))
        return [*filter(None, [own]), *(frozenset(terms(one)) for one in self.renderings)]


@lru_cache(maxsize=64)
def glosses(question: str) -> tuple[Gloss, ...]:
    """The words of an English question that have renderings, in order, as many at a time as make one; not
    those that only ask.

    >>> [(one.words, one.renderings[0]) for one in glosses("Where are the trade fairs?")]
    [('trade fairs', '展会')]
    """
    if not _is_english(question):
        return ()
    asking = {
        (start, end)
        for (start, end, _), asks in zip(tokens_in(question), asking_tokens(question), strict=True)
        if asks
    }
    said = [*_WORD.finditer(question.lower() if question.isupper() else question)]
    found: list[Gloss] = []
    at = 0
    while at < len(said):
        for size in range(_run(question, said[at : at + _LONGEST]), 0, -1):
            words = said[at : at + size]
            if size == 1 and words[0].span() in asking:
                continue
            if renderings := _renderings([one.group() for one in words]):
                start, end = words[0].start(), words[-1].end()
                found.append(Gloss(start, end, question[start:end], renderings))
                at += size
                break
        else:
            at += 1
    return tuple(found)


def unglossed(question: str, found: Sequence[Gloss]) -> list[str]:
    """The terms of a question besides those of some of its words."""
    left = question
    for one in found:
        left = left[: one.start] + " " * (one.end - one.start) + left[one.end :]
    return content_terms(left)


def called(question: str, library: Vocabulary) -> list[Gloss]:
    """The same with the renderings that a library has, of the words that have any there."""
    found = glosses(question)
    wanted = {term for one in found for rendering in one.renderings for term in terms(rendering)}
    known = library.documents(wanted) if wanted else {}
    there: list[Gloss] = []
    for one in found:
        having = [r for r in one.renderings if all(known.get(term) for term in terms(r))]
        if having:
            there.append(Gloss(one.start, one.end, one.words, tuple(having[:_RENDERINGS])))
    return there


def share_called(question: str, found: Sequence[Gloss]) -> float:
    """The share of a question's words that some glosses are of, 0 to 1."""
    known = sum(len(content_terms(one.words)) for one in found)
    return known / max(1, known + len(unglossed(question, found)))


def terms_for(topic: str, article: Article) -> frozenset[str]:
    """The terms by which an article may be about a topic: of an English word in a Chinese article those of
    the rendering that it has, or else of the usual one."""
    found = glosses(topic) if article.language is Language.CHINESE else ()
    wanted = set(unglossed(topic, found))
    if found:
        there = frozenset(terms(f"{article.heading}\n{article.text}"))
        for one in found:
            usual = frozenset(terms(one.renderings[0]))
            wanted |= next((way for way in one.ways() if way <= there), usual)
    return frozenset(wanted)


def is_said(name: str, text: str) -> bool:
    """Whether a text has a name: as it is written or, of an English one in Chinese words, each of its words
    by what it is called, or by the characters behind it.

    >>> is_said("trade fair", "第二届展会"), is_said("book fair", "第二届展会")
    (True, False)
    """
    folded = fold(text)
    if fold(name) in folded or not _is_english(name):
        return fold(name) in folded
    characters = [match[1].split("/") for match in _NAMED.finditer(name)]
    if not all(any(fold(one) in folded for one in some) for some in characters):
        return False
    plain = _NAMED.sub(" ", name)
    own, found = frozenset(terms(text)), glosses(plain)
    numbered = {code.lower() for code in _CODE.findall(plain)}
    words = [*unglossed(plain, found), *numbered]
    if not (characters or found or words):
        return False
    return own.issuperset(words) and all(any(way <= own for way in one.ways()) for one in found)


def warm_up() -> None:
    """Read the glossary now."""
    _entries()


def _is_english(text: str) -> bool:
    """Whether a text is in English but for the characters behind names (``rag.question.spelling``)."""
    return detect_language(NAME_CHARACTERS.sub(" ", text)) is Language.ENGLISH


def _run(question: str, said: Sequence[re.Match[str]]) -> int:
    """How many of some words, from the first on, nothing but blanks and hyphens parts."""
    size = min(1, len(said))
    while size < len(said):
        if not _BETWEEN.fullmatch(question, said[size - 1].end(), said[size].start()):
            break
        size += 1
    return size


def _renderings(words: Sequence[str]) -> tuple[str, ...]:
    """What some words together are called; none where no entry has them."""
    names, plain = _entries()
    bare = [_bare(word) for word in words]
    if len(bare) == 1 and bare[0].lower() in _LITTLE and not bare[0].isupper():
        return ()
    if found := names.get(" ".join(bare)):
        return found
    for forms in product(*(dict.fromkeys(_bases(word.lower())) for word in bare)):
        if found := plain.get(" ".join(forms)):
            return found
    small = " ".join(bare).lower()
    return _names_in_small().get(small, ()) if len(bare) > 1 or small in _TYPED_SMALL else ()


def _bare(word: str) -> str:
    """A word without what marks a possessive."""
    return word.replace("’", "'").removesuffix("'s")


def _bases(word: str) -> Iterator[str]:
    """What an inflected English word may come from, itself first, all in American spelling."""
    yield _spelled(word)
    if word in _IRREGULAR:
        yield _spelled(_IRREGULAR[word])
        return
    for ending, others in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _SHORTEST_STEM or word.endswith("ss"):
            continue
        for other in others:
            yield _spelled(stem + other)
        if ending in _DOUBLED and stem[-1] == stem[-2]:
            yield _spelled(stem[:-1])


_ENDINGS = (
    ("ies", ("y",)),
    ("s", ("",)),
    ("es", ("e", "")),
    ("ied", ("y",)),
    ("ed", ("e", "")),
    ("ing", ("e", "")),
)
"""Endings with what may stand in their place; "rated" is rather of rate than of rat."""

_DOUBLED = ("ed", "ing")


def _spelled(word: str) -> str:
    """A word in American spelling."""
    for ending, other in _SPELLED.items():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + other
    return word


_Entries = dict[str, tuple[str, ...]]


@cache
def _entries() -> tuple[_Entries, _Entries]:
    """The entries that are names, as they are written, and the others by their words in American spelling."""
    text = (files("rag.question") / "data" / "en" / "glossary.tsv").read_text("utf-8")
    names: _Entries = {}
    plain: _Entries = {}
    for line in text.splitlines():
        entry, _, said = line.partition("\t")
        words = [_bare(word) for word in _WORD.findall(entry)]
        if entry.islower():
            plain.setdefault(" ".join(map(_spelled, words)), tuple(said.split("|")))
        else:
            names.setdefault(" ".join(words), tuple(said.split("|")))
    return names, plain


@cache
def _names_in_small() -> _Entries:
    """The names by their words in small letters, as people type them."""
    return {name.lower(): said for name, said in _entries()[0].items()}
