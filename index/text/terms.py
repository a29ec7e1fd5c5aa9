"""The words of a text as matching sees them: character bigrams for Chinese, words for the rest."""

from __future__ import annotations

import re
from collections.abc import Collection

from index.text.rules import load_rules
from index.text.script import fold, simplify

_LATIN = "a-z\u00c0-\u024f"
_TOKEN = re.compile(
    rf"[0-9{_LATIN}]+(?:[-'._+/][0-9{_LATIN}]+)*%?"  # 42.7%, e20, med-go and 60k are one term each
    rf"|{load_rules('index.text', 'zh/characters').source('han')}+"
    r"|[^\W_]"
)
_STOP_WORDS = load_rules("index.text", "en/stop_words").words("stop_words")
_QUESTION_WORDS = load_rules("index.text", "zh/question_words").regex("question_words")
_PHRASE = re.compile(r"[\w%](?:[\w%.+-]*[\w%])?")


def terms(text: str) -> list[str]:
    """Terms of ``text``, in order: bigrams of Han runs, words, numbers whole.

    Width, case, Traditional characters and the plural of English words are folded.

    >>> terms("Ｍed-Go 占42.7%")
    ['med-go', '占', '42.7%']
    >>> terms("新工廠 3,000 robots")
    ['新工', '工厂', '3000', 'robot']
    """
    return _terms(text, stop=frozenset())


def _terms(text: str, stop: Collection[str]) -> list[str]:
    found: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        run = match.group()
        if run in stop:
            continue
        if run[0] < "\u3400":
            found.append(_singular(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
    return found


def _singular(word: str) -> str:
    plural = len(word) > 3 and word.isascii() and word.isalpha() and word.endswith("s")
    return word[:-1] if plural and not word.endswith("ss") else word


def index_terms(text: str) -> list[str]:
    """The terms that a text is found by: all but the commonest English words."""
    return _terms(text, _STOP_WORDS)


def content_terms(question: str) -> list[str]:
    """Terms of a question less those that only make it one (谁, 多少, which, the …).

    >>> content_terms("新工厂在哪里？")
    ['新工', '工厂']
    """
    return index_terms(_without_question_words(question))


def question_phrases(question: str) -> list[str]:
    """The words that a question goes by, as they stand in it: what is left without question words.

    >>> question_phrases("新工廠在哪裡？")
    ['新工廠']
    """
    spans = [match.span() for match in _PHRASE.finditer(_without_question_words(question))]
    found = dict.fromkeys(question[start:end] for start, end in spans)
    return [part for part in found if len(part) > 1 and part.lower() not in _STOP_WORDS]


def _without_question_words(question: str) -> str:
    """``question``, in Simplified characters, with its question words made spaces."""
    return _QUESTION_WORDS.sub(lambda match: " " * len(match[0]), simplify(question))
