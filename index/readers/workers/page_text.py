"""The article on a web page, by trafilatura. A worker."""

from __future__ import annotations

from .faults import Found, telling_faults


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int) -> Found:
    """``{"title", "text", "date", "account", "url"}`` of the page ``data``, which is UTF-8.

    The date is ``YYYY-MM-DD`` or ``""``. A page too short for trafilatura to judge has no text here.
    """
    import trafilatura

    found = trafilatura.bare_extraction(
        data.decode("utf-8", "replace"),
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    names = {"title": "title", "text": "text", "date": "date", "account": "sitename", "url": "url"}
    values = {key: str(getattr(found, name, None) or "") for key, name in names.items()}
    return values if len(values["text"]) <= max_chars else {"fault": "long"}
