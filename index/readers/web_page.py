"""Saved web pages: an article of a WeChat public account by that page's own marks, any other one
by trafilatura. Nothing that a page refers to is ever fetched.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from index.errors import ArticleError
from index.readers.encoding import read_page_text
from index.readers.isolated import require, run_isolated
from index.readers.limits import MAX_PAGE_CHARS, MAX_PAGE_TAGS
from index.readers.markup import text_of
from index.readers.source import Source, as_text
from index.records import RawArticle, well_formed
from index.text.rules import load_rules

_RULES = load_rules("index.readers", "zh/web_pages")
_IDS = {field: identifier for identifier, field in _RULES.table("element_ids").items()}
_SECOND, _TIME = _RULES.regex("publication_second"), _RULES.regex("publication_time")
_ADDRESS, _SAVED_FROM = _RULES.regex("address"), _RULES.regex("saved_from")
_ACCOUNT_NAME, _SHOWN_DAY = _RULES.regex("account_name"), _RULES.regex("shown_day")
_EMBEDDED = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,80};base64,[A-Za-z0-9+/=\s]*")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+$")
_CHINA = timedelta(hours=8)
_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")


def read_web_page(source: Source) -> RawArticle:
    """The article on a saved page, without its menus and without markup.

    Raises:
        ArticleError: it cannot be read, is too large or holds no text.
    """
    require(source, "lxml", "lxml")
    page = _EMBEDDED.sub("", read_page_text(source))  # pictures, by far the most of some pages
    if len(page) > MAX_PAGE_CHARS or page.count("<") > MAX_PAGE_TAGS:
        raise ArticleError(
            f"{source.origin!r} has over {MAX_PAGE_CHARS} characters or {MAX_PAGE_TAGS} tags; save "
            "the page's text as .txt",
            f"{source.origin!r} 超过 {MAX_PAGE_CHARS} 个字符或 {MAX_PAGE_TAGS} 个标签；请将正文另存为 .txt",
        )
    tree = _parse(page)
    body = None if tree is None else _element(tree, "content")
    if tree is not None and body is not None:
        return _wechat_article(source, page, tree, body)
    return _any_article(source, page, tree)


def _parse(page: str) -> Any:
    """The tree of ``page``; ``None`` where there is not one element in it."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        tree = lxml_html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return tree


def _wechat_article(source: Source, page: str, tree: Any, body: Any) -> RawArticle:
    name = as_text(source.stem)
    return RawArticle(
        name,
        _shown(tree, "title") or _title(tree) or name,
        _web_address(_scripted(_ADDRESS, page))
        or _web_address(_meta(tree, "og:url"))
        or _web_address(_scripted(_SAVED_FROM, page)),
        _day_of_epoch(page) or _day_in(_scripted(_TIME, page) or _shown(tree, "time")),
        _shown(tree, "account") or _scripted(_ACCOUNT_NAME, page),
        well_formed(text_of(body)),
        source.origin,
    )


def _any_article(source: Source, page: str, tree: Any) -> RawArticle:
    require(source, "trafilatura", "trafilatura")
    require(source, "lxml_html_clean", "lxml-html-clean")  # which trafilatura does not ask for
    found = run_isolated("page_text", source, page.encode("utf-8", "replace"), {})
    # trafilatura gives up on pages of a few words, and these are articles, too.
    text = found["text"].strip() or ("" if tree is None else text_of(tree))
    if not text:
        raise ArticleError(
            f"{source.origin!r} holds no text; save the page anew when it has loaded, or save its "
            "text as .txt",
            f"{source.origin!r} 不含正文；请在网页加载完成后重新保存，或将正文另存为 .txt",
        )
    name = as_text(source.stem)
    return RawArticle(
        name,
        well_formed(" ".join(found["title"].split())) or name,
        _web_address(found["url"]) or _web_address(_scripted(_SAVED_FROM, page)),
        _day_in(found["date"]),
        well_formed(" ".join(found["account"].split())),
        well_formed(text),
        source.origin,
    )


def _shown(tree: Any, field: str) -> str:
    """What a public account's page shows as one of its fields."""
    element = _element(tree, field)
    return "" if element is None else well_formed(" ".join(text_of(element).split()))


def _element(tree: Any, field: str) -> Any:
    return tree.find(f".//*[@id='{_IDS[field]}']")


def _title(tree: Any) -> str:
    return _meta(tree, "og:title") or " ".join((tree.findtext(".//title") or "").split())


def _meta(tree: Any, name: str) -> str:
    element = tree.find(f".//meta[@property='{name}']")
    return "" if element is None else well_formed(" ".join((element.get("content") or "").split()))


def _scripted(pattern: re.Pattern[str], page: str) -> str:
    """A variable of the page's script, with what is escaped in it undone."""
    found = pattern.search(page)
    if not found:
        return ""
    plain = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), found[1])
    return " ".join(html.unescape(plain).split())


def _web_address(text: str) -> str:
    """``text`` when it is the address of a page; an address may also be a script."""
    return text if _WEB_ADDRESS.match(text) else ""


def _day_of_epoch(page: str) -> str:
    """The day in China at the second that the page's script gives as its publication."""
    found = _SECOND.search(page)
    return _written(datetime.fromtimestamp(int(found[1]), UTC) + _CHINA) if found else ""


def _day_in(text: str) -> str:
    found = _SHOWN_DAY.search(text)
    if not found:
        return ""
    try:
        return _written(date(*(int(number) for number in found.groups())))
    except ValueError:  # the 31st of February
        return ""


def _written(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"
