"""What a question demands of its answer that its words tell: a code that it names, the unit it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from index.records import Article
from index.text.language import detect_language
from index.text.names import Name, NameKind, find_names, fold_name, latin_words, stands_in
from index.text.numbers.quantities import Quantity, find_quantities
from index.text.numbers.units import comparable
from index.text.rules import load_rules
from rag.extractive.candidates import Candidate
from rag.question.abbreviations import is_period
from rag.records import RankedPassage

_ASKED = load_rules("rag.question", "zh/units").regex("asked_unit")
_CURRENCIES = frozenset({"yuan", "US dollar", "euro", "pound", "Hong Kong dollar", "yen"})
_MOST_DECIMALS = 4
_TAKEN_FOR_GRANTED = "中国"
_KNOWN_PLACES = load_rules("index.text", "zh/characters", "zh/names").words("known_place")


def names_another(question: str, article: Article) -> bool:
    """Whether a question names codes (DH-X300), none of which stands in an article.

    A code is spelled alike in every language, and one sign makes it another.
    """
    codes = [
        name
        for name in find_names(question, english=False)
        if name.kind is NameKind.LATIN and _is_code(name.text)
    ]
    if not codes:
        return False
    return not _names_one(codes, article)


def named_first(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sentences of the articles that have the codes of a question before all others."""
    articles = {one.passage.article.article_id: one.passage.article for one in candidates}
    others = {name for name, article in articles.items() if names_another(question, article)}
    return sorted(candidates, key=lambda one: one.passage.article.article_id in others)


def _is_code(text: str) -> bool:
    """GDP9503.33 is a word and its figure."""
    coded = len(text) > 2 and any(one.isdigit() for one in text)
    return coded and "." not in text and not is_period(text)


def is_of_elsewhere(question: str, ranked: Sequence[RankedPassage]) -> bool:
    """Whether a question names well-known places, none of which stands in the articles that were found.

    Articles in another language have other names for them and say nothing. China is taken
    for granted by articles and counts for none.
    """
    known = (one for one in _places(question) if one.text in _KNOWN_PLACES)
    named = [one for one in known if one.text != _TAKEN_FOR_GRANTED]
    return _stand_nowhere(named, question, ranked)


def is_of_unnamed_place(question: str, ranked: Sequence[RankedPassage]) -> bool:
    """The same for places that only their form tells (青屿县), which may be ordinary words: the
    articles may be of there and not say so."""
    told = [one for one in _places(question) if one.text not in _KNOWN_PLACES]
    return _stand_nowhere(told, question, ranked)


def _places(question: str) -> list[Name]:
    return [name for name in find_names(question, english=False) if name.kind is NameKind.PLACE]


def _stand_nowhere(places: Sequence[Name], question: str, ranked: Sequence[RankedPassage]) -> bool:
    language = detect_language(question)
    found = (hit.passage.article for hit in ranked)
    articles = {one.article_id: one for one in found if one.language == language}
    if not places or not articles:
        return False
    return not any(_names_one(places, article) for article in articles.values())


def _names_one(names: Sequence[Name], article: Article) -> bool:
    body = f"{article.heading} {article.account}\n{article.text}"
    folded, words = fold_name(body), latin_words(body)
    return any(stands_in(name, folded, words) for name in names)


def asked_quantity(question: str) -> Quantity | None:
    """One of the unit that a question asks for (多少万元: ten thousand yuan); ``None`` without one."""
    match = _ASKED.search(question)
    if match is None:
        return None
    told = f"{question[: match.start()]} 1{question[match.end() :]}"
    at = match.start() + 1
    return next(
        (one for one in find_quantities(told) if one.start == at and one.unit.dimension), None
    )


def in_another_currency(question: str, candidate: Candidate) -> bool:
    """Whether a question asks for a sum in one currency and a sentence has sums in others alone."""
    asked = asked_quantity(question)
    if asked is None or asked.unit.dimension not in _CURRENCIES:
        return False
    found = {one.unit.dimension for one in find_quantities(candidate.text)}
    return asked.unit.dimension not in found and bool(found & _CURRENCIES)


def converted(question: str, candidate: Candidate) -> tuple[str, str] | None:
    """The figure that answers, as it stands and in the unit that was asked for, where that is another:
    of 多少万元 and 投资15亿元 ``("15亿元", "150,000万元")``.
    """
    asked, words = asked_quantity(question), candidate.words
    if asked is None or words is None:
        return None
    text = candidate.passage.article.text
    stands = _one_figure(text[words.start : words.end], asked)
    match = _ASKED.search(question)
    if stands is None or match is None:
        return None
    written = text[words.start + stands.start : words.start + stands.end]
    unit = f"{question[: match.start()]} 1{question[match.end() :]}"[asked.start + 1 : asked.end]
    if written.endswith(unit) or stands.low != stands.high:
        return None
    number = _spelt(stands.low / asked.low)
    return (written, f"{number}{unit}") if number else None


def _one_figure(words: str, asked: Quantity) -> Quantity | None:
    found: Sequence[Quantity] = [
        one
        for one in find_quantities(words)
        if one.unit.dimension == asked.unit.dimension and comparable(one.unit, asked.unit)
    ]
    return found[0] if len(found) == 1 else None


def _spelt(value: Fraction) -> str:
    """A number in digits; ``""`` where it has too many decimals to be the same."""
    for decimals in range(_MOST_DECIMALS + 1):
        if (value * 10**decimals).denominator == 1:
            return f"{float(value):,.{decimals}f}"
    return ""
