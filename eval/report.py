"""Reports on disk: ``report.json`` with every figure, ``report.html`` to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.errors import EvaluationError, unreadable, unwritable
from eval.page import render_page
from eval.records import (
    ByCertainty,
    Estimate,
    Latency,
    Metric,
    Report,
    RiskCoverage,
    RiskPoint,
    ScoredCase,
    SeenEvidence,
    Stage,
)
from eval.run import REPORT
from rag.records import Certainty

SCHEMA = 1
PAGE = "report.html"


def write_report(report: Report, folder: Path) -> None:
    """Write both files into ``folder``, which is made where it is not there.

    ``report.json`` comes last: where it is, the report is whole.

    Raises:
        EvaluationError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / PAGE, render_page(report))
        _replace(folder / REPORT, report_json(report))
    except OSError as error:
        raise unwritable(folder, error) from error


def report_json(report: Report) -> str:
    """The report as JSON; numbers are those of the report, not rounded."""
    values = asdict(report)
    return json.dumps({"schema": SCHEMA, **values}, ensure_ascii=False, indent=1) + "\n"


def load_report(path: Path | str) -> Report:
    """The report of a folder, or of its ``report.json``.

    Raises:
        EvaluationError: there is none, or it is of another version.
    """
    path = Path(path)
    file = path / REPORT if path.is_dir() else path
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or values.pop("schema", None) != SCHEMA:
            raise ValueError("another schema")
        return _to_report(values)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from error
    except (ValueError, TypeError, KeyError) as error:
        raise EvaluationError(
            f"{str(file)!r} is not a report of this version ({error}); run 'juwen eval' again, "
            "with --answers where the answers are kept",
            f"{str(file)!r} 不是本版本的评测报告（{error}）；请重新运行 juwen eval（已有答案可用 --answers）",
        ) from error


def _to_report(values: Mapping[str, Any]) -> Report:
    curve, times = values["risk_coverage"], values["latency"]
    return Report(
        **{
            **values,
            "groups": {
                group: {metric: Estimate(**one) for metric, one in metrics.items()}
                for group, metrics in values["groups"].items()
            },
            "risk_coverage": RiskCoverage(
                tuple(RiskPoint(**point) for point in curve["points"]), curve["area"]
            ),
            "latency": Latency(
                {name: Stage(**stage) for name, stage in times["stages"].items()},
                times["cold"],
                tuple(times["totals"]),
            ),
            "cases": tuple(_to_case(case) for case in values["cases"]),
            "by_certainty": tuple(_to_row(row) for row in values.get("by_certainty", ())),
        }
    )


def _to_row(values: Mapping[str, Any]) -> ByCertainty:
    held = values["holds_gold"]
    return ByCertainty(
        Certainty(values["certainty"]), values["questions"], Estimate(**held) if held else None
    )


def _to_case(values: Mapping[str, Any]) -> ScoredCase:
    lists = {name: tuple(values[name]) for name in ("history", "gold", "gold_ids", "cited_ids")}
    evidence = tuple(SeenEvidence(**one) for one in values["evidence"])
    scores = {Metric(name): score for name, score in values["scores"].items()}
    certainty = Certainty(values["certainty"]) if values.get("certainty") else None
    return ScoredCase(
        **{**values, **lists, "evidence": evidence, "scores": scores, "certainty": certainty}
    )


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(text.encode("utf-8", "backslashreplace"))
    partial.replace(path)
