"""Text of articles and models put into Markdown as text: nothing in it becomes markup or a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#^$]")
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])")
_AUTOLINK = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)|(?<=\S)(?=@)|(?<=\bmailto)(?=:)", re.I)
_WEB = ("http", "https")
_SAFE = ":/?#@!$&'*+,;=%~-._"
"""Of an address, what stands for itself; brackets, spaces and quotes are percent-encoded."""


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


@dataclass(frozen=True, slots=True)
class MarkdownForm:
    """How sentences are set in Markdown, with the markers of what they rest on.

    Attributes:
        marker: Of a citation, by its number.
        before_markers: What stands between a sentence and its markers.
        doubt: What is said behind a sentence that is less than sure.
        between: What stands between two sentences.
        escape: Makes of a text what Markdown shows as that text.
    """

    marker: str = "[^{}]"
    before_markers: str = ""
    doubt: str = "*({})*"
    between: str = " "
    escape: Callable[[str], str] = escape_markdown

    def sentence(self, text: str, markers: Sequence[int], doubt: str = "") -> str:
        said = self._marked(self.escape(text), markers)
        return f"{said} {self.doubt.format(doubt)}" if doubt else said

    def part(self, heading: str, sentences: Sequence[str]) -> str:
        """Sentences under their heading; several are listed."""
        if not heading:
            return self.between.join(sentences)
        over = f"**{self.escape(heading)}**"
        if len(sentences) == 1:
            return f"{over}{self.between}{sentences[0]}"
        return "\n".join([over, "", *(f"- {sentence}" for sentence in sentences)])

    def short(self, text: str, marker: int) -> str:
        """The very words that answer."""
        return self._marked(f"**{self.escape(text)}**", [marker])

    def _marked(self, text: str, markers: Sequence[int]) -> str:
        shown = "".join(self.marker.format(marker) for marker in markers)
        return f"{text}{self.before_markers}{shown}" if shown else text
