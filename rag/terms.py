"""The words of a text as matching sees them: character bigrams for Chinese, words for the rest."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*%?"  # a number with its decimals and percent sign is one term
    r"|[a-z\u00c0-\u024f]+(?:[-'][a-z0-9\u00c0-\u024f]+)*\d*"
    r"|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"
    r"|[^\W\d_]"
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
    r"请问|什么时候|什么|多少|哪[个些位家里天年月]?|几[个家位项次天种]?|谁|怎么样?|怎样|如何|为什么|为何|是否"
    r"|有没有|吗|呢|的|了|是|在|和|与|及|被|把|对|从|将|这|那"
)


def terms(text: str) -> list[str]:
    """Terms of ``text``, in order: bigrams of Han runs, words, numbers whole; width and case folded.

    >>> terms("Ｍed-Go 占42.7%")
    ['med-go', '占', '42.7%']
    >>> terms("新工厂")
    ['新工', '工厂']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text).lower()):
        run = match.group()
        if run[0] >= "\u3400" and len(run) > 1:
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
        else:
            found.append(run)
    return found


def content_terms(question: str) -> list[str]:
    """Terms of a question less those that only make it one (谁, 多少, which, the …).

    >>> content_terms("新工厂在哪里？")
    ['新工', '工厂']
    """
    kept = _CHINESE_STOP.sub(" ", question)
    return [term for term in terms(kept) if term not in _ENGLISH_STOP]
