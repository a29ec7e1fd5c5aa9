"""Reports and comparisons as text for a terminal. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from eval.comparison import Comparison
from eval.records import Metric, Report
from eval.summarise import ALL, ANSWERABLE
from rag.records import Certainty
from ui.language import say
from ui.show import printable

_COLUMNS = (
    (Metric.HIT_1, "hit@1"),
    (Metric.HIT_5, "hit@5"),
    (Metric.MRR_10, "MRR"),
    (Metric.CONTAINS_GOLD, "gold"),
    (Metric.F1, "F1"),
    (Metric.CITATION_PRECISION, "cite-P"),
    (Metric.CITATION_RECALL, "cite-R"),
    (Metric.VERBATIM, "verbatim"),
    (Metric.CORRECT, "correct"),
)
_LONGEST_LIST = 20


def show_headline(report: Report) -> str:
    """The headline table: a row a kind, then what is said of all questions together."""
    heads = [say("kind", "题型"), "n", *(name for _, name in _COLUMNS)]
    rows = [
        [group, str(report.counts[group]), *(_figure(report, m, group) for m, _ in _COLUMNS)]
        for group in report.groups
    ]
    lines = _table([heads, *rows])
    value = {
        m: _figure(report, m, ALL)
        for m in (Metric.REFUSAL_PRECISION, Metric.REFUSAL_RECALL, Metric.OVER_REFUSAL)
    }
    area = report.risk_coverage.area
    lines += _certainty_lines(report)
    lines.append(
        say("refusal", "拒答")
        + f": {say('precision', '准确率')} {value[Metric.REFUSAL_PRECISION]}"
        + f", {say('recall', '召回率')} {value[Metric.REFUSAL_RECALL]}"
        + f", {say('over-refusal', '误拒率')} {value[Metric.OVER_REFUSAL]}"
        + f", {say('risk–coverage area', '风险–覆盖面积')} {'–' if area is None else f'{area:.3f}'}"
    )
    stages = [
        f"{name} {stage.p50 * 1000:.0f}/{stage.p95 * 1000:.0f}"
        for name, stage in report.latency.stages.items()
    ]
    cold = report.latency.cold.get("total")
    first = say("first question", "首题") + f" {cold * 1000:.0f}" if cold is not None else ""
    lines.append(say("ms p50/p95", "毫秒 p50/p95") + f": {', '.join([*stages, first]) or '–'}")
    return printable("\n".join(lines))


def _certainty_lines(report: Report) -> list[str]:
    """What was answered directly, and how many questions in each of the three ways."""
    names = {
        Certainty.DIRECT: say("direct", "直接"),
        Certainty.LIKELY: say("likely", "很可能"),
        Certainty.NEAREST: say("nearest", "最接近"),
        Certainty.REFUSAL: say("refused", "拒答"),
    }
    counts = [
        f"{names[row.certainty]} {row.questions}"
        + (f" ({say('gold', '含标准答案')} {row.holds_gold.mean:.3f})" if row.holds_gold else "")
        for row in report.by_certainty
    ]
    lines = [
        say("direct answers", "直接回答")
        + f": {say('share', '比例')} {_figure(report, Metric.DIRECT_ANSWERS, ALL)}"
        + f", {say('precision', '准确率')} {_figure(report, Metric.DIRECT_PRECISION, ALL)}"
        + f", {say('unanswerable', '无答案的问题')} {_figure(report, Metric.DIRECT_UNANSWERABLE, ALL)}",
        say("short answers", "简短答案")
        + f": {say('share', '比例')} {_figure(report, Metric.SHORT_ANSWERS, ALL)}"
        + f", {say('right', '准确率')} {_figure(report, Metric.SHORT_RIGHT, ALL)}",
    ]
    return [*lines, f"{say('certainty', '回答方式')}: {', '.join(counts)}"] if counts else lines


def show_comparison(found: Comparison) -> str:
    """Means of both reports with the change and its interval; then the questions that changed."""
    rows = [
        [
            say("metric", "指标"),
            say("before", "前"),
            say("after", "后"),
            say("change", "变化"),
            "95 %",
        ]
    ]
    rows += [
        [
            f"{one.metric} ({one.change.n})",
            f"{one.before:.3f}",
            f"{one.after:.3f}",
            f"{one.change.mean:+.3f}{'*' if one.certain else ''}",
            f"[{one.change.low:+.3f}, {one.change.high:+.3f}]",
        ]
        for one in found.differences
        if one.group == (ALL if one.metric in _OF_ALL else ANSWERABLE)
    ]
    lines = [
        say(
            f"{found.before} → {found.after}: {found.questions} questions in both, {found.left_out} left out",
            f"{found.before} → {found.after}：共同问题 {found.questions} 个，略去 {found.left_out} 个",
        ),
        *_table(rows),
        say("* the interval leaves out zero", "* 置信区间不含零"),
    ]
    for better, name in ((True, say("better", "变好")), (False, say("worse", "变差"))):
        changed = [one for one in found.changed if one.better is better]
        lines.append(f"{name}: {len(changed)}")
        lines += [f"  {one.id} [{one.kind}] {one.question}" for one in changed[:_LONGEST_LIST]]
        if len(changed) > _LONGEST_LIST:
            lines.append("  …")
    return printable("\n".join(lines))


_OF_ALL = frozenset(
    [
        Metric.REFUSAL_PRECISION,
        Metric.REFUSAL_RECALL,
        Metric.OVER_REFUSAL,
        Metric.DIRECT_UNANSWERABLE,
        Metric.VERBATIM,
        Metric.CORRECT,
    ]
)


def _figure(report: Report, metric: Metric, group: str) -> str:
    found = report.value(metric, group)
    return "–" if found is None else f"{found:.3f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with aligned columns: the first to the left, the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) if at == 0 else " " * (width - _width(cell)) + cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
