"""The text of a Word document, over python-docx. A worker."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .faults import Found, telling_faults
from .office_zip import fault_of
from .word_ground import Ground
from .word_numbering import Numbering
from .word_runs import Runs
from .word_styles import Styles, W, is_on, value

if TYPE_CHECKING:
    from docx.document import Document

_TRANSPARENT = {f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_GONE = ("del", "moveFrom")
_TEXT, _WORDS = re.compile(rb"<w:t(?: [^>]{0,99})?>([^<]*)"), re.compile(r"[^\W\d_]{5}")
_TITLE_STYLES = ("title", "heading", "标题")


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int) -> Found:
    """``{"title", "text", "unread"}`` of the document ``data``: of what is not text, how many."""
    if fault := fault_of(data):
        return {"fault": fault}
    import docx

    document = docx.Document(io.BytesIO(data))
    reading = _Reading(document)
    lines: list[str] = []
    length = 0
    for line in reading.lines(document.element.body):
        lines.append(line)
        length += len(line) + 1
        if length > max_chars:
            return {"fault": "long"}
    text = "\n".join(lines)
    title = _title(document) or reading.heading
    return {"title": title, "text": text, "unread": dict(+reading.unread)}


def _title(document: Document) -> str:
    try:
        return str(document.core_properties.title).strip()
    except Exception:  # damaged properties are no reason to lose the text
        return ""


class _Reading:
    """The lines of a document, in the order in which a reader of it meets them.

    Attributes:
        heading: Its first heading.
        unread: How many of its parts are not text, by what they are.
    """

    def __init__(self, document: Document) -> None:
        self.heading = ""
        self.unread: Counter[str] = Counter()
        self._parts = {
            relation.reltype.rpartition("/")[2]: relation.target_part
            for relation in document.part.rels.values()
            if not relation.is_external
        }
        self._styles = Styles(self._root("styles"))
        self._ground = Ground(document.element, self._styles)
        self._numbering = Numbering(self._root("numbering"), self._styles)
        self._notes = {
            kind: {note.get(f"{W}id"): note for note in self._children_of(f"{kind}s")}
            for kind in ("footnote", "endnote")
        }
        self._noted = 0
        self._related = document.part.related_parts
        self.unread["margins"] = _margins(document)

    def lines(self, container: Any) -> Iterator[str]:
        """Paragraphs and table rows, each with the text boxes and notes that belong to it below."""
        for text, below in self._blocks(container):
            yield text
            yield from below

    def _blocks(self, container: Any) -> Iterator[tuple[str, list[str]]]:
        held = ""
        held_below: list[str] = []
        for element in _children(container):
            if element.tag == f"{W}p":
                text, below = self._paragraph(element, joined=bool(held))
                held, held_below = held + text, [*held_below, *below]
                if not _mark_is_gone(element):
                    yield held, held_below
                    held, held_below = "", []
            elif element.tag == f"{W}tbl":
                yield from self._rows(element)
            elif element.tag == f"{W}altChunk":
                self.unread["attachments"] += 1
        if held or held_below:
            yield held, held_below

    def _paragraph(self, paragraph: Any, *, joined: bool) -> tuple[str, list[str]]:
        styles = self._styles.of_paragraph(paragraph)
        runs = Runs(self._styles, self._ground, styles, self._box, self._related)
        text = runs.text(paragraph)
        self.unread.update(runs.unread)
        below = list(runs.boxes)
        for kind, identifier in runs.notes:
            self._noted += 1
            mark = _mark(text, self._noted)
            text = text.replace(Runs.NOTE, mark, 1)
            below += self._note(kind, identifier, mark)
        number = "" if joined or _mark_is_gone(paragraph) else self._numbering.next(paragraph)
        if text.strip() and not self.heading and self._is_heading(paragraph):
            self.heading = " ".join(text.split())
        return number + text if text.strip() else text, below

    def _note(self, kind: str, identifier: str, mark: str) -> list[str]:
        note = self._notes[kind].pop(identifier, None)  # so that no note can hold itself
        text = "" if note is None else " ".join(" ".join(self.lines(note)).split())
        return [f"{mark} {text}"] if text else []

    def _box(self, content: Any) -> str:
        return "\n".join(line for line in self.lines(content) if line.strip())

    def _rows(self, table: Any) -> Iterator[tuple[str, list[str]]]:
        """Table rows; a cell that goes on from the row above says again what stands there."""
        above: dict[int, str] = {}
        for row in (child for child in _children(table) if child.tag == f"{W}tr"):
            properties = row.find(f"{W}trPr")
            if properties is not None and any(
                properties.find(f"{W}{t}") is not None for t in _GONE
            ):
                continue
            column = int(value(properties, "gridBefore") or 0)
            cells: list[str] = []
            below: list[str] = []
            for cell in (child for child in _children(row) if child.tag == f"{W}tc"):
                about = cell.find(f"{W}tcPr")
                blocks = list(self._blocks(cell))
                text = " ".join(" ".join(text for text, _ in blocks).split())
                merged = None if about is None else about.find(f"{W}vMerge")
                if merged is not None and merged.get(f"{W}val") != "restart":
                    text = text or above.get(column, "")
                cells.append(text)
                below += [line for _, lines in blocks for line in lines]
                above[column] = text
                column += int(value(about, "gridSpan") or 1)
            yield " | ".join(cells), below

    def _is_heading(self, paragraph: Any) -> bool:
        styles = self._styles.of_paragraph(paragraph)
        name = value(styles[0], "name") if styles else None
        return (name or "").lower().startswith(_TITLE_STYLES)

    def _children_of(self, name: str) -> list[Any]:
        root = self._root(name)
        return [] if root is None else list(root.iterchildren(f"{W}*"))

    def _root(self, name: str) -> Any:
        """The root of a part of the document, ``None`` where it has none or a damaged one."""
        from lxml import etree

        part = self._parts.get(name)
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            return None if part is None else etree.fromstring(part.blob, parser)
        except etree.XMLSyntaxError:
            return None


def _margins(document: Document) -> int:
    """How many headers and footers say more than the number of the page."""
    parts = (
        relation.target_part
        for relation in document.part.rels.values()
        if not relation.is_external and relation.reltype.endswith(("/header", "/footer"))
    )
    texts = (b"".join(_TEXT.findall(part.blob)).decode("utf-8", "replace") for part in parts)
    return sum(_WORDS.search(text) is not None for text in texts)


def _children(container: Any) -> Iterator[Any]:
    """The children of an element, those in content controls and insertions as its own."""
    for element in container.iterchildren():
        if element.tag in _TRANSPARENT:
            yield from _children(element)
        else:
            yield element


def _mark_is_gone(paragraph: Any) -> bool:
    """Whether the end of a paragraph was deleted or moved: the next one goes on in its line."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    return mark is not None and any(is_on(mark.find(f"{W}{name}")) for name in _GONE)


def _mark(text: str, number: int) -> str:
    chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
    return f"〔注{number}〕" if chinese else f"[note {number}]"
