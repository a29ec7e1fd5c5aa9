"""The composer of ``eval``: questions and an assistant in, a report out.

questions -> run (or replies) -> score -> summarise
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from eval.bootstrap import RESAMPLES
from eval.certainty import by_certainty
from eval.citations import Texts
from eval.errors import EvaluationError, unwritable
from eval.latency import latency
from eval.questions import Case, check_gold, read_cases, select_cases, with_known_ids
from eval.records import Reply, Report, ScoredCase
from eval.refusals import risk_coverage
from eval.replies import read_replies
from eval.report import write_report
from eval.run import ANSWERS, RUN, Ask, Progress, RunIdentity, ask_all, questions_digest
from eval.score import score
from eval.summarise import estimates, grouped, rank_histogram
from eval.versions import code_fingerprint, versions
from index.library.library import Library
from rag.assistant import Assistant
from rag.records import Answer, Question

if TYPE_CHECKING:
    from eval.judge import Judge

_NO_ANSWER = "no answer was given"


def evaluate(
    questions: Path | str | Sequence[Case],
    ask: Ask | Assistant | None = None,
    *,
    answers: Path | str | None = None,
    library: Library | None = None,
    out: Path | str | None = None,
    kinds: Collection[str] = (),
    limit: int | None = None,
    name: str = "",
    configuration: Mapping[str, Any] | None = None,
    judge: Judge | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    progress: Progress | None = None,
) -> Report:
    """Measure whatever answers questions.

    >>> report = evaluate("questions.jsonl", Assistant.open("library"))  # doctest: +SKIP
    >>> report.value("hit@1", "answerable")                                # doctest: +SKIP
    0.83

    Args:
        questions: A question file, or its questions.
        ask: An assistant, or any function from a ``Question`` to an ``Answer``. Its exceptions
            count as wrong answers.
        answers: Answers made before, to be scored in place of asking.
        library: To check gold ids and quotes against; an assistant brings its own.
        out: Where ``report.json``, ``report.html`` and ``answers.jsonl`` go. A run that was
            interrupted goes on from there. Without it nothing is kept.
        kinds: Only questions of these kinds.
        limit: Only so many questions.
        name: What was measured, for the report's title.
        configuration: More to be written into the report.
        judge: An LLM judge, which is asked about every answer as well.
        seed: Of the bootstrap.

    Raises:
        EvaluationError: questions, answers or ``out`` cannot be used; the message says which line.
    """
    if (ask is None) == (answers is None):
        raise EvaluationError(
            "give either something that answers or the answers, and not both",
            "请给出能回答问题的对象或已有的答案，二者取一",
        )
    path = Path(questions) if isinstance(questions, str | Path) else None
    every = read_cases(questions) if isinstance(questions, str | Path) else list(questions)
    cases = select_cases(every, kinds=kinds, limit=limit)
    if isinstance(ask, Assistant):
        library = library or ask.library
    if library is not None:
        cases = [with_known_ids(case, library.id_meant) for case in cases]
        check_gold(cases, library.article_ids(), path or "the questions")
    folder = Path(out) if out is not None else None
    if answers is not None:
        replies = _given(Path(answers), folder)
    else:
        replies = _asked(every, cases, ask, library, folder, progress)
    scored, ordered = _score_all(cases, replies, _texts(library))
    report = Report(
        name=name or (library.name if library else ""),
        configuration={
            "questions": str(path) if path else None,
            "questions_digest": questions_digest(every),
            "answers": str(answers) if answers is not None else None,
            "kinds": sorted(kinds),
            "limit": limit,
            "resamples": resamples,
            **(configuration or {}),
        },
        versions=versions(),
        library=_library_manifest(library),
        seed=seed,
        groups=estimates(scored, seed=seed, resamples=resamples),
        counts={group: len(some) for group, some in grouped(scored).items()},
        ranks=rank_histogram(scored),
        risk_coverage=risk_coverage(scored, len(scored)),
        latency=latency(ordered),
        cases=tuple(scored),
        judge=judge.judge_all(cases, ordered, scored) if judge else None,
        by_certainty=by_certainty(scored, seed=seed, resamples=resamples),
    )
    if folder is not None:
        write_report(report, folder)
    return report


def _score_all(
    cases: Sequence[Case], replies: Mapping[str, Reply], texts: Texts | None
) -> tuple[list[ScoredCase], list[Reply]]:
    ordered = [replies.get(case.id, Reply(None, _NO_ANSWER)) for case in cases]
    scored = [score(case, reply, texts) for case, reply in zip(cases, ordered, strict=True)]
    return scored, ordered


def _asked(
    every: Sequence[Case],
    cases: Sequence[Case],
    ask: Ask | Assistant | None,
    library: Library | None,
    folder: Path | None,
    progress: Progress | None,
) -> Mapping[str, Reply]:
    identity = RunIdentity(questions_digest(every), _library_identity(library), code_fingerprint())
    function, resumed = _callable(ask)
    if folder is None:
        with TemporaryDirectory() as temporary:
            return ask_all(cases, function, Path(temporary), identity, progress=progress)
    return ask_all(cases, function, folder, identity, resumed=resumed, progress=progress)


def _callable(ask: Ask | Assistant | None) -> tuple[Ask, Any]:
    if not isinstance(ask, Assistant):
        if ask is None:
            raise TypeError("nothing to ask")
        return ask, None
    assistant = ask

    def ask_assistant(question: Question) -> Answer:
        return assistant.ask(question.question, question.history)

    return ask_assistant, assistant.warm_up


def _given(answers: Path, folder: Path | None) -> Mapping[str, Reply]:
    """Answers made before; a copy of them goes into the report's folder."""
    replies = read_replies(answers)
    if folder is None or (folder / ANSWERS).resolve() == answers.resolve():
        return replies
    if (folder / RUN).exists():
        raise EvaluationError(
            f"{str(folder)!r} holds a run of its own; name another folder with --out, or delete that one",
            f"{str(folder)!r} 中已有一次评测；请用 --out 指定其他目录，或删除该目录",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(answers, folder / ANSWERS)
    except OSError as error:
        raise unwritable(folder, error) from error
    return replies


def _texts(library: Library | None) -> Texts | None:
    """Cleaned texts by id, ``page`` standing for none of its parts: citations name parts."""
    if library is None:
        return None

    def text(article_id: str) -> str | None:
        article = library.article(article_id)
        return article.text if article else None

    return text


def _library_manifest(library: Library | None) -> Mapping[str, Any] | None:
    if library is None:
        return None
    manifest = asdict(library.manifest())
    del manifest["question_means"]
    counts = library.counts()
    return {**manifest, "articles": counts.articles, "chunks": counts.chunks}


def _library_identity(library: Library | None) -> str:
    if library is None:
        return ""
    manifest = library.manifest()
    return f"{manifest.fingerprint} {manifest.generation} {manifest.created}"
