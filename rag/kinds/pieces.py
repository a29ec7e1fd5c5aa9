"""Sentences of articles put together under headings, each with its citation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from index.records import Article, Passage, Span
from index.text.language import Language
from rag.extractive.answer import Draft, join_sentences
from rag.question.glossary import is_said
from rag.records import (
    AnswerSentence,
    Certainty,
    Citation,
    ShortAnswer,
    Support,
    citation,
    lead_of,
)

NOWHERE = Span(0, 0)
"""Cited of an article without text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of an answer with what it rests on.

    Attributes:
        article: ``None`` where it rests on the catalogue alone.
        text: What is said; by default the words that are cited.
        span: The words that are cited, in characters of the article.
    """

    article: Article | None
    span: Span = NOWHERE
    text: str = ""
    heading: str = ""
    support: Support = Support.SUPPORTED


def draft_of(
    pieces: Sequence[Piece],
    *,
    notice: str = "",
    certainty: Certainty = Certainty.DIRECT,
    short: ShortAnswer | None = None,
) -> Draft:
    """The pieces as an answer; the same words of an article are cited once."""
    citations: dict[tuple[str, Span], Citation] = {}
    sentences: list[AnswerSentence] = []
    for piece in pieces:
        markers: tuple[int, ...] = ()
        text = piece.text
        if piece.article is not None:
            place = piece.article.article_id, piece.span
            if place not in citations:
                marker = len(citations) + 1
                citations[place] = citation(marker, whole(piece.article), piece.span)
            markers = (citations[place].marker,)
            text = text or quote_of(piece.article, piece.span)
        sentences.append(AnswerSentence(text, markers, piece.support, heading=piece.heading))
    said = tuple(sentences)
    cited = tuple(citations.values())
    return Draft(join_sentences(said), said, cited, certainty, short, notice)


def whole(article: Article) -> Passage:
    """An article as one passage."""
    return Passage(0, article, Span(0, len(article.text)), article.language)


def quote_of(article: Article, span: Span) -> str:
    """Words of an article on one line."""
    return " ".join(span.of(article.text).split())


def share(own: Collection[str], wanted: Collection[str]) -> float:
    """The share of wanted terms that a text has, 0 to 1."""
    return sum(term in own for term in wanted) / len(wanted) if wanted else 0.0


UNTOLD = {True: "This was not found in the articles.", False: "没有在文章中找到这一点。"}
ABOVE = {
    True: "If the articles say this, then in the sentence quoted above.",
    False: "文章若说到这一点，就在上面引的这一句里。",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of several questions with what answers it; ``None`` where nothing does.

    Attributes:
        above: The sentence that answers an earlier one and is the likeliest for it, too.
    """

    heading: str
    draft: Draft | None
    above: str = ""

    @property
    def first(self) -> str:
        """The sentence that answers first; ``""`` where nothing does."""
        return self.draft.sentences[0].text if self.draft else ""


def joined(parts: Sequence[Part], *, in_english: bool, sentences: int = 2) -> Draft | None:
    """The answers to several questions as one, each under its own heading; of a part that nothing
    answers it is said. ``None`` where nothing answers any.

    Args:
        sentences: How many a part may have that is no list.
    """
    if all(part.draft is None or part.draft.certainty is Certainty.NEAREST for part in parts):
        return None
    citations: list[Citation] = []
    said: list[AnswerSentence] = []
    for part in _together(parts):
        if part.draft is None:
            said.append(_unanswered(part, said, in_english=in_english))
            continue
        lead = lead_of(part.draft.certainty, Language.ENGLISH if in_english else Language.CHINESE)
        most = None if part.draft.listed else 1 if lead else sentences
        for one in part.draft.sentences[:most]:
            cited = [c for c in part.draft.citations if c.marker in one.markers]
            markers = tuple(len(citations) + at for at in range(1, len(cited) + 1))
            citations += [replace(c, marker=m) for c, m in zip(cited, markers, strict=True)]
            text = f"{lead}{' ' if lead and in_english else ''}{one.text}"
            short = part.draft.short
            own = short.text if short and short.marker in one.markers else ""
            said.append(replace(one, text=text, markers=markers, heading=part.heading, short=own))
    return Draft(join_sentences(said), tuple(said), tuple(citations))


def _unanswered(part: Part, said: Sequence[AnswerSentence], *, in_english: bool) -> AnswerSentence:
    """What is said of a part that has no sentence of its own."""
    above = next((one.markers for one in said if part.above and one.text.endswith(part.above)), ())
    words = (ABOVE if above else UNTOLD)[in_english]
    return AnswerSentence(words, above, Support.UNVERIFIED, heading=part.heading)


def _together(parts: Sequence[Part]) -> list[Part]:
    """The parts, those that the same sentence answers as one under both headings."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last and last.first and last.first == part.first:
            merged[-1] = replace(last, heading=f"{last.heading} {part.heading}")
        else:
            merged.append(part)
    return merged


def is_named(name: str, draft: Draft) -> bool:
    """Whether the first sentence of an answer, or the title over it, has a thing's whole name: of two
    like things, such as two years, what is told of the one is not told of the other."""
    first = draft.citations[0]
    return is_said(name, f"{first.title} {first.quote}")
