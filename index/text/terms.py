"""The words of a text as matching sees them: character bigrams for Chinese, words for the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

_LATIN = "a-z\u00c0-\u024f"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TOKEN = re.compile(
    rf"[0-9{_LATIN}]+(?:[-'._+/][0-9{_LATIN}]+)*%?"  # 42.7%, e20, med-go and 60k are one term each
    r"|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"
    r"|[^\W_]"
)
_ENGLISH_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "and",
        "or",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "many",
        "much",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "as",
        "not",
    ]
)
_CHINESE_STOP = re.compile(
    r"请问|最近|近期|近来|目前|现在|如今|先后顺序|先后|有[了过]?(?:什么|哪些|何)变化|什么时候|什么|多少|哪[个些位家里天年月]?|几[个家位项次天种]?|谁|怎么样?|怎样|如何|为什么|为何|是否"
    r"|有没有|吗|呢|的|了|是|在|和|与|及|被|把|对|从|将|这|那"
)


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


def fold(text: str) -> str:
    """``text`` with its width, case and script folded, for comparing and not for showing."""
    folded = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower())
    return folded.translate(_simplified())


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Simplified characters by the code of their Traditional ones, from OpenCC's own table."""
    from opencc import OpenCC

    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    converted = OpenCC("t2s").convert(" ".join(characters)).split(" ")
    pairs = zip(characters, converted, strict=True)
    return {ord(old): new for old, new in pairs if old != new}


def _singular(word: str) -> str:
    plural = len(word) > 3 and word.isascii() and word.isalpha() and word.endswith("s")
    return word[:-1] if plural and not word.endswith("ss") else word


def index_terms(text: str) -> list[str]:
    """The terms that a text is found by: all but the commonest English words."""
    return _terms(text, _ENGLISH_STOP)


def content_terms(question: str) -> list[str]:
    """Terms of a question less those that only make it one (谁, 多少, which, the …).

    >>> content_terms("新工厂在哪里？")
    ['新工', '工厂']
    """
    kept = _CHINESE_STOP.sub(" ", question)
    return index_terms(kept)


def question_phrases(question: str) -> list[str]:
    """The words that a question goes by, as they stand in it: what is left without question words.

    >>> question_phrases("新工厂在哪里？")
    ['新工厂']
    """
    parts = re.split(r"[^\w%.+-]+", _CHINESE_STOP.sub(" ", question))
    found = [part.strip(".-+") for part in parts]
    return [
        part for part in dict.fromkeys(found) if len(part) > 1 and part.lower() not in _ENGLISH_STOP
    ]
