"""What ``eval.benchmarks.growth`` measured, as a page with tables and charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Series = Mapping[str, Callable[[Row], float | None]]

_MEBIBYTE = 1 << 20
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 340, 70, 44, 34, 190
_COLOURS = ("#2563a8", "#c2571a", "#2c8a4b", "#8a3fa0", "#777777", "#b08900")


def _of(*path: str) -> Callable[[Row], float | None]:
    def value(row: Row) -> float | None:
        found: Any = row
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return None if found is None else float(found)

    return value


def _disk(*names: str) -> Callable[[Row], float | None]:
    def value(row: Row) -> float | None:
        sizes = [size for of in names for size in row.get(of, {}).values()]
        return sum(sizes) / _MEBIBYTE if sizes else None

    return value


def _cumulated(rows: Sequence[Row]) -> list[Row]:
    """Rows with the time of all additions up to theirs; none once passages were copied in."""
    total = 0.0
    found: list[Row] = []
    for row in rows:
        grown = row["grow"]
        before = 0.0 if grown["added"] == grown["passages"] else total  # made in one job, or more
        total = math.nan if grown["copied"] else before + grown["cpu"]
        indexed = None if math.isnan(total) else total
        found.append({**row, "passages": grown["passages"], "index seconds": indexed})
    return found


_CHARTS: tuple[tuple[str, str, Series], ...] = (
    (
        "search",
        "One question, 95th percentile of processor time, ms",
        {
            "fused": _of("search", "fused", "p95"),
            "dense": _of("search", "dense", "p95"),
            "lexical": _of("search", "lexical", "p95"),
            "fused, filter of 1 %": _of("search", "one in a hundred", "p95"),
            "plain, fused": _of("plain_search", "fused", "p95"),
        },
    ),
    (
        "opening",
        "Opening and the first question, s",
        {
            "open": _of("open", "open"),
            "open and ask": _of("open", "first question"),
            "plain": _of("plain_search", "first question"),
        },
    ),
    (
        "memory",
        "Memory of a process that asks, MiB",
        {
            "own": _of("search", "own"),
            "mapped files": _of("search", "mapped"),
            "plain, own": _of("plain_search", "own"),
        },
    ),
    (
        "disk",
        "Size on disk, MiB",
        {"library": _disk("grow size"), "plain": _disk("plain_build size")},
    ),
    (
        "indexing",
        "Indexing without the encoder, processor seconds",
        {
            "library": _of("index seconds"),
            "plain": _of("plain_build", "cpu"),
            "100 articles more": _of("add", "cpu"),
            "all of it again, unchanged": _of("again", "cpu"),
        },
    ),
)

_COLUMNS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("passages", lambda r: f"{r['passages']:,}"),
    ("index ¹, s", lambda r: _number(_of("index seconds")(r))),
    ("100 more, s", lambda r: _number(_of("add", "cpu")(r))),
    ("again ², s", lambda r: _number(_of("again", "cpu")(r))),
    ("disk, MiB", lambda r: _number(_disk("grow size")(r))),
    ("open, s", lambda r: _number(_of("open", "open")(r))),
    ("… and ask, s", lambda r: _number(_of("open", "first question")(r))),
    ("read ³, MiB", lambda r: _number((_of("open", "read")(r) or 0) / _MEBIBYTE)),
    (
        "memory, own + mapped, MiB",
        lambda r: f"{_number(_of('search', 'own')(r))} + {_number(_of('search', 'mapped')(r))}",
    ),
    (
        "recall@20, all / 1 %",
        lambda r: (
            f"{_of('recall', 'all')(r) or 0:.3f} / {_of('recall', 'one in a hundred')(r) or 0:.3f}"
        ),
    ),
)

_SEARCHES: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("passages", lambda r: f"{r['passages']:,}"),
    *(
        (name, lambda r, path=path: _pair(r, path))
        for name, path in (
            ("dense", ("search", "dense")),
            ("lexical", ("search", "lexical")),
            ("fused ⁴", ("search", "fused")),
            ("filter of 1 %", ("search", "one in a hundred")),
            ("largest account", ("search", "one account")),
            ("plain: dense", ("plain_search", "dense")),
            ("lexical", ("plain_search", "lexical")),
            ("fused", ("plain_search", "fused")),
        )
    ),
    ("fused : plain, p95", lambda r: _ratio(r)),
    ("fused, by the clock, p95", lambda r: _number(_of("search", "fused", "clock")(r))),
)


def _pair(row: Row, path: tuple[str, str]) -> str:
    return f"{_number(_of(*path, 'p50')(row))} / {_number(_of(*path, 'p95')(row))}"


def _ratio(row: Row) -> str:
    ours, plain = _of("search", "fused", "p95")(row), _of("plain_search", "fused", "p95")(row)
    return f"{ours / plain:.2f}" if ours and plain else "–"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write_page(rows: Sequence[Row], folder: Path) -> None:
    """Charts into ``folder/growth-….svg``, tables into the marked part of ``folder/performance.md``."""
    rows = _cumulated(rows)
    for name, title, series in _CHARTS:
        (folder / f"growth-{name}.svg").write_text(_chart(title, series, rows), "utf-8")
    page = folder / "performance.md"
    begin, end = "<!-- growth -->\n", "<!-- /growth -->"
    text = page.read_text("utf-8") if page.exists() else f"{begin}{end}\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    charts = "\n".join(f"![{title}](growth-{name}.svg)" for name, title, _ in _CHARTS)
    made = f"{_table(_COLUMNS, rows)}\n\n{_table(_SEARCHES, rows)}\n\n{charts}\n"
    page.write_text(f"{before}{begin}\n{made}\n{end}{after}", "utf-8")


def _table(columns: Sequence[tuple[str, Callable[[Row], str]]], rows: Sequence[Row]) -> str:
    lines = [[name for name, _ in columns], ["---:"] * len(columns)]
    lines += [[show(row) for _, show in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _chart(title: str, series: Series, rows: Sequence[Row]) -> str:
    """Lines over the number of passages, both axes logarithmic."""
    points = {
        name: [(row["passages"], found) for row in rows if (found := value(row))]
        for name, value in series.items()
    }
    everything = [point for some in points.values() for point in some]
    low_x, high_x = _decades([x for x, _ in everything])
    low_y, high_y = _decades([y for _, y in everything])

    def across(x: float) -> float:
        share = (math.log10(x) - low_x) / (high_x - low_x)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def up(y: float) -> float:
        share = (math.log10(y) - low_y) / (high_y - low_y)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)

    parts = [f'<text x="{_LEFT}" y="18" font-weight="bold">{title}</text>']
    for power in range(low_x, high_x + 1):
        x = across(10**power)
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - 22}" text-anchor="middle">{10**power:,}</text>'
        )
    for power in range(low_y, high_y + 1):
        y = up(10**power)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:,.6g}</text>'
        )
    for at, (name, some) in enumerate(points.items()):
        if not some:
            continue
        colour = _COLOURS[at % len(_COLOURS)]
        line = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in some)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{colour}"/>'
            for x, y in some
        ]
        parts.append(
            f'<text x="{_WIDTH - _RIGHT + 12}" y="{_TOP + 16 + 20 * at}" style="fill:{colour}">{name}</text>'
        )
    parts.append(
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 4}" text-anchor="middle">passages</text>'
    )
    style = "text{font:13px sans-serif;fill:#555}.grid{stroke:#ccc;stroke-width:.6}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f"<style>{style}</style>{''.join(parts)}</svg>\n"
    )


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around some values; what is a twentieth more than one is as good as one."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values) / 1.05))
    return low, max(high, low + 1)
