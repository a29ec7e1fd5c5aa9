"""What a reader has to tell from an answer: passages and questions that come close and do not answer.

Most of them are made of an example that is answered: its passage less the sentence or the clause
that answers (the subject is told, what is asked of it is not), another passage of the same article,
a passage of another article on like matters; and its question with one thing exchanged for another
that the passage does not name: a name, place, year, figure, or the very property asked for.
"""

from __future__ import annotations

import heapq
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from eval.training.examples import Example
from eval.training.public_sets import Text
from index.records import Span
from index.text.sentences import split_sentences
from index.text.terms import content_terms

_CLAUSE_END = re.compile(r"[，；;]|,(?!\d)")
_ENDING = re.compile(r"[。！？!?….]*[”’」』）)\"]*$")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?")
_QUOTED = re.compile(r"(?<=[“《])[^”》“《]{2,16}(?=[”》])")
_LATIN = re.compile(
    r"\b(?!(?:Who|What|When|Where|Which|Why|How|The|In|On|At|Of|For|From|After|Before|During)\b)"
    r"[A-Z][A-Za-z0-9-]{2,}(?: [A-Z][a-z]+)*"
)
_PLACE = re.compile(
    "北京|上海|天津|重庆|广东|广州|深圳|江苏|南京|苏州|浙江|杭州|宁波|山东|济南|青岛|四川|成都|湖北|武汉|湖南|长沙|河南|郑州|河北|福建|厦门|福州|安徽|合肥|江西|辽宁|大连|沈阳"
    "|陕西|西安|山西|云南|贵州|广西|海南|吉林|黑龙江|哈尔滨|内蒙古|新疆|西藏|甘肃|青海|宁夏|香港|澳门|台湾|台北|美国|英国|法国|德国|日本|韩国|俄罗斯|乌克兰|印度|巴西|加拿大|意大利|西班牙|澳大利亚"
    "|埃及|泰国|越南|新加坡|马来西亚|浦东|徐汇|闵行|松江|嘉定|临港|欧洲|非洲|亚洲"
)
_PLACES = _PLACE.pattern.split("|")
_PROPERTIES: Sequence[Sequence[str]] = (
    (
        "营业收入",
        "营收",
        "净利润",
        "利润",
        "销量",
        "产量",
        "市值",
        "订单",
        "出口额",
        "研发投入",
        "负债",
    ),
    ("主办", "承办", "协办", "赞助", "冠名", "参展"),
    ("主办方", "承办方", "赞助商", "主办单位", "设计单位", "施工单位"),
    ("开幕", "闭幕", "报名", "布展"),
    ("举行", "取消", "推迟"),
    ("开始", "结束", "截止"),
    ("成立", "上市", "破产", "注销", "搬迁"),
    ("开工", "竣工", "通车", "验收"),
    ("增长", "下降", "减少", "持平"),
    ("最高", "最低", "平均"),
    ("最大", "最小", "第二大"),
    ("男", "女"),
    ("董事长", "总经理", "财务总监", "首席科学家", "创始人"),
    ("市长", "副市长", "市委书记", "秘书长"),
    ("部长", "副部长", "发言人"),
    ("作者", "译者", "主编", "出版社"),
    ("导演", "主演", "编剧", "制片人"),
    ("价格", "重量", "尺寸", "颜色", "保修期"),
    ("长度", "宽度", "高度", "深度", "面积", "造价"),
    ("多长", "多宽", "多高", "多重"),
    ("死亡", "受伤", "失踪", "获救", "被捕"),
    ("出生", "去世", "结婚", "毕业", "退休"),
    ("门票", "展位", "停车", "座位"),
    ("获奖", "落选", "提名"),
    ("进口", "出口"),
    ("投资", "融资", "罚款", "补贴", "捐款"),
    ("研发", "生产", "销售", "测试"),
    ("面积", "人口", "海拔", "产值"),
    ("冠军", "亚军", "季军"),
    ("第一", "第二", "第三", "第四"),
    ("首届", "第二届", "第五届"),
    ("首个", "第二个", "最后一个"),
    ("上半年", "下半年"),
    ("一季度", "二季度", "三季度", "四季度"),
    ("去年", "前年", "明年"),
    ("电话", "邮箱", "网址", "地址", "传真"),
    ("早上", "中午", "晚上"),
    ("小学", "中学", "大学", "幼儿园"),
    ("父亲", "母亲", "妻子", "儿子", "老师"),
    ("first", "second", "last"),
    ("born", "buried", "married"),
    ("largest", "smallest", "second largest"),
    ("before", "after"),
    ("won", "lost"),
    ("highest", "lowest"),
    ("increase", "decrease"),
    ("founded", "sold", "dissolved"),
    ("north", "south", "east", "west"),
    ("team", "coach", "stadium", "owner"),
)
_PROPERTY = {word: group for group in _PROPERTIES for word in group}
_ANY_PROPERTY = re.compile(
    "|".join(
        rf"(?<![A-Za-z]){word}(?![A-Za-z])" if word.isascii() else word
        for word in sorted(_PROPERTY, key=len, reverse=True)
    )
)


class Names:
    """Names of a collection, to put one for another."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._quoted = _common(_QUOTED, texts)
        self._latin = _common(_LATIN, texts)

    def exchanged(self, question: str, passage: str, rng: random.Random) -> str | None:
        """The question with one thing exchanged for another that the passage does not name."""
        ways = list(self._ways(question, rng))
        rng.shuffle(ways)
        for span, other in ways:
            if other not in passage and other != span.of(question):
                return question[: span.start] + other + question[span.end :]
        return None

    def _ways(self, question: str, rng: random.Random) -> Iterator[tuple[Span, str]]:
        for match in _ANY_PROPERTY.finditer(question):
            yield Span(*match.span()), rng.choice(_PROPERTY[match.group()])
            yield Span(*match.span()), rng.choice(_PROPERTY[match.group()])
        for match in _NUMBER.finditer(question):
            yield Span(*match.span()), another_number(match.group(), rng)
        for pattern, names in (
            (_PLACE, _PLACES),
            (_QUOTED, self._quoted),
            (_LATIN, self._latin),
        ):
            for match in pattern.finditer(question):
                if names:
                    yield Span(*match.span()), rng.choice(names)


def _common(pattern: re.Pattern[str], texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(m.group() for text in texts for m in pattern.finditer(text)))


def another_number(number: str, rng: random.Random) -> str:
    if "." in number:
        return f"{float(number) * rng.uniform(1.2, 3):.1f}"
    value = int(number[:12])
    if 1900 < value < 2100:
        return str(value + rng.choice([-12, -5, -3, -2, -1, 1, 2, 4]))
    return str(max(1, value + rng.choice([-2, -1, 1, 2, 3, 7])) if value < 100 else value * 2 + 1)


def without_clause(sentence: str, answer: Span) -> str:
    """A sentence less the clause that holds the answer; ``""`` where it has but one."""
    cuts = [0, *(match.end() for match in _CLAUSE_END.finditer(sentence)), len(sentence)]
    first = max(at for at in cuts if at <= answer.start)
    last = min(at for at in cuts if at >= answer.end)
    ending = _ENDING.search(sentence) if last == len(sentence) and first else None
    kept = (
        sentence[:first].rstrip("，；,; ") + ending[0]
        if ending
        else sentence[:first] + sentence[last:]
    )
    return kept if len(kept) > 8 else ""


class Neighbours:
    """Texts that share rare words with a question, by an inverted index of their first sentences."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = texts
        self._holding: dict[str, list[int]] = defaultdict(list)
        for at, text in enumerate(texts):
            for term in set(content_terms(text.title + " " + text.text[:150])):
                self._holding[term].append(at)

    def near(self, question: str, group: str, rng: random.Random) -> Text | None:
        """One of the five other articles that share most with a question; ``None`` where none does."""
        votes: dict[int, float] = defaultdict(float)
        for term in dict.fromkeys(
            content_terms(question)
        ):  # a set has another order in each process
            holding = self._holding.get(term, ())
            if 0 < len(holding) < 1500:
                weight = 1 / (5 + len(holding)) ** 0.5
                for at in holding:
                    votes[at] += weight
        most = heapq.nlargest(6, votes, key=votes.__getitem__)
        best = [at for at in most if self._texts[at].article_id != group]
        return self._texts[rng.choice(best[:5])] if best else None


def window(text: str, at: int, room: int, rng: random.Random) -> Span:
    """Whole sentences of about ``room`` characters around the place ``at``, at a random offset."""
    spans = split_sentences(text)
    if not spans:
        return Span(0, min(len(text), room))
    here = next((i for i, span in enumerate(spans) if span.end > at), len(spans) - 1)
    first = last = here
    while True:
        size = spans[last].end - spans[first].start
        before = spans[first - 1].end - spans[first - 1].start if first else 10**6
        after = spans[last + 1].end - spans[last + 1].start if last + 1 < len(spans) else 10**6
        ways = [way for way, more in ((-1, before), (1, after)) if size + more <= room]
        if not ways:
            return Span(spans[first].start, spans[last].end)
        if rng.choice(ways) < 0:
            first -= 1
        else:
            last += 1


def occurrences(text: str, answer: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(answer), text)]


def place_of(example: Example) -> int:
    """Where the answer that counts stands: as said, else where most of the question's words are near."""
    if example.near >= 0:
        return example.near
    asked = set(content_terms(example.question))
    places = occurrences(example.text, example.answers[0])
    if len(places) < 2 or not asked:
        return places[0]

    def shared(at: int) -> int:
        return len(asked.intersection(content_terms(example.text[max(0, at - 60) : at + 60])))

    return max(places, key=shared)
