"""Text recognition (OCR) of scanned pages and pictures, where ``juwen[ocr]`` is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from index.errors import ArticleError
from index.readers.isolated import Sentences, run_isolated
from index.readers.limits import (
    MAX_RECOGNISED_PAGES,
    MAX_RECOGNITION_BYTES,
    MAX_SECONDS,
    SECONDS_PER_RECOGNISED_PAGE,
)
from index.readers.source import Source
from index.readers.unread import Unread, What

_TOGETHER = 8
"""Pages that one process reads: what stops it costs these."""

_WORKER = "recognised_text"


def is_installed() -> bool:
    """Whether text can be recognised here."""
    return importlib.util.find_spec("rapidocr_onnxruntime") is not None


def of_pdf(source: Source, data: bytes, numbers: Sequence[int]) -> dict[int, str]:
    """The text on some pages of a PDF, by their numbers; pages that show none, or took too long, are
    not among them.
    """
    pages: dict[int, str] = {}
    numbers = numbers[:MAX_RECOGNISED_PAGES]
    for first in range(0, len(numbers), _TOGETHER):
        try:
            found = _recognised(source, data, {}, numbers[first : first + _TOGETHER])
        except ArticleError:  # what stopped it concerns these pages: they are said not to be read
            continue
        pages |= {int(number): text for number, text in found["pages"].items() if text.strip()}
    return pages


def of_picture(source: Source, faults: Sentences) -> list[str]:
    """The text of each page of a picture file.

    Raises:
        ArticleError: it cannot be read.
    """
    found = _recognised(source, source.read(), faults, ())
    return [str(text) for text in found["pages"].values()]


def recognised(origin: str, pages: int) -> Unread:
    """That the text of so many pages was recognised, and may hold what is not on them."""
    return Unread(What.RECOGNISED, origin, pages)


def _recognised(
    source: Source, data: bytes, faults: Sentences, numbers: Sequence[int]
) -> dict[str, Any]:
    seconds = MAX_SECONDS + SECONDS_PER_RECOGNISED_PAGE * max(1, len(numbers))
    return run_isolated(_WORKER, source, data, faults, numbers, seconds, MAX_RECOGNITION_BYTES)
