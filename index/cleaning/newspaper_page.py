"""A newspaper page as a text recogniser leaves it: cut into its articles, their columns mended.

Everything here works on lines: what a line is can be told by its length, its marks and the blank
lines around it, never for certain. In doubt a page stays whole and a line where it is.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from unicodedata import east_asian_width

from index.cleaning.draft import Draft, Edit
from index.cleaning.ocr_loops import collapse_loops
from index.records import Layout, RawArticle, Span

# --- Lines and what they are ---------------------------------------------------------------------

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARK = "■□◆◇●○▲△★☆"
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = frozenset("。！？!?….；;：:，,、")
_CLOSERS = "”’」』）)】》〉\"'"
_SHORTEST_HEADING, _LONGEST_HEADING = 4, 36
_LONGEST_CREDIT, _LONGEST_PROMOTION, _LONGEST_FIGURE = 40, 60, 80
_SHORTEST_CAPTION, _LONGEST_CAPTION = 6, 40

_LIST_ITEM = re.compile(
    r"[（(]?(?:[0-9０-９]{1,3}|[一二三四五六七八九十]{1,3}|[①-⑳])[、.．）)：: ]|0\d|第[一二三四五六七八九十0-9]+[章节条款部]"
    rf"|[-*#•·◦▪>|{_MARK}] ?|[①-⑳]|[A-Za-z][.)、]"
)
_CREDIT = re.compile(
    r"供图|(?<!拍)摄(?:影)?(?=[\s）)/／、]|$)|(?:制图|制表|绘图|摄影|图片|照片|图源|插画|漫画) ?[:：/／]"
    r"|图片来源|资料(?:图|照)片?[）)]?$|新华社发"
)
_PROMOTION = re.compile(
    r"敬请(?:期待|关注|垂注)[。！!]?$|^[（(]?(?:下转|上接|紧接|转|详见) ?第? ?[A-Z]?[0-9一二三四五六七八九十]+ ?版"
    r"|^[（(]?扫(?:码|描).{0,8}(?:二维码)?.{0,4}(?:观看|阅读|查看|了解|收看)"
)
_FIGURE = re.compile(
    rf"[▲△] ?[{_HAN}]|图为|[上下左右题]图(?:为|[:：])|图[一二三四五六七八九十\d①-⑳]{{1,2}}(?:为|[:：])"
)
_BYLINE = re.compile(
    rf"[{_MARK}]? ?(?:[{_HAN}]{{0,8}}(?:记者|通讯员|评论员|作者)[ :：/／|｜]*[{_HAN}·]{{2,12}}(?:[ 、,，]+[{_HAN}·]{{2,12}})*[ ]?)+"
    rf"|[{_MARK}] ?[{_HAN}·]{{2,4}}(?:[ 、]+[{_HAN}·]{{2,4}})*"
)
_DATELINE = re.compile(
    rf"(?:本报讯|本报[{_HAN}]{{2,8}}讯|新华社[{_HAN}]{{2,8}}电|据[{_HAN}]{{2,6}}社)[ （(，,]"
)
_ENDING = re.compile(r"[（(]完[）)]$|^[（(【\[]? ?(?:责任编辑|责编|编辑|版式|校对)[:： ]")
_NO_HEADING = re.compile(
    r"[（(【\[].*[）)】\]]|.*(?:\d{7}|@|www\.|https?:|电话|热线|联系方式|责编|责任编辑|来源[:：]|版权|转发|注明出处|点赞|分享|公众号)"
)
_NOT_IN_CAPTION = re.compile(r"[了吗吧呢我你他她它们说是]|[，,；;：:！？!?…]|[。.].")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank, trimmed, and how many blank lines stand above it."""

    start: int
    end: int
    text: str
    above: int
    indented: bool


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    seen = 0
    for match in _LINE.finditer(text):
        if not (trimmed := match.group().strip()):
            continue
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        blank = text.count("\n", seen, start) - 1
        lines.append(
            _Line(
                start,
                start + len(trimmed),
                trimmed,
                max(blank, 0) if lines else 0,
                start > match.start(),
            )
        )
        seen = start + len(trimmed)
    return lines


def _visible(text: str) -> int:
    return len(text) - text.count(" ")


def _is_open(text: str) -> bool:
    """Whether no sentence or clause ends with the line."""
    bare = text.rstrip(_CLOSERS)
    return bool(bare) and bare[-1] not in _SENTENCE_END


def _is_credit(text: str) -> bool:
    short = _visible(text) <= _LONGEST_CREDIT and not re.search(r"[，。；！？;!?].", text)
    return short and _CREDIT.search(text) is not None


def _is_promotion(text: str) -> bool:
    short = _visible(text) <= _LONGEST_PROMOTION and not re.search(r"[。！？].", text)
    return short and _PROMOTION.search(text) is not None


def _is_figure(text: str) -> bool:
    return _visible(text) <= _LONGEST_FIGURE and _FIGURE.match(text) is not None


def _is_byline(text: str) -> bool:
    return len(text) <= _LONGEST_CREDIT and _BYLINE.fullmatch(text) is not None


def _is_aside(text: str) -> bool:
    """Whether a line is known by its words to be no part of the running text."""
    return _is_credit(text) or _is_promotion(text) or _is_figure(text)


def _may_be_caption(text: str) -> bool:
    return (
        text[-1] == "。"
        and _SHORTEST_CAPTION <= _visible(text) <= _LONGEST_CAPTION
        and not _NOT_IN_CAPTION.search(text)
        and not _LIST_ITEM.match(text)
    )


def _is_heading(text: str) -> bool:
    """A short line without an end, which is none of the other kinds of short line."""
    return (
        _SHORTEST_HEADING <= _visible(text) <= _LONGEST_HEADING
        and _is_open(text)
        and not _LIST_ITEM.match(text)
        and not _NO_HEADING.match(text)
        and not _is_aside(text)
        and not _is_byline(text)
    )


def _is_headline(text: str) -> bool:
    """A heading, which above an article may also ask or exclaim."""
    return _is_heading(text.rstrip("！？!?"))


# --- The articles of a page ----------------------------------------------------------------------

_FEWEST_TO_JUDGE, _ENOUGH_TO_JUDGE = 80, 300  # words
_SHORTEST_SECTION = 50  # characters below a headline
_MOST_SECTIONS = 10
_APART, _APART_WITH_SIGN = 0.045, 0.075
"""Cohesion below which two texts are two articles, without and with another sign of it."""

_COMMON_WORDS = (
    "国家发展表示工作记者进行相关持续问题建设通过发布安全服务地区编辑推动经济目前国际责任全国开展推进提供企业活动方面"
    "北京组织加强实现部门今天提升政府支持报道举行情况合作影响内容共同继续全面管理技术当地积极新闻联合市场世界部分领域"
    "行动习近近平质量创新包括基础重点保障美国实施指出数据显示项目信息代表增长政策促进公司全球媒体进入发生生产落实已经"
    "消息平台联系主席介绍产业水平超过产品文章方式现场文化提出环境系统研究群众任编负责措施高质科技深入书记设施完成返回"
    "根据战略使用稳定交流机构综合参加关于造成加快强调提高关系亿元取得现代政治历史截至期间工程精神计划查看坚持作出领导"
    "目标资源投资城市系列做好开始作用生活需求部署区域总统出现规模成果各地此次增加作品流程等问力量搜狐回搜教育电话此外"
    "特色体系委员发挥充分核心确保希望主义量发保护主题行业机制利用当天保持任务深化指导本网风险预计科学国务版权国内分别"
    "维护启动代化消费如遇学习网联严重刊发同比权等关文发现过程传统努力发之累计贡献章刊遇作品内增强多责解决健康视频完善"
    "基本当前交通总书建立举办自己打造围绕报告关键开放国国正式关注务院采取成功强化程编构建此前任何地方调查等方出席据显"
    "结合恢复居民应急标准发表导致特别集团国防宣布改革两国实际升级等多罗斯侵权形成制造办公生态坚定贯彻俄罗召开方案比增"
    "运行首次方向高度网络优化准备工业法律总理平总设备系电数字声明"
)
"""The commonest two-character words of Chinese news: any two articles share them."""
_FUNCTION_CHARACTERS = frozenset(
    "的了是在和有与也就都而及着或个上下中为对从到将被把以其这那我你他她它们不人来去说要会能可以还很更最大"
    "一二三四五六七八九十年月日时"
)
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_LATIN_WORD = re.compile(r"[A-Za-z]{5,}")
_COMMON_LATIN = frozenset(
    re.findall(
        r"[a-z]+",
        "about after again their there these those which would could should where while other "
        "first being people between through during before under since until among within "
        "without because against",
    )
)


def split_page(raw: RawArticle) -> list[RawArticle]:
    """Cut a page into its articles; a page that holds one is returned as it is.

    A cut needs a line that can begin an article (a headline, a byline, 本报讯) and texts before and
    after it that have hardly a word in common: bigrams, the commonest of news aside, compared by the
    cosine of damped counts, after TextTiling (Hearst 1997). Where a credit, a promotion or a byline
    stands at the cut, somewhat more may be shared.

    Returns:
        Articles with the ids ``page#1``, ``page#2`` …; their contents are verbatim slices of the
        page's. The title is the headline, taken out of the content, and ``""`` where there is none.
    """
    draft = Draft.of(raw.content).substitute("", re.compile(r"\r\n?"), "\n")
    draft = collapse_loops(draft)
    lines = _lines(draft.text)
    starts = _article_starts(lines)
    if not starts:
        return [raw]
    at = [*(int(draft.origins[line.start]) for line in lines), len(raw.content)]
    articles: list[RawArticle] = []
    for number, (first, last) in enumerate(pairwise([0, *starts, len(lines)]), start=1):
        body = _end_of_headline(lines, first)
        articles.append(
            replace(
                raw,
                article_id=f"{raw.article_id}#{number}",
                title=" ".join(line.text for line in lines[first:body]),
                content=raw.content[at[body] if body else 0 : at[last]],
                layout=Layout.PART,
            )
        )
    return articles


def _end_of_headline(lines: Sequence[_Line], first: int) -> int:
    """One past the headline, which may have a second line; ``first`` where there is none."""
    at = first
    while at < min(first + 2, len(lines)) and _is_headline(lines[at].text):
        at += 1
    return at


def _article_starts(lines: Sequence[_Line]) -> list[int]:
    """The lines at which a new article begins, the page's first line aside."""
    doubled = _doubled_headings(lines)
    possible = [
        at for at in range(1, len(lines)) if at not in doubled and _may_begin_article(lines, at)
    ]
    sections = list(pairwise([0, *possible, len(lines)]))
    words = [_words("".join(line.text for line in lines[a:b])) for a, b in sections]
    starts: list[int] = []
    before = _Words.of(words[:1])
    for number, at in enumerate(possible, start=1):
        after = _Words.of(words[number : number + _MOST_SECTIONS])
        most = _APART_WITH_SIGN if _has_sign(lines, at) else _APART
        if (
            min(before.total, after.total) >= _FEWEST_TO_JUDGE
            and _length(lines, *sections[number]) >= _SHORTEST_SECTION
            and before.cohesion(after) < most
        ):
            starts.append(at)
            before = _Words()
        before.add(words[number])
    return starts


def _length(lines: Sequence[_Line], first: int, last: int) -> int:
    return sum(_visible(line.text) for line in lines[first + 1 : last])


def _may_begin_article(lines: Sequence[_Line], at: int) -> bool:
    """Whether a line is the first of a headline or, without one, of an article."""
    text, previous = lines[at].text, lines[at - 1].text
    if _is_headline(previous) or _is_byline(previous):
        return False
    return _is_headline(text) or _is_byline(text) or _DATELINE.match(text) is not None


def _has_sign(lines: Sequence[_Line], at: int) -> bool:
    """Whether an article ends above the line by its words, or the line or the next is a byline."""
    previous = lines[at - 1].text
    body = _end_of_headline(lines, at)
    first = lines[min(body, len(lines) - 1)].text
    return (
        _is_aside(previous)
        or _ENDING.search(previous) is not None
        or _is_byline(first)
        or _DATELINE.match(first) is not None
    )


@cache
def _common_words() -> frozenset[str]:
    pairs = (_COMMON_WORDS[at : at + 2] for at in range(0, len(_COMMON_WORDS), 2))
    return frozenset(pairs) | _COMMON_LATIN


def _words(text: str) -> Counter[str]:
    """Bigrams of Han characters and longer Latin words, without those that any text has."""
    counts: Counter[str] = Counter(word.lower() for word in _LATIN_WORD.findall(text))
    for run in _HAN_RUN.findall(text):
        counts.update(map("".join, pairwise(run)))
    common = _common_words()
    for word in [w for w in counts if w in common or not _FUNCTION_CHARACTERS.isdisjoint(w)]:
        del counts[word]
    return counts


class _Words:
    """A growing bag of words and its length as a vector.

    What is said once weighs little, because themes recur.
    """

    def __init__(self) -> None:
        self.total = 0
        self._counts: Counter[str] = Counter()
        self._squares = 0.0

    @classmethod
    def of(cls, sections: Sequence[Counter[str]]) -> _Words:
        """The first sections, as many as it takes to judge by."""
        bag = cls()
        for counts in sections:
            bag.add(counts)
            if bag.total >= _ENOUGH_TO_JUDGE:
                break
        return bag

    def add(self, counts: Counter[str]) -> None:
        for word, count in counts.items():
            old = self._counts[word]
            self._squares += _weight(old + count) ** 2 - _weight(old) ** 2
            self._counts[word] = old + count
        self.total += counts.total()

    def cohesion(self, other: _Words) -> float:
        """The cosine of the two bags, 0 to 1."""
        one, two = sorted((self._counts, other._counts), key=len)
        shared = sum(_weight(n) * _weight(two[word]) for word, n in one.items() if word in two)
        size = math.sqrt(self._squares * other._squares)
        return shared / size if size else 0.0


def _weight(count: int) -> float:
    return math.log(count) + 0.4 if count else 0.0


# --- The rules of a page -------------------------------------------------------------------------


def drop_byline_marks(draft: Draft) -> Draft:
    """Drop the mark in front of a byline: ``■本报记者 林一`` → ``本报记者 林一``."""
    return draft.cut(
        drop_byline_marks.__name__,
        (
            Span(line.start, line.start + 1 + (line.text[1:2] == " "))
            for line in _lines(draft.text)
            if line.text[0] in _MARK and _is_byline(line.text)
        ),
    )


_NEAR = 4
_FEWEST_DOUBLED, _SHARE_DOUBLED = 2, 0.6
_DOUBLED_IN_WORDS = frozenset(
    "天人家户年月日时处事步层代点滴频常渐慢好轻静悄深久刚偏恰往星生种件条次口声字句样众大小高多少早长纷源心"
    "一二三四五六七八九十不有新以为在从越又既边再可更最能老上下左右东南西北中同共让把与和的无全"
)
"""Characters that words and phrases repeat: 天天向上, 一针一线, 新起点新征程."""
_CLAUSE_MARK = re.compile(r"[，、：:；！？\s]")


def undouble_subheads(draft: Draft) -> Draft:
    """Drop the decorated first character of subheads, which is read in addition to its own place.

    ``灯一盏“灯”照…`` → ``一盏“灯”照…``. Such headings have their first character again within the next
    four, and a page has at least two of them, most of its headings.
    """
    lines = _lines(draft.text)
    doubled = _doubled_headings(lines)
    subheads = [
        at
        for at, line in enumerate(lines)
        if at in doubled or (at and _is_heading(line.text) and not _is_cut(line.text, ""))
    ]
    if len(doubled) < _SHARE_DOUBLED * len(subheads):
        return draft
    return draft.cut(
        undouble_subheads.__name__, (Span(lines[at].start, lines[at].start + 1) for at in doubled)
    )


def _doubled_headings(lines: Sequence[_Line]) -> list[int]:
    """Headings that begin with a decorated character, where there are enough of them to tell."""
    doubled = [
        at for at, line in enumerate(lines) if _is_heading(line.text) and _is_doubled(line.text)
    ]
    return doubled if len(doubled) >= _FEWEST_DOUBLED else []


def _is_doubled(text: str) -> bool:
    """Once only: a heading that would still look like one without its first character is none."""

    def comes_again(text: str) -> bool:
        first = text[:1]
        again = text.find(first, 1, 1 + _NEAR)
        if _CLAUSE_MARK.search(text[:again]):
            return False
        # 有速度有温度: two phrases of one length, side by side.
        phrases = again > 0 and not text[2 * again : 2 * again + 1].strip("，、 ")
        return _HAN_RUN.match(first) is not None and again > 0 and not (again > 1 and phrases)

    return text[0] not in _DOUBLED_IN_WORDS and comes_again(text) and not comes_again(text[1:])


def move_captions(draft: Draft) -> Draft:
    """Move captions, photo credits and promotion to the end of the text, in their order.

    A caption is a short sentence without clauses that more blank lines than usual set apart, or
    above a credit. Where all of them already stand at the end nothing is done.
    """
    rule = move_captions.__name__
    # Again while there are some, because what is usual can change with the lines that leave.
    while True:
        lines = _lines(draft.text)
        moved = _asides(lines)
        if not moved or moved[0] == len(lines) - len(moved):
            return draft
        draft = draft.edit(rule, _gaps_closed(draft.text, lines, set(moved)))
        lines = _lines(draft.text)
        draft = draft.reorder(rule, (Span(lines[at].start, lines[at].end) for at in moved))


def _asides(lines: Sequence[_Line]) -> list[int]:
    """The lines that are captions and their like, and all short ones at the end if one of them is."""
    usual = Counter(line.above for line in lines[1:]).most_common(1)[0][0] if lines[1:] else 0
    found: list[int] = []
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else None
        apart = max(line.above, below.above if below else 0) >= max(2, usual + 1)
        credited = below is not None and _is_credit(below.text)
        if _is_aside(line.text) or (_may_be_caption(line.text) and (apart or credited)):
            found.append(at)
    tail = len(lines)
    while tail and (_is_aside(lines[tail - 1].text) or _may_be_caption(lines[tail - 1].text)):
        tail -= 1
    if any(_is_aside(line.text) for line in lines[tail:]):
        found = [*(at for at in found if at < tail), *range(tail, len(lines))]
    return found


def _gaps_closed(text: str, lines: Sequence[_Line], moved: set[int]) -> Iterator[Edit]:
    """Close the gaps around lines that will leave, so that what is left keeps the smallest of them."""
    smallest: int | None = None
    for at, line in enumerate(lines):
        above, begin = line.above, lines[at - 1].end if at else 0
        if at in moved or at - 1 in moved:
            smallest = above if smallest is None else min(smallest, above)
            ends = 1 if at in moved else 1 + smallest
            yield begin, line.start, "\n" * (ends if at else 0)
        if at not in moved:
            smallest = None


_SHORTEST_CUT, _LONG_FOR_HEADING, _LONGER_THAN_HEADING, _LONGEST_REST = 20, 30, 48, 3
_SURELY_CUT = frozenset("及把被或而该，、,")
_NO_BEGINNING = frozenset("的地得了着过们、，。；：！？,.;:!?)）】》〉”’」』")
_PROSE_MARK = re.compile(r"[，。；]")
_WRAP_FEWEST, _WRAP_SHARE, _WRAP_NARROWEST, _WRAP_WIDEST = 4, 0.6, 24, 110


def join_cut_paragraphs(draft: Draft) -> Draft:
    """Join what a column's end or a hard line end cut in the middle of a sentence.

    ``提供的环\\n\\n境`` → ``提供的环境``; Latin words are joined with a space, those hyphenated at the
    line's end without. Headings, lists, captions and table rows stay lines of their own.
    """
    while True:
        lines = _lines(draft.text)
        wrapped = _wrapped(lines)
        joints = [
            _joint(draft.text, line, below)
            for at, (line, below) in enumerate(pairwise(lines))
            if at in wrapped or _goes_on(line, below)
        ]
        if not joints:
            return draft
        draft = draft.edit(join_cut_paragraphs.__name__, joints)


def _goes_on(line: _Line, below: _Line) -> bool:
    """Whether a paragraph goes on in the next line."""
    return (
        not below.indented
        and _is_cut(line.text, below.text)
        and not _is_heading(below.text)
        and not _LIST_ITEM.match(below.text)
        and not _is_byline(below.text)
        and not _is_aside(below.text)
        and (not _is_open(below.text) or _PROSE_MARK.search(below.text) is not None)
    )


def _is_cut(text: str, below: str) -> bool:
    """Whether a line is the beginning of a sentence rather than a heading, a credit or a cell.

    It is where the next line could not begin a sentence or this one not end one; else if it is too
    long for a heading, nearly so and with more than one comma, or if it ends just after a comma.
    """
    last = text[-1]
    sentence = text.rpartition("。")[2]
    rest = re.split("[，；]", sentence)[-1]
    if not (last.isalnum() or last in "，、,-") or _visible(text) < _SHORTEST_CUT:
        return False
    if _is_aside(sentence) or _is_byline(sentence) or text[0] == "#":
        return False
    if last.isascii() and last != ",":
        return below[:1].islower()
    if last in _SURELY_CUT or (below and below[0] in _NO_BEGINNING):
        return True
    if "。" not in text and re.search("[！？]", text):
        return False
    return _PROSE_MARK.search(text) is not None and (
        _visible(text) > _LONGER_THAN_HEADING
        or (_visible(text) >= _LONG_FOR_HEADING and ("。" in text or text.count("，") > 1))
        or len(rest) <= _LONGEST_REST
    )


def _wrapped(lines: Sequence[_Line]) -> set[int]:
    """The lines that a fixed width broke, to be joined with the next."""
    wrapped: set[int] = set()
    first = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at].above:
            wrapped.update(first + full for full in _full_lines(lines[first:at]))
            first = at
    return wrapped


def _full_lines(block: Sequence[_Line]) -> list[int]:
    """In a block of lines, those into which the next line's first word did not fit."""
    if len(block) < _WRAP_FEWEST or any(len(line.text) > _WRAP_WIDEST for line in block):
        return []
    widths = [_width(line.text) for line in block]
    widest = max(widths)
    full = [
        at
        for at, below in enumerate(block[1:])
        if not below.indented
        and not _LIST_ITEM.match(below.text)
        and widths[at] + _width(_first_word(below.text)) > widest - 2
    ]
    broken = [at for at in full if block[at].text[-1].isalpha()]
    marks = sum(_PROSE_MARK.search(line.text) is not None or ", " in line.text for line in block)
    is_wrapped = (
        _WRAP_NARROWEST <= widest <= _WRAP_WIDEST
        and len(full) >= _WRAP_SHARE * (len(block) - 1)
        and len(broken) >= _WRAP_SHARE * len(full)
        and marks >= len(block) / 2
    )
    return full if is_wrapped else []


def _first_word(text: str) -> str:
    """What has to fit into a line: a Latin word, but one Han character."""
    return text.split(" ", 1)[0][:20] if text[0].isascii() else text[0]


def _width(text: str) -> int:
    """Columns of a terminal: two for a Han character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _joint(text: str, line: _Line, below: _Line) -> Edit:
    last, first = text[line.end - 1], text[below.start]
    if last == "-" and first.islower() and text[line.end - 2].isalpha():
        return line.end - 1, below.start, ""
    spaced = last.isascii() and first.isascii()
    return line.end, below.start, " " if spaced else ""


PAGE_RULES: tuple[Callable[[Draft], Draft], ...] = (
    drop_byline_marks,
    undouble_subheads,
    move_captions,
    join_cut_paragraphs,
)
"""In their order; after line ends and spaces are unified and loops collapsed (a cut paragraph may be
continued behind one), before blank lines are dropped (they tell captions from paragraphs)."""
