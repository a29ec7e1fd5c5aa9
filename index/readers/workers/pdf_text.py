"""The text of a PDF, over PDFium. A worker."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .faults import Found, telling_faults
from .pdf_pages import is_nonsense, is_picture, open_pdf, page_of, pictures_on, text_of


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int) -> Found:
    """``{"title", "pages", "pictures", "nonsense", "broken", "unread"}`` of the PDF ``data``.

    ``pages`` has the text of each; ``pictures`` the numbers, from 0, of those that are pictures of
    text, ``nonsense`` of those that do not say which characters they show, ``broken`` of those that
    are not there or damaged.
    """
    from pypdfium2 import PdfiumError

    try:
        document = open_pdf(data)
    except PermissionError:
        return {"fault": "encrypted"}
    if len(document) > max_pages:
        return {"fault": "pages"}
    pages: list[str] = []
    unread: Counter[str] = Counter(attachments=document.count_attachments())
    pictures: list[int] = []
    nonsense: list[int] = []
    broken: list[int] = []
    length = 0
    for number in range(len(document)):
        try:
            page = page_of(document, number)
        except PdfiumError:
            broken.append(number)
            pages.append("")
            continue
        text = text_of(page)
        if is_picture(page, text):
            pictures.append(number)
        elif text and is_nonsense(text):
            nonsense.append(number)
            text = ""
        else:
            unread["pictures"] += pictures_on(page)
        page.close()
        pages.append(text)
        length += len(text)
        if length > max_chars:
            return {"fault": "long"}
    if len(broken) == len(pages):
        return {"fault": "damaged"}
    return {
        "title": _title(document),
        "pages": pages,
        "pictures": pictures,
        "nonsense": nonsense,
        "broken": broken,
        "unread": dict(+unread),
    }


def _title(document: Any) -> str:
    try:
        title = document.get_metadata_value("Title")
    except Exception:  # damaged metadata is no reason to lose the text
        return ""
    return " ".join(str(title).replace("\0", "").split())
