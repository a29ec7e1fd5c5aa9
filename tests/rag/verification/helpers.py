"""Passages for the verifier, and whole answers checked by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.records import Article, Passage, Span
from index.text.language import detect_language
from rag.verification.cited_sentences import SentenceStream, Written
from rag.verification.verify import Checked, Verifier

DAY = date(2025, 9, 25)


def passage(
    text: str,
    *,
    article_id: str = "a",
    day: date | None = DAY,
    before: str = "",
    after: str = "",
    **fields,
) -> Passage:
    """A passage of ``text`` between what else its article says."""
    whole = before + text + after
    values = {"title": "", "account": "试验号", "source": ""} | fields
    article = Article(
        article_id, url="", date=day, text=whole, language=detect_language(whole), **values
    )
    return Passage(1, article, Span(len(before), len(before) + len(text)), article.language)


def split(text: str) -> list[Written]:
    """The sentences of a whole answer."""
    stream = SentenceStream()
    return [*stream.feed(text), *stream.flush()]


def verify_sentence(
    text: str, written: Sequence[int], passages: Sequence[Passage], **options
) -> Checked:
    return Verifier(passages, **options).check(text, written)


def verify(answer_text: str, passages: Sequence[Passage], **options) -> list[Checked]:
    """Every sentence of an answer as a chat model wrote it, markers and all."""
    verifier = Verifier(passages, **options)
    return [verifier.check(sentence.text, sentence.markers) for sentence in split(answer_text)]
