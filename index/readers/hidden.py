"""What the own style of an element of a page hides from whoever reads the page.

What only a program does not read out (``aria-hidden``) is seen, and so is what an animation or a
transition brings into sight. What the rules of a style sheet hide is seen, too: much of it is what a
script shows once the page is scrolled or clicked, whose loss nobody would notice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

_ANIMATIONS = ("animate", "set")
_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/|$)")
_ZERO = re.compile(r"[+-]?(?:0++(?:\.0*+)?|\.0++)(?:px|r?em|v[hw]|pt|%)?")
_ONE_PIXEL = re.compile(r"[01]?(?:\.\d+)?(?:px)?|0\S*")
_FAR_AWAY = re.compile(r"-(?:\d{4,}(?:\.\d+)?(?:px|pt)?|\d{3,}(?:\.\d+)?(?:r?em|%|v[hw]))")
_CLIPPED_AWAY = re.compile(
    r"rect\(\s*+[01]?(?:px)?(?:[\s,]++[01]?(?:px)?){3}\s*+\)|inset\(\s*(?:50|100)%[^)]*\)|circle\(\s*0\S*\s*\)"
)
_NO_SCALE = re.compile(r"scale(?:3d|[xy])?\(\s*0(?:\.0+)?\s*[,)]")
_HEX = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]+%?)\s*)?\)"
)
_NAMES = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "blue": "#0000ff"}
_BACKGROUNDS = ("background-color", "background", "background-image")
_MOVING = ("animation", "animation-name", "transition", "transform", "will-change")
_PLACES = ("left", "right", "top", "bottom", "margin-left", "margin-top")

Style = Mapping[str, str]


class Sight:
    """What of a page is seen.

    What a script is to show later may hide the whole page until then: an element that holds most of
    its text is seen, though it is transparent, clipped, off the page, or of the colour of its ground.

    >>> from lxml.html import fragment_fromstring
    >>> page = fragment_fromstring("<div><p style='opacity:0'>甲</p><p>乙丙</p></div>")
    >>> [Sight(page).is_hidden(one) for one in page]
    [True, False]

    Args:
        element: Any ``lxml`` element of the page.
    """

    def __init__(self, element: Any) -> None:
        self._root = element.getroottree().getroot()

    def is_hidden(self, node: Any) -> bool:
        """Whether an element is hidden by its own style, with all that is in it."""
        style = _style_of(node)
        if not style:
            return False
        if style.get("display") == "none":
            return True
        if _has_no_height(style):
            return not _is_shown_later(node)
        return _is_invisible(node, style) or self._is_out_of_sight(node, style)

    def without_hidden(self) -> bool:
        """Take what is laid out and not seen out of the page; whether there was any.

        What is folded away (``display: none``, no height) stays: a click may unfold it.
        """
        found = [node for node in self._root.iterdescendants() if self._is_laid_out_unseen(node)]
        for node in found:
            node.drop_tree()
        return bool(found)

    def _is_laid_out_unseen(self, node: Any) -> bool:
        style = _style_of(node) if isinstance(node.tag, str) and node.tag != "body" else {}
        if not style:
            return False
        if _is_invisible(node, style):
            return not self._is_most(node)
        return self._is_out_of_sight(node, style)

    def _is_out_of_sight(self, node: Any, style: Style) -> bool:
        found = any(hides(style) for hides in _WAYS) or _has_the_colour_of_its_ground(node, style)
        return found and not _is_shown_later(node) and not self._is_most(node)

    def _is_most(self, node: Any) -> bool:
        return 2 * _letters(node) > self._all_letters

    @cached_property
    def _all_letters(self) -> int:
        return _letters(self._root)


@lru_cache(maxsize=1024)
def _declarations(style: str) -> Style:
    found = {}
    for part in _COMMENT.sub("", style.lower()).split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return MappingProxyType(found)


def _style_of(node: Any) -> Style:
    style = _declarations(node.get("style") or "")
    opacity = node.get("opacity")  # an attribute in drawings
    return style if opacity is None or "opacity" in style else {"opacity": opacity.strip(), **style}


def _is_invisible(node: Any, style: Style) -> bool:
    if "hidden" in (style.get("visibility"), style.get("content-visibility")) or (
        style.get("visibility") == "collapse"
    ):
        return not _is_shown_later(node)
    return _is_zero(style.get("font-size", "")) and not any(
        "font-size" in _style_of(inner) for inner in node.iterdescendants()
    )


def _has_no_height(style: Style) -> bool:
    none = _is_zero(style.get("height", "")) or _is_zero(style.get("max-height", ""))
    return none and _is_cut(style)


def _is_transparent(style: Style) -> bool:
    moves = any(name in style for name in _MOVING)
    return _is_zero(style.get("opacity", "")) and not moves


def _is_off_the_page(style: Style) -> bool:
    placed = style.get("position") in ("absolute", "fixed", "relative")
    return bool(_FAR_AWAY.fullmatch(style.get("text-indent", ""))) or (
        placed and any(_FAR_AWAY.fullmatch(style.get(place, "")) for place in _PLACES)
    )


def _is_clipped_away(style: Style) -> bool:
    return any(_CLIPPED_AWAY.fullmatch(style.get(name, "")) for name in ("clip", "clip-path"))


def _has_no_room(style: Style) -> bool:
    sides = (style.get("width", ""), style.get("height", ""))
    tiny = all(side and _ONE_PIXEL.fullmatch(side) for side in sides)
    return _is_cut(style) and (tiny or _is_zero(style.get("width", "")))


def _is_scaled_away(style: Style) -> bool:
    moves = any(name in style for name in _MOVING if name != "transform")
    return bool(_NO_SCALE.search(style.get("transform", ""))) and not moves


_WAYS: tuple[Callable[[Style], bool], ...] = (
    _is_transparent,
    _is_off_the_page,
    _is_clipped_away,
    _has_no_room,
    _is_scaled_away,
)


def _has_the_colour_of_its_ground(node: Any, style: Style) -> bool:
    colour = _colour(style.get("color", ""))
    if not colour or any(name in style for name in ("text-shadow", "-webkit-text-stroke")):
        return False
    for around in (node, *node.iterancestors()):
        said = style if around is node else _style_of(around)
        ground = next((said[name] for name in _BACKGROUNDS if name in said), "")
        if any("clip" in name for name in said if name.endswith("background-clip")):
            return False
        if ground or colour == "transparent":
            return colour in ("transparent", _colour(ground)) and "background-image" not in said
    return False


def _colour(value: str) -> str:
    """A colour in one spelling, ``""`` where it is none that is known.

    >>> _colour("#FFF".lower()), _colour("rgb(255, 255, 255)"), _colour("rgba(0,0,0,0)")
    ('#ffffff', '#ffffff', 'transparent')
    """
    if value in ("inherit", "currentcolor", "initial", "unset", "none") or not value:
        return ""
    if short := _HEX.fullmatch(value):
        return "#" + "".join(digit * 2 for digit in short.groups())
    if parts := _RGB.fullmatch(value):
        if parts[4] and _is_zero(parts[4]):
            return "transparent"
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in parts.groups()[:3])
    return _NAMES.get(value, value)


def _is_zero(value: str) -> bool:
    return bool(_ZERO.fullmatch(value))


def _is_cut(style: Style) -> bool:
    return any(style.get(name) in ("hidden", "clip") for name in ("overflow", "overflow-y"))


def _is_shown_later(node: Any) -> bool:
    """Whether something inside undoes what hides an element: another style, or an animation."""
    return any(
        inner.tag in _ANIMATIONS or _style_of(inner).get("visibility") == "visible"
        for inner in node.iterdescendants()
    )


def _letters(node: Any) -> int:
    return sum(
        len((one.text or "").strip() + (one.tail or "").strip() * (one is not node))
        for one in node.iter()
        if one.tag not in ("script", "style", "title")
    )
