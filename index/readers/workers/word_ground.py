"""Text of a Word document that nobody sees though it is not marked as hidden: of no size, or of the
colour of the paper that it stands on."""

from __future__ import annotations

from typing import Any

from .word_styles import Styles, W

_SMALLEST = 2
"""Half-points; smaller letters than a point are not read."""

_NEAR = 8
"""How much of 255 two colours may differ in each part, and still look like one."""

_WHITE = "FFFFFF"
_ANCHOR = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor"
_MAY_BE_COLOURED = (f"{W}tbl", f"{W}txbxContent")
"""What may have a ground by a style or a drawing of its own."""


class Ground:
    """What the text of a document stands on.

    Args:
        root: The root of the document.
    """

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        behind = any(one.get("behindDoc") in ("1", "true") for one in root.iter(_ANCHOR))
        self._is_white = root.find(f"{W}background") is None and not behind

    def hides(self, run: Any, paragraph_styles: list[Any]) -> bool:
        """Whether the text of a run is too small, or too near the colour of its ground, to be seen."""
        size = self._value(run, paragraph_styles, "sz")
        if size is not None and size.isdigit() and int(size) <= _SMALLEST:
            return True
        colour = self._value(run, paragraph_styles, "color")
        if colour is None or not _parts(colour):
            return False
        ground = self._shade(run, paragraph_styles)
        return bool(ground) and _are_near(colour, ground)

    def _value(self, run: Any, paragraph_styles: list[Any], name: str) -> str | None:
        found = self._styles.property_of(run, paragraph_styles, name)
        return None if found is None else found.get(f"{W}val")

    def _shade(self, run: Any, paragraph_styles: list[Any]) -> str:
        """The colour behind a run, ``""`` where it is not known."""
        highlight = self._value(run, paragraph_styles, "highlight")
        if highlight not in (None, "none"):
            return _WHITE if highlight == "white" else ""
        shades = [self._styles.property_of(run, paragraph_styles, "shd")]
        for around in run.iterancestors(f"{W}p", f"{W}tc"):
            shades += [
                about.find(f"{W}shd") for about in around.iterchildren(f"{W}pPr", f"{W}tcPr")
            ]
        shades += [style.find(f"{W}pPr/{W}shd") for style in paragraph_styles]
        fills = (shade.get(f"{W}fill") or "" for shade in shades if shade is not None)
        if fill := next((fill for fill in fills if _parts(fill)), ""):
            return fill
        may_be_coloured = next(run.iterancestors(*_MAY_BE_COLOURED), None) is not None
        return _WHITE if self._is_white and not may_be_coloured else ""


def _parts(colour: str) -> tuple[int, ...]:
    """The red, green and blue of ``RRGGBB``, none where it is something else, as ``auto``."""
    try:
        return tuple(bytes.fromhex(colour)) if len(colour) == 6 else ()
    except ValueError:
        return ()


def _are_near(one: str, other: str) -> bool:
    return all(abs(a - b) <= _NEAR for a, b in zip(_parts(one), _parts(other), strict=True))
