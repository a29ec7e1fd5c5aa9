"""No article, question or reply is slow to read: every expression of the packages takes time that grows with the text.

Every compiled expression of the packages, and of every rule that is kept as data, is run on texts made
to slow it down (``tests.adversarial``), in the way in which it is called: a rule as its ``at`` says, an
expression of a module as that module calls it.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from index.text.rules import Rules
from rag.question.answer_type import expected_answer
from tests.adversarial import MOST_GROWTH, growth, runs
from tests.test_rules import FILES, ROOT, rules_of

PACKAGES = ("index", "rag", "eval", "ui")
_OFFLINE = ("eval.training", "eval.benchmarks")  # read only what the project has chosen
SIZE = 2000
"""Characters of a text; the same is tried with four times as many."""

_ENOUGH = 30
"""Texts that take long enough to be measured, after which an expression is merely not a fast one."""

_HOW = {"whole": "fullmatch", "start": "match", "": "finditer"}


def _modules() -> Iterator[Any]:
    for package in PACKAGES:
        found = importlib.import_module(package)
        for info in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not info.name.startswith(_OFFLINE) and not info.name.endswith("__main__"):
                yield importlib.import_module(info.name)


def _held(value: Any, depth: int = 5) -> Iterator[re.Pattern[str]]:
    """The expressions in a value of a module, however deep they lie."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif not depth or isinstance(value, Rules | type | str):
        return
    elif isinstance(value, dict):
        yield from (one for each in value.values() for one in _held(each, depth - 1))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (one for each in value for one in _held(each, depth - 1))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _held(getattr(value, field.name, None), depth - 1)


def _called(module: Any, name: str) -> set[str]:
    """How a module calls an expression of this name; searched with, where that does not show."""
    source = inspect.getsource(module)
    methods = set(re.findall(rf"\b{name}(?:\[[^\]]*\])?\.(\w+)\b", source))
    methods &= {"match", "fullmatch", "search", "finditer", "sub", "split", "findall"}
    if methods and methods <= {"match", "fullmatch"}:
        return methods
    return {"finditer"}


def _written(module: Any) -> Iterator[tuple[re.Pattern[str], str]]:
    """The expressions that a module hands to ``re.sub`` and the like, and to which."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=how),
                args=[ast.Constant(value=str(pattern)), *_],
            ) if how not in ("escape", "compile"):
                yield re.compile(pattern), how if how in ("match", "fullmatch") else "finditer"


def expressions() -> dict[tuple[str, int, str], str]:
    """Every expression with how it is called, and where it is from."""
    found: dict[tuple[str, int, str], str] = {}
    for path in FILES:
        for name, rule in rules_of(path).items():
            key = (rule.pattern, int(rule.flags), _HOW[rule.at])
            found.setdefault(key, f"{path.relative_to(ROOT)} [{name}]")
    for module in _modules():
        for name, value in vars(module).items():
            for pattern in _held(value):
                for how in _called(module, name):
                    key = (pattern.pattern, pattern.flags & ~re.UNICODE, how)
                    found.setdefault(key, f"{module.__name__}.{name}")
        for pattern, how in _written(module):
            found.setdefault((pattern.pattern, 0, how), module.__name__)
    for question in ("共有多少家工厂？", "How many companies came?"):
        if exactly := expected_answer(question).exactly:
            key = (exactly.pattern, exactly.flags & ~re.UNICODE, "finditer")
            found.setdefault(key, f"the answer to {question}")
    return found


def call(pattern: re.Pattern[str], how: str) -> Callable[[str], object]:
    if how == "finditer":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    called: Callable[[str], object] = getattr(pattern, how)
    return called


def slow_on(pattern: re.Pattern[str], how: str, size: int = SIZE) -> str:
    """What makes the expression slow, ``""`` where nothing does."""
    measured = 0
    for before, run, end in runs(pattern):

        def made(count: int, before: str = before, run: str = run, end: str = end) -> str:
            return before + run * (count // len(run)) + end

        search = call(pattern, how)
        # First a short text, for what takes longer than anybody would wait.
        found = growth(search, made, size // 10) or growth(search, made, size)
        if found > MOST_GROWTH:
            return f"{before!r} + {run!r} * n + {end!r}"
        measured += found > 0
        if measured > _ENOUGH:
            break
    return ""


EXPRESSIONS = dict(sorted(expressions().items()))


@pytest.mark.parametrize(
    ("pattern", "flags", "how"), EXPRESSIONS, ids=[f"{w}-{k[2]}" for k, w in EXPRESSIONS.items()]
)
def test_time_grows_with_the_text_and_no_faster(pattern, flags, how):
    assert slow_on(re.compile(pattern, flags), how) == ""
