"""Small questions and answers that the tests of the harness share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.questions import Case
from rag.records import (
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Evidence,
    Seconds,
    ShortAnswer,
    Support,
)


def case(case_id: str = "q", **fields: Any) -> Case:
    return Case(
        **{"id": case_id, "question": f"问题{case_id}？", "kind": "fact", **fields}  # type: ignore[arg-type]
    )


def answer(
    text: str = "",
    *,
    ids: Sequence[str] = (),
    cited: Sequence[str] = (),
    refused: bool = False,
    score: float = 0.5,
    evidence_text: str = "",
    question: str = "?",
    seconds: float = 0.01,
    certainty: Certainty = Certainty.DIRECT,
    short: str = "",
) -> Answer:
    """An answer of one sentence that cites ``cited`` and ranks ``ids``."""
    citations = tuple(
        Citation(marker, one, "题", "", None, "", text, 0, len(text))
        for marker, one in enumerate(cited, 1)
    )
    markers = tuple(one.marker for one in citations)
    sentences = (AnswerSentence(text, markers, Support.SUPPORTED),) if text else ()
    evidence = tuple(
        Evidence(rank, one, round(score - rank / 100, 4), evidence_text, 0, len(evidence_text))
        for rank, one in enumerate(ids, 1)
    )
    marked = text + "".join(f" [{marker}]" for marker in markers)
    return Answer(
        question=question,
        standalone_question=question,
        answer=marked,
        refused=refused,
        sentences=() if refused else sentences,
        citations=citations,
        evidence=evidence,
        seconds=Seconds(seconds / 2, seconds / 2, seconds),
        certainty=certainty,
        short=ShortAnswer(short, 1, 0, len(short)) if short else None,
    )


def write_lines(path: Path, *lines: Any) -> Path:
    """Write lines: texts as they are, the rest as JSON."""
    path.write_text(
        "".join(
            (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n"
            for line in lines
        ),
        encoding="utf-8",
    )
    return path
