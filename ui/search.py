"""``juwen search``: the ranked articles for a question, and why they are ranked so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from index.location import Location
from index.records import Article, Kind, well_formed
from index.text.terms import index_terms
from rag.records import AppliedFilters, Found, RankedPassage, iso
from ui.language import say
from ui.options import (
    DEFAULT_LIBRARY,
    check_usage,
    checked,
    encoder_option,
    filter_options,
    filters_of,
    library_option,
    open_assistant,
)
from ui.show import kind_name, language_name
from ui.show_article import nothing_said, one_line

_SHOWN = 80
"""Characters of a passage that are shown."""


@click.command(
    "search",
    help=say(
        "The articles that fit a question best, without an answer.",
        "列出与问题最相关的文章，不作回答。",
    ),
)
@click.argument("question", metavar=say("QUESTION", "问题"))
@click.option(
    "--explain",
    is_flag=True,
    help=say(
        "Say how the question was read and what each article scored.",
        "说明问题的理解方式与各文章的得分。",
    ),
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=say("Print it all as JSON, explained.", "以 JSON 输出全部内容与说明。"),
)
@filter_options
@library_option
@encoder_option
def search_command(
    question: str,
    explain: bool,
    as_json: bool,
    date_from: date | None,
    date_to: date | None,
    accounts: Sequence[str],
    articles: Sequence[str],
    literal: bool,
    library: Location | None,
    encoder: str | None,
) -> None:
    filters = filters_of(date_from, date_to, accounts, articles, literal=literal)
    check_usage(question)
    with open_assistant(library or Path(DEFAULT_LIBRARY), encoder) as assistant:
        filters = checked(filters, assistant.library)
        found = assistant.search(question, filters=filters)
    click.echo(found_json(question, found) if as_json else show_found(found, explain=explain))


@dataclass(frozen=True, slots=True)
class Listed:
    """An article of the ranked list with what put it there.

    Attributes:
        best: Its passage that fits best; the scores are this passage's.
        dense_rank: Its rank among the listed articles by the dense retriever alone.
        lexical_rank: The same by the lexical retriever; ``None`` where no term is shared.
        behind: Ranks of the articles above it that it copies.
    """

    rank: int
    best: RankedPassage
    dense_rank: int
    lexical_rank: int | None
    behind: tuple[int, ...]

    @property
    def article(self) -> Article:
        return self.best.passage.article


def listed(found: Found) -> list[Listed]:
    """The ranked list, best first. Articles that a retriever scores the same share the better rank."""
    best = [hits[0] for hits in found.articles]
    ranks = {hit.passage.article.article_id: rank for rank, hit in enumerate(best, 1)}
    return [
        Listed(
            rank,
            hit,
            dense_rank=1 + sum(other.dense > hit.dense for other in best),
            lexical_rank=1 + sum(other.lexical > hit.lexical for other in best)
            if hit.lexical > 0
            else None,
            behind=tuple(
                sorted(
                    ranks[original]
                    for original in hit.passage.article.originals
                    if ranks.get(original, rank) < rank
                )
            ),
        )
        for rank, hit in enumerate(best, 1)
    ]


def searched_terms(found: Found) -> list[str]:
    """The terms that the lexical retriever looked for, each once."""
    return list(dict.fromkeys(index_terms(found.question)))


def show_found(found: Found, *, explain: bool = False) -> str:
    """The list as text for a terminal: an article, then the beginning of its best passage."""
    entries = listed(found)
    lines = _understood(found) if explain else []
    for entry in entries:
        lines += ["", *_entry(entry)] if lines else _entry(entry)
        if explain:
            lines += _reasons(entry, entries)
    if not entries:
        lines.append(_nothing_found(found.filters))
    return "\n".join(lines)


def _entry(entry: Listed) -> list[str]:
    article = entry.article
    kind = "" if article.kind is Kind.ARTICLE else kind_name(article.kind)
    about = " · ".join(part for part in (iso(article.date), article.account, kind) if part)
    heading = f"{entry.rank}. {_name(article)}" + (f"  ({one_line(about)})" if about else "")
    text = one_line(entry.best.passage.text)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return [heading, f"    {shown or nothing_said()}"]


def _name(article: Article) -> str:
    return one_line(article.title) or one_line(article.article_id)


def _understood(found: Found) -> list[str]:
    rows = [
        (say("searched", "检索问题"), one_line(found.question)),
        (say("limits", "限定"), _limits(found.filters)),
        (say("terms", "检索词"), " ".join(searched_terms(found))),
    ]
    return [f"{name}: {value or '–'}" for name, value in rows]


def _limits(filters: AppliedFilters) -> str:
    limits = [
        filters.date_from and say(f"from {filters.date_from}", f"{filters.date_from} 起"),
        filters.date_to and say(f"until {filters.date_to}", f"{filters.date_to} 止"),
        say(", ", "、").join(one_line(account) for account in filters.accounts),
        say(", ", "、").join(language_name(language) for language in filters.languages),
    ]
    said = say("; ", "；").join(limit for limit in limits if limit)
    if filters.read:
        words = _quoted(filters.read)
        return said + say(f" (read from {words})", f"（据问题中的{words}）")
    if filters.dropped:
        words = _quoted(filters.dropped)
        return said + say(
            f"none (no article is within {words})", f"无（没有文章符合问题中的{words}）"
        )
    return said


def _quoted(phrases: Sequence[str]) -> str:
    return say(", ", "、").join(f"“{one_line(words)}”" for words in phrases)


def _reasons(entry: Listed, entries: Sequence[Listed]) -> list[str]:
    hit = entry.best
    scores = say(
        f"score {hit.score:.2f} · dense {hit.dense:.2f} "
        f"(cosine {hit.cosine:.3f}, rank {entry.dense_rank}) · lexical {hit.lexical:.2f} ",
        f"得分 {hit.score:.2f} · 语义 {hit.dense:.2f}"
        f"（余弦 {hit.cosine:.3f}，第 {entry.dense_rank}） · 词面 {hit.lexical:.2f}",
    )
    if entry.lexical_rank is None:
        worded = say("(no term shared)", "（无共同词）")
    else:
        worded = say(f"(rank {entry.lexical_rank})", f"（第 {entry.lexical_rank}）")
    copies = _copies(entry, entries)
    return [f"    {scores}{worded}", *([f"    {copies}"] if copies else [])]


def _copies(entry: Listed, entries: Sequence[Listed]) -> str:
    """What the article copies: those above it by name, else how many there are elsewhere."""
    if entry.behind:
        names = [f"{rank}. {_name(entries[rank - 1].article)}" for rank in entry.behind]
        return say("copy of ", "所据原文：") + say("; ", "；").join(names)
    if count := len(entry.article.originals):
        plural = "s" if count > 1 else ""
        return say(
            f"copy of {count} article{plural} not above it", f"另有原文 {count} 篇，未列于其前"
        )
    return ""


def _nothing_found(filters: AppliedFilters) -> str:
    if filters.date_from or filters.date_to or filters.accounts:
        return say(
            "no article is within these limits; widen --from, --to, --account or --article",
            "限定范围内没有文章；请放宽 --from、--to、--account 或 --article",
        )
    return say("the library has no article", "文章库中没有文章")


def found_json(question: str, found: Found) -> str:
    """The list with all its explanations as JSON, with Chinese as it is."""
    values: dict[str, Any] = {
        "question": question,
        "searched": found.question,
        "filters": asdict(found.filters),
        "terms": searched_terms(found),
        "articles": [_entry_json(entry) for entry in listed(found)],
    }
    return well_formed(json.dumps(values, ensure_ascii=False, indent=2))


def _entry_json(entry: Listed) -> dict[str, Any]:
    article, hit = entry.article, entry.best
    return {
        "rank": entry.rank,
        "article_id": article.article_id,
        "title": article.title,
        "date": iso(article.date),
        "account": article.account,
        "column": article.column,
        "kind": article.kind.value,
        "url": article.url,
        "text": hit.passage.text,
        "start": hit.passage.span.start,
        "end": hit.passage.span.end,
        "score": round(hit.score, 4),
        "dense": round(hit.dense, 4),
        "cosine": round(hit.cosine, 4),
        "lexical": round(hit.lexical, 4),
        "dense_rank": entry.dense_rank,
        "lexical_rank": entry.lexical_rank,
        "originals": list(article.originals),
        "behind": list(entry.behind),
    }
