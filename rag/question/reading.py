"""A question prepared for reading its limits: names and dates hidden, and whose accounts are meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from index.text.dates.phrases import DatePhrase, find_dates
from index.text.rules import load_rules
from index.text.script import fold_characters

LONGEST_READ = 1000
"""Characters of a question that are looked at; limits are not said after a thousand."""

NAME = "\ue001"
"""Stands, in a masked text, for each character of a name."""

DATE = "\ue000"
"""Stands, in a masked text, for each character of a date."""

CHINESE = load_rules("rag.question", "zh/limits")
ENGLISH = load_rules("rag.question", "en/limits")

_NAME = CHINESE.regex("name")
_LEAD, _OURSELVES = CHINESE.regex("lead"), CHINESE.regex("ourselves")
_CLAUSE_START = CHINESE.regex("clause_start")
_OWNER = ENGLISH.regex("owner")
_PUNCTUATION = " " + NAME + DATE + "，,《》“”"
_MOSTLY = 0.8
_CORE = 3

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question prepared: ``masked`` has names and dates hidden, character for character."""

    text: str
    masked: str
    today: date
    dates: tuple[DatePhrase, ...]
    accounts: dict[str, str]

    def clause_before(self, start: int, most: int = 20) -> str:
        """The words of the clause that end at ``start``."""
        return _CLAUSE_START.split(self.masked[max(0, start - most) : start])[-1]

    def is_ours(self, who: str) -> bool:
        """Whether the library's accounts publish what ``who`` publishes; nobody named is they."""
        who = who.strip(_PUNCTUATION)
        lead = _LEAD.match(who)
        rest = who[lead.end() :] if lead else who
        return any(
            not said
            or _OURSELVES.fullmatch(said)
            or any(_is_related(said, name) for name in self.accounts)
            for said in (who, rest)
        )

    def is_english_owner(self, who: str) -> bool:
        said = who.strip(" ,'’\"“”").lower()
        names = {name.lower() for name in self.accounts}
        return bool(_OWNER.fullmatch(said)) or said.removeprefix("the ") in names


def read_question(question: str, today: date, accounts: Collection[str]) -> Reading:
    masks = str.maketrans({NAME: " ", DATE: " "})
    text = fold_characters(question[:LONGEST_READ]).translate(masks)
    masked = _NAME.sub(lambda m: m[0] if len(m[0]) > _MOSTLY * len(text) else _mask(m[0]), text)
    dates = find_dates(masked, today)
    for each in dates:
        masked = masked[: each.start] + DATE * (each.end - each.start) + masked[each.end :]
    names = {fold_characters(account): account for account in accounts}
    return Reading(text, masked, today, dates, names)


def _mask(name: str) -> str:
    return NAME * len(name)


def _is_related(who: str, account: str) -> bool:
    """Whether ``who`` is the account or its owner, as people name it short or in full.

    >>> [_is_related(who, "临江农业局") for who in ("农业局", "市农业农村局", "工信部")]
    [True, True, False]
    >>> _is_related("临江市农业农村局", "临江农业局")
    True
    """
    if len(who) < _CORE or len(account) < _CORE:
        return who == account
    local = who[0] in "市省区县本" and who[-1] == account[-1]
    return (
        account.endswith(who)
        or (who[0] == account[0] and _has_in_order(who, account))
        or (local and _has_in_order(who, account[-_CORE:]))
    )


def _has_in_order(text: str, characters: str) -> bool:
    letters = iter(text)
    return all(character in letters for character in characters)
