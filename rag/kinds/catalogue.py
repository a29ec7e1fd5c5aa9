"""What is asked of the library itself, answered from its catalogue: how many, from when, which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.library.library import Heading, Library, LibraryCounts
from index.records import Article, Span
from index.search.filters import Filters
from index.text.dates.moments import complete, day_named, find_moments
from index.text.dates.phrases import find_dates
from index.text.language import Language
from index.text.rules import load_patterns
from index.text.script import fold, fold_characters
from index.text.sentences import split_sentences
from index.text.terms import question_phrases
from rag.extractive.answer import Draft
from rag.kinds.overview import fitting_articles
from rag.kinds.pieces import Piece, draft_of, telling
from rag.question.asked import Asked
from rag.question.limits import Phrase, Role, understand
from rag.question.subject import subject_of
from rag.records import Found
from rag.retrieval.find import filters_of

_LISTED = 20
"""Titles that are shown at most."""

_SHORTEST_NAME = 4
"""Characters of what is looked for in titles."""

_MOST_TITLES = 0.5
"""Share of the titles that have it, from which on it tells nothing."""

_ACCOUNTS = 40
_LOOKED_AT = 5000
_SHARED = 0.4
"""The lexical score of an article on the subject that a question about the library names; less is of
words such as 现在."""

_RULES = load_patterns("rag.question", "catalogue")
_DEADLINE = load_patterns("rag.question", "answers")["deadline"]


def catalogue(asked: Asked, found: Found, library: Library) -> Draft:
    """What the catalogue says: of notices where these are asked for, of a subject where one is named,
    else of all articles, or of those of the days, accounts and languages that the question names."""
    filters = filters_of(found.filters)
    if _RULES["notice"].search(asked.text):
        return _notices(asked, library, filters)
    if titled := _of_titles(asked, found, library):
        return titled
    about = _about(found, asked.language) if _RULES["about"].search(asked.text) else []
    if about:
        return _of_subject(subject_of(found.question), about, asked.language)
    counts = library.counts(filters)
    if filters.limit_nothing:
        none = _none_within(found.filters.dropped, asked.language)
        only = _RULES["counts"].search(asked.text) and not _RULES["edges"].search(asked.text)
        return _of_all(library, counts, none, asked.language, only_counted=bool(only))
    headings = library.headings(_LISTED, filters=filters)
    said = _counted(counts, _period(filters, asked.language), asked.language, within=True)
    said += _each_period(asked, filters, library)
    if not (filters.date_from or filters.date_to):
        said = f"{said} {_in_all(library.counts().articles, asked.language)}"
    return _titles(library, headings, said, counts.articles, asked.language)


def _each_period(asked: Asked, filters: Filters, library: Library) -> str:
    """How many articles there are of each of several periods that a question names."""
    scope = library.scope()
    read = understand(
        asked.text, today=scope.newest or date.today(), accounts=scope.accounts, every_day=True
    )
    named = [
        one
        for one in read.phrases
        if one.role is Role.PUBLISHED and not _holds(one, filters.date_from, filters.date_to)
    ]
    if len(named) < 2:
        return ""
    counted = [
        (
            one.text.rstrip("的"),
            library.counts(replace(filters, date_from=one.date_from, date_to=one.date_to)),
        )
        for one in named
    ]
    if asked.in_english:
        return " " + ", ".join(f"{text}: {counts.articles}" for text, counts in counted) + "."
    return "其中" + "，".join(f"{text} {counts.articles} 篇" for text, counts in counted) + "。"


def _holds(phrase: Phrase, first: date | None, last: date | None) -> bool:
    """Whether a phrase means all of the days that the articles are limited to."""
    begins = phrase.date_from is None or (first is not None and phrase.date_from <= first)
    ends = phrase.date_to is None or (last is not None and phrase.date_to >= last)
    return begins and ends


def _of_titles(asked: Asked, found: Found, library: Library) -> Draft | None:
    """The articles whose titles have what a question names, such as a regular column; ``None`` where
    it names nothing that some titles have and most have not."""
    phrases = sorted(question_phrases(subject_of(found.question)), key=len, reverse=True)
    names = {phrase: name for phrase in phrases if len(name := fold(phrase)) >= _SHORTEST_NAME}
    if not names:
        return None
    headings = list(library.headings(_LOOKED_AT, filters=filters_of(found.filters)))
    titles = [fold(one.title) for one in headings]
    for phrase, name in names.items():
        having = [one for one, title in zip(headings, titles, strict=True) if name in title]
        if 0 < len(having) <= _MOST_TITLES * len(headings):
            said = _said_of_titles(phrase, len(having), asked.language)
            return _titles(library, having[:_LISTED], said, len(having), asked.language)
    return None


def _said_of_titles(name: str, articles: int, language: Language) -> str:
    if language is Language.ENGLISH:
        return f"{_many(articles, 'article')} with “{name}” in the title:"
    return f"标题里有“{name}”的文章有 {articles} 篇："


def _in_all(articles: int, language: Language) -> str:
    if language is Language.ENGLISH:
        return f"The library holds {articles} in all."
    return f"文章库总共 {articles} 篇。"


def _about(found: Found, language: Language) -> list[Article]:
    """The articles on the subject that a question about the library names, if it names one."""
    best = max((hits[0].lexical for hits in found.articles), default=0.0)
    if best < _SHARED or not subject_of(found.question):
        return []
    return fitting_articles(found, subject_of(found.question), language)


def _of_subject(subject: str, articles: Sequence[Article], language: Language) -> Draft:
    said = (
        f"Of those looked at, {_many(len(articles), 'article')} about “{subject}”:"
        if language is Language.ENGLISH
        else f"查看的文章中，与“{subject}”有关的有 {len(articles)} 篇："
    )
    newest = sorted(articles, key=lambda one: str(one.date or ""), reverse=True)[:_LISTED]
    return draft_of([Piece(None, text=said), *map(_titled, newest)])


def _none_within(dropped: Sequence[str], language: Language) -> str:
    """What is said of days and accounts that no article is within."""
    if not dropped:
        return ""
    if language is Language.ENGLISH:
        return f"There is no article within {', '.join(f'“{word}”' for word in dropped)}. "
    return f"没有{'、'.join(f'“{word}”' for word in dropped)}的文章。"


def _of_all(
    library: Library,
    counts: LibraryCounts,
    none: str,
    language: Language,
    *,
    only_counted: bool,
) -> Draft:
    """Counts, the articles of the newest day, and the oldest article; where only counts are asked for,
    no more than one of the newest."""
    if counts.first_date is None or counts.last_date is None:
        headings = library.headings(_LISTED)
        return _titles(library, headings, _counted(counts, "", language), counts.articles, language)
    last = Filters(date_from=counts.last_date, date_to=counts.last_date)
    first = Filters(date_from=counts.first_date, date_to=counts.first_date)
    english = language is Language.ENGLISH
    dated = Filters(date_from=counts.first_date, date_to=counts.last_date)
    undated = counts.articles - library.counts(dated).articles
    said = none + _counted(counts, "", language) + _without_days(undated, language)
    pieces = [Piece(None, text=said)]
    newest = library.headings(1 if only_counted else _LISTED, filters=last)
    said = (
        f"The newest are of {counts.last_date} ({library.counts(last).articles}):"
        if english
        else f"最新的发布于 {counts.last_date}，共 {library.counts(last).articles} 篇："
    )
    pieces += [Piece(None, text=said), *_listed(library, newest)]
    said = (
        f"The oldest is of {counts.first_date}:"
        if english
        else f"最早的发布于 {counts.first_date}："
    )
    oldest = list(_listed(library, library.headings(1, filters=first)))
    told = (
        []
        if only_counted
        else [Piece(one.article, telling(one.article)) for one in oldest if one.article]
    )
    return draft_of([*pieces, Piece(None, text=said), *oldest, *(p for p in told if p.span.end)])


def _without_days(articles: int, language: Language) -> str:
    if not articles:
        return ""
    if language is Language.ENGLISH:
        return f" {_many(articles, 'article')} without a date."
    return f"另有 {articles} 篇没有日期（已计入总数）。"


def _titles(
    library: Library, headings: Sequence[Heading], said: str, count: int, language: Language
) -> Draft:
    more = count - len(headings)
    notice = ""
    if more > 0:
        notice = (
            f"{more} more are in the library's list."
            if language is Language.ENGLISH
            else f"另有 {more} 篇，见文章库列表。"
        )
    return draft_of([Piece(None, text=said), *_listed(library, headings)], notice=notice)


def _listed(library: Library, headings: Sequence[Heading]) -> Iterator[Piece]:
    for heading in headings:
        article = library.article(heading.article_id)
        if article:
            yield _titled(article)


def _titled(article: Article) -> Piece:
    """An article by its title, citing the sentence that says best what it tells."""
    title = article.heading or article.article_id
    return Piece(article, telling(article), title, heading=str(article.date or ""))


def _counted(
    counts: LibraryCounts, period: str, language: Language, *, within: bool = False
) -> str:
    """How many articles there are, and of which accounts.

    Args:
        within: Whether only a part of the library is meant.
    """
    named = [(name, count) for name, count in counts.accounts.items() if name]
    shown = [f"{name}（{count}）" for name, count in named[:_ACCOUNTS]]
    if language is Language.ENGLISH:
        shown = [f"{name} ({count})" for name, count in named[:_ACCOUNTS]]
        where = f" of {period}" if period else ("" if within else " in the library")
        said = f"{_many(counts.articles, 'article')}{where}"
        if shown:
            rest = len(named) - len(shown)
            of = "one account" if len(named) == 1 else f"{len(named)} accounts"
            said += f", of {of}: {', '.join(shown)}{f' and {rest} more' if rest else ''}"
        return f"{said}. {_languages(counts.languages, english=True)}".strip()
    said = f"{period}发布的文章有" if period else ("这样的文章有" if within else "文章库共有")
    said += f" {counts.articles} 篇" + ("" if period or within else "文章")
    if shown:
        rest = len(named) - len(shown)
        said += (
            f"，来自 {len(named)} 个账号：{'、'.join(shown)}{f'，另有 {rest} 个' if rest else ''}"
        )
    return f"{said}。{_languages(counts.languages, english=False)}"


def _languages(languages: Mapping[str, int], *, english: bool) -> str:
    """Said where there are articles in both languages."""
    chinese, other = languages.get("zh", 0), languages.get("en", 0)
    if not (chinese and other):
        return ""
    if english:
        return f"{chinese} are in Chinese, {other} in English."
    return f"其中中文 {chinese} 篇，英文 {other} 篇。"


def _many(count: int, of: str) -> str:
    return f"{count} {of}{'' if count == 1 else 's'}"


def _period(filters: Filters, language: Language) -> str:
    first, last = filters.date_from, filters.date_to
    if language is Language.ENGLISH:
        if first and last:
            return f"{first}" if first == last else f"{first} to {last}"
        return f"{first} and later" if first else (f"{last} and earlier" if last else "")
    if first and last:
        return f"{first}" if first == last else f"{first} 至 {last} "
    return f"{first} 起" if first else (f"{last} 及以前" if last else "")


@dataclass(frozen=True, slots=True)
class _Notice:
    """A notice with the sentences that say until when, and the days that they name."""

    article: Article
    ends: tuple[tuple[Span, date | None], ...]

    def due(self, period: _Period) -> list[date]:
        return [day for _, day in self.ends if day and _is_within(day, period)]


_Period = tuple[date | None, date | None]


def _notices(asked: Asked, library: Library, filters: Filters) -> Draft:
    """Notices, each with the sentences that say until when, newest first; where it is asked what is
    due, those that say it, soonest first, within the days that the question names."""
    asks_due = bool(_RULES["due"].search(asked.text))
    period = _due_within(asked, library) if asks_due else (None, None)
    within = filters
    if period != (None, None):
        within = replace(filters, date_from=None, date_to=None)
    notices = list(_found_notices(library, within))
    shown = sorted(notices, key=lambda one: str(one.article.date or ""), reverse=True)
    if asks_due:
        shown = [one for one in notices if one.due(period)]
        shown.sort(key=lambda one: min(one.due(period)))
    pieces = [piece for one in shown[:_LISTED] for piece in _notice_pieces(one)]
    undated = len(notices) - len(shown) if asks_due and period == (None, None) else 0
    said = Piece(None, text=_notices_said(len(shown), undated, asks_due, asked.language))
    return draft_of([said, *pieces])


def _due_within(asked: Asked, library: Library) -> _Period:
    """The days that a question names, as days to come."""
    today = library.scope().newest or date.today()
    named = [one.near for one in find_dates(fold_characters(asked.own), today) if not one.bare]
    firsts = [one.date_from for one in named if one.date_from]
    lasts = [one.date_to for one in named if one.date_to]
    return max(firsts, default=None), min(lasts, default=None)


def _found_notices(library: Library, filters: Filters) -> Iterator[_Notice]:
    for heading in library.headings(_LOOKED_AT, filters=filters):
        if _RULES["notice"].search(heading.title):
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
        said = f"{_many(count, 'notice')} by the title" + (
            " that say until when" if asks_due else ""
        )
        return said + (f", {undated} more that do not" if undated else "") + (":" if count else ".")
    said = f"按标题看，{'写明截止时间的' if asks_due else ''}通知、公告类文章有 {count} 篇"
    return said + (f"，另有 {undated} 篇没有写明" if undated else "") + ("：" if count else "。")


def _ends(article: Article) -> list[tuple[Span, date | None]]:
    """The sentences that say until when something is due, with the last day that each names; what was
    over when it was published (截至5月底, 有…) is none."""
    found: list[tuple[Span, date | None]] = []
    for span in split_sentences(article.text):
        text = span.of(article.text)
        if not _DEADLINE.search(text):
            continue
        days = [day_named(complete(moment, article.date)) for moment in find_moments(text)]
        last = [day for day in days if day]
        if not last or article.date is None or last[-1] >= article.date:
            found.append((span, last[-1] if last else None))
    return found


def _is_within(day: date, period: _Period) -> bool:
    first, last = period
    return (first is None or first <= day) and (last is None or day <= last)
