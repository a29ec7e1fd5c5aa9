"""How a chat model says that the quotations do not answer, and how that is recognised."""

from __future__ import annotations

import re

from index.text.rules import load_patterns

NO_ANSWER = "NO_ANSWER"
"""What a chat model is to write, and nothing else, where the quotations do not answer."""

_RULES = load_patterns("rag.generation", "replies")
_SPELLED = _RULES["no_answer"]
_CANNOT_ANSWER = re.compile(
    rf"^(?:{_RULES['apology'].pattern})?[，,。. ]*(?:but )?(?:{_RULES['cannot_answer'].pattern})",
    re.I,
)
_HAN_OR_DIGIT = re.compile(r"[\u3400-\u9fff0-9]")


def is_no_answer(text: str) -> bool:
    """Whether a sentence (or a whole reply) says that the quotations do not answer.

    Small models spell the constant in many ways, and some say it in their own words.

    >>> [is_no_answer(said) for said in ("no answer.", "**NO\\\\_ANSWER**", "引文中没有提到2022年的数字。")]
    [True, True, True]
    >>> is_no_answer("没有一家企业缺席。")
    False
    """
    text = text.strip()
    return bool(
        _SPELLED.match(text.replace("\\", ""))
        or _CANNOT_ANSWER.match(text)
        or _RULES["not_in_quotations"].search(text)
    )


def may_become_no_answer(text: str) -> bool:
    """Whether what has arrived could be the beginning of ``NO_ANSWER``, to be held back till it is clear."""
    if _SPELLED.match(text):
        return True
    letters = "".join(re.findall(r"[a-z]", text.lower()))
    return not _HAN_OR_DIGIT.search(text) and "noanswer".startswith(letters)
