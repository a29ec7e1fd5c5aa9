"""Where articles give different figures or days for the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.records import Article, Passage, Span
from index.text.dates import moments
from index.text.numbers import quantities
from index.text.numbers.units import comparable
from index.text.sentences import split_sentences
from rag.extractive.answer import Draft, join_sentences
from rag.extractive.candidates import Candidate
from rag.records import AnswerSentence, RankedPassage, Support, citation

_AS_MUCH = 0.9
"""Share of what the best sentence tells of the question that another has to tell, too."""

_MUCH = 0.5
_LEAST_SHARE = 0.01

_ABOUT_IT = 0.7
"""The same share where the reader is sure of both sentences."""

_SURE = 0.5
"""The reader's logits, of words and of a passage, from which on it is sure."""


@dataclass(frozen=True, slots=True)
class Said:
    """A figure or day as an article gives it."""

    figure: str
    published: date | None


def disagreement(
    candidates: Sequence[Candidate], articles: Sequence[Sequence[RankedPassage]] = ()
) -> tuple[Candidate, tuple[Said, Said]] | None:
    """The likeliest sentence of another article that tells as much of the question as the likeliest
    of all and answers with another figure, with what the two say; ``None`` where none does.

    A reprint or digest does not disagree with what it copies because its words are cut, only where
    the very sentence stands in it with another figure.

    Args:
        candidates: Likeliest first.
        articles: All that were found, those that copy others among them, which are not read.
    """
    best = candidates[0] if candidates else None
    if best is None:
        return None
    for copied in _in_copies(best, articles):
        return copied, (_said(best), _said(copied))
    likeliest = {one.passage.article.article_id: one for one in reversed(candidates)}
    for other in candidates[1:]:
        first = likeliest[other.passage.article.article_id] is other
        same = _apart(best, other) and _tells_the_same(best, other, first=first)
        if same and _differ(best, other) and _differ(other, best):
            return other, (_said(best), _said(other))
    return None


def _tells_the_same(best: Candidate, other: Candidate, *, first: bool) -> bool:
    """Whether two sentences tell of the same: word for word but for their answers; as the reader is
    sure, who reads titles beside them; or by as many of the question's terms in the sentence itself.

    Args:
        first: Whether the other is the sentence of its article that answers likeliest.
    """
    if _changed(best, other.text):
        return True
    share = _coverage(other) / max(_coverage(best), _LEAST_SHARE)
    if first and share >= _ABOUT_IT and _is_sure(best) and _is_sure(other):
        return True
    # What is only in the other's title, its sentence may tell another figure of: when a bridge is
    # to open, under a sentence on the day that its tower was topped out.
    itself = other.features.own >= _AS_MUCH * best.features.own
    return _coverage(best) >= _MUCH and share >= _AS_MUCH and itself


def _is_sure(one: Candidate) -> bool:
    return min(one.features.span, one.features.answers) >= _SURE


def _said(one: Candidate) -> Said:
    return Said(one.short, one.passage.article.date)


def _in_copies(best: Candidate, articles: Sequence[Sequence[RankedPassage]]) -> Iterator[Candidate]:
    """The sentence of ``best`` in articles that copy its own, or that it copies, where its figure is
    another there and nothing else is."""
    for hits in articles:
        article = hits[0].passage.article
        if article.article_id == best.passage.article.article_id or _copies_nothing(best, article):
            continue
        for span in split_sentences(article.text):
            words = _changed(best, span.of(article.text))
            if words:
                passage = Passage(0, article, span, article.language)
                moved = Span(span.start + words.start, span.start + words.end)
                yield replace(best, passage=passage, span=span, words=moved)


def _changed(best: Candidate, sentence: str) -> Span | None:
    """Where a sentence that is that of ``best`` but for its answer has another figure or day."""
    if best.words is None:
        return None
    start, end = best.words.start - best.span.start, best.words.end - best.span.start
    before, after = _squeezed(best.text[:start]), _squeezed(best.text[end:])
    match = (
        re.fullmatch(rf"(.*?{_loosely(before)})(.+?)({_loosely(after)}.*?)", sentence, re.S)
        if before or after
        else None
    )
    if match is None or not match[2].strip() or len(match[2]) > 3 * (end - start) + 3:
        return None
    figures, others = _figures(best.short), _figures(match[2])
    days, other_days = moments.find_moments(best.short), moments.find_moments(match[2])
    same_kind = (
        len(figures) == len(others) == 1 and comparable(figures[0].unit, others[0].unit)
    ) or (len(days) == len(other_days) == 1)
    differs = same_kind and _squeezed(match[2]) != _squeezed(best.short)
    if figures and others and quantities.agrees(figures[0], others[0]):
        differs = False
    return Span(*match.span(2)) if differs else None


def with_both(draft: Draft, one: Candidate, other: Candidate) -> tuple[Draft, Draft]:
    """An answer that a chat model wrote, with the sentences of two articles that disagree, as far as
    it does not cite them; and what was added alone."""
    cited = {(c.article_id, c.start, c.end) for c in draft.citations}
    missing = [
        each
        for each in (one, other)
        if not any(
            name == each.passage.article.article_id and start <= each.span.start < end
            for name, start, end in cited
        )
    ]
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


def _coverage(candidate: Candidate) -> float:
    """Share of the question's terms that a sentence and its heading have."""
    return candidate.features.own + candidate.features.title


def _differ(one: Candidate, other: Candidate) -> bool:
    """Whether the words of the one are a figure or a day of a month, those of the other another one
    of the same kind, and its sentence nowhere tells the same."""
    said, theirs = _days(one.short, one), _days(other.short, other)
    if said or theirs:
        told = _days(other.text, other)
        return len(said) == len(theirs) == 1 and not any(
            moments.agrees(said[0], day) or moments.agrees(day, said[0]) for day in told
        )
    figures, others = _figures(one.short), _figures(other.short)
    if len(figures) != 1 or len(others) != 1 or not comparable(figures[0].unit, others[0].unit):
        return False
    return not any(
        quantities.agrees(figures[0], figure) or quantities.agrees(figure, figures[0])
        for figure in _figures(other.text)
    )


def _days(text: str, of: Candidate) -> list[moments.Moment]:
    """The days of a month that a text names, completed by the day that its article was published on."""
    published = of.passage.article.date
    found = [moments.complete(moment, published) for moment in moments.find_moments(text)]
    return [moment for moment in found if moment.parts[1:] == (True, True)]


def _figures(text: str) -> list[quantities.Quantity]:
    dates = moments.find_moments(text)
    return [
        one for one in quantities.find_quantities(moments.blank(text, dates)) if not one.passing
    ]


def _apart(one: Candidate, other: Candidate) -> bool:
    """Whether they stand in two articles of which neither copies the other."""
    other_article = other.passage.article
    same = one.passage.article.article_id == other_article.article_id
    return not same and _copies_nothing(one, other_article)


def _copies_nothing(one: Candidate, other: Article) -> bool:
    """Whether neither the article of a sentence copies another one nor the other way round."""
    first = one.passage.article
    return other.article_id not in first.originals and first.article_id not in other.originals


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _loosely(text: str) -> str:
    """A pattern for a text, wherever white space stands."""
    return r"\s*".join(map(re.escape, text))
