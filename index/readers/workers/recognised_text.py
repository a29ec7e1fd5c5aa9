"""The text in pictures and on the scanned pages of a PDF, by RapidOCR. A worker.

The models come with the package: nothing is downloaded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from .faults import Found, telling_faults
from .page_layout import Piece, by_lines, page_text
from .pdf_pages import open_pdf

_POINTS, _DOTS = 72, 200
_LONGEST_SIDE = 2400
"""Pixels; a larger picture is made smaller, so that the recogniser's memory has a bound."""

_MOST_PIXELS = 200_000_000
_LEAST_SURE = 0.5


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int, *numbers: int) -> Found:
    """``{"pages": {number: text}}`` of the pages ``numbers`` of a PDF, or of all of a picture."""
    pictures = _rendered(data, numbers) if numbers else _opened(data, max_pages)
    recogniser = _recogniser()
    pages = {}
    for number, picture in pictures:
        pages[str(number)] = page_text(list(_pieces(recogniser, picture)))
    return {"pages": pages}


def _recogniser() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(max_side_len=_LONGEST_SIDE)


def _rendered(data: bytes, numbers: tuple[int, ...]) -> Iterator[tuple[int, Any]]:
    document = open_pdf(data)
    for number in numbers:
        page = document[number]
        scale = min(_DOTS / _POINTS, _LONGEST_SIDE / max(*page.get_size(), 1))
        yield number, page.render(scale=scale, rev_byteorder=False).to_pil().convert("RGB")
        page.close()


def _opened(data: bytes, max_pages: int) -> Iterator[tuple[int, Any]]:
    """The frames of a picture, which only some kinds of files have several of."""
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    with Image.open(io.BytesIO(data)) as image:
        for number, frame in enumerate(ImageSequence.Iterator(image)):
            if number == max_pages or (number and image.format != "TIFF"):
                return  # other kinds move: their frames show the same once more
            upright = ImageOps.exif_transpose(frame)
            upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            yield number, _on_white(upright)


def _on_white(image: Any) -> Any:
    """A picture without transparency."""
    from PIL import Image

    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _pieces(recogniser: Any, picture: Any) -> Iterator[Piece]:
    import numpy

    found, _ = recogniser(numpy.asarray(picture)[:, :, ::-1])  # it takes blue before green and red
    boxes = [
        Piece(text.strip(), *_corners(corners), 0, 0)
        for corners, text, sure in found or ()
        if float(sure) >= _LEAST_SURE and text.strip()
    ]
    return by_lines(boxes)


def _corners(corners: Any) -> tuple[float, float, float, float]:
    across = [float(x) for x, _ in corners]
    up = [-float(y) for _, y in corners]  # a picture is measured from above, a page from below
    return min(across), min(up), max(across), max(up)
