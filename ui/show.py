"""Answers, summaries and libraries as text for a terminal. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.database.database import Manifest
from index.library.library import LibraryCounts
from index.records import Kind, Summary
from index.text.language import Language, detect_language
from rag.records import (
    EXTRACTIVE,
    LED,
    UNTRANSLATED,
    Answer,
    AnswerSentence,
    Citation,
    Notice,
    QuestionKind,
    Support,
)
from ui.language import say

_ROWS = 3
"""So many sentences under one heading stand on lines of their own, as the rows of a table."""

_OTHERS = {Language.CHINESE: Language.ENGLISH, Language.ENGLISH: Language.CHINESE}


def show_answer(answer: Answer) -> str:
    """The answer, then each cited article, with the words that a sentence rests on where it is not
    these words itself."""
    lines = _said(answer)
    if notices := notices_of(answer):
        lines += ["", *(_one_line(one.text) for one in notices)]
    if answer.as_of:
        lines += ["", say(f"As of {answer.as_of}.", f"截至 {answer.as_of}。")]
    lines += _foreign(answer)
    for source in _by_article(answer.citations):
        lines += ["", *_source(source, said=_one_line(answer.said))]
    return printable("\n".join(lines))


def _by_article(citations: Iterable[Citation]) -> list[list[Citation]]:
    """The citations of each article, in the order of their first markers."""
    found: dict[str, list[Citation]] = {}
    for one in citations:
        found.setdefault(one.article_id, []).append(one)
    return list(found.values())


def _source(citations: Sequence[Citation], said: str) -> list[str]:
    """An article with its markers, the words that it is cited for where ``said`` has them not
    already, and its address."""
    first = citations[0]
    reprint = _reprint(first.source, first.account)
    recognised = recognised_name() if first.recognised else ""
    about = " · ".join(filter(None, (first.date, first.account, reprint, recognised)))
    markers = " ".join(f"[{one.marker}]" for one in citations)
    heading = _one_line(f"{markers} {first.title or first.article_id}")
    lines = [heading + (f"  ({_one_line(about)})" if about else "")]
    for one in citations:
        quote = _one_line(one.quote)
        if quote not in said:
            lines.append(f"    {f'[{one.marker}] ' if len(citations) > 1 else ''}“{quote}”")
    if first.url:
        lines.append(f"    {_one_line(first.url)}")
    return lines


def _said(answer: Answer) -> list[str]:
    """The very words or what leads up to the sentences, then these and what is doubtful of them."""
    if answer.refused:
        return _refusal(answer)
    if answer.certainty in LED:
        return [answer.lead, answer.said]
    short = [_one_line(answer.short.text), ""] if answer.short else []
    said = [answer.said]
    if answer.kind is QuestionKind.CONVERSATION and answer.sentences:  # each about another thing
        said = [_marked(one) for one in answer.sentences]
    elif any(heading and len(some) >= _ROWS for heading, some in answer.parts()):
        said = [line for heading, some in answer.parts() for line in _lines(heading, some)]
    return [*short, *said, *(_doubt(s) for s in answer.sentences if s.reason)]


def _lines(heading: str, sentences: Sequence[AnswerSentence]) -> list[str]:
    """A heading, and each sentence under it, on lines of their own."""
    return [*filter(None, [_one_line(heading)]), *map(_marked, sentences)]


def _marked(sentence: AnswerSentence) -> str:
    return " ".join([_one_line(sentence.text), *(f"[{one}]" for one in sentence.markers)])


def foreign_language(answer: Answer) -> Language | None:
    """The language of an answer in which every sentence is an article's own, in another language than
    the question."""
    own = {detect_language(one.text) for one in answer.sentences if one.markers}
    asked = detect_language(answer.question)
    other = _OTHERS.get(asked)
    foreign = answer.answerer == EXTRACTIVE and asked not in own and other in own
    return other if foreign else None


def notices_of(answer: Answer) -> list[Notice]:
    """The notices, without that of the sentences' language where more is said of it."""
    other = foreign_language(answer)
    # Answers that were kept before there were notices one by one have only the whole.
    notices = answer.notices or (Notice(answer.notice),)
    left_out = UNTRANSLATED[other] if other else ""
    told = [replace(one, text=one.text.replace(left_out, "").strip()) for one in notices]
    return [one for one in told if one.text]


def _foreign(answer: Answer) -> list[str]:
    """What a reader can do with sentences in a language that may not be his."""
    other = foreign_language(answer)
    if other is None:
        return []
    own, its = language_name(_OTHERS[other]), language_name(other)
    said = say(
        f"These are the articles' own words, in {its}; a chat model, chosen with 'juwen model', "
        f"answers in {own}.",
        f"以上是文章原文（{its}）；用 juwen model 选择对话模型后，可用{own}作答。",
    )
    return ["", said]


def question_kind_name(kind: QuestionKind) -> str:
    """What a question was taken for, for people."""
    return {
        QuestionKind.FACT: say("one question", "单个问题"),
        QuestionKind.LIST: say("a list", "列举"),
        QuestionKind.OVERVIEW: say("an overview", "综述"),
        QuestionKind.COMPARISON: say("a comparison", "对比"),
        QuestionKind.COURSE: say("a course of events", "经过"),
        QuestionKind.SEVERAL: say("several questions", "多个问题"),
        QuestionKind.LIBRARY: say("a question about the library", "文章库情况"),
        QuestionKind.CONVERSATION: say("a word on the conversation", "对话"),
        QuestionKind.SMALL_TALK: say("small talk", "寒暄"),
        QuestionKind.NOTHING: say("no question", "未成问题"),
    }[kind]


def _refusal(answer: Answer) -> list[str]:
    """What is missing, and the nearest sentence on a line of its own."""
    nearest = answer.refusal.nearest if answer.refusal else ()
    sentence = _one_line(nearest[0].sentence) if nearest else ""
    if not sentence:
        return [answer.answer]
    quote = f"“{sentence}”"
    return [answer.answer.removesuffix(quote).rstrip(), f"    {quote}"]


def _doubt(sentence: AnswerSentence) -> str:
    """What the articles do not carry of a sentence."""
    label = {
        Support.SUPPORTED: say("supported", "有据"),
        Support.PARTIAL: say("partly supported", "部分有据"),
        Support.UNVERIFIED: say("unverified", "未证实"),
    }[sentence.support]
    return f"  ({label}) {_one_line(f'{sentence.text} — {sentence.reason}')}"


def _one_line(text: str) -> str:
    # An article must not be able to write a line of its own among the citations.
    return " ".join(text.split())


def _reprint(source: str, account: str) -> str:
    return say(f"reprinted from {source}", f"转自 {source}") if source and source != account else ""


def printable(text: str) -> str:
    """``text`` without characters that would steer the terminal: articles are data."""
    return "".join(char for char in text if char == "\n" or char.isprintable())


def language_name(language: str) -> str:
    """A language, as it is called in a message."""
    names: dict[str, str] = {
        Language.CHINESE: say("Chinese", "中文"),
        Language.ENGLISH: say("English", "英文"),
    }
    return names.get(language, say("another language", "其他语言"))


def kind_name(kind: Kind) -> str:
    """What an article is among the others, in words."""
    return {
        Kind.ARTICLE: say("article", "文章"),
        Kind.IMAGE_ONLY: say("image-only", "图片文章"),
        Kind.DIGEST: say("digest", "摘编"),
        Kind.REPRINT: say("reprint", "转载"),
    }[kind]


def recognised_name() -> str:
    """That a text was recognised from a picture, in words."""
    return say("recognised from a picture", "由图片识别")


def copies_name(count: int) -> str:
    """How many articles of the library copy one, in words."""
    return say(f"{count} more {'copy' if count == 1 else 'copies'}", f"另有 {count} 篇转载")


def show_summary(summary: Summary) -> str:
    """What an indexing run did, in two lines or, where it read files of several kinds, in three."""
    s = summary
    kinds = [f"{count} {suffix}" for suffix, count in s.files.items()]
    named = (", ".join(kinds), "、".join(kinds))
    files = say(f"files: {named[0]}\n", f"文件：{named[1]}\n") if len(kinds) > 1 else ""
    removed = say(f", {s.removed} removed", f"，移除 {s.removed}") if s.removed else ""
    return files + say(
        f"articles: {s.read} read, {s.added} added, {s.changed} changed, {s.unchanged} unchanged, "
        f"{s.repeated} repeated, {s.empty} without text (found by title), {s.failed} failed{removed}\n"
        f"chunks: {s.chunks} new, {s.embedded} embedded; {s.seconds:.1f} s",
        f"文章：读取 {s.read}，新增 {s.added}，更新 {s.changed}，未变 {s.unchanged}，"
        f"重复 {s.repeated}，无正文（按标题可查）{s.empty}，失败 {s.failed}{removed}\n"
        f"分块：新增 {s.chunks}，嵌入 {s.embedded}；用时 {s.seconds:.1f} 秒",
    )


def show_removal(summary: Summary) -> str:
    """What a removal did, in one line."""
    s = summary
    return say(
        f"{s.removed} articles removed; {s.embedded} passages of others embedded anew; {s.seconds:.1f} s",
        f"已移除 {s.removed} 篇文章；因此重新嵌入其他文章的 {s.embedded} 个分块；用时 {s.seconds:.1f} 秒",
    )


def show_size(size: int) -> str:
    """A number of bytes for people.

    >>> show_size(1_234_567)
    '1.2 MB'
    """
    for unit, one in (("GB", 10**9), ("MB", 10**6)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size / 1000:.1f} kB"


def show_library(folder: str, manifest: Manifest, counts: LibraryCounts) -> str:
    """What is in a library, with which model, made when."""
    dates = f"{counts.first_date} – {counts.last_date}" if counts.first_date else "–"
    accounts = ", ".join(f"{name or '–'} ({n})" for name, n in counts.accounts.items())
    languages = ", ".join(f"{name} ({n})" for name, n in counts.languages.items())
    kinds = ", ".join(f"{kind_name(Kind(kind))} ({n})" for kind, n in counts.kinds.items())
    rows = [
        (say("library", "文章库"), folder),
        (
            say("articles", "文章"),
            f"{counts.articles} ({say('without text', '无正文')}: {counts.empty})",
        ),
        (say("kinds", "类型"), kinds or "–"),
        (
            say("chunks", "分块"),
            f"{counts.chunks} ({say('tokens at most', '每块词元上限')}: {manifest.chunk_tokens})",
        ),
        (say("dates", "日期"), dates),
        (say("accounts", "公众号"), accounts),
        (say("languages", "语言"), languages),
        (
            say("model", "向量模型"),
            f"{manifest.encoder} ({manifest.dimension}; {manifest.fingerprint[:12]})",
        ),
        (say("made", "建立"), manifest.created),
        (
            say("updated", "更新"),
            f"{manifest.updated} ({say('generation', '第')} {manifest.generation}{say('', ' 代')})",
        ),
    ]
    return printable("\n".join(f"{name}: {value}" for name, value in rows))
