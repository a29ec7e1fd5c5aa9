"""Saved pages of WeChat public accounts: articles, posts whose text lies in the script, and what
WeChat says in place of an article.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from functools import cached_property
from typing import Any

from index.errors import ArticleError
from index.readers.markup import fragment_text, text_of
from index.records import well_formed
from index.text.dates.publication import as_day, publication_day
from index.text.rules import load_rules
from index.text.script import simplify

_RULES = load_rules("index.readers", "zh/web_pages")
_IDS = {field: identifier for identifier, field in _RULES.table("element_ids").items()}
_SHORT_TEXTS, _PAGE_IDS = _RULES["short_text_ids"].words, _RULES["page_ids"].words
_PAGE_CLASS, _HOST = _RULES.regex("page_classes"), _RULES.regex("host")
_SCRIPT_NAMES, _SCRIPT_VALUE = _RULES.table("script_names"), _RULES.regex("script_value")
_SAVED_FROM, _DIALOG = _RULES.regex("saved_from"), _RULES.regex("dialog")
_MEDIA = ("img", "video", "iframe", "audio", "svg", "mpvoice", "mpvideosnap", "mp-common-mpaudio")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+$")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": "", "v": ""}
_SHORT_POSTS = ("8", "10")
"""``item_show_type`` of posts of pictures and of a few words, whose description is their text."""

_LONGEST_NOTICE = 400
"""Visible characters of a page that says why there is no article."""

_FEWEST_LEFT = 20
"""Visible characters, dialogs aside, from which on a page without the marks of an article is one."""


class Notice(StrEnum):
    """What WeChat says in place of an article, in the order in which signs count."""

    ENVIRONMENT = "environment"
    MIGRATED = "migrated"
    VIOLATION = "violation"
    DELETED = "deleted"
    EXPIRED = "expired"
    ERROR = "error"
    SHELL = "shell"


_SAID: Mapping[Notice, tuple[str, str]] = {
    Notice.ENVIRONMENT: (
        "is WeChat's check for machines (环境异常), not the article; open the link in a browser, pass "
        "the check, and save the page anew",
        "是微信的环境异常验证页，不是文章；请在浏览器中打开链接，完成验证后重新保存",
    ),
    Notice.MIGRATED: (
        "says that the account has moved to another one, and holds no article; follow it to the "
        "article there and save that",
        "提示公众号已迁移，不含文章；请前往新账号的文章页后保存",
    ),
    Notice.VIOLATION: (
        "says that WeChat keeps the article back (a violation, a complaint or a closed account); it "
        "cannot be saved from there any more",
        "提示文章因违规、投诉或账号停用而无法查看，不含文章；已无法从该链接保存",
    ),
    Notice.DELETED: (
        "says that the article was deleted by its account; it cannot be saved from there any more",
        "提示文章已被发布者删除，不含文章；已无法从该链接保存",
    ),
    Notice.EXPIRED: (
        "says that the link has expired, and holds no article; save the page anew from the article's "
        "lasting link",
        "提示链接已过期，不含文章；请通过文章的永久链接重新保存",
    ),
    Notice.ERROR: (
        "is one of WeChat's error pages, not the article; open the link again and save the page anew",
        "是微信的出错页面，不是文章；请重新打开链接后保存",
    ),
    Notice.SHELL: (
        "is an empty shell: a page of a public account that had not loaded its article; save it anew "
        "when the text can be seen",
        "是空壳页面：保存时公众号文章尚未加载；请在看到正文后重新保存",
    ),
}
_SIGNS = {
    notice: _RULES.regex(f"notice_{notice}") for notice in Notice if notice is not Notice.SHELL
}


@dataclass(frozen=True)
class WeChatPage:
    """A page that may be one of a public account.

    Attributes:
        tree: Of its elements.
        page: Its source.
    """

    tree: Any
    page: str

    @property
    def is_one(self) -> bool:
        """Whether it is a page of a public account, with or without an article."""
        return (
            self.body is not None
            or any(self._by_id(one) is not None for one in _PAGE_IDS)
            or any(_PAGE_CLASS.search(one.get("class") or "") for one in self.tree.iter("div"))
            or any(_HOST.search(one) for one in (self.meta("og:url"), saved_from(self.page)))
        )

    @property
    def body(self) -> Any:
        return self._element("content")

    @cached_property
    def text(self) -> str:
        """The article's text, ``""`` where there is none."""
        if self.body is not None and (text := text_of(self.body)):
            return text
        shown = (self._by_id(one) for one in _SHORT_TEXTS)
        texts = [text for one in shown if one is not None and (text := text_of(one))]
        if texts:
            return texts[0]
        if self._script.get("content"):
            return fragment_text(html.unescape(self._script["content"]))
        if self._script.get("type") in _SHORT_POSTS:
            return fragment_text(_unescaped(self.meta_text("og:description")))
        return ""

    @property
    def title(self) -> str:
        return (
            self._shown("title")
            or self.meta("og:title")
            or self._value("title")
            or _one_line(self.tree.findtext(".//title") or "")
        )

    @property
    def account(self) -> str:
        return self._shown("account") or self._value("account")

    @property
    def url(self) -> str:
        found = (self._value("url"), self.meta("og:url"), saved_from(self.page))
        return next((url for one in found if (url := web_address(one))), "")

    def day(self, zone: tzinfo) -> str:
        """The day of publication; what cannot be read as one stays as it is written."""
        written = self._value("time") or self._shown("time")
        try:
            day = publication_day(written, zone)
        except ValueError:
            return written
        return as_day(day) if day else ""

    def notice(self) -> Notice | None:
        """What the page says in place of an article; ``None`` where it is one, if only of pictures."""
        if self.text or self._has_pictures or self._is_post_without_text:
            return None
        root = self.tree.find("body")
        lines = text_of(self.tree if root is None else root).split("\n")
        said = simplify("\n".join(lines))
        if len(said) <= _LONGEST_NOTICE:
            for notice, sign in _SIGNS.items():
                if sign.search(said):
                    return notice
        left = sum(len(line) for line in without_dialogs(lines))
        return None if left >= _FEWEST_LEFT else Notice.SHELL

    @property
    def is_article(self) -> bool:
        """Whether the page has an article in the places where public accounts have it."""
        return bool(self.text or self.body is not None or self._is_post_without_text)

    @property
    def _has_pictures(self) -> bool:
        return self.body is not None and next(self.body.iter(*_MEDIA), None) is not None

    @property
    def _is_post_without_text(self) -> bool:
        return bool(self.title and self._script.get("type", "0") not in ("", "0"))

    def meta(self, name: str) -> str:
        return _one_line(self.meta_text(name))

    def meta_text(self, name: str) -> str:
        element = self.tree.find(f".//meta[@property='{name}']")
        return "" if element is None else element.get("content") or ""

    def _value(self, field: str) -> str:
        return _one_line(html.unescape(self._script.get(field, "")))

    @cached_property
    def _script(self) -> Mapping[str, str]:
        """What the page's script says of its fields; escapes of JavaScript undone, entities not."""
        scripts = "\n".join(script.text or "" for script in self.tree.iter("script"))
        found: dict[str, str] = {}
        for match in _SCRIPT_VALUE.finditer(scripts):
            name, value = match["name"], match["number"] or _unescaped(match["text"] or "")
            if name in _SCRIPT_NAMES and value.strip(" 0"):
                found.setdefault(name, value)
        fields: dict[str, str] = {}
        for name, field in _SCRIPT_NAMES.items():
            if name in found:
                fields.setdefault(field, found[name])
        return fields

    def _shown(self, field: str) -> str:
        element = self._element(field)
        return "" if element is None else _one_line(text_of(element))

    def _element(self, field: str) -> Any:
        return self._by_id(_IDS[field])

    def _by_id(self, identifier: str) -> Any:
        return self.tree.find(f".//*[@id='{identifier}']")


def no_article(origin: str, notice: Notice) -> ArticleError:
    english, chinese = _SAID[notice]
    return ArticleError(f"{origin!r} {english}", f"{origin!r} {chinese}")


def saved_from(page: str) -> str:
    """The address that a browser wrote into a page when it saved it."""
    found = _SAVED_FROM.search(page)
    return found[1] if found else ""


def web_address(text: str) -> str:
    """``text`` when it is the address of a page; an address may also be a script."""
    return text if _WEB_ADDRESS.match(text) else ""


def without_dialogs(lines: list[str]) -> list[str]:
    """The lines of a public account's page that are not its dialogs, buttons and footer."""
    return [line for line in lines if not _DIALOG.fullmatch(line.strip())]


def _unescaped(text: str) -> str:
    """A string of JavaScript with its escapes undone.

    >>> _unescaped(r"\\x26amp;\\u4e2d\\n")
    '&amp;中\\n'
    """
    return well_formed(_ESCAPE.sub(_character, text))  # a sign of two halves is written as two


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _LETTERS.get(escape[3], escape[3])


def _one_line(text: str) -> str:
    return " ".join(text.split())
