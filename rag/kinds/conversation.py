"""What is asked of the conversation so far, and what is said where nothing can be looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from index.text.rules import load_patterns
from index.text.sentences import split_sentences
from rag.extractive.answer import Draft, join_sentences
from rag.extractive.candidates import Candidate
from rag.kinds.pieces import Piece, draft_of
from rag.kinds.points import Stated, place_meant, point_meant
from rag.question.asked import Asked
from rag.question.kind import Action, KindTeller
from rag.question.subject import subject_of
from rag.records import (
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Found,
    QuestionKind,
    Refusal,
    Seconds,
    Support,
    Turn,
    citation,
)

_RULES = load_patterns("rag.question", "catalogue")
_MORE_SENTENCES = 6


def sources_of(answer: Answer, question: str) -> Draft | None:
    """The articles that an answer rests on, or the one that is meant, each with its address."""
    cited = list(answer.citations)
    said, place = [one for one in answer.sentences if one.markers], place_meant(question)
    if place is not None and -len(said) <= place < len(said):
        cited = [one for one in cited if one.marker in said[place].markers]
    if not cited:
        return None
    articles: dict[str, list[Citation]] = {}
    for one in cited:
        articles.setdefault(one.article_id, []).append(one)
    sentences = [
        AnswerSentence(_source(some[0]), tuple(one.marker for one in some), Support.SUPPORTED)
        for some in articles.values()
    ]
    return Draft(join_sentences(sentences), tuple(sentences), tuple(cited))


def source_of(stated: Stated) -> Draft:
    """The article that tells what is meant, with its address."""
    cited = citation(1, stated.passage, stated.span)
    said = AnswerSentence(_source(cited), (cited.marker,), Support.SUPPORTED)
    return Draft(join_sentences([said]), (said,), (cited,))


def _source(cited: Citation) -> str:
    about = " · ".join(
        part for part in (cited.date, cited.source or cited.account, cited.url) if part
    )
    title = cited.title or cited.article_id
    return f"{title} ({about})" if about else title


def shortened(answer: Answer) -> Answer:
    """An answer's first sentence alone; a refusal as it is."""
    if answer.refused:
        return answer
    sentences = answer.sentences[:1]
    kept = {marker for sentence in sentences for marker in sentence.markers}
    return replace(
        answer,
        answer=" ".join(part for part in (answer.lead, join_sentences(sentences)) if part),
        sentences=sentences,
        citations=tuple(one for one in answer.citations if one.marker in kept),
        short=answer.short if answer.short and answer.short.marker in kept else None,
    )


def more_on(found: Found, best: Stated | Candidate | None) -> Draft | None:
    """The sentence that fits best and those that follow it, or the best passage where none was read."""
    passage = best.passage if best else next((hits[0].passage for hits in found.articles), None)
    if passage is None:
        return None
    article, start = passage.article, best.span.start if best else passage.span.start
    spans = [span for span in split_sentences(article.text) if span.start >= start]
    pieces = [Piece(article, span) for span in spans[:_MORE_SENTENCES]]
    return draft_of(pieces) if pieces else None


_PURPOSE = {
    True: "Good to hear from you! I answer questions from the articles in this library, with the sentences "
    "they rest on. Ask about something that they report.",
    False: "很高兴和你聊！不过我只根据文章库里的文章回答问题，并给出所依据的原句。想了解报道里的什么，直接问就行。",
}
_WELCOME = {
    True: "You are welcome. Ask on about anything that the articles report.",
    False: "不客气。还想了解文章里的什么，可以接着问。",
}
_UNCLEAR = {
    True: "It is not clear what is asked. Name a person, an event or a subject, such as “When does the … open?”",
    False: "没看出想问什么。请写出想了解的人、事或主题，例如“……什么时候开幕？”。",
}
_NOTHING_YET = {
    True: "There is no answer yet to go on from. Ask a question first.",
    False: "前面还没有可以接着说的回答。请先提一个问题。",
}
_CAN = {
    True: "I can say the last answer again, tell more of it, name its sources, or shorten it; "
    "what the articles say I quote as it stands.",
    False: "可以让我再说一遍上一个回答、展开、给出来源或缩短；引用的都是文章原句，不改写。",
}
_NO_TRANSLATION = {
    True: "Without a chat model the articles are quoted as they stand and not translated. The last answer once more:",
    False: "未接入聊天模型时只引用原文，不作翻译。上一个回答如下：",
}


def action_meant(question: str, kinds: KindTeller) -> Action:
    """What is wanted of the conversation so far: a translation where a language is named."""
    asks = _RULES["translate"].search(question)
    return Action.TRANSLATE if asks else kinds.action_of(question)


def meant_by(question: str, last: Turn) -> str:
    """The question that "more" is wanted on: the last one, with what of its answer is meant."""
    about = point_meant(question, last.answer)
    if about:
        return f"{last.question} {about}"
    own = subject_of(question)
    return f"{own} {last.question}" if own else last.question


def said_of(
    asked: Asked,
    action: Action,
    again: Callable[[], Answer],
    more: Callable[[], Draft | None],
    point: Callable[[], Stated | None],
) -> Answer:
    """What is wanted of the conversation so far.

    Args:
        again: The last answer once more.
        more: What follows where it stands.
        point: Where the point of it is told that is meant by its number, if one is.
    """
    if action is Action.MORE:
        return _answered(asked, more(), _CAN)
    if action is Action.OTHER:
        return _answered(asked, None, _CAN)
    if action is Action.SOURCE and (told := point()):
        return _answered(asked, source_of(told), _CAN)
    answer = again()
    if action is Action.SOURCE:
        return _answered(asked, sources_of(answer, asked.question), _CAN)
    if action is Action.SHORTER:
        answer = shortened(answer)
    if action is Action.TRANSLATE:
        answer = _untranslated(answer, asked)
    return replace(answer, question=asked.question, kind=asked.kind)


def _untranslated(answer: Answer, asked: Asked) -> Answer:
    """An answer behind the remark that it is not translated."""
    remark = AnswerSentence(_NO_TRANSLATION[asked.in_english], (), Support.UNVERIFIED)
    if answer.refused:
        return replace(answer, answer=f"{remark.text} {answer.answer}")
    first, *rest = answer.sentences
    lead = " ".join(part for part in (answer.lead, first.text) if part)
    sentences = (remark, replace(first, text=lead), *rest)
    return replace(
        answer,
        answer=join_sentences(sentences),
        sentences=sentences,
        certainty=Certainty.DIRECT,
        short=None,
    )


def remarked(asked: Asked) -> Answer:
    """What is said where there is nothing to look up."""
    if asked.kind is QuestionKind.CONVERSATION:
        return _answered(asked, None, _NOTHING_YET)
    if asked.kind is QuestionKind.NOTHING:
        return _answered(asked, None, _UNCLEAR)
    thanks = _RULES["thanks"].search(asked.question)
    return _answered(asked, None, _WELCOME if thanks else _PURPOSE)


def _answered(asked: Asked, draft: Draft | None, otherwise: Mapping[bool, str]) -> Answer:
    """A draft as an answer; without one a refusal in the words for English or Chinese."""
    return Answer(
        question=asked.question,
        standalone_question=asked.question,
        answer=draft.text if draft else otherwise[asked.in_english],
        refused=draft is None,
        sentences=draft.sentences if draft else (),
        citations=draft.citations if draft else (),
        evidence=(),
        seconds=Seconds(),
        refusal=None if draft else Refusal(),
        as_of=draft.as_of if draft else None,
        kind=asked.kind,
    )
