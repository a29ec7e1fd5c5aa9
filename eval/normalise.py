"""Texts as answer metrics compare them: no case, width, white space or punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # 300,000
    r"|\d+(?:\.\d+)?"
    r"|%"
    r"|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
    r"|[^\W\d_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_ARTICLES = frozenset(["a", "an", "the"])


def tokens(text: str) -> list[str]:
    """Characters of Chinese, words of the rest, numbers whole; what is left of ``text`` otherwise.

    NFKC (full-width digits become plain ones), case folded, punctuation and white space dropped,
    thousands separators taken out. The mixed segmentation is that of the CMRC 2018 evaluation
    (Cui et al., 2019).

    >>> tokens("Ｍed-Go 占42.7%，共300,000元")
    ['med', 'go', '占', '42.7', '%', '共', '300000', '元']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [
        found.replace(",", "") if found[0].isdigit() else found for found in _TOKEN.findall(folded)
    ]


def answer_tokens(text: str) -> list[str]:
    """``tokens``, of English text without articles (a, an, the), as SQuAD does (Rajpurkar, 2016).

    >>> answer_tokens("The night ferry")
    ['night', 'ferry']
    """
    found = tokens(text)
    return found if _HAN.search(text) else [token for token in found if token not in _ARTICLES]


def holds(text: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the tokens ``part`` stand in ``text`` one after the other.

    On tokens, so that ``4位`` does not stand in ``14位``, nor ``eight`` in ``weight``.

    >>> holds(tokens("共14位专家"), tokens("4位"))
    False
    """
    if not part:
        return False
    width, wanted = len(part), list(part)
    return any(list(text[at : at + width]) == wanted for at in range(len(text) - width + 1))
