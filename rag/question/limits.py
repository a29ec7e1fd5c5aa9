"""What a question says about itself: its language, and which articles it wants by day, account and language.

read_question (names and dates hidden) -> days, accounts, languages -> the question without its limits
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from index.text.dates.periods import Period, hull
from index.text.language import Language, detect_language
from index.text.script import fold_characters
from index.text.terms import content_terms
from rag.question.accounts import mentioned_accounts, named_accounts
from rag.question.days import publication_days
from rag.question.reading import CHINESE, ENGLISH, Reading, Span, read_question

_SAYS_NOTHING = [rules.regex("says_nothing") for rules in (CHINESE, ENGLISH)]
_IN_LANGUAGE = [rules.regex("in_language") for rules in (CHINESE, ENGLISH)]
_NAMED_LANGUAGE = [rules.regex("named_language") for rules in (CHINESE, ENGLISH)]
_LANGUAGES = {**CHINESE.table("languages"), **ENGLISH.table("languages")}


class Role(StrEnum):
    """What a phrase of a question is there for."""

    PUBLISHED = "published"
    MENTIONED = "mentioned"
    ACCOUNT = "account"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a question that name days, an account or a language of articles.

    Attributes:
        start: Where they begin in the question.
        end: Where they end.
        text: The words; of a limit, all that a search can do without.
        date_from: The first day meant, ``None`` for an open end or an account.
        date_to: The last day meant, ``None`` for an open end or an account.
        account: The account as the library spells it, ``""`` for a date.
        language: The language that articles are wanted in.
    """

    start: int
    end: int
    text: str
    role: Role
    date_from: date | None = None
    date_to: date | None = None
    account: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """All that was read of a question: its language and its phrases, from which the limits follow."""

    question: str
    language: Language
    phrases: tuple[Phrase, ...]

    @property
    def date_from(self) -> date | None:
        """The first day of publication wanted."""
        return _limit(self._periods(Role.PUBLISHED)).date_from

    @property
    def date_to(self) -> date | None:
        """The last day of publication wanted."""
        return _limit(self._periods(Role.PUBLISHED)).date_to

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts wanted, in the order they are named in."""
        return tuple(dict.fromkeys(p.account for p in self.phrases if p.role is Role.ACCOUNT))

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that articles are wanted in."""
        return tuple(dict.fromkeys(p.language for p in self.phrases if p.language))

    @property
    def mentioned(self) -> tuple[tuple[date | None, date | None], ...]:
        """The days of events, as (first, last)."""
        return tuple((p.date_from, p.date_to) for p in self._periods(Role.MENTIONED))

    @property
    def without_limits(self) -> str:
        """The question as it is searched, without the words that say which articles to look in.

        It is the question itself where nothing would be left to search for.
        """
        limits = [p for p in self.phrases if _can_go(p)]
        rest = _cut(self.question, limits)
        return rest if limits and _is_searchable(rest) else self.question

    def _periods(self, role: Role) -> list[Period]:
        return [Period(p.date_from, p.date_to) for p in self.phrases if p.role is role]


def understand(
    question: str,
    *,
    today: date,
    accounts: Collection[str],
    every_day: bool = False,
    every_name: bool = False,
) -> Understood:
    """Read the limits and dates in a question.

    Args:
        today: What 上周 and dates without a year are reckoned from.
        accounts: The accounts of the library; one alone is never a limit.
        every_day: Whether every day that is named limits publication, as where an overview of
            articles is asked for.
        every_name: Whether every account and language that is named limits them, as where the library
            itself is asked about.

    >>> asked = "9月24日发布的“岚江动态”介绍了哪个项目？"
    >>> understood = understand(asked, today=date(2025, 10, 20), accounts=["临江工信"])
    >>> understood.date_from, understood.without_limits
    (datetime.date(2025, 9, 24), '“岚江动态”介绍了哪个项目？')
    >>> asked = "9月24日一天里谁参加了三场活动？"
    >>> understand(asked, today=date(2025, 10, 20), accounts=[]).phrases[0].role.value
    'mentioned'
    """
    reading = read_question(question, today, accounts)
    found = [*_days(question, reading, every_day), *_names(question, reading, every_name)]
    phrases = sorted(found, key=lambda p: (p.start, p.end))
    return Understood(question, detect_language(question), tuple(phrases))


def _days(question: str, reading: Reading, every_day: bool) -> Iterator[Phrase]:
    published, others = publication_days(reading)
    if every_day:
        published += [((p.start, p.end), p.past) for p in others if not p.bare]
        others = []
    mentioned = [((p.start, p.end), p.near) for p in others if not p.bare]
    for role, days in ((Role.PUBLISHED, published), (Role.MENTIONED, mentioned)):
        for span, period in days:
            text = question[slice(*span)]
            yield Phrase(*span, text, role, period.date_from, period.date_to)


def _names(question: str, reading: Reading, every_name: bool) -> Iterator[Phrase]:
    for span, account in (mentioned_accounts if every_name else named_accounts)(reading):
        yield Phrase(*span, question[slice(*span)], Role.ACCOUNT, account=account)
    patterns = _NAMED_LANGUAGE if every_name else _IN_LANGUAGE
    for span, language in _named_languages(reading.text, patterns):
        yield Phrase(*span, question[slice(*span)].strip(), Role.LANGUAGE, language=language)


def _named_languages(
    text: str, patterns: Sequence[re.Pattern[str]]
) -> Iterator[tuple[Span, Language]]:
    """Where articles in a language are wanted: 英文报道, "in Chinese articles"."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            (said,) = filter(None, match.groups())
            yield match.span(), Language(_LANGUAGES[said.lower()])


def _limit(periods: Sequence[Period]) -> Period:
    """What all periods share; where they share nothing, as in a comparison of two days, their hull.

    >>> days = [Period(date(2025, 9, d), date(2025, 9, d)) for d in (24, 26)]
    >>> _limit(days).date_from.day, _limit(days).date_to.day
    (24, 26)
    """
    if not periods:
        return Period(None, None)
    first = max((p.date_from for p in periods if p.date_from), default=None)
    last = min((p.date_to for p in periods if p.date_to), default=None)
    return hull(periods) if first and last and first > last else Period(first, last)


def _can_go(phrase: Phrase) -> bool:
    """Whether a sentence stands without the phrase: an account that is its subject has to stay."""
    return phrase.role in {Role.PUBLISHED, Role.LANGUAGE} or (
        phrase.role is Role.ACCOUNT
        and fold_characters(phrase.text) != fold_characters(phrase.account)
    )


def _cut(question: str, limits: Sequence[Phrase]) -> str:
    """``question`` without the words of ``limits``, tidied where they were."""
    kept, at = [], 0
    for limit in sorted(limits, key=lambda p: p.start):
        kept.append(question[at : max(at, limit.start)])
        at = max(at, limit.end)
    rest = "".join([*kept, question[at:]])
    rest = re.sub(r"[ \t]{2,}", " ", re.sub(r"(?<!\s)\s++(?=[?.,!])", "", rest))
    return rest.strip().lstrip("，,、的：: ").strip()


def _is_searchable(rest: str) -> bool:
    """Whether words are left that say what to look for: 有哪些新闻 says nothing."""
    said = fold_characters(rest)
    for pattern in _SAYS_NOTHING:
        said = pattern.sub(" ", said)
    return bool(content_terms(said))
