"""What can go wrong with articles, models and libraries, said so that a reader can mend it.

    JuwenError
    ├── ArticleError    one article (or one file of articles) cannot be taken
    ├── EncoderError    the embedding model cannot be loaded or does not fit
    ├── LibraryError    the library folder cannot be opened, read or written
    └── QuestionError   a question (or a file of questions) cannot be asked

Every error carries its one sentence in English and in Chinese; ``str(error)`` is the English one.
"""

from __future__ import annotations


class JuwenError(Exception):
    """Base of everything this project raises on purpose.

    Args:
        english: One sentence: what is wrong, with which thing, and how to mend it.
        chinese: The same sentence in Chinese.
    """

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese

    def __reduce__(self) -> tuple[type[JuwenError], tuple[str, str]]:
        return type(self), (self.english, self.chinese)


class ArticleError(JuwenError):
    """One article, or one file of articles, cannot be taken as it is."""


class EncoderError(JuwenError):
    """The embedding model cannot be loaded, or is not the one the library was built with."""


class LibraryError(JuwenError):
    """The library folder cannot be opened, read or written."""


class QuestionError(JuwenError):
    """A question, or a file of questions, cannot be asked."""
