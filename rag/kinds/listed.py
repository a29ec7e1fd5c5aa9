"""A list or a table of an article, quoted item by item: all of it, or the rows that are asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.records import Article, Span
from index.text.dates.words import part_number
from index.text.language import Language
from index.text.rules import load_rules
from index.text.script import fold
from index.text.sentences import split_lines, split_sentences
from index.text.terms import content_terms, question_phrases, terms
from rag.extractive.answer import LISTED, Draft
from rag.extractive.candidates import Candidate, Shares, term_shares
from rag.kinds.pieces import Piece, draft_of
from rag.question.subject import subject_of
from rag.records import RankedPassage

_FEWEST = 3
_SHOWN = 40
_ARTICLES = 3
_TOLD = 0.75
"""Share of the question's terms, by weight, that the list's heading, title and items have to have."""

_TOLD_OF_NAMED = 0.5
"""The same where the question names some of the items."""

_MOST_NAMED = 0.5
"""Share of the items from which on a word names none of them."""

_ITEM = re.compile(
    r"\d{1,3}\s+\S|[A-Za-z]{1,2}\d{1,3}\s*[：:、]\s*\S|[·•●▪\-—]\s*\S|[（(]?[一二三四五六七八九十\d]{1,3}[）).、．]\s*\S"
)
_LONGEST_ITEM = 160


_NUMBERED = re.compile(
    r"(?:^|(?<=[：:])\s*)(?:(?P<label>第|[A-Za-z]{1,2})?(?P<number>[一二三四五六七八九十]{1,3}|\d{1,2})"
    r"(?P<after>[、．.）)：:]|[^\s\d、，。])|[（(](?P<bracketed>[一二三四五六七八九十]{1,3}|\d{1,2})[）)])"
)
_GOES_ON = [load_rules("rag.question", f"{of}/lists").regex("goes_on") for of in ("zh", "en")]
_AND = re.compile(r"、|,\s*(?:and\s)?|\sand\s|和")

_SEVERAL = re.compile(r"[、；;&与及]|,(?!\d)|\sand\s|和(?![平谐解])")

_CLEARLY_IN = 0.3
"""How likely the items of a series have to be together."""

_OF_A_FACT, _NOT_SURE = 3, 0.6
"""So many of its items are among the likeliest where one thing seemed to be asked for, and no sentence is
this likely."""

_LIKELIEST = 5

_ENDS_OF_NAMES, _LONGEST_NAME = 2, 40
"""Of names that stand one below the other, how many have to be likely, and how long they are at most."""

_BEGINNING = 2
"""Characters with which sentences begin that are items of one list."""

_MARKS = ("。", "！", "？", "；", "：", "，", ".", "!", "?", ";", ":", ",")

_COLUMNS, _MOST_ROWS = 2, 0.6
"""Cells of a table's header at least, and the share of its rows that have as many."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of an article that are one list.

    Attributes:
        over: The line that announces it, or a table's header; an empty span for none.
    """

    article: Article
    over: Span
    items: tuple[Span, ...]

    def text_of(self, span: Span) -> str:
        return " ".join(span.of(self.article.text).split())


def listed(
    question: str,
    candidates: Sequence[Candidate],
    ranked: Sequence[RankedPassage],
    language: Language,
) -> Draft | None:
    """The list of the likeliest article that has one on what is asked, else the rows of a table that
    are asked for; ``None`` where there are none.

    Where words of the question stand in some of the items and not in all, those are meant.
    """
    articles = {one.passage.article.article_id: one.passage.article for one in candidates}
    shares = term_shares(subject_of(question) or question, "", ranked)
    for article in list(articles.values())[:_ARTICLES]:
        for block in blocks_of(article):
            named = _named(block, question)
            if _told(block, shares) >= (_TOLD_OF_NAMED if named else _TOLD):
                return _draft(block, named or _meant(block, question), language)
    for series, inside in _series_with(candidates):
        if 0 in inside or (len(inside) > 1 and _together(candidates, inside) >= _CLEARLY_IN):
            return _draft(series, series.items, language)
    if items := _lines_between(candidates) or _parallel(candidates):
        return _draft(items, items.items, language)
    return rows_asked(question, candidates, language)


def _lines_between(candidates: Sequence[Candidate]) -> Block | None:
    """The lines from the first to the last of those that likely answer, where they are names one below
    the other, as under a notice; ``None`` where they are not."""
    best = candidates[:1]
    likely = [
        one
        for one in candidates[: LISTED.sentences]
        if one.probability >= LISTED.alike * best[0].probability
        and one.passage.article.article_id == best[0].passage.article.article_id
    ]
    if len(likely) < _ENDS_OF_NAMES:
        return None
    article = likely[0].passage.article
    start, end = min(one.span.start for one in likely), max(one.span.end for one in likely)
    lines = [span for span in split_lines(article.text) if start <= span.start and span.end <= end]
    whole = all(any(one.span == line for line in lines) for one in likely)
    if (
        len(lines) < _FEWEST
        or not whole
        or not all(_is_name(one.of(article.text)) for one in lines)
    ):
        return None
    return Block(article, Span(0, 0), tuple(lines))


def _parallel(candidates: Sequence[Candidate]) -> Block | None:
    """The sentences about the likeliest, one after the other in its paragraph, that begin as it does (支持甲区…。
    支持乙区…。); ``None`` where there are few."""
    if not candidates:
        return None
    best = candidates[0]
    article = best.passage.article
    line = next((one for one in split_lines(article.text) if one.overlaps(best.span)), Span(0, 0))
    begins = best.text[:_BEGINNING]
    run: list[Span] = []
    for span in (one.moved(line.start) for one in split_sentences(line.of(article.text))):
        if span.of(article.text).startswith(begins):
            run.append(span)
        elif any(one.overlaps(best.span) for one in run):
            break
        else:
            run = []
    inside = any(one.overlaps(best.span) for one in run)
    whole = inside and len(begins) == _BEGINNING and len(run) >= _FEWEST
    return Block(article, Span(0, 0), tuple(run)) if whole else None


def _is_name(line: str) -> bool:
    return len(line) <= _LONGEST_NAME and not line.endswith(_MARKS)


def rows_asked(question: str, candidates: Sequence[Candidate], language: Language) -> Draft | None:
    """The rows of a table that have what a question names, where one of its rows is the likeliest
    answer; ``None`` where none has."""
    best = candidates[0] if candidates else None
    if best is None:
        return None
    for block in blocks_of(best.passage.article):
        if _is_table(block) and any(best.span.overlaps(one) for one in (block.over, *block.items)):
            rows = _with_cells(block, question) or _named(block, question)
            return _draft(block, rows, language) if rows else None
    return None


def _with_cells(block: Block, question: str) -> tuple[Span, ...]:
    """The rows of a table that have the most cells which stand in a question as they are."""
    asked = fold(question)
    above = fold(f"{block.article.heading} {block.text_of(block.over)}")
    counts = []
    for item in block.items:
        cells = {fold(cell) for cell in block.text_of(item).split() if not cell.isdigit()}
        counts.append(sum(len(one) > 1 and one in asked and one not in above for one in cells))
    most = max(counts)
    if not most:
        return ()
    return tuple(item for item, count in zip(block.items, counts, strict=True) if count == most)


def _is_table(block: Block) -> bool:
    """Whether most items have as many cells as the line over them."""
    columns = len(block.text_of(block.over).split())
    alike = sum(len(block.text_of(item).split()) == columns for item in block.items)
    return columns >= _COLUMNS and alike >= _MOST_ROWS * len(block.items)


def spread(candidates: Sequence[Candidate], language: Language) -> Draft | None:
    """The series over which the answer to a question for one thing is spread; ``None`` where some
    sentence is clearly the likeliest."""
    likeliest = candidates[:_LIKELIEST]
    if not likeliest or likeliest[0].probability >= _NOT_SURE:
        return None
    for series, inside in _series_with(likeliest):
        if len(inside) >= _OF_A_FACT and _together(likeliest, inside) >= _CLEARLY_IN:
            return _draft(series, series.items, language)
    return None


def unfinished(draft: Draft, language: Language) -> str:
    """That an answer names only some of those that its article counts; ``""`` where it does not.

    >>> from rag.records import AnswerSentence, Support
    >>> said = AnswerSentence("甲厂、乙厂等十二家企业签约。", (1,), Support.SUPPORTED)
    >>> unfinished(Draft("", (said,), ()), Language.CHINESE)
    '文中共计 12 家，这里只点出 2 家。'
    """
    first = draft.sentences[0].text
    match = next((found for goes_on in _GOES_ON if (found := goes_on.search(first))), None)
    if match is None:
        return ""
    named, count = len(_AND.split(match["named"])), part_number(match["count"])
    if named >= count:
        return ""
    if language is Language.ENGLISH:
        return f"The article counts {count}; only {named} are named here."
    return f"文中共计 {count} {match['unit']}，这里只点出 {named} {match['unit']}。"


def names_several(words: str) -> bool:
    """Whether words name more than one thing: of a list one item is no answer.

    >>> names_several("甲厂、乙厂和丙厂"), names_several("甲厂及乙厂"), names_several("1,000家")
    (True, True, False)
    """
    return _SEVERAL.search(words) is not None


def blocks_of(article: Article) -> list[Block]:
    """The lists of an article: at least three lines one after the other that begin as items do."""
    blocks: list[Block] = []
    lines = list(split_lines(article.text))
    begins = [_is_item(span.of(article.text)) for span in lines]
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and begins[end]:
            end += 1
        if end - at >= _FEWEST:
            over = lines[at - 1] if at else Span(0, 0)
            blocks.append(Block(article, over, tuple(lines[at:end])))
        at = max(end, at + 1)
    return blocks


def series_of(article: Article) -> list[Block]:
    """The sentences of an article that count on from one another (一、…。二、…。, 第一场…, L0：…),
    whatever stands between them."""
    found: list[list[Span]] = []
    open_ones: dict[tuple[str, str], tuple[int, list[Span]]] = {}
    for span in split_sentences(article.text):
        match = _NUMBERED.search(span.of(article.text))
        if match is None:
            continue
        shape = match["label"] or "", match["after"] or "()"
        number = part_number(match["number"] or match["bracketed"])
        last, items = open_ones.get(shape, (-1, []))
        if not items or number != last + 1:
            if number > 1:
                continue
            items = []
            found.append(items)
        items.append(Span(span.start + match.start(), span.end))
        open_ones[shape] = number, items
    return [Block(article, Span(0, 0), tuple(items)) for items in found if len(items) >= _FEWEST]


def _series_with(candidates: Sequence[Candidate]) -> Iterator[tuple[Block, list[int]]]:
    """The series of the likeliest articles, each with the places of the candidates that are items of it."""
    articles = {one.passage.article.article_id: one.passage.article for one in candidates}
    for article in list(articles.values())[:_ARTICLES]:
        for series in series_of(article):
            inside = [
                at
                for at, one in enumerate(candidates)
                if one.passage.article.article_id == article.article_id
                and any(one.span.start <= item.start < one.span.end for item in series.items)
            ]
            yield series, inside


def _together(candidates: Sequence[Candidate], places: Sequence[int]) -> float:
    return sum(candidates[at].probability for at in places)


def _is_item(line: str) -> bool:
    return len(line) <= _LONGEST_ITEM and bool(_ITEM.match(line))


def _told(block: Block, shares: Shares) -> float:
    said = [block.article.heading, block.text_of(block.over), *map(block.text_of, block.items)]
    before = block.article.text[max(0, block.over.start - 200) : block.over.start]
    return shares.of(frozenset(terms(" ".join([*said, before]))))


def _draft(block: Block, items: Sequence[Span], language: Language) -> Draft:
    over = block.text_of(block.over)
    heading = over if len(over) <= _LONGEST_ITEM else block.article.title
    shown = items[:_SHOWN]
    pieces = [Piece(block.article, item, heading=heading) for item in shown]
    notice = _notice(len(items), len(block.items), len(shown), language)
    return replace(draft_of(pieces, notice=notice), listed=True)


def _named(block: Block, question: str) -> tuple[Span, ...]:
    """The items that have one of the question's phrases, in order: the rows of each district of some;
    none where a phrase stands in many or over the list."""
    own = [fold(block.text_of(item)) for item in block.items]
    above = fold(f"{block.article.heading} {block.text_of(block.over)}")
    phrases = [fold(one) for one in question_phrases(subject_of(question) or question)]
    rows: set[int] = set()
    for phrase in phrases:
        having = {at for at, text in enumerate(own) if phrase in text}
        if phrase not in above and len(having) <= _MOST_NAMED * len(own):
            rows |= having
    return tuple(block.items[at] for at in sorted(rows))


def _meant(block: Block, question: str) -> tuple[Span, ...]:
    """The items that have the words of the question that only some items have; all where no word does."""
    own = [frozenset(terms(block.text_of(item))) for item in block.items]
    counted = Counter(term for some in own for term in some)
    telling = [t for t in content_terms(question) if 0 < counted[t] < len(own)]
    title = frozenset(terms(f"{block.article.heading} {block.text_of(block.over)}"))
    telling = [term for term in telling if term not in title]
    if not telling:
        return block.items
    most = max(sum(term in some for term in telling) for some in own)
    return tuple(
        item
        for item, some in zip(block.items, own, strict=True)
        if sum(term in some for term in telling) == most
    )


def _notice(meant: int, all_of_them: int, shown: int, language: Language) -> str:
    more = meant - shown
    if language is Language.ENGLISH:
        said = f"{meant} items" if meant == all_of_them else f"{meant} of the {all_of_them} items"
        return f"{said}{f', {more} of them not shown' if more else ''}."
    said = f"共 {meant} 项" if meant == all_of_them else f"{all_of_them} 项中的 {meant} 项"
    return f"{said}{f'，其中 {more} 项未列出' if more else ''}。"
