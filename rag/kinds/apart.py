"""Questions that fall into parts: several in one message, and the sides of a comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.text.language import Language, detect_language
from index.text.names import Name, NameKind, fold_name, latin_words, stands_in
from rag.extractive.answer import Answering, Draft, drafted
from rag.extractive.candidates import Candidate, in_article, readable
from rag.kinds.listed import listed, rows_asked
from rag.kinds.pieces import Part, is_named, joined
from rag.question.answer_type import expected_answer
from rag.question.asked import Asked
from rag.question.glossary import is_said
from rag.question.parts import (
    MOST_PARTS,
    TOLD_YEAR,
    questions_in,
    things_named,
    with_subject,
)
from rag.question.sides import Side
from rag.records import Certainty, Filters, Found, QuestionKind, RankedPassage
from rag.retrieval.find import filters_of
from rag.retrieval.retrieve import join_neighbours

_ODDS = 10.0
"""How many times as likely as another article the one is to answer a question of a message that answers the
others: people ask on about the same thing."""

_LEAST = 0.1
"""Probability of being right from which on what is nearest to one of several questions is said, where the
article answers another of them."""

_AS_LIKELY = 0.2
"""How likely a sentence that has what is named has to be, against the likeliest of all."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A question of a message with what was read for it.

    Attributes:
        heading: The question as it was put.
        own: Its words as they are read, and the ``background`` that they lean on.
    """

    heading: str
    own: str
    background: str
    found: Found
    read: Answering


@dataclass(frozen=True, slots=True)
class Apart:
    """Answers parts one by one.

    Attributes:
        find: The articles for a question.
        read: What of them answers it: its own words, the articles, the question that it leans on.
        judge: The same of sentences that were read already.
        kind_of: What kind of question it is.
        leans: Whether it means little without the one before.
        sides_of: What a comparison sets side by side.
        most_sources: How many articles a part may cite.
    """

    find: Callable[[str, Filters], Found]
    read: Callable[[str, Found, str], Answering]
    judge: Callable[[str, Found, str, Sequence[Candidate]], Answering]
    kind_of: Callable[[str], QuestionKind]
    leans: Callable[[str], bool]
    sides_of: Callable[[str], list[Side]]
    most_sources: int | None = None

    def several(self, asked: Asked, found: Found) -> Draft | None:
        """Each question of a message under itself; ``None`` where nothing answers any.

        Args:
            found: For the whole message.
        """
        first, *others = questions_in(asked.own)
        left, others = others[MOST_PARTS - 1 :], others[: MOST_PARTS - 1]
        read = [self._read_part(first, first, found, asked.background)]
        read += [self._read_part(part, first, found, asked.background) for part in others]
        common = _common([one.read.candidates for one in read])
        drafts = [self._of_part(one, common) for one in read]
        told = any(draft and _is_answered_from(common, draft) for draft in drafts)
        answers: list[Part] = []
        for one, draft in zip(read, drafts, strict=True):
            near = self._nearest(one, common) if told and draft is None else None
            if draft and _is_repeated(one.heading, draft, answers):
                above = draft.sentences[0].text
                other = self._otherwise(one, above)
                answers.append(Part(one.heading, other, above="" if other else above))
            elif near and not _is_repeated(one.heading, near, answers):
                answers.append(Part(one.heading, near))
            else:
                answers.append(Part(one.heading, draft))
        draft = joined(answers, in_english=asked.in_english)
        return replace(draft, notice=_left(left, asked)) if draft else None

    def compared(self, asked: Asked, found: Found) -> Draft | None:
        """Each side under its name; ``None`` where none are named, or nothing tells of either."""
        answers = []
        for side in self.sides_of(asked.own):
            draft = self._alone(side.question, asked.background, found, side.name)
            named = draft is not None and is_named(side.name, draft)
            answers.append(Part(side.name, draft if named else None))
        answers = self._of_sides(asked, answers, found)
        told = [part.first for part in answers if part.first]
        untold = [part.heading for part in answers if not part.first]
        of_others = any(is_said(name, first) for name in untold for first in told)
        if len(set(told)) < len(told) or of_others:
            return None  # one sentence tells of both
        return joined(answers, in_english=asked.in_english) if answers else None

    def _read_part(self, part: str, first: str, found: Found, before: str) -> _Read:
        """A question of a message with the sentences that may answer it, of the articles that are found
        for the message and for the question with what it is about."""
        searched = part if part == first else self._standing(part, first)
        alone = self.find(before + searched, filters_of(found.filters))
        there = _together(found, alone)
        own, subject = _read_as(part, searched)
        background = f"{first} " if part != first and own == part else before + subject
        return _Read(part, own, background, there, self.read(own, there, background))

    def _of_part(self, part: _Read, common: str) -> Draft | None:
        """What answers a question of a message, most of which one article answers."""
        read = part.read
        if read.candidates:
            candidates = in_article(read.candidates, common, _ODDS)
            read = self.judge(part.own, part.found, part.background, candidates)
        return self._draft_of(part.own, part.found, read)

    def _otherwise(self, part: _Read, said: str) -> Draft | None:
        """What answers a question of a message, or is near to it, beside a sentence that was quoted for
        another one and seems to answer both."""
        candidates = [one for one in part.read.candidates if one.text != said]
        if not candidates:
            return None
        read = self.judge(part.own, part.found, part.background, candidates)
        draft = self._draft_of(part.own, part.found, read)
        return None if draft is None or draft.sentences[0].text == said else draft

    def _nearest(self, part: _Read, article_id: str) -> Draft | None:
        """What the article that answers others of a message says nearest to a question of it: of those who ask
        several things of an article few ask what it does not tell."""
        candidates = part.read.candidates
        there = tuple(one for one in candidates if one.passage.article.article_id == article_id)
        refused = part.read.certainty is Certainty.REFUSAL  # and not for what it names
        if not there or not refused or part.read.judgement.right < _LEAST:
            return None
        near = replace(part.read.judgement, certainty=Certainty.NEAREST, short=False)
        return drafted(part.own, Answering(near, there), None, self.most_sources)

    def _of_sides(self, asked: Asked, answers: Sequence[Part], found: Found) -> list[Part]:
        """The sides of a comparison, one of which nothing is found as the other's article has it."""
        sides = self.sides_of(asked.own)
        told = [part.draft.citations[0].article_id for part in answers if part.draft]
        better = []
        for side, part in zip(sides, answers, strict=True):
            if part.draft is None and told:
                wider = _together(found, self.find(side.question, filters_of(found.filters)))
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

    def _drafted(self, own: str, found: Found, background: str, name: str = "") -> Draft | None:
        """What answers a part; of what it names nothing that is told of another one is likely.

        Args:
            name: Of the side of a comparison.
        """
        return self._draft_of(own, found, self.read(own, found, background), name)

    def _draft_of(self, own: str, found: Found, read: Answering, name: str = "") -> Draft | None:
        if not read.candidates:
            return None
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
        return with_subject(part, first) if self.leans(part) else part

    def _listed(self, own: str, found: Found, read: Answering) -> Draft | None:
        """A list, or the rows of a table, where a part asks for one."""
        language = detect_language(own)
        if self.kind_of(own) is QuestionKind.LIST:
            return listed(own, read.candidates, readable(found.articles), language)
        return rows_asked(own, read.candidates, language)


def _is_answered_from(article_id: str, draft: Draft) -> bool:
    """Whether an answer says more than what is nearest, and rests on an article."""
    told = draft.certainty is not Certainty.NEAREST
    return told and any(one.article_id == article_id for one in draft.citations)


def _on_what_is_named(own: str, name: str, read: Answering) -> Answering:
    """The sentences without those that have, with their titles, not all of what a part names; where
    the likeliest of these is far less likely, none."""
    names = things_named(own)
    language, best = detect_language(own), read.candidates[:1]
    if not best or all(_names(one, names, name, language) for one in best):
        return read
    naming = tuple(one for one in read.candidates if _names(one, names, name, language))
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


def _names(candidate: Candidate, names: Sequence[Name], name: str, language: Language) -> bool:
    """Whether a sentence, its title or, of a year, its day has what is named; in another language than the
    question's names in Latin letters may be written otherwise."""
    article = candidate.passage.article
    if candidate.passage.language != language:
        names = [one for one in names if one.kind is not NameKind.LATIN]
    said = f"{article.heading} {article.date or ''} {candidate.text}"
    folded, words = fold_name(said), latin_words(said)
    named = fold_name(name) in folded or is_said(name, said)
    return named and all(stands_in(one, folded, words) for one in names)


def _read_as(part: str, searched: str) -> tuple[str, str]:
    """A part as sentences are read for it, and what it leans on: its own words behind its subject, which
    would else be answered, too; all of it where it has taken another one's words."""
    before, found, behind = searched.rpartition(part)
    return (part, f"{before} " if before else "") if found and not behind else (searched, "")


def _together(found: Found, alone: Found) -> Found:
    """What was found for the whole message and for a part of it, the best of both as near as each other."""
    hits = [
        replace(hit, score=hit.score - max(hit.score for hits in one.articles for hit in hits))
        for one in (found, alone)
        for hits in one.articles
        for hit in hits
    ]
    articles: dict[str, list[RankedPassage]] = {}
    for hit in sorted(hits, key=lambda hit: -hit.score):
        own = articles.setdefault(hit.passage.article.article_id, [])
        if not any(hit.passage.span.overlaps(other.passage.span) for other in own):
            own.append(hit)
    return replace(found, articles=tuple(tuple(join_neighbours(one)) for one in articles.values()))


def _common(read: Sequence[Sequence[Candidate]]) -> str:
    """The article that makes what was read for all questions likeliest; ``""`` where nothing was read."""
    shares: dict[str, list[float]] = {}
    for at, candidates in enumerate(read):
        for one in candidates:
            own = shares.setdefault(one.passage.article.article_id, [0.0] * len(read))
            own[at] += one.probability
    likely = {
        article: sum(math.log1p((_ODDS - 1) * share) for share in own)
        for article, own in shares.items()
    }
    return max(likely, key=lambda article: likely[article], default="")


def _only(article_id: str, found: Found) -> Found:
    """The passages of one article, as they were first found."""
    there = (hits for hits in found.articles if hits[0].passage.article.article_id == article_id)
    return replace(found, articles=tuple(there)[:1])


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
