"""Notices in a library's catalogue, with the sentences that say until when something is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.library.library import Library
from index.records import Article, Span
from index.search.filters import Filters
from index.text.clauses import clauses_of
from index.text.dates.moments import complete, day_named, find_moments
from index.text.dates.periods import Period
from index.text.dates.phrases import DatePhrase, find_dates
from index.text.language import Language
from index.text.rules import load_patterns
from index.text.script import fold_characters
from index.text.sentences import split_sentences
from rag.extractive.answer import Draft
from rag.kinds.pieces import Piece, draft_of
from rag.kinds.selection import LOOKED_AT, names_notices, shared
from rag.kinds.tallies import many
from rag.kinds.telling import telling
from rag.question.asked import Asked
from rag.question.limits import Phrase, Role, understand

_LISTED = 20
_BETWEEN = " 和与及或、，,至到-–—~andorto"
"""What stands between days that are named one after the other."""

_RULES = load_patterns("rag.question", "catalogue")
_DEADLINE = load_patterns("rag.question", "answers")["deadline"]
_Period = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class _Notice:
    """A notice with the sentences that say until when, and the days that they name."""

    article: Article
    ends: tuple[tuple[Span, date | None], ...]

    def due(self, period: _Period) -> list[date]:
        return [day for _, day in self.ends if day and _is_within(day, period)]


def notices(asked: Asked, library: Library, filters: Filters) -> Draft:
    """Notices, each with the sentences that say until when, newest first; where it is asked what is
    due, those that say it, soonest first, within the days that the question names."""
    asks_due = asks_until(asked.text)
    as_of = library.scope().newest or date.today()
    within, period = _limits(asked, filters, as_of) if asks_due else (filters, (None, None))
    notices = list(_found_notices(library, within))
    shown = sorted(notices, key=lambda one: str(one.article.date or ""), reverse=True)
    if asks_due:
        shown = [one for one in notices if one.due(period)]
        shown.sort(key=lambda one: min(one.due(period)))
    pieces = [piece for one in shown[:_LISTED] for piece in _notice_pieces(one)]
    undated = len(notices) - len(shown) if asks_due and period == (None, None) else 0
    said = _notices_said(len(shown), undated, asks_due, asked.language)
    if asks_due and shown:
        still = period[0] if _RULES["still_open"].search(asked.text) else None
        over = _over(shown, period) if still in (None, as_of) else 0  # else a day is supposed
        said = _reckoned(still, over, len(shown), asked.language) + said
    return draft_of([Piece(None, text=said), *pieces])


def asks_until(question: str) -> bool:
    """Whether it is asked until when things are due, or what is still open."""
    return bool(_RULES["due"].search(question) or _RULES["still_open"].search(question))


def _limits(asked: Asked, filters: Filters, today: date) -> tuple[Filters, _Period]:
    """Which notices are meant, and within which days they are due: the days that a question names, but for
    those on which it says that they were published (10月10日发的)."""
    days = find_dates(fold_characters(asked.own), today)
    published = [
        one
        for one in understand(asked.own, today=today, accounts=()).phrases
        if one.role is Role.PUBLISHED and not _is_only_days(one, days, asked.own)
    ]
    due = [
        day.near
        for day in days
        if not day.bare and not any(p.start <= day.start < p.end for p in published)
    ]
    period = _due_within(asked, due, today)
    if period == (None, None):
        return filters, period
    first, last = (published[0].date_from, published[0].date_to) if published else (None, None)
    return replace(filters, date_from=first, date_to=last), period


def _is_only_days(phrase: Phrase, days: Sequence[DatePhrase], question: str) -> bool:
    """Whether a phrase names days and nothing that says what happened on them (5月和6月)."""
    named = [one for one in days if phrase.start <= one.start and one.end <= phrase.end]
    places = [phrase.start, *(at for one in named for at in (one.start, one.end)), phrase.end]
    between = (question[start:end] for start, end in zip(places[::2], places[1::2], strict=True))
    return bool(named) and not "".join(between).strip(_BETWEEN)


def _due_within(asked: Asked, named: Sequence[Period], today: date) -> _Period:
    """Days as days to come; of what is still open all from the day on as of which it is asked."""
    if _RULES["still_open"].search(asked.text):
        days = [one.date_from or one.date_to for one in named]
        return days[-1] if days else today, None  # "if today is 5 May": the day named last
    within = shared(named)
    return within.date_from, within.date_to


def _found_notices(library: Library, filters: Filters) -> Iterator[_Notice]:
    for heading in library.headings(LOOKED_AT, filters=filters):
        if names_notices(heading.title):
            article = library.article(heading.article_id)
            if article:
                yield _Notice(article, tuple(_ends(article)))


def _notice_pieces(notice: _Notice) -> list[Piece]:
    article = notice.article
    over = f"{article.date} · {article.title}" if article.date else article.title
    told = [span for span, _ in notice.ends][:2] or [telling(article)]
    pieces = [Piece(article, span, heading=over) for span in told if span.end]
    return pieces or [Piece(article, text=article.title, heading=over)]


def _notices_said(count: int, undated: int, asks_due: bool, language: Language) -> str:
    if language is Language.ENGLISH:
        said = f"{many(count, 'notice')} by the title" + (
            " that say until when" if asks_due else ""
        )
        return said + (f", {undated} more that do not" if undated else "") + (":" if count else ".")
    said = f"按标题看，{'写明截止时间的' if asks_due else ''}通知、公告类文章有 {count} 篇"
    return said + (f"，另有 {undated} 篇没有写明" if undated else "") + ("：" if count else "。")


def _over(shown: Sequence[_Notice], period: _Period) -> int:
    """How many are due on no day that is still to come, whatever the library's newest day is."""
    return sum(max(one.due(period)) < date.today() for one in shown)


def _reckoned(open_from: date | None, over: int, count: int, language: Language) -> str:
    """As of which day notices are called open, and how many of them are over today."""
    english, today = language is Language.ENGLISH, date.today()
    said = ""
    if open_from and open_from != today:
        said = f"As of {open_from}. " if english else f"以 {open_from} 为准。"
    if not over:
        return said
    if over == count:
        all_over = f"Today ({today}) all of these days are past. "
        return said + (all_over if english else f"到今天（{today}），这些期限都已过。")
    some_over = f"Today ({today}) {over} of them are past. "
    return said + (some_over if english else f"到今天（{today}），其中 {over} 篇的期限已过。")


def _ends(article: Article) -> list[tuple[Span, date | None]]:
    """The sentences that say until when something is due, with the last day that each names; what was
    over when it was published (截至5月底, 有…) is none."""
    found: list[tuple[Span, date | None]] = []
    for span in split_sentences(article.text):
        text = span.of(article.text)
        if not _DEADLINE.search(text):
            continue
        last = _days_in(_due_clauses(text), article) or _days_in(text, article)
        if not last or article.date is None or last[-1] >= article.date:
            found.append((span, last[-1] if last else None))
    return found


def _due_clauses(text: str) -> str:
    """The clauses of a sentence that say until when: others tell when things begin."""
    return "".join(span.of(text) for span in clauses_of(text) if _DEADLINE.search(span.of(text)))


def _days_in(text: str, article: Article) -> list[date]:
    days = [day_named(complete(moment, article.date)) for moment in find_moments(text)]
    return [day for day in days if day]


def _is_within(day: date, period: _Period) -> bool:
    first, last = period
    return (first is None or first <= day) and (last is None or day <= last)
