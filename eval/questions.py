"""Question sets: one question a line, with what its answer and its articles should be.

    {"id": "q-1", "question": "…", "kind": "fact", "answers": ["…"], "aids": ["2650_1"]}

Optional fields: ``all_of`` (every element of ``answers`` must appear), ``answer_parts`` (lists of
alternatives; one of every list must appear), ``answers_query_lang`` (the answers in the question's
language), ``alt_aids`` (also right), ``maybe_aids`` (unjudged, left out of rankings), ``aids_mode``
(any, all, one_per_group) with ``aid_groups``, ``history``, ``evidence``. Others are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from eval.errors import EvaluationError, line_error
from eval.lines import json_lines
from index.errors import QuestionError
from rag.records import Question, Turn

OWN_KIND = "x-"
"""A kind that begins so is the writer's own and needs no entry in ``Kind``."""


class Kind(StrEnum):
    """The kinds of questions that reports tell apart."""

    FACT = "fact"
    NUMBER = "number"
    LIST = "list"
    WHEN_FILTER = "when-filter"  # the question says when the article was published
    CROSSLINGUAL = "crosslingual"
    POLICY_HOWTO = "policy-howto"
    REASON = "reason"
    MULTI = "multi"  # takes several articles
    CONFLICT = "conflict"  # articles contradict each other
    FOLLOWUP = "followup"  # needs its history
    NEWSPAPER = "newspaper"
    SINGLE = "single"
    SINGLE_VAGUE = "single_vague"  # leans on its article
    EVENT = "event"  # a sentence, to its story
    HEADLINE = "headline"  # a headline, to its item
    INJECTION = "injection"  # an article gives orders
    FEEDBACK = "feedback"  # made from what users reported
    UNANSWERABLE = "unanswerable"


class AidsMode(StrEnum):
    """Which of the gold articles a question needs."""

    ANY = "any"
    ALL = "all"
    ONE_PER_GROUP = "one_per_group"


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its gold. A field that is empty gives no score.

    Attributes:
        aids: Gold article ids; ``page`` is matched by its parts ``page#1``, ``page#2``, too.
        alt_aids: Also right: each stands in for one gold article.
        maybe_aids: Unjudged: left out of a ranking before it is scored.
        line: Where it stands in its file.
    """

    id: str
    question: str
    kind: str
    answers: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    all_of: bool = False
    answer_parts: tuple[tuple[str, ...], ...] = ()
    answers_query_lang: tuple[str, ...] = ()
    alt_aids: tuple[str, ...] = ()
    maybe_aids: tuple[str, ...] = ()
    aids_mode: AidsMode = AidsMode.ANY
    aid_groups: tuple[tuple[str, ...], ...] = ()
    history: tuple[Turn, ...] = ()
    evidence: tuple[str, ...] = ()
    line: int = 0

    @property
    def answerable(self) -> bool:
        return bool(self.aids or self.answers or self.answer_parts)

    @property
    def has_answer(self) -> bool:
        """Whether there is gold for the words of the answer."""
        return bool(self.answers or self.answer_parts)

    def to_question(self) -> Question:
        return Question(self.question, self.id, self.history)


def read_cases(path: Path | str) -> list[Case]:
    """The questions of a file, in their order.

    Raises:
        EvaluationError: the file cannot be read or a line is wrong; the message names the line.
    """
    path = Path(path)
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for number, values in json_lines(path):
        case = _to_case(path, number, values)
        if case.id in lines:
            raise line_error(
                path,
                number,
                f"the id {case.id!r} is already that of line {lines[case.id]}; give each question its own",
                f"id {case.id!r} 与第 {lines[case.id]} 行重复；请为每个问题使用不同的 id",
            )
        lines[case.id] = number
        cases.append(case)
    if not cases:
        raise EvaluationError(
            f"{str(path)!r} holds no questions; write one JSON object a line",
            f"{str(path)!r} 中没有问题；请每行写一个 JSON 对象",
        )
    return cases


def select_cases(
    cases: Sequence[Case], *, kinds: Collection[str] = (), limit: int | None = None
) -> list[Case]:
    """The first ``limit`` questions of the given kinds (all kinds where none is named).

    Raises:
        EvaluationError: none of the questions is of a kind that was named.
    """
    there = {case.kind for case in cases}
    for kind in kinds:
        if kind not in there:
            known = ", ".join(sorted(there))
            raise EvaluationError(
                f"no question is of the kind {kind!r}; these kinds are there: {known}",
                f"没有题型为 {kind!r} 的问题；现有题型：{known}",
            )
    return [case for case in cases if not kinds or case.kind in kinds][:limit]


def check_gold(cases: Iterable[Case], article_ids: Iterable[str], path: Path | str) -> None:
    """See that every gold article is in the library; ``with_known_ids`` makes ids of aids before.

    Raises:
        EvaluationError: one is not; the message names the line and how many more there are.
    """
    there = set(article_ids)
    there |= {document(article_id) for article_id in there}
    missing = [(case, aid) for case in cases for aid in case.aids if aid not in there]
    if not missing:
        return
    case, aid = missing[0]
    more = f" ({len(missing) - 1} more are missing)" if len(missing) > 1 else ""
    more_zh = f"（另有 {len(missing) - 1} 处）" if len(missing) > 1 else ""
    raise line_error(
        path,
        case.line,
        f"the gold article {aid!r} is not in the library{more}; index the articles that belong to "
        "these questions, or mend 'aids'",
        f"文章库中没有标准文章 {aid!r}{more_zh}；请索引与问题配套的文章，或修正 aids",
    )


def with_known_ids(case: Case, meant: Callable[[str], str | None]) -> Case:
    """``case`` with the ids that its gold ids mean in a library.

    Args:
        meant: The id of the one article that a written id means, ``None`` where it means none.
    """

    def known(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(meant(written) or written for written in ids)

    return replace(
        case,
        aids=known(case.aids),
        alt_aids=known(case.alt_aids),
        maybe_aids=known(case.maybe_aids),
        aid_groups=tuple(known(group) for group in case.aid_groups),
    )


def document(article_id: str) -> str:
    """The id of the whole document that an article is a part of.

    >>> document("page#2")
    'page'
    """
    return article_id.partition("#")[0]


def _to_case(path: Path, number: int, values: dict[str, Any]) -> Case:
    try:
        question = Question.from_dict(values)
    except QuestionError as error:
        raise line_error(path, number, error.english, error.chinese) from error
    fields = _Fields(path, number, values)
    case = Case(
        id=fields.identity(),
        question=question.question,
        kind=fields.kind(),
        answers=fields.texts("answers"),
        aids=fields.texts("aids"),
        all_of=bool(values.get("all_of")),
        answer_parts=fields.groups("answer_parts"),
        answers_query_lang=fields.texts("answers_query_lang"),
        alt_aids=fields.texts("alt_aids"),
        maybe_aids=fields.texts("maybe_aids"),
        aids_mode=fields.mode(),
        aid_groups=fields.groups("aid_groups"),
        history=question.history,
        evidence=fields.texts("evidence"),
        line=number,
    )
    _check_case(fields, case)
    return case


def _check_case(fields: _Fields, case: Case) -> None:
    if not case.question.strip():
        raise fields.error(
            "the field 'question' is empty; write the question", "字段 question 为空；请写上问题"
        )
    if case.kind == Kind.UNANSWERABLE and case.answerable:
        raise fields.error(
            "the kind is 'unanswerable' and there are 'answers' or 'aids'; take them away or change the kind",
            "题型为 unanswerable，却给出了 answers 或 aids；请去掉，或改题型",
        )
    if case.kind != Kind.UNANSWERABLE and not case.answerable:
        raise fields.error(
            "there are neither 'answers' nor 'aids'; give one, or make the kind 'unanswerable'",
            "answers 与 aids 都为空；请至少给出一个，或将题型改为 unanswerable",
        )
    if case.aids_mode is AidsMode.ONE_PER_GROUP and not case.aid_groups:
        raise fields.error(
            "'aids_mode' is 'one_per_group' and there are no 'aid_groups'; give the groups",
            "aids_mode 为 one_per_group，却没有 aid_groups；请给出分组",
        )


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one line, read with their types checked."""

    path: Path
    number: int
    values: dict[str, Any]

    def error(self, english: str, chinese: str) -> EvaluationError:
        return line_error(self.path, self.number, english, chinese)

    def identity(self) -> str:
        value = self.values.get("id")
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise self.error(
                "the field 'id' is missing or not text; give each question an id of its own",
                "缺少字段 id，或其值不是文本；请为每个问题写上不同的 id",
            )
        return str(value)

    def kind(self) -> str:
        value = self.values.get("kind")
        if isinstance(value, str) and (value in _KINDS or value.startswith(OWN_KIND)):
            return value
        known = ", ".join(Kind)
        if value is None:
            raise self.error(
                f"the field 'kind' is missing; give one of {known}, or one of your own that begins with {OWN_KIND!r}",
                f"缺少字段 kind；请写上 {known} 之一，或以 {OWN_KIND!r} 开头的自定题型",
            )
        raise self.error(
            f"the kind {value!r} is not known; use one of {known}, or one of your own that begins with {OWN_KIND!r}",
            f"未知的题型 {value!r}；可用：{known}，或以 {OWN_KIND!r} 开头的自定题型",
        )

    def mode(self) -> AidsMode:
        """The mode that is given, else the one that the kind and the groups suggest."""
        value = self.values.get("aids_mode")
        if value is None:
            if self.values.get("aid_groups"):
                return AidsMode.ONE_PER_GROUP
            several = self.values.get("kind") in (Kind.MULTI, Kind.CONFLICT)
            return AidsMode.ALL if several else AidsMode.ANY
        if not isinstance(value, str) or value not in frozenset(AidsMode):
            raise self.error(
                f"'aids_mode' is {value!r}; use any, all or one_per_group",
                f"aids_mode 的值为 {value!r}；可用 any、all 或 one_per_group",
            )
        return AidsMode(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of one."""
        value = self.values.get(name)
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.error(
                f'the field {name!r} is not a list of texts; write ["…", "…"]',
                f'字段 {name} 不是文本列表；请写成 ["…", "…"]',
            )
        return tuple(value)

    def groups(self, name: str) -> tuple[tuple[str, ...], ...]:
        value = self.values.get(name) or []
        if not isinstance(value, list) or not all(
            isinstance(group, list) and group and all(isinstance(text, str) for text in group)
            for group in value
        ):
            raise self.error(
                f'the field {name!r} is not a list of lists of texts; write [["…", "…"], ["…"]]',
                f'字段 {name} 不是文本列表的列表；请写成 [["…", "…"], ["…"]]',
            )
        return tuple(tuple(group) for group in value)
