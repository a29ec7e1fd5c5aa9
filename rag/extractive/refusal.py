"""What is said where the articles do not answer: what was looked for, what came nearest and lacks what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.records import Article
from index.text.language import Language, detect_language
from index.text.names import find_names, fold_name, latin_words, stands_in
from index.text.terms import question_phrases
from rag.extractive.candidates import Candidate
from rag.question.abbreviations import is_period
from rag.records import Nearest, RankedPassage, Refusal, iso

_NEAREST = 3
_LOOKED_FOR = 8

_LEAST_TOLD = 0.1
"""Share of the question's terms that the sentence quoted in a refusal has to have, or its title."""


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
    yield from dict.fromkeys(
        n.text for n in names if not is_period(n.text) and not stands_in(n, folded, words)
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
