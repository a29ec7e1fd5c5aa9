"""The numbers that Word puts before paragraphs, as in 第三条: they stand nowhere in the text.

By ISO/IEC 29500-1, 17.9: a paragraph names a list (``w:num``) and a level of it; the list's abstract
definition says from where and in which form each level counts.
"""

from __future__ import annotations

import re
from typing import Any

from .word_numbers import written
from .word_styles import Styles, W, is_on, value

_LEVEL = re.compile(r"%([1-9])")
_LEVELS = 9


class Numbering:
    """Counts the paragraphs of a document as they come.

    Args:
        root: The root of ``numbering.xml``; ``None`` where there is none.
    """

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, Any] = {}
        self._lists: dict[str, Any] = {}
        for element in () if root is None else root.iterchildren():
            if element.tag == f"{W}abstractNum":
                self._abstract[element.get(f"{W}abstractNumId")] = element
            elif element.tag == f"{W}num":
                self._lists[element.get(f"{W}numId")] = element
        self._counts: dict[str, list[int | None]] = {}  # by abstract definition
        self._restarted: set[tuple[str, int]] = set()

    def next(self, paragraph: Any) -> str:
        """The number before a paragraph, with what parts it from the text; ``""`` without one."""
        number_id, level = self._place(paragraph)
        definition = self._lists.get(number_id)
        if definition is None:
            return ""
        abstract_id = self._abstract_id(definition)
        shown = self._level(definition, level)
        if shown is None:
            return ""
        counts = self._counts.setdefault(abstract_id, [None] * _LEVELS)
        self._count(definition, number_id, level, counts)
        text = self._text(definition, shown, counts)
        suffix = {"nothing": "", "space": " "}.get(value(shown, "suff") or "tab", " ")
        return text + suffix if text else ""

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """The list of a paragraph and its level in it: its own, else those of its style."""
        styles = self._styles.of_paragraph(paragraph)
        number_id = level = None
        for holder in (paragraph, *styles):
            properties = holder.find(f"{W}pPr")
            found = None if properties is None else properties.find(f"{W}numPr")
            if found is None:
                continue
            level = level if level is not None else value(found, "ilvl")
            number_id = value(found, "numId")
            if number_id is not None:
                if level is None and holder is not paragraph:
                    level = self._level_of_style(number_id, holder.get(f"{W}styleId"))
                break
        return number_id or "0", min(int(level or 0), _LEVELS - 1)

    def _level_of_style(self, number_id: str, style_id: str) -> str | None:
        definition = self._lists.get(number_id)
        abstract = None if definition is None else self._abstract.get(self._abstract_id(definition))
        for level in () if abstract is None else abstract.iterchildren(f"{W}lvl"):
            if value(level, "pStyle") == style_id:
                return str(level.get(f"{W}ilvl"))
        return None

    def _abstract_id(self, definition: Any) -> str:
        """The abstract definition; one that stands for a style's is followed once."""
        abstract_id = value(definition, "abstractNumId") or ""
        link = value(self._abstract.get(abstract_id), "numStyleLink")
        for other, abstract in self._abstract.items() if link else ():
            if value(abstract, "styleLink") == link:
                return other
        return abstract_id

    def _override(self, definition: Any, level: int) -> Any:
        for override in definition.iterchildren(f"{W}lvlOverride"):
            if override.get(f"{W}ilvl") == str(level):
                return override
        return None

    def _level(self, definition: Any, level: int) -> Any:
        override = self._override(definition, level)
        own = None if override is None else override.find(f"{W}lvl")
        if own is not None:
            return own
        abstract = self._abstract.get(self._abstract_id(definition))
        for found in () if abstract is None else abstract.iterchildren(f"{W}lvl"):
            if found.get(f"{W}ilvl") == str(level):
                return found
        return None

    def _count(self, definition: Any, number_id: str, level: int, counts: list[int | None]) -> None:
        override = self._override(definition, level)
        start = value(override, "startOverride")
        if start is not None and (number_id, level) not in self._restarted:
            self._restarted.add((number_id, level))
            counts[level] = int(start)
        else:
            before = counts[level]
            counts[level] = self._start(definition, level) if before is None else before + 1
        for above in range(level):
            if counts[above] is None:
                counts[above] = self._start(definition, above)
        for below in range(level + 1, _LEVELS):
            restart = value(self._level(definition, below), "lvlRestart")
            if restart is None or (restart != "0" and level < int(restart)):
                counts[below] = None

    def _start(self, definition: Any, level: int) -> int:
        start = value(self._override(definition, level), "startOverride")
        return int(start or value(self._level(definition, level), "start") or 0)

    def _text(self, definition: Any, shown: Any, counts: list[int | None]) -> str:
        if value(shown, "numFmt") == "bullet":
            return ""
        legal = is_on(shown.find(f"{W}isLgl"))

        def number(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            form = value(self._level(definition, level), "numFmt") or "decimal"
            return written(counts[level] or 0, "decimal" if legal else form)

        return _LEVEL.sub(number, value(shown, "lvlText") or "").strip()
