"""Templates filled with values that are escaped, whatever they say: the only way text becomes HTML."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from index.text.language import Language, detect_language
from ui.language import say, speaks_chinese

_LONGEST_ENDING = 20

_TAGS = {Language.CHINESE: "zh-CN", Language.ENGLISH: "en"}


def fill(template: str, **values: object) -> str:
    """A template of ``ui/chat/templates``, filled, in the language that is being spoken."""
    return _environment().get_template(f"{template}.html.j2").render(**values)


def page_language() -> str:
    """The language being spoken, as HTML names it."""
    return _TAGS[Language.CHINESE if speaks_chinese() else Language.ENGLISH]


def text_language(text: str) -> str:
    """The language that a text is in, as HTML names it: fonts and line breaks depend on it."""
    return _TAGS.get(detect_language(text), "")


def safe_link(url: str) -> str:
    """``url`` if a browser may follow it, else ``""``: an article must not bring its own script.

    >>> safe_link("https://example.com/1"), safe_link("javascript:alert(1)")
    ('https://example.com/1', '')
    """
    if any(not char.isprintable() or char in "\\ " for char in url.strip()):
        return ""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def ending(text: str) -> tuple[str, str]:
    """A text cut before its last word, or its last two Chinese characters: what stands behind it is
    kept on one line with these.

    >>> ending("大桥将于6月28日通车。"), ending("The bridge opens on June 28.")
    (('大桥将于6月28日通', '车。'), ('The bridge opens on June ', '28.'))
    """
    start = len(text) - 2
    while start > 0 and text[start - 1].isascii() and text[start - 1].isalnum():
        start -= 1
    start = start if len(text) - start <= _LONGEST_ENDING else len(text) - 2
    return text[: max(0, start)], text[max(0, start) :]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ui.chat"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(say=say, page_language=page_language)
    environment.filters.update(language=text_language, link=safe_link, ending=ending)
    return environment
