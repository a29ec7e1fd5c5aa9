"""What every worker says when a file defeats the library that reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

Found = dict[str, Any]
"""What a worker found, or ``{"fault": code}``."""

Extract = Callable[..., Found]
"""A worker: of a file's bytes, the most characters and the most pages to take of it, and of some the
numbers of the pages that are asked for.
"""


def telling_faults(extract: Extract) -> Extract:
    """``extract``, with a fault in place of any error."""

    @wraps(extract)
    def told(data: bytes, max_chars: int, max_pages: int, *pages: int) -> Found:
        try:
            return extract(data, max_chars, max_pages, *pages)
        except MemoryError:
            return {"fault": "memory"}
        except Exception:  # damaged files raise anything, from KeyError to a library's own errors
            return {"fault": "damaged"}

    return told
