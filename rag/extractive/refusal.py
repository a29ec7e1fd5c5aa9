"""Whether the evidence answers, how sure that is, and what is said where it does not.

Logistic regressions on what the reader and retrieval say of the likeliest sentence and its article
(``Confidence``): that it is the one that answers, that the library holds an answer at all, and that
the very words are right. They are fitted by ``eval/benchmarks/answering.py`` on questions that the reader
was not trained on; ``docs/reader.md`` has the curves that the three levels of strictness are points
on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

from index.records import Article
from index.text.language import Language, detect_language
from index.text.names import find_names, fold_name, latin_words, stands_in
from index.text.rules import load_patterns
from index.text.terms import question_phrases
from rag.extractive.candidates import Candidate
from rag.records import Certainty, Nearest, RankedPassage, Refusal, Strictness, iso

_NEAREST = 3
_LOOKED_FOR = 8

_FARTHEST = 0.15
"""Cosine after centring; the nearest passage of nearly every answerable question is nearer."""

_DIRECT = {Strictness.STRICT: 0.8, Strictness.BALANCED: 0.6, Strictness.OPEN: 0.4}
"""Probability of being right from which on an answer is direct."""

_NEAR = {Strictness.STRICT: 0.4, Strictness.BALANCED: 0.1, Strictness.OPEN: 0.05}
"""Probability that the library holds an answer from which on the nearest sentences are said."""

_SURE_WORDS = 0.5
"""Probability of being right from which on the very words are given."""

_LEAST_TOLD = 0.1
"""Share of the question's terms that the sentence quoted in a refusal has to have, or its title."""

_LOGIT = 12.0
"""Beyond this a logit says nothing more."""

_RULES = load_patterns("rag.extractive", "answers")
_CHAT = re.compile(
    rf"(?:{_RULES['small_talk'].pattern})\W*(?:{_RULES['small_talk_ending'].pattern})?\W*"
)


@dataclass(frozen=True, slots=True)
class Confidence:
    """What says how well the evidence answers; as weights, what each counts.

    Attributes:
        span: The logit of the likeliest sentence's words, less that of no answer.
        answers: The logit that its passage answers.
        likely: How likely it is among all sentences, 0 to 1.
        dense: Its article's best standardised cosine.
        foreign: Whether it is in another language than the question.
        base: 1; as a weight, the intercept.
    """

    span: float
    answers: float
    likely: float
    dense: float
    foreign: float
    base: float = 1.0


RIGHT = Confidence(span=0.079, answers=0.46, likely=1.248, dense=0.217, foreign=-1.249, base=-1.728)
"""That what would be said holds the answer."""

NEAR = Confidence(
    span=-0.191, answers=1.012, likely=1.025, dense=0.308, foreign=-0.949, base=-1.968
)
"""That the library holds an answer."""

WORDS = Confidence(
    span=0.367, answers=-0.186, likely=2.093, dense=0.098, foreign=-1.339, base=-2.006
)
"""That the very words are right."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is made of the evidence.

    Attributes:
        right: The probability that what would be said holds the answer.
        short: Whether its words are sure enough to be given alone.
    """

    certainty: Certainty
    right: float = 0.0
    short: bool = False


def is_chat(question: str) -> bool:
    """Whether it is small talk, which no article answers.

    >>> is_chat("你好！"), is_chat("你好医院在哪里？")
    (True, False)
    """
    return bool(_CHAT.fullmatch(question.strip()))


def judge(
    question: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
    strictness: Strictness,
) -> Judgement:
    """How a question is answered, from the passages and their sentences, likeliest first."""
    if max(hit.cosine for hit in ranked) < _FARTHEST:
        return Judgement(Certainty.REFUSAL)
    features = confidence_features(question, ranked, candidates[0])
    right = probability(RIGHT, features)
    if right >= _DIRECT[strictness]:
        words = probability(WORDS, features) >= _SURE_WORDS
        return Judgement(Certainty.DIRECT, right, words)
    near = probability(NEAR, features) >= _NEAR[strictness]
    return Judgement(Certainty.NEAREST if near else Certainty.REFUSAL, right)


def probability(weights: Confidence, features: Confidence) -> float:
    """Of the logistic regression with some weights, 0 to 1."""
    pairs = zip(astuple(weights), astuple(features), strict=True)
    total = sum(weight * feature for weight, feature in pairs)
    return 1 / (1 + math.exp(-total))


def confidence_features(
    question: str, ranked: Sequence[RankedPassage], best: Candidate
) -> Confidence:
    """What the passages (``rag.extractive.candidates.readable``) say, the likeliest sentence being ``best``."""
    article = best.passage.article
    dense = [hit.dense for hit in ranked if hit.passage.article.article_id == article.article_id]
    return Confidence(
        span=_within(best.features.span),
        answers=_within(best.features.answers),
        likely=best.probability,
        dense=max(dense),
        foreign=float(best.passage.language != detect_language(question)),
    )


def _within(logit: float) -> float:
    return max(-_LOGIT, min(_LOGIT, logit))


def _about(article: Article) -> str:
    day = article.date
    spelled = f"{day.year}年{day.month}月{day.day}日" if day else ""
    return f"{article.heading} {article.account} {spelled}"


def refusal_of(
    question: str,
    articles: Sequence[Sequence[RankedPassage]],
    candidates: Sequence[Candidate] = (),
) -> Refusal:
    """What was looked for, and what came nearest and lacks what.

    Args:
        candidates: The sentences that were read, likeliest first.
    """
    named = [hits[0].passage.article for hits in articles[:_NEAREST]]
    lacks = [tuple(_missing(question, article)) for article in named]
    nearest = tuple(
        _nearest(question, article, own, candidates)
        for article, own in zip(named, lacks, strict=True)
    )
    missing = tuple(name for name in lacks[0] if all(name in own for own in lacks)) if lacks else ()
    return Refusal(tuple(question_phrases(question)[:_LOOKED_FOR]), missing, nearest)


def _nearest(
    question: str, article: Article, lacks: Sequence[str], candidates: Sequence[Candidate]
) -> Nearest:
    own = (one for one in candidates if one.passage.article.article_id == article.article_id)
    likeliest = next(own, None)
    return Nearest(
        article_id=article.article_id,
        title=article.title or article.article_id,
        date=iso(article.date),
        account=article.account,
        lacks=_lacks_in_words(lacks, question),
        sentence=_nearest_sentence(question, likeliest) if likeliest else "",
    )


def _nearest_sentence(question: str, likeliest: Candidate) -> str:
    """The sentence, or the part of a long one around the words that come nearest; ``""`` where it
    tells next to nothing of the question, by the words that the two share if they can share any."""
    told = likeliest.features.own + likeliest.features.title
    if told < _LEAST_TOLD and likeliest.passage.language == detect_language(question):
        return ""
    return likeliest.excerpt.of(likeliest.passage.article.text)


def _missing(question: str, article: Article) -> Iterator[str]:
    """The names of a question that an article does not name; whole ones, and nothing rather than
    torn words. Nothing of an article in another language, where the same thing has another name."""
    if detect_language(question) != article.language:
        return
    body = f"{_about(article)}\n{article.text}"
    folded, words = fold_name(body), latin_words(body)
    english = detect_language(question) is Language.ENGLISH
    names = find_names(question, english=english)
    yield from dict.fromkeys(n.text for n in names if not stands_in(n, folded, words))


def _lacks_in_words(gaps: Sequence[str], question: str) -> str:
    if not gaps:
        return ""
    if detect_language(question) is Language.ENGLISH:
        return "has nothing on " + ", ".join(f"“{gap}”" for gap in gaps)
    return "没有提到" + "、".join(f"“{gap}”" for gap in gaps)


def in_words(question: str, refusal: Refusal) -> str:
    """The words of a refusal, in the question's language."""
    english = detect_language(question) is Language.ENGLISH
    if is_chat(question):
        return _PURPOSE[english]
    nearest = next(iter(refusal.nearest), None)
    return _in_english(refusal, nearest) if english else _in_chinese(refusal, nearest)


def _in_english(refusal: Refusal, nearest: Nearest | None) -> str:
    text = "The articles in this library do not answer this question"
    text += f": nothing on {', '.join(refusal.missing)}." if refusal.missing else "."
    if nearest is None:
        return text
    text += f" Nearest: {_titled(nearest)}"
    return f"{text}: “{_one_line(nearest.sentence)}”" if nearest.sentence else f"{text}."


def _in_chinese(refusal: Refusal, nearest: Nearest | None) -> str:
    text = "文章库中没有能回答这个问题的内容"
    missing = "、".join(f"“{gap}”" for gap in refusal.missing)
    text += f"：没有提到{missing}。" if missing else "。"
    if nearest is None:
        return text
    text += f"最接近的文章：{_titled(nearest)}"
    return f"{text}：“{_one_line(nearest.sentence)}”" if nearest.sentence else f"{text}。"


def _titled(nearest: Nearest) -> str:
    return f"{nearest.title} ({nearest.date})" if nearest.date else nearest.title


def _one_line(text: str) -> str:
    return " ".join(text.split())


_PURPOSE: Mapping[bool, str] = {
    True: "I answer questions from the articles in this library, with the sentences they rest on. "
    "Ask about something that they report.",
    False: "我根据文章库里的文章回答问题，并给出所依据的原句。请就文章报道的内容提问。",
}
