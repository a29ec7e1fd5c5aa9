"""Titles, columns, sources and dates: what an article says of itself outside its text."""

from __future__ import annotations

from datetime import date

from index.cleaning.characters import decode_entities, unify_characters, unify_ideographs
from index.cleaning.draft import Draft
from index.records import Problem, RawArticle, Span
from index.text.dates.publication import publication_day
from index.text.language import Language, detect_language
from index.text.rules import load_rules

_RULES = load_rules("index.cleaning", "en/credits", "zh/credits", "zh/titles")
_CREDIT = _RULES.regex("reprint_credit")
_TITLE_WITH_COLUMN = _RULES.regex("title_with_column")
_SENTENCE_MARKS = frozenset("。，,！!？?：:；;…")
_LONGEST_COLUMN = 14
_MOST_CREDITS = 40
"""Lines of credit that are split off: each takes a pass over the text, and no article has so many."""


def take_credit(draft: Draft) -> tuple[Draft, str]:
    """Split off the reprint credit, in the first line or the last.

    >>> draft, source = take_credit(Draft.of("转载自：青屿晚报\\n今天开园。"))
    >>> draft.text, source
    ('今天开园。', '青屿晚报')
    """
    sources: list[str] = []
    while len(sources) < _MOST_CREDITS and (found := _credit(draft.text)) is not None:
        span, source = found
        draft = draft.cut(take_credit.__name__, [span])
        sources.append(source)
    return draft, sources[0] if sources else ""


def _credit(text: str) -> tuple[Span, str] | None:
    """The first or last line of a text with one line end, if it is a credit, and whom it names."""
    for line in (text.partition("\n")[0], text.rpartition("\n")[2]):
        if match := _CREDIT.fullmatch(line):
            start = 0 if text.startswith(line) else len(text) - len(line) - 1
            return Span(start, min(start + len(line) + 1, len(text))), match["source"].strip()
    return None


def clean_title(title: str) -> str:
    """A title on one line, entities and odd characters put right."""
    draft = unify_ideographs(decode_entities(Draft.of(title)))
    return " ".join(unify_characters(draft).text.split())


def split_column(title: str) -> tuple[str, str]:
    """A title and the column that it names at its end, ``""`` where there is none.

    A column is short, not a sentence, and shorter than what it follows: "倒计时1天｜2025大会" names none.

    >>> split_column("海上风电场并网发电｜产业观察")
    ('海上风电场并网发电', '产业观察')
    """
    match = _TITLE_WITH_COLUMN.fullmatch(title)
    if match is None:
        return title, ""
    before, column = match["title"].strip(), match["column"].strip()
    chinese = detect_language(column) is Language.CHINESE
    longest = min(_LONGEST_COLUMN if chinese else 2 * _LONGEST_COLUMN, len(before) - 1)
    named = 2 <= len(column) <= longest and _SENTENCE_MARKS.isdisjoint(column)
    return (before, column) if named else (title, "")


def publication_date(raw: RawArticle) -> tuple[date | None, tuple[Problem, ...]]:
    """The day that an article gives, and what is wrong with what it gives."""
    try:
        return publication_day(raw.time), ()
    except ValueError:
        return None, (
            Problem(
                f"article {raw.article_id!r} has the date {raw.time[:40]!r}, which cannot "
                "be read as one day; it was taken without a date: write it as YYYY/M/D",
                f"文章 {raw.article_id!r} 的日期 {raw.time[:40]!r} 无法识别为某一天；"
                "已收录但不带日期，请写成 年/月/日（YYYY/M/D）",
                lost=False,
            ),
        )
