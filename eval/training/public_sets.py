"""Question sets as examples: who asked what of which article, and where the answer stands."""

from __future__ import annotations

import gzip
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.training.examples import Example

_SETS = {
    "cmrc2018": ("single",),
    "drcd": ("single",),
    "crud_news": ("single",),
    "dureader_demo": ("single",),
    "xling_zh_docs": ("single", "crosslingual"),
    "xling_en_docs": ("single", "crosslingual"),
}
_SAME_ARTICLES = ("xling_zh_docs", "xling_en_docs")


@dataclass(frozen=True, slots=True)
class Text:
    """An article as training reads it."""

    article_id: str
    title: str
    text: str


def read_articles(path: Path) -> list[Text]:
    """The articles of an export (``.json``, ``.json.gz``) that have text."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        rows: list[Mapping[str, Any]] = json.load(file)
    texts = (
        Text(str(row["文章标识符aid"]), _clean(row.get("标题title")), _clean(row["finalContent"]))
        for row in rows
    )
    return [text for text in texts if text.text]


def _clean(text: str | None) -> str:
    lines = html.unescape(text or "").replace("\xa0", " ").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def read_sets(data: Path) -> list[Example]:
    """The examples of every public set in the folder ``data``.

    Two languages' versions of an article, and questions of one id, are one group, so that nothing
    kept from training is seen in translation.
    """
    groups = _Groups()
    drawn: list[tuple[str, dict[str, Any], Text]] = []
    for name, kinds in _SETS.items():
        if not (data / name).is_dir():
            continue
        file = "articles.json.gz" if name == "crud_news" else "articles.json"
        texts = {text.article_id: text for text in read_articles(data / name / file)}
        for row in _lines(data / name / "questions.dev.jsonl"):
            text = texts.get(str(row["aids"][0])) if row.get("aids") else None
            if row["kind"] in kinds and text:
                drawn.append((name, row, text))
                if name in _SAME_ARTICLES:
                    groups.join(text.article_id, _question_id(row))
    machine = data / "squad2_zh" / "reading.train.jsonl"
    squad = list(_lines(machine)) if machine.exists() else []
    for row in squad:
        groups.join(row["context"], row["id"])
    found = [_of_set(name, row, text, groups) for name, row, text in drawn]
    paragraphs = [_of_paragraph("squad2_zh", row, groups) for row in squad]
    return [*(one for one in found if one.answers), *paragraphs]


def read_paragraphs(path: Path, name: str) -> list[Example]:
    """The examples of a file whose lines are questions with their text, in the shape of SQuAD:

    ``{"question", "context", "answers": [{"text", "start"}], "answerable", "title"?, "background"?,
    "untold"?}``, ``start`` being -1 where any place of the text will do, ``untold`` further questions
    which it does not answer.
    """
    return [_of_paragraph(name, row, _Groups()) for row in _lines(path)]


def _of_set(name: str, row: Mapping[str, Any], text: Text, groups: _Groups) -> Example:
    answers = tuple(dict.fromkeys(a for a in row["answers"] if a and a in text.text))
    return Example(
        source=f"{name}/{row['kind']}",
        group=groups.of(text.article_id),
        question=row["question"],
        title=text.title,
        text=text.text,
        answers=answers,
    )


def _of_paragraph(name: str, row: Mapping[str, Any], groups: _Groups) -> Example:
    answers = [a for a in row["answers"] if row["answerable"]]
    return Example(
        source=f"{name}/{'answerable' if row['answerable'] else 'unanswerable'}",
        group=groups.of(row["context"]),
        question=row["question"],
        title=row.get("title", ""),
        text=row["context"],
        answers=tuple(dict.fromkeys(a["text"] for a in answers)),
        near=answers[0]["start"] if answers else -1,
        background=row.get("background", ""),
        untold=tuple(row.get("untold", ())),
    )


def _question_id(row: Mapping[str, Any]) -> str:
    """What a question's translations have in common: the id it has in SQuAD or MLQA."""
    return str(row["id"]).rpartition("-")[2]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class _Groups:
    """Names that belong together (disjoint sets); a group is called by its least name."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def of(self, name: str) -> str:
        while (parent := self._parent.get(name, name)) != name:
            name = parent
        return name

    def join(self, *names: str) -> None:
        roots = sorted(map(self.of, names))
        self._parent.update(dict.fromkeys(roots, roots[0]))


def without(texts: Iterable[Text], ids: frozenset[str]) -> list[Text]:
    """The articles that are not among ``ids``."""
    return [text for text in texts if text.article_id not in ids]
