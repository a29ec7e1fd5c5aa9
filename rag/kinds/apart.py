"""Questions that fall into parts: several in one message, and the two sides of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.text.language import detect_language
from index.text.names import Name, NameKind, fold_name, latin_words, stands_in
from index.text.terms import content_terms
from rag.extractive.answer import Answering, Draft, drafted
from rag.extractive.candidates import Candidate, readable
from rag.kinds.listed import listed, rows_asked
from rag.kinds.pieces import Part, is_named, joined
from rag.question.answer_type import expected_answer
from rag.question.asked import Asked
from rag.question.parts import (
    MOST_PARTS,
    TOLD_YEAR,
    questions_in,
    sides_of,
    subject_in,
    things_named,
)
from rag.records import Certainty, Filters, Found, QuestionKind
from rag.retrieval.find import filters_of

_NEAR_AT_HAND = 3
_SISTERS = 2
"""Articles that answer other parts, in which one that nothing surely answers is read."""

_AS_LIKELY = 0.2
"""How likely a sentence that has what is named has to be, against the likeliest of all."""

_MANY_TERMS = 5
_CLEARLY = 0.4
"""The lexical score (``rag.retrieval.fuse``) of an article that a question by itself is about."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Answers parts one by one.

    Attributes:
        find: The articles for a question.
        read: What of them answers it: its own words, the articles, the question that it leans on.
        kind_of: What kind of question it is.
        leans: Whether it means little without the one before.
        most_sources: How many articles a part may cite.
    """

    find: Callable[[str, Filters], Found]
    read: Callable[[str, Found, str], Answering]
    kind_of: Callable[[str], QuestionKind]
    leans: Callable[[str], bool]
    most_sources: int | None = None

    def several(self, asked: Asked, found: Found) -> Draft | None:
        """Each question of a message under itself; ``None`` where nothing answers any.

        Args:
            found: For the whole message.
        """
        first, *others = questions_in(asked.own)
        left, others = others[MOST_PARTS - 1 :], others[: MOST_PARTS - 1]
        answers = [Part(first, self._first(first, asked.background, found))]
        for part in others:
            draft = self._later(part, first, found, answers[0].draft)
            if draft and _is_repeated(part, draft, answers):
                answers.append(Part(part, None, above=draft.sentences[0].text))
            else:
                answers.append(Part(part, draft))
        answers = self._in_sisters(answers, found)
        draft = joined(answers, in_english=asked.in_english)
        return replace(draft, notice=_left(left, asked)) if draft else None

    def compared(self, asked: Asked, found: Found) -> Draft | None:
        """Each side under its name; ``None`` where none are named, or nothing tells of either."""
        answers = []
        for side in sides_of(asked.own):
            draft = self._alone(side.question, asked.background, found, side.name)
            named = draft is not None and is_named(side.name, draft)
            answers.append(Part(side.name, draft if named else None))
        answers = self._of_sides(asked, answers, found)
        told = [part.first for part in answers if part.first]
        if len(set(told)) < len(told):
            return None  # one sentence tells of both
        return joined(answers, in_english=asked.in_english) if answers else None

    def _first(self, own: str, background: str, found: Found) -> Draft | None:
        """The first question by itself, or as the whole message is searched, whichever surely answers:
        what is asked later may say what it is about."""
        whole = self._drafted(own, found, background)
        if whole and whole.certainty is Certainty.DIRECT:
            return whole
        alone = self._alone(own, background, found)
        return alone if alone and (whole is None or alone.certainty is Certainty.DIRECT) else whole

    def _in_sisters(self, answers: Sequence[Part], found: Found) -> list[Part]:
        """The parts; those that nothing surely answers as the articles answer them that surely answer
        another one, or those on the subject of the first: people ask on about the same thing."""
        told = [part.draft for part in answers if part.draft and _is_sure(part.draft)]
        articles = list(dict.fromkeys(one.citations[0].article_id for one in told))[:_SISTERS]
        return [
            part
            if part.draft and _is_sure(part.draft)
            else self._again(part, articles, answers[0].heading, found, answers)
            for part in answers
        ]

    def _again(
        self,
        part: Part,
        articles: Sequence[str],
        first: str,
        found: Found,
        answers: Sequence[Part],
    ) -> Part:
        """A part as some articles answer it, or all that are found for it with its subject, where that
        is surer."""
        others = [one for one in answers if one is not part]
        searched = self._on(part.heading, first)
        own, background = _read_as(part.heading, searched)
        alone = self.find(searched, filters_of(found.filters))
        wider = _joined(found, alone)
        for there in (*(_only(one, wider) for one in articles), alone):
            draft = self._drafted(own, there, background)
            if _is_surer(own, draft, part.draft) and not _is_repeated(part.heading, draft, others):
                part = replace(part, draft=draft)
        return part

    def _of_sides(self, asked: Asked, answers: Sequence[Part], found: Found) -> list[Part]:
        """The sides of a comparison, one of which nothing is found as the other's article has it."""
        sides = sides_of(asked.own)
        told = [part.draft.citations[0].article_id for part in answers if part.draft]
        better = []
        for side, part in zip(sides, answers, strict=True):
            if part.draft is None and told:
                wider = _joined(found, self.find(side.question, filters_of(found.filters)))
                for article_id in dict.fromkeys(told):
                    there = _only(article_id, wider)
                    draft = self._drafted(side.question, there, asked.background, side.name)
                    if draft and is_named(side.name, draft):
                        part = replace(part, draft=draft)
            better.append(part)
        return better

    def _alone(self, own: str, background: str, found: Found, name: str = "") -> Draft | None:
        """A part by itself, within the limits of the whole."""
        there = self.find(background + own, filters_of(found.filters))
        return self._drafted(own, there, background, name)

    def _later(self, part: str, first: str, found: Found, before: Draft | None) -> Draft | None:
        """A later question, of the article that answered the first, unless other articles are clearly
        what it is about."""
        searched = self._standing(part, first)
        own, background = _read_as(part, searched)
        alone = self.find(searched, filters_of(found.filters))
        best = [hits[0] for hits in alone.articles[:_NEAR_AT_HAND]]
        many = len(content_terms(searched)) >= _MANY_TERMS
        elsewhere = bool(best) and many and best[0].lexical >= _CLEARLY
        same = before.citations[0].article_id if before and before.citations else _nearest(found)
        if same and (not elsewhere or same in {hit.passage.article.article_id for hit in best}):
            draft = self._drafted(own, _only(same, _joined(found, alone)), f"{first} ")
            if draft and (draft.certainty is Certainty.DIRECT or not elsewhere):
                return draft
        return self._drafted(own, alone if elsewhere else found, background)

    def _drafted(self, own: str, found: Found, background: str, name: str = "") -> Draft | None:
        """What answers a part; of what it names nothing that is told of another one is likely.

        Args:
            name: Of the side of a comparison.
        """
        if not found.articles:
            return None
        read = self.read(own, found, background)
        sure = read.certainty is Certainty.DIRECT
        if not sure or name or _counts_another(own, read.candidates[0]):
            read = _on_what_is_named(own, name, read)
        if read.certainty is Certainty.REFUSAL:
            return None
        return self._listed(own, found, read) or drafted(own, read, None, self.most_sources)

    def _standing(self, part: str, first: str) -> str:
        """A later question with what it is about: that of the first, or the first of another year."""
        own, firsts = _counted(part), _counted(first)
        if own and firsts and self.leans(part):
            return first[: firsts[0].start] + own[0].text + first[firsts[0].end :]
        return subject_in(first) + part if self.leans(part) else part

    def _on(self, part: str, first: str) -> str:
        """A question with the subject of the first, unless it has many words or names of its own."""
        many = len(content_terms(part)) >= _MANY_TERMS or things_named(part)
        return self._standing(part, first) if many or part == first else subject_in(first) + part

    def _listed(self, own: str, found: Found, read: Answering) -> Draft | None:
        """A list, or the rows of a table, where a part asks for one."""
        language = detect_language(own)
        if self.kind_of(own) is QuestionKind.LIST:
            return listed(own, read.candidates, readable(found.articles), language)
        return rows_asked(own, read.candidates, language)


def _on_what_is_named(own: str, name: str, read: Answering) -> Answering:
    """The sentences without those that have, with their titles, not all of what a part names; where
    the likeliest of these is far less likely, none."""
    names = things_named(own)
    best = read.candidates[:1]
    if not best or all(_names(one, names, name) for one in best):
        return read
    naming = tuple(one for one in read.candidates if _names(one, names, name))
    if not naming or naming[0].probability < _AS_LIKELY * best[0].probability:
        lost = Certainty.REFUSAL if not name else read.certainty
        return replace(read, judgement=replace(read.judgement, certainty=lost))
    sure = Certainty.NEAREST if read.certainty is Certainty.NEAREST else Certainty.LIKELY
    return Answering(replace(read.judgement, certainty=sure, short=False), naming)


def _counts_another(own: str, candidate: Candidate) -> bool:
    """Whether a sentence with its title has a year or edition, and none that a part names; where they
    have none, and tell nothing of another year, the year is that of publication."""
    article = candidate.passage.article
    said = f"{article.heading} {candidate.text}"
    asked = {name.text for name in _counted(own)}
    told = {name.text for name in _counted(said)}
    if not told and article.date and not TOLD_YEAR.search(said):
        told, asked = {str(article.date.year)}, {one for one in asked if one.isdigit()}
    return bool(asked and told) and asked.isdisjoint(told)


def _counted(text: str) -> list[Name]:
    """The years and editions that a text names."""
    return [name for name in things_named(text) if name.kind is NameKind.QUOTED]


def _names(candidate: Candidate, names: Sequence[Name], name: str) -> bool:
    """Whether a sentence, its title or, of a year, its day has what is named."""
    article = candidate.passage.article
    said = f"{article.heading} {article.date or ''} {candidate.text}"
    folded, words = fold_name(said), latin_words(said)
    return fold_name(name) in folded and all(stands_in(one, folded, words) for one in names)


def _read_as(part: str, searched: str) -> tuple[str, str]:
    """A part as sentences are read for it, and what it leans on: its own words behind its subject, which
    would else be answered, too; all of it where it has taken another one's words."""
    before, found, behind = searched.rpartition(part)
    return (part, f"{before} " if before else "") if found and not behind else (searched, "")


def _joined(found: Found, alone: Found) -> Found:
    """What was found for the whole, and behind it what was found for a part alone."""
    return replace(found, articles=(*found.articles, *alone.articles))


def _nearest(found: Found) -> str:
    """The article that fits a whole message best, which its questions are likely to be about."""
    return found.articles[0][0].passage.article.article_id if found.articles else ""


def _only(article_id: str, found: Found) -> Found:
    """The passages of one article, as they were first found."""
    there = (hits for hits in found.articles if hits[0].passage.article.article_id == article_id)
    return replace(found, articles=tuple(there)[:1])


def _is_sure(draft: Draft) -> bool:
    return draft.certainty is Certainty.DIRECT


_SURENESS = (Certainty.REFUSAL, Certainty.NEAREST, Certainty.LIKELY, Certainty.DIRECT)


def _is_surer(question: str, draft: Draft | None, than: Draft | None) -> bool:
    """Whether a draft is more certain than another; the nearest there is only where it has just what is
    asked for."""
    if draft is None:
        return False
    if draft.certainty is Certainty.NEAREST:
        return than is None and expected_answer(question).is_exactly_in(draft.sentences[0].text)
    return than is None or _SURENESS.index(draft.certainty) > _SURENESS.index(than.certainty)


def _left(questions: Sequence[str], asked: Asked) -> str:
    """What is said of questions that are too many."""
    if not questions:
        return ""
    if asked.in_english:
        return f"Left out, ask them again: {' '.join(questions)}"
    return f"一次最多回答 {MOST_PARTS} 个问题，未回答的请另问：{' '.join(questions)}"


def _is_repeated(question: str, draft: Draft | None, answers: Sequence[Part]) -> bool:
    """Whether a part has only the sentence that another one has, and it does not surely answer, nor
    has what is asked for."""
    if draft is None or draft.certainty is Certainty.DIRECT:
        return False
    first = draft.sentences[0].text
    if draft.certainty is Certainty.LIKELY and expected_answer(question).is_in(first):
        return False
    return any(part.first == first for part in answers)
