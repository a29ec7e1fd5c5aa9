"""Passages in, an answer out, without a chat model: the sentences that answer, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.embed import Encoder
from index.records import Span
from rag.asked import Asked, decisive, wanted
from rag.excerpt import excerpt
from rag.records import (
    AnswerSentence,
    Citation,
    RankedPassage,
    Strictness,
    Support,
    citation,
)
from rag.refusal import (
    confidence,
    confidence_signs,
    heeds_gaps,
    is_chat,
    is_far,
    lacks,
    least_confidence,
)
from rag.score import Candidate, readable, score_sentences, term_shares

MOST_SENTENCES = 5
LONGEST_ANSWER = 180
"""Characters; a sentence that would make the answer longer is left out, unless it is the first."""

LONGEST_LIST = 250
"""The same where several things are asked for, or a reason."""

_ENOUGH = 0.66
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


def answer_extractively(
    question: str,
    articles: Sequence[Sequence[RankedPassage]],
    encoder: Encoder,
    *,
    background: str = "",
    strictness: Strictness = Strictness.BALANCED,
    most_sources: int | None = None,
) -> Draft | None:
    """The sentences of the passages that answer, each cited; ``None`` where none does.

    Args:
        articles: Ranked articles, each with its ranked passages (``rag.retrieve``).
        background: The question before, where this one leans on it; its terms count half.
        strictness: How sure it has to be that the passages answer (``rag.refusal``).
        most_sources: How many articles may be cited; ``None`` for as many as it takes.
    """
    ranked = readable(articles)
    if not ranked or is_chat(question):
        return None
    candidates = score_sentences(question, ranked, encoder, background)
    signs = confidence_signs(question, background, ranked, candidates[0])
    if is_far(signs) or confidence(signs) < least_confidence(strictness):
        return None
    if heeds_gaps(strictness) and lacks(question, candidates[0].passage.article):
        return None
    quoted = shortened(question, background, ranked, candidates)
    return _draft(question, choose(question, quoted, most_sources))


def shortened(
    question: str,
    background: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
) -> list[Quoted]:
    """The likeliest sentences, of each the clauses that answer (``rag.excerpt``)."""
    asked, share = wanted(question), term_shares(question, background, ranked)
    return [
        Quoted(candidate, Span(start + part.start, start + part.end))
        for candidate in candidates[:_READ]
        for start, part in [(candidate.span.start, excerpt(candidate.text, share, asked))]
    ]


def choose(
    question: str, candidates: Sequence[Quoted], most_sources: int | None = None
) -> list[Quoted]:
    """The likeliest (``candidates`` has the likeliest first), until it is likely enough that the
    answer is among them or they are too long. The same words are not said twice, and no more than
    ``most_sources`` articles are cited.
    """
    longest = LONGEST_LIST if wanted(question).asked in _LONG else LONGEST_ANSWER
    chosen: list[Quoted] = []
    said: set[str] = set()
    sources: set[str] = set()
    length, likely = 0, 0.0
    for candidate in candidates:
        text = candidate.text
        if text in said or (chosen and length + len(text) > longest):
            continue
        source = candidate.of.passage.article.article_id
        if most_sources is not None and source not in sources and len(sources) >= most_sources:
            continue
        chosen.append(candidate)
        said.add(text)
        sources.add(source)
        length += len(text)
        likely += candidate.of.probability
        if len(chosen) == MOST_SENTENCES or likely >= _ENOUGH:
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
