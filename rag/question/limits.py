"""What a question says about itself: its language, and which articles it wants by day, account and language.

    normalise -> hide names -> find dates -> give each a role -> cut the limits out

A date limits the search only where the words around it speak of publishing. Any other date is that
of an event: articles tell of events days later, so it may prefer articles and never drops one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from index.text.dates.phrases import DATE, NAME, DatePhrase, Period, find_dates, hull, normalise
from index.text.language import Language, detect_language
from index.text.terms import content_terms

LONGEST_READ = 1000
"""Characters of a question that are looked at; limits are not said after a thousand."""


class Role(StrEnum):
    """What a phrase of a question is there for."""

    PUBLISHED = "published"
    MENTIONED = "mentioned"
    ACCOUNT = "account"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a question that name days, an account or a language of articles.

    Attributes:
        start: Where they begin in the question.
        end: Where they end.
        text: The words; of a limit, all that a search can do without.
        date_from: The first day meant, ``None`` for an open end or an account.
        date_to: The last day meant, ``None`` for an open end or an account.
        account: The account as the library spells it, ``""`` for a date.
        language: The language that articles are wanted in.
    """

    start: int
    end: int
    text: str
    role: Role
    date_from: date | None = None
    date_to: date | None = None
    account: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A question with what it says about itself."""

    question: str
    language: Language
    phrases: tuple[Phrase, ...]

    @property
    def date_from(self) -> date | None:
        """The first day of publication wanted."""
        return _limit(self._periods(Role.PUBLISHED)).date_from

    @property
    def date_to(self) -> date | None:
        """The last day of publication wanted."""
        return _limit(self._periods(Role.PUBLISHED)).date_to

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts wanted, in the order they are named in."""
        return tuple(dict.fromkeys(p.account for p in self.phrases if p.role is Role.ACCOUNT))

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that articles are wanted in."""
        return tuple(dict.fromkeys(p.language for p in self.phrases if p.language))

    @property
    def mentioned(self) -> tuple[tuple[date | None, date | None], ...]:
        """The days of events, as (first, last)."""
        return tuple((p.date_from, p.date_to) for p in self._periods(Role.MENTIONED))

    @property
    def without_limits(self) -> str:
        """The question as it is searched, without the words that say which articles to look in.

        It is the question itself where nothing would be left to search for.
        """
        limits = [p for p in self.phrases if _can_go(p)]
        rest = _cut(self.question, limits)
        return rest if limits and _is_searchable(rest) else self.question

    def _periods(self, role: Role) -> list[Period]:
        return [Period(p.date_from, p.date_to) for p in self.phrases if p.role is role]


def understand(question: str, *, today: date, accounts: Collection[str]) -> Understood:
    """Read the limits and dates in a question.

    Args:
        today: What 上周 and dates without a year are reckoned from.
        accounts: The accounts of the library; one alone is never a limit.

    >>> asked = "9月24日发布的“产业创新动态”介绍了哪个项目？"
    >>> understood = understand(asked, today=date(2025, 10, 20), accounts=["上海经信委"])
    >>> understood.date_from, understood.without_limits
    (datetime.date(2025, 9, 24), '“产业创新动态”介绍了哪个项目？')
    >>> asked = "9月24日一天里谁参加了三场活动？"
    >>> understand(asked, today=date(2025, 10, 20), accounts=[]).phrases[0].role.value
    'mentioned'
    """
    reading = _read(question, today, accounts)
    published = _published(reading)
    hidden = [p for p in reading.dates if not p.bare and p not in published]
    phrases = [
        *(
            _phrase(question, *span, Role.PUBLISHED, period)
            for span, period in _join(reading, published)
        ),
        *(_phrase(question, p.start, p.end, Role.MENTIONED, p.near) for p in hidden),
        *_account_phrases(question, reading),
        *_language_phrases(question),
    ]
    return Understood(
        question,
        detect_language(question),
        tuple(sorted(phrases, key=lambda p: (p.start, p.end))),
    )


def _phrase(question: str, start: int, end: int, role: Role, period: Period) -> Phrase:
    return Phrase(start, end, question[start:end], role, period.date_from, period.date_to)


# --- Reading -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question prepared: ``masked`` has names and dates hidden, character for character."""

    text: str
    masked: str
    today: date
    dates: tuple[DatePhrase, ...]
    accounts: dict[str, str]


_NUMERAL = r"[\d\u3007零一二三四五六七八九十百两]{1,4}"
_NAMES = re.compile(
    r"“[^“”]{1,60}”|《[^《》]{1,60}》|「[^「」]{1,60}」|『[^『』]{1,60}』|\"[^\"\n]{1,60}\"|〈[^〈〉]{1,60}〉"
    r"|[\u3014\[]\d{4}[\u3015\]](?:\s?第?\d{1,5}号)?"
    rf"|第\s?{_NUMERAL}(?:届|期|号|次|批|条|章|季(?!度)|辑|轮|站|场|集|天|日|页|款|中学|小学|人民医院)"
    r"|\d{4}\s?年\s?第\s?\d{1,5}\s?号"
    r"|\b(?:GB|ISO|IEC|DB|HJ|NB|YY|T)(?:/[A-Z]{1,8})*\s?\d[\d.:\-]*"
    r"|(?:\bv|版本号?|\bversions?|\bver\.?|\bpython|\bios|\bandroid)\s?\d+(?:\.\d+)*"
    r"|(?<!\d)\d{3,4}-\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|\d{1,3}[:：]\d{1,3}(?:[:：]\d{2})?"
    r"|双\s?(?:1[12]|十[一二])|(?<!\d)(?:618|315|3[.·]15|9·11|24/7|7-11|1024(?=程序员))(?!\d)|9[./]11(?=事件|恐|袭|\s(?:attacks|terror))"
    r"|“?十[一二三四五]五(?=规划|期间|时期|以来|末|初|开局|收官|”|$)|一二·?九|九一八|七七事变|五卅"
    r"|五一(?=广场|路|大道|劳动奖|奖章|口号|村)|五四(?=运动|青年|奖|路|广场|精神)|[七八]一(?=路|勋章|建|电影|南昌|讲话)"
    r"|[今明昨]日(?=头条|关注|说法|俄罗斯|美国|方舟|重现|之[星子后])|后天(?=性|形成|培养|努力|习得)"
    r"|十月(?=革命|围城|怀胎)|五月(?=花号|天(?!津|气)|风暴)|三月(?=三|街)|[七八九]月(?=半|十五|九|流火|桂花|菊)|[一二三四五六七八九十]月(?=飞雪|河(?!北|南)|黄|党人)"
    r"|周[一二三四五六日](?=围|福|见(?!报))|周末(?=画报)"
    r"|\b(?:mr|ms|mrs|miss|dr|theresa|brian)\b\.?\s+may\b|\bmay\s+(?:i|we|you|the|not)\b|\bmarch\s+(?:forward|for|against|toward)\w*\b"
    r"|\b(?:black|good)\s+friday\b|\bcyber\s+monday\b|\b(?:sunday|daily|morning)\s+(?:times|post|mirror|mail)\b"
    r"|\b(?:usa|russia|china)\s+today\b|\bmay\s+(?:fourth|4th)\s+movement\b|\bseptember\s+11\s+attacks\b|\bfourth\s+of\s+july\b",
    re.I,
)
_MOSTLY = 0.8


def _read(question: str, today: date, accounts: Collection[str]) -> _Reading:
    text = normalise(question[:LONGEST_READ])
    named = _NAMES.sub(
        lambda m: m[0] if len(m[0]) > _MOSTLY * len(text) else NAME * len(m[0]), text
    )
    dates = find_dates(named, today)
    masked = named
    for each in dates:
        masked = masked[: each.start] + DATE * (each.end - each.start) + masked[each.end :]
    return _Reading(
        text, masked, today, dates, {normalise(account): account for account in accounts}
    )


def _limit(periods: Sequence[Period]) -> Period:
    """What all periods share; where they share nothing, as in a comparison of two days, their hull.

    >>> days = [Period(date(2025, 9, d), date(2025, 9, d)) for d in (24, 26)]
    >>> _limit(days).date_from.day, _limit(days).date_to.day
    (24, 26)
    """
    if not periods:
        return Period(None, None)
    first = max((p.date_from for p in periods if p.date_from), default=None)
    last = min((p.date_to for p in periods if p.date_to), default=None)
    return hull(periods) if first and last and first > last else Period(first, last)


# --- Publishing words, Chinese -----------------------------------------------------------------

_CASES = r"(?![^，。？]{0,10}(?:病例|感染|死亡|[几多]少?[例起]))"
_PRESS = (
    rf"(?:文章|推文|推送|报道{_CASES}|稿件|稿子|新闻(?!办|发布|发言|中心|官|学|系|专业|出版|大厦|工作|记者|单位|媒体|机构|人|界|网|社|周刊)"
    r"|要闻|头条|专栏(?!作)|栏目|快讯|简讯|短讯|消息(?!人士|队列)|资讯|报纸|版面|头版|社论|社评|公众号|专访|特稿|帖子|博文|图文|简报"
    r"|(?<=的)[早晚]报|动态(?!清零|调整|管理|平衡|规划|监测|图|范围|博弈|更新)|原文|(?:[那这哪几]|多少)[几一]?[篇则])"
)
_NOTICE = r"(?:通知(?![书单栏])|公告(?![牌栏的])|公示(?![期的])|通告|通报(?![会的])|启事)"
_ITEM = rf"(?:{_PRESS}|{_NOTICE})"
_GAP = r"[^，。；？！,;?!\n]"
_PLAIN = r"[^，。；？！,;?!\n、\s的会节展赛事幕办举开参获在被签揭启成落亮投出播召讲说表发登去来动日月年我你谁哪什么了过]"
_FILL = r"(?:[里中内上间，,]|以来|期间|这天|那天|当天|当日|这段时间|\s)*+"
_ADVERB = r"(?:[都还又共就曾刚新被由]|一共|总共|首次|正式|集中|连续|最新|所|陆续|刚刚|统一)*+"
_STRONG = rf"(?:推送|刊发|刊登|刊载|刊出|登载|转载|见报|群发|推文|报道{_CASES})"
_WEAK = (
    r"(?:发布(?!会|仪式|厅|平台|[人者式日时]|活动|暨)|公布|发表|发出|播出|播报|播放|发文|贴出"
    r"|发(?=[的了过]|哪|什么|几)|登(?=[的了过])|出(?=的))"
)

_NOUN_AFTER = re.compile(
    rf"(?:[里中内上间]|以来|期间|当天|当日|那天|\s)*+[的之]?(?:(?:全部|所有|主要|最新|重要)的?)?"
    rf"(?:(?:关于|有关|涉及|针对){_GAP}{{1,24}}?的?|{_PLAIN}{{0,6}}(?<![厅局署部委院办司团府])(?:方面|领域)?的?)"
    rf"(?P<item>{_PRESS})"
    rf"|[，,的]?{NAME}{{3,62}}(?:系列|专题)?的?(?P<column>{_PRESS})"
)
_NOTICE_AFTER = re.compile(rf"{_FILL}的?(?P<who>{_GAP}{{0,12}}?)的?(?:最新|有关)?{_NOTICE}(?!了)")
_LIST_AFTER = re.compile(
    rf"{_FILL}(?P<who>{_GAP}{{0,16}}?){_ADVERB}"
    rf"(?:有(?:没有|无)(?:发布|发|推送|刊登|报道)?过?(?:讲|写|提到|说到|介绍|关于|涉及|报道){_GAP}{{1,24}}?的{_ITEM}"
    r"|(?:有|发生|发出|出|发布|公布|发|推送|刊登|刊发|报道|登|发表|更新|写|讲|介绍)(?:了|过|些)*+"
    rf"(?:[几多][少]?篇(?!论文)|哪几篇(?!论文)|(?:哪些|什么|啥|没有|几[条则个]|多少[条则个])(?:{_PLAIN}|[的年月日]){{0,10}}?"
    rf"(?:{_ITEM}|大事|新鲜事|热点|看点)))"
)
_STRONG_AFTER = re.compile(rf"{_FILL}(?P<who>{_GAP}{{0,16}}?){_ADVERB}(?P<verb>{_STRONG})")
_WEAK_AFTER = re.compile(rf"{_FILL}(?P<who>{_GAP}{{0,16}}?){_ADVERB}(?P<verb>{_WEAK})")
_OBJECT = re.compile(
    rf"[的了过]?(?:(?:[一两几那这]篇|关于|有关|介绍|讲|题为|名为|标题){_GAP}{{0,40}}?|[^，。；？！,;?!\n的]{{0,40}}?){_ITEM}"
    r"|[的了]?是?(?:什么|哪些|啥|(?:什么|哪些)?内容|哪篇|哪几篇|几篇)(?:[里中？?，。\s]|$|是|讲|说|有)"
    r"|的?(?:“[^”]{1,40}”|《[^》]{1,40}》)(?:[里中]|一文|介绍|讲|提到|写|采访|报道|说|专题)"
)
_VERB_ENDS = re.compile(r"的?(?:[？?。，,！!\s]|吗|呢|$)")
_ITEM_BEFORE = re.compile(rf"{_ITEM}{_GAP}{{0,8}}$")
_VERB_BEFORE = re.compile(
    rf"(?:(?P<strong>{_STRONG})|(?:发布|发表|公布))(?P<day>的?(?:时间|日期))?(?:于|在|是|为|:|：|日)\s?$"
)
_ITEM_NEAR = re.compile(rf"的?{_GAP}{{0,12}}?{_ITEM}")
_PAPER_AFTER = re.compile(
    rf"的(?P<of>{NAME}{{2,22}}|{_GAP}{{2,12}}?)(?:[上里中第讲有说播提刊是？?，。]|头版|报道|$)"
    rf"|(?P<on>{NAME}{{2,22}}|{_GAP}{{2,12}}?)(?:头版|第[A-Z]?\d{{1,2}}版|报道)"
)
_COLUMN_NAME = re.compile(rf"[“「].*{_PRESS}[”」]$")
_COLUMN_AFTER = re.compile(rf"的?(?P<name>{NAME}{{3,62}})")
_OWN = re.compile(
    r"(?:贵|本|该|这个|此|你们?的?|我们?的?|咱们?的?|它|他们|官方)?"
    r"(?:公众号|微信公众号|微信|官微|官方微信|订阅号|账号|号|报|报纸|报社|刊|刊物|栏目|平台|编辑部|资料库|库|你们?|我们|他们|它)(?:[上里中])?"
)
_LEAD = re.compile(
    r"(?:能不能|是不是|是否|请问|请|帮我|帮忙|麻烦|劳驾|找出|找到|找一?下?|查一?[下找询]?|搜索?|看看|看一?下?|列[出举]?|总结|汇总|梳理|归纳|概括|介绍|说说|讲讲|说一下"
    r"|告诉我|我?[想要]?知道|我?想[看找问]|给我|对比|比较|一下|为什么|为何|怎么|根据|按照|按|据|在|于|从|自|关于|以及|[和与及跟或是有把对到将让只仅就那这都的了里中上我你能要]|有没有|有关"
    r"|哪些|哪个|哪位|哪里|什么|可以|能否|可否|截至|截止|其中|此外|另外|还有|随便|大概|回顾|盘点|统计|下|出)+"
)
_MEDIA = re.compile(r"(?:[报网社]|日报|晚报|电视台|广播|卫视|周刊|杂志|在线|通讯社)》?$")
_CLAUSE_START = re.compile(r"[，。；？！、,;?!.:：\n（(\s" + DATE + r"]")
_CORE = 3


def _before(text: str, start: int, most: int = 20) -> str:
    """The words of the clause that end at ``start``."""
    return _CLAUSE_START.split(text[max(0, start - most) : start])[-1]


def _is_own(who: str, reading: _Reading) -> bool:
    """Whether the library's accounts publish what ``who`` publishes; nobody named is they."""
    who = who.strip(" " + NAME + DATE + "，,《》“”")
    lead = _LEAD.match(who)
    rest = who[lead.end() :] if lead else who
    return any(
        not said or _OWN.fullmatch(said) or any(_related(said, name) for name in reading.accounts)
        for said in (who, rest)
    )


def _related(who: str, account: str) -> bool:
    """Whether ``who`` is the account or its owner, as people name it short or in full.

    >>> [_related(who, "上海经信委") for who in ("经信委", "市经济信息化委", "工信部")]
    [True, True, False]
    >>> _related("上海市经济和信息化委员会", "上海经信委")
    True
    """
    if len(who) < _CORE or len(account) < _CORE:
        return who == account
    local = who[0] in "市省区县本" and who[-1] == account[-1]
    return (
        account.endswith(who)
        or (who[0] == account[0] and _has_in_order(who, account))
        or (local and _has_in_order(who, account[-_CORE:]))
    )


def _has_in_order(text: str, characters: str) -> bool:
    letters = iter(text)
    return all(character in letters for character in characters)


def _chinese_limit(reading: _Reading, found: DatePhrase) -> tuple[int, int] | None:
    """The words of a Chinese publication limit around a date, if it is one."""
    masked, end = reading.masked, found.end
    if span := _verb_before(reading, found):
        return span
    ours = _is_own(_before(masked, found.start), reading)
    if (m := _STRONG_AFTER.match(masked, end)) and _publisher(m, ours, reading):
        return _span(reading, found, m)
    if (m := _WEAK_AFTER.match(masked, end)) and _is_item(reading, found, m, ours):
        return _span(reading, found, m)
    if (m := _LIST_AFTER.match(masked, end)) and _publisher(m, ours, reading):
        return _span(reading, found, None)
    if _NOUN_AFTER.match(masked, end) and (ours or not _MEDIA.search(_before(masked, found.start))):
        return _span(reading, found, None)
    if (m := _NOTICE_AFTER.match(masked, end)) and _publisher(m, ours, reading):
        return _span(reading, found, None)
    if (m := _PAPER_AFTER.match(masked, end)) and _is_account(reading, m):
        return _span(reading, found, None)
    if (m := _COLUMN_AFTER.match(masked, end)) and _COLUMN_NAME.search(
        reading.text[slice(*m.span())]
    ):
        return _span(reading, found, None)
    return None


def _verb_before(reading: _Reading, found: DatePhrase) -> tuple[int, int] | None:
    """发布于9月24日的文章: the verb first."""
    m = _VERB_BEFORE.search(reading.masked, max(0, found.start - 12), found.start)
    if not m:
        return None
    sure = m["strong"] or m["day"] or _ITEM_NEAR.match(reading.masked, found.end)
    if sure or _says_item(reading, m.start()):
        return m.start(), _with_particle(reading, found.end)
    return None


def _publisher(m: re.Match[str], ours: bool, reading: _Reading) -> bool:
    """Whether the library's accounts are the ones that publish: named after the date, or before."""
    return _is_own(m["who"], reading) and (ours or bool(m["who"].strip()))


def _is_item(reading: _Reading, found: DatePhrase, m: re.Match[str], ours: bool) -> bool:
    """Whether it is an article that was published, and not a product or a figure."""
    if _publisher(m, ours, reading) and _OBJECT.match(reading.text, m.end()):
        return True
    return (
        not m["who"]
        and bool(_VERB_ENDS.match(reading.text, m.end()))
        and _says_item(reading, found.start)
    )


def _says_item(reading: _Reading, start: int) -> bool:
    return bool(_ITEM_BEFORE.search(reading.masked, max(0, start - 20), start))


def _is_account(reading: _Reading, m: re.Match[str]) -> bool:
    said = reading.text[slice(*m.span("of" if m["of"] else "on"))]
    return said.strip("《》“”「」") in reading.accounts


_CUT_BEFORE = re.compile(r"(?:(?:日期|时间)[在为是:：]?|在|于|据|根据|从|自)$")


def _span(reading: _Reading, found: DatePhrase, m: re.Match[str] | None) -> tuple[int, int]:
    """The words to cut: the date, its particle and, where nobody is named, 发布的."""
    start, end = found.start, _with_particle(reading, found.end)
    if m and not m["who"] and reading.masked[m.end() : m.end() + 1] == "的":
        end = m.end() + 1
    if lead := _CUT_BEFORE.search(reading.masked, max(0, start - 3), start):
        start = lead.start()
    return start, end


_PARTICLE = re.compile(r"\s?(?:[的里中内]的?)?(?![\w]{0,3}间)")


def _with_particle(reading: _Reading, end: int) -> int:
    m = _PARTICLE.match(reading.masked, end)
    return m.end() if m else end


# --- Publishing words, English -----------------------------------------------------------------

_EN_PRESS = (
    r"(?:articles?|posts|post(?!\s+office)|news(?!\s+(?:conference|agency|release|briefing|room|stand))|newspapers?|stories|"
    r"notices?|headlines?|columns?|coverage|bulletins?|announcements?)"
)
_EN_PUBLISHED = r"(?:published|posted|printed|reported|released|issued|carried|pushed(?:\s+out)?|sent\s+out|appear(?:ed|ing)?|c[ao]me\s+out|written)"
_EN_PREP = r"(?P<prep>\b(?:in|on|of|from|for|since|before|after|between|during|over|within|around|by|dated|throughout|until|at)\b)?(?:\s+the)?\s*$"
_EN_GAP = r"[^.?!;\n]"
_EN_OWNER = r"(?:you|it|they|we|(?:the|this|that|your|our)\s+(?:account|paper|newspaper|channel|library|magazine|site|feed|editors?))"
_EN_NOUN_BEFORE = re.compile(
    rf"\b(?P<noun>{_EN_PRESS})\b(?P<mid>{_EN_GAP}{{0,60}}?)\s*{_EN_PREP}", re.I
)
_EN_MID_PUBLISHED = re.compile(
    rf"(?:\s+(?:that|which))?(?:\s+(?:was|were|is|are|has|have|been|got|{_EN_OWNER}))*"
    rf"(?:\s+(?P<verb>{_EN_PUBLISHED})(?:\s+by\s+(?P<who>[^,]{{1,40}}))?|\s+(?:by|from)\s+(?P<source>[^,]{{1,40}}))"
    r"(?:\s+(?:about|on)\s[^,]{1,40})?\s*",
    re.I,
)
_EN_MID_TOPIC = re.compile(
    r"\s+(?:about|on|related|concerning|covering|regarding|mentioning)\b", re.I
)
_EN_WHAT_BEFORE = re.compile(
    rf"\b(?:what|anything|everything|something)(?:\s+(?:else|new))?(?:\s+(?:was|is|were|has|have|been|got))*\s+"
    rf"(?:published|posted|reported|printed)\b(?P<mid>{_EN_GAP}{{0,40}}?)\s*{_EN_PREP}",
    re.I,
)
_EN_DID_BEFORE = re.compile(
    rf"\b(?:what|which\s+{_EN_PRESS}|how\s+many\s+{_EN_PRESS})(?:\s+else)?\s+(?:did|has|have|does|do)\s+(?P<who>{_EN_GAP}{{1,40}}?)\s+"
    rf"(?:publish|post|report|print|run|carry|write)(?:e?d)?\b(?P<mid>{_EN_GAP}{{0,40}}?)\s*{_EN_PREP}",
    re.I,
)
_EN_NOUN_AFTER = re.compile(
    rf"(?:['’]s?\s+(?:[a-z\-]+\s+){{0,2}}?|\s+(?:(?:top|main|latest|biggest|front-page)\s+)?)(?:{_EN_PRESS}|(?:issue|edition|paper)s?)\b",
    re.I,
)
_EN_WHAT_AFTER = re.compile(
    rf",?\s*(?:what|(?:which|how\s+many|any)\s+{_EN_PRESS})\b{_EN_GAP}{{0,30}}?\b(?:published|posted|appear\w*)\b(?!\s+by)",
    re.I,
)
_EN_THE_BEFORE = re.compile(r"\bthe\s+$", re.I)
_EN_EVENT_AFTER = re.compile(
    r"\s+(?!(?:on|about|that|which|and|or|to|with|in|by|from|of|for|did|does|is|was|were|says?|mention)\b)[a-z]",
    re.I,
)
_EN_WINDOW = 110


def _english_limit(reading: _Reading, found: DatePhrase) -> tuple[int, int] | None:
    """The words of an English publication limit around a date, if it is one."""
    before = re.split(
        r"[.?!;\n]\s", reading.masked[max(0, found.start - _EN_WINDOW) : found.start]
    )[-1]
    offset = found.start - len(before)
    if m := _EN_NOUN_AFTER.match(reading.masked, found.end):
        possessive = re.compile(r"['’]s?").match(reading.masked, found.end)
        return found.start, possessive.end() if possessive else found.end
    if _EN_THE_BEFORE.search(before) and _EN_EVENT_AFTER.match(reading.masked, found.end):
        return None
    said = reading.text[found.start : found.end]
    if (m := _EN_NOUN_BEFORE.search(before)) and (
        verb := _noun_limit(m, reading, said[:5])
    ) is not None:
        return offset + verb, found.end
    for pattern in (_EN_WHAT_BEFORE, _EN_DID_BEFORE):
        if (m := pattern.search(before)) and _english_own(m, reading):
            return offset + _prep_start(m), found.end
    if _EN_WHAT_AFTER.match(reading.masked, found.end):
        lead = re.search(r"\b(?:in|on|during|over|from|since)\s+(?:the\s+)?$", before, re.I)
        return offset + lead.start() if lead else found.start, found.end
    return None


def _noun_limit(m: re.Match[str], reading: _Reading, since: str) -> int | None:
    """Where the limit begins in "articles (published) from …", ``None`` where it is none."""
    mid = m["mid"]
    if not mid.strip():
        return _prep_start(m)
    if verb := _EN_MID_PUBLISHED.fullmatch(mid):
        who = verb["who"] or verb["source"]
        if who and not _english_owner(who, reading):
            return None
        return m.start("mid") + verb.start("verb") if _only_verb(verb) else _prep_start(m)
    topic = _EN_MID_TOPIC.match(mid)
    late = re.search(rf"\b{_EN_PUBLISHED}$", mid, re.I)
    if topic and ((m["prep"] or since).lower() in ("from", "dated", "since") or late):
        return _prep_start(m)
    return None


def _only_verb(verb: re.Match[str]) -> bool:
    """Whether "published" is all there is between the noun and the date, so that it can go, too."""
    return bool(verb["verb"]) and verb[0].strip() == verb["verb"]


def _prep_start(m: re.Match[str]) -> int:
    return m.start("prep") if m["prep"] else m.end()


def _english_own(m: re.Match[str], reading: _Reading) -> bool:
    who = m.groupdict().get("who")
    by = re.search(r"\bby\s+(.{1,40})$", m["mid"], re.I)
    return all(_english_owner(said, reading) for said in (who, by[1] if by else None) if said)


def _english_owner(who: str, reading: _Reading) -> bool:
    said = who.strip(" ,'’\"“”")
    return bool(re.fullmatch(_EN_OWNER, said, re.I)) or said.lower().removeprefix("the ") in {
        name.lower() for name in reading.accounts
    }


# --- Roles -------------------------------------------------------------------------------------

_LISTED = re.compile(r"\s?(?:和|与|及|以及|、|,|，|或|and|or)\s?", re.I)
_Limit = tuple[tuple[int, int], Period]


def _published(reading: _Reading) -> dict[DatePhrase, tuple[int, int]]:
    """The dates that limit publication, each with the words of its limit.

    Of dates that are listed one limit holds for all: 9月24日和25日发布的.
    """
    limits = {
        found: span
        for found in reading.dates
        if _has_begun(found, reading.today)
        and (span := _chinese_limit(reading, found) or _english_limit(reading, found))
    }
    for first, second in zip(reading.dates[-2::-1], reading.dates[:0:-1], strict=True):
        if second in limits and first not in limits and _are_listed(reading, first, second):
            limits[first] = first.start, first.end
    for first, second in zip(reading.dates, reading.dates[1:], strict=False):
        if first in limits and second not in limits and _are_listed(reading, first, second):
            limits[second] = second.start, second.end
    return limits


def _has_begun(found: DatePhrase, today: date) -> bool:
    return found.past.date_from is None or found.past.date_from <= today


def _are_listed(reading: _Reading, first: DatePhrase, second: DatePhrase) -> bool:
    return bool(_LISTED.fullmatch(reading.masked, first.end, second.start))


def _join(reading: _Reading, published: dict[DatePhrase, tuple[int, int]]) -> list[_Limit]:
    """The limits, with those of listed dates made one."""
    joined: list[_Limit] = []
    last: DatePhrase | None = None
    for found in reading.dates:
        if found not in published:
            continue
        span = published[found]
        if joined and last and _are_listed(reading, last, found):
            (start, _), period = joined[-1]
            joined[-1] = (start, span[1]), hull([period, found.past])
        else:
            joined.append((span, found.past))
        last = found
    return joined


# --- Accounts ----------------------------------------------------------------------------------

_ACCOUNT_AFTER = re.compile(
    rf"(?P<close>[{NAME}》”」]?(?:的?(?:微信)?(?:公众号|官微|订阅号|头条号))?)[上里中]?[，,]?"
    rf"(?:(?P<noun>的(?:关于{_GAP}{{1,20}}?的|{DATE}{{2,20}}的?)?{_PRESS}|头版|第.版)"
    rf"|(?:在?{DATE}+)?[上里中的]?{_ADVERB}(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK})|(?P<dated>(?<={DATE})的?{_PRESS})))"
)
_CLOSED = re.compile(rf"[{NAME}》”」\"]?(?:公众号)?的?")
_OPENING_MARKS = ("《", "“", "「")
_ACCOUNT_BEFORE = re.compile(
    r"(?P<cut>(?:来自|来源[是为:：]?|出自|转自|转载自|刊于|发表于|登在|刊登在|发表在)[《“]?)$"
)
_EN_ACCOUNT_BEFORE = re.compile(
    rf"\b(?:{_EN_PRESS}|{_EN_PUBLISHED})\s+(?P<cut>(?:by|from|in|on)\s+(?:the\s+)?[\"“]?)$", re.I
)
_EN_ACCOUNT_AFTER = re.compile(
    rf"(?P<close>[\"”]?(?:['’]s?)?)\s+(?:{_EN_PRESS}|publish(?:ed)?|post(?:ed)?|report(?:ed)?)\b",
    re.I,
)
_ACCOUNTS_LISTED = re.compile(r"[》”」]?\s?(?:和|与|及|以及|、|and|or)\s?[《“「]?", re.I)
_FEWEST_ACCOUNTS = 2
_SHORTEST_ACCOUNT = 2
_MOST_NAMED = 20


def _account_phrases(question: str, reading: _Reading) -> list[Phrase]:
    """The accounts that are said to have published: 甲和乙的报道 names two."""
    if len(reading.accounts) < _FEWEST_ACCOUNTS:
        return []
    phrases: list[Phrase] = []
    sources_from: int | None = None
    for start, end in reversed(_named_accounts(reading)):
        span = _account_limit(reading, start, end)
        if (
            not span
            and sources_from is not None
            and _ACCOUNTS_LISTED.fullmatch(reading.text, end, sources_from)
        ):
            span = start, end
        sources_from = start if span else None
        if span:
            name = reading.accounts[reading.text[start:end]]
            phrases.append(Phrase(*span, question[slice(*span)], Role.ACCOUNT, account=name))
    return phrases


def _named_accounts(reading: _Reading) -> list[tuple[int, int]]:
    """Where accounts are named, in order; of names within names the longest."""
    names = [
        n for n in reading.accounts if len(n.strip()) >= _SHORTEST_ACCOUNT and n in reading.text
    ]
    if not names:
        return []
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return [m.span() for m in re.finditer(longest_first, reading.text)][:_MOST_NAMED]


def _account_limit(reading: _Reading, start: int, end: int) -> tuple[int, int] | None:
    """The words that make an account a source, if they do."""
    masked = reading.masked
    before = masked[max(0, start - 40) : start]
    if m := _ACCOUNT_BEFORE.search(before) or _EN_ACCOUNT_BEFORE.search(before):
        cut_from, closed = start - len(before) + m.start("cut"), _CLOSED.match(masked, end)
        return cut_from, closed.end() if closed else end
    m = _ACCOUNT_AFTER.match(masked, end)
    if m and (not m["weak"] or _OBJECT.match(reading.text, m.end())):
        opens = reading.text[max(0, start - 1) : start] in _OPENING_MARKS
        return start - opens, _account_end(reading, m)
    if m := _EN_ACCOUNT_AFTER.match(masked, end):
        return start, m.end("close")
    return None


def _account_end(reading: _Reading, m: re.Match[str]) -> int:
    """Where the words to cut end: with the 的 after the verb, or with the account's own words."""
    verb_end = m.end()
    if (m["strong"] or m["weak"]) and reading.masked[verb_end : verb_end + 1] == "的":
        return verb_end + 1
    end = m.end("close")
    return end + 1 if reading.masked[end : end + 1] == "的" else end


# --- Languages ---------------------------------------------------------------------------------

_LANGUAGES = (
    (Language.ENGLISH, r"英文|英语", "English"),
    (Language.CHINESE, r"中文|汉语", "Chinese"),
)
_IN_LANGUAGE = {
    language: re.compile(
        rf"(?:请?[只仅][看用要查](?:{chinese})(?:的|[，,。]|$))|(?:{chinese})的?(?=(?:{_PRESS}|资料|材料|来源|原文|稿)(?![网社版]))"
        rf"|\b{english}(?:-language\s+(?={_EN_PRESS}|reports?|sources?)|\s+(?=articles?\b|posts?\b|stories\b|sources?\b|reports\b))"
        rf"|(?:(?<=articles)|(?<=stories)|(?<=sources)|(?<=reports))\s+(?:written\s+)?in {english}\b",
        re.I,
    )
    for language, chinese, english in _LANGUAGES
}


def _language_phrases(question: str) -> list[Phrase]:
    """Where articles in a language are wanted: 英文报道, "in Chinese articles"."""
    return [
        Phrase(*m.span(), m.group().strip(), Role.LANGUAGE, language=language)
        for language, pattern in _IN_LANGUAGE.items()
        for m in pattern.finditer(question[:LONGEST_READ])
    ]


# --- Cutting -----------------------------------------------------------------------------------

_ONLY_ITEMS = re.compile(
    rf"{_ITEM}|(?<![A-Za-z]){_EN_PRESS}\b|{_STRONG}|发布|公布|\bpublished\b|\bposted\b|哪些|[有了的里中]",
    re.I,
)


def _can_go(phrase: Phrase) -> bool:
    """Whether a sentence stands without the phrase: an account that is its subject has to stay."""
    return phrase.role in {Role.PUBLISHED, Role.LANGUAGE} or (
        phrase.role is Role.ACCOUNT and normalise(phrase.text) != normalise(phrase.account)
    )


def _cut(question: str, limits: Sequence[Phrase]) -> str:
    """``question`` without the words of ``limits``, tidied where they were."""
    kept, at = [], 0
    for limit in sorted(limits, key=lambda p: p.start):
        kept.append(question[at : max(at, limit.start)])
        at = max(at, limit.end)
    rest = "".join([*kept, question[at:]])
    rest = re.sub(r"[ \t]{2,}", " ", re.sub(r"\s+(?=[?.,!])", "", rest))
    return rest.strip().lstrip("，,、的：: ").strip()


def _is_searchable(rest: str) -> bool:
    """Whether words are left that say what to look for: 有哪些新闻 says nothing."""
    return bool(content_terms(_ONLY_ITEMS.sub(" ", normalise(rest))))
