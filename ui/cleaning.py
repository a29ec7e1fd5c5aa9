"""The page of an indexing run, ``juwen index --report``, and that of one article: raw beside cleaned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from index.database.database import Manifest
from index.library.library import Library
from index.records import Article, Change, Kind, Summary
from ui.html_page import render
from ui.marked import Row, beside
from ui.show import kind_name
from ui.show_article import Inspected, displayed, nothing_said, one_line, reason, shortened

MOST_ARTICLES = 300
"""So many articles are shown, and so many in each list; ``juwen inspect`` shows any other."""

_CONTEXT = 50
_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 80
_MOST_CHARACTERS = 6_000
"""Of one article in the page of a run, raw and cleaned together."""
_LONGEST_PIECE = 600
_MOST_PROBLEMS = 200

_EMPTY_LINES = re.compile(r"\n[ \n]*\n")

_TEMPLATE = "cleaning.html.j2"


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule once did."""

    article_id: str
    removed: str
    put: str


@dataclass(slots=True)
class RuleUse:
    """How a rule was used: how often, in how many articles, on what."""

    rule: str
    times: int = 0
    articles: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shown:
    """An article as the page shows it.

    Attributes:
        rules: How often each rule changed it.
        originals: Titles of the articles that it copies, by their ids.
        left_out: Changes that are not in ``rows``.
    """

    article: Article
    rules: Mapping[str, int]
    originals: Mapping[str, str]
    rows: Sequence[Row]
    left_out: int


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning did to the articles of a library.

    Attributes:
        kinds: The articles of each kind, newest first.
        columns: How many articles name each column.
        rules: The rules that were used, most used first.
        shown: The newest articles with changes.
        changed: How many articles have changes.
    """

    kinds: Mapping[Kind, Sequence[Article]]
    titles: Mapping[str, str]
    columns: Mapping[str, int]
    rules: Sequence[RuleUse]
    shown: Sequence[Shown]
    changed: int


def survey(library: Library) -> Cleaning:
    """What cleaning did to all articles of a library."""
    newest_first = list(library.articles())[::-1]
    titles = {article.article_id: article.title for article in newest_first}
    kinds: dict[Kind, list[Article]] = {kind: [] for kind in Kind}
    rules: dict[str, RuleUse] = {}
    shown: list[Shown] = []
    changed = 0
    for article in newest_first:
        kinds[article.kind].append(article)
        changes = library.changes(article.article_id)
        if not changes:
            continue
        changed += 1
        raw = library.raw_article(article.article_id)
        content = raw.content if raw else ""
        _count(rules, article, content, changes)
        if len(shown) < MOST_ARTICLES:
            originals = {other: titles.get(other, "") for other in article.originals}
            shown.append(_excerpts(article, originals, content, changes))
    return Cleaning(
        kinds=kinds,
        titles=titles,
        columns=dict(Counter(a.column for a in newest_first if a.column).most_common()),
        rules=sorted(rules.values(), key=lambda use: -use.times),
        shown=shown,
        changed=changed,
    )


def run_page(library: Library, summary: Summary) -> str:
    """The page of an indexing run. Whatever comes from articles is text in it, never markup."""
    return _page(str(library.where), survey(library), summary=summary, manifest=library.manifest())


def article_page(found: Inspected) -> str:
    """The page of one article, whole."""
    rules = Counter(change.rule for change in found.changes)
    rows = beside(found.raw.content, found.changes, found.article.text)
    shown = [Shown(found.article, rules, found.originals, rows, 0)]
    return _page("", Cleaning({}, {}, {}, [], shown, len(shown)))


def _page(
    folder: str,
    cleaning: Cleaning,
    *,
    summary: Summary | None = None,
    manifest: Manifest | None = None,
) -> str:
    return render(
        _TEMPLATE,
        folder=folder,
        cleaning=cleaning,
        summary=summary,
        manifest=manifest,
        most=MOST_ARTICLES,
        most_problems=_MOST_PROBLEMS,
        looked_at=_excerpt if summary else _whole,
        kind_name=kind_name,
        reason=reason,
        one_line=one_line,
        nothing_said=nothing_said,
    )


def _whole(text: str, first: bool, last: bool) -> str:
    return displayed(text)


def _excerpt(text: str, first: bool, last: bool) -> str:
    """A piece, the first or last of its row or neither, without its middle and its empty lines."""
    few_lines = _EMPTY_LINES.sub("\n\n", displayed(shortened(text, _LONGEST_PIECE)))
    few_lines = few_lines.lstrip("\n") if first else few_lines
    return few_lines.rstrip() if last else few_lines


def _count(
    rules: dict[str, RuleUse], article: Article, content: str, changes: Iterable[Change]
) -> None:
    """Count the changes of one article."""
    used = set()
    for change in changes:
        use = rules.setdefault(change.rule, RuleUse(change.rule))
        use.times += 1
        used.add(change.rule)
        if len(use.examples) < _MOST_EXAMPLES:
            removed, put = (
                shortened(one_line(text), _LONGEST_EXAMPLE)
                for text in (change.span.of(content), change.put)
            )
            if all(removed != example.removed for example in use.examples):
                use.examples.append(Example(article.article_id, removed, put))
    for rule in used:
        rules[rule].articles += 1


def _excerpts(
    article: Article, originals: Mapping[str, str], content: str, changes: Sequence[Change]
) -> Shown:
    """The parts of an article around its changes, as many as fit."""
    rows: list[Row] = []
    left_out = room = 0
    for row in beside(content, changes, article.text, _CONTEXT):
        pieces = [*row.raw, *row.cleaned]
        room += sum(min(len(piece.text), _LONGEST_PIECE) for piece in pieces)
        if room <= _MOST_CHARACTERS or not rows:
            rows.append(row)
        else:
            left_out += sum(bool(piece.rules) for piece in row.raw)
    return Shown(article, Counter(change.rule for change in changes), originals, rows, left_out)
