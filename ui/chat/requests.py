"""What the page asks for besides answers: plain values in, plain values and HTML out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from index.build import remove_articles
from index.errors import ArticleError, JuwenError
from index.library.library import Heading
from index.location import Location
from index.records import Summary
from index.text.language import Language, detect_language
from rag.assistant import Assistant
from rag.kinds.telling import summary
from rag.records import Filters
from rag.retrieval.retrieve import to_evidence
from rag.suggestions import starters as make_starters
from ui.chat.arguments import read_filters, read_text, read_whole, wrong_value
from ui.chat.converse import done_part
from ui.chat.feedback import read_feedback_form
from ui.chat.further import MOST_ARTICLES, Further
from ui.chat.jobs import Job, State
from ui.chat.kept import read_answer, to_markdown, to_rich_text, to_web_page
from ui.chat.markup import fill
from ui.chat.quiet import Quiet
from ui.chat.reader import Marked, article_html, parse_spans
from ui.chat.shelf import Cleaned, found_html, headings_html, library_html, report_html
from ui.chat.word import to_word
from ui.language import say, say_message, speaks_chinese

Plain = Mapping[str, Any]

Remove = Callable[[Sequence[str], Location], Summary]
"""Takes articles out of a library, as ``index.build.remove_articles`` does."""

_HEADINGS = 40
_MOST_ANSWERS = 200
_MOST_CLEANED = 500
_HEADINGS_OF_A_JOB = 10
_STARTERS_INSTEAD = 3
_MOST_TURNS = 100


class Requests:
    """The answers to the page's requests. Safe to use from several threads.

    Attributes:
        pure: What answers which request, by the last part of its path.
    """

    def __init__(
        self,
        assistant: Assistant,
        remove: Remove = remove_articles,
        starters: Callable[[], Sequence[str]] | None = None,
        quiet: Quiet | None = None,
    ) -> None:
        """
        Args:
            starters: Questions to begin with, made anew where the library has changed.
            quiet: Whether others' questions are being answered, which go first.
        """
        self._assistant = assistant
        self._library = assistant.library
        self._remove = remove
        self._make_starters = starters or partial(make_starters, assistant)
        self._starters: Sequence[str] = ()
        self._further = Further(assistant, quiet or Quiet())
        self._making = threading.Lock()
        self.pure: Mapping[str, Callable[[Plain], Plain]] = {
            "facts": self.facts,
            "article": self.article,
            "library": self.library,
            "headings": self.headings,
            "find": self.find,
            "starters": self.starters,
            "further": self.further,
            "render": self.render,
            "export": self.export,
            "web": self.web,
            "copy": self.copy,
            "feedback": self.feedback,
            "remove": self.remove,
        }

    def facts(self, _: Plain) -> Plain:
        """What the page says of the library before anything is asked."""
        return {"html": fill("facts", counts=self._library.counts())}

    def article(self, values: Plain) -> Plain:
        """An article to read, with what is quoted marked."""
        article_id = read_text("id", values.get("id"))
        article = self._library.article(article_id)
        if article is None:
            raise _gone(article_id)
        span = parse_spans(f"{values.get('start')}-{values.get('end')}")
        marked = Marked(
            span[0] if span else None,
            parse_spans(str(values.get("marks") or "")),
            quoted=not values.get("passage"),
        )
        found = {one: self._library.article(one) for one in article.originals}
        originals = {one: original.title for one, original in found.items() if original}
        copies = self._library.copies().get(article.article_id, 0)
        return {"html": article_html(article, marked, originals, copies, summary(article))}

    def library(self, _: Plain) -> Plain:
        """The library panel."""
        counts, days = self._library.counts(), self._library.days()
        return {"html": library_html(self._library.name, counts, days)}

    def headings(self, values: Plain) -> Plain:
        """A page of the list of articles."""
        offset = read_whole("offset", values.get("offset"), 0, least=0)
        found = self._library.headings(_HEADINGS + 1, offset, _filters(values))
        more = offset + _HEADINGS if len(found) > _HEADINGS else None
        return {"html": headings_html(found[:_HEADINGS], more=more)}

    def find(self, values: Plain) -> Plain:
        """Articles that fit some words."""
        found = self._assistant.search(read_text("q", values.get("q")), filters=_filters(values))
        evidence = to_evidence(found.articles, self._assistant.library.copies())
        return {"html": found_html(evidence)}

    def starters(self, _: Plain) -> Plain:
        """Questions that the library answers."""
        questions = self._made_starters()
        own = Language.CHINESE if speaks_chinese() else Language.ENGLISH
        return {"questions": sorted(questions, key=lambda one: detect_language(one) != own)}

    def further(self, values: Plain) -> Plain:
        """Questions to go on with after an answer; where a refused one's articles have none, those
        that the library begins with."""
        ids, asked = (
            _texts(values, "article_ids", MOST_ARTICLES),
            _texts(values, "asked", _MOST_TURNS),
        )
        found = self._further.questions(ids, asked, read_text("said", values.get("said")))
        if found or not values.get("refused"):
            return {"questions": found, "near": True}
        starters = [one for one in self._starters if one not in asked]
        return {"questions": starters[:_STARTERS_INSTEAD], "near": False}

    def render(self, values: Plain) -> Plain:
        """Kept answers, shown again, perhaps in another language."""
        return {"parts": [_rendered(one) for one in _answers(values)]}

    def export(self, values: Plain) -> Plain:
        """A conversation as Markdown."""
        return {"text": to_markdown([read_answer(one) for one in _answers(values)])}

    def web(self, values: Plain) -> Plain:
        """A conversation as a web page that opens by itself."""
        return {"text": to_web_page([read_answer(one) for one in _answers(values)])}

    def copy(self, values: Plain) -> Plain:
        """Answers to paste elsewhere: with links, and as plain text."""
        html, text = to_rich_text([read_answer(one) for one in _answers(values)])
        return {"html": html, "text": text}

    def word(self, values: Plain) -> bytes:
        """A conversation as a Word document."""
        return to_word([read_answer(one) for one in _answers(values)])

    def feedback(self, values: Plain) -> Plain:
        """Keep what a reader says of an answer."""
        line = read_feedback_form(values)
        ids = [self._meant(written) for written in line["article_ids"]]
        self._library.add_feedback({**line, "article_ids": ids})
        return {"said": say("Thank you; this is kept in the library.", "谢谢，已保存在文章库中。")}

    def _meant(self, written: str) -> str:
        """The id of an article that a reader named by its title; what he wrote where it may mean several."""
        try:
            return self._library.id_named(written)
        except ArticleError:
            return written

    def remove(self, values: Plain) -> Plain:
        """Take an article out of the library."""
        article_id = read_text("id", values.get("id"))
        if self._library.article(article_id) is None:
            raise _gone(article_id)
        self._remove([article_id], self._library.where)
        self._library.catch_up()
        return {"said": say("Removed.", "已移除。")}

    def job(self, job: Job | None) -> dict[str, Any]:
        """How far an upload is, and at its end the report."""
        if job is None:
            return {
                "state": State.FAILED,
                "problem": say("This upload is unknown.", "未知的上传。"),
            }
        values: dict[str, Any] = {"id": job.id, "name": job.name, "state": job.state}
        values |= {"done": job.done, "total": job.total, "said": _said(job)}
        if job.error is not None:
            values["problem"] = say_message(job.error.message)
        if job.summary is not None:
            values["html"] = report_html(job.summary, self._cleaned(job.new))
        return values

    def changed(self) -> None:
        """The library has changed: make its starters, so that nobody waits for them."""
        self._made_starters()

    def _made_starters(self) -> Sequence[str]:
        with self._making:
            self._starters = self._make_starters()
        return self._starters

    def _cleaned(self, ids: Sequence[str]) -> Cleaned:
        rules: Counter[str] = Counter()
        for one in ids[:_MOST_CLEANED]:
            rules.update({change.rule for change in self._library.changes(one)})
        headings: list[Heading] = []
        if ids:
            first = Filters(article_ids=ids[:_HEADINGS_OF_A_JOB])
            headings = self._library.headings(_HEADINGS_OF_A_JOB, filters=first)
        return Cleaned(rules, headings)


def _rendered(values: Any) -> Plain:
    try:
        return done_part(read_answer(values))
    except JuwenError as error:
        message = say_message(error.message)
        return {"state": "failed", "slots": {"answer": fill("problem", message=message)}}


def _answers(values: Plain) -> list[Any]:
    found = values.get("answers")
    return found[:_MOST_ANSWERS] if isinstance(found, list) else []


def _said(job: Job) -> str:
    match job.state:
        case State.WAITING:
            return say("waiting", "排队中")
        case State.READING:
            return say("reading", "读取中") + (f" {job.done}" if job.done else "")
        case State.INDEXING:
            return say("indexing", "索引中") + f" {job.done}/{job.total}"
        case State.DONE:
            return say("done", "完成")
        case State.FAILED:
            return say("not taken", "未能收入")


def _filters(values: Plain) -> Filters:
    return read_filters({**values, "from_question": False})


def _texts(values: Plain, name: str, most: int) -> list[str]:
    found = values.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise wrong_value(name, found, "a list of texts", "文本列表")
    return found[:most]


def _gone(article_id: str) -> ArticleError:
    return ArticleError(
        f"the article {article_id!r} is not in the library any more; ask again",
        f"文章 {article_id!r} 已不在文章库中；请重新提问",
    )
