"""The days of publication that a question limits its articles to.

A date limits the search only where the words around it speak of publishing. Any other date is that
of an event: articles tell of events days later, so it never drops one.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from index.text.dates.periods import Period, hull
from index.text.dates.phrases import DatePhrase
from rag.question.reading import CHINESE, ENGLISH, Reading, Span

OBJECT = CHINESE.regex("object")
"""Matches after a verb of publishing that has articles as its object."""

_NOUN_AFTER, _NOTICE_AFTER, _LIST_AFTER, _STRONG_AFTER, _WEAK_AFTER, _PAPER_AFTER, _COLUMN_AFTER = (
    CHINESE.regex(f"{name}_after")
    for name in ("noun", "notice", "list", "strong", "weak", "paper", "column")
)
_VERB_BEFORE, _ITEM_BEFORE, _MEDIA_BEFORE, _CUT_BEFORE = (
    CHINESE.regex(f"{name}_before") for name in ("verb", "item", "media", "cut")
)
_COLUMN_NAME, _VERB_ENDS, _ITEM_NEAR, _PARTICLE = map(
    CHINESE.regex, ("column_name", "verb_ends", "item_near", "particle")
)
_EN_NOUN_BEFORE, _EN_WHAT_BEFORE, _EN_DID_BEFORE, _EN_THE_BEFORE, _EN_LEAD_BEFORE = (
    ENGLISH.regex(f"{name}_before") for name in ("noun", "what", "did", "the", "lead")
)
_EN_NOUN_AFTER, _EN_WHAT_AFTER, _EN_EVENT_AFTER = (
    ENGLISH.regex(f"{name}_after") for name in ("noun", "what", "event")
)
_EN_MID_PUBLISHED, _EN_MID_TOPIC, _EN_PUBLISHED_LAST, _EN_BY, _EN_POSSESSIVE, _LISTED = map(
    ENGLISH.regex,
    ("mid_published", "mid_topic", "published_last", "by", "possessive", "listed"),
)
_SENTENCE_END = re.compile(r"[.?!;\n]\s")
_EN_WINDOW = 110


def publication_days(reading: Reading) -> tuple[list[tuple[Span, Period]], list[DatePhrase]]:
    """The limits of publication, those of listed dates made one; and the dates that are none."""
    published = _published(reading)
    joined: list[tuple[Span, Period]] = []
    last: DatePhrase | None = None
    for found, span in published.items():
        if last and _are_listed(reading, last, found):
            (start, _), period = joined[-1]
            joined[-1] = (start, span[1]), hull([period, found.past])
        else:
            joined.append((span, found.past))
        last = found
    return joined, [found for found in reading.dates if found not in published]


def _published(reading: Reading) -> dict[DatePhrase, Span]:
    """The dates that limit publication in order, each with the words of its limit.

    Of dates that are listed one limit holds for all: 9月24日和25日发布的.
    """
    dates = reading.dates
    limits = {
        found: span
        for found in dates
        if _has_begun(found, reading.today)
        and (span := _chinese_limit(reading, found) or _english_limit(reading, found))
    }
    listed = [pair for pair in pairwise(dates) if _are_listed(reading, *pair)]
    backwards = [(second, first) for first, second in reversed(listed)]
    for known, other in [*backwards, *listed]:
        if known in limits:
            limits.setdefault(other, (other.start, other.end))
    return {found: limits[found] for found in dates if found in limits}


def _has_begun(found: DatePhrase, today: date) -> bool:
    return found.past.date_from is None or found.past.date_from <= today


def _are_listed(reading: Reading, first: DatePhrase, second: DatePhrase) -> bool:
    return bool(_LISTED.fullmatch(reading.masked, first.end, second.start))


# --- Chinese -----------------------------------------------------------------------------------


def _chinese_limit(reading: Reading, found: DatePhrase) -> Span | None:
    """The words of a Chinese publication limit around a date, if it is one."""
    masked, end = reading.masked, found.end
    if span := _verb_before(reading, found):
        return span
    before = reading.clause_before(found.start)
    ours = reading.is_ours(before)
    if (m := _STRONG_AFTER.match(masked, end)) and _is_publisher(m, ours, reading):
        return _span(reading, found, m)
    if (m := _WEAK_AFTER.match(masked, end)) and _is_article(reading, found, m, ours):
        return _span(reading, found, m)
    by_us = any(
        (m := pattern.match(masked, end)) and _is_publisher(m, ours, reading)
        for pattern in (_LIST_AFTER, _NOTICE_AFTER)
    )
    noun = _NOUN_AFTER.match(masked, end) and (ours or not _MEDIA_BEFORE.search(before))
    if by_us or noun or _is_paper(reading, end) or _is_column(reading, end):
        return _span(reading, found, None)
    return None


def _verb_before(reading: Reading, found: DatePhrase) -> Span | None:
    """发布于9月24日的文章: the verb first."""
    m = _VERB_BEFORE.search(reading.masked, max(0, found.start - 12), found.start)
    if not m:
        return None
    sure = m["strong"] or m["day"] or _ITEM_NEAR.match(reading.masked, found.end)
    if sure or _says_item(reading, m.start()):
        return m.start(), _with_particle(reading, found.end)
    return None


def _is_publisher(m: re.Match[str], ours: bool, reading: Reading) -> bool:
    """Whether the library's accounts are the ones that publish: named after the date, or before."""
    return reading.is_ours(m["who"]) and (ours or bool(m["who"].strip()))


def _is_article(reading: Reading, found: DatePhrase, m: re.Match[str], ours: bool) -> bool:
    """Whether it is an article that was published, and not a product or a figure."""
    if _is_publisher(m, ours, reading) and OBJECT.match(reading.text, m.end()):
        return True
    ends = not m["who"] and _VERB_ENDS.match(reading.text, m.end())
    return bool(ends) and _says_item(reading, found.start)


def _says_item(reading: Reading, start: int) -> bool:
    return bool(_ITEM_BEFORE.search(reading.masked, max(0, start - 20), start))


def _is_paper(reading: Reading, end: int) -> bool:
    """9月24日的《河西日报》: an account named as a newspaper."""
    m = _PAPER_AFTER.match(reading.masked, end)
    said = reading.text[slice(*m.span("of" if m["of"] else "on"))] if m else ""
    return said.strip("《》“”「」") in reading.accounts


def _is_column(reading: Reading, end: int) -> bool:
    """9月24日的“船坞动态”: a name that says it is a column's."""
    m = _COLUMN_AFTER.match(reading.masked, end)
    return bool(m and _COLUMN_NAME.search(reading.text[slice(*m.span())]))


def _span(reading: Reading, found: DatePhrase, m: re.Match[str] | None) -> Span:
    """The words to cut: the date, its particle and, where nobody is named, 发布的."""
    start, end = found.start, _with_particle(reading, found.end)
    if m and not m["who"] and reading.masked[m.end() : m.end() + 1] == "的":
        end = m.end() + 1
    if lead := _CUT_BEFORE.search(reading.masked, max(0, start - 3), start):
        start = lead.start()
    return start, end


def _with_particle(reading: Reading, end: int) -> int:
    m = _PARTICLE.match(reading.masked, end)
    return m.end() if m else end


# --- English -----------------------------------------------------------------------------------


def _english_limit(reading: Reading, found: DatePhrase) -> Span | None:
    """The words of an English publication limit around a date, if it is one."""
    window = reading.masked[max(0, found.start - _EN_WINDOW) : found.start]
    before = _SENTENCE_END.split(window)[-1]
    offset = found.start - len(before)
    if _EN_NOUN_AFTER.match(reading.masked, found.end):
        possessive = _EN_POSSESSIVE.match(reading.masked, found.end)
        return found.start, possessive.end() if possessive else found.end
    if _EN_THE_BEFORE.search(before) and _EN_EVENT_AFTER.match(reading.masked, found.end):
        return None
    start = _english_start(reading, before, reading.text[found.start : found.end])
    if start is None and _EN_WHAT_AFTER.match(reading.masked, found.end):
        lead = _EN_LEAD_BEFORE.search(before)
        start = lead.start() if lead else len(before)
    return None if start is None else (offset + start, found.end)


def _english_start(reading: Reading, before: str, said: str) -> int | None:
    """Where a limit begins in the words before its date, ``None`` where they make it none."""
    m = _EN_NOUN_BEFORE.search(before)
    if m and (start := _noun_limit(m, reading, said[:5])) is not None:
        return start
    for pattern in (_EN_WHAT_BEFORE, _EN_DID_BEFORE):
        if (m := pattern.search(before)) and _is_english_publisher(m, reading):
            return _preposition_start(m)
    return None


def _noun_limit(m: re.Match[str], reading: Reading, since: str) -> int | None:
    """Where the limit begins in "articles (published) from …", ``None`` where it is none."""
    mid = m["mid"]
    if not mid.strip():
        return _preposition_start(m)
    if verb := _EN_MID_PUBLISHED.fullmatch(mid):
        who = verb["who"] or verb["source"]
        if who and not reading.is_english_owner(who):
            return None
        # "published" can go, too, where it is all that stands between the noun and the date.
        only_verb = verb["verb"] and verb[0].strip() == verb["verb"]
        return m.start("mid") + verb.start("verb") if only_verb else _preposition_start(m)
    dated = (m["prep"] or since).lower() in ("from", "dated", "since")
    if _EN_MID_TOPIC.match(mid) and (dated or _EN_PUBLISHED_LAST.search(mid)):
        return _preposition_start(m)
    return None


def _preposition_start(m: re.Match[str]) -> int:
    return m.start("prep") if m["prep"] else m.end()


def _is_english_publisher(m: re.Match[str], reading: Reading) -> bool:
    by = _EN_BY.search(m["mid"])
    publishers = (m.groupdict().get("who"), by["who"] if by else None)
    return all(reading.is_english_owner(who) for who in publishers if who)
