"""The cells of a workbook (``.xlsx``, ``.xls``, ``.ods``), by calamine. A worker."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from datetime import date, datetime, time
from typing import Any

from .faults import Found, telling_faults
from .office_zip import fault_of

_MAX_XML_BYTES = 128 * 2**20  # texts of articles; a table of figures alone is a fraction of it
_UNREAD = {"media/": "pictures", "charts/chart": "charts", "embeddings/": "attachments"}


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int) -> Found:
    """``{"sheets": [{"name", "rows"}], "unread"}`` of the workbook ``data``; cells are text.

    Sheets that are hidden are counted as unread. A cell that was merged with those below stands in
    each of them.
    """
    import python_calamine

    unread: Counter[str] = Counter()
    if data.startswith(b"PK"):
        if fault := fault_of(data, _MAX_XML_BYTES, max_tags=_MAX_XML_BYTES):  # no tree is made
            return {"fault": fault}
        unread.update(_others(data))
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        return {"fault": "old or encrypted"}
    sheets: list[dict[str, Any]] = []
    for about in workbook.sheets_metadata:
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            unread["sheets"] += 1
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        for first, last in sheet.merged_cell_ranges or ():
            _fill_down(rows, first, last)
        while rows and not any(rows[-1]):
            rows.pop()
        sheets.append({"name": about.name, "rows": rows})
        if any(len(cell) > max_chars for row in rows for cell in row):
            return {"fault": "long"}
    return {"sheets": sheets, "unread": dict(unread)}


def _fill_down(rows: list[list[str]], first: tuple[int, int], last: tuple[int, int]) -> None:
    (top, left), (bottom, _) = first, last
    if bottom < len(rows) and left < len(rows[top]):
        for row in rows[top + 1 : bottom + 1]:
            row[left] = row[left] or rows[top][left]


def _others(data: bytes) -> Counter[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    return Counter(what for name in names for part, what in _UNREAD.items() if f"xl/{part}" in name)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        day = f"{value.year}/{value.month}/{value.day}"
        return day if value.time() == time() else f"{day} {value:%H:%M:%S}"
    if isinstance(value, date):
        return f"{value.year}/{value.month}/{value.day}"
    return str(value)
