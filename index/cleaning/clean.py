"""Raw articles in, articles that a person would recognise out. The raw ones are kept by the library.

Rules are small functions from draft to draft, in the order of ``RULES``; cleaning what is clean
already changes nothing. ``VERSION`` is part of a library's manifest: raise it with any change here,
and the articles of older libraries are cleaned again when they are next indexed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html.entities import html5

from index.cleaning.draft import Draft
from index.cleaning.newspaper_page import PAGE_RULES
from index.cleaning.ocr_loops import collapse_loops
from index.duplicates.fingerprints import line_key
from index.records import Article, Change, Kind, Layout, Problem, RawArticle, Span
from index.text.language import detect_language
from index.text.sentences import split_lines

VERSION = 2

Rule = Callable[[Draft], Draft]

_ESCAPED_AGAIN = re.compile(r"&(?:(?:amp|#0{0,4}38|#[xX]0{0,4}26);)+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_END = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]+")
_ZERO_WIDTH = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
_SPACE = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")

_OPEN, _CLOSE = "“\"「『《‘'", "”\"」』》’'"
_READ_ON = rf"[{_OPEN}]?阅读[原全]文[{_CLOSE}]?"
_FOOTERS = (
    rf"(?:欢迎|敬请)转[发载][，,]?\s*但?请?注明(?:出处|来源)[：:]?\s*(?:[{_OPEN}][^{_CLOSE}\n]{{1,30}}[{_CLOSE}])?[。！!]?",
    r"(?:如果)?(?:觉得|感觉)(?:文章|内容|本文)?(?:不错|有用)[，,]?请?(?:给我们|给个|为我们)?点(?:个)?[赞在]看?(?:、(?:在看|转发|分享))*[！!。]?",
    r"(?:长按|扫描|识别)(?:上方|下方|下图)?二维码[，,]?(?:并|即可)?关注(?:我们|本?公众号)[！!。]?",
)
_SWIPE = (
    r"(?:左右|上下|向左|向右)?滑动(?:图片)?(?:可)?(?:查看|浏览)(?:更多|全部|下一张)?(?:图片|内容)?"
)
_PROMPTS = (
    # In a sentence of its own; "more on this under “read on”" in the middle of one stays whole.
    rf"(?:^|(?<=[。！？!?；;）)\n])) ?(?:↓{{1,9}} ?)?(?:请)?(?:点击|戳)(?:文末|下方|左下角)?{_READ_ON}"
    r"(?:[，,]?可?(?:查看|了解|阅读|获取|下载|进入|报名|参与)(?:[^，。！!；;：:\d\n]{0,12}(?=\n|$)"
    r"|(?:[^，。！!；;：:\n]{0,10}?(?:详情|更多|全文|原文|通知|名单|报告|附件|文件|系统|页面|内容)+"
    r"(?:[及和与、][^，。！!；;：:\n]{0,6}?(?:详情|更多|附件|内容)+)?)?))?[。！!]?",
    rf"[（(](?:请)?(?:点击|戳)(?:文末|下方|左下角)?{_READ_ON}[^）)\n]{{0,12}}[）)]",
    rf"[（(<〈‹《\[【] ?{_SWIPE} ?[）)>〉›》\]】]",
    rf"(?:^|(?<=[。！？!?；;）)\n])) ?{_SWIPE}(?=\n|$|[。！!])[。！!]?",
    rf"(?:^|(?<=[。！？!?；;\n])){_SWIPE}(?:更多|全部|下一张)(?:图片|内容)?",
    # A code to scan goes with what scanning it leads to, or as a sentence of its own.
    r"(?:^|(?<=[。！？!?；;\n]))(?:请)?(?:长按|扫描|识别|长按扫描|长按识别)(?:上方|下方|下图|图中)?二维码"
    r"(?:[，,]?(?:即可)?(?:进入|查看|了解|获取|访问)[^，。！!；;：:\n]{0,8}?(?:页面|详情|更多|通道|系统|小程序)[。！!]?"
    r"|[。！!]|(?=\n|$))",
)
_FOOTER_PART = re.compile("|".join(_FOOTERS))
_PROMPT_PART = re.compile("|".join(_PROMPTS), re.M)
_LONE_MARK = re.compile(
    r"[↓↑▼▲◆■●·/|｜\s]+|[—－\-_=*~～]{2,}|END[。.！!]?|[—－\-]*\s*THE END\s*[—－\-]*", re.I
)
_ARROWS = re.compile(r"(?<![↓▼]) ?+[↓▼]++(?=\n|$)")
_CREDIT = re.compile(
    r"[（(]?\s*(?:本文)?(?:转载自|转自|来源|资料来源|文章来源|Source)\s*[：:]\s*(?P<source>[^\n。]{1,40}?)\s*[）)]?",
    re.I,
)
_DATE = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?$")
_COLUMN = re.compile(r"(?P<title>.+?)\s*[｜|︱│丨]\s*(?P<column>[^｜|︱│丨]+)")
_SENTENCE_MARK = re.compile(r"[。，,！!？?：:；;…]")
_SERIAL = re.compile(r"序号|编号|No\.?", re.I)
_LONGEST_COLUMN, _MOST_COLUMNS, _FEWEST_ROWS = 14, 12, 3


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


def clean(raw: RawArticle, boilerplate: Collection[int] = ()) -> Cleaned:
    """Clean one article.

    A date that is no date costs the article only its date.

    Args:
        raw: As it was received.
        boilerplate: Keys of lines that its account repeats (``index.duplicates.relations``): such lines go
            where they begin or end the text.
    """
    draft, source = take_credit(clean_draft(Draft.of(raw.content), raw.layout))
    draft = drop_boilerplate(draft, boilerplate)
    if not source:
        draft, source = take_credit(draft)
    title, column = split_column(clean_title(raw.title))
    published, problems = publication_date(raw)
    article = Article(
        article_id=raw.article_id,
        title=title,
        url=raw.url.strip(),
        date=published,
        account=raw.account.strip(),
        text=draft.text,
        source=source,
        language=detect_language(draft.text or title),
        column=column,
        kind=Kind.ARTICLE if draft.text else Kind.IMAGE_ONLY,
    )
    return Cleaned(article, draft.changes, problems)


def decode_entities(draft: Draft) -> Draft:
    """``&nbsp;`` and its like to characters, however often they were escaped.

    Only entities that end with a semicolon: ``?a=1&copy=2`` is an address.

    >>> decode_entities(Draft.of("AT&amp;amp;T&nbsp;")).text
    'AT&T\\xa0'
    """
    rule = decode_entities.__name__
    return draft.substitute(rule, _ESCAPED_AGAIN, "&").substitute(rule, _ENTITY, _entity)


def _entity(match: re.Match[str]) -> str:
    # html.unescape would also take "&copyright;" for "&copy" and the rest.
    entity = match.group()
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def unify_characters(draft: Draft) -> Draft:
    """One kind of line end and of space; no control, zero-width or direction characters."""
    for pattern, put in ((_LINE_END, "\n"), (_CONTROL, ""), (_ZERO_WIDTH, ""), (_SPACE, " ")):
        draft = draft.substitute(unify_characters.__name__, pattern, put)
    return draft


def drop_footers(draft: Draft) -> Draft:
    """Remove share-and-like lines; what is glued to one stays."""
    return draft.substitute(drop_footers.__name__, _FOOTER_PART)


def drop_prompts(draft: Draft) -> Draft:
    """Remove "read the original", "swipe for more" and their like; what is glued to them stays."""
    return draft.substitute(drop_prompts.__name__, _PROMPT_PART)


def drop_marks(draft: Draft) -> Draft:
    """Remove lines that hold only an arrow, a rule or END, and arrows at the end of a line."""
    marks = (span for span in split_lines(draft.text) if _LONE_MARK.fullmatch(span.of(draft.text)))
    return draft.cut(drop_marks.__name__, marks).substitute(drop_marks.__name__, _ARROWS)


def drop_empty_lines(draft: Draft) -> Draft:
    """Trim every line; drop the empty ones."""
    return draft.edit(drop_empty_lines.__name__, _blanks(draft.text))


def _blanks(text: str) -> Iterator[tuple[int, int, str]]:
    for match in re.finditer(r"[ \n]*\n[ \n]*|^ +| +$", text):
        inside = match.start() > 0 and match.end() < len(text)
        yield match.start(), match.end(), "\n" if inside else ""


def join_table_rows(draft: Draft) -> Draft:
    """Put the rows of a table together that was written one cell a line.

    Such a table is known by its header, whose first cell is 序号, and by the serial numbers 1, 2, 3
    … that begin its rows.
    """
    lines = list(split_lines(draft.text))
    cells = [span.of(draft.text) for span in lines]
    edits: list[tuple[int, int, str]] = []
    at = 0
    while at < len(cells):
        rows = _table_rows(cells, at) if _SERIAL.fullmatch(cells[at]) else []
        for first, last in rows:
            edits += (
                (lines[cell].end, lines[cell].end + 1, " ") for cell in range(first, last - 1)
            )
        at = rows[-1][1] if rows else at + 1
    return draft.edit(join_table_rows.__name__, edits)


def _table_rows(cells: list[str], header: int) -> list[tuple[int, int]]:
    """Each row of the table whose header begins at ``header`` as its first cell and one past its last."""
    first = next(
        (
            at
            for at in range(header + 2, min(header + _MOST_COLUMNS, len(cells)))
            if cells[at] == "1"
        ),
        None,
    )
    if first is None:
        return []
    columns = first - header
    rows = [(header, first)]
    while rows[-1][1] < len(cells) and cells[rows[-1][1]] == str(len(rows)):
        start = rows[-1][1]
        serial = str(len(rows) + 1)
        end = next(
            (
                at
                for at in range(start + 1, min(start + columns, len(cells)))
                if cells[at] == serial
            ),
            min(start + columns, len(cells)),
        )
        rows.append((start, end))
    return rows if len(rows) > _FEWEST_ROWS else []


def drop_boilerplate(draft: Draft, keys: Collection[int]) -> Draft:
    """Remove lines that an account repeats from the beginning and the end of the text, not inside."""
    if not keys:
        return draft
    spans = list(split_lines(draft.text))
    known = [line_key(span.of(draft.text)) in keys for span in spans]
    head = next((at for at, is_known in enumerate(known) if not is_known), len(known))
    tail = next((at for at, is_known in enumerate(reversed(known)) if not is_known), 0)
    rule = drop_boilerplate.__name__
    ends = [Span(s.start, min(s.end + 1, len(draft.text))) for s in spans[:head]]
    if head < len(spans):
        ends += (Span(s.start - 1, s.end) for s in spans[len(spans) - tail :])
    return draft.cut(rule, ends)


def take_credit(draft: Draft) -> tuple[Draft, str]:
    """Split off the reprint credit, in the first line or the last.

    >>> draft, source = take_credit(Draft.of("转载自：青屿晚报\\n今天开园。"))
    >>> draft.text, source
    ('今天开园。', '青屿晚报')
    """
    sources: list[str] = []
    while (found := _credit(draft.text)) is not None:
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
    return " ".join(unify_characters(decode_entities(Draft.of(title))).text.split())


def split_column(title: str) -> tuple[str, str]:
    """A title and the column that it names at its end, ``""`` where there is none.

    A column is short, no sentence, and shorter than what it follows: "倒计时1天｜2025大会" names none.

    >>> split_column("海上风电场并网发电｜产业创新动态")
    ('海上风电场并网发电', '产业创新动态')
    """
    match = _COLUMN.fullmatch(title)
    if match is None:
        return title, ""
    before, column = match["title"].strip(), match["column"].strip()
    longest = _LONGEST_COLUMN if detect_language(column) == "zh" else 2 * _LONGEST_COLUMN
    named = 2 <= len(column) <= longest and not _SENTENCE_MARK.search(column)
    return (before, column) if named and len(before) > len(column) else (title, "")


RULES: tuple[Rule, ...] = (
    decode_entities,
    unify_characters,
    collapse_loops,  # before lines are joined: where a column ends tells how a loop was left
    *PAGE_RULES,
    drop_footers,
    drop_prompts,
    drop_marks,
    drop_empty_lines,
    join_table_rows,
)
"""Every rule in its order; those of ``index.cleaning.newspaper_page`` are for pages alone."""

REASONS: Mapping[str, tuple[str, str]] = {
    "decode_entities": ("an HTML entity", "HTML 实体"),
    "unify_characters": (
        "an odd space, line end or invisible character",
        "异常空格、换行或不可见字符",
    ),
    "drop_footers": ("a share-and-like footer", "转发点赞尾注"),
    "drop_prompts": ("a prompt that leads nowhere here", "在此无效的操作提示"),
    "drop_marks": ("a mark without words", "无文字的装饰符号"),
    "drop_empty_lines": ("an empty line", "空行"),
    "join_table_rows": ("cells of one table row", "同一表格行的单元格"),
    "drop_boilerplate": ("a line that the account repeats", "该账号反复使用的套话"),
    "take_credit": ("the credit, kept as the source", "转载信息，已记入来源"),
    "collapse_loops": ("a passage repeated by the text recogniser", "识别程序重复输出的段落"),
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


def clean_text(text: str, layout: Layout = Layout.POST) -> str:
    """``clean_draft`` for a text whose way back does not matter."""
    return clean_draft(Draft.of(text), layout).text


def parse_date(written: str) -> date | None:
    """``2025/9/4`` (or ``2025-09-04``, ``2025年9月4日``, with or without a time) as a date.

    Raises:
        ValueError: it is not blank and no date.
    """
    if not written.strip():
        return None
    match = _DATE.match(written)
    if match is None:
        raise ValueError(f"{written!r} is no date")
    year, month, day = map(int, match.groups())
    return date(year, month, day)


def publication_date(raw: RawArticle) -> tuple[date | None, tuple[Problem, ...]]:
    """The day that an article gives, and what is wrong with what it gives."""
    try:
        return parse_date(raw.time), ()
    except ValueError:
        return None, (
            Problem(
                f"article {raw.article_id!r} has the date {raw.time[:40]!r}, which is none; "
                "it was taken without a date: write it as YYYY/M/D",
                f"文章 {raw.article_id!r} 的日期 {raw.time[:40]!r} 无效；"
                "已收录但不带日期，请写成 年/月/日（YYYY/M/D）",
                lost=False,
            ),
        )
