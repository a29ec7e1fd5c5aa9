"""The text of a presentation (``.pptx``), over python-pptx. A worker."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .faults import Found, telling_faults
from .office_zip import fault_of
from .word_formula import formula_text

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_COUNTED = {
    f"{_P}pic": "pictures",
    f"{_P}contentPart": "pictures",
    f"{_P}oleObj": "attachments",
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart": "charts",
}
_TITLES = ("title", "ctrTitle")


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int) -> Found:
    """``{"title", "text", "unread"}`` of the presentation ``data``, each slide with its notes."""
    if fault := fault_of(data):
        return {"fault": fault}
    import pptx

    presentation = pptx.Presentation(io.BytesIO(data))
    if len(presentation.slides) > max_pages:
        return {"fault": "pages"}
    unread: Counter[str] = Counter()
    lines: list[str] = []
    length = 0
    for slide in presentation.slides:
        if slide._element.get("show") in ("0", "false"):
            unread["hidden"] += 1
            continue
        for line in _slide(slide, unread):
            lines.append(line)
            length += len(line) + 1
            if length > max_chars:
                return {"fault": "long"}
    title = (presentation.core_properties.title or "").strip()
    if title.lower() == "powerpoint presentation":  # which the program writes where nobody did
        title = ""
    text = "\n".join(lines)
    return {"title": title or _first_title(presentation), "text": text, "unread": dict(+unread)}


def _first_title(presentation: Any) -> str:
    for slide in presentation.slides:
        if slide.shapes.title is not None and (text := slide.shapes.title.text_frame.text.strip()):
            return " ".join(text.split())
    return ""


def _slide(slide: Any, unread: Counter[str]) -> Iterator[str]:
    """The lines of a slide, its title first, then those of the notes below it."""
    shapes = list(slide.shapes._spTree.iterchildren("*"))
    for shape in sorted(shapes, key=lambda one: not _is_title(one)):
        yield from _shape(shape, slide.part, unread)
    if slide.has_notes_slide:
        frame = slide.notes_slide.notes_text_frame
        if frame is not None:
            yield from _paragraphs(frame._txBody, unread)


def _is_title(shape: Any) -> bool:
    place = next(shape.iter(f"{_P}ph"), None)
    return place is not None and place.get("type") in _TITLES


def _shape(shape: Any, part: Any, unread: Counter[str]) -> Iterator[str]:
    tag = shape.tag
    if tag == _ALTERNATIVES:
        for form in list(shape.iterchildren("*"))[:1]:  # the others are the same for old programs
            for inside in form.iterchildren("*"):
                yield from _shape(inside, part, unread)
    elif tag == f"{_A}tbl":
        yield from _rows(shape, unread)
    elif tag == f"{_P}txBody":
        yield from _paragraphs(shape, unread)
    elif tag == f"{_DIAGRAM}relIds":
        yield from _diagram(shape, part)
    elif tag in _COUNTED:
        unread[_COUNTED[tag]] += 1
    else:
        for inside in shape.iterchildren("*"):
            yield from _shape(inside, part, unread)


def _rows(table: Any, unread: Counter[str]) -> Iterator[str]:
    """Table rows; a cell that goes on from the row above says again what stands there."""
    above: dict[int, str] = {}
    for row in table.iterchildren(f"{_A}tr"):
        cells: list[str] = []
        for column, cell in enumerate(row.iterchildren(f"{_A}tc")):
            if cell.get("hMerge") in ("1", "true"):
                continue
            text = " ".join(" ".join(_paragraphs(cell, unread)).split())
            if cell.get("vMerge") in ("1", "true"):
                text = text or above.get(column, "")
            above[column] = text
            cells.append(text)
        if any(cells):
            yield " | ".join(cells)


def _paragraphs(body: Any, unread: Counter[str]) -> Iterator[str]:
    for paragraph in body.iter(f"{_A}p"):
        text = "".join(_inline(node, unread) for node in paragraph.iterchildren("*"))
        yield from (line.strip() for line in text.split("\n") if line.strip())


def _inline(node: Any, unread: Counter[str]) -> str:
    if node.tag == f"{_A}br":
        return "\n"
    if node.tag == _MATH:
        return formula_text(node)
    if node.tag in (f"{_A}r", f"{_A}fld"):
        text = node.findtext(f"{_A}t") or ""
        about = node.find(f"{_A}rPr")
        if text.strip() and about is not None and about.get("strike", "noStrike") != "noStrike":
            unread["struck"] += 1
            return ""
        return text
    if node.tag == _ALTERNATIVES:
        forms = list(node.iterchildren("*"))[:1]
        return "".join(
            _inline(inside, unread) for form in forms for inside in form.iterchildren("*")
        )
    return "".join(_inline(inside, unread) for inside in node.iterchildren("*"))


def _diagram(node: Any, part: Any) -> Iterator[str]:
    """The words of a diagram (SmartArt), which stand in a part of their own."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(part.related_part(node.get(f"{_RELATIONS}dm")).blob, parser)
    for point in root.iter(f"{_DIAGRAM}pt"):
        if text := "".join(one.text or "" for one in point.iter(f"{_A}t")).strip():
            yield text
