"""JSON lines: one article a line, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator

from index.readers.encoding import text_pieces
from index.readers.fields import Columns, Place, article, decoder
from index.readers.limits import MAX_ARTICLE_CHARS
from index.readers.lines import split_lines
from index.readers.source import Source
from index.records import Problem, RawArticle


def read_json_lines(source: Source, columns: Columns) -> Iterator[RawArticle | Problem]:
    """The articles, one a line. A line that is not JSON costs itself only.

    Raises:
        ArticleError: the file cannot be read on; after the articles that stand before that.
    """
    decode = decoder().decode
    for number, line in enumerate(split_lines(text_pieces(source)), 1):
        place = Place(source.origin, f"line {number}", f"第 {number} 行")
        if line is None:
            yield _too_long(place)
        elif line.strip():
            try:
                item = decode(line)
            except (ValueError, RecursionError):
                yield _not_json(place)
            else:
                yield from article(item, place, columns)


def _not_json(place: Place) -> Problem:
    return Problem(
        f"{place.english} of {place.origin!r} is not JSON; mend or remove that line",
        f"{place.origin!r} {place.chinese}不是有效的 JSON；请修正或删除该行",
        lost=True,
    )


def _too_long(place: Place) -> Problem:
    return Problem(
        f"{place.english} of {place.origin!r} is longer than {MAX_ARTICLE_CHARS} characters; "
        "give one article a line",
        f"{place.origin!r} {place.chinese}超过 {MAX_ARTICLE_CHARS} 个字符；请每行只放一篇文章",
        lost=True,
    )
