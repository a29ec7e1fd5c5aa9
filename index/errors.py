"""What can go wrong with articles, models and libraries, said so that a reader can mend it.

    JuwenError
    ├── ArticleError    one article (or one file of articles) cannot be taken
    ├── EncoderError    the embedding model cannot be loaded or does not fit
    ├── LibraryError    the library folder cannot be opened, read or written
    └── QuestionError   a question (or a file of questions) cannot be asked

Every error carries its one sentence in English and in Chinese; ``str(error)`` is the English one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for people, in both languages.

    >>> Message("gone", "不见了").in_language("zh")
    '不见了'
    """

    english: str
    chinese: str

    def in_language(self, language: str) -> str:
        """The Chinese text for ``"zh"``, the English one for any other language."""
        return self.chinese if language == "zh" else self.english


class JuwenError(Exception):
    """Base of everything this project raises on purpose.

    Args:
        english: One sentence: what is wrong, with which thing, and how to mend it.
        chinese: The same sentence in Chinese.
    """

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.message = Message(english, chinese)

    @property
    def english(self) -> str:
        return self.message.english

    @property
    def chinese(self) -> str:
        return self.message.chinese

    def __reduce__(self) -> tuple[type[JuwenError], tuple[str, str]]:
        return type(self), (self.english, self.chinese)


class UsageError(JuwenError):
    """A command was called with what it cannot take."""


class ArticleError(JuwenError):
    """One article, or one file of articles, cannot be taken as it is."""


class EncoderError(JuwenError):
    """The embedding model cannot be loaded, or is not the one the library was built with."""


class LibraryError(JuwenError):
    """The library folder cannot be opened, read or written."""


class QuestionError(JuwenError):
    """A question, or a file of questions, cannot be asked."""
