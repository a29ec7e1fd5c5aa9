"""Questions that a library answers, made from its own sentences without a chat model.

A sentence with a number or a day in it is turned into the question for it: ``东岸大桥将于6月28日通车。``
into ``东岸大桥将于哪天通车？``. Each question is then asked, and kept only if the answer cites that
very sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.language import Language
from index.records import Article, Kind
from index.sentences import split_sentences
from index.terms import content_terms
from rag.assistant import Assistant
from rag.records import Filters

STARTERS = "starters.json"
"""The file in the library's folder that keeps them, with the generation that they were made from."""

MOST = 6

_VERSION = 1
"""Raised when other questions would be made of the same articles."""
_ARTICLES_TRIED = 120
_SENTENCES_TRIED = 12
_TERMS_SHARED = 2
_SHORTEST_SUBJECT, _LONGEST_QUESTION = 4, 42
_LONGEST_ENGLISH = 110

_COUNTED = re.compile(
    r"(?P<number>\d[\d,.]*)(?P<scale>[十百千万亿]*)余?多?"
    r"(?P<unit>家|名|人(?!民)|台|项|个|座|所|条|场|艘|辆|架|公里|平方米|米|吨|公斤|元|倍|种|件|套|户|亩|公顷)"
)
_DAY = re.compile(r"(?:20\d\d年)?\d{1,2}月\d{1,2}日(?=[\u4e00-\u9fff])")
_LEANS = re.compile(
    r"^[从对在为将以由与和并还也再共计引推力预目前今至累]|[其它他她该此还]|^本|这|那|上述|前者|后者|同比|环比|据|截至"
    r"|记者|第\d|[“”、\s]"
)
_HAPPENS = re.compile(
    r"^(?!在)|(?:举[行办]|开[幕业园赛通馆]|召开|启动|揭[晓牌幕]|发布|[落闭]幕|亮相|投产|成立)$"
)
_ROUGHLY = re.compile(r"(?:近|超过?|约|逾|达到?)$")
_BOUNDED = re.compile(r"^(?:以[上下内]|级|左右|[至到/／—–~～-])")
_SUBJECT = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·]+")

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ENGLISH_DAY = re.compile(
    rf"^(?P<subject>(?:The|A|[A-Z])[\w' -]{{3,60}}?) (?P<aux>will|was|were|is) (?P<rest>[\w' -]{{3,70}}?),? "
    rf"(?:on|until|by|from) (?P<day>(?:{_MONTHS}) \d{{1,2}}|\d{{1,2}} (?:{_MONTHS}))"
)
_ENGLISH_COUNT = re.compile(
    r"^(?:Some |About |Around |More than |Over |Nearly |A total of )?(?P<number>\d[\d,]*) "
    r"(?P<rest>[a-z][\w' -]{2,30}s (?:took|attended|joined|have|had|were|will|are|came|visited|signed)[\w' -]{4,60}?)[.,;]"
)

_ENGLISH_NAME = re.compile(r"(?:The )?([A-Z][\w'-]+(?: [A-Z][\w'-]+)+)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with the words that its answer must hold."""

    question: str
    answer: str
    article_id: str


def starters(assistant: Assistant, most: int = MOST) -> list[str]:
    """Questions to begin with; those of an unchanged library are read from its folder."""
    generation = assistant.library.manifest().generation
    path = assistant.library.folder / STARTERS
    kept = _read(path, generation)
    if kept is None:
        kept = make_starters(assistant)
        _write(path, generation, kept)
    return kept[:most]


def make_starters(assistant: Assistant, most: int = MOST) -> list[str]:
    """Questions that the library answers, of its newest articles, at most one an article."""
    library = assistant.library
    found: dict[bool, list[str]] = {True: [], False: []}  # those of English articles, the others
    for heading in library.headings(_ARTICLES_TRIED):
        article = library.article(heading.article_id)
        if article is None or article.kind is not Kind.ARTICLE:
            continue
        questions = found[article.language == Language.ENGLISH]
        if len(questions) >= most:
            continue
        question = next(answered(assistant, candidates(article)), None)
        if question is not None and question not in questions:
            questions.append(question)
    english = found[True][: most // 2]
    return [*found[False][: most - len(english)], *english]


def candidates(article: Article) -> list[Candidate]:
    """Questions that the article's own sentences suggest.

    >>> text = "东岸大桥将于6月28日通车。大桥总投资18.6亿元。"
    >>> [one.question for one in candidates(Article("a", "", "", None, "", text, "", "zh"))]
    ['东岸大桥将于哪天通车？', '大桥总投资多少元？']
    """
    make = _english if article.language == Language.ENGLISH else _chinese
    spans = split_sentences(article.text)[:_SENTENCES_TRIED]
    found: list[Candidate] = []
    for span in spans:
        made = make(" ".join(span.of(article.text).split()))
        if made is not None and _shared(made[0], article.title):
            found.append(Candidate(made[0], made[1], article.article_id))
    if article.language == Language.ENGLISH and (named := _ENGLISH_NAME.match(article.title)):
        found.append(Candidate(f"What is reported about {named[1]}?", "", article.article_id))
    return found


def answered(assistant: Assistant, questions: Sequence[Candidate]) -> Iterator[str]:
    """Those of the questions whose answer cites the very words that they were made from."""
    for one in questions:
        answer = assistant.ask(one.question, filters=Filters(from_question=False))
        first = answer.citations[0] if answer.citations else None
        if first and first.article_id == one.article_id and one.answer in first.quote:
            yield one.question


def _shared(question: str, title: str) -> bool:
    """Whether a question is about what its article is about, as far as the title says."""
    if not title:
        return True
    terms = set(content_terms(title))
    return sum(term in terms for term in set(content_terms(question))) >= _TERMS_SHARED


def _chinese(sentence: str) -> tuple[str, str] | None:
    clause = re.split(r"[，,；;。！？!?：:（(]", sentence)[0]
    for pattern, asked in ((_DAY, "哪天"), (_COUNTED, "")):
        match = pattern.search(clause)
        if match is None or _LEANS.search(clause):
            continue
        before, after = _ROUGHLY.sub("", clause[: match.start()]), clause[match.end() :]
        subject = "".join(_SUBJECT.findall(before))
        question = f"{before}{asked or '多少' + match['unit']}{after}？"
        alone = len(subject) >= _SHORTEST_SUBJECT and not re.search(r"[\d等]$", before)
        bounded = _BOUNDED.search(after) or _COUNTED.search(after) or not _HAPPENS.search(after)
        if alone and not bounded and len(question) <= _LONGEST_QUESTION:
            return question, match[0]
    return None


def _english(sentence: str) -> tuple[str, str] | None:
    if match := _ENGLISH_DAY.search(sentence):
        subject = match["subject"]
        subject = (
            subject[0].lower() + subject[1:] if subject.startswith(("The ", "A ")) else subject
        )
        question = f"When {match['aux']} {subject} {match['rest']}?"
        return (question, match["day"]) if len(question) <= _LONGEST_ENGLISH else None
    if match := _ENGLISH_COUNT.search(sentence):
        return f"How many {match['rest']}?", match["number"]
    return None


def _read(path: Path, generation: int) -> list[str] | None:
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept["version"] == _VERSION and kept["generation"] == generation:
            return [str(question) for question in kept["questions"]]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _write(path: Path, generation: int, questions: Sequence[str]) -> None:
    values = {"version": _VERSION, "generation": generation, "questions": list(questions)}
    try:
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
        partial.replace(path)
    except OSError:  # a folder that cannot be written: they are made anew the next time
        pass
