"""The text of a PDF, by pypdf. Run as a worker of ``index.readers.isolated``."""

from __future__ import annotations

import io
import json
import logging
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PdfReader


def extract(data: bytes, max_chars: int, max_pages: int) -> dict[str, str]:
    """``{"title", "text"}`` of the PDF ``data``, or ``{"fault": code}``."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError

    logging.disable(logging.CRITICAL)  # pypdf logs every oddity; it is read or it is not
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            return {"fault": "encrypted"}
        if len(reader.pages) > max_pages:
            return {"fault": "pages"}
        text = _text(reader, max_chars)
        if len(text) > max_chars:
            return {"fault": "long"}
        return _fault_of(text) or {"title": _title(reader), "text": text}
    except LimitReachedError:
        return {"fault": "bomb"}
    except MemoryError:
        return {"fault": "memory"}
    except Exception:  # damaged files raise anything, from KeyError to RecursionError
        return {"fault": "damaged"}


def _text(reader: PdfReader, max_chars: int) -> str:
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        pages.append(page.extract_text().strip("\n"))
        length += len(pages[-1])
        if length > max_chars:
            break
    return "\n".join(pages)


def _fault_of(text: str) -> dict[str, str]:
    ink = [character for character in text[:100_000] if not character.isspace()]
    if not text.strip():
        return {"fault": "scan"}
    nonsense = sum(c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn") for c in ink)
    return {"fault": "garbled"} if ink and nonsense > len(ink) / 2 else {}


def _title(reader: PdfReader) -> str:
    try:
        title = (reader.metadata and reader.metadata.title) or ""
    except Exception:  # damaged metadata is no reason to lose the text
        return ""
    return " ".join(str(title).replace("\0", "").split())


if __name__ == "__main__":
    print(json.dumps(extract(sys.stdin.buffer.read(), int(sys.argv[3]), int(sys.argv[4]))))  # noqa: T201
