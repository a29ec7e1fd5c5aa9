"""What chat programs ask of a model for themselves: a title, tags, follow-up questions, search words.

Open WebUI sends each as a message of its own with the conversation quoted in it; others ask for a
title in words. No article answers these, and the reader sees the reply as the program's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index.text.language import Language, detect_language
from index.text.rules import load_rules
from rag.assistant import Assistant
from rag.question.check import LONGEST_QUESTION
from rag.records import EXTRACTIVE, Answer, Filters
from rag.suggestions import Candidate, answered, further

_RULES = load_rules("ui.openai_api", "tasks")
_PATTERNS = {name: _RULES.regex(name) for name in _RULES}

_LONGEST_TITLE, _LONGEST_ENGLISH_TITLE = 18, 60
_MOST_TAGS = 3
_LONGEST_TASK = 1_000_000
"""Characters, with the conversation that is quoted; longer ones would keep all others waiting for seconds."""

_LOOKED_AT = 5
"""Nearest articles whose questions are tried, beside those that were cited."""


class TaskKind(StrEnum):
    """What a program wants."""

    TITLE = "title"
    FOLLOW_UPS = "follow_ups"
    TAGS = "tags"
    QUERIES = "queries"
    PLAIN_TITLE = "plain_title"


_IN_JSON = (TaskKind.FOLLOW_UPS, TaskKind.TAGS, TaskKind.QUERIES, TaskKind.TITLE)


@dataclass(frozen=True, slots=True)
class Task:
    """A program's own wish.

    Attributes:
        questions: What the reader asked in the conversation, oldest first, at least one.
    """

    kind: TaskKind
    questions: tuple[str, ...]


def read_task(said: Sequence[str]) -> Task | None:
    """The task in the last of a user's messages; ``None`` where it is a question.

    >>> prompt = '### Task: {"title": "…"} <chat_history>USER: 谁来了？</chat_history>'
    >>> read_task([prompt])
    Task(kind=<TaskKind.TITLE: 'title'>, questions=('谁来了？',))
    """
    *before, last = said
    if len(last) > _LONGEST_TASK:
        return None
    if _PATTERNS["title_in_words"].search(last) and before:
        return Task(TaskKind.PLAIN_TITLE, tuple(before))
    quoted = _PATTERNS["history"].search(last) if _PATTERNS["begun"].match(last) else None
    if quoted is None:
        return None
    asked = [one["text"].strip() for one in _PATTERNS["asked"].finditer(quoted["said"])]
    instructions = last[: quoted.start()] + last[quoted.end() :]
    for kind in _IN_JSON:
        if _PATTERNS[kind].search(instructions) and any(asked):
            return Task(kind, tuple(filter(None, asked)))
    return None


def reply_to(task: Task, assistant: Assistant) -> str:
    """What the program expects: JSON, or the title alone."""
    match task.kind:
        case TaskKind.PLAIN_TITLE:
            return title_of(task.questions[0])
        case TaskKind.TITLE:
            found: Any = title_of(task.questions[0])
        case TaskKind.FOLLOW_UPS:
            found = follow_ups(assistant, task.questions)
        case TaskKind.TAGS:
            found = _tags(assistant, task.questions[-1])
        case TaskKind.QUERIES:
            found = [task.questions[-1]]
    return json.dumps({task.kind: found}, ensure_ascii=False)


def title_of(question: str) -> str:
    """A question as the title of the conversation that it begins.

    >>> title_of("How much do night ferry tickets to Qingyu cost this summer, and who sells them?")
    'How much do night ferry tickets to Qingyu cost this summer…'
    """
    line = " ".join(question.split()).strip(" ?？。.!！")
    if detect_language(line) is not Language.ENGLISH:
        return line if len(line) <= _LONGEST_TITLE else f"{line[:_LONGEST_TITLE]}…"
    if len(line) <= _LONGEST_ENGLISH_TITLE:
        return line
    return f"{line[:_LONGEST_ENGLISH_TITLE].rsplit(' ', 1)[0].rstrip(',;:')}…"


def follow_ups(assistant: Assistant, questions: Sequence[str]) -> list[str]:
    """Questions that the articles of the last answer, or those near it, answer, too."""
    answer = _last_answer(assistant, questions[-1])
    cited = [one.article_id for one in answer.citations]
    near = [one.article_id for one in answer.evidence[:_LOOKED_AT]]

    def is_answered(one: Candidate) -> bool:
        return any(answered(assistant, [one]))

    return further(
        assistant.library, dict.fromkeys([*cited, *near]), questions, answer.answer, is_answered
    )


def _tags(assistant: Assistant, question: str) -> list[str]:
    """The columns and accounts of the articles that answer, or of the nearest."""
    answer = _last_answer(assistant, question)
    articles = answer.citations or answer.evidence[:1]
    named = [name for one in articles for name in (one.column, one.account)]
    return list(dict.fromkeys(filter(None, named)))[:_MOST_TAGS]


def _last_answer(assistant: Assistant, question: str) -> Answer:
    return assistant.ask(question[:LONGEST_QUESTION], filters=Filters(), answerer=EXTRACTIVE)
