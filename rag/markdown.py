"""Text of articles and models put into Markdown as text: nothing in it becomes markup or a link."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#^$]")
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])")
_AUTOLINK = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)|(?<=\S)(?=@)|(?<=\bmailto)(?=:)", re.I)
_WEB = ("http", "https")


def escape_markdown(text: str) -> str:
    """``text`` as one line that a Markdown renderer shows as it is.

    >>> print(escape_markdown("# 见 [这里](http://x.cn) <b>*重要*</b>"))
    \\# 见 \\[这里\\](http\\://x.cn) \\<b\\>\\*重要\\*\\</b\\>
    >>> print(escape_markdown("1. 通车"))
    1\\. 通车
    """
    line = " ".join(text.split())
    line = _SPECIAL.sub(r"\\\g<0>", line)
    line = _AUTOLINK.sub(r"\\", line)
    line = _NUMBERED.sub(r"\1\\\2", line)
    return re.sub(r"^([-+=:])", r"\\\1", line)


def markdown_link(text: str, url: str) -> str:
    """``text``, linked where ``url`` is an address of the web, and nothing but text where it is not.

    >>> print(markdown_link("通车", "https://example.com/a b?c=(1)"))
    [通车](https://example.com/a%20b?c=%281%29)
    >>> print(markdown_link("通车", "javascript:alert(1)"))
    通车
    """
    escaped = escape_markdown(text)
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return escaped
    if parts.scheme not in _WEB or not parts.netloc:
        return escaped
    return f"[{escaped}]({quote(url.strip(), safe=_SAFE)})"


_SAFE = ":/?#@!$&'*+,;=%~-._"
"""Of an address, what stands for itself; brackets, spaces and quotes are percent-encoded."""
