"""Where a question takes for granted what the articles tell otherwise: a figure, a deed, who did it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.records import Article, Span
from index.text.dates import moments
from index.text.language import Language
from index.text.names import Name, NameKind, find_names, fold_name, latin_words, stands_in
from index.text.numbers import quantities
from index.text.numbers.units import ANY, NONE, ORDINAL, RATIO
from index.text.rules import load_patterns, load_rules
from index.text.script import fold
from index.text.sentences import split_sentences
from index.text.terms import content_terms, terms
from rag.extractive.answer import Draft
from rag.extractive.candidates import Candidate
from rag.kinds.pieces import Piece, draft_of, quote_of, share
from rag.question.premise import claims_of
from rag.records import RankedPassage, Support
from rag.verification.negation import negated_apart

_LOOKED_AT = 6
_MUCH = 0.4
"""Share of the question's terms that a sentence and its title have to have to be on the same thing."""

_SAME = 0.6
"""Share of the terms of what is taken for granted, but for the word that is contradicted, that a
sentence and its title have to have."""

_ARTICLES = 5
"""Articles in which the sentence is looked for, the best ones."""

_BESIDE = 2
"""Terms on each side of a deed, of which a clause that tells another has to have one."""

_LOOSE = frozenset({ANY, NONE, ORDINAL, RATIO})
"""Units that say too little of what is counted."""

_STATED = frozenset({quantities.Bound.EXACT, quantities.Bound.ABOUT})

_CLAUSES = load_patterns("rag.question", "premise")["clause_ends"]
_PAIRS = tuple(
    rule.compiled()
    for package, name in (("rag.question", "reversals"), ("rag.verification", "opposites"))
    for language in ("zh", "en")
    for rule in load_rules(package, f"{language}/{name}").values()
)


@dataclass(frozen=True, slots=True)
class Contradicted:
    """What a question takes for granted and the sentence that tells otherwise.

    Attributes:
        asked: The words of the question.
        told: Those of the sentence that stand in their place; ``""`` where it just does not say so.
        titled: Whether the title of the article says the same.
    """

    asked: str
    told: str
    article: Article
    span: Span
    titled: bool = False


def taken_wrongly(
    question: str,
    candidates: Sequence[Candidate],
    articles: Sequence[Sequence[RankedPassage]],
    *,
    sure: bool,
) -> Contradicted | None:
    """What a question takes for granted and the articles tell otherwise.

    Args:
        candidates: The sentences that were read, likeliest first.
        articles: Those that were found, best first.
        sure: Whether the likeliest sentence surely answers: then only that one, or its article's title,
            may tell otherwise.
    """
    reverse = reversed_deed(question, articles)
    if sure:
        best = candidates[0]
        here = reverse is not None and reverse.article == best.passage.article
        return (
            reverse if reverse and here and (reverse.titled or reverse.span == best.span) else None
        )
    if reverse:
        return reverse
    return contradicted(question, candidates) or unnamed_person(question, candidates, articles)


def contradicted(question: str, candidates: Sequence[Candidate]) -> Contradicted | None:
    """The figure that the question takes for granted and the likeliest article gives otherwise.

    Only where that article has the question's figure nowhere: it may tell of several things. A figure
    that bounds (10亿元以上, 不低于) is a condition, which another one does not contradict.

    Args:
        candidates: The sentences that were read, likeliest first.
    """
    stated = (one for one in _figures(question) if one.bound in _STATED)
    for asked in (one for one in stated if one.unit not in _LOOSE):
        for one in candidates[:_LOOKED_AT]:
            if one.features.own + one.features.title < _MUCH:
                continue
            others = [told for told in _figures(one.text) if told.unit == asked.unit]
            if len(others) != 1 or others[0].bound not in _STATED:
                continue
            whole = _figures(one.passage.article.text)
            if not any(quantities.agrees(asked, told) for told in whole):
                said, told = asked, others[0]
                return Contradicted(
                    question[said.start : said.end],
                    one.text[told.start : told.end],
                    one.passage.article,
                    one.excerpt,
                )
    return None


def _figures(text: str) -> Iterator[quantities.Quantity]:
    dates = moments.find_moments(text)
    for one in quantities.find_quantities(moments.blank(text, dates)):
        if not one.passing:
            yield one


def reversed_deed(
    question: str, articles: Sequence[Sequence[RankedPassage]]
) -> Contradicted | None:
    """The deed that the question takes for granted and a sentence on the same thing reverses (推迟 for
    提前, 取消 for 举行, a negation), where no clause of the articles found says it as the question does.

    Args:
        articles: Best first.
    """
    claims = [_undated(fold(claim)) for claim in claims_of(question)]
    found = [hits[0].passage.article for hits in articles] if claims else []
    for claim in claims:
        for pair in _PAIRS:
            if contrary := _reversed(claim, pair, found):
                return contrary
        for article in found[:_ARTICLES]:
            if contrary := _negated(claim, article):
                return contrary
    return None


def _reversed(
    claim: str, pair: re.Pattern[str], articles: Sequence[Article]
) -> Contradicted | None:
    own = list(pair.finditer(claim))
    if len({match.lastgroup for match in own}) != 1:
        return None
    said = own[0]
    before, after = claim[: said.start()], claim[said.end() :]
    of = before.rpartition("的")[2] or before  # of 大桥的票价 it is the fare that rises
    beside = {*content_terms(of)[-_BESIDE:], *content_terms(after)[:_BESIDE]}
    rest = set(content_terms(f"{before} {after}"))
    texts = (clause for one in articles for clause in _clauses_of(f"{one.heading}\n{one.text}"))
    if not beside or any(
        said.lastgroup in _sides(pair, text) and _has(text, beside) for text in texts
    ):
        return None
    for article in articles[:_ARTICLES]:
        sentences = list(_sentences(article, rest))
        for span, sentence in sentences:
            if told := _told(pair, sentence, beside):
                return Contradicted(said[0], told, article, span)
        told = _told(pair, article.heading, beside)
        for span, sentence in sentences if told else ():
            if pair.search(fold(sentence)):
                return Contradicted(said[0], told, article, span, titled=True)
    return None


def _told(pair: re.Pattern[str], text: str, beside: set[str]) -> str:
    """The word of a pair in a clause that has a term of what is asked about."""
    for clause in _clauses_of(text):
        if _has(clause, beside) and (told := pair.search(clause)):
            return told[0]
    return ""


def _undated(claim: str) -> str:
    """A claim without its dates, which stand beside any deed."""
    return moments.blank(claim, moments.find_moments(claim))


def _clauses_of(text: str) -> list[str]:
    return _CLAUSES.split(fold(text))


def _sentences(article: Article, about: set[str]) -> Iterator[tuple[Span, str]]:
    """The sentences of an article that are, with its title, on what is taken for granted."""
    for span in split_sentences(article.text):
        sentence = span.of(article.text)
        if share(frozenset(terms(f"{article.heading} {sentence}")), about) >= _SAME:
            yield span, sentence


def _sides(pair: re.Pattern[str], text: str) -> set[str | None]:
    return {match.lastgroup for match in pair.finditer(text)}


def _has(text: str, wanted: set[str]) -> bool:
    return not wanted.isdisjoint(terms(text))


def _negated(claim: str, article: Article) -> Contradicted | None:
    """What the claim denies and a sentence on the same thing states, or the other way round, and that
    no sentence of its article says as the claim does."""
    for span, sentence in _sentences(article, set(content_terms(claim))):
        words = negated_apart(claim, sentence)
        if words and not any(
            _agrees(claim, one.of(article.text), words) for one in split_sentences(article.text)
        ):
            return Contradicted(words, "", article, span)
    return None


def _agrees(claim: str, sentence: str, words: str) -> bool:
    """Whether a sentence has what is negated, and does not deny the claim."""
    return _has(sentence, set(terms(words)[-1:])) and negated_apart(claim, sentence) is None


def unnamed_person(
    question: str,
    candidates: Sequence[Candidate],
    articles: Sequence[Sequence[RankedPassage]],
) -> Contradicted | None:
    """The person whom the question names and no article found does, with the sentence that has the rest
    of what it says."""
    found = [hits[0].passage.article for hits in articles]
    for name in find_names(question, english=False):
        if name.kind is not NameKind.PERSON or any(_is_named(name, one) for one in found):
            continue
        rest = set(content_terms(question.replace(name.text, " ")))
        for one in candidates[:_LOOKED_AT]:
            about = frozenset(terms(f"{one.passage.article.heading} {one.text}"))
            if len(rest) > 1 and share(about, rest) >= _SAME:
                return Contradicted(name.text, "", one.passage.article, one.excerpt)
    return None


def _is_named(name: Name, article: Article) -> bool:
    text = f"{article.heading}\n{article.text}"
    return article.language == Language.ENGLISH or stands_in(
        name, fold_name(text), latin_words(text)
    )


def corrected(found: Contradicted, language: Language) -> str:
    """What is said first of a question that takes something else for granted, before the sentence."""
    if language is Language.ENGLISH:
        told = f"the article has “{found.told}”" if found.told else "the articles do not say so"
        return f"The question says “{found.asked}”; {told}:"
    told = f"文章写的是“{found.told}”" if found.told else "文章没有这样说，写的是"
    return f"问题里说的是“{found.asked}”，{told}："


def correcting(found: Contradicted, language: Language) -> Draft:
    """The sentence that tells otherwise, behind what it corrects."""
    article, span = found.article, found.span
    blank = " " if language is Language.ENGLISH else ""
    said = f"{corrected(found, language)}{blank}{quote_of(article, span)}"
    return draft_of([Piece(article, span, said, support=Support.PARTIAL)])
