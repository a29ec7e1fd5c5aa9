"""What a question takes for granted: 大桥推迟通车 in 为什么大桥推迟通车？"""

from __future__ import annotations

from collections.abc import Iterator

from index.text.rules import load_patterns
from index.text.script import fold_characters

_RULES = load_patterns("rag.question", "premise")
_INTERROGATIVE = load_patterns("rag.question", "parts")
_SHORTEST = 4


def claims_of(question: str) -> list[str]:
    """The clauses of a question that assert something: what it asks why, what somebody has heard, what
    is said before it is asked.

    >>> claims_of("为什么岚江四桥推迟通车？"), claims_of("听说票价涨了，涨了多少？")
    (['岚江四桥推迟通车'], ['票价涨了'])
    >>> claims_of("岚江四桥什么时候通车？")
    []
    """
    return [claim for claim in _claims(fold_characters(question)) if len(claim) >= _SHORTEST]


def _claims(question: str) -> Iterator[str]:
    for clause in _RULES["clause_ends"].split(question):
        clause = _RULES["heard"].sub("", clause).strip()
        claim = _RULES["why"].sub("", clause).strip()
        if claim != clause or not _asks(clause):
            yield claim


def _asks(clause: str) -> bool:
    return any(
        _INTERROGATIVE[name].search(clause) for name in ("interrogative", "english_interrogative")
    )
