"""Which articles a question about the library is on, and how they are called in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.library.library import Heading, Library
from index.records import Kind
from index.search.filters import Filters
from index.text.dates.periods import Period, shift
from index.text.language import Language
from index.text.rules import load_patterns
from rag.question.catalogue import Clause, Condition

_NOTICE = load_patterns("rag.question", "catalogue")["notice"]

LOOKED_AT = 5000
"""Articles that are looked at one by one, at most."""

LANGUAGES = {
    Language.CHINESE: ("中文", "Chinese"),
    Language.ENGLISH: ("英文", "English"),
}
_CONDITIONS = {
    Condition.UNDATED: ("没有日期的", "without a date"),
    Condition.TEXTLESS: ("没有正文的", "without text"),
    Condition.REPEATED: ("与其他文章内容重复的", "that repeat another article"),
    Condition.NOTICE: ("按标题看是通知、公告的", "that are notices by their titles"),
}
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Selection:
    """Some articles of a library.

    Attributes:
        filters: What they have in common.
        conditions: What else was asked for; their ids are among the filters'.
        about: What they are about, as far as a search tells; ``""`` for anything.
        title: Words that their titles have; ``""`` for any.
        is_partial: Whether there may be more of them than were looked at.
    """

    filters: Filters
    conditions: tuple[Condition, ...] = ()
    about: str = ""
    title: str = ""
    is_partial: bool = False

    @property
    def is_whole(self) -> bool:
        return self.filters.limit_nothing

    def within(self, clause: Clause, library: Library) -> Selection:
        """Those of them that a clause limits them to; of days, accounts and languages that it names,
        which take the place of those before."""
        filters = self.filters
        if clause.periods:
            period = shared(clause.periods)
            filters = replace(filters, date_from=period.date_from, date_to=period.date_to)
        if clause.accounts:
            filters = replace(filters, accounts=clause.accounts)
        if clause.languages:
            filters = replace(filters, languages=clause.languages)
        selection = replace(self, filters=filters)
        for condition in Condition:
            if condition in clause.conditions:
                selection = selection._meeting(condition, library)
        return selection.titled(clause.in_title, library) if clause.in_title else selection

    def of(self, period: Period) -> Selection:
        """Those of some days."""
        first, last = self.filters.date_from, self.filters.date_to
        return replace(
            self,
            filters=replace(
                self.filters,
                date_from=max(filter(None, (first, period.date_from)), default=None),
                date_to=min(filter(None, (last, period.date_to)), default=None),
            ),
        )

    def titled(self, words: str, library: Library) -> Selection:
        found = library.titled_like(words, LOOKED_AT)
        some = self._among([one.article_id for one in found])
        return replace(some, title=words, is_partial=len(found) == LOOKED_AT)

    def on(self, subject: str, article_ids: Sequence[str]) -> Selection:
        return replace(self._among(article_ids), about=subject)

    def whole_of(self) -> Selection:
        """What a share of them is a share of: without the conditions or the account or, where there
        are none, of all days."""
        filters = self.filters
        if filters.accounts or filters.languages or filters.article_ids:
            rest = replace(filters, accounts=(), languages=(), article_ids=())
            return Selection(rest)
        return Selection(replace(filters, date_from=None, date_to=None))

    def _among(self, article_ids: Sequence[str]) -> Selection:
        given = set(self.filters.article_ids)
        ids = [one for one in article_ids if not given or one in given]
        return replace(self, filters=replace(self.filters, article_ids=ids or (_NONE,)))

    def _meeting(self, condition: Condition, library: Library) -> Selection:
        ids = [one.article_id for one in _meeting(condition, self.filters, library)]
        more = library.counts(self.filters).articles > LOOKED_AT
        partial = self.is_partial or (more and condition is not Condition.UNDATED)
        some = self._among(ids)
        return replace(some, conditions=(*self.conditions, condition), is_partial=partial)

    def called(self, *, in_english: bool) -> str:
        """As it is called in a sentence: 2025-06-03 发布的英文文章."""
        return self._in_english() if in_english else self._in_chinese()

    def _in_chinese(self) -> str:
        filters = self.filters
        said = "、".join(filters.accounts)
        period = period_in_words(Period(filters.date_from, filters.date_to), in_english=False)
        said += f" {period}" if said and period else period
        said = f"{said} " if said[-1:].isdigit() else said
        said += "发布的" if said else ""
        said += "".join(_CONDITIONS[one][0] for one in self.conditions)
        said += f"标题里有“{self.title}”的" if self.title else ""
        said += f"与“{self.about}”有关的" if self.about else ""
        said += "、".join(LANGUAGES[one][0] for one in filters.languages)
        return f"{said}文章"

    def _in_english(self) -> str:
        filters = self.filters
        languages = " and ".join(LANGUAGES[one][1] for one in filters.languages)
        period = period_in_words(Period(filters.date_from, filters.date_to), in_english=True)
        parts = [
            f"{languages} articles".strip(),
            f"by {', '.join(filters.accounts)}" if filters.accounts else "",
            f"of {period}" if period else "",
            *(_CONDITIONS[one][1] for one in self.conditions),
            f"with “{self.title}” in the title" if self.title else "",
            f"about “{self.about}”" if self.about else "",
        ]
        return " ".join(filter(None, parts))


def names_notices(text: str) -> bool:
    """Whether notices are asked for, or a title is that of one."""
    return bool(_NOTICE.search(text))


_NONE = "\x00"
"""An id that no article has: a filter without ids would limit nothing."""


def _meeting(condition: Condition, filters: Filters, library: Library) -> Iterator[Heading]:
    if condition is Condition.UNDATED:
        dated = sum(library.days(filters).values())  # undated ones come last
        yield from library.headings(LOOKED_AT, dated, filters)
        return
    if condition is Condition.NOTICE:
        headings = library.headings(LOOKED_AT, filters=filters)
        yield from (one for one in headings if names_notices(one.title))
        return
    kind = Kind.REPRINT if condition is Condition.REPEATED else Kind.IMAGE_ONLY
    yield from (one for one in library.headings(LOOKED_AT, filters=filters) if one.kind is kind)


def shared(periods: Sequence[Period]) -> Period:
    """The days that all of some periods share; from the first to the last where they share none."""
    firsts = [one.date_from for one in periods if one.date_from]
    lasts = [one.date_to for one in periods if one.date_to]
    first, last = max(firsts, default=None), min(lasts, default=None)
    if first and last and first > last:
        return Period(min(firsts), max(lasts))
    return Period(first, last)


def are_apart(periods: Sequence[Period]) -> bool:
    """Whether several periods are meant one by one, as two months are, and a month and a day of it
    are not."""
    firsts = [one.date_from or date.min for one in periods]
    lasts = [one.date_to or date.max for one in periods]
    return len(periods) > 1 and max(firsts) > min(lasts)


def period_in_words(period: Period, *, in_english: bool) -> str:
    """Days as they are called in a sentence; a whole month or year by its name."""
    first, last = period.date_from, period.date_to
    if first and last:
        return _between(first, last, in_english=in_english)
    if in_english:
        return f"{first} and later" if first else (f"{last} and earlier" if last else "")
    return f"{first} 起" if first else (f"{last} 及以前" if last else "")


def _between(first: date, last: date, *, in_english: bool) -> str:
    if first == last:
        return str(first)
    begins, ends = first.day == 1, shift(last, 1).day == 1
    if begins and ends and (first.year, first.month) == (last.year, last.month):
        return f"{first:%B} {first.year}" if in_english else f"{first.year} 年 {first.month} 月"
    if begins and ends and first.year == last.year and (first.month, last.month) == (1, _DECEMBER):
        return str(first.year) if in_english else f"{first.year} 年"
    return f"{first} to {last}" if in_english else f"{first} 至 {last}"
