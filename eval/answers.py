"""Metrics of the words of an answer, against the gold answers of its question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from eval.normalise import answer_tokens, holds, tokens
from eval.questions import Case
from eval.records import Metric
from rag.records import Answer

LONGEST_SPAN = 60
"""Tokens; a gold answer that is longer is a text to compare with, not words to be found."""

_MARKERS = re.compile(r"(?<!\s)\s*+\[\d+\]")


def plain_text(answer: Answer | None) -> str:
    """What was answered, without markers; ``""`` of a refusal, whatever it says about the nearest."""
    if answer is None or answer.refused:
        return ""
    if answer.sentences:
        return " ".join(sentence.text for sentence in answer.sentences)
    return _MARKERS.sub("", answer.answer).strip()


def answer_scores(case: Case, text: str) -> Mapping[Metric, float]:
    """Contains-gold, F1, exact match and length of an answer; none without a gold answer.

    Where every gold answer is a text (a summary, say), contains-gold is left out.
    """
    if not case.has_answer:
        return {}
    gold = references(case, text)
    found = {Metric.CONTAINS_GOLD: contains_gold(case, text)} if has_span(case) else {}
    return {
        **found,
        Metric.F1: max(token_f1(text, reference) for reference in gold),
        Metric.EXACT_MATCH: max(exact_match(text, reference) for reference in gold),
        Metric.CHARACTERS: float(len(text)),
    }


def has_span(case: Case) -> bool:
    """Whether some gold answer is short enough to be expected word for word."""
    parts = (answer for part in case.answer_parts for answer in part)
    gold = [*case.answers, *case.answers_query_lang, *parts]
    return any(len(tokens(answer)) <= LONGEST_SPAN for answer in gold)


def contains_gold(case: Case, text: str) -> float:
    """1 where a gold answer stands in ``text`` after normalisation, else 0.

    With ``answer_parts``, one alternative of every part has to; with ``all_of``, every element of
    ``answers`` (or every one of ``answers_query_lang``). Known as inclusion or accuracy in open
    question answering (Mallen et al., 2023).

    >>> contains_gold(Case("1", "?", "number", answers=("3.2公里",)), "全长 3.2 公里。")
    1.0
    """
    said = tokens(text)

    def stands(answer: str) -> bool:
        return holds(said, tokens(answer))

    if case.answer_parts:
        return float(all(any(map(stands, part)) for part in case.answer_parts))
    lists = [gold for gold in (case.answers, case.answers_query_lang) if gold]
    whole = all if case.all_of else any
    return float(any(whole(map(stands, gold)) for gold in lists))


def references(case: Case, text: str) -> Sequence[str]:
    """Whole gold answers to compare ``text`` with.

    Lists whose elements must all appear are joined; of alternatives the one that ``text`` holds is
    taken, else the first.
    """
    translated = [", ".join(case.answers_query_lang)] if case.answers_query_lang else []
    if case.answer_parts:
        said = tokens(text)
        chosen = (
            next((one for one in part if holds(said, tokens(one))), part[0])
            for part in case.answer_parts
        )
        return [", ".join(chosen), *translated]
    if case.all_of:
        return [", ".join(case.answers), *translated]
    return [*case.answers, *case.answers_query_lang]


def token_f1(text: str, reference: str) -> float:
    """Harmonic mean of precision and recall over shared tokens, as in SQuAD (Rajpurkar et al.,
    2016): characters of Chinese (CMRC 2018), words of English, without articles.

    >>> token_f1("东岸大桥", "大桥")
    0.6666666666666666
    """
    said, wanted = answer_tokens(text), answer_tokens(reference)
    shared = (Counter(said) & Counter(wanted)).total()
    if not shared:
        return float(said == wanted)
    return 2 * shared / (len(said) + len(wanted))


def exact_match(text: str, reference: str) -> float:
    """1 where the two are the same after normalisation (Rajpurkar et al., 2016), else 0."""
    return float(answer_tokens(text) == answer_tokens(reference))
