"""Whether a sentence denies what its evidence states, or states what it denies.

A negation is compared by the word that it negates: 不收费 against 收费, "did not open" against
"opened". So are the commonest opposites (增长 and 下降, rose and fell).
"""

from __future__ import annotations

import re

from index.text.rules import load_patterns, load_rules
from index.text.script import fold

_RULES = tuple(load_rules("rag.verification", f"{name}/negation") for name in ("zh", "en"))
_NEGATIONS = tuple(rules.regex("negation") for rules in _RULES)
_ANY_NEGATION = tuple(rules.regex("any_negation") for rules in _RULES)
_CLAUSE = re.compile(
    load_patterns("rag.verification", "wording")["clause_end"].pattern + r"|[。！？!?]|\.(?!\d)"
)
_NOT_YET = _RULES[0].regex("not_yet")
_INFLECTION = _RULES[1].regex("inflection")
_OPPOSITES = tuple(
    # Looked for at every character, since a word of one side may begin within one of the other.
    re.compile(f"(?={rule.scoped()})")
    for language in ("zh", "en")
    for rule in load_rules("rag.verification", f"{language}/opposites").values()
)


def denied(sentence: str, evidence: str) -> str | None:
    """The words on which ``sentence`` and ``evidence`` say the opposite; ``None`` where they agree.

    >>> denied("夜船不收费。", "夜船收费45元。"), denied("夜船不收费。", "夜船不收费，也不停靠。")
    ('不收费', None)
    """
    said, stands = fold(sentence), fold(evidence)
    return negated_apart(sentence, evidence) or _opposite(said, stands)


def negated_apart(sentence: str, evidence: str) -> str | None:
    """The words that one of two texts negates and the other states; ``None`` where there are none.

    >>> negated_apart("夜船不收费。", "夜船收费45元。"), negated_apart("票价上涨。", "票价下跌。")
    ('不收费', None)
    """
    said, stands = fold(sentence), fold(evidence)
    return _one_sided(said, stands) or _one_sided(stands, said)


def denies(text: str) -> bool:
    """Whether there is any negation in ``text``."""
    folded = fold(text)
    return any(pattern.search(folded) for pattern in _ANY_NEGATION)


def _one_sided(negating: str, stating: str) -> str | None:
    """What one text negates and the other, wherever it says it, does not."""
    for pattern in _NEGATIONS:
        negated_there = {_stem(match["negated"]) for match in pattern.finditer(stating)}
        for match in pattern.finditer(negating):
            word = _stem(match["negated"])
            rest = negating[: match.start()] + " " + negating[match.end() :]
            if word in negated_there or _states(rest, word):
                continue
            if any(_affirms(part, word) for part in _CLAUSE.split(stating)):
                return " ".join(match[0].split())
    return None


def _states(text: str, word: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}", text)) if word.isascii() else word in text


def _affirms(clause: str, word: str) -> bool:
    """Whether a clause says a word and denies nothing; 开始前 says of a beginning that it is not yet."""
    if not _states(clause, word) or denies(clause):
        return False
    return not all(_NOT_YET.match(clause, at.end()) for at in re.finditer(re.escape(word), clause))


def _stem(word: str) -> str:
    """An English word without its ending, so that open finds opened; Chinese as it is."""
    return _INFLECTION.sub("", word) if word.isascii() else word


def _opposite(said: str, stands: str) -> str | None:
    for pair in _OPPOSITES:
        own = _sides(pair, said)
        if (
            len(own) == 1
            and len(theirs := _sides(pair, stands)) == 1
            and own.keys() != theirs.keys()
        ):
            return next(iter(own.values()))
    return None


def _sides(pair: re.Pattern[str], text: str) -> dict[str | None, str]:
    """The sides of a pair of opposites that a text has, each with the first of its words."""
    found: dict[str | None, str] = {}
    for match in pair.finditer(text):
        side = match.lastgroup
        found.setdefault(side, match[side or 0])
    return found
