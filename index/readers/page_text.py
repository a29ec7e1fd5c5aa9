"""The article on a web page, by trafilatura. Run as a worker of ``index.readers.isolated``."""

from __future__ import annotations

import json
import logging
import sys


def extract(page: str, max_chars: int) -> dict[str, str]:
    """``{"title", "text", "date", "account", "url"}`` of ``page``, or ``{"fault": code}``.

    The date is ``YYYY-MM-DD`` or ``""``. A page too short for trafilatura to judge has no text here.
    """
    import trafilatura

    logging.disable(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            page,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except MemoryError:
        return {"fault": "memory"}
    except Exception:  # pages are damaged in every way, and several libraries read them
        return {"fault": "damaged"}
    names = {"title": "title", "text": "text", "date": "date", "account": "sitename", "url": "url"}
    values = {key: str(getattr(found, name, None) or "") for key, name in names.items()}
    return values if len(values["text"]) <= max_chars else {"fault": "long"}


if __name__ == "__main__":
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    print(json.dumps(extract(text, int(sys.argv[3]))))  # noqa: T201
