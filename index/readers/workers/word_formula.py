"""Word's formulas (OMML) as one line of text, in the notation of UnicodeMath: ``(a+b)/c``, ``x^2``."""

from __future__ import annotations

from typing import Any

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def formula_text(element: Any) -> str:
    """The text of a formula or of a part of one."""
    name = str(element.tag).removeprefix(_M)
    if name == "t":
        return str(element.text or "")
    write = _PARTS.get(name)
    return write(element) if write else "".join(map(formula_text, element.iterchildren(f"{_M}*")))


def _part(element: Any, name: str) -> str:
    found = element.find(f"{_M}{name}")
    return "" if found is None else formula_text(found)


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() or text[0] + text[-1] == "()" else f"({text})"


def _fraction(element: Any) -> str:
    return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))}"


def _scripts(element: Any) -> str:
    below, above = _part(element, "sub"), _part(element, "sup")
    text = _grouped(_part(element, "e"))
    return (
        text + (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    )


def _root(element: Any) -> str:
    return f"{_part(element, 'deg')}√{_grouped(_part(element, 'e'))}"


def _nary(element: Any) -> str:
    sign = _property(element, "naryPr", "chr", "∫")
    below, above = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    return f"{sign}{limits} {_part(element, 'e')}"


def _delimited(element: Any) -> str:
    inside = _property(element, "dPr", "sepChr", "|").join(
        formula_text(one) for one in element.iterchildren(f"{_M}e")
    )
    opening = _property(element, "dPr", "begChr", "(")
    return f"{opening}{inside}{_property(element, 'dPr', 'endChr', ')')}"


def _limit(element: Any) -> str:
    mark = "_" if element.tag == f"{_M}limLow" else "^"
    return f"{_part(element, 'e')}{mark}{_grouped(_part(element, 'lim'))}"


def _function(element: Any) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _rows(element: Any) -> str:
    rows = element.findall(f"{_M}mr") or [element]
    cells = (", ".join(formula_text(one) for one in row.iterchildren(f"{_M}e")) for row in rows)
    return "; ".join(cells)


def _property(element: Any, holder: str, name: str, default: str) -> str:
    found = element.find(f"{_M}{holder}/{_M}{name}")
    return default if found is None else str(found.get(f"{_M}val") or "")


_PARTS = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "rad": _root,
    "nary": _nary,
    "d": _delimited,
    "limLow": _limit,
    "limUpp": _limit,
    "func": _function,
    "m": _rows,
    "eqArr": _rows,
}
