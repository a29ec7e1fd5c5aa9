"""Claims made of news sentences: some that follow from what they were made of, some that do not.

A sentence of an article is told shorter, in another order or in other words; for each that still
follows there is one of the same sentence that does not, by a way in which summaries go wrong: a
plan told as done, a figure, name or role exchanged, a part told as the whole, a condition or a
doubt dropped, cause and effect reversed, something put in that the article tells of elsewhere
(Kryściński et al. 2020, arXiv:1910.12840, made training pairs of news by rules in this way).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eval.training.near_misses import another_number
from eval.training.public_sets import Text
from index.text.names import NameKind, find_names
from index.text.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and the words that it is held against.

    Attributes:
        kind: In which way it was made.
        group: The article, by which claims are kept from training together.
    """

    text: str
    title: str
    evidence: str
    follows: bool
    kind: str
    group: str


_SHORTEST, _LONGEST = 18, 130
_PLACES = 4
"""Sentences of an article that are tried."""

_EXTRA, _ELSEWHERE = 0.12, 0.05
"""How often words of another sentence are put in, or a claim is one."""

_EVIDENCE = 260
"""Characters of the sentences that a claim is held against."""

_CLAUSE = re.compile(r"[，；]")
_LEAD = re.compile(
    r"^(?:据[^，]{1,20}|[^，]{0,12}(?:获悉|了解到|介绍|显示|报道)|目前|此外|同时|另外|其中)，"
)
_NUMBER = re.compile(r"(?<![\d.,A-Za-z])\d+(?:\.\d+)?(?![\d,A-Za-z])")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?=[日号](?!本))")
_MONTH = re.compile(r"(?<!\d)\d{1,2}(?=月)")
_PLANNED = re.compile(
    r"(?<![据应即的])(?:将会?|拟|计划|预计|有望|力争|预期|准备|打算|即将)(?:于|在)?(?!军|领|士|来|近|要|其|提|显|安|，)"
)
_DONE = re.compile(r"(?<![而早不])(?:已经?|成功|正式)(?=[\u4e00-\u9fff]{2})(?!知|有)")
_CONDITION = re.compile(
    r"(?:^|(?<=[，；]))(?:如果?|若|倘若|只有|除[^，]{2,12}外|在[^，]{2,14}(?:前提下|情况下|条件下)|对[^，]{2,16}的)[^，；]{2,30}，"
)
_CAUSE = re.compile(
    r"(?P<one>(?<![\u4e00-\u9fff\w])[\u4e00-\u9fff\w]{4,22}?)(?P<verb>导致|造成|引发|带动|推动了?|促进了?|使得?|引起)(?P<other>[\u4e00-\u9fff\w]{4,24})"
)
_BECAUSE = re.compile(
    r"(?<![\u4e00-\u9fff])(?:由于|因为|受|得益于)(?P<one>[^，；。]{4,26}?)(?:影响|的影响)?，(?P<other>[^，；。]{4,36})"
)
_SPEAKER = re.compile(r"(?P<who>[\u4e00-\u9fff]{2,4})(?=(?:表示|说|指出|认为|称|强调|介绍)[，：“])")
_COMPARED = re.compile(
    r"(?P<one>[^，；。比]{2,14})比(?P<other>[^，；。比]{2,14}?)(?=更|多|少|高|低|大|小|快|慢|增|减|下|上)"
)

_WORDS: Sequence[Sequence[str]] = (
    ("增长", "下降"), ("增加", "减少"), ("上升", "下滑"), ("上涨", "下跌"), ("提高", "降低"),
    ("扩大", "缩小"), ("超过", "不足"), ("高于", "低于"), ("多于", "少于"), ("领先", "落后"),
    ("最大", "最小", "第二大"), ("最高", "最低"), ("最多", "最少"), ("最早", "最晚"),
    ("首个", "第二个", "最大的"), ("首次", "再次"), ("首批", "全部"), ("首届", "第二届"),
    ("第一", "第二", "第三"), ("冠军", "亚军"), ("提前", "推迟"), ("开始", "结束"),
    ("开幕", "闭幕"), ("允许", "禁止"), ("支持", "反对"), ("同意", "拒绝"), ("批准", "否决"),
    ("免费", "收费"), ("公开", "秘密"), ("自愿", "强制"), ("强制性", "推荐性"), ("公益", "商业"),
    ("国有", "民营"), ("国内", "国际", "全球"), ("线上", "线下"), ("进口", "出口"),
    ("买入", "卖出"), ("收购", "出售"), ("投资", "融资"), ("主办", "承办", "协办", "参加"),
    ("获得", "颁发"), ("批发", "零售"), ("上游", "下游"), ("上半年", "下半年", "全年"),
    ("一季度", "二季度", "三季度"), ("去年", "今年", "明年"), ("上午", "下午"), ("之前", "之后"),
    ("上市", "退市"), ("成立", "解散"), ("开放", "关闭"), ("恢复", "暂停"), ("盈利", "亏损"),
    ("净利润", "营业收入", "销售额"), ("产量", "销量"), ("产值", "利润"), ("面积", "长度"),
    ("成年", "未成年"), ("男性", "女性"), ("老年", "青年"), ("城镇", "农村"), ("东部", "西部"),
    ("南部", "北部"), ("省级", "国家级", "市级"), ("试行", "正式实施"), ("草案", "正式文件"),
    ("临时", "永久"), ("短期", "长期"), ("直接", "间接"), ("独家", "共同"), ("硬件", "软件"),
    ("研发", "生产", "销售"), ("理论", "实验"), ("死亡", "受伤"), ("嫌疑人", "受害人"),
    ("原告", "被告"), ("买方", "卖方"), ("总部", "分部"), ("董事长", "总经理"),
    ("同比", "环比"), ("至少", "至多"), ("以上", "以下"), ("增长了", "增长到"), ("工作日", "休息日"),
)  # fmt: skip
_OTHERS = {word: [o for o in group if o != word] for group in _WORDS for word in group}
_ANY = re.compile("|".join(sorted(map(re.escape, _OTHERS), key=len, reverse=True)))

_SCOPE = re.compile(
    r"超过?半数的?|近半数?的?|过半的?|部分|大部分|多数|大多数|一些|不少|约三分之一的?|约?一半的?|主要|之一|等(?=地|国|市|省|部门|企业)"
)
_WHOLE = {"之一": "", "主要": "全部", "等": ""}
_DOUBT = re.compile(r"可能会?|或许|或将|或会|大概率|疑似|据称|据悉，?|预计|有望|初步")
_DENIAL = re.compile(
    r"(?<![绝无])(?:没有|并未|并不|尚未|未能|不(?=[会能可得再是要])|未(?=[能经被获来]?[\u4e00-\u9fff]))(?!来|必)"
)
_AFFIRMED = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=(?:获得|达到|完成|参加|通过|公布|包括|涉及|实现|影响|提供|接受|需要|属于|符合)[\u4e00-\u9fff])"
)

_SAME: Sequence[tuple[str, str]] = (
    ("表示", "称"), ("举行", "举办"), ("召开", "举行"), ("目前", "眼下"),  ("超过", "超"),
    ("达到", "达"), ("进行", "开展"), ("公布", "发布"), ("发布", "公布"), ("包括", "涵盖"), ("增长", "上升"),
    ("下降", "下滑"), ("增加", "增长"), ("减少", "下降"), ("提高", "提升"), ("共计", "总共"),
    ("近日", "日前"), ("日前", "近日"), ("以及", "和"),
    ("由于", "因为"), ("因此", "所以"), ("获得", "拿到"), ("开展", "进行"), ("企业", "公司"), ("成立", "设立"),
    ("位于", "在"), ("来自", "出自"), ("首次", "第一次"), ("首个", "第一个"), ("其中", "这里面"), ("推出", "发布"),
    ("购买", "买"), ("禁止", "不允许"), ("需要", "须"), ("应当", "应该"),  ("将于", "会在"),
    ("预计", "估计"), ("可能", "或许"), ("此次", "这次"),  ("尚未", "还没有"),
    ("截至", "到"),  ("左右", "上下"), ("完成", "做完"), ("参加", "参与"), ("指出", "表示"),
)  # fmt: skip
_SAME_PATTERN = re.compile(
    "|".join(sorted({re.escape(a) for a, _ in _SAME}, key=len, reverse=True))
)
_SAME_WORDS = dict(_SAME)


def claims_of(text: Text, rng: random.Random) -> list[Claim]:
    """A claim that follows and one that does not, of one sentence; none where nothing can be made."""
    spans = split_sentences(text.text)
    told = [" ".join(span.of(text.text).split()) for span in spans]
    places = [at for at, one in enumerate(told) if _SHORTEST <= len(one) <= _LONGEST]
    rng.shuffle(places)
    for tried, at in enumerate(places[:_PLACES]):
        sentence = told[at]
        evidence = _evidence(told, at, rng)
        kept = _told_anew(sentence, rng)
        last = tried == min(len(places), _PLACES) - 1
        wrong = _corrupted(kept, sentence, text.text, told, evidence, rng, last=last)
        if wrong and wrong[1] not in evidence:
            made = [(kept, True, "same"), (wrong[1], False, wrong[0])]
            return [Claim(c, text.title, evidence, f, kind, text.article_id) for c, f, kind in made]
    return []


def _evidence(told: Sequence[str], at: int, rng: random.Random) -> str:
    """The sentence with one or two others of its article, as the verifier finds them."""
    beside = [i for i in (at - 1, at + 1) if 0 <= i < len(told)]
    others = rng.sample(beside, k=min(len(beside), rng.choice([0, 0, 1, 1, 2])))
    kept = sorted([at, *others])
    parts = [told[i] for i in kept]
    while len(parts) > 1 and sum(map(len, parts)) > _EVIDENCE:
        parts.remove(next(p for p in reversed(parts) if p != told[at]))
    return "\n".join(parts)


def _told_anew(sentence: str, rng: random.Random) -> str:
    """The same in fewer or other words: leading words and last clauses dropped, like for like."""
    said = _LEAD.sub("", sentence) if rng.random() < 0.7 else sentence
    clauses = _CLAUSE.split(said)
    if len(clauses) > 2 and rng.random() < 0.5 and not _CONDITION.search(said):
        said = "，".join(clauses[: rng.randint(2, len(clauses) - 1)])
    chance = rng.choice([0.2, 0.6, 0.9])

    def other(match: re.Match[str]) -> str:
        return _SAME_WORDS[match.group()] if rng.random() < chance else match.group()

    said = _SAME_PATTERN.sub(other, said)
    return said.rstrip("，；。 ") + "。"


def _corrupted(
    claim: str,
    sentence: str,
    article: str,
    told: Sequence[str],
    evidence: str,
    rng: random.Random,
    *,
    last: bool,
) -> tuple[str, str] | None:
    """The kind of the change and the claim with it; ``None`` where none fits.

    Args:
        last: Whether what fits every sentence, words of another one, is tried, too.
    """

    def extra() -> Iterator[str]:
        return _with_clause_of(claim, told, evidence, rng)

    def elsewhere() -> Iterator[str]:
        return _of_elsewhere(told, evidence, rng)

    ways: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("words", lambda: _with_other_words(claim, rng)),
        ("plan", lambda: _plan_told_as_done(claim)),
        ("plan", lambda: _done_told_as_plan(claim, rng)),
        ("scope", lambda: _each(claim, _SCOPE, lambda m: _WHOLE.get(m, "所有"))),
        ("certainty", lambda: _each(claim, _DOUBT, lambda m: rng.choice(["", "", "确定"]))),
        ("negation", lambda: _each(claim, _DENIAL, lambda m: rng.choice(["", "已"]))),
        ("negation", lambda: _each(claim, _AFFIRMED, lambda m: rng.choice(["未", "没有", "不"]))),
        ("condition", lambda: _each(claim, _CONDITION, lambda m: "")),
        ("cause", lambda: _turned(claim)),
        ("entity", lambda: _with_other_name(claim, article, rng)),
        ("entity", lambda: _with_other_name(claim, article, rng)),
        ("roles", lambda: _with_names_exchanged(claim, rng)),
        ("speaker", lambda: _with_other_speaker(claim, article, rng)),
        ("swap", lambda: _with_numbers_exchanged(claim)),
        ("number", lambda: _with_other_number(claim, article, rng)),
    ]
    rng.shuffle(ways)
    for share, any_time in ((_EXTRA, ("extra", extra)), (_ELSEWHERE, ("elsewhere", elsewhere))):
        if last or rng.random() < share:
            ways.insert(len(ways) if last else 0, any_time)
    for kind, way in ways:
        changed = next((one for one in way() if one != claim and one != sentence), None)
        if changed:
            return kind, changed
    return None


def _each(claim: str, pattern: re.Pattern[str], other: Callable[[str], str]) -> Iterator[str]:
    for match in pattern.finditer(claim):
        yield claim[: match.start()] + other(match.group()) + claim[match.end() :]


def _with_other_words(claim: str, rng: random.Random) -> Iterator[str]:
    matches = list(_ANY.finditer(claim))
    rng.shuffle(matches)
    for match in matches:
        other = rng.choice(_OTHERS[match.group()])
        yield claim[: match.start()] + other + claim[match.end() :]


def _plan_told_as_done(claim: str) -> Iterator[str]:
    yield from _each(claim, _PLANNED, lambda m: "已于" if m.endswith("于") else "已")
    yield from _each(claim, _PLANNED, lambda m: "于" if m.endswith("于") else "")


def _done_told_as_plan(claim: str, rng: random.Random) -> Iterator[str]:
    yield from _each(claim, _DONE, lambda m: rng.choice(["将", "计划", "有望"]))


def _turned(claim: str) -> Iterator[str]:
    for match in _CAUSE.finditer(claim):
        turned = match["other"] + match["verb"] + match["one"]
        yield claim[: match.start()] + turned + claim[match.end() :]
    for match in _BECAUSE.finditer(claim):
        turned = f"由于{match['other']}，{match['one']}"
        yield claim[: match.start()] + turned + claim[match.end() :]
    for match in _COMPARED.finditer(claim):
        turned = f"{match['other']}比{match['one']}"
        yield claim[: match.start()] + turned + claim[match.end() :]


def _with_other_name(claim: str, article: str, rng: random.Random) -> Iterator[str]:
    """With a name for another of its kind that the article gives."""
    names = [n for n in find_names(claim, english=False) if n.kind is not NameKind.QUOTED]
    others = find_names(article[:3000], english=False)
    rng.shuffle(names)
    rng.shuffle(others)
    for name in names:
        for other in others:
            if other.kind is name.kind and other.text not in claim and name.text not in other.text:
                yield claim[: name.start] + other.text + claim[name.end :]


def _with_names_exchanged(claim: str, rng: random.Random) -> Iterator[str]:
    names = find_names(claim, english=False)
    pairs = [
    (one, other)
        for i, one in enumerate(names)
        for other in names[i + 1 :]
        if one.kind is other.kind and one.end <= other.start and one.text != other.text
        and not re.fullmatch(r"[、和与及]", claim[one.end : other.start])
    ]  # fmt: skip
    rng.shuffle(pairs)
    for one, other in pairs:
        between = claim[one.end : other.start]
        yield claim[: one.start] + other.text + between + one.text + claim[other.end :]


def _with_other_speaker(claim: str, article: str, rng: random.Random) -> Iterator[str]:
    people = [
        n.text for n in find_names(article[:3000], english=False) if n.kind is NameKind.PERSON
    ]
    rng.shuffle(people)
    for match in _SPEAKER.finditer(claim):
        for person in people:
            if person not in claim:
                yield claim[: match.start()] + person + claim[match.end() :]


def _with_numbers_exchanged(claim: str) -> Iterator[str]:
    for pattern in (_NUMBER, _YEAR, _DAY, _MONTH):
        found = list(pattern.finditer(claim))
        for one, other in pairwise(found):
            if one.group() != other.group():
                between = claim[one.end() : other.start()]
                yield (
                    claim[: one.start()]
                    + other.group()
                    + between
                    + one.group()
                    + claim[other.end() :]
                )


def _with_other_number(claim: str, article: str, rng: random.Random) -> Iterator[str]:
    found = list(_NUMBER.finditer(claim))
    rng.shuffle(found)
    for match in found:
        there = [m for m in _NUMBER.findall(article) if m != match.group() and m not in claim]
        other = (
            rng.choice(there)
            if there and rng.random() < 0.5
            else another_number(match.group(), rng)
        )
        yield claim[: match.start()] + other + claim[match.end() :]


def _with_clause_of(
    claim: str, told: Sequence[str], evidence: str, rng: random.Random
) -> Iterator[str]:
    """With a clause that the article has elsewhere put in at the end or the beginning."""
    elsewhere = [one for one in told if one not in evidence and len(one) > 12]
    for sentence in rng.sample(elsewhere, k=min(3, len(elsewhere))):
        clauses = [c.strip("。！？ ") for c in _CLAUSE.split(sentence) if 5 < len(c) < 30]
        if clauses:
            yield f"{claim.rstrip('。')}，{rng.choice(clauses)}。"


def _of_elsewhere(told: Sequence[str], evidence: str, rng: random.Random) -> Iterator[str]:
    elsewhere = [t for t in told if t not in evidence and _SHORTEST <= len(t) <= _LONGEST]
    if elsewhere:
        yield _told_anew(rng.choice(elsewhere), rng)
