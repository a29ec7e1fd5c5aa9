"""What is asked of the library itself, answered from its catalogue: how many, from when, which.

clauses of the question -> a selection of articles for each -> what is said of it, no more than asked
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from index.library.library import Heading, Library, LibraryCounts
from index.records import Article
from index.search.filters import Filters
from index.text.dates.periods import day_of
from index.text.rules import load_patterns
from index.text.script import fold, fold_characters
from index.text.terms import question_phrases
from rag.extractive.answer import Draft
from rag.kinds.deadlines import asks_until, notices
from rag.kinds.overview import fitting_articles
from rag.kinds.pieces import Piece, draft_of
from rag.kinds.selection import LOOKED_AT, Selection
from rag.kinds.tallies import (
    UNITS,
    Bar,
    bars_in_words,
    compared_in_words,
    counted,
    extreme,
    extreme_in_words,
    many,
    named_bars,
    tally,
)
from rag.kinds.telling import telling, told_alike
from rag.question.asked import Asked
from rag.question.catalogue import Clause, Condition, Group, Measure, Order, read_clauses
from rag.question.subject import subject_of
from rag.records import Found
from rag.retrieval.find import filters_of

_LISTED = 20
"""Titles that are shown at most."""

_FEW, _SOME = 5, 10
"""Titles that are shown where one asks whether there are any, or what there is at all."""

_TIED = 3
"""Groups of as many articles whose titles are shown."""

_BARS = 100
"""Groups that are told at most."""

_SHORTEST_NAME = 4
"""Characters of what is looked for in titles."""

_MOST_TITLES = 0.5
"""Share of the titles that have it, from which on it tells nothing."""

_SHARED = 0.4
"""The lexical score of an article on the subject that a question about the library names; less is of
words such as 现在."""

_RULES = load_patterns("rag.question", "catalogue")
_BY_TIME = (Order.NEWEST, Order.OLDEST)
_BY_LENGTH = (Order.LONGEST, Order.SHORTEST)


def catalogue(asked: Asked, found: Found, library: Library, given: Filters) -> Draft:
    """What the catalogue says, clause by clause: of all articles, or of those of the days, accounts,
    languages and subjects that the question names.

    Args:
        given: The limits that the caller set; the question's own count where it set none of their kind.
    """
    scope = library.scope()
    today = scope.newest or date.today()
    clauses = read_clauses(
        asked.own,
        today=today,
        accounts=scope.accounts,
        columns=scope.columns,
        background=asked.background,
    )
    if _is_on_notices(clauses, asked):
        return notices(asked, library, filters_of(found.filters))
    reads = bool(found.filters.read or found.filters.dropped)
    base = Selection(given)
    teller = _Teller(library, asked.in_english)
    told: list[_Told] = []
    for at, clause in enumerate(clauses):
        before = told[-1] if told else None
        clause = _of_same_groups(clause, clauses[at - 1]) if at else clause
        if before and clause.refers and _is_told(clause, before):
            continue
        start = before.goes_on(clause) if before else base
        own = _not_given(clause, given if reads else None)
        selection = start.within(own, library)
        if at == 0:
            selection = _on_subject(clause, selection, asked, found, library)
        told.append(replace(teller.tell(own, selection), scope=selection, own=clause.own))
    pieces = [piece for one in told if one.own for piece in one.pieces]
    notice = next((one.notice for one in told if one.own and one.notice), "")
    return draft_of(pieces, notice=notice)


def _not_given(clause: Clause, given: Filters | None) -> Clause:
    """A clause without the limits of the kinds that the caller set; without any where the question is
    not to be read for them."""
    dated = given is None or given.date_from or given.date_to
    return replace(
        clause,
        periods=() if dated else clause.periods,
        accounts=() if given is None or given.accounts else clause.accounts,
        languages=() if given is None or given.languages else clause.languages,
    )


def _of_same_groups(clause: Clause, before: Clause) -> Clause:
    """A clause that asks which are most, and not of what, with the groups of the one before it."""
    if clause.groups or not any(order in (Order.MOST, Order.LEAST) for order in clause.orders):
        return clause
    return replace(clause, groups=before.groups)


def _unrecorded(clause: Clause) -> str:
    """By what a clause tells articles apart that no catalogue has, such as 阅读量 in 哪篇阅读量最高; ``""``
    where there is nothing of the sort."""
    if any(one in (*_BY_TIME, *_BY_LENGTH) for one in clause.orders):
        return ""
    match = _RULES["told_apart_by"].search(fold_characters(clause.text))
    by = match[match.lastgroup] if match and match.lastgroup else ""
    return by if subject_of(by) else ""


def _is_told(clause: Clause, before: _Told) -> bool:
    """Whether a clause on what was just told asks no more than how many there are, which is told with
    it, or on what several groups share."""
    more = clause.limits or clause.groups or clause.orders
    return before.of is None or not (more or clause.measures - {Measure.COUNT, Measure.DAY})


def _is_on_notices(clauses: Sequence[Clause], asked: Asked) -> bool:
    """Whether notices are to be listed, or what is due, and not only to be counted."""
    if not any(Condition.NOTICE in clause.conditions for clause in clauses):
        return False
    if asks_until(asked.text):
        return True
    measures = {measure for clause in clauses for measure in clause.measures}
    only_numbers = measures and measures <= {Measure.COUNT, Measure.SHARE, Measure.MEAN}
    return not only_numbers and not any(clause.orders for clause in clauses)


def _on_subject(
    clause: Clause, selection: Selection, asked: Asked, found: Found, library: Library
) -> Selection:
    """Those on the subject that a clause names, if it names one: by what a search finds where it says
    关于 or the like, else by their titles where some have it and most have not."""
    phrases = question_phrases(subject_of(clause.rest))
    long = [phrase for phrase in phrases if len(fold(phrase)) >= _SHORTEST_NAME]
    names = sorted(long, key=len, reverse=True)
    about = bool(_RULES["about"].search(asked.text))
    if selection.title or not (names or (about and phrases)):
        return selection
    if not about:
        most = _MOST_TITLES * library.counts(selection.filters).articles
        for name in names:
            titled = selection.titled(name, library)
            if 0 < library.counts(titled.filters).articles <= most:
                return titled
    best = max((hits[0].lexical for hits in found.articles), default=0.0)
    subject = " ".join(phrases)
    fitting = fitting_articles(found, subject, asked.language) if best >= _SHARED else []
    if not about:
        texts = [fold(f"{one.heading} {one.text}") for one in fitting]
        fitting = fitting if any(fold(name) in text for text in texts for name in names) else []
    return selection.on(subject, [one.article_id for one in fitting]) if fitting else selection


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said for a clause.

    Attributes:
        of: The articles that it is said of; ``None`` where several groups are as large.
        scope: The articles among which they are.
        own: Whether it is said, or only leads to what is.
    """

    pieces: tuple[Piece, ...]
    of: Selection | None
    notice: str = ""
    scope: Selection = field(default_factory=lambda: Selection(Filters()))
    own: bool = True

    def goes_on(self, clause: Clause) -> Selection:
        """The articles among which those of the next clause are."""
        return self.of if clause.refers and self.of else self.scope


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what is asked of a selection of articles, and no more."""

    library: Library
    in_english: bool

    def tell(self, clause: Clause, selection: Selection) -> _Told:
        """What a clause asks of a selection; first, what it asks for that no catalogue has."""
        told = self._known(clause, selection)
        by = _unrecorded(clause)
        if not by:
            return told
        said = (
            f"The catalogue has titles, accounts, days, kinds, languages and lengths of articles, and not “{by}”."
            if self.in_english
            else f"目录里没有“{by}”，只有文章的标题、账号、日期、类别、语言和篇幅。"
        )
        return replace(told, pieces=(self._said(said), *told.pieces))

    def _known(self, clause: Clause, selection: Selection) -> _Told:
        bars = named_bars(clause, selection, self.library, in_english=self.in_english)
        if bars:
            return self._side_by_side(clause, selection, bars)
        counts = self.library.counts(selection.filters)
        if not counts.articles:
            return self._none(selection)
        if Measure.WHETHER in clause.measures and not selection.is_whole:
            return self._listed(selection, counts, _FEW, said=self._there_are(selection, counts))
        if groups := [one for one in clause.groups if not self._is_aside(one, clause)]:
            told = [self._by_group(clause, selection, group, counts) for group in groups]
            return _Told(tuple(p for one in told for p in one.pieces), told[-1].of, told[-1].notice)
        if by_time := [one for one in clause.orders if one in _BY_TIME]:
            return self._by_time(clause, selection, by_time)
        if by_length := [one for one in clause.orders if one in _BY_LENGTH]:
            return self._by_length(clause, selection, by_length)
        if not clause.measures.isdisjoint((Measure.SPAN, Measure.MEAN)):
            return _Told((self._said(self._figures(clause, selection, counts)),), selection)
        return self._numbers_and_titles(clause, selection, counts)

    def _is_aside(self, group: Group, clause: Clause) -> bool:
        """Whether a group only says what is to be told of the newest, the longest and so on."""
        if not any(order in (*_BY_TIME, *_BY_LENGTH) for order in clause.orders):
            return False
        return not any(order in (Order.MOST, Order.LEAST) for order in clause.orders)

    # --- Numbers ---------------------------------------------------------------------------------

    def _numbers_and_titles(
        self, clause: Clause, selection: Selection, counts: LibraryCounts
    ) -> _Told:
        share = Measure.SHARE in clause.measures
        numbers = Measure.COUNT in clause.measures or share
        lists = not clause.measures.isdisjoint((Measure.TITLES, Measure.CONTENT, Measure.DAY))
        if numbers and not lists and not selection.about:
            return _Told((self._said(self._count(selection, counts, share=share)),), selection)
        if selection.is_whole:
            return self._introduced(counts, briefly=lists)
        said = self._count(selection, counts, share=share)
        return self._listed(
            selection, counts, _LISTED, said=said, tells=Measure.CONTENT in clause.measures
        )

    def _figures(self, clause: Clause, selection: Selection, counts: LibraryCounts) -> str:
        """How many, from when to when and how many a day, as far as each is asked for."""
        said = []
        if Measure.COUNT in clause.measures and Measure.MEAN not in clause.measures:
            said.append(self._count(selection, counts))
        if Measure.SPAN in clause.measures and counts.first_date:
            said.append(self._span(counts))
        if Measure.MEAN in clause.measures:
            said.append(self._mean(Group.DAY, selection, counts))
        return (" " if self.in_english else "").join(said or [self._count(selection, counts)])

    def _count(self, selection: Selection, counts: LibraryCounts, *, share: bool = False) -> str:
        called = selection.called(in_english=self.in_english)
        at_least = selection.about or selection.is_partial
        said = (
            f"There {'is' if counts.articles == 1 else 'are'}{' at least' if at_least else ''} {counts.articles} {_singular(called, counts.articles)}"
            if self.in_english
            else f"{'查到的' if selection.about else ''}{called}{'至少' if selection.is_partial else ''}有 {counts.articles} 篇"
        )
        if selection.is_whole:
            said = (
                f"The library holds {many(counts.articles, 'article')}"
                if self.in_english
                else f"文章库共有 {counts.articles} 篇文章"
            )
        if not share or selection.is_whole:
            return f"{said}." if self.in_english else f"{said}。"
        whole = selection.whole_of()
        total = self.library.counts(whole.filters).articles
        percent = f"{100 * counts.articles / total:.1f}%"
        if self.in_english:
            return f"{said}, {percent} of all {total}."
        of = "全部" if whole.is_whole else whole.called(in_english=False)
        return f"{said}，占{of} {total} 篇的 {percent}。"

    def _there_are(self, selection: Selection, counts: LibraryCounts) -> str:
        said = self._count(selection, counts)
        return f"Yes. {said}" if self.in_english else f"有，{said}"

    def _none(self, selection: Selection) -> _Told:
        called = selection.called(in_english=self.in_english)
        counts = self.library.counts()
        among = (
            f" among the newest {LOOKED_AT}" if self.in_english else f"最新的 {LOOKED_AT} 篇中，"
        )
        among = among if selection.is_partial else ""
        said = (
            f"There are no {called}{among}." if self.in_english else f"{among}{called}一篇也没有。"
        )
        dated = selection.filters.date_from or selection.filters.date_to
        if dated and counts.first_date:
            said += f" {self._span(counts)}" if self.in_english else self._span(counts)
        return _Told((self._said(said),), selection)

    def _span(self, counts: LibraryCounts) -> str:
        first, last = counts.first_date, counts.last_date
        days = (last - first).days + 1 if first and last else 0
        if self.in_english:
            return f"The articles are of {first} to {last}, {many(days, 'day')} from the first to the last."
        return f"文章最早的是 {first}，最新的是 {last}，首尾共 {days} 天。"

    def _mean(self, group: Group, selection: Selection, counts: LibraryCounts) -> str:
        """How many there are a day, week and so on, from the first day to the last."""
        unit = UNITS[group][self.in_english]
        if group is Group.ACCOUNT or not (counts.first_date and counts.last_date):
            of, over = counts.articles, len(counts.accounts)
            unit = UNITS[Group.ACCOUNT][self.in_english]
        elif group in (Group.LANGUAGE, Group.KIND):
            parts = counts.languages if group is Group.LANGUAGE else counts.kinds
            of, over = counts.articles, len(parts)
        else:
            of = sum(self.library.days(selection.filters).values())
            days = (counts.last_date - counts.first_date).days + 1
            over = max(1, round(days / _DAYS[group])) if group in _DAYS else days
        if self.in_english:
            return f"{of / over:.1f} articles per {unit} on average ({many(of, 'article')}, {many(over, unit)})."
        each = unit.removeprefix("个")
        each = f"每个{each}" if unit in ("账号", "个月") else f"每{each}"
        return f"平均{each} {of / over:.1f} 篇（{over} {unit}，共 {of} 篇）。"

    # --- Groups ----------------------------------------------------------------------------------

    def _side_by_side(self, clause: Clause, selection: Selection, bars: Sequence[Bar]) -> _Told:
        total = self._total(clause, selection)
        english = self.in_english
        if Measure.TITLES in clause.measures and Measure.COUNT not in clause.measures:
            listed = [self._titles_of(bar, _LISTED // len(bars) + 1) for bar in bars if bar.of]
            return _Told(tuple(piece for one in listed for piece in one), selection)
        said = bars_in_words(bars, total, in_english=english, most=_BARS)
        said += compared_in_words(bars, in_english=english)
        return _Told((self._said(said),), selection)

    def _titles_of(self, bar: Bar, most: int) -> list[Piece]:
        said = f"{bar.label}: {bar.count}" if self.in_english else f"{bar.label} {bar.count} 篇："
        assert bar.of
        headings = self.library.headings(most, filters=bar.of.filters) if bar.count else []
        return [self._said(said), *self._pieces(headings)]

    def _total(self, clause: Clause, selection: Selection) -> int | None:
        """Of which shares are told, where they are asked for."""
        if Measure.SHARE not in clause.measures:
            return None
        whole = selection if clause.groups else selection.whole_of()
        return self.library.counts(whole.filters).articles

    def _by_group(
        self, clause: Clause, selection: Selection, group: Group, counts: LibraryCounts
    ) -> _Told:
        english = self.in_english
        if Measure.MEAN in clause.measures:
            return _Told((self._said(self._mean(group, selection, counts)),), selection)
        bars = tally(group, selection, self.library, in_english=english)
        if not bars:
            return self._none(selection)
        total = counts.articles if Measure.SHARE in clause.measures else None
        orders = [one for one in clause.orders if one in (Order.MOST, Order.LEAST)]
        if not orders:
            said = self._groups_lead(bars, group, selection, counts)
            said += bars_in_words(bars, total, in_english=english, most=_BARS)
            said += self._undated(counts.articles - sum(bar.count for bar in bars))
            return _Told((self._said(said),), selection)
        pieces, best = [], bars
        for order in orders:
            best = extreme(bars, most=order is Order.MOST)
            said = extreme_in_words(
                best,
                group,
                total,
                most=order is Order.MOST,
                of=len(bars),
                in_english=english,
            )
            pieces.append(self._said(said))
        of = best[0].of if len(best) == 1 else None
        if Measure.TITLES in clause.measures and 1 < len(best) <= _TIED:
            pieces += [piece for bar in best if bar.of for piece in self._titles_of(bar, _SOME)]
        if of is None or Measure.TITLES not in clause.measures:
            return _Told(tuple(pieces), of)
        pieces += self._pieces(self.library.headings(_LISTED, filters=of.filters))
        return _Told(tuple(pieces), of, self._more(best[0].count - _LISTED))

    def _undated(self, count: int) -> str:
        if count <= 0:
            return ""
        if self.in_english:
            return f" {many(count, 'article')} without a date."
        return f"另有 {count} 篇没有日期。"

    def _groups_lead(
        self, bars: Sequence[Bar], group: Group, selection: Selection, counts: LibraryCounts
    ) -> str:
        called = selection.called(in_english=self.in_english)
        groups = counted(len(bars), group, in_english=self.in_english)
        if self.in_english:
            of = "The articles" if selection.is_whole else f"The {called}"
            return f"{of} ({counts.articles}) are of {groups}: "
        of = "文章库" if selection.is_whole else called
        return f"{of}共 {counts.articles} 篇{'文章' if selection.is_whole else ''}，分属 {groups}："

    # --- Articles --------------------------------------------------------------------------------

    def _by_time(self, clause: Clause, selection: Selection, orders: Sequence[Order]) -> _Told:
        told = [self._at_an_end(clause, selection, newest=one is Order.NEWEST) for one in orders]
        return _Told(tuple(p for one in told for p in one.pieces), told[-1].of, told[-1].notice)

    def _at_an_end(self, clause: Clause, selection: Selection, *, newest: bool) -> _Told:
        """The newest or the oldest: the day alone where that is asked for, else its articles."""
        days = self.library.days(selection.filters)
        if not days:
            said = "They have no dates." if self.in_english else "这些文章都没有日期。"
            return _Told((self._said(said),), selection)
        day = max(days) if newest else min(days)
        of = selection.of(day_of(day))
        most = clause.top or 1
        tells = Measure.CONTENT in clause.measures
        single = (
            tells
            or Measure.TITLES in clause.measures
            or clause.measures.isdisjoint((Measure.DAY, Measure.COUNT))
        )
        if not single:
            return _Told((self._said(self._day_at_end(day, days[day], newest=newest)),), of)
        if clause.top is None or Group.DAY in clause.groups:
            headings = self.library.headings(_LISTED, filters=of.filters)
            said = self._day_at_end(day, days[day], newest=newest)
        else:
            dated = sum(days.values())
            start = 0 if newest else max(0, dated - most)
            headings = self.library.headings(min(most, dated), start, selection.filters)
            headings = headings if newest else headings[::-1]
            degree = ("最新", "newest") if newest else ("最早", "oldest")
            said = self._first_of(degree[self.in_english], len(headings))
        names = Group.ACCOUNT in clause.groups
        titled = self._pieces(headings, names_account=names, tells=tells)
        pieces = (self._said(said), *titled)
        return _Told(pieces, of, self._more(days[day] - len(headings)) if not clause.top else "")

    def _day_at_end(self, day: date, count: int, *, newest: bool) -> str:
        if self.in_english:
            degree = "newest" if newest else "oldest"
            return (
                f"The {degree} {'is' if count == 1 else 'are'} of {day} ({many(count, 'article')})."
            )
        return f"{'最新' if newest else '最早'}的是 {day}，当天 {count} 篇。"

    def _first_of(self, degree: str, count: int) -> str:
        if self.in_english:
            return f"The {degree} {count}:" if count > 1 else f"The {degree}:"
        return f"{degree}的{f' {count} ' if count > 1 else '一'}篇："

    def _by_length(self, clause: Clause, selection: Selection, orders: Sequence[Order]) -> _Told:
        pieces = []
        names = Group.ACCOUNT in clause.groups
        tells = Measure.CONTENT in clause.measures
        for order in orders:
            shortest = order is Order.SHORTEST
            found = self.library.by_length(clause.top or 1, selection.filters, shortest=shortest)
            degree = ("最短", "shortest") if shortest else ("最长", "longest")
            pieces.append(self._said(self._first_of(degree[self.in_english], len(found))))
            for heading, length in found:
                piece, *told = self._pieces([heading], names_account=names, tells=tells)
                long = f" ({length:,} characters)" if self.in_english else f"（{length:,} 字）"
                pieces += [replace(piece, text=piece.text + long), *told]
        return _Told(tuple(pieces), selection)

    def _introduced(self, counts: LibraryCounts, *, briefly: bool) -> _Told:
        """What there is at all: how many, and the newest; where that was not asked for in so many
        words, from when and of which accounts."""
        whole = Selection(Filters())
        said = self._count(whole, counts)
        if not briefly:
            blank = " " if self.in_english else ""
            said += blank + self._span(counts) if counts.first_date else ""
            named = {name: count for name, count in counts.accounts.items() if name}
            if named:
                bars = tally(Group.ACCOUNT, whole, self.library, in_english=self.in_english)
                said += blank + ("Accounts: " if self.in_english else "账号：")
                said += bars_in_words(bars, None, in_english=self.in_english, most=_SOME)
        headings = self.library.headings(_SOME)
        said += (" The newest:" if self.in_english else "最新的有：") if headings else ""
        more = self._more(counts.articles - len(headings))
        return _Told((self._said(said), *self._pieces(headings)), whole, more)

    def _listed(
        self,
        selection: Selection,
        counts: LibraryCounts,
        most: int,
        *,
        said: str,
        tells: bool = False,
    ) -> _Told:
        headings = self.library.headings(most, filters=selection.filters)
        pieces = (self._said(said), *self._pieces(headings, tells=tells))
        return _Told(pieces, selection, self._more(counts.articles - len(headings)))

    def _said(self, text: str) -> Piece:
        return Piece(None, text=text)

    def _pieces(
        self,
        headings: Sequence[Heading],
        *,
        names_account: bool = False,
        tells: bool = False,
    ) -> Iterator[Piece]:
        """Articles by their titles; where it is asked for, each with the sentence that tells best, of those that
        it does not share with another, as the articles of a column do what introduces it."""
        read = (self.library.article(heading.article_id) for heading in headings)
        articles = [article for article in read if article]
        shared = told_alike(articles) if tells else set()
        for article in articles:
            titled = self._titled(article, shared, names_account=names_account)
            yield titled
            if tells and article.text:
                yield replace(titled, text="")

    def _titled(
        self, article: Article, shared: Collection[str] = (), *, names_account: bool
    ) -> Piece:
        """An article by its title, citing the sentence that says best what it tells."""
        title = article.heading or article.article_id
        if names_account and article.account:
            title += f" ({article.account})" if self.in_english else f"（{article.account}）"
        undated = "Undated" if self.in_english else "无日期"
        return Piece(
            article, telling(article, said=shared), title, heading=str(article.date or undated)
        )

    def _more(self, count: int) -> str:
        if count <= 0:
            return ""
        if self.in_english:
            return f"{count} more are in the library's list."
        return f"另有 {count} 篇，见文章库列表。"


_DAYS = {Group.WEEK: 7, Group.MONTH: 365.25 / 12, Group.YEAR: 365.25}
"""How many days a unit of time has on average."""


def _singular(called: str, count: int) -> str:
    return called.replace("articles", "article", 1) if count == 1 else called
