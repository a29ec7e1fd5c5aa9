"""The assistant as it ships, on the project's own questions: no figure below its stored floor."""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from eval import evaluate
from eval.run import REPORT
from index.build import index_articles
from rag.assistant import Assistant


@pytest.mark.model
def test_no_headline_figure_is_below_its_floor(tmp_path: Path) -> None:
    library = tmp_path / "library"
    with as_file(files("index") / "samples" / "articles.json") as articles:
        index_articles([articles], library)
    with (
        as_file(files("eval") / "sets" / "samples.jsonl") as questions,
        Assistant.open(library) as assistant,
    ):
        report = evaluate(questions, assistant, out=tmp_path / "report", resamples=100)
    assert (tmp_path / "report" / REPORT).is_file()
    assert not [case.failure for case in report.cases if case.failure]
    floors = json.loads((files("eval") / "sets" / "floors.json").read_text(encoding="utf-8"))
    below = {
        f"{group} {metric}": (value, floor)
        for group, metrics in floors["at_least"].items()
        for metric, floor in metrics.items()
        if (value := report.value(metric, group)) is None or value < floor
    }
    above = {
        f"{group} {metric}": (value, ceiling)
        for group, metrics in floors["at_most"].items()
        for metric, ceiling in metrics.items()
        if (value := report.value(metric, group)) is None or value > ceiling
    }
    assert not below, f"below their floors (figure, floor): {below}"
    assert not above, f"above their ceilings (figure, ceiling): {above}"
