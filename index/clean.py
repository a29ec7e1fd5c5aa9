"""Raw articles in, articles that a person would recognise out. The raw ones are kept by the library.

Rules are small functions from text to text, in the order of ``RULES``; cleaning what is clean
already changes nothing. ``VERSION`` is part of a library's manifest: raise it with any change here,
and the articles of older libraries are cleaned again when they are next indexed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from html.entities import html5

from index.language import detect_language
from index.records import Article, Problem, RawArticle

VERSION = 1

_ESCAPED_AGAIN = re.compile(r"&(?:(?:amp|#0{0,4}38|#[xX]0{0,4}26);)+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_END = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_ZERO_WIDTH = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACE = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")

_OPEN, _CLOSE = "“\"「『《‘'", "”\"」』》’'"
_FOOTERS = (
    rf"(?:欢迎|敬请)转[发载][，,]?\s*但?请?注明(?:出处|来源)[：:]?\s*(?:[{_OPEN}][^{_CLOSE}\n]{{1,30}}[{_CLOSE}])?[。！!]?",
    r"(?:如果)?(?:觉得|感觉)(?:文章|内容|本文)?(?:不错|有用)[，,]?请?(?:给我们|给个|为我们)?点(?:个)?[赞在]看?(?:、(?:在看|转发|分享))*[！!。]?",
    r"(?:长按|扫描|识别)(?:上方|下方)?二维码[，,]?(?:并|即可)?关注(?:我们|本?公众号)[！!。]?",
)
_PROMPTS = (
    rf"(?:↓{{1,9}} ?)?(?:请)?(?:点击|戳)(?:文末|下方|左下角)?[{_OPEN}]?阅读原文[{_CLOSE}]?"
    r"(?:[，,]?可?(?:查看|了解|阅读|获取|下载|进入|报名)"
    r"(?:[^，。！!；;：:\n]{0,10}?(?:详情|更多|全文|原文|通知|名单|报告|附件|文件|系统|页面|内容)+)?)?[。！!]?",
    r"(?:[（(<〈‹《\[【] ?)?(?:左右|上下|向左|向右)?滑动(?:图片)?(?:可)?(?:查看|浏览)(?:更多|全部|下一张)(?:图片|内容)?(?: ?[）)>〉›》\]】])?",
)
_FOOTER_PART = re.compile("|".join(_FOOTERS))
_PROMPT_PART = re.compile("|".join(_PROMPTS))
_LONE_MARK = re.compile(
    r"^(?:[↓↑▼▲◆■●·\s]+|[—－\-_=*]{2,}|END[。.！!]?|[—－\-]*\s*THE END\s*[—－\-]*)$", re.I
)
_CREDIT = re.compile(
    r"^[（(]?\s*(?:本文)?(?:转载自|转自|来源|资料来源|文章来源|Source)\s*[：:]\s*(?P<source>[^\n。]{1,40}?)\s*[）)]?$",
    re.I,
)
_DATE = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?$")


def clean(raw: RawArticle) -> tuple[Article, tuple[Problem, ...]]:
    """The cleaned article, and what its owner should know about it.

    A date that is no date costs the article only its date.
    """
    text, source = take_credit(clean_text(raw.content))
    title = clean_title(raw.title)
    published, problems = _publication_date(raw)
    article = Article(
        article_id=raw.article_id,
        title=title,
        url=raw.url.strip(),
        date=published,
        account=raw.account.strip(),
        text=text,
        source=source,
        language=detect_language(text or title),
    )
    return article, problems


def decode_entities(text: str) -> str:
    """``&nbsp;`` and its like to characters, however often they were escaped.

    Only entities that end with a semicolon: ``?a=1&copy=2`` is an address.

    >>> decode_entities("AT&amp;amp;T&nbsp;")
    'AT&T\\xa0'
    """
    text = _ESCAPED_AGAIN.sub("&", text)
    return _ENTITY.sub(_entity, text)


def _entity(match: re.Match[str]) -> str:
    # html.unescape would also take "&copyright;" for "&copy" and the rest.
    entity = match.group()
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def unify_characters(text: str) -> str:
    """One kind of line end and of space; no control, zero-width or direction characters."""
    text = _LINE_END.sub("\n", text)
    text = _ZERO_WIDTH.sub("", _CONTROL.sub("", text))
    return _SPACE.sub(" ", text)


def drop_footers(text: str) -> str:
    """Remove share-and-like lines; what is glued to one stays."""
    return _FOOTER_PART.sub("", text)


def drop_prompts(text: str) -> str:
    """Remove "read the original" and "swipe for more"; what is glued to them stays."""
    return _PROMPT_PART.sub("", text)


def drop_empty_lines(text: str) -> str:
    """Trim every line; drop those that are empty or hold only an arrow, a rule or END."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not _LONE_MARK.match(line))


def take_credit(text: str) -> tuple[str, str]:
    """Split off the reprint credit, in the first line or the last.

    >>> take_credit("转载自：青屿晚报\\n今天开园。")
    ('今天开园。', '青屿晚报')
    """
    lines = text.split("\n")
    for at in (0, -1):
        if match := _CREDIT.match(lines[at]):
            del lines[at]
            return "\n".join(lines), match["source"].strip()
    return text, ""


def clean_title(title: str) -> str:
    """A title on one line, entities and odd characters put right."""
    return " ".join(unify_characters(decode_entities(title)).split())


RULES: tuple[Callable[[str], str], ...] = (
    decode_entities,
    unify_characters,
    drop_footers,
    drop_prompts,
    drop_empty_lines,
)
_MOST_ROUNDS = 50


def clean_text(text: str) -> str:
    """``RULES`` one after the other, again while they still change the text.

    Taking a prompt out can bring together the halves of an entity or of another prompt; a text
    made to need more than 50 rounds is left as it then is, so that none can hold the machine up.
    """
    for _ in range(_MOST_ROUNDS):
        before = text
        for rule in RULES:
            text = rule(text)
        if text == before:
            break
    return text


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


def _publication_date(raw: RawArticle) -> tuple[date | None, tuple[Problem, ...]]:
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
