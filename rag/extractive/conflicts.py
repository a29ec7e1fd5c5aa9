"""Where articles give different figures or days for the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.records import Article, Passage, Span
from index.text.clauses import CLAUSE_ENDS, clauses_of
from index.text.names import latin_words
from index.text.sentences import split_sentences
from index.text.terms import content_terms, terms
from rag.extractive.answer import Draft, join_sentences
from rag.extractive.candidates import Candidate
from rag.extractive.figures import Figure, agree, figures_at, figures_of, same_kind
from rag.extractive.matter import has_what_is_asked, same_matter
from rag.records import AnswerSentence, RankedPassage, Support, citation

_AS_MUCH = 0.9
"""Share of what the best sentence tells of the question that another has to tell, too."""

_MUCH = 0.5
_LEAST_SHARE = 0.01

_ABOUT_IT = 0.7
"""The same share where the reader is sure of both sentences."""

_SURE = 0.5
"""The reader's logits, of words and of a passage, from which on it is sure."""

_RETOLD = 0.35
"""Share of a sentence's terms that another has that tells the same in other words."""

_NOT_SURE = 2
"""How many sentences of an answer that is not sure are looked at."""

_ENDS = f"{CLAUSE_ENDS}。！？.!? "
_FIGURE = "\0"
"""Stands in a clause for the figure that answers."""


@dataclass(frozen=True, slots=True)
class Said:
    """A figure or day as an article gives it."""

    figure: str
    published: date | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sentences that give different figures for the same, and what they say."""

    one: Candidate
    other: Candidate
    said: tuple[Said, Said]


def disagreement(
    question: str,
    candidates: Sequence[Candidate],
    articles: Sequence[Sequence[RankedPassage]] = (),
    *,
    sure: bool = True,
) -> Disagreement | None:
    """The sentence of another article that answers as the likeliest one of all does, with another
    figure; ``None`` where there is none.

    It says the same word for word but for its figure, as far as neither is cut, or is likely to answer
    itself. Of a reprint or digest and what it copies only the former tells anything.

    Args:
        candidates: Likeliest first.
        articles: All that were found, those that copy others among them, which are not read.
        sure: Whether the likeliest sentence answers; where it may not, the next is looked at as well,
            and only what says the same word for word, or is of a copy, disagrees with either.
    """
    here = {hits[0].passage.article.article_id: hits[0].passage.article for hits in articles}
    here |= {each.passage.article.article_id: each.passage.article for each in candidates}
    for one in candidates[: 1 if sure else _NOT_SURE]:
        for figure in _figures(one):
            for article in here.values():
                for other in _word_for_word(question, one, figure, article):
                    return Disagreement(one, other, (_said(one, figure), _said(other)))
        nearly = _in_other_words(one, candidates) if sure else None
        if retold := nearly or _retold(question, one, here, only_copies=not sure):
            return Disagreement(one, retold, (_said(one), _said(retold)))
    return None


def _in_other_words(one: Candidate, candidates: Sequence[Candidate]) -> Candidate | None:
    """The likeliest sentence of an article that neither copies nor is copied that tells of the same."""
    figure = _figure(one)
    if figure is None:
        return None
    likeliest = {each.passage.article.article_id: each for each in reversed(candidates)}
    for other in candidates:
        article = other.passage.article
        theirs = _figure(other)
        if theirs is None or article == one.passage.article or _is_copied(one, article):
            continue
        if not same_kind(figure, theirs) or _tells(other, figure) or _tells(one, theirs):
            continue
        first = likeliest[article.article_id] is other
        same = _tells_the_same(one, other, first=first)
        if same and same_matter(one.passage.article, one.text, article, other.text):
            return other
    return None


def _retold(
    question: str, one: Candidate, articles: Mapping[str, Article], *, only_copies: bool
) -> Candidate | None:
    """The sentence of another article that tells the same event in other words with another figure,
    whether it was read or not: it has many words of the sentence of ``one`` and, unless the one article copies
    the other, another of its figures, or a name in Latin letters; each has but one figure of that kind that the other lacks."""
    figure, mine = _figure(one), one.passage.article
    if figure is None:
        return None
    own = figures_of(one.text, mine.date)
    said = set(content_terms(_without(one.text, figure)))
    for article in articles.values():
        if article.article_id == mine.article_id:
            continue
        copied = _is_copied(one, article)
        if not copied and (only_copies or not has_what_is_asked(question, mine, article)):
            continue
        for span in split_sentences(article.text):
            sentence = span.of(article.text)
            theirs = figures_of(sentence, article.date)
            other = _apart(theirs, figure, own)
            if len(other) != 1 or _apart(own, figure, theirs) != [figure]:
                continue
            alike = len(said.intersection(terms(sentence))) >= _RETOLD * len(said)
            if not alike or not (copied or _has_detail(one.text, own, sentence, theirs)):
                continue
            if same_matter(mine, one.text, article, sentence):
                return _told_by(one, article, span, other[0])
    return None


def _told_by(one: Candidate, article: Article, sentence: Span, figure: Figure) -> Candidate:
    """The sentence of another article that tells what ``one`` does, with its figure as the words."""
    passage = Passage(0, article, sentence, article.language)
    return replace(one, passage=passage, span=sentence, words=figure.span.moved(sentence.start))


def _apart(figures: Sequence[Figure], like: Figure, but: Sequence[Figure]) -> list[Figure]:
    """The figures of a kind that are not among others."""
    alike = (one for one in figures if same_kind(like, one))
    return [one for one in alike if not any(agree(one, each) for each in but)]


def _without(sentence: str, figure: Figure) -> str:
    return f"{sentence[: figure.span.start]} {sentence[figure.span.end :]}"


def _has_detail(text: str, own: Sequence[Figure], sentence: str, theirs: Sequence[Figure]) -> bool:
    """Whether two sentences have a detail in common: a figure, or a name in Latin letters."""
    if any(agree(one, other) for one in own for other in theirs):
        return True
    return not latin_words(text).isdisjoint(latin_words(sentence))


def _tells_the_same(one: Candidate, other: Candidate, *, first: bool) -> bool:
    """Whether two sentences tell of the same: as the reader is sure, who reads titles beside them; or by
    as many of the question's terms in the sentence itself.

    Args:
        first: Whether the other is the sentence of its article that answers likeliest.
    """
    share = _coverage(other) / max(_coverage(one), _LEAST_SHARE)
    if first and share >= _ABOUT_IT and _is_sure(one) and _is_sure(other):
        return True
    # What is only in the other's title, its sentence may tell another figure of: when a bridge is
    # to open, under a sentence on the day that its tower was topped out.
    itself = other.features.own >= _AS_MUCH * one.features.own
    return _coverage(one) >= _MUCH and share >= _AS_MUCH and itself


def _is_copied(one: Candidate, other: Article) -> bool:
    """Whether the article of a sentence copies another one, or the other way round."""
    first = one.passage.article
    return other.article_id in first.originals or first.article_id in other.originals


def _is_of_same(question: str, one: Candidate, article: Article, sentence: str) -> bool:
    """Whether a sentence with the same words is of the same, as a reprint cut short is."""
    mine = one.passage.article
    return has_what_is_asked(question, mine, article) and same_matter(
        mine, one.text, article, sentence
    )


def _is_sure(one: Candidate) -> bool:
    return min(one.features.span, one.features.answers) >= _SURE


def _coverage(candidate: Candidate) -> float:
    """Share of the question's terms that a sentence and its heading have."""
    return candidate.features.own + candidate.features.title


def _tells(one: Candidate, figure: Figure) -> bool:
    """Whether a sentence gives a figure anywhere."""
    return any(agree(each, figure) for each in figures_of(one.text, one.passage.article.date))


def _figure(one: Candidate) -> Figure | None:
    """The one figure among the words that answer; ``None`` where there is none, or several."""
    found = _touched(one)
    return found[0] if len(found) == 1 else None


def _touched(one: Candidate) -> list[Figure]:
    """The figures among the words that answer, in characters of the sentence."""
    if one.words is None:
        return []
    words = Span(one.words.start - one.span.start, one.words.end - one.span.start)
    return figures_at(one.text, words, one.passage.article.date)


def _figures(one: Candidate) -> list[Figure]:
    """The figures among the words that answer, and after them the others of the same clause: of what
    rose from 43% to 96% either may be asked for."""
    touched, published = _touched(one), one.passage.article.date
    clauses = [
        clause
        for clause in clauses_of(one.text)
        if any(clause.start <= each.span.start < clause.end for each in touched)
    ]
    beside = (each for clause in clauses for each in figures_at(one.text, clause, published))
    return [*touched, *(each for each in beside if each not in touched)]


def _said(one: Candidate, figure: Figure | None = None) -> Said:
    """A figure, by default the one that answers, whole, with the words beside it that answer."""
    touched = _touched(one)
    figure = figure or next(iter(touched), None)
    words = one.short
    if figure:
        start, end = figure.span.start, figure.span.end
        if one.words and touched == [figure]:
            start = min(start, one.words.start - one.span.start)
            end = max(end, one.words.end - one.span.start)
        words = one.text[start:end]
    return Said(words.strip(_ENDS), one.passage.article.date)


def _word_for_word(
    question: str, one: Candidate, figure: Figure, article: Article
) -> Iterator[Candidate]:
    """The sentences of another article that are that of ``one`` but for its figure."""
    if article.article_id == one.passage.article.article_id:
        return
    mine = _clauses(one.text, figure)
    for span in split_sentences(article.text):
        sentence = span.of(article.text)
        if not _may_say(sentence, mine):
            continue
        for theirs in figures_of(sentence, article.date):
            if (
                same_kind(figure, theirs)
                and not agree(figure, theirs)
                and _is_cut_from_either(mine, _clauses(sentence, theirs))
                and (_is_copied(one, article) or _is_of_same(question, one, article, sentence))
            ):
                yield _told_by(one, article, span, theirs)


def _may_say(sentence: str, clauses: frozenset[str]) -> bool:
    """Whether a sentence has what stands beside the figure that answers, or else another clause."""
    words = _squeezed(sentence)
    beside = next(clause for clause in clauses if _FIGURE in clause).split(_FIGURE)
    if not all(part in words for part in beside):
        return False
    return any(beside) or any(clause in words for clause in clauses)


def _clauses(sentence: str, figure: Figure) -> frozenset[str]:
    """The clauses of a sentence without white space and the marks that end them."""
    masked = sentence[: figure.span.start] + _FIGURE + sentence[figure.span.end :]
    return frozenset(
        words
        for clause in clauses_of(masked)
        if (words := _squeezed(clause.of(masked)).strip(_ENDS))
    )


def _is_cut_from_either(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether one of two sentences has all clauses of the other, and says more than the figure."""
    shared = mine & theirs
    return shared in (mine, theirs) and shared != {_FIGURE}


def _squeezed(text: str) -> str:
    return "".join(text.split())


def cited_first(draft: Draft, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The sentences with those that an answer rests on before the others."""
    return sorted(candidates, key=lambda one: not _is_cited(draft, one))


def _is_cited(draft: Draft, one: Candidate) -> bool:
    name = one.passage.article.article_id
    return any(
        cited.article_id == name and cited.start <= one.span.start < cited.end
        for cited in draft.citations
    )


def with_both(draft: Draft, apart: Disagreement) -> tuple[Draft, Draft]:
    """An answer that a chat model wrote, with the sentences of two articles that disagree, as far as
    it does not cite them; and what was added alone."""
    missing = [each for each in (apart.one, apart.other) if not _is_cited(draft, each)]
    next_marker = max((c.marker for c in draft.citations), default=0) + 1
    citations = tuple(
        replace(
            citation(marker, each.passage, each.excerpt),
            marks=(each.words,) if each.words else (),
        )
        for marker, each in enumerate(missing, next_marker)
    )
    sentences = tuple(
        AnswerSentence(" ".join(c.quote.split()), (c.marker,), Support.SUPPORTED) for c in citations
    )
    added = Draft(join_sentences(sentences), sentences, citations)
    both = (*draft.sentences, *sentences)
    whole = replace(
        draft,
        text=join_sentences(both),
        sentences=both,
        citations=(*draft.citations, *citations),
    )
    return whole, added
