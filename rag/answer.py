"""Passages in, an answer out, without a chat model: the sentences that answer, word for word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.embed import Encoder
from index.records import Span
from rag.asked import Asked, asks_for_course, decisive, wanted
from rag.excerpt import excerpt
from rag.records import (
    AnswerSentence,
    Citation,
    RankedPassage,
    Strictness,
    Support,
    citation,
    has_room,
)
from rag.refusal import (
    confidence_signs,
    heeds_gaps,
    is_chat,
    is_sure,
    lacks,
)
from rag.score import Candidate, score_sentences, term_shares

MOST_SENTENCES = 5
LONGEST_ANSWER = 180
"""Characters; a sentence that would make the answer longer is left out, unless it is the first."""

LONGEST_LIST = 250
"""The same where several things are asked for, or a reason."""

_ENOUGH = 0.6
"""No further sentence is taken once those taken are this likely to hold the answer."""

_READ = 15
_LONG = {Asked.LIST, Asked.REASON}


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is put together: sentences in order, each with its citation."""

    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence with what is quoted of it, in characters of the article."""

    of: Candidate
    span: Span

    @property
    def text(self) -> str:
        return self.span.of(self.of.passage.article.text)

    @property
    def said(self) -> str:
        """The words in an answer, with dots where the sentence goes on."""
        before = "…" if self.span.start > self.of.span.start else ""
        after = "…" if self.span.end < self.of.span.end else ""
        return f"{before}{' '.join(self.text.split())}{after}"


def answering(
    question: str,
    ranked: Sequence[RankedPassage],
    encoder: Encoder,
    *,
    background: str = "",
    strictness: Strictness = Strictness.BALANCED,
) -> list[Candidate]:
    """The sentences that may answer, likeliest first; none where the passages do not answer.

    Args:
        ranked: Passages that are read for sentences (``rag.score.readable``).
    """
    if not ranked or is_chat(question):
        return []
    candidates = score_sentences(question, ranked, encoder, background)
    signs = confidence_signs(question, background, ranked, candidates[0])
    if not is_sure(signs, strictness):
        return []
    gap = heeds_gaps(strictness) and lacks(question, candidates[0].passage.article)
    return [] if gap else candidates


def drafted(
    question: str,
    background: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
    contrary: Candidate | None = None,
    most_sources: int | None = None,
) -> Draft:
    """The answer of the sentences that may answer (``answering``), each cited; the likeliest first
    or, where an order or a change is asked for, by the day that their articles were published on.

    Args:
        contrary: The sentence that gives another figure (``rag.disagreement``), to be quoted, too,
            where more than one article may be cited.
        most_sources: How many articles may be cited; ``None`` for as many as it takes.
    """
    likeliest = list(candidates[:_READ])
    if most_sources == 1:
        contrary = None
    if contrary:
        rest = [candidate for candidate in likeliest[1:] if candidate is not contrary]
        likeliest = [likeliest[0], contrary, *rest]
    quoted = shortened(question, background, ranked, likeliest)
    course = asks_for_course(question)
    chosen = choose(question, quoted, 2 if contrary or course else 1, most_sources)
    if course:
        chosen.sort(key=lambda one: one.of.passage.article.date or date.max)
    return _draft(question, chosen)


def shortened(
    question: str,
    background: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
) -> Iterator[Quoted]:
    """Of each sentence the clauses that answer (``rag.excerpt``), looked for as it is taken."""
    asked, share = wanted(question), term_shares(question, background, ranked)
    for candidate in candidates:
        start, part = candidate.span.start, excerpt(candidate.text, share, asked)
        yield Quoted(candidate, Span(start + part.start, start + part.end))


def choose(
    question: str,
    candidates: Iterable[Quoted],
    at_least: int = 1,
    most_sources: int | None = None,
) -> list[Quoted]:
    """The likeliest (``candidates`` has the likeliest first), until it is likely enough that the
    answer is among them or they are too long. The same words are not said twice, and no more than
    ``most_sources`` articles are cited.
    """
    long = wanted(question).asked in _LONG or asks_for_course(question)
    longest = LONGEST_LIST if long else LONGEST_ANSWER
    chosen: list[Quoted] = []
    said: set[str] = set()
    sources: set[str] = set()
    length, likely = 0, 0.0
    for candidate in candidates:
        text = candidate.text
        if text in said or (len(chosen) >= at_least and length + len(text) > longest):
            continue
        source = candidate.of.passage.article.article_id
        if not has_room(source, sources, most_sources):
            continue
        chosen.append(candidate)
        said.add(text)
        sources.add(source)
        length += len(text)
        likely += candidate.of.probability
        if len(chosen) == MOST_SENTENCES or (len(chosen) >= at_least and likely >= _ENOUGH):
            break
    return chosen


def _draft(question: str, chosen: Sequence[Quoted]) -> Draft:
    citations = tuple(
        replace(
            citation(marker, candidate.of.passage, candidate.span),
            marks=tuple(_marks(question, candidate)),
        )
        for marker, candidate in enumerate(chosen, 1)
    )
    sentences = tuple(
        AnswerSentence(candidate.said, (cited.marker,), Support.SUPPORTED)
        for candidate, cited in zip(chosen, citations, strict=True)
    )
    return Draft(join_sentences(sentences), sentences, citations)


def _marks(question: str, candidate: Quoted) -> Iterator[Span]:
    """The dates or figures that the question asks for, in characters of the article."""
    pattern = decisive(wanted(question))
    for match in pattern.finditer(candidate.text) if pattern else ():
        yield Span(candidate.span.start + match.start(), candidate.span.start + match.end())


def join_sentences(sentences: Sequence[AnswerSentence]) -> str:
    """The answer's text: each sentence followed by its markers.

    >>> join_sentences([AnswerSentence("共3.5亿元。", (1, 2), Support.SUPPORTED)])
    '共3.5亿元。 [1][2]'
    """
    return " ".join(
        f"{sentence.text} {''.join(f'[{marker}]' for marker in sentence.markers)}".strip()
        for sentence in sentences
    )
