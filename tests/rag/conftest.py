"""What the tests of ``rag`` share: passages made by hand, and a library with a long article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from index.build import index_raw
from index.library.library import Library
from index.records import Article, Passage, Span
from index.text.language import detect_language
from rag.records import RankedPassage
from tests.conftest import FakeEncoder, article

LONG_ARTICLE_SENTENCES = 300


def ranked(
    text: str,
    *,
    article_id: str = "a",
    title: str = "",
    before: str = "",
    score: float = 0.6,
    account: str = "试验号",
    source: str = "",
    url: str = "",
    day: date | None = None,
    originals: Sequence[str] = (),
) -> RankedPassage:
    """A passage of ``text`` that stands in its article after ``before``; ``score`` is its cosine."""
    language = detect_language(text or title)
    whole = Article(
        article_id,
        title,
        url,
        day,
        account,
        before + text,
        source,
        language,
        originals=tuple(originals),
    )
    span = Span(len(before), len(before) + len(text))
    return RankedPassage(Passage(1, whole, span, language), score, score, dense=5 * score)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[Library, FakeEncoder]]:
    """A library of thirty short articles and one long one with hundreds of chunks about 海棠."""
    encoder = FakeEncoder()
    folder: Path = tmp_path_factory.mktemp("crowded") / "library"
    long = "".join(
        f"园中第{number}株海棠花今天开放，游客很多。" for number in range(LONG_ARTICLE_SENTENCES)
    )
    short = [
        article(
            f"short-{number}",
            f"第{number}站的旅客今年有{number}万人。",
            title=f"车站{number}",
            time=f"2025/1/{number + 1}",
            account="南号" if number % 2 else "北号",
        )
        for number in range(30)
    ]
    index_raw(
        [article("long", long, title="海棠花"), *short], folder, encoder=encoder, chunk_tokens=32
    )
    return lambda: (Library.open(folder), encoder)
