"""What kind of thing a question asks for, and which texts hold such a thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Asked(StrEnum):
    """The kind of thing that answers a question."""

    CONTACT = "contact"
    DATE = "date"
    SHARE = "share"
    MONEY = "money"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    REASON = "reason"
    LIST = "list"
    NAME = "name"
    OTHER = "other"


_ASKING: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    (
        Asked.CONTACT,
        re.compile(
            r"(?:哪|什么|何|几)[一两几]?个?[^，。？?的]{0,6}?(?:电话|热线|号码|邮箱|邮件|网址|官网)"
            r"|(?:电话|热线|号码|邮箱|邮件地址|网址)(?:是|为)?(?:多少|什么|哪|[？?]|$)"
            r"|\b(?:phone|telephone|hotline)\b|\be-?mail\b|\bwebsite\b|\burl\b",
            re.I,
        ),
    ),
    (
        Asked.REASON,
        re.compile(
            r"为什么|为何|为啥|为什麽|原因|怎么会|何以|有什么用|有什么好处|\bwhy\b|\breasons?\b",
            re.I,
        ),
    ),
    (
        Asked.SHARE,
        re.compile(
            r"百分之|百分比|占比|比例|比率|[率增幅]是?(?:多少|多高|有多)|(?:增长|下降|提高|提升)了?多少"
            r"|\bper ?cent|\bshare\b|\bproportion|\brate\b",
            re.I,
        ),
    ),
    (
        Asked.MONEY,
        re.compile(
            r"多少(?:亿|万|千)?(?:美|日|欧|港)?(?:元|钱|资金|投资)|投资多少|花了多少|金额|价格|售价"
            r"|\bhow much (?:money|did|does|was|were|is|will)\b|\b(?:cost|price)\b",
            re.I,
        ),
    ),
    (
        Asked.DATE,
        re.compile(
            r"什么时[候间]|何时|何年|哪一?[天年月日]|几[月日号点时]|多少年[^来以]|日期|截止|最晚|最迟|时间是"
            r"|\bwhen\b|\b(?:what|which) (?:date|day|year|month|time)\b|\bdeadline\b",
            re.I,
        ),
    ),
    (
        Asked.NUMBER,
        re.compile(
            r"多少|(?<!哪)几[^乎何]|多[长大高远久重宽深]|第几|数量|[数量次额]有[了过]?(?:什么|哪些|何)变化|\bhow (?:many|much|long|large|big|far|fast|old|high|tall)\b"
            r"|\bnumber of\b",
            re.I,
        ),
    ),
    (
        Asked.PERSON,
        re.compile(
            r"谁|哪一?[位名]|何人|什么人|[姓人]名|\bwho(?:m|se)?\b|\bname of the (?:man|woman|person)\b",
            re.I,
        ),
    ),
    (
        Asked.PLACE,
        re.compile(
            r"哪里|哪儿|在哪|何处|何地|地点|地址|位置|哪一?[座个]?(?:城|省|市|县|区|镇|村|国|地|州|岛|港)"
            r"|什么地方|\bwhere\b|\b(?:what|which) (?:city|country|place|province|state|town|region)\b",
            re.I,
        ),
    ),
    (
        Asked.ORGANISATION,
        re.compile(
            r"(?:哪|什么|何|几)[一些几两三四五]*[家个所支]?[^，。？?]{0,6}?(?:公司|企业|集团|大学|学校|学院|机构|部门|单位|医院|银行|组织|协会|球队|团队|平台|实验室|研究)"
            r"|\b(?:what|which) (?:company|university|organi[sz]ation|team|agency|school|firm|group)\b",
            re.I,
        ),
    ),
    (
        Asked.LIST,
        re.compile(
            r"哪些|哪[两三四五六七八九十几]|分别|包括什么|有什么|列[出举]|\bwhich (?:two|three|four|five)\b"
            r"|\blist\b|\bname (?:the )?(?:two|three|four|five)\b",
            re.I,
        ),
    ),
    (Asked.NAME, re.compile(r"叫什么|名[字称]|称为|称作|称之|什么名|\bcalled\b|\bnamed?\b", re.I)),
)

_FIGURE = (
    r"(?:\d[\d,.]*|[零一二三四五六七八九十百千两半]{1,8})\s*(?:多|余|几)?[十百千万亿]*\s*(?:多|余)?"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"
    "昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹"
    "姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐"
    "邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄曲家"
    "封储靳段焦巴牧隗山谷车侯宓蓬全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲邰从鄂"
    "索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎"
    "冒仝佟游简饶曾关肖涂代鞠欧"
)
_ASKS = re.compile(
    r"[?？]|谁|什么|哪|几|多少|怎|吗|为何|是否|如何|何[时处]"
    r"|\b(?:who|what|which|when|where|why|how|whose|is|are|was|were|do|does|did|can)\b",
    re.I,
)
_COURSE = re.compile(
    r"先后|依次|按时间|时间线|来龙去脉|演变|变化(?:趋势|情况|过程)|有[了过]?(?:什么|哪些|何|怎样的)变化|(?:怎么|怎样|如何)变(?:化|的)"
    r"|\b(?:in (?:what|which|chronological) order|chronolog\w+|timeline|over time)\b"
    r"|\bhow (?:did|has|have|had)\b.*\b(?:chang|develop|evolv)",
    re.I,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_EMAIL = r"[\w.+-]+@[\w-]+\.[\w.]+"
_PHONE = r"(?<!\d)(?:\d{3,4}[-—－ ])?\d{7,8}(?!\d)|(?<!\d)\d{3}-\d{4}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)(?:1[12]\d{3}|400[-\d]{7,9})(?!\d)"
_WEB = r"https?://|www\.|[\w-]+\.(?:com|cn|org|net)\b"
_CONTACT_KIND = (
    (re.compile(r"邮|mail", re.I), re.compile(_EMAIL)),
    (re.compile(r"电话|热线|号码|phone|hotline", re.I), re.compile(_PHONE)),
    (re.compile(r"网址|网站|website|url", re.I), re.compile(_WEB)),
)
_DEADLINE = re.compile(r"截止|截至|最[晚迟后]|之前|\bdeadline\b|\bby when\b|\blatest\b", re.I)
_DUE = re.compile(
    r"\d\s*[日号][^，。；]{0,8}?(?:之?前|止)|截[止至][^，。；]{0,12}?\d|(?:前|逾期)[^，。；]{0,6}(?:提交|报送|申报|寄)"
    r"|\b(?:by|before|until|no later than|deadline)\b[^.;]{0,20}\d",
    re.I,
)
_YEAR_ASKED = re.compile(r"哪一?年|何年|几几年|\b(?:what|which) year\b", re.I)
_A_YEAR = re.compile(
    r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)|[一二][〇零一二三四五六七八九]{3}年|[去今前当同]年"
)
_DAY_ASKED = re.compile(r"哪一?天|哪一?日|几[日号]|何日|\b(?:what|which) (?:date|day)\b", re.I)
_A_DAY = re.compile(
    r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|(?<!\d)\d{1,2}[日号]|月[一二三四五六七八九十]{1,3}[日号]"
    r"|(?:周|星期|礼拜)[一二三四五六日天末]|[今昨明后][天日晚]|元旦|除夕|春节|清明|端午|中秋|国庆"
    rf"|\b{_MONTH}\.? \d{{1,2}}\b"
)
_HOLDING: dict[Asked, re.Pattern[str]] = {
    Asked.CONTACT: re.compile(f"{_EMAIL}|{_PHONE}|{_WEB}"),
    Asked.DATE: re.compile(
        r"\d+\s*(?:[年月日号]|世纪)|(?:周|星期|礼拜)[一二三四五六日天末]|[一二三四五六七八九十〇零]{2,4}年|今[天日年]|昨[天日]|明[天年]|[去前当同次]年|[上下]午|月[底初中]"
        rf"|年[底初中代]|世纪|\d{{4}}|\b{_MONTH}\.? \d|\d {_MONTH}\b"
        r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    ),
    Asked.SHARE: re.compile(
        r"\d\s*[%\uff05]|百分之|[一二三四五六七八九两]成|分之|\d\s*倍|\bper ?cent\b", re.I
    ),
    Asked.MONEY: re.compile(
        rf"{_FIGURE}(?:美|日|欧|港)?[元円圆]|[¥￥$€£]\s?\d|\d[\d,.]* (?:million|billion|yuan|dollars|RMB)",
        re.I,
    ),
    Asked.NUMBER: re.compile(
        r"\d|第[一二三四五六七八九十]|[一二三四五六七八九十百千万亿两]+[个家人项次台座名位种年天倍成条款辆米公吨层岁件篇期站]"
        r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion)\b",
        re.I,
    ),
    Asked.PERSON: re.compile(
        rf"(?:[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=表示|说|介绍|指出|认为|告诉|担任|出席|，|、|（|等|是|为|在|和|与|向|对|的))"
        r"|(?:长|任|授|士|理|书记|记者|裁|席|家|员|师|人)[\u4e00-\u9fff]{2,3}(?=[，、。：:（在表说介指认]|$)"
        r"|[\u4e00-\u9fff]·[\u4e00-\u9fff]|\b[A-Z][a-z]+ [A-Z][a-z]+"
    ),
    Asked.PLACE: re.compile(
        r"[\u4e00-\u9fff](?:省|市|县|区|镇|乡|村|州|岛|路|街|道|湾|港|山|河|湖|海|国|馆|园|楼|厅|机场|车站|中心|广场)"
        r"|位于|坐落|\d+号|\b(?:in|at|near) [A-Z]"
    ),
    Asked.ORGANISATION: re.compile(
        r"公司|集团|大学|学院|学校|中学|小学|研究[所院]|中心|委员会|[局部厅署处委](?![分门])|医院|协会|学会|银行|实验室|基金|俱乐部"
        r"|科技|股份|工业|联盟|机构|\b(?:Inc|Ltd|Co|Corp|University|Institute|Group|Company|Bank|Association)\b"
    ),
    Asked.REASON: re.compile(
        r"因为|由于|因此|所以|为了|旨在|从而|以便|以免|避免|原因|是因|得益于|导致|使得|才能|有助于|目的|意味着|这样"
        r"|\b(?:because|due to|so that|in order to|therefore|thanks to|as a result|aims? to)\b",
        re.I,
    ),
    Asked.LIST: re.compile(
        r"、[^、。]{1,20}、|[一二三四五六七八九]是|分别|包括|涵盖|；[^；。]+；|[^,.]+, [^,.]+,? and ",
        re.I,
    ),
    Asked.NAME: re.compile(
        r"[“《「『\"](?=[^”》」』\"]*[A-Za-z\u4e00-\u9fff]{2})[^”》」』\"]{1,30}[”》」』\"]|名为|叫做|称为|称作|又称|简称"
        r"|(?!(?:AI|IT|No)(?![A-Za-z0-9-]))(?<![A-Za-z])[A-Z][A-Za-z0-9-]+|\bcalled\b|\bnamed\b"
    ),
}
_UNIT = re.compile(
    r"(?:多少|几)个?((?:[十百千万亿]*(?:美|日|欧|港)?元|平方[公千]?米|立方米|[公千毫厘]米|[公海英]里|公[斤吨顷]|百分点|小时|分钟"
    r"|[台家款名位人项条辆米吨层岁件篇期站个座艘架所座张种倍天年月周次届章节门支套本部亩斤度万亿]))"
    r"|\bhow many ([a-z]+)",
    re.I,
)
_ALIKE = ("名位人", "家个所", "款种项个")
"""Measure words that count the same things."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would answer a question.

    Attributes:
        holds: Matches in a text that has such a thing; ``None`` where the question does not tell.
        exactly: The same, more narrowly: a number with the unit that was asked for, a day where a
            day was, an address of the kind that was.
    """

    asked: Asked
    holds: re.Pattern[str] | None
    exactly: re.Pattern[str] | None

    def is_in(self, text: str) -> bool:
        """Whether ``text`` holds such a thing; not where the question does not tell."""
        return bool(self.holds and self.holds.search(text))

    def is_exactly_in(self, text: str) -> bool:
        return bool(self.exactly and self.exactly.search(text))


def is_question(text: str) -> bool:
    """Whether a text asks, as headlines, keywords and what is told do not.

    >>> is_question("岚江四桥什么时候通车"), is_question("岚江四桥主塔封顶")
    (True, False)
    """
    return bool(_ASKS.search(text))


def asks_for_course(question: str) -> bool:
    """Whether it asks in which order things happened, or how something changed.

    >>> asks_for_course("参展人数有什么变化？"), asks_for_course("气候变化论坛在哪里开？")
    (True, False)
    """
    return bool(_COURSE.search(question))


def wanted(question: str) -> Wanted:
    """What a question asks for.

    >>> wanted("新工厂有多少台机器人？").asked.value
    'number'
    >>> bool(wanted("新工厂有多少台机器人？").exactly.search("共有120台机器人"))
    True
    """
    asked = next((kind for kind, words in _ASKING if words.search(question)), Asked.OTHER)
    return Wanted(asked, _HOLDING.get(asked), _exactly(question, asked))


def _exactly(question: str, asked: Asked) -> re.Pattern[str] | None:
    if asked is Asked.CONTACT:
        return next((form for kind, form in _CONTACT_KIND if kind.search(question)), None)
    if asked is Asked.DATE:
        return _exactly_when(question)
    if asked not in {Asked.NUMBER, Asked.MONEY, Asked.SHARE}:
        return None
    match = _UNIT.search(question)
    if match is None:
        return _HOLDING[asked] if asked is not Asked.NUMBER else None
    return _with_unit(next(group for group in match.groups() if group))


def _exactly_when(question: str) -> re.Pattern[str] | None:
    forms = ((_DEADLINE, _DUE), (_YEAR_ASKED, _A_YEAR), (_DAY_ASKED, _A_DAY))
    return next((form for words, form in forms if words.search(question)), None)


@lru_cache(maxsize=256)
def _with_unit(unit: str) -> re.Pattern[str]:
    if unit.isascii():
        return re.compile(
            rf"\d[\d,.]*(?: [a-z-]+){{0,2}} {re.escape(unit)}|\b\w+ {re.escape(unit)}", re.I
        )
    alike = next((group for group in _ALIKE if unit in group), "")
    forms = "|".join(map(re.escape, [unit, *alike]))
    return re.compile(rf"{_FIGURE}(?:{forms})")
