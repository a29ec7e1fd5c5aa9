"""Questions that a library answers, made from its own sentences without a chat model.

A sentence with a number, a day, a place or a motto in it is turned into the question for it:
``东岸大桥将于6月28日通车。`` into ``东岸大桥将于哪天通车？``. Each question is then asked, and kept only if
the answer cites those very words. Whoever asks has not read the article: a question that does not
name what it is about (``博览会吸引了多少家企业？``) is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from index.records import Article, Kind
from index.text.language import Language
from index.text.sentences import split_sentences
from index.text.terms import content_terms
from rag.assistant import Assistant
from rag.records import EXTRACTIVE, Certainty, Filters

STARTERS = "starters.json"
"""The file in the library's folder that keeps them, with the generation that they were made from."""

MOST = 6

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

_COUNTED = re.compile(
    r"(?P<number>\d[\d,.]*)(?P<scale>[十百千万亿]*)余?多?"
    r"(?P<unit>家|名|人(?!民)|台|项|个|座|所|条|场|艘|辆|架|公里|平方米|米|吨|公斤|元|倍|种|件|套|户|亩|公顷)"
)
_DAY = re.compile(r"(?:20\d\d年)?\d{1,2}月\d{1,2}日(?:[上下]午)?(?=[\u4e00-\u9fff])")
_LEANS = re.compile(
    r"^[从对在为将以由与和并还也再共计引推力预目前今至累]|[其它他她该此还]|^本|这|那|上述|前者|后者|同比|环比|据|截至"
    r"|记者|第\d|[“”、\s]"
)
_VERB = (
    r"(?:举[行办]|开[幕业园赛通馆工]|召开|启动|揭[晓牌幕]|发布|[落闭]幕|亮相|投产|成立|通车|启用)"
)
_HAPPENS = re.compile(rf"^(?!在)|{_VERB}$")
_ROUGHLY = re.compile(r"(?:近|超过?|约|逾|达到?)$")
_SUMMED = re.compile(r"(?:共计?|总计|合计|共有|累计)$")
_NUMBERED = re.compile(r"第[\d一二三四五六七八九十]+[届期批]")
_TAKES_PLACE = (
    r"(?P<name>[^，,。；;！？、在]{6,40}?)(?:今天|今日|日前|近日)?(?:在(?P<place>[^，,。；;、]{3,20}?))?"
    rf"(?:成功|隆重|正式|顺利|圆满|盛大|如期)*(?P<verb>{_VERB})"
)
_EVENT = re.compile(
    r"(?P<day>(?:20\d\d年)?\d{1,2}月\d{1,2}日)(?:(?:至|到)[\d月]{1,4}日)?(?:[上下]午|晚上?|起)?[，,]?"
    rf"{_TAKES_PLACE}$"
)
_MOTTO = re.compile(rf"以“(?P<motto>[^“”]{{4,30}})”为主题的?{_TAKES_PLACE}")
_ASIDE = re.compile(r"[（(].*?[）)]")
_NO_NAME = re.compile(
    r"^(?:本[次届]|[此该其这那]|以(?!色列)|由|经|据|为|向|与|对|从|将|已)|(?:主持|组织|共同|联合|宣布|将|已|于|日|[上下]午)$"
)
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

_ENGLISH_PAST = {"opened": "open", "began": "begin", "started": "start", "closed": "close"}
_ENGLISH_EVENT = re.compile(
    rf"^(?:[A-Z]{{3,}} [-–—] )?(?P<subject>(?:The|A)\b[\w' -]{{6,70}}?) (?P<verb>{'|'.join(_ENGLISH_PAST)})"
    rf"\b[^,;]*?(?: (?:at|in) (?P<place>the (?:[A-Z][\w'-]+ ?)+)\b)?[^,;]*?(?: on (?P<day>(?:{_MONTHS}) \d{{1,2}})|,|\.$)"
)
_ENGLISH_NAME = re.compile(
    r"(?:The )?([A-Z][\w'-]+(?: [A-Z][\w'-]+)+)"
    r"(?= (?:to|will|has|is|opens|closes|begins|starts|returns|launches|unveils|hosts|holds|wins|sets|draws|attracts)\b)"
)


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
    if article.language == Language.ENGLISH and (named := _ENGLISH_NAME.match(article.title)):
        question = f"What is reported about {named[1]}?"
        found.append(Candidate(question, "", article.article_id, Asks.NEWS))
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
    if (motto := _MOTTO.search(sentence)) and not _NO_NAME.search(motto["name"]):
        yield Asks.MOTTO, f"{_bare(motto['name'])}的主题是什么？", motto["motto"]
    event = _EVENT.match(sentence.rstrip("。！"))
    if event is None or _NO_NAME.search(event["name"]):
        return
    name, verb = _bare(event["name"]), event["verb"]
    if event["place"]:
        yield Asks.PLACE, f"{name}在哪里{verb}？", event["place"]
    yield Asks.DAY, f"{name}是哪天{verb}的？", event["day"]


def _bare(name: str) -> str:
    return _ASIDE.sub("", name).strip()


def _is_named(question: str, title: str) -> bool:
    """Whether a question says what it is about: a reader has no article at hand."""
    begins = question.lstrip("“《")[:_NAMED_BY]
    return not title or begins in title or bool(_NUMBERED.match(question))


def _of_number(sentence: str) -> Iterator[_Made]:
    """On which day something is, or how many there are."""
    clause = re.split(r"[，,；;。！？!?：:（(]", sentence)[0]
    for pattern, asks, asked in ((_DAY, Asks.DAY, "哪天"), (_COUNTED, Asks.NUMBER, "")):
        match = pattern.search(clause)
        if match is None or _LEANS.search(clause):
            continue
        before, after = _ROUGHLY.sub("", clause[: match.start()]), clause[match.end() :]
        subject = "".join(_SUBJECT.findall(before))
        question = f"{before}{asked or '多少' + match['unit']}{after}？"
        alone = len(subject) >= _SHORTEST_SUBJECT and not re.search(r"[\d等]$", before)
        alone = alone and not _SUMMED.search(before)
        bounded = _BOUNDED.search(after) or _COUNTED.search(after) or not _HAPPENS.search(after)
        if alone and not bounded:
            yield asks, question, match[0]
            return


def _english(sentence: str, _: str) -> Iterator[_Made]:
    if match := _ENGLISH_DAY.search(sentence):
        subject = match["subject"]
        subject = (
            subject[0].lower() + subject[1:] if subject.startswith(("The ", "A ")) else subject
        )
        question = f"When {match['aux']} {subject} {match['rest']}?"
        if len(question) <= _LONGEST_ENGLISH:
            yield Asks.DAY, question, match["day"]
    elif match := _ENGLISH_EVENT.search(sentence):
        subject = match["subject"][0].lower() + match["subject"][1:]
        did = f"did {subject} {_ENGLISH_PAST[match['verb']]}?"
        if match["place"]:
            yield Asks.PLACE, f"Where {did}", match["place"]
        if match["day"]:
            yield Asks.DAY, f"When {did}", match["day"]
    elif match := _ENGLISH_COUNT.search(sentence):
        yield Asks.NUMBER, f"How many {match['rest']}?", match["number"]


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
