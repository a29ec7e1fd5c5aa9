"""The text of an HTML element, as a reader of the page sees it: blocks as lines, no markup."""

from __future__ import annotations

import re
from typing import Any

from index.readers.hidden import Sight

# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "foreignobject", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "svg",
    "table", "tbody", "text", "tfoot", "thead", "tr", "ul",
))
_UNSEEN = frozenset((
    "audio", "button", "canvas", "defs", "desc", "iframe", "math", "metadata", "noscript",
    "object", "script", "select", "style", "symbol", "template", "textarea", "title", "video",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_BLOCK = re.compile(
    r"display\s*:\s*(?:block|flex|grid|list-item|table|table-row)\b(?!-)", re.IGNORECASE
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
EMBEDDED = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,80};base64,[A-Za-z0-9+/=\s]*")
"""A file, as a rule a picture, that is written into a page or text."""

_LINE_ENDS = re.compile(r"\r\n?|\n")
_CELL_END = "\x1f"  # no page has it: XML and HTML forbid the character
_MARKUP = re.compile(r"<\s{0,9}/?\s{0,9}[A-Za-z]")
_HAS_BLOCKS = re.compile(r"<\s{0,9}(?:p|div|section|br|li|h[1-6]|tr)\b", re.IGNORECASE)


def text_of(element: Any) -> str:
    """The text under an ``lxml`` element, a line for each block, cells of a row with `` | `` between.

    What the element's own style hides is text all the same: a page of WeChat shows its article
    only when its script has run. What is hidden inside is not. Lines of code stay lines.
    """
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    sight = Sight(element)
    rows: list[bool] = []  # of the cells around: whether they share their row with others
    kept = 0  # how many elements around keep their line ends
    skipped: Any = None  # what was found unseen, until its end comes
    for event, node in walk:
        if event == "start":
            if node is not element and _is_unseen(node, sight):
                walk.skip_subtree()
                skipped = node
                continue
            kept += _keeps_lines(node)
            if node.tag in _CELLS:
                rows.append(_has_siblings(node))
            elif _is_block(node):
                parts.append(_break(rows))
            parts.append(_spaced(node.text, kept, rows))
            continue
        if event == "end" and node is not skipped:
            kept -= _keeps_lines(node)
            if node.tag in _CELLS:
                parts.append(_CELL_END if rows and rows.pop() else "\n")
            elif node.tag != "tspan" and _is_block(node):  # what follows a tspan stands beside it
                parts.append(_break(rows))
        if node is not element:
            parts.append(_spaced(node.tail, kept, rows))
    lines = (_line(line) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def fragment_text(text: str) -> str:
    r"""The text of a piece of HTML; where it has no blocks, its line ends are lines.

    >>> fragment_text('周末去哪儿？\n<a href="#">#展览</a>')
    '周末去哪儿？\n#展览'
    """
    from lxml import etree
    from lxml import html as lxml_html

    if not _MARKUP.search(text):
        return "\n".join(line for part in text.split("\n") if (line := part.strip()))
    if not _HAS_BLOCKS.search(text):
        text = text.replace("\n", "<br>")
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False)
    try:
        return text_of(lxml_html.fragment_fromstring(text, create_parent="div", parser=parser))
    except (etree.LxmlError, ValueError):
        return ""


def _is_unseen(node: Any, sight: Sight) -> bool:
    return node.tag in _UNSEEN or "hidden" in node.attrib or sight.is_hidden(node)


def _is_block(node: Any) -> bool:
    if node.tag in _BLOCKS or _BLOCK.search(node.get("style") or ""):
        return True
    # A line of code each, as editors write them; a tspan that is placed anew begins a line.
    return (node.tag == "code" and _stands_beside_code(node)) or (
        node.tag == "tspan" and node.get("x") is not None
    )


def _stands_beside_code(node: Any) -> bool:
    before, after = node.getprevious(), node.getnext()
    follows = before is not None and before.tag == "code" and not (before.tail or "").strip()
    return follows or (after is not None and after.tag == "code" and not (node.tail or "").strip())


def _keeps_lines(node: Any) -> bool:
    return bool(node.tag == "pre")


def _has_siblings(cell: Any) -> bool:
    """Whether other cells stand beside it. One that stands alone only lays the page out."""
    beside = (cell.getprevious(), cell.getnext())  # not the whole row: rows may be endless
    return any(one is not None and one.tag in _CELLS for one in beside)


def _break(rows: list[bool]) -> str:
    """Blocks in a cell of a true table stay on the row's line."""
    return " " if rows and rows[-1] else "\n"


def _spaced(text: str | None, kept: int, rows: list[bool]) -> str:
    if not text:
        return ""
    text = text.replace(_CELL_END, "")
    if kept:
        return _LINE_ENDS.sub(_break(rows), text)
    return _SPACES.sub(" ", text)


def _line(line: str) -> str:
    cells = (_SPACES.sub(" ", cell).strip(" ") for cell in line.split(_CELL_END))
    return " | ".join(cells).strip(" |") if _CELL_END in line else line.strip(" ")
