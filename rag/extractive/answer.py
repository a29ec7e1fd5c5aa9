"""Passages in, an answer out, without a chat model: the sentences that answer, word for word.

There are four ways to answer (``rag.records.Certainty``). *Directly*: the very words, and the
sentence that they stand in. *Likely*: at most two sentences that answer oftener than not. *Nearest*: at most two sentences, of which nothing more is said than
that they are the nearest. *Refusal*: nothing is near (``rag.extractive.certainty``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, groupby

from index.records import Span
from index.text.language import Language, detect_language
from index.text.numbers.quantities import find_quantities
from index.text.rules import load_patterns
from index.text.sentences import split_sentences
from rag.extractive.candidates import Candidate, score_sentences
from rag.extractive.certainty import Judgement, judge
from rag.extractive.demands import (
    converted,
    in_another_currency,
    is_of_elsewhere,
    is_of_unnamed_place,
    named_first,
    names_another,
)
from rag.extractive.excerpt import excerpt
from rag.extractive.reader import Reader
from rag.question.answer_type import asks_for_course
from rag.question.glossary import is_said
from rag.records import (
    LED,
    AnswerSentence,
    Certainty,
    Citation,
    RankedPassage,
    ShortAnswer,
    Strictness,
    Support,
    citation,
    has_room,
)

MOST_SENTENCES = 4
MOST_NEAREST = 2
LONGEST_ANSWER = 200
"""Characters; a sentence that would make the answer longer is left out, unless it is the first."""

ENOUGH = 0.8
"""No further sentence is taken once those taken are this likely to hold the answer."""

_ALIKE = 0.1
"""How likely, against the likeliest, a sentence has to be to stand beside it."""

READ = 15
"""How many of the likeliest sentences are looked at."""

_SURELY = 0.85
"""From this probability on a sentence answers surely, and not only probably."""

_LONGEST_SHORT = 60
"""Characters of a short answer; of longer ones the sentence says as much."""

_MARKS = "。！？；，、.!?;, …“”\"'《》"
"""What does not tell words from the sentence that they stand in."""

_OF_A_HEADING = {False: 10, True: 6}
"""Characters of what may be a heading, and words of one in English."""

_ADDRESS = re.compile(r"https?://[\x21-\x7e]{1,400}")
_NUMBERED = re.compile(
    r"^\s{0,9}(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、）)]|(?<!\d)\d[.、]\s{0,9}$"
)

_COLONS = ("：", ":")
_JOINED = "、"
_ANNOUNCEMENT = load_patterns("rag.extractive", "answers")["list_announcement"]
_LONGEST_LIST = 240
"""Characters of a list that are quoted after the sentence that announces it."""


@dataclass(frozen=True, slots=True)
class Form:
    """How long an answer may become.

    Attributes:
        sentences: How many at most.
        characters: Beyond which a sentence is left out, unless it is the first.
        enough: No further sentence is taken once those taken are this likely to hold the answer.
        listed: Characters of a list that are quoted after the sentence that announces it.
        whole: Whether sentences are quoted whole, however long.
        alike: How likely a sentence has to be, against the likeliest, to stand beside it.
    """

    sentences: int = MOST_SENTENCES
    characters: int = LONGEST_ANSWER
    enough: float = ENOUGH
    listed: int = _LONGEST_LIST
    whole: bool = False
    alike: float = _ALIKE


_LONGEST_WHOLE = 450
"""Characters of a sentence that is put together again from the parts that passages have of it."""

ONE_ANSWER = Form()
LISTED = Form(sentences=12, characters=600, enough=0.9, listed=1200, whole=True, alike=0.25)
"""Of a list all of it is wanted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is put together: sentences in order, each with its citation."""

    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    certainty: Certainty = Certainty.DIRECT
    short: ShortAnswer | None = None
    notice: str = ""
    """What is said of it as a whole, such as how many articles there are of which these are some."""
    listed: bool = False
    """Whether its sentences are the items of a list, which belong together."""

    @property
    def as_of(self) -> str | None:
        """The day of the newest article that is cited."""
        return max((cited.date for cited in self.citations if cited.date), default=None)


@dataclass(frozen=True, slots=True)
class Answering:
    """What may answer, and how sure that is.

    Attributes:
        candidates: Likeliest first; none where nothing was found or nothing is asked.
    """

    judgement: Judgement
    candidates: tuple[Candidate, ...] = ()

    @property
    def certainty(self) -> Certainty:
        return self.judgement.certainty


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence with what is quoted of it, in characters of the article."""

    of: Candidate
    span: Span

    @property
    def text(self) -> str:
        return self.span.of(self.of.passage.article.text)

    @property
    def said(self) -> str:
        """The words in an answer, with dots where the sentence goes on."""
        before = "…" if self.span.start > self.of.span.start else ""
        after = "…" if self.span.end < self.of.span.end else ""
        return f"{before}{' '.join(self.text.split())}{after}"


def answering(
    question: str,
    ranked: Sequence[RankedPassage],
    reader: Reader,
    *,
    background: str = "",
    strictness: Strictness = Strictness.BALANCED,
) -> Answering:
    """The sentences that may answer, and whether they do.

    Args:
        ranked: Passages that are read for sentences (``rag.extractive.candidates.readable``).
    """
    if not ranked:
        return Answering(Judgement(Certainty.REFUSAL))
    candidates = named_first(question, score_sentences(question, ranked, reader, background))
    return judged(question, ranked, candidates, background=background, strictness=strictness)


def judged(
    question: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
    *,
    background: str = "",
    strictness: Strictness = Strictness.BALANCED,
) -> Answering:
    """Whether sentences answer that were read already (at least one), likeliest first."""
    best, leant = candidates[0], f"{background}{question}"
    if in_another_currency(question, best) or is_of_elsewhere(leant, ranked):
        return Answering(Judgement(Certainty.REFUSAL), tuple(candidates))
    judgement = judge(question, ranked, candidates, strictness)
    # An article may spell a code otherwise (G20 in Chinese), and be of a place that it does not name.
    unsure = names_another(question, best.passage.article) or is_of_unnamed_place(leant, ranked)
    if unsure and judgement.certainty in (Certainty.DIRECT, Certainty.LIKELY):
        judgement = replace(judgement, certainty=Certainty.NEAREST, short=False)
    return Answering(judgement, tuple(candidates))


def both_named(found: Answering, names: Sequence[str]) -> Answering:
    """The sentences with the first that names all of some things before the others: where two things
    are compared, what is said of both in one sentence answers."""
    for one in found.candidates[:READ] if len(names) > 1 else ():
        if one.probability < _ALIKE * found.candidates[0].probability:
            break
        if all(is_said(name, one.text) for name in names):
            others = [other for other in found.candidates if other is not one]
            right = replace(found.judgement, certainty=Certainty.DIRECT, short=False)
            return Answering(right, (one, *others))
    return found


def drafted(
    question: str,
    found: Answering,
    contrary: tuple[Candidate, Candidate] | None = None,
    most_sources: int | None = None,
    form: Form = ONE_ANSWER,
) -> Draft:
    """The answer of the sentences that may answer, each cited; the likeliest first or, where an
    order or a change is asked for, by the day that their articles were published on.

    Args:
        contrary: One of them and the sentence that gives another figure (``rag.extractive.conflicts``),
            which is quoted after it, where more than one article may be cited.
        most_sources: How many articles may be cited; ``None`` for as many as it takes.
    """
    likeliest, at_least = list(found.candidates[:READ]), 1
    if contrary and most_sources != 1:
        likeliest, at_least = _with_contrary(likeliest, *contrary)
    elif found.certainty is Certainty.NEAREST and not form.whole:
        likeliest = [one for one in likeliest if not _is_heading(one.text)] or likeliest
    course = asks_for_course(question)
    if found.certainty in LED:
        form = replace(form, sentences=max(MOST_NEAREST, at_least))
    quotable = (quoted(one, form) for one in likeliest)
    chosen = choose(quotable, max(at_least, 2 if course else 1), most_sources, form)
    if course:
        chosen.sort(key=lambda one: one.of.passage.article.date or date.max)
    draft = _draft(chosen, found.judgement)
    best = max(chosen, key=lambda one: one.of.probability)
    return replace(draft, notice=_in_asked_unit(question, best.of))


def _is_heading(text: str) -> bool:
    """Whether words are a heading or a web address, which are near to every question and say nothing.

    >>> [*map(_is_heading, ("四、组织实施", "票价：三十元", "渡轮免费。", "Dates and places"))]
    [True, False, False, True]
    """
    said = _NUMBERED.sub("", _ADDRESS.sub("", text)).strip()
    words = len(said.split()) if said.isascii() else sum(map(str.isalnum, said))
    ends = said.endswith(("。", "！", "？", ".", "!", "?", "…", "”"))
    return not ends and not any(map(str.isnumeric, said)) and words < _OF_A_HEADING[said.isascii()]


def _with_contrary(
    likeliest: Sequence[Candidate], one: Candidate, other: Candidate
) -> tuple[list[Candidate], int]:
    """The sentences with ``other`` after ``one``, and how many have to be said for both to be."""
    rest = [candidate for candidate in likeliest if candidate is not other]
    at = rest.index(one) + 1
    return [*rest[:at], other, *rest[at:]], at + 1


def _in_asked_unit(question: str, candidate: Candidate) -> str:
    """The figure that answers in the unit that was asked for, where the article has it in another."""
    figures = converted(question, candidate)
    if figures is None:
        return ""
    english = detect_language(question) is Language.ENGLISH
    return "{} is {}.".format(*figures) if english else "{}即{}。".format(*figures)


def quoted(candidate: Candidate, form: Form = ONE_ANSWER) -> Quoted:
    """Of a sentence the clauses around the words that answer; of one that announces a list, its last
    clauses and the list."""
    text = candidate.text
    if _announces(text) and (candidate.features.span <= 0 or text.endswith(_COLONS)):
        part = excerpt(text, [Span(len(text) - 1, len(text))])
        end = _end_of_list(candidate.passage.article.text, candidate.span, form.listed)
        return Quoted(candidate, Span(candidate.span.start + part.start, end))
    return Quoted(candidate, _whole_sentence(candidate) if form.whole else candidate.excerpt)


def _whole_sentence(candidate: Candidate) -> Span:
    """A sentence of which passages may have parts: an enumeration is often longer than a passage may be."""
    text, span = candidate.passage.article.text, candidate.span
    first = max(0, span.start - _LONGEST_WHOLE)
    around = split_sentences(text[first : span.end + _LONGEST_WHOLE])
    for one in (one.moved(first) for one in around):
        if one.start <= span.start and span.end <= one.end <= one.start + _LONGEST_WHOLE:
            return one
    return span


def _end_of_list(text: str, sentence: Span, longest: int) -> int:
    """Where what a sentence announces ends: of items a line each the last, else with the next sentence."""
    end = sentence.end
    following = split_sentences(text[end : end + 2 * longest])
    for at, span in enumerate(following):
        item = text[end + span.start : end + span.end]
        if at and (span.end > longest or _is_prose(item)):
            break
        sentence = Span(sentence.start, end + span.end)
        if _is_prose(item):
            break
    return sentence.end


def _is_prose(item: str) -> bool:
    return item.rstrip().endswith(("。", "！", "？", "!", "?")) or _announces(item)


def _announces(text: str) -> bool:
    return _ANNOUNCEMENT.search(text) is not None


def choose(
    candidates: Iterable[Quoted],
    at_least: int = 1,
    most_sources: int | None = None,
    form: Form = ONE_ANSWER,
) -> list[Quoted]:
    """The likeliest (``candidates`` has the likeliest first), until it is likely enough that the
    answer is among them, the next one is far less likely, or they are too long. The same words are
    not said twice, and no more than ``most_sources`` articles are cited.
    """
    chosen: list[Quoted] = []
    said: set[str] = set()
    sources: set[str] = set()
    length, likely = 0, 0.0
    for candidate in candidates:
        text = candidate.text
        beside = len(chosen) >= at_least
        if beside and candidate.of.probability < form.alike * chosen[0].of.probability:
            break
        if beside and length + len(text) > form.characters:
            continue
        if text in said or any(_overlap(candidate, one) for one in chosen):
            continue
        source = candidate.of.passage.article.article_id
        if not has_room(source, sources, most_sources):
            continue
        chosen.append(candidate)
        said.add(text)
        sources.add(source)
        length += len(text)
        likely += candidate.of.probability
        if len(chosen) == form.sentences or (len(chosen) >= at_least and likely >= form.enough):
            break
    return chosen


def _overlap(one: Quoted, other: Quoted) -> bool:
    same = one.of.passage.article.article_id == other.of.passage.article.article_id
    return same and one.span.overlaps(other.span)


def _draft(chosen: Sequence[Quoted], judgement: Judgement) -> Draft:
    citations = tuple(
        replace(
            citation(marker, candidate.of.passage, candidate.span),
            marks=tuple(_marks(candidate)),
        )
        for marker, candidate in enumerate(chosen, 1)
    )
    best = max(candidate.of.probability for candidate in chosen)
    sentences = tuple(
        AnswerSentence(
            candidate.said, (cited.marker,), _support(judgement, candidate.of.probability / best)
        )
        for candidate, cited in zip(chosen, citations, strict=True)
    )
    text = join_sentences(sentences)
    if judgement.certainty in LED:
        return Draft(text, sentences, citations, judgement.certainty)
    short = _short(chosen, judgement)
    return Draft(text, sentences, citations, Certainty.DIRECT, short)


def _support(judgement: Judgement, share: float) -> Support:
    """How directly a sentence answers, that is ``share`` times as likely as the likeliest."""
    if judgement.certainty is Certainty.NEAREST:
        return Support.UNVERIFIED
    if judgement.certainty is Certainty.LIKELY:
        return Support.PARTIAL
    surely = judgement.right * share >= _SURELY
    return Support.SUPPORTED if surely else Support.PARTIAL


def _marks(candidate: Quoted) -> Iterator[Span]:
    """The words that answer, in characters of the article."""
    words = candidate.of.words
    if words and candidate.span.start <= words.start and words.end <= candidate.span.end:
        yield words


def _short(chosen: Sequence[Quoted], judgement: Judgement) -> ShortAnswer | None:
    """The words of the likeliest sentence, where they are sure and not the sentence itself."""
    at = max(range(len(chosen)), key=lambda place: chosen[place].of.probability)
    words = next(_marks(chosen[at]), None)
    if words is None or not judgement.short or words.end - words.start > _LONGEST_SHORT:
        return None
    text = words.of(chosen[at].of.passage.article.text)
    if text.strip(_MARKS) == chosen[at].text.strip(_MARKS) or _tells_several(text):
        return None
    behind = chosen[at].of.passage.article.text[words.end : chosen[at].span.end]
    if _is_cut_short(text, behind):
        return None
    return ShortAnswer(text, at + 1, words.start, words.end)


def _is_cut_short(words: str, behind: str) -> bool:
    """Whether words are the first of several things joined by 、, and more of them stand behind.

    >>> _is_cut_short("甲厂、乙", "厂、丙厂等签约，丁厂、戊厂观望"), _is_cut_short("甲厂、乙厂", "等签约，丙厂、丁厂观望")
    (True, False)
    """
    return _JOINED in words and _JOINED in re.split(r"[，。；：！？,;:!?]", behind, maxsplit=1)[0]


def _tells_several(words: str) -> bool:
    """Whether words give figures of one unit in several statements: which one answers is not sure.

    >>> _tells_several("4.1万辆；下半年为5.7万辆"), _tells_several("4.1万辆，增长21%")
    (True, False)
    """
    parts = [
        {one.unit.dimension for one in find_quantities(part)} for part in re.split("[；;]", words)
    ]
    return any(one & other - {""} for one, other in combinations(parts, 2))


def join_sentences(sentences: Sequence[AnswerSentence]) -> str:
    """The answer's text: each sentence followed by its markers, the parts on lines of their own.

    >>> join_sentences([AnswerSentence("共3.5亿元。", (1, 2), Support.SUPPORTED)])
    '共3.5亿元。 [1][2]'
    """
    if not any(sentence.heading for sentence in sentences):
        return " ".join(map(_marked, sentences))
    return "\n".join(
        f"{heading}{_colon(heading)}{said}" if heading else said
        for heading, said in (
            (heading, " ".join(map(_marked, some)))
            for heading, some in groupby(sentences, key=lambda sentence: sentence.heading)
        )
    )


def _marked(sentence: AnswerSentence) -> str:
    return f"{sentence.text} {''.join(f'[{marker}]' for marker in sentence.markers)}".strip()


def _colon(heading: str) -> str:
    """What stands behind a heading on the same line."""
    if heading.endswith("："):
        return ""
    if heading.endswith(("?", "？", ":")):
        return " "
    return ": " if detect_language(heading) is Language.ENGLISH else "："
