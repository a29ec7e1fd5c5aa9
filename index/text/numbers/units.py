"""What is counted or measured: units in Chinese and English, by what they measure and how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; two measures are comparable where they have the same dimension.

    Attributes:
        dimension: What is measured; of a counter its group, since 132款 are not 132家.
        factor: What one is worth in the dimension's own unit (metres, seconds, yuan …).
        counter: Whether it only counts: 款, 台, people.
    """

    dimension: str
    factor: Fraction = Fraction(1)
    counter: bool = False


NONE = Unit("", counter=True)
"""A bare number; it may count anything."""

ANY = Unit("any", counter=True)
"""个: counts what other counters count, too."""

RATIO = Unit("ratio")
ORDINAL = Unit("第", counter=True)

_MEASURES: Mapping[str, Mapping[str, str]] = {
    "metre": {
        "1000": "公里 千米 km kilometre kilometres kilometer kilometers",
        "1": "米 m metre metres meter meters",
        "1/100": "厘米 公分 cm centimetre centimetres centimeter centimeters",
        "1/1000": "毫米 mm millimetre millimetres",
        "500": "里",
        "1609.344": "英里 mile miles",
        "0.3048": "英尺 foot feet ft",
        "1852": "海里",
    },
    "square metre": {
        "1": "平方米 平米 平 ㎡ m² sqm",
        "1000000": "平方公里 平方千米 km²",
        "10000": "公顷 hectare hectares",
        "2000/3": "亩",
    },
    "cubic metre": {"1": "立方米 方 m³", "1/1000": "升 litre litres liter liters"},
    "gram": {
        "1000000": "吨 ton tons tonne tonnes",
        "1000": "公斤 千克 kg kilogram kilograms kilo kilos",
        "500": "斤",
        "1": "克 g gram grams",
        "1/1000": "毫克 mg",
    },
    "second": {
        "1": "秒 秒钟 s second seconds",
        "60": "分钟 min minute minutes",
        "3600": "小时 个小时 个钟头 h hour hours",
        "86400": "天 日 day days",
        "604800": "周 个星期 星期 week weeks",
    },
    "month": {"1": "个月 月 month months", "12": "年 周年 year years", "3": "个季度"},
    "yuan": {
        "1": "元 块 块钱 元人民币 人民币 圆 yuan rmb cny renminbi",
        "1/10": "角 毛",
        "1/100": "分钱",
    },
    "US dollar": {"1": "美元 美金 dollar dollars usd"},
    "euro": {"1": "欧元 euro euros eur"},
    "pound": {"1": "英镑 pound pounds"},
    "Hong Kong dollar": {"1": "港元 港币 hkd"},
    "yen": {"1": "日元 yen"},
    "ratio": {"1/100": "% 个百分数 percent", "1/1000": "‰"},
    "percentage point": {"1": "个百分点 百分点 pp"},
    "watt": {"1": "瓦 w", "1000": "千瓦 kw", "1000000": "兆瓦 mw", "1000000000": "吉瓦 gw"},
    "watt-hour": {"1000": "千瓦时 度电 kwh", "1000000": "兆瓦时 mwh", "1000000000": "gwh"},
    "degree": {"1": "℃ 摄氏度 °c °"},
    "byte": {"1": "gb", "1000": "tb", "1/1000": "mb"},
    "year of age": {"1": "岁 周岁"},
}
_COUNTERS = (
    "名 位 人 口 人次 people person persons",
    "款 种 类 型",
    "台 辆 部 架 套 vehicle vehicles",
    "家 所 间",
    "项 件 宗 起",
    "座 幢 栋 处",
    "条",
    "张 枚 份",
    "只 头 匹",
    "艘",
    "棵 株",
    "颗 粒",
    "本 册 卷",
    "篇",
    "场 次 回 趟 届",
    "班",
    "期",
    "层 楼",
    "级",
    "户",
    "支 队",
    "组",
    "批",
    "门",
    "节",
    "集",
    "步",
    "扇",
    "盏",
    "盆",
    "瓶",
    "箱",
    "字",
    "页",
    "票",
    "床 张床位",
    "站",
    "号",
    "线",
    "路",
    "省",
    "市",
    "县",
    "国",
    "倍 fold",
)


def _units() -> Mapping[str, Unit]:
    known = {
        word: Unit(dimension, Fraction(factor))
        for dimension, worth in _MEASURES.items()
        for factor, words in worth.items()
        for word in words.split()
    }
    for group in _COUNTERS:
        words = group.split()
        known |= {word: Unit(words[0], counter=True) for word in words}
    return known | {"个": ANY, "times": ANY, "units": ANY}


UNITS = _units()
"""Every unit by its word."""


def comparable(one: Unit, other: Unit) -> bool:
    """Whether two units can measure the same.

    A bare number counts anything and may be a sum of money (投资18.6亿); 个 counts what any counter
    does.

    >>> comparable(UNITS["公里"], UNITS["km"]), comparable(UNITS["款"], UNITS["家"])
    (True, False)
    """
    if one.dimension == other.dimension:
        return True
    loose = {NONE.dimension, ANY.dimension}
    if one.dimension in loose or other.dimension in loose:
        fixed = other if one.dimension in loose else one
        bare = NONE.dimension in (one.dimension, other.dimension)
        return fixed.counter or (bare and fixed.dimension == "yuan")
    return False
