"""The text of a Word document, by python-docx. Run as a worker of ``index.readers.isolated``."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document

_MAX_UNPACKED_BYTES = 256 * 2**20
_MAX_XML_BYTES = 64 * 2**20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TRANSPARENT = {f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_TITLE_STYLES = ("title", "heading", "标题")


def extract(data: bytes, max_chars: int) -> dict[str, str]:
    """``{"title", "text"}`` of the document ``data``, or ``{"fault": code}``."""
    try:
        if fault := _fault_of(data):
            return {"fault": fault}
        return _read(data, max_chars)
    except MemoryError:
        return {"fault": "memory"}
    except Exception:  # damaged files raise anything, from KeyError to lxml's own errors
        return {"fault": "damaged"}


def _read(data: bytes, max_chars: int) -> dict[str, str]:
    import docx

    document = docx.Document(io.BytesIO(data))
    lines: list[str] = []
    length = 0
    for line in _lines(document.element.body):
        lines.append(line)
        length += len(line) + 1
        if length > max_chars:
            return {"fault": "long"}
    text = "\n".join(lines)
    return {"title": _title(document), "text": text} if text.strip() else {"fault": "no text"}


def _fault_of(data: bytes) -> str:
    """What forbids opening it: how much it unpacks to, or XML that defines entities."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old .doc and of encrypted files
        return "old or encrypted"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > _MAX_UNPACKED_BYTES:
            return "bomb"
        read = 0
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                part = archive.read(member)  # never more than the size that was summed up
                read += len(part)
                if read > _MAX_XML_BYTES or b"<!DOCTYPE" in part.replace(b"\0", b""):
                    return "bomb"
    return ""


def _lines(container: Any) -> Iterator[str]:
    """Paragraphs and table rows in the order of the document."""
    for element in _children(container):
        if element.tag == f"{_W}p":
            yield _paragraph(element)
        elif element.tag == f"{_W}tbl":
            for row in _children(element):
                if row.tag == f"{_W}tr":
                    cells = (cell for cell in _children(row) if cell.tag == f"{_W}tc")
                    yield " | ".join(" ".join(" ".join(_lines(cell)).split()) for cell in cells)


def _children(container: Any) -> Iterator[Any]:
    """The children of an element, those in content controls and insertions as its own."""
    for element in container.iterchildren():
        if element.tag in _TRANSPARENT:
            yield from _children(element)
        else:
            yield element


def _paragraph(paragraph: Any) -> str:
    """The text of its runs, inserted ones too; deleted ones are another element."""
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, node in walk:
        if node.tag == _FALLBACK:  # the same text once more, for old programs
            walk.skip_subtree()
        elif node.tag == f"{_W}t":
            parts.append(node.text or "")
        else:
            parts.append(_SPACES.get(node.tag, ""))
    return "".join(parts)


def _title(document: Document) -> str:
    try:
        title = document.core_properties.title.strip()
    except Exception:  # damaged properties are no reason to lose the text
        title = ""
    return title or next(_headings(document), "")


def _headings(document: Document) -> Iterator[str]:
    for paragraph in document.paragraphs:
        style = paragraph.style
        if style is not None and (style.name or "").lower().startswith(_TITLE_STYLES):
            text = " ".join(_paragraph(paragraph._p).split())
            if text:
                yield text


if __name__ == "__main__":
    print(json.dumps(extract(sys.stdin.buffer.read(), int(sys.argv[3]))))  # noqa: T201
