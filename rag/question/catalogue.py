"""What a question asks of a library's catalogue: measures, a grouping, an order and conditions.

A question about the library is a small query on a table with a row for each article, as those of a
cube are (what is counted × by what × in which order × of which rows). Each of its clauses is read by
itself: of what a clause does not say, the one before it holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from index.records import Span
from index.text.dates.moments import blank_spans
from index.text.dates.periods import Period
from index.text.language import Language
from index.text.numerals import chinese_number
from index.text.rules import load_patterns, load_rules
from index.text.script import fold_characters
from index.text.terms import content_terms
from rag.question.limits import Role, understand
from rag.question.parts import questions_in
from rag.question.reading import CHINESE, ENGLISH, read_question
from rag.question.subject import subject_of

_PARTS = re.compile(r"[·•|｜—]+")
_SHORTEST_PART = 3
_BESIDE = 10
"""Characters before and behind a column's name within which it is called one."""


class Measure(StrEnum):
    """What is to be told."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    TITLES = "titles"
    CONTENT = "content"
    WHETHER = "whether"
    DAY = "day"
    SPAN = "span"
    LENGTH = "length"


class Group(StrEnum):
    """By what articles are told apart."""

    ACCOUNT = "account"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    WEEKDAY = "weekday"
    LANGUAGE = "language"
    KIND = "kind"


class Order(StrEnum):
    """Which of the groups, or of the articles, are meant."""

    MOST = "most"
    LEAST = "least"
    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    SHORTEST = "shortest"


class Condition(StrEnum):
    """What else than days, accounts and languages limits the articles."""

    UNDATED = "undated"
    TEXTLESS = "textless"
    REPEATED = "repeated"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause of a question asks.

    Attributes:
        text: Its words.
        rest: The same with all that was read of them made blanks: what it is about.
        measures: What is to be told.
        groups: By what.
        orders: Which of them.
        conditions: What limits the articles, beside the following.
        in_title: Words that the titles are to have; ``""`` for none.
        top: How many articles or groups are wanted; ``None`` where it is not said.
        periods: Days that it names, one after the other.
        accounts: Accounts that it names.
        languages: Languages that it names.
        refers: Whether it is about what the clause before it was answered with.
        own: Whether it is of the question itself, and not of one before it.
    """

    text: str
    rest: str
    measures: frozenset[Measure] = frozenset()
    groups: tuple[Group, ...] = ()
    orders: tuple[Order, ...] = ()
    conditions: frozenset[Condition] = frozenset()
    in_title: str = ""
    top: int | None = None
    periods: tuple[Period, ...] = ()
    accounts: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    refers: bool = False
    own: bool = True

    @property
    def limits(self) -> bool:
        """Whether it says which articles it is about."""
        named = self.periods or self.accounts or self.languages
        return bool(named or self.conditions or self.in_title)


_RULES = load_patterns("rag.question", "catalogue")
_CARDINALS = load_rules("index.text", "en/numerals").table("cardinal")
_SAID_OF = (
    *((_RULES[f"by_{group}"], group) for group in Group),
    *((_RULES[order], order) for order in Order),
    *((_RULES[condition], condition) for condition in Condition),
    *((_RULES[f"asks_{measure}"], measure) for measure in Measure),
)
_ARTICLES = re.compile("|".join(rules["says_nothing"].scoped() for rules in (CHINESE, ENGLISH)))
_BY_LENGTH = (Order.LONGEST, Order.SHORTEST)
_BY_NUMBER = (Order.MOST, Order.LEAST)


def read_clauses(
    question: str,
    *,
    today: date,
    accounts: Sequence[str],
    columns: Sequence[str] = (),
    background: str = "",
) -> list[Clause]:
    """What each clause of a question asks of the catalogue; what one leaves open is filled in from the
    one before it, and one that only asks for more of the same is made one with it.

    Args:
        today: What 上周 and dates without a year are reckoned from.
        accounts: The accounts of the library.
        columns: Its columns.
        background: The earlier questions that it leans on, whose clauses go before.

    >>> asked = "哪天发得最多？那天有哪些文章？"
    >>> first, second = read_clauses(asked, today=date(2025, 6, 27), accounts=[])
    >>> first.groups, first.orders, second.refers
    ((<Group.DAY: 'day'>,), (<Order.MOST: 'most'>,), True)
    """
    clauses: list[Clause] = []
    parts = [(part, False) for part in questions_in(background) if part.strip()]
    for part, own in [*parts, *((part, True) for part in questions_in(question))]:
        clause = replace(_read(part, today, accounts, columns), own=own)
        last = clauses[-1] if clauses else None
        if last and _goes_on(clause, last):
            clauses[-1] = replace(
                last,
                measures=last.measures | clause.measures,
                groups=(*last.groups, *clause.groups),
                own=own,
            )
            continue
        if last and not (clause.measures or clause.groups or clause.orders):
            clause = replace(clause, measures=last.measures, groups=last.groups, orders=last.orders)
        clauses.append(clause)
    return clauses


def is_on_catalogue(question: str, *, today: date, accounts: Sequence[str]) -> bool:
    """Whether a question asks which group has the most articles, or for the newest, the longest and so
    on, and names nothing that an article might be about.

    >>> asked = ["Which month was the quietest?", "Which month was the driest?"]
    >>> [is_on_catalogue(one, today=date(2025, 6, 27), accounts=[]) for one in asked]
    [True, False]
    """
    clauses = read_clauses(question, today=today, accounts=accounts)
    return all(_asks_of_articles(clause) for clause in clauses)


def _asks_of_articles(clause: Clause) -> bool:
    by_number = set(clause.orders).intersection(_BY_NUMBER)
    several = max(map(len, (clause.accounts, clause.languages, clause.periods))) > 1
    if by_number:
        asks = bool(clause.groups) or several
    elif set(clause.orders).intersection(_BY_LENGTH):
        asks = bool(_ARTICLES.search(clause.text))
    elif clause.orders:  # the latest news is an overview
        asks = bool(clause.top or _RULES["names_titles"].search(clause.text))
    else:
        asks = clause.limits and _lists_or_shares(clause)
    rest = _ARTICLES.sub(" ", clause.rest)
    return asks and not subject_of(rest) and not any(map(_is_han, content_terms(rest)))


def _lists_or_shares(clause: Clause) -> bool:
    titles = Measure.TITLES in clause.measures and _RULES["names_titles"].search(clause.text)
    return Measure.SHARE in clause.measures or bool(titles)


def asks_of_column(question: str, columns: Sequence[str]) -> bool:
    """Whether a question asks which articles a column has, or how many: of whom or what it has told so far.

    >>> asked = ["“渡轮往事”专栏登过多少篇？", "“渡轮往事”专栏里的船长多大年纪？"]
    >>> [asks_of_column(one, ["渡轮往事"]) for one in asked]
    [True, False]
    """
    named = column_named(question, columns)
    return named is not None and bool(_RULES["asks_members"].search(question))


def column_named(question: str, columns: Sequence[str]) -> tuple[str, Span] | None:
    """The column that a question names as one, whole or by a part of its name (甲 of 甲·乙), and where; ``None``
    where it names none."""
    text = fold_characters(question).lower()
    called = {
        part: column
        for column in columns
        for part in (column, *_PARTS.split(column))
        if len(part) >= _SHORTEST_PART
    }
    for part in sorted(called, key=len, reverse=True):
        start = text.find(fold_characters(part).lower())
        if start < 0:
            continue
        first, end = max(0, start - _BESIDE), start + len(part) + _BESIDE
        if _RULES["beside_column"].search(text[first:end]):
            return called[part], Span(start, start + len(part))
    return None


def only_limits(question: str, *, today: date, accounts: Sequence[str]) -> bool:
    """Whether a question names days, accounts or the like and nothing that an article might be about:
    那8月呢？"""
    clauses = read_clauses(question, today=today, accounts=accounts)
    return all(
        (one.limits or one.groups or one.orders)
        and not subject_of(one.rest)
        and not any(map(_is_han, content_terms(one.rest)))
        for one in clauses
    )


def _is_han(term: str) -> bool:
    return not term.isascii()


def _goes_on(clause: Clause, last: Clause) -> bool:
    """Whether a clause asks for more of what the one before it asked about: its titles, or who
    published the newest."""
    if clause.limits or clause.orders:
        return False
    of_articles = bool(last.orders) and not set(last.orders).intersection(_BY_NUMBER)
    if clause.groups:
        counted = not (last.orders or last.groups) and Measure.COUNT in last.measures
        return counted or (of_articles and clause.groups == (Group.ACCOUNT,))
    return not clause.refers or (of_articles and Group.DAY not in last.groups)


def _read(text: str, today: date, accounts: Sequence[str], columns: Sequence[str] = ()) -> Clause:
    reading = read_question(text, today, accounts)
    said = understand(text, today=today, accounts=accounts, every_day=True, every_name=True)
    limits = [p for p in said.phrases if p.role is Role.PUBLISHED]
    days = [
        one
        for one in reading.dates
        if not one.bare or any(p.start <= one.start < p.end for p in limits)
    ]
    spans = [(one.start, one.end) for one in days]
    spans += [(p.start, p.end) for p in said.phrases if p.role is not Role.PUBLISHED]
    left = blank_spans(fold_characters(text), spans)
    in_title = _RULES["in_title"].search(left)
    name = _named_in(in_title) if in_title else ""
    if in_title:
        left = blank_spans(left, [in_title.span()])
    elif column := column_named(text, columns):
        name, place = column
        left = blank_spans(left, [(place.start, place.end)])
    found = [(kind, match.span()) for rule, kind in _SAID_OF for match in rule.finditer(left)]
    kinds = {kind for kind, _ in found}
    if name and not in_title:  # of a column all of it is told: how many, which, and what of
        kinds |= {Measure.COUNT, Measure.TITLES, Measure.CONTENT}
    spans = [span for _, span in found]
    if top := _RULES["top"].search(left):
        spans.append((top.start(), min(top.end() + 1, len(left))))
    return Clause(
        text=text,
        rest=blank_spans(left, spans),
        measures=frozenset(one for one in Measure if one in kinds),
        groups=tuple(one for one in Group if one in kinds),
        orders=_orders(kinds),
        conditions=frozenset(one for one in Condition if one in kinds),
        in_title=name,
        top=_number(top) if top else None,
        periods=tuple(one.past for one in days),
        accounts=said.accounts,
        languages=said.languages,
        refers=bool(_RULES["refers"].search(left)),
    )


def _orders(kinds: set[StrEnum]) -> tuple[Order, ...]:
    """The orders that are named: 字数最多 is no order by number, and 发得最多的一天 none by time."""
    named = [one for one in Order if one in kinds]
    if any(one in named for one in _BY_LENGTH):
        named = [one for one in named if one not in _BY_NUMBER]
    return tuple(named)


def _named_in(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group).strip()


def _number(match: re.Match[str]) -> int | None:
    said = _named_in(match)
    if said.isascii():
        return int(said) if said.isdigit() else int(_CARDINALS[said.lower()])
    number = chinese_number(said)
    return int(number) if number else None
