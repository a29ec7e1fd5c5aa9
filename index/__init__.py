"""From files of articles to a searchable library: load, clean, chunk, embed, store."""

from index.build import index_articles, remove_articles
from index.embedding.encoder import PACKAGED, Encoder
from index.embedding.load import load_encoder
from index.errors import ArticleError, EncoderError, JuwenError, LibraryError, QuestionError
from index.library.reader import Library
from index.records import Article, Chunk, Passage, Problem, RawArticle, Span, Summary

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
