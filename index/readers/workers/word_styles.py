"""What a Word document's styles say of its paragraphs and runs."""

from __future__ import annotations

from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("0", "false", "off", "none")


def value(element: Any, name: str) -> str | None:
    """The ``w:val`` of a child, ``None`` without it."""
    child = None if element is None else element.find(f"{W}{name}")
    return None if child is None else child.get(f"{W}val")


def is_on(child: Any) -> bool:
    """Whether a property is meant that is there, or there with a value that denies it."""
    return child is not None and child.get(f"{W}val") not in _OFF


class Styles:
    """The styles by id, each with those that it is based on.

    Args:
        root: The root of ``styles.xml``; ``None`` where there is none.
    """

    def __init__(self, root: Any) -> None:
        found = () if root is None else root.iterchildren(f"{W}style")
        self._by_id = {style.get(f"{W}styleId"): style for style in found}
        self._default = next(
            (
                key
                for key, style in self._by_id.items()
                if style.get(f"{W}type") == "paragraph"
                and style.get(f"{W}default") in ("1", "true")
            ),
            None,
        )

    def chain(self, style_id: str | None) -> list[Any]:
        """A style and those that it is based on, itself first."""
        chain: list[Any] = []
        while style_id in self._by_id and self._by_id[style_id] not in chain:
            chain.append(self._by_id[style_id])
            style_id = value(chain[-1], "basedOn")
        return chain

    def of_paragraph(self, paragraph: Any) -> list[Any]:
        style = value(paragraph.find(f"{W}pPr"), "pStyle")
        return self.chain(style if style is not None else self._default)

    def is_set(self, run: Any, paragraph_styles: list[Any], *names: str) -> bool:
        """Whether one of these properties holds for a run, by itself or by a style of it."""
        return any(is_on(self.property_of(run, paragraph_styles, name)) for name in names)

    def property_of(self, run: Any, paragraph_styles: list[Any], name: str) -> Any:
        """A property of a run, its own or else that of the nearest style; ``None`` where none says."""
        own = run.find(f"{W}rPr")
        layers = [own, *(style.find(f"{W}rPr") for style in self.chain(value(own, "rStyle")))]
        layers += [style.find(f"{W}rPr") for style in paragraph_styles]
        said = (None if layer is None else layer.find(f"{W}{name}") for layer in layers)
        return next((one for one in said if one is not None), None)
