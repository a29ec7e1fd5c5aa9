"""One question with its answer, as HTML. Pure functions; nothing here knows of a server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from index.records import Kind
from index.text.language import Language
from rag.events import QuestionRead
from rag.extractive.refusal import in_words
from rag.records import (
    EXTRACTIVE,
    Answer,
    AnswerSentence,
    AppliedFilters,
    Certainty,
    Citation,
    Evidence,
    Nearest,
    QuestionKind,
    Refusal,
    Support,
)
from rag.retrieval.find import WIDE
from ui.chat.markup import fill
from ui.language import say
from ui.show import (
    copies_name,
    foreign_language,
    kind_name,
    language_name,
    notices_of,
    question_kind_name,
    recognised_name,
)

MOST_FOUND = 5
"""Articles that are shown while there is no answer yet; afterwards all are a click away."""

_LONGEST_SNIPPET = 110


class Limit(StrEnum):
    """What was understood of a question and can be taken back."""

    DATES = "dates"
    ACCOUNTS = "accounts"
    LANGUAGES = "languages"
    ARTICLES = "articles"
    STANDALONE = "standalone"
    KIND = "kind"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood; ``limit`` is what its cross takes back."""

    name: str
    value: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Source:
    """An article that the answer uses, with the citations of it, in the order of their markers."""

    citations: tuple[Citation, ...]

    @property
    def first(self) -> Citation:
        return self.citations[0]


@dataclass(frozen=True, slots=True)
class Label:
    """What a mark behind a sentence is: its shape, its name, and what it means."""

    sign: str
    name: str
    meaning: str


_UNMARKED = WIDE | {QuestionKind.CONVERSATION}
"""Kinds whose sentences do not answer one by one."""

_SIGNS = {Support.SUPPORTED: "✓", Support.PARTIAL: "◐", Support.UNVERIFIED: "?"}


def label(sentence: AnswerSentence, answer: Answer | None = None) -> Label | None:
    """The mark behind a sentence; none where what leads up to it says that it is only near.

    Args:
        answer: What it stands in; ``None`` while that forms.
    """
    support = sentence.support
    if answer is None:
        # An article's own may lose its mark in the end, or mean another thing by it; only what a
        # chat model wrote has a reason.
        shown = bool(sentence.reason) or support is Support.SUPPORTED
    else:
        shown = answer.certainty is not Certainty.NEAREST
    quoted = answer is not None and answer.answerer == EXTRACTIVE
    unmarked = answer is not None and (not sentence.markers or answer.kind in _UNMARKED)
    if not shown or (quoted and unmarked):
        return None
    name, meaning = _directness(support) if quoted else _borne_out(support)
    return Label(_SIGNS[support], name, sentence.reason or meaning)


def _borne_out(support: Support) -> tuple[str, str]:
    """How far a sentence is carried by the words it cites: in a word, and in a sentence."""
    return {
        Support.SUPPORTED: (
            say("supported", "支持"),
            say("The cited words carry this sentence.", "所引原文支持这句话。"),
        ),
        Support.PARTIAL: (
            say("partial", "部分"),
            say(
                "The cited words carry only part of this sentence.",
                "所引原文只支持这句话的一部分。",
            ),
        ),
        Support.UNVERIFIED: (
            say("unverified", "未证实"),
            say("No cited words carry this sentence.", "没有原文能证实这句话。"),
        ),
    }[support]


def _directness(support: Support) -> tuple[str, str]:
    """How directly a sentence answers that is an article's own: in a word, and in a sentence."""
    return {
        Support.SUPPORTED: (
            say("answers", "回答"),
            say("This sentence answers the question.", "这句话回答了问题。"),
        ),
        Support.PARTIAL: (
            say("probably", "很可能"),
            say("This sentence probably answers the question.", "这句话很可能回答了问题。"),
        ),
        Support.UNVERIFIED: (
            say("near", "相近"),
            say("This sentence is only near to the question.", "这句话只是与问题相近。"),
        ),
    }[support]


def understood_html(question: str, read: QuestionRead) -> str:
    """The chips of what was understood."""
    return fill("understood", chips=chips(question, read))


def chips(question: str, read: QuestionRead) -> list[Chip]:
    """What was understood of a question beyond its words."""
    limits = read.filters
    found: list[Chip] = []
    searched_as = _is_completed(read.respelled or question, read.standalone_question)
    if searched_as and read.kind not in WIDE:
        found.append(
            Chip(say("Searched as", "检索问题"), read.standalone_question, Limit.STANDALONE)
        )
    if read.respelled:
        found.append(Chip(say("Searched for", "按此查找"), read.respelled, Limit.SPELLING))
    if limits.date_from or limits.date_to:
        found.append(Chip(say("Published", "发布时间"), _period(limits), Limit.DATES))
    if limits.accounts:
        found.append(
            Chip(say("Account", "公众号"), say(", ", "、").join(limits.accounts), Limit.ACCOUNTS)
        )
    if limits.languages:
        named = say(", ", "、").join(map(language_name, limits.languages))
        found.append(Chip(say("Articles in", "文章语言"), named, Limit.LANGUAGES))
    if read.kind is not QuestionKind.FACT:
        found.insert(
            0, Chip(say("Answered as", "按此回答"), question_kind_name(read.kind), Limit.KIND)
        )
    if limits.article_ids:
        count = len(limits.article_ids)
        named = say(f"{count} chosen", f"已选 {count} 篇")
        found.append(Chip(say("Articles", "文章"), named, Limit.ARTICLES))
    return found


def evidence_html(evidence: Sequence[Evidence]) -> str:
    """What was found, before there is an answer: the first articles."""
    return fill("evidence", evidence=evidence[:MOST_FOUND], about=about, snippet=snippet)


def forming_html(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], draft: str
) -> str:
    """The answer so far: its checked sentences, and the words of the one that forms."""
    return fill("answer", **_sentences(sentences, citations), draft=draft)


def answer_html(answer: Answer) -> str:
    """The answer with its labels and citations, or the refusal."""
    if answer.error is not None:
        return error_html(answer.error)
    if answer.refused:
        return refusal_html(answer)
    values = _sentences(answer.sentences, answer.citations, answer)
    return fill("answer", **values, draft="")


def refusal_html(answer: Answer) -> str:
    """What the answer says, and the nearest articles, each a click away."""
    refusal = answer.refusal
    nearest = refusal.nearest if refusal and refusal.nearest else _nearest(answer.evidence)
    return fill(
        "refusal",
        answer=answer,
        lead=_refusal_lead(answer),
        nearest=nearest,
        notices=notices_of(answer),
        about=about,
    )


def _refusal_lead(answer: Answer) -> str:
    """The answer's own words, without the nearest articles, which stand under them."""
    if not answer.evidence:  # a greeting, thanks: the articles have nothing to do with it
        return answer.answer
    return in_words(answer.question, replace(answer.refusal or Refusal(), nearest=()))


def error_html(message: str) -> str:
    """Why a question could not be asked."""
    return fill("problem", message=message)


def sources_html(answer: Answer) -> str:
    """The articles that the answer uses; those that were also looked at, folded away."""
    used = sources(answer.citations)
    cited = {source.first.article_id for source in used}
    copies = {one.article_id: copies_name(one.copies) for one in answer.evidence if one.copies}
    others = [one for one in answer.evidence if one.article_id not in cited]
    return fill(
        "sources",
        sources=used,
        others=others,
        copies=copies,
        span_list=span_list,
        about=about,
        snippet=snippet,
        refused=answer.refused,
        seconds=answer.seconds,
    )


def sources(citations: Iterable[Citation]) -> list[Source]:
    """Citations by article, in the order of their first markers."""
    by_article: dict[str, list[Citation]] = {}
    for one in sorted(citations, key=lambda one: one.marker):
        by_article.setdefault(one.article_id, []).append(one)
    return [Source(tuple(found)) for found in by_article.values()]


def about(of: Citation | Evidence | Nearest) -> str:
    """Date, account, and what the article is, on one line."""
    parts = [of.date or say("no date", "无日期"), of.account]
    if isinstance(of, Citation) and of.source and of.source != of.account:
        parts.append(say(f"reprinted from {of.source}", f"转自 {of.source}"))
    if isinstance(of, Citation | Evidence) and of.kind is not Kind.ARTICLE:
        parts.append(kind_name(of.kind))
    if isinstance(of, Citation) and of.recognised:
        parts.append(recognised_name())
    if isinstance(of, Evidence) and of.copies:
        parts.append(copies_name(of.copies))
    return " · ".join(part for part in parts if part)


def snippet(text: str) -> str:
    """The beginning of a passage, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SNIPPET else f"{line[:_LONGEST_SNIPPET]}…"


def span_list(one: Citation) -> str:
    """The deciding spans of a citation as a link carries them: ``"120-123,130-134"``."""
    return ",".join(f"{mark.start}-{mark.end}" for mark in one.marks)


def _sentences(
    sentences: Sequence[AnswerSentence],
    citations: Sequence[Citation],
    answer: Answer | None = None,
) -> dict[str, object]:
    by_marker = {one.marker: one for one in citations}
    short = answer.short if answer else None
    marked = [
        (
            one,
            [by_marker[marker] for marker in one.markers if marker in by_marker],
            label(one, answer),
        )
        for one in sentences
    ]
    grouped = groupby(marked, key=lambda each: each[0].heading)
    parts = [(heading, list(some)) for heading, some in grouped]
    kind = answer.kind if answer else QuestionKind.FACT
    return {
        "parts": parts,
        "table": kind is QuestionKind.COMPARISON and all(heading for heading, _ in parts),
        "over": kind in _UNMARKED - {QuestionKind.LIBRARY},
        "short": short,
        "short_cited": by_marker.get(short.marker) if short else None,
        "answer": answer,
        "extractive": EXTRACTIVE,
        "foreign": _foreign(answer) if answer else None,
        "notices": notices_of(answer) if answer else (),
        "about": about,
        "span_list": span_list,
    }


@dataclass(frozen=True, slots=True)
class _Foreign:
    """What is said below sentences in another language than the question's.

    Attributes:
        said: That they are.
        written: What has the chat model answer, where one is connected.
        otherwise: What can be done where none is.
    """

    said: str
    written: str
    otherwise: str


def _foreign(answer: Answer) -> _Foreign | None:
    other = foreign_language(answer)
    if other is None:
        return None
    if other is Language.CHINESE:
        return _Foreign(
            say("These are the articles' own words, in Chinese.", "以上是文章原文（中文）。"),
            say("Have the chat model answer in English", "请对话模型用英文作答"),
            say(
                "A chat model would answer in English; without one, your browser can translate "
                "this page.",
                "连接对话模型后可用英文作答；否则可用浏览器翻译本页。",
            ),
        )
    return _Foreign(
        say("These are the articles' own words, in English.", "以上是文章原文（英文）。"),
        say("Have the chat model answer in Chinese", "请对话模型用中文作答"),
        say(
            "A chat model would answer in Chinese; without one, your browser can translate this page.",
            "连接对话模型后可用中文作答；否则可用浏览器翻译本页。",
        ),
    )


def _nearest(evidence: Sequence[Evidence]) -> tuple[Nearest, ...]:
    return tuple(Nearest(one.article_id, one.title, one.date, one.account) for one in evidence[:3])


def _is_completed(question: str, standalone: str) -> bool:
    """Whether the question was searched with words of the conversation, not only without some of
    its own: those that say which articles to look in are cut out."""
    own = iter(question)
    return not all(char in own for char in standalone)


def _period(limits: AppliedFilters) -> str:
    first, last = limits.date_from, limits.date_to
    if first == last and first:
        return first
    if first and last:
        return f"{first} – {last}"
    return say(f"since {first}", f"{first} 起") if first else say(f"until {last}", f"至 {last}")
