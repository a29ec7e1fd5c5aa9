"""The charts of a report as inline SVG: strings in, markup out, every text escaped.

Colours are the page's own (classes ``bar``, ``whisker``, ``axis``, ``line``), so that charts follow
its light and dark dress.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup, escape

from eval.records import Estimate, RiskCoverage

_ROW = 26
_LABEL = 112
_BAR = 190
_VALUE = 76
_WIDTH = 360
_HEIGHT = 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 20, 14, 34


def bars(rows: Sequence[tuple[str, Estimate]], title: str) -> Markup:
    """Horizontal bars from 0 to 1 with their intervals, one a row."""
    height = _ROW * len(rows) + 8
    width = _LABEL + _BAR + _VALUE
    parts = [
        _line(_LABEL + _BAR * at / 4, 0, _LABEL + _BAR * at / 4, height, "grid") for at in range(5)
    ]
    for number, (name, one) in enumerate(rows):
        middle = number * _ROW + _ROW / 2 + 4
        low, high = _LABEL + _BAR * one.low, _LABEL + _BAR * one.high
        parts += [
            _text(_LABEL - 8, middle + 4, name, anchor="end"),
            _rect(_LABEL, middle - 7, _BAR * one.mean, 14, f"{name}: {_interval(one)}"),
            _line(low, middle, high, middle, "whisker"),
            _line(low, middle - 4, low, middle + 4, "whisker"),
            _line(high, middle - 4, high, middle + 4, "whisker"),
            _text(_LABEL + _BAR + 8, middle + 4, f"{one.mean:.2f} · {one.n}", anchor="start"),
        ]
    return _svg(width, height, title, parts)


def columns(counts: Mapping[str, int], title: str) -> Markup:
    """Upright bars, one a name, with their counts above."""
    most = max(counts.values(), default=0) or 1
    inner, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step = inner / max(len(counts), 1)
    parts = [_line(_LEFT, _TOP + tall, _WIDTH - _RIGHT, _TOP + tall, "axis")]
    for at, (name, count) in enumerate(counts.items()):
        size = tall * count / most * 0.9
        left, top = _LEFT + at * step + step * 0.12, _TOP + tall - size
        parts += [
            _rect(left, top, step * 0.76, size, f"{name}: {count}"),
            _text(left + step * 0.38, top - 4, str(count)),
            _text(left + step * 0.38, _HEIGHT - 18, name),
        ]
    return _svg(_WIDTH, _HEIGHT, title, parts)


def curve(found: RiskCoverage, title: str) -> Markup:
    """Risk over coverage, both from 0 to 1."""
    parts = _frame(("0", "0.25", "0.5", "0.75", "1"), ("0", "0.5", "1"))
    spots = [(_across(point.coverage), _up(point.risk)) for point in found.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts.append(Markup('<polyline class="line" points="{}"/>').format(path))
    if spots:
        last = found.points[-1]
        said = f"coverage {last.coverage:.2f}, risk {last.risk:.2f}"
        x, y = spots[-1]
        parts.append(
            Markup('<circle class="dot" cx="{}" cy="{}" r="4"><title>{}</title></circle>').format(
                f"{x:.1f}", f"{y:.1f}", said
            )
        )
    return _svg(_WIDTH, _HEIGHT, title, parts)


def distribution(seconds: Sequence[float], title: str) -> Markup:
    """A histogram of times with the median and the 95th percentile marked, in milliseconds."""
    if not seconds:
        return Markup("")
    values = np.asarray(seconds) * 1000
    top = float(np.percentile(values, 99)) or 1.0
    counts, edges = np.histogram(np.minimum(values, top), bins=24, range=(0, top))
    inner, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step, most = inner / len(counts), max(int(counts.max()), 1)
    labels = tuple(f"{top * at / 4:.0f}" for at in range(5))
    parts = _frame(labels, ("0", "", str(most)))
    for at, count in enumerate(counts):
        size = tall * int(count) / most
        said = f"{edges[at]:.0f}–{edges[at + 1]:.0f} ms: {count}"
        parts.append(_rect(_LEFT + at * step + 0.5, _TOP + tall - size, step - 1, size, said))
    for name, share in (("p50", 50), ("p95", 95)):
        x = _across(min(float(np.percentile(values, share)) / top, 1.0))
        parts += [_line(x, _TOP, x, _TOP + tall, "mark"), _text(x, _TOP - 3, name)]
    return _svg(_WIDTH, _HEIGHT, title, parts)


def _frame(below: Sequence[str], beside: Sequence[str]) -> list[Markup]:
    """Axes with evenly spaced labels."""
    parts = [
        _line(_LEFT, _up(0), _across(1), _up(0), "axis"),
        _line(_LEFT, _up(0), _LEFT, _up(1), "axis"),
    ]
    for at, name in enumerate(below):
        parts.append(_text(_across(at / (len(below) - 1)), _HEIGHT - 18, name))
    for at, name in enumerate(beside):
        y = _up(at / (len(beside) - 1))
        parts.append(_text(_LEFT - 6, y + 4, name, anchor="end"))
    return parts


def _across(share: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * share


def _up(share: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)


def _interval(one: Estimate) -> str:
    return f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}], n = {one.n}"


def _svg(width: float, height: float, title: str, parts: Sequence[Markup]) -> Markup:
    opening = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        f"{width:.0f}", f"{height:.0f}", title
    )
    return opening + Markup("").join(parts) + Markup("</svg>")


def _rect(x: float, y: float, width: float, height: float, said: str) -> Markup:
    return Markup(
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
    ).format(f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}", said)


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        name, f"{x1:.1f}", f"{y1:.1f}", f"{x2:.1f}", f"{y2:.1f}"
    )


def _text(x: float, y: float, text: str, *, anchor: str = "middle") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", anchor, escape(text)
    )
