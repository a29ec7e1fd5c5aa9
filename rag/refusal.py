"""Whether the evidence answers, how sure that is, and what is said where it does not.

Logistic regressions on what the reader and retrieval say of the likeliest sentence and its article
(``Confidence``): that it is the one that answers, that the library holds an answer at all, and that
the very words are right. They are fitted by ``benchmarks/answering.py`` on questions that the reader
was not trained on; ``docs/reader.md`` has the curves that the three levels of strictness are points
on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

from index.language import Language, detect_language
from index.records import Article
from index.terms import content_terms, question_phrases, terms
from rag.names import find_names, fold_name, latin_words, stands_in
from rag.records import Certainty, Nearest, RankedPassage, Refusal, Strictness, iso
from rag.score import Candidate, term_shares

_NEAREST = 3
_LOOKED_FOR = 8

_FARTHEST = 0.15
"""Cosine after centring; the nearest passage of nearly every answerable question is nearer."""

_DIRECT = {Strictness.STRICT: 0.7, Strictness.BALANCED: 0.5, Strictness.OPEN: 0.35}
"""Probability of being right from which on an answer is direct."""

_NEAR = {Strictness.STRICT: 0.4, Strictness.BALANCED: 0.15, Strictness.OPEN: 0.05}
"""Probability that the library holds an answer from which on the nearest sentences are said."""

_SURE_WORDS = 0.6
"""Probability of being right from which on the very words are given."""

_LEAST_TOLD = 0.1
"""Share of the question's terms that the sentence named in a refusal has to have, or its title."""

_LOGIT = 12.0
"""Beyond this a logit says nothing more."""

_CHAT = re.compile(
    r"(?:你好|您好|嗨|哈喽|早上好|晚上好|谢谢|多谢|再见|在吗|你是谁|你叫什么|你会什么|你能做什么|(?:给我)?(?:讲|说)[个一]*(?:笑话|故事)"
    r"|写[一]?[首篇](?:诗|作文|歌)|陪我聊|hi|hello|hey|thanks?(?: you)?|bye|good (?:morning|evening)|who are you"
    r"|what can you do|how are you|tell me a (?:joke|story)|write (?:me )?a (?:poem|song|story))"
    r"\W*(?:[啊呀吧吗呢哦哈啦了你您]|there|all|everyone|please|today|据闻|juwen)?\W*",
    re.I,
)
_SAID_OF_PRESS = re.compile(
    r"专栏|栏目|文章|报道|推文|推送|新闻|消息|这篇|那篇"
    r"|\b(?:articles?|posts?|stor(?:y|ies)|reports?|reported|news|says?|said|published)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Confidence:
    """What says how well the evidence answers; as weights, what each counts.

    Attributes:
        span: The logit of the likeliest sentence's words, less that of no answer.
        answers: The logit that its passage answers.
        likely: How likely it is among all sentences, 0 to 1.
        own: Share of the question's terms that it has.
        dense: Its article's best standardised cosine.
        margin: How far its article's fused score is ahead of the next article's; 0 where it is behind.
        missing: Share of the question's terms, by weight, that its passages and heading lack.
        foreign: Whether it is in another language than the question.
        cosine: The highest cosine of all passages.
        base: 1; as a weight, the intercept.
    """

    span: float
    answers: float
    likely: float
    own: float
    dense: float
    margin: float
    missing: float
    foreign: float
    cosine: float
    base: float = 1.0


RIGHT = Confidence(
    span=0.259,
    answers=0.010,
    likely=1.359,
    own=0.786,
    dense=0.308,
    margin=-0.054,
    missing=-0.120,
    foreign=-0.119,
    cosine=0.631,
    base=-2.534,
)
"""That the likeliest sentence answers."""

NEAR = Confidence(
    span=0.350,
    answers=0.098,
    likely=0.580,
    own=0.929,
    dense=0.323,
    margin=-0.050,
    missing=-0.566,
    foreign=-1.414,
    cosine=0.441,
    base=-0.504,
)
"""That the library holds an answer."""

WORDS = Confidence(
    span=0.511,
    answers=-0.398,
    likely=0.247,
    own=0.078,
    dense=0.461,
    margin=-0.072,
    missing=0.102,
    foreign=-0.042,
    cosine=0.140,
    base=-3.116,
)
"""That the very words are right."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is made of the evidence.

    Attributes:
        right: The probability that the likeliest sentence answers.
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
    background: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
    strictness: Strictness,
) -> Judgement:
    """How a question is answered, from the passages and their sentences, likeliest first."""
    signs = confidence_signs(question, background, ranked, candidates[0])
    if signs.cosine < _FARTHEST:
        return Judgement(Certainty.REFUSAL)
    right = probability(RIGHT, signs)
    if right >= _DIRECT[strictness]:
        words = probability(WORDS, signs) >= _SURE_WORDS
        return Judgement(Certainty.DIRECT, right, words)
    near = probability(NEAR, signs) >= _NEAR[strictness]
    return Judgement(Certainty.NEAREST if near else Certainty.REFUSAL, right)


def probability(weights: Confidence, signs: Confidence) -> float:
    """Of the logistic regression with some weights, 0 to 1."""
    pairs = zip(astuple(weights), astuple(signs), strict=True)
    total = sum(weight * sign for weight, sign in pairs)
    return 1 / (1 + math.exp(-total))


def confidence_signs(
    question: str, background: str, ranked: Sequence[RankedPassage], best: Candidate
) -> Confidence:
    """What the passages (``rag.score.readable``) say, the likeliest sentence being ``best``."""
    article = best.passage.article
    own = [hit for hit in ranked if hit.passage.article.article_id == article.article_id]
    others = [hit.score for hit in ranked if hit.passage.article.article_id != article.article_id]
    top = max(own, key=lambda hit: hit.score)
    held = set(terms(" ".join([_about(article), *(hit.passage.text for hit in own)])))
    share = term_shares(question, background, ranked)
    asked = set(content_terms(_SAID_OF_PRESS.sub(" ", question)))
    missing = sum(weight for term, weight in share.items() if term in asked and term not in held)
    foreign = top.passage.language != detect_language(question)
    return Confidence(
        span=_within(best.signs.span),
        answers=_within(best.signs.answers),
        likely=best.probability,
        own=best.signs.own,
        dense=top.dense,
        margin=max(0.0, top.score - max(others, default=0.0)),
        missing=0.0 if foreign else missing,
        foreign=float(foreign),
        cosine=max(hit.cosine for hit in ranked),
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
    nearest = tuple(_nearest(question, article, candidates) for article in named)
    missing = tuple(_missing(question, named[0])) if named else ()
    return Refusal(tuple(question_phrases(question)[:_LOOKED_FOR]), missing, nearest)


def _nearest(question: str, article: Article, candidates: Sequence[Candidate]) -> Nearest:
    own = (one for one in candidates if one.passage.article.article_id == article.article_id)
    likeliest = next(own, None)
    told = likeliest.signs.own + likeliest.signs.title if likeliest else 0.0
    return Nearest(
        article_id=article.article_id,
        title=article.title or article.article_id,
        date=iso(article.date),
        account=article.account,
        lacks=_lacks_in_words(tuple(_missing(question, article)), question),
        sentence=likeliest.text if likeliest and told >= _LEAST_TOLD else "",
    )


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
