"""Plain text: a file is one article, or a page that holds several."""

from __future__ import annotations

from index.readers.encoding import read_text
from index.readers.source import Source, as_text
from index.records import Layout, RawArticle


def read_plain_text(source: Source) -> RawArticle:
    """A text file: whether it is one article or a newspaper page, only its text can tell.

    Raises:
        ArticleError: it cannot be read as text.
    """
    name = as_text(source.stem)
    text = read_text(source)
    return RawArticle(name, name, "", "", "", text, source.origin, Layout.PAGE)
