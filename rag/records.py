"""What ``rag`` takes and gives: a question's history and filters, and the answer with its proof.

The JSON of an answer is an interface: fields may be added, not renamed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from index.errors import QuestionError
from index.records import Kind, Passage, Span, well_formed
from index.search import filters
from index.text.language import Language, detect_language
from rag.markdown import MarkdownForm, escape_markdown, markdown_link
from rag.plain import from_plain

EVIDENCE_ARTICLES = 10
"""How many articles deep the evidence of an answer is, where the library has them."""

EXTRACTIVE = "extractive"
"""The answerer that works without a chat model."""


class Certainty(StrEnum):
    """How sure an answer is to answer.

    ``direct`` answers; ``likely`` answers oftener than not; ``nearest`` is what the articles say that
    comes closest, where it is not certain that it answers; ``refusal`` says that nothing is near.
    """

    DIRECT = "direct"
    LIKELY = "likely"
    NEAREST = "nearest"
    REFUSAL = "refusal"


LED = {
    Certainty.LIKELY: (
        "Most likely, please check the words:",
        "最可能的答案，请对照原文：",
    ),
    Certainty.NEAREST: (
        "No direct answer was found; the nearest is:",
        "没有找到直接的回答，最接近的内容是：",
    ),
}
"""What stands before an answer's sentences where they may not answer, in English and Chinese."""


class Support(StrEnum):
    """How far the cited words carry a sentence of the answer.

    Of a sentence that a chat model wrote, how much of what it says they say, too. A sentence that
    is quoted word for word says all of it; there it tells how directly the sentence answers:
    surely, probably, or that it is only near.
    """

    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNVERIFIED = "unverified"


class QuestionKind(StrEnum):
    """What a question asks for, which decides how it is answered."""

    FACT = "fact"
    """One thing: who, when, how many, why."""
    LIST = "list"
    """All members of an enumeration."""
    OVERVIEW = "overview"
    """What the articles say on a subject, story by story."""
    COMPARISON = "comparison"
    """Two things side by side."""
    COURSE = "course"
    """How something went, in the order of time."""
    SEVERAL = "several"
    """More than one question at once."""
    LIBRARY = "library"
    """About the articles themselves: how many, from when, which."""
    CONVERSATION = "conversation"
    """About what was said before: go on, where is that from."""
    SMALL_TALK = "small_talk"
    NOTHING = "nothing"
    """No question can be made out."""


class Strictness(StrEnum):
    """How much proof an answer needs before it is given."""

    STRICT = "strict"
    BALANCED = "balanced"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation, with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Filters(filters.Filters):
    """What the answer may rest on: what limits the search, given here or said in the question.

    Attributes:
        from_question: Whether days, accounts and languages said in the question limit the search as well;
            those given here win over them.
    """

    from_question: bool = True


@dataclass(frozen=True, slots=True)
class AppliedFilters:
    """What limited the search, for a person to see and undo.

    Attributes:
        read: The words of the question that were read as limits; ``Filters(from_question=False)``
            asks without them.
        dropped: Such words where no article (of an overview, none on its subject) is within them; the search
            went on without them.
    """

    date_from: str | None = None
    date_to: str | None = None
    accounts: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with its scores against a question: what the stages hand each other.

    Attributes:
        score: Of both retrievers together (``rag.retrieval.fuse``), in standard deviations.
        cosine: Of the dense retriever alone, after centring by language.
        dense: The cosine in standard deviations from the question's cosines with all passages.
        lexical: Of the lexical retriever alone, BM25 against what the question's terms could give.
    """

    passage: Passage
    score: float
    cosine: float
    dense: float = 0.0
    lexical: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, before anything is answered from it.

    Attributes:
        question: The question as it was searched.
        filters: What limited the search.
        articles: The ranked articles, best first, each by its best passages, best first.
        topic: What an overview or a course of events is wanted of; ``""`` for nothing in particular.
    """

    question: str
    filters: AppliedFilters
    articles: tuple[tuple[RankedPassage, ...], ...]
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One article of the ranked list, by the passage of it that fits the question best.

    ``score`` is that of both retrievers together (``rag.retrieval.fuse``), comparable within one answer; ``text`` is
    the article's cleaned text from ``start`` to ``end``, ``""`` for an article that has only a title.
    ``copies`` is the number of articles of the library that reprint or sum up this one.
    """

    rank: int
    article_id: str
    score: float
    text: str
    start: int
    end: int
    title: str = ""
    date: str | None = None
    account: str = ""
    column: str = ""
    kind: Kind = Kind.ARTICLE
    url: str = ""
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence of the answer stands: ``quote`` is the cleaned text from start to end.

    ``marks`` are the spans that decide the question (the number for "how many"), in characters of
    the cleaned text like ``start`` and ``end``, and within them. ``recognised`` says that the text
    was recognised from a picture and may hold errors.
    """

    marker: int
    article_id: str
    title: str
    url: str
    date: str | None
    source: str
    quote: str
    start: int
    end: int
    account: str = ""
    column: str = ""
    kind: Kind = Kind.ARTICLE
    marks: tuple[Span, ...] = ()
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of the answer, without its markers, and the citations that carry it.

    ``reason`` says what the cited words do not carry; it is empty where they carry it all.
    ``heading`` is what stands over it where an answer has parts: the story, the day, the side of a
    comparison, the question of several; ``short`` are the very words in it that answer that part.
    """

    text: str
    markers: tuple[int, ...]
    support: Support
    reason: str = ""
    heading: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The very words that answer, and where they stand.

    Attributes:
        text: The cleaned text of the article from ``start`` to ``end``, such as ``"10月30日"``.
        marker: The citation whose quote holds it.
    """

    text: str
    marker: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article that a refusal names as near to the question, and what it lacks.

    Attributes:
        sentence: The sentence of it that comes nearest, word for word; ``""`` where none is near.
    """

    article_id: str
    title: str
    date: str | None
    account: str = ""
    lacks: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a reader has to know of how an answer came about.

    Attributes:
        warns: Whether it is a reason to trust the answer less (articles that disagree, a limit that was
            not kept, a model that failed); else it tells what is shown, such as how many articles there
            are of which these are some.
    """

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer: what was looked for, and what came nearest.

    Attributes:
        looked_for: The words of the question that the search went by.
        missing: The names in the question that none of the nearest articles names.
    """

    looked_for: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a chat model counted for an answer; ``cost`` in US dollars where it is known."""

    input_tokens: int
    output_tokens: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Seconds:
    """Time taken, by stage."""

    retrieve: float = 0.0
    answer: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, every sentence with its proof, or a refusal.

    Attributes:
        id: The question's id in a batch.
        standalone_question: The question as it was searched.
        answer: The sentences with their markers, ``"… [1] … [2]"``; of a refusal, what is missing.
        refused: Whether this is a refusal; it then has neither sentences nor citations.
        evidence: The ranked list, at least ten articles deep where the library has them.
        error: Why a question of a batch could not be asked, ``None`` where it was.
        filters: What limited the search.
        answerer: ``extractive``, or the chat model that wrote the answer.
        notice: What the reader has to know of how the answer was made, such as that the chat model
            could not be reached and the articles' own sentences stand in for it.
        notices: The same, one by one.
        incomplete: Whether the chat model broke off in the middle.
        refusal: What a refusal rests on; ``None`` where there is an answer.
        usage: Tokens that the chat model took.
        as_of: The day of the newest article that is cited, ``YYYY-MM-DD``.
        certainty: How sure the answer is to answer; ``refusal`` exactly where ``refused``.
        short: The very words that answer; ``None`` where no words are sure, or a chat model answers.
        kind: What kind of question it was taken for, which decides how it is answered.
        respelled: The question in the words of the library that its own sound like, which were searched
            (``rag.question.spelling``); ``\"\"`` where its own were.
    """

    question: str
    standalone_question: str
    answer: str
    refused: bool
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    seconds: Seconds
    id: str | int | None = None
    error: str | None = None
    filters: AppliedFilters = AppliedFilters()
    answerer: str = EXTRACTIVE
    notice: str = ""
    incomplete: bool = False
    refusal: Refusal | None = None
    usage: Usage | None = None
    as_of: str | None = None
    certainty: Certainty = Certainty.DIRECT
    short: ShortAnswer | None = None
    kind: QuestionKind = QuestionKind.FACT
    respelled: str = ""
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        # Answers that were kept before there was a certainty have only ``refused``.
        if self.refused:
            object.__setattr__(self, "certainty", Certainty.REFUSAL)

    @property
    def lead(self) -> str:
        """What stands before sentences that may not answer, in the question's language."""
        return lead_of(self.certainty, detect_language(self.respelled or self.question))

    @property
    def said(self) -> str:
        """``answer`` without its ``lead``."""
        return self.answer.removeprefix(self.lead).strip()

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain lists, strings and numbers, in the documented order."""
        plain: dict[str, Any] = json.loads(json.dumps(self._ordered()))
        return plain

    def to_json(self, *, indent: int | None = None) -> str:
        """``to_dict`` as JSON, with Chinese as it is; always text that UTF-8 can spell."""
        return well_formed(json.dumps(self._ordered(), ensure_ascii=False, indent=indent))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Answer:
        """The answer of which ``to_dict`` gave ``values``, now or in an earlier version.

        Fields that this version does not know are left alone.

        Raises:
            ValueError: a field is missing or of another type.
        """
        answer: Answer = from_plain(cls, values)
        return answer

    def to_markdown(self) -> str:
        """The answer with footnotes: the notice, the very words, the sentences, and under them what
        they rest on.

        What articles and models wrote is escaped; it shows as text.
        """
        notice = f"> {escape_markdown(self.notice)}" if self.notice else ""
        doubts = _doubts(self)
        body = self.markdown_body(MarkdownForm(), lambda one: doubts.get(one.support, ""))
        return "\n\n".join(part for part in (notice, body, *map(_footnote, self.citations)) if part)

    def markdown_body(self, form: MarkdownForm, doubt_of: Callable[[AnswerSentence], str]) -> str:
        """The very words that answer, what leads up to the sentences, and these.

        Args:
            doubt_of: What is said behind a sentence that is less than sure; ``""`` for nothing.
        """
        short = form.short(self.short.text, self.short.marker) if self.short else ""
        said = "\n\n".join(
            form.part(
                heading,
                [form.sentence(one.text, one.markers, doubt_of(one)) for one in sentences],
            )
            for heading, sentences in self.parts()
        )
        parts = (short, self.lead, said or form.escape(self.said))
        return "\n\n".join(part for part in parts if part)

    def parts(self) -> list[tuple[str, list[AnswerSentence]]]:
        """The sentences by their headings, in order."""
        grouped = groupby(self.sentences, key=lambda one: one.heading)
        return [(heading, list(sentences)) for heading, sentences in grouped]

    def _ordered(self) -> dict[str, Any]:
        values = asdict(self)
        order = ["id", "question", "standalone_question", "answer", "refused"]
        return {name: values[name] for name in [*order, *(n for n in values if n not in order)]}

    def with_id(self, question_id: str | int | None) -> Answer:
        return replace(self, id=question_id)


def _doubts(answer: Answer) -> Mapping[Support, str]:
    """What is said behind sentences that are less than sure; nothing where the lead says it."""
    if answer.certainty in LED:
        return {}
    if answer.answerer == EXTRACTIVE:
        return {Support.PARTIAL: "probably"}
    return {one: one.value for one in Support if one is not Support.SUPPORTED}


def _footnote(cited: Citation) -> str:
    origin = " · ".join(escape_markdown(part) for part in (cited.date, cited.source) if part)
    link = markdown_link(cited.title or cited.article_id, cited.url)
    place = f"{link} · {origin}" if origin else link
    return f"[^{cited.marker}]: {place}: “{escape_markdown(cited.quote)}”"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a batch.

    >>> Question.from_dict({"id": 7, "question": "谁？"}).question
    '谁？'
    """

    question: str
    id: str | int | None = None
    history: tuple[Turn, ...] = field(default=())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Question:
        """Read ``{"id", "question", "history"?}``; other fields are left alone.

        Raises:
            QuestionError: a field is missing or of another type.
        """
        question, question_id = values.get("question"), values.get("id")
        history = [] if values.get("history") is None else values["history"]
        if not isinstance(question, str):
            raise QuestionError(
                'the field \'question\' is missing or not text; write {"id": …, "question": "…"}',
                '缺少字段 question 或其值不是文本；请写成 {"id": …, "question": "…"}',
            )
        if not isinstance(question_id, str | int | None):
            raise QuestionError(
                "the field 'id' is neither text nor a whole number; mend it or leave it out",
                "字段 id 既不是文本也不是整数；请修正或去掉",
            )
        if not isinstance(history, list) or not all(_is_turn(turn) for turn in history):
            raise QuestionError(
                'the field \'history\' is not a list of {"question": "…", "answer": "…"}; mend it or leave it out',
                '字段 history 应为 {"question": "…", "answer": "…"} 的列表；请修正或去掉',
            )
        turns = tuple(Turn(turn["question"], turn["answer"]) for turn in history)
        return cls(question, question_id, turns)


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(k), str) for k in ("question", "answer")
    )


def citation(marker: int, passage: Passage, span: Span) -> Citation:
    """A citation of ``span`` of the passage's article."""
    article = passage.article
    return Citation(
        marker=marker,
        article_id=article.article_id,
        title=article.title,
        url=article.url,
        date=iso(article.date),
        source=article.source or article.account,
        quote=span.of(article.text),
        start=span.start,
        end=span.end,
        account=article.account,
        column=article.column,
        kind=article.kind,
        recognised=article.recognised,
    )


UNTRANSLATED: Mapping[Language, str] = {
    Language.CHINESE: "Sentences of Chinese articles are quoted as they stand.",
    Language.ENGLISH: "英文文章的句子按原文引用，未作翻译。",
}
"""The notice of sentences in this language, which is not the question's."""


def lead_of(certainty: Certainty, language: Language) -> str:
    """What stands before an answer's sentences where they may not answer; ``""`` where they do."""
    english, chinese = LED.get(certainty, ("", ""))
    return english if language is Language.ENGLISH else chinese


def has_room(article_id: str, sources: Collection[str], most_sources: int | None) -> bool:
    """Whether an article may be cited beside those of ``sources``; ``None`` for any number."""
    return most_sources is None or article_id in sources or len(sources) < most_sources


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
