"""Conversations that a browser kept: read again, shown again, and exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.errors import JuwenError
from rag.markdown import MarkdownForm
from rag.records import EXTRACTIVE, Answer, AnswerSentence, Citation
from ui.chat.markup import fill, safe_link
from ui.chat.turns import about, label
from ui.language import say
from ui.show import notices_of


def read_answer(values: Any) -> Answer:
    """An ``Answer`` from what its ``to_dict`` gave, whoever kept it meanwhile.

    Raises:
        JuwenError: it is none.
    """
    try:
        return Answer.from_dict(values)
    except ValueError as error:
        raise JuwenError(
            f"a kept answer cannot be read ({error}); ask its question again",
            f"无法读取保存的回答（{error}）；请重新提问",
        ) from error


def to_markdown(answers: Sequence[Answer]) -> str:
    """A conversation to paste into a document: questions, answers, and each citation's words."""
    return "\n".join(_markdown(answer, number) for number, answer in enumerate(answers, 1))


def to_web_page(answers: Sequence[Answer]) -> str:
    """A conversation as a page of its own, with each citation's words, that opens in any browser and
    asks nobody for anything."""
    return fill(
        "saved",
        answers=answers,
        about=about,
        label=label,
        notices_of=notices_of,
        extractive=EXTRACTIVE,
    )


def to_rich_text(answers: Sequence[Answer]) -> tuple[str, str]:
    """Answers to paste into a letter or a message: as HTML, and as plain text."""
    html = fill("copied", answers=[(one, one.parts()) for one in answers], about=about)
    return html, "\n\n".join(map(_as_text, answers))


def _as_text(answer: Answer) -> str:
    short = f"{answer.short.text} [{answer.short.marker}]" if answer.short else ""
    parts = [
        "\n".join(filter(None, [heading, " ".join(map(_sentence_as_text, some))]))
        for heading, some in answer.parts()
    ]
    said = "\n\n".join(parts) or answer.said
    sources = "\n".join(map(_source_as_text, answer.citations))
    return "\n\n".join(part for part in (short, answer.lead, said, sources) if part)


def _sentence_as_text(sentence: AnswerSentence) -> str:
    return sentence.text + "".join(f" [{marker}]" for marker in sentence.markers)


def _source_as_text(one: Citation) -> str:
    return (
        f"[{one.marker}] {one.title or one.article_id} ({about(one)}) {safe_link(one.url)}".strip()
    )


def _markdown(answer: Answer, number: int) -> str:
    # Footnotes are named for the whole document: two answers in it both have a [1].
    form = MarkdownForm(f"[^{number}-{{}}]", doubt="({})", between="\n\n", escape=_plain)
    body = answer.markdown_body(form, lambda sentence: _doubt(sentence, answer))
    footnotes = "\n".join(_footnote(number, one) for one in answer.citations)
    question = f"## {_plain(answer.question)}"
    return "\n\n".join(part for part in (question, body, footnotes) if part) + "\n"


def _doubt(sentence: AnswerSentence, answer: Answer) -> str:
    mark = label(sentence, answer)
    return mark.name if mark else ""


def _footnote(number: int, one: Citation) -> str:
    link = safe_link(one.url)
    title = _plain(one.title or one.article_id)
    # Angle brackets keep parentheses of an address from ending the link.
    named = f"[{title}](<{link}>)" if link and not set("<>") & set(link) else title
    quote = _plain(one.quote)
    return f"[^{number}-{one.marker}]: {named} ({_plain(about(one))}){say(': ', '：')}“{quote}”"


def _plain(text: str) -> str:
    """Text on one line that Markdown takes as text."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|!~&" else char for char in line)
