"""``report.html``: one file that shows a report and asks nothing of any network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.charts import bars, columns, curve, distribution
from eval.records import Estimate, Metric, Report
from eval.summarise import ALL, ANSWERABLE
from rag.records import Certainty

MOST_FAILURES = 500
"""So many failures are listed; ``report.json`` has all."""

_TILES = (
    (Metric.HIT_1, ANSWERABLE, "首位命中", "hit@1"),
    (Metric.HIT_5, ANSWERABLE, "前五命中", "hit@5"),
    (Metric.MRR_10, ANSWERABLE, "平均倒数排名", "MRR@10"),
    (Metric.CONTAINS_GOLD, ANSWERABLE, "答案含标准答案", "contains gold"),
    (Metric.CITATION_PRECISION, ANSWERABLE, "引用准确率", "citation precision"),
    (Metric.CITATION_RECALL, ANSWERABLE, "引用召回率", "citation recall"),
    (Metric.VERBATIM, ALL, "引文逐字一致", "verbatim quotes"),
    (Metric.REFUSAL_PRECISION, ALL, "拒答准确率", "refusal precision"),
    (Metric.REFUSAL_RECALL, ALL, "拒答召回率", "refusal recall"),
    (Metric.OVER_REFUSAL, ALL, "误拒率", "over-refusal"),
    (Metric.DIRECT_ANSWERS, ANSWERABLE, "直接回答率", "answered directly"),
    (Metric.DIRECT_PRECISION, ANSWERABLE, "直接回答准确率", "direct answers that hold gold"),
    (Metric.DIRECT_UNANSWERABLE, ALL, "无答案而直接回答", "unanswerable, answered directly"),
    (Metric.SHORT_ANSWERS, ANSWERABLE, "给出简短答案", "given a short answer"),
    (Metric.SHORT_RIGHT, ANSWERABLE, "简短答案准确率", "short answers that are right"),
)
_BARS = (
    (Metric.HIT_1, "首位命中 hit@1"),
    (Metric.CORRECT, "处理正确 correct"),
    (Metric.CITATION_PRECISION, "引用准确率 citation precision"),
)
_CERTAINTY_NAMES = {
    Certainty.DIRECT: "直接回答",
    Certainty.LIKELY: "很可能的答案",
    Certainty.NEAREST: "最接近的内容",
    Certainty.REFUSAL: "拒答",
}
_METRIC_NAMES = {
    Metric.HIT_1: "首位命中",
    Metric.HIT_3: "前三命中",
    Metric.HIT_5: "前五命中",
    Metric.HIT_10: "前十命中",
    Metric.RECALL_5: "前五召回",
    Metric.RECALL_10: "前十召回",
    Metric.MRR_10: "平均倒数排名",
    Metric.NDCG_10: "归一化折损累计增益",
    Metric.EVIDENCE_HOLDS_ANSWER: "证据含答案",
    Metric.CONTAINS_GOLD: "答案含标准答案",
    Metric.F1: "F1",
    Metric.EXACT_MATCH: "完全一致",
    Metric.CITATION_PRECISION: "引用准确率",
    Metric.CITATION_RECALL: "引用召回率",
    Metric.VERBATIM: "引文逐字一致",
    Metric.CITED_SENTENCES: "句子有引用",
    Metric.REFUSAL_PRECISION: "拒答准确率",
    Metric.REFUSAL_RECALL: "拒答召回率",
    Metric.OVER_REFUSAL: "误拒率",
    Metric.DIRECT_ANSWERS: "直接回答率",
    Metric.DIRECT_PRECISION: "直接回答准确率",
    Metric.DIRECT_UNANSWERABLE: "无答案而直接回答",
    Metric.SHORT_ANSWERS: "给出简短答案",
    Metric.SHORT_RIGHT: "简短答案准确率",
    Metric.CORRECT: "处理正确",
    Metric.CHARACTERS: "答案字数",
}


def render_page(report: Report) -> str:
    """The page; whatever comes from articles, questions or answers is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(
        (files("eval") / "report.html.j2").read_text(encoding="utf-8")
    )
    failures = report.failures
    return template.render(
        report=report,
        tiles=_tiles(report),
        bar_charts=_bar_charts(report),
        ranks=columns(report.ranks, "rank of the first right article"),
        risk=curve(report.risk_coverage, "risk over coverage"),
        times=distribution(report.latency.totals, "seconds a question"),
        failures=failures[:MOST_FAILURES],
        left_out=max(0, len(failures) - MOST_FAILURES),
        kinds=list(dict.fromkeys(case.kind for case in failures)),
        metrics=[metric for metric in Metric if metric in report.groups.get(ALL, {})],
        metric_names=_METRIC_NAMES,
        certainty_names=_CERTAINTY_NAMES,
        groups=_overall_first(report),
        all_group=ALL,
    )


def _tiles(report: Report) -> Sequence[tuple[str, str, str, Estimate | None]]:
    return [
        (f"{found.mean:.3f}" if found else "–", chinese, english, found)
        for metric, group, chinese, english in _TILES
        for found in [report.groups.get(group, {}).get(metric)]
    ]


def _overall_first(report: Report) -> Mapping[str, Mapping[str, Estimate]]:
    order = sorted(report.groups, key=lambda group: group not in (ALL, ANSWERABLE))
    return {group: report.groups[group] for group in order}


def _bar_charts(report: Report) -> Sequence[tuple[str, Markup]]:
    charts = []
    for metric, name in _BARS:
        rows = [
            (group, metrics[metric])
            for group, metrics in report.groups.items()
            if metric in metrics
        ]
        if rows:
            charts.append((name, bars(rows, name)))
    return charts
