"""Tables that were written one cell a line."""

from __future__ import annotations

from index.cleaning.draft import Draft, Edit
from index.text.rules import load_rules
from index.text.sentences import split_lines

_SERIAL_NUMBER = load_rules("index.cleaning", "zh/tables").regex("serial_number")
_MOST_COLUMNS, _FEWEST_ROWS = 11, 3
_FEWEST_COLUMNS, _LONGEST_CELL = 3, 40
"""Of a table of fewer rows: its columns, and the characters of a cell."""

_SENTENCE_MARKS = frozenset("，。；：！？,;!?")


def join_table_rows(draft: Draft) -> Draft:
    """Put the cells of each row on one line.

    Such a table is known by its header, whose first cell is 序号, and by the serial numbers 1, 2, 3
    … that begin its rows. Fewer than three rows have to be whole, and of cells that are no sentences.
    """
    lines = list(split_lines(draft.text))
    cells = [span.of(draft.text) for span in lines]
    edits: list[Edit] = []
    at = 0
    while at < len(cells):
        rows = _table_rows(cells, at) if _SERIAL_NUMBER.fullmatch(cells[at]) else []
        edits += (
            (lines[cell].end, lines[cell].end + 1, " ")
            for first, last in rows
            for cell in range(first, last - 1)
        )
        at = rows[-1][1] if rows else at + 1
    return draft.edit(join_table_rows.__name__, edits)


def _table_rows(cells: list[str], header: int) -> list[tuple[int, int]]:
    """Each row of the table whose header begins at ``header``: its first cell and one past its last."""
    head = cells[header : header + _MOST_COLUMNS + 1]
    columns = next((at for at, cell in enumerate(head) if at > 1 and cell == "1"), 0)
    if not columns:
        return []
    rows = [(header, header + columns)]
    while rows[-1][1] < len(cells) and cells[rows[-1][1]] == str(len(rows)):
        start = rows[-1][1]
        end = min(start + columns, len(cells))
        following = str(len(rows) + 1)
        # A row that lacks a cell ends where the next number stands.
        end = next((at for at in range(start + 1, end) if cells[at] == following), end)
        rows.append((start, end))
    return rows if len(rows) > _FEWEST_ROWS or _are_whole(cells, rows) else []


def _are_whole(cells: list[str], rows: list[tuple[int, int]]) -> bool:
    """Whether a header and a row or two are wide, and every cell of them is there and short."""
    columns = rows[0][1] - rows[0][0]
    inside = cells[rows[0][0] : rows[-1][1]]
    return (
        columns >= _FEWEST_COLUMNS
        and all(last - first == columns for first, last in rows)
        and all(len(cell) <= _LONGEST_CELL and _SENTENCE_MARKS.isdisjoint(cell) for cell in inside)
    )
