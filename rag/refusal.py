"""Whether the evidence answers at all; if not, what it lacks.

Two things speak against an answer. A low confidence: a logistic regression on how near the best
article is, how far it is ahead of the next, and how much of the question's wording it lacks, fitted
by ``benchmarks/answering.py``. And a gap: a place, a year, an ordinal (第八期) or a product name of
the question that the article never mentions, or a thing asked for (a sum of money, a number with its
unit) that it holds nowhere; a person or an award that it does not name; or the very thing asked for
where it speaks of the rest (the model was released, its name is not said). A gap can be named, so it
is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.language import Language, detect_language
from index.records import Article
from index.sentences import split_sentences
from index.terms import content_terms, fold, question_phrases, terms
from rag.asked import SURNAMES, Asked, wanted
from rag.names import NameKind, find_names, fold_name, latin_words, stands_in
from rag.numerals import chinese_number
from rag.records import Nearest, RankedPassage, Refusal, Strictness, iso
from rag.score import Candidate, readable, term_shares

_NEAREST = 3
_LOOKED_FOR = 8

_FARTHEST = 0.15
"""Cosine after centring; the nearest passage of nearly every answerable question is nearer."""

_LEAST_CONFIDENCE = {Strictness.STRICT: 0.45, Strictness.BALANCED: 0.25, Strictness.OPEN: 0.1}
_LEAST_CONFIDENCE_FOREIGN = {
    Strictness.STRICT: 0.55,
    Strictness.BALANCED: 0.46,
    Strictness.OPEN: 0.35,
}
"""Where words cannot tell, nearness has to tell more."""

_CHAT = re.compile(
    r"(?:你好|您好|嗨|哈喽|早上好|晚上好|谢谢|多谢|再见|在吗|你是谁|你叫什么|你会什么|你能做什么|(?:给我)?(?:讲|说)[个一]*(?:笑话|故事)"
    r"|写[一]?[首篇](?:诗|作文|歌)|陪我聊|hi|hello|hey|thanks?(?: you)?|bye|good (?:morning|evening)|who are you"
    r"|what can you do|how are you|tell me a (?:joke|story)|write (?:me )?a (?:poem|song|story))"
    r"\W*(?:[啊呀吧吗呢哦哈啦了你您]|there|all|everyone|please|today|据闻|juwen)?\W*",
    re.I,
)
_TOLD_BY_FORM = {
    Asked.MONEY,
    Asked.SHARE,
    Asked.NUMBER,
    Asked.CONTACT,
}  # a time is said in any words
_ORDINAL = re.compile(r"第\s*([\d一二三四五六七八九十百]+)\s*([届期批次站季代版回])")
_RANK = re.compile(r"[金银铜]奖|[特一二三四]等奖|优秀奖|[冠亚季]军|[上下]半年")
_NOUN_OF_PERSON = "先生|女士|教授|博士|院士|书记|主任|总经理|董事长|团队"
_ACT_OF_PERSON = "担任|获|当选|出生|毕业|表示|认为|介绍|提到|说过|研发|创办|创立|加入|带领|带的|从事|去世|哪一?年|何时|是(?:哪|在|什|谁|何)"
_PERSON = re.compile(
    rf"(?:^|[，、。？和与对向由及“”\s])([{SURNAMES}](?:(?![给我你他她它们个不了的是在有和与])[\u4e00-\u9fff]){{1,2}})(?={_NOUN_OF_PERSON}|{_ACT_OF_PERSON})"
)
_ASKS = re.compile(r"[哪几什何]")
_CALLED = re.compile(rf"[是叫由长任总席师士][{SURNAMES}][\u4e00-\u9fff]{{1,2}}")
_PERSON_CALLED = re.compile(r"[长任总理席师士员者人裁家他她谁]的?(?:叫|名|姓)")
_SAID_OF_PRESS = re.compile(
    r"专栏|栏目|文章|报道|推文|推送|新闻|消息|这篇|那篇"
    r"|\b(?:articles?|posts?|stor(?:y|ies)|reports?|reported|news|says?|said|published)\b",
    re.I,
)
_SEVERAL = 2
_TOLD = 0.7
"""Share of a question's terms in a sentence and its title from which on it speaks of the question."""

_TOLD_NEARBY = 0.5
# The forms of persons and places are too many to tell by them.
_TOLD_APART = _TOLD_BY_FORM | {Asked.DATE, Asked.NAME}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Confidence:
    """What says how well the evidence fits; as weights, what each counts.

    Attributes:
        dense: The best article's standardised cosine.
        margin: How far its fused score is ahead of the next article's; 0 where it is behind.
        missing: Share of the question's terms, by weight, that its passages and heading lack.
        foreign: The same where it is in another language, to be added.
        cosine: The highest cosine of all passages.
        base: 1; as a weight, the intercept.
    """

    dense: float
    margin: float
    missing: float
    foreign: float
    cosine: float
    base: float = 1.0


WEIGHTS = Confidence(
    dense=0.234, margin=0.219, missing=-3.363, foreign=2.36, cosine=2.458, base=-0.63
)


def is_chat(question: str) -> bool:
    """Whether it is small talk, which no article answers.

    >>> is_chat("你好！"), is_chat("你好医院在哪里？")
    (True, False)
    """
    return bool(_CHAT.fullmatch(question.strip()))


def confidence(signs: Confidence) -> float:
    """The probability, 0 to 1, that the evidence answers."""
    total = (
        WEIGHTS.dense * signs.dense
        + WEIGHTS.margin * signs.margin
        + WEIGHTS.missing * signs.missing
        + WEIGHTS.foreign * signs.foreign
        + WEIGHTS.cosine * signs.cosine
        + WEIGHTS.base * signs.base
    )
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
        dense=top.dense,
        margin=max(0.0, top.score - max(others, default=0.0)),
        missing=missing,
        foreign=missing if foreign else 0.0,
        cosine=max(hit.cosine for hit in ranked),
    )


def lacks(question: str, article: Article) -> tuple[str, ...]:
    """What the question names or asks for and the article holds nowhere, in the question's words.

    Nothing is said of an article in another language, where the same thing has another name.
    """
    if detect_language(question) != article.language:
        return ()
    if question.count("、") >= _SEVERAL:
        return ()  # of several things each may stand in another article
    body = f"{_about(article)}\n{article.text}"
    gaps = [*_missing_names(question, body), *_missing_kind(question, body)]
    return tuple(dict.fromkeys(gaps or _untold(question, article)))


def _missing_names(question: str, body: str) -> Iterator[str]:
    folded, words = fold_name(body), latin_words(body)
    english = detect_language(question) is Language.ENGLISH
    for name in find_names(question, english=english):
        # AI may stand there as 人工智能; E20 has no other name.
        told = (name.kind is NameKind.PLACE and not _ASKS.search(name.text)) or (
            name.kind is NameKind.LATIN and any(map(str.isdigit, name.text))
        )
        if told and not stands_in(name, folded, words):
            yield name.text
    yield from (m[1] for m in _PERSON.finditer(question) if fold_name(m[1]) not in folded)
    yield from (m.group() for m in _RANK.finditer(question) if m.group() not in fold(body))
    years = set(_YEAR.findall(fold(body)))
    spelled = "{}" if english else "{}年"
    yield from (spelled.format(y) for y in _YEAR.findall(fold(question)) if y not in years)
    stand = set(_ordinals(body))
    yield from (
        match.group()
        for match in _ORDINAL.finditer(question)
        if _ordinal(match) not in stand and not (_ordinal(match)[0] == "1" and "首" in body)
    )


def _missing_kind(question: str, body: str) -> Iterator[str]:
    """The thing asked for, where it can be told by its form."""
    asked = wanted(question)
    form = (asked.exactly or asked.holds) if asked.asked in _TOLD_BY_FORM else None
    a_few = asked.words.startswith("几")  # these may be named one by one
    if form and not a_few and not form.search(body):
        yield asked.words


def _untold(question: str, article: Article) -> Iterator[str]:
    """The thing asked for, where sentences speak of the question and none near them holds such a thing."""
    asked = wanted(question)
    # A time is said in any words, a day only as a day.
    form = asked.exactly if asked.asked is Asked.DATE else asked.exactly or asked.holds
    about = set(content_terms(question.replace(asked.words, " ").replace("名字", " ")))
    if not (form and about) or asked.asked not in _TOLD_APART or asked.words.startswith("几"):
        return
    heading = about.intersection(terms(article.heading))
    sentences = [span.of(article.text) for span in split_sentences(article.text)]
    told = [len(about.intersection(terms(one)) | heading) / len(about) for one in sentences]
    if max(told, default=0.0) < _TOLD:
        return
    near = [at for at, share in enumerate(told) if share >= _TOLD_NEARBY]
    spoken = [" ".join(sentences[max(0, at - 1) : at + 2]) for at in near]
    called = _PERSON_CALLED.search(question) and any(map(_CALLED.search, spoken))
    if not called and not any(map(form.search, spoken)):
        yield asked.words


def _ordinals(text: str) -> Iterator[tuple[str, str]]:
    return map(_ordinal, _ORDINAL.finditer(text))


def _ordinal(match: re.Match[str]) -> tuple[str, str]:
    digits = match[1]
    number = digits if digits.isdigit() else str(chinese_number(digits) or digits)
    return number, match[2]


def _about(article: Article) -> str:
    day = article.date
    spelled = f"{day.year}年{day.month}月{day.day}日" if day else ""
    return f"{article.heading} {article.account} {spelled}"


def refusal_of(question: str, articles: Sequence[Sequence[RankedPassage]]) -> Refusal:
    """What was looked for, and what came nearest and lacks what."""
    named = [hits[0].passage.article for hits in articles[:_NEAREST]]
    gaps = {article.article_id: lacks(question, article) for article in named}
    ranked = readable(articles)
    held = set(terms(" ".join(f"{_about(h.passage.article)} {h.passage.text}" for h in ranked)))
    phrases = question_phrases(question)
    unsaid = [p for p in phrases if ranked and not held.intersection(terms(p))]
    shared = gaps[named[0].article_id] if named else ()
    return Refusal(
        looked_for=tuple(phrases[:_LOOKED_FOR]),
        missing=tuple(dict.fromkeys([*shared, *unsaid])),
        nearest=tuple(_nearest(article, gaps[article.article_id], question) for article in named),
    )


def _nearest(article: Article, gaps: Sequence[str], question: str) -> Nearest:
    return Nearest(
        article_id=article.article_id,
        title=article.title or article.article_id,
        date=iso(article.date),
        account=article.account,
        lacks=_lacks_in_words(gaps, question),
    )


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
    nearest = [f"{n.title} ({n.date})" if n.date else n.title for n in refusal.nearest]
    if english:
        text = "The articles in this library do not answer this question"
        text += f": nothing on {', '.join(refusal.missing)}." if refusal.missing else "."
        return f"{text} Nearest: {'; '.join(nearest)}." if nearest else text
    text = "文章库中没有能回答这个问题的内容"
    text += (
        f"：没有提到{'、'.join(f'“{gap}”' for gap in refusal.missing)}。"
        if refusal.missing
        else "。"
    )
    return f"{text}最接近的文章：{'；'.join(nearest)}。" if nearest else text


_PURPOSE: Mapping[bool, str] = {
    True: "I answer questions from the articles in this library, with the sentences they rest on. "
    "Ask about something that they report.",
    False: "我根据文章库里的文章回答问题，并给出所依据的原句。请就文章报道的内容提问。",
}


def is_sure(signs: Confidence, strictness: Strictness) -> bool:
    """Whether the evidence answers with the confidence that ``strictness`` asks for."""
    foreign = signs.foreign > 0
    least = (_LEAST_CONFIDENCE_FOREIGN if foreign else _LEAST_CONFIDENCE)[strictness]
    return signs.cosine >= _FARTHEST and confidence(signs) >= least


def heeds_gaps(strictness: Strictness) -> bool:
    """Whether a gap alone forbids an answer."""
    return strictness is not Strictness.OPEN
