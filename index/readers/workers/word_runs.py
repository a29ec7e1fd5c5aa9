"""The text within a Word paragraph, and what is anchored in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from .symbol_fonts import plain_text
from .word_formula import formula_text
from .word_ground import Ground
from .word_styles import Styles, W

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SPACES = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_SKIPPED = {
    f"{W}{name}"
    for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "instrText", "delText", "rt", "fldData")
}
_LEFT_OUT = {"hidden": ("vanish", "specVanish"), "struck": ("strike", "dstrike")}
_COUNTED = {
    f"{_DRAWING}picture}}pic": "pictures",
    "{urn:schemas-microsoft-com:vml}imagedata": "pictures",
    f"{_DRAWING}chart}}chart": "charts",
    f"{W}commentReference": "comments",
}
_OBJECT = "{urn:schemas-microsoft-com:office:office}OLEObject"


class Runs:
    """Reads one paragraph.

    Attributes:
        boxes: The text boxes that are anchored in it, in their order.
        notes: Its foot- and endnotes, as (kind, id); ``NOTE`` stands for each in the text.
        unread: How many of its parts are not text, by what they are.
    """

    NOTE: ClassVar[str] = "\x1f"  # no document has it: XML forbids the character

    def __init__(
        self,
        styles: Styles,
        ground: Ground,
        paragraph_styles: list[Any],
        box: Callable[[Any], str],
        parts: Mapping[str, Any],
    ) -> None:
        self.boxes: list[str] = []
        self.notes: list[tuple[str, str]] = []
        self.unread: Counter[str] = Counter()
        self._styles, self._ground = styles, ground
        self._paragraph_styles = paragraph_styles
        self._box = box
        self._parts = parts

    def text(self, element: Any, font: str = "") -> str:
        """The text of an element's children, inserted text too; deleted and hidden text is left out."""
        return "".join(self._one(child, font) for child in element.iterchildren("*"))

    def _one(self, node: Any, font: str) -> str:
        tag = node.tag
        if tag in _SKIPPED:
            return ""
        if tag == f"{W}t":
            return plain_text(node.text or "", font)
        if tag in _SPACES:
            return _SPACES[tag]
        if tag == f"{W}r":
            return self._run(node)
        if tag == f"{W}sym":
            return _symbol(node)
        if tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            self.notes.append((tag.removeprefix(W).removesuffix("Reference"), node.get(f"{W}id")))
            return self.NOTE
        if tag == _MATH:
            return formula_text(node)
        return self._anchored(node, font)

    def _run(self, run: Any) -> str:
        has_text = any((text.text or "").strip() for text in run.iterchildren(f"{W}t"))
        for reason, names in _LEFT_OUT.items():
            if self._styles.is_set(run, self._paragraph_styles, *names):
                self.unread[reason] += has_text
                return ""
        if has_text and self._ground.hides(run, self._paragraph_styles):
            self.unread["hidden"] += 1
            return ""
        fonts = run.find(f"{W}rPr/{W}rFonts")
        return self.text(run, "" if fonts is None else fonts.get(f"{W}ascii") or "")

    def _anchored(self, node: Any, font: str) -> str:
        """What is no text itself: its text, where it holds some; else it is counted."""
        tag = node.tag
        if tag == f"{W}txbxContent":
            if text := self._box(node):
                self.boxes.append(text)
        elif tag == f"{_COMPATIBILITY}AlternateContent":
            return self._alternative(node, font)
        elif tag == f"{W}object":
            return self._object(node, font)
        elif tag == f"{_DRAWING}diagram}}relIds":
            if text := self._diagram(node):
                self.boxes.append(text)
        elif tag in _COUNTED:
            self.unread[_COUNTED[tag]] += 1
        else:
            return self.text(node, font)
        return ""

    def _alternative(self, node: Any, font: str) -> str:
        """The first form that holds anything; the others are the same once more, for old programs."""
        for form in node.iterchildren("*"):
            before = len(self.boxes), len(self.notes), self.unread.total()
            text = self.text(form, font)
            if text or before != (len(self.boxes), len(self.notes), self.unread.total()):
                return text
        return ""

    def _object(self, node: Any, font: str) -> str:
        """Something of another program, shown as a picture."""
        found = next(node.iter(_OBJECT), None)
        program = "" if found is None else found.get("ProgID") or ""
        if found is not None:
            self.unread["formulas" if "equation" in program.lower() else "attachments"] += 1
            return ""
        return self.text(node, font)

    def _diagram(self, node: Any) -> str:
        """The words of a diagram (SmartArt), which stand in a part of their own."""
        from lxml import etree

        part = self._parts.get(node.get(f"{_RELATIONS}dm"))
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = None if part is None else etree.fromstring(part.blob, parser)
        except etree.XMLSyntaxError:
            root = None
        points = () if root is None else root.iter(f"{_DRAWING}diagram}}pt")
        lines = (
            "".join(t.text or "" for t in point.iter(f"{_DRAWING}main}}t")) for point in points
        )
        text = "\n".join(line for line in lines if line.strip())
        self.unread["pictures"] += not text
        return text


def _symbol(node: Any) -> str:
    try:
        code = int(node.get(f"{W}char") or "", 16)
        return plain_text(chr(code), node.get(f"{W}font") or "")
    except (ValueError, OverflowError):
        return ""
