"""Saved web pages: an article of a WeChat public account by that page's own marks, any other one
by trafilatura. Nothing that a page refers to is ever fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from index.errors import ArticleError
from index.readers.encoding import read_page_text
from index.readers.hidden import Sight
from index.readers.isolated import require, run_isolated
from index.readers.limits import MAX_PAGE_CHARS, MAX_PAGE_TAGS
from index.readers.markup import EMBEDDED, text_of
from index.readers.source import Source, as_text
from index.readers.wechat_page import (
    WeChatPage,
    no_article,
    saved_from,
    web_address,
    without_dialogs,
)
from index.records import RawArticle, well_formed
from index.text.dates.publication import CHINA, as_day, publication_day

_INSTANTS = frozenset(
    ("article:published_time", "og:published_time", "datePublished", "pubdate", "publishdate")
)


def read_web_page(source: Source, zone: tzinfo = CHINA) -> RawArticle:
    """The article on a saved page, without its menus and without markup.

    Args:
        zone: Where the publisher is: by its days an instant of publication is told.

    Raises:
        ArticleError: it cannot be read, is too large, holds no text, or is what WeChat shows in
            place of an article.
    """
    require(source, "lxml", "lxml")
    page = EMBEDDED.sub("", read_page_text(source))  # pictures, by far the most of some pages
    if len(page) > MAX_PAGE_CHARS or page.count("<") > MAX_PAGE_TAGS:
        raise ArticleError(
            f"{source.origin!r} has over {MAX_PAGE_CHARS} characters or {MAX_PAGE_TAGS} tags; save "
            "the page's text as .txt",
            f"{source.origin!r} 超过 {MAX_PAGE_CHARS} 个字符或 {MAX_PAGE_TAGS} 个标签；请将正文另存为 .txt",
        )
    tree = _parse(page)
    wechat = None if tree is None else WeChatPage(tree, page)
    if wechat is None or not wechat.is_one:
        return _any_article(source, page, tree, zone)
    if notice := wechat.notice():
        raise no_article(source.origin, notice)
    if wechat.is_article:
        return _wechat_article(source, wechat, zone)
    found = _any_article(source, page, tree, zone)
    return replace(found, content="\n".join(without_dialogs(found.content.split("\n"))))


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


def _wechat_article(source: Source, page: WeChatPage, zone: tzinfo) -> RawArticle:
    name = as_text(source.stem)
    title, day = well_formed(page.title) or name, well_formed(page.day(zone))
    account, text = well_formed(page.account), well_formed(page.text)
    return RawArticle(name, title, page.url, day, account, text, source.origin)


def _any_article(source: Source, page: str, tree: Any, zone: tzinfo) -> RawArticle:
    require(source, "trafilatura", "trafilatura")
    require(source, "lxml_html_clean", "lxml-html-clean")  # which trafilatura does not ask for
    from lxml.html import tostring

    seen = page
    if tree is not None and Sight(tree).without_hidden():
        seen = tostring(tree, encoding="unicode", method="html")
    found = run_isolated("page_text", source, seen.encode("utf-8", "replace"), {})
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
        web_address(found["url"]) or web_address(saved_from(page)),
        _day(found["date"], tree, zone),
        well_formed(" ".join(found["account"].split())),
        well_formed(text),
        source.origin,
    )


def _day(day: str, tree: Any, zone: tzinfo) -> str:
    """The day that was found, ``YYYY-MM-DD``: as a day of ``zone`` where the page has it as an instant."""
    written = [one for one in _instants(tree) if one.startswith(day)]
    for one in (*written, day):
        try:
            found = publication_day(one, zone)
        except ValueError:
            continue
        if found:
            return as_day(found)
    return ""


def _instants(tree: Any) -> Iterator[str]:
    """What a page gives as its time of publication."""
    for element in () if tree is None else tree.iter("meta", "time"):
        names = (element.get(name) for name in ("property", "name", "itemprop"))
        if not _INSTANTS.isdisjoint(names):
            yield element.get("content") or element.get("datetime") or ""
