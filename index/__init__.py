"""From files of articles to a searchable library: load, clean, chunk, embed, store."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.build import index_articles, remove_articles
    from index.embedding.encoder import PACKAGED, Encoder
    from index.embedding.load import load_encoder
    from index.errors import ArticleError, EncoderError, JuwenError, LibraryError, QuestionError
    from index.library.library import Library
    from index.records import Article, Chunk, Passage, Problem, RawArticle, Span, Summary

# A name's module is imported when the name is asked for: importing this package costs nothing.
_HOMES = {
    "index.build": ("index_articles", "remove_articles"),
    "index.embedding.encoder": ("PACKAGED", "Encoder"),
    "index.embedding.load": ("load_encoder",),
    "index.errors": ("ArticleError", "EncoderError", "JuwenError", "LibraryError", "QuestionError"),
    "index.library.library": ("Library",),
    "index.records": ("Article", "Chunk", "Passage", "Problem", "RawArticle", "Span", "Summary"),
}

__all__ = [
    "PACKAGED",
    "Article",
    "ArticleError",
    "Chunk",
    "Encoder",
    "EncoderError",
    "JuwenError",
    "Library",
    "LibraryError",
    "Passage",
    "Problem",
    "QuestionError",
    "RawArticle",
    "Span",
    "Summary",
    "index_articles",
    "load_encoder",
    "remove_articles",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
