"""Raw articles in, articles that a person would recognise out. The raw ones are kept by the library.

Rules are small functions from draft to draft, in the order of ``RULES``; cleaning what is clean
already changes nothing. ``VERSION`` is part of a library's manifest: raise it with any change here,
and the articles of older libraries are cleaned again when they are next indexed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from index.cleaning.boilerplate import (
    drop_boilerplate,
    drop_empty_lines,
    drop_footers,
    drop_marks,
    drop_prompts,
)
from index.cleaning.captions import move_captions
from index.cleaning.characters import (
    cut_long_words,
    decode_entities,
    unify_characters,
    unify_ideographs,
)
from index.cleaning.draft import Draft
from index.cleaning.metadata import clean_title, publication_date, split_column, take_credit
from index.cleaning.ocr_loops import collapse_loops
from index.cleaning.paragraphs import join_cut_paragraphs
from index.cleaning.subheads import drop_byline_marks, undouble_subheads
from index.cleaning.tables import join_table_rows
from index.records import Article, Change, Kind, Layout, Problem, RawArticle
from index.text.language import detect_language

VERSION = 5

Rule = Callable[[Draft], Draft]

PAGE_RULES: tuple[Rule, ...] = (
    drop_byline_marks,
    undouble_subheads,
    move_captions,
    join_cut_paragraphs,
)
"""Those for newspaper pages alone, in their order: after line ends and spaces are unified and loops
collapsed (a cut paragraph may be continued behind one), before blank lines are dropped (they tell
captions from paragraphs)."""

RULES: tuple[Rule, ...] = (
    decode_entities,
    unify_ideographs,
    unify_characters,
    cut_long_words,
    collapse_loops,  # before lines are joined: where a column ends tells how a loop was left
    *PAGE_RULES,
    drop_footers,
    drop_prompts,
    drop_marks,
    drop_empty_lines,
    join_table_rows,
)
"""Every rule, in its order."""

REASONS: Mapping[str, tuple[str, str]] = {
    "decode_entities": ("an HTML entity", "HTML 实体"),
    "unify_ideographs": (
        "a radical or compatibility character in place of the common one",
        "以部首或兼容字代替的常用字",
    ),
    "unify_characters": (
        "an odd space, line end or invisible character",
        "异常空格、换行或不可见字符",
    ),
    "cut_long_words": ("a word or address too long to be read", "过长的字符串或网址"),
    "drop_footers": ("a share-and-like footer", "转发点赞尾注"),
    "drop_prompts": ("a prompt that leads nowhere here", "在此无效的操作提示"),
    "drop_marks": ("a mark without words", "无文字的装饰符号"),
    "drop_empty_lines": ("an empty line", "空行"),
    "join_table_rows": ("cells of one table row", "同一表格行的单元格"),
    "drop_boilerplate": ("a line that the account repeats", "该账号反复使用的套话"),
    "take_credit": ("the credit, kept as the source", "转载信息，已记入来源"),
    "collapse_loops": ("a passage repeated by the OCR program", "识别程序重复输出的段落"),
    "undouble_subheads": ("a decorated first character, read twice", "装饰首字被识别两次"),
    "move_captions": (
        "a caption or credit inside the text, moved to its end",
        "正文中的图注或署名，已移至文末",
    ),
    "drop_byline_marks": ("a mark before a byline", "署名前的符号"),
    "join_cut_paragraphs": ("a paragraph cut at the end of a column", "在栏末断开的段落"),
}
"""Why each rule does what it does, in English and Chinese."""

_MOST_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned article with the record of how it came about.

    Attributes:
        changes: What each rule did to the raw text, in the order in which it was done.
        problems: What the article's owner should know about it.
    """

    article: Article
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def clean(raw: RawArticle, boilerplate: Collection[int] = (), article_id: str = "") -> Cleaned:
    """Clean one article.

    A date that cannot be read costs the article only its date.

    Args:
        raw: As it was received.
        boilerplate: Keys of lines that its account repeats (``index.duplicates.relations``): such
            lines go where they begin or end the text.
        article_id: By which it is cited, where that is not the id it was received with.
    """
    draft, source = take_credit(clean_draft(Draft.of(raw.content), raw.layout))
    draft = drop_boilerplate(draft, boilerplate)
    if not source:
        draft, source = take_credit(draft)
    title, column = split_column(clean_title(raw.title))
    published, problems = publication_date(raw)
    article = Article(
        article_id=article_id or raw.article_id,
        title=title,
        url=raw.url.strip(),
        date=published,
        account=raw.account.strip(),
        text=draft.text,
        source=source,
        language=detect_language(draft.text or title),
        column=column,
        kind=Kind.ARTICLE if draft.text else Kind.IMAGE_ONLY,
        recognised=raw.layout.is_recognised,
    )
    return Cleaned(article, draft.changes, problems)


def clean_draft(draft: Draft, layout: Layout = Layout.POST) -> Draft:
    """The rules one after the other, again while they still change the text.

    Taking a prompt out can bring together the halves of an entity or of another prompt; a text
    made to need more than 50 rounds is left as it then is, so that none can hold the machine up.
    """
    rules = [rule for rule in RULES if layout is not Layout.POST or rule not in PAGE_RULES]
    for _ in range(_MOST_ROUNDS):
        before = draft.text
        for rule in rules:
            draft = rule(draft)
        if draft.text == before:
            break
    return draft
