"""Parts of a year (Q3, 三季度, "third quarter"): a question's in the spelling that a text has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.text.rules import load_rules

_CHINESE = load_rules("rag.question", "zh/abbreviations")
_ENGLISH = load_rules("rag.question", "en/abbreviations")
_PERIOD, _PERIODS = _CHINESE.regex("period"), _CHINESE.table("periods")
_WITH_YEAR, _ENDS_IN_YEAR = _CHINESE.regex("with_year"), re.compile(r"(?:19|20)\d\d$")
_WORDS = {
    language: (rules.regex("period_in_words"), rules.table("period_words"))
    for language, rules in (("zh", _CHINESE), ("en", _ENGLISH))
}
_BOTH = re.compile(
    f"({_CHINESE['bare_period'].pattern})（({'|'.join(_PERIODS.values())})）", re.IGNORECASE
)


def spelled_out(question: str) -> str:
    """A Chinese question with the parts of a year in words, too, and their years before them; what else
    bears such a name stays as it is.

    >>> spelled_out("Q3机器人产量是多少？"), spelled_out("3Q25产量")
    ('Q3（第三季度）机器人产量是多少？', '2025Q3（第三季度）产量')
    """
    ordered = _WITH_YEAR.sub(
        lambda m: f"20{m['year'] or m['before']}{m['part'] or m['letter'] + m['number']}", question
    )
    return _PERIOD.sub(lambda match: f"{match[0]}（{_PERIODS[match[0].lower()]}）", ordered)


def as_written(question: str, text: str) -> str:
    """A question with the parts of a year as a text writes them, where it names the same.

    >>> as_written("Q3（第三季度）产量是多少？", "今年三季度产量达到1.52万台")
    '三季度产量是多少？'
    >>> as_written("Robot output in the third quarter?", "Q3 output rose to 15,200.")
    'Robot output in Q3?'
    """
    there = list(_mentions(text)) if any(_mentions(question)) else []
    written = {match["part"].lower() for match, _, _ in there}
    once = _BOTH.sub(lambda both: both[1] if both[1].lower() in written else both[2], question)
    said, at = [], 0
    for match, part, language in _mentions(once) if there else ():
        forms = [
            (form["part"], its)
            for form, of, its in there
            if of == part and (not language or its in ("", language))
        ]
        if match["part"].lower() in written or not forms:
            continue
        said += [once[at : match.start()], _put(once[: match.start()], *forms[0])]
        at = match.end()
    return "".join([*said, once[at:]])


def _put(before: str, form: str, language: str) -> str:
    """A form as it stands behind other words."""
    if language == "zh":
        return f"年{form}" if _ENDS_IN_YEAR.search(before) else form
    if language == "en":
        return form if before.lower().endswith("the ") else f"the {form}"
    return form


def _mentions(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Where a text names a part of a year, in order: which part, and in the words of which language,
    ``""`` for an abbreviation."""
    found = [(m, _PERIODS[m["part"].lower()], "") for m in _PERIOD.finditer(text)]
    for language, (pattern, parts) in _WORDS.items():
        found += [(m, parts[m["part"].lower()], language) for m in pattern.finditer(text)]
    yield from sorted(found, key=lambda one: one[0].start())


def is_period(word: str) -> bool:
    """Whether a word is such an abbreviation."""
    return word.lower() in _PERIODS
