"""The text of an HTML element, as a reader of the page sees it: blocks as lines, no markup."""

from __future__ import annotations

import re
from typing import Any

# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "tfoot", "thead", "tr", "ul",
))
_UNSEEN = frozenset((
    "audio", "button", "canvas", "head", "iframe", "math", "noscript", "object", "script", "select",
    "style", "svg", "template", "textarea", "title", "video",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CELL_END = "\x1f"  # no page has it: XML and HTML forbid the character


def text_of(element: Any) -> str:
    """The text under an ``lxml`` element, a line for each block, cells of a row with `` | `` between.

    What the element's own style hides is text all the same: a page of WeChat shows its article
    only when its script has run. What is hidden inside is not.
    """
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    rows: list[bool] = []  # of the cells around: whether they share their row with others
    for event, node in walk:
        if event == "start":
            if node is not element and _is_unseen(node):
                walk.skip_subtree()
                continue
            if node.tag in _CELLS:
                rows.append(_has_siblings(node))
            elif node.tag in _BLOCKS:
                parts.append(_break(rows))
            parts.append(_spaced(node.text))
            continue
        if event == "end" and not (node is not element and _is_unseen(node)):
            if node.tag in _CELLS:
                parts.append(_CELL_END if rows and rows.pop() else "\n")
            elif node.tag in _BLOCKS:
                parts.append(_break(rows))
        if node is not element:
            parts.append(_spaced(node.tail))
    lines = (_line(line) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _is_unseen(node: Any) -> bool:
    return node.tag in _UNSEEN or bool(_HIDDEN.search(node.get("style") or ""))


def _has_siblings(cell: Any) -> bool:
    """Whether other cells stand beside it. One that stands alone only lays the page out."""
    beside = (cell.getprevious(), cell.getnext())  # not the whole row: rows may be endless
    return any(one is not None and one.tag in _CELLS for one in beside)


def _break(rows: list[bool]) -> str:
    """Blocks in a cell of a true table stay on the row's line."""
    return " " if rows and rows[-1] else "\n"


def _spaced(text: str | None) -> str:
    return _SPACES.sub(" ", text or "").replace(_CELL_END, "")


def _line(line: str) -> str:
    cells = (_SPACES.sub(" ", cell).strip(" ") for cell in line.split(_CELL_END))
    return " | ".join(cells).strip(" |") if _CELL_END in line else line.strip(" ")
