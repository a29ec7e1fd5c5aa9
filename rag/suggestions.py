"""Questions that a library answers, made from its own sentences without a chat model.

A sentence with a number, a day, a place or a motto in it is turned into the question for it:
``东岸大桥将于6月28日通车。`` into ``东岸大桥将于哪天通车？``. Each question is then asked, and kept only if
the answer cites those very words. Whoever asks has not read the article: a question that does not
name what it is about (``博览会吸引了多少家企业？``) is not one of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.library.library import Library
from index.records import Article, Kind
from index.text.language import Language
from index.text.rules import load_rules
from index.text.sentences import split_sentences
from index.text.terms import content_terms
from rag.assistant import Assistant
from rag.records import EXTRACTIVE, Certainty, Filters

STARTERS = "starters.json"
"""The file in the library's folder that keeps them, with the generation that they were made from."""

MOST = 6

_MOST_FURTHER = 3
_FURTHER_TRIED = 6

_VERSION = 2
"""Raised when other questions would be made of the same articles."""
_ARTICLES_TRIED = 400
_QUESTIONS_TRIED = 40
"""In each language. Each is asked: this bounds how long it takes."""

_SENTENCES_TRIED = 12
_TRIED_OF_AN_ARTICLE = 4
_TERMS_SHARED = 2
_SHORTEST_SUBJECT, _LONGEST_QUESTION = 4, 42
_LONGEST_ENGLISH = 110
_NAMED_BY = 4
"""Characters with which a question begins that stand in the title: it names what the article does."""

_KINDS = 3
"""So many kinds of question are wanted, as far as there are."""

_ALIKE = 8
"""Two questions that begin with so many characters alike are about the same."""

_CHINESE = load_rules("rag", "zh/suggestions")
_ENGLISH = load_rules("rag", "en/suggestions")
_PATTERNS = {name: _CHINESE.regex(name) for name in _CHINESE}
_ENGLISH_PATTERNS = {name: _ENGLISH.regex(name) for name in _ENGLISH}
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·]+")


class Asks(StrEnum):
    """What a question asks for."""

    MOTTO = "motto"
    PLACE = "place"
    DAY = "day"
    NUMBER = "number"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with the words that its answer must hold."""

    question: str
    answer: str
    article_id: str
    asks: Asks


def starters(
    assistant: Assistant, most: int = MOST, before_each: Callable[[], None] = lambda: None
) -> list[str]:
    """Questions to begin with; those of an unchanged library are read from its folder.

    Args:
        before_each: Called before each article is tried; other work can go first by it.
    """
    manifest = assistant.library.manifest()
    generation = f"{manifest.identity} {manifest.generation}"
    kept = _read(assistant.library.note(STARTERS), generation)
    if kept is None:
        kept = make_starters(assistant, before_each=before_each)
        assistant.library.keep_note(STARTERS, _written(generation, kept))
    return kept[:most]


def make_starters(
    assistant: Assistant, most: int = MOST, before_each: Callable[[], None] = lambda: None
) -> list[str]:
    """Questions that the library answers, of its newest articles, at most one an article.

    They ask for different things where the articles let them.
    """
    library = assistant.library
    chinese, english = _Chosen(most), _Chosen(most)
    for heading in library.headings(_ARTICLES_TRIED):
        article = library.article(heading.article_id)
        if article is None or article.kind is not Kind.ARTICLE:
            continue
        chosen = english if article.language == Language.ENGLISH else chinese
        if not chosen.is_full:
            before_each()
            chosen.add(assistant, candidates(article))
    half = english.questions[: most // 2]
    return [*chinese.questions[: most - len(half)], *half]


class _Chosen:
    """Questions in one language, as different as they can be had."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tried = 0
        self._first: list[Candidate] = []
        self._more_of_a_kind: list[Candidate] = []

    @property
    def is_full(self) -> bool:
        return len(self._first) >= self._most or self._tried >= _QUESTIONS_TRIED

    @property
    def questions(self) -> list[str]:
        return [one.question for one in (*self._first, *self._more_of_a_kind)][: self._most]

    def add(self, assistant: Assistant, questions: Sequence[Candidate]) -> None:
        """Take one of an article's questions that is answered and like none of those taken.

        What has seldom been asked for is tried first.
        """
        known = {one.question[:_ALIKE] for one in (*self._first, *self._more_of_a_kind)}
        new = [one for one in questions if one.question[:_ALIKE] not in known]
        new = sorted(new, key=lambda one: self._times(one.asks))[:_TRIED_OF_AN_ARTICLE]
        self._tried += len(new)
        one = next(answered(assistant, new), None)
        if one is not None:
            enough = self._times(one.asks) >= max(1, self._most // _KINDS)
            (self._more_of_a_kind if enough else self._first).append(one)

    def _times(self, asks: Asks) -> int:
        return sum(one.asks is asks for one in self._first)


def candidates(article: Article) -> list[Candidate]:
    """Questions that the article's own sentences suggest.

    >>> text = "东岸大桥将于6月28日通车。大桥总投资18.6亿元。"
    >>> [one.question for one in candidates(Article("a", "", "", None, "", text, "", "zh"))]
    ['东岸大桥将于哪天通车？', '大桥总投资多少元？']
    """
    make = _english if article.language == Language.ENGLISH else _chinese
    spans = split_sentences(article.text)[:_SENTENCES_TRIED]
    found = [
        Candidate(question, answer, article.article_id, asks)
        for span in spans
        for asks, question, answer in make(" ".join(span.of(article.text).split()), article.title)
        if _shared(question, article.title)
    ]
    if article.language == Language.ENGLISH and (
        named := _ENGLISH_PATTERNS["named_in_title"].match(article.title)
    ):
        question = f"What is reported about {named[1]}?"
        found.append(Candidate(question, "", article.article_id, Asks.NEWS))
    return found


def further(
    library: Library,
    article_ids: Iterable[str],
    asked: Collection[str],
    said: str,
    is_answered: Callable[[Candidate], bool],
) -> list[str]:
    """Questions to go on with after an answer, at most three, one an article, in their order.

    Args:
        article_ids: Those that the answer cites, then those that were near.
        asked: Questions of the conversation, which are not asked again.
        said: The answer: what it has told is not asked for.
        is_answered: Tries a question; called six times at most.
    """
    found: list[str] = []
    tries = _FURTHER_TRIED
    for article_id in article_ids:
        article = library.article(article_id)
        for one in candidates(article) if article else ():
            if one.question in (*asked, *found) or (one.answer and one.answer in said):
                continue
            if not tries or len(found) == _MOST_FURTHER:
                return found
            tries -= 1
            if is_answered(one):
                found.append(one.question)
                break
    return found


def answered(assistant: Assistant, questions: Sequence[Candidate]) -> Iterator[Candidate]:
    """Those of the questions that are answered directly, citing the very words they were made from.

    The articles' own sentences answer, also where the assistant has a chat model.
    """
    for one in questions:
        whole = Filters(from_question=False)
        answer = assistant.ask(one.question, filters=whole, answerer=EXTRACTIVE)
        direct = answer.certainty is Certainty.DIRECT
        first = answer.citations[0] if direct and answer.citations else None
        if first and first.article_id == one.article_id and one.answer in first.quote:
            yield one


def _shared(question: str, title: str) -> bool:
    """Whether a question is about what its article is about, as far as the title says."""
    if not title:
        return True
    terms = set(content_terms(title))
    return sum(term in terms for term in set(content_terms(question))) >= _TERMS_SHARED


_Made = tuple[Asks, str, str]
"""What a question asks for, the question, and the words that answer it."""


def _chinese(sentence: str, title: str) -> Iterator[_Made]:
    for made in (*_of_event(sentence), *_of_number(sentence)):
        if len(made[1]) <= _LONGEST_QUESTION and _is_named(made[1], title):
            yield made


def _of_event(sentence: str) -> Iterator[_Made]:
    """What something is about that takes place, where it does, and when."""
    if (motto := _PATTERNS["event_with_motto"].search(sentence)) and not _PATTERNS[
        "no_name"
    ].search(motto["name"]):
        yield Asks.MOTTO, f"{_bare(motto['name'])}的主题是什么？", motto["motto"]
    event = _PATTERNS["dated_event"].match(sentence.rstrip("。！"))
    if event is None or _PATTERNS["no_name"].search(event["name"]):
        return
    name, verb = _bare(event["name"]), event["verb"]
    if event["place"]:
        yield Asks.PLACE, f"{name}在哪里{verb}？", event["place"]
    yield Asks.DAY, f"{name}是哪天{verb}的？", event["day"]


def _bare(name: str) -> str:
    return _PATTERNS["aside"].sub("", name).strip()


def _is_named(question: str, title: str) -> bool:
    """Whether a question says what it is about: a reader has no article at hand."""
    begins = question.lstrip("“《")[:_NAMED_BY]
    return not title or begins in title or bool(_PATTERNS["numbered_event"].match(question))


def _of_number(sentence: str) -> Iterator[_Made]:
    """On which day something is, or how many there are."""
    clause = re.split(r"[，,；;。！？!?：:（(]", sentence)[0]
    for name, asks, asked in (("day", Asks.DAY, "哪天"), ("counted", Asks.NUMBER, "")):
        match = _PATTERNS[name].search(clause)
        if match is None or _PATTERNS["leaning"].search(clause):
            continue
        before, after = _PATTERNS["roughly"].sub("", clause[: match.start()]), clause[match.end() :]
        subject = "".join(_WORDS.findall(before))
        question = f"{before}{asked or '多少' + match['unit']}{after}？"
        alone = len(subject) >= _SHORTEST_SUBJECT and not re.search(r"[\d等]$", before)
        alone = alone and not _PATTERNS["total"].search(before)
        bounded = (
            _PATTERNS["bound"].search(after)
            or _PATTERNS["counted"].search(after)
            or not _PATTERNS["goes_on_well"].search(after)
        )
        if alone and not bounded:
            yield asks, question, match[0]
            return


def _english(sentence: str, _: str) -> Iterator[_Made]:
    if match := _ENGLISH_PATTERNS["dated"].search(sentence):
        subject = match["subject"]
        subject = (
            subject[0].lower() + subject[1:] if subject.startswith(("The ", "A ")) else subject
        )
        question = f"When {match['aux']} {subject} {match['rest']}?"
        if len(question) <= _LONGEST_ENGLISH:
            yield Asks.DAY, question, match["day"]
    elif match := _ENGLISH_PATTERNS["event"].search(sentence):
        subject = match["subject"][0].lower() + match["subject"][1:]
        did = f"did {subject} {_ENGLISH.table('past')[match['verb']]}?"
        if match["place"]:
            yield Asks.PLACE, f"Where {did}", match["place"]
        if match["day"]:
            yield Asks.DAY, f"When {did}", match["day"]
    elif match := _ENGLISH_PATTERNS["counted"].search(sentence):
        yield Asks.NUMBER, f"How many {match['rest']}?", match["number"]


def _read(note: str | None, generation: str) -> list[str] | None:
    try:
        kept = json.loads(note or "")
        if kept["version"] == _VERSION and kept["generation"] == generation:
            return [str(question) for question in kept["questions"]]
    except (ValueError, KeyError, TypeError):
        pass
    return None


def _written(generation: str, questions: Sequence[str]) -> str:
    values = {"version": _VERSION, "generation": generation, "questions": list(questions)}
    return json.dumps(values, ensure_ascii=False)
