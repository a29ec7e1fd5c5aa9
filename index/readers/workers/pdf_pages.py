"""The pages of a PDF, over PDFium: their text, and whether they are pictures of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from .page_layout import Piece, page_text

_GAP = 0.8
"""Blank between two pieces of a line, in heights of a line: any narrower one parts words."""

_LEAST_PICTURED, _FEW_CHARACTERS = 0.7, 40
"""A page with this share of it under one picture and so few characters is a scan, stamped by a program."""

_MANY_PATHS = 200
"""Drawn lines and curves of a page without text that may be letters."""

_FLATTENED = 1  # FLATTEN_SUCCESS
_MOST_ANNOTATIONS = 2000
_IMAGE, _PATH = 3, 2  # FPDF_PAGEOBJ_…
_SMALL = 0.02
"""Share of a page below which a picture is an ornament."""


def open_pdf(data: bytes) -> Any:
    """The document; one whose password is empty opens as any other.

    Raises:
        PermissionError: it has a password.
    """
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise PermissionError from error
        raise


def page_of(document: Any, number: int) -> Any:
    """A page with what was typed onto it and into its forms as text.

    Raises:
        PdfiumError: it is not there, or damaged.
    """
    from pypdfium2 import raw

    page = document[number]
    if _has_typed(page) and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == _FLATTENED:
        page.close()
        page = document[number]
    return page


def _has_typed(page: Any) -> bool:
    from pypdfium2 import raw

    kinds = {raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET}
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in kinds:
            return True
    return False


def text_of(page: Any) -> str:
    """The text of a page, its columns one after the other."""
    text_page = page.get_textpage()
    try:
        return page_text(list(_pieces(text_page)))
    finally:
        text_page.close()


def is_picture(page: Any, text: str) -> bool:
    """Whether the page shows something in place of text: a scan, or letters that are drawn."""
    visible = len("".join(text.split()))
    if visible >= _FEW_CHARACTERS:
        return False
    shares = [share for kind, share in _objects(page) if kind == _IMAGE]
    if visible:
        return max(shares, default=0) >= _LEAST_PICTURED
    paths = sum(kind == _PATH for kind, _ in _objects(page))
    return max(shares, default=0) > _SMALL or paths >= _MANY_PATHS


def pictures_on(page: Any) -> int:
    """How many pictures the page has, ornaments aside."""
    return sum(kind == _IMAGE and share > _SMALL for kind, share in _objects(page))


def is_nonsense(text: str) -> bool:
    """Whether most characters say nothing: the file does not tell which ones its glyphs are."""
    ink = [character for character in text if not character.isspace()]
    bad = sum(c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn") for c in ink)
    return bad > len(ink) / 2


def _objects(page: Any) -> Iterator[tuple[int, float]]:
    """The kind of each object of a page, and the share of the page under it."""
    width, height = page.get_size()
    area = max(width * height, 1.0)
    for number, one in enumerate(page.get_objects(max_depth=4)):
        if number > 2000:
            return
        left, bottom, right, top = one.get_bounds() if one.type == _IMAGE else (0.0,) * 4
        yield one.type, max(0.0, right - left) * max(0.0, top - bottom) / area


def _pieces(text_page: Any) -> Iterator[Piece]:
    """What stands between wide gaps and line ends, in the order in which the file draws it."""
    line = number = 0
    held: list[tuple[str, tuple[float, float, float, float]]] = []
    for word, ends_line, box in _words(text_page):
        if held and word and _apart(held[-1][1], box):
            yield _piece(held, number, line)
            number, held = number + 1, []
        if word:
            held.append((word, box))
        if ends_line:
            if held:
                yield _piece(held, number, line)
                number, held = number + 1, []
            line += 1
    if held:
        yield _piece(held, number, line)


def _words(text_page: Any) -> Iterator[tuple[str, bool, tuple[float, float, float, float]]]:
    """Characters without a blank between, whether a line ends behind them, and where they stand."""
    from pypdfium2 import raw

    start: int | None = None
    word = ""
    count = text_page.count_chars()
    for at in range(count + 1):
        code = raw.FPDFText_GetUnicode(text_page, at) if at < count else 10
        character = "-" if code == 2 else chr(code) if code < 0x110000 else "\ufffd"
        if 0xD800 <= code < 0xE000 or code in (0, 0xFFFE):
            character = "\ufffd"
        if not character.isspace():
            start = at if start is None else start
            word += character
            continue
        if start is not None or character == "\n":
            box = (0.0,) * 4 if start is None else _box(text_page, start, at - 1)
            yield word, character == "\n", box
        start, word = None, ""


def _box(text_page: Any, first: int, last: int) -> tuple[float, float, float, float]:
    one, other = (text_page.get_charbox(at, loose=True) for at in (first, last))
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _apart(
    before: tuple[float, float, float, float], box: tuple[float, float, float, float]
) -> bool:
    height = max(before[3] - before[1], box[3] - box[1])
    return not -height <= box[0] - before[2] < _GAP * height


def _piece(
    held: list[tuple[str, tuple[float, float, float, float]]], number: int, line: int
) -> Piece:
    boxes = [box for _, box in held]
    return Piece(
        " ".join(word for word, _ in held),
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
        number,
        line,
    )
