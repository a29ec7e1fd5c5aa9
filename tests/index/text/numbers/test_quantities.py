"""The quantities of a text, and whether one may be said for another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.numbers.quantities import Bound, agrees, find_quantities


def read(text: str) -> list[str]:
    """``value unit`` of each quantity, with its bound and ``~`` where it is said in passing."""
    found = []
    for q in find_quantities(text):
        value = str(q.low) if q.low == q.high else f"{q.low}..{q.high}"
        bound = "" if q.bound is Bound.EXACT else f"{q.bound} "
        found.append(f"{bound}{value} {q.unit.dimension}".strip() + ("~" if q.passing else ""))
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("没有数字", []),
        ("135款", ["135 款"]),
        ("一百三十五款", ["135 款"]),
        ("１３５款", ["135 款"]),
        ("１２，０００台", ["12000 台"]),
        ("12,000台", ["12000 台"]),
        ("12, 13", ["12", "13"]),
        ("1.2万台", ["12000 台"]),
        ("一万二千台", ["12000 台"]),
        ("3.5亿元", ["350000000 yuan"]),
        ("18.6亿元", ["1860000000 yuan"]),
        ("5千万元", ["50000000 yuan"]),
        ("3百万", ["3000000"]),
        ("2万亿元", ["2000000000000 yuan"]),
        ("3千克", ["3000 gram"]),
        ("3千米", ["3000 metre"]),
        ("3千人", ["3000 名"]),
        ("20km外", ["20000 metre"]),
        ("20 km away", ["20000 metre"]),
        ("20-km road", ["20000 metre"]),
        ("3 公里", ["3000 metre"]),
        ("42.7%", ["427/1000 ratio"]),
        ("42.7％", ["427/1000 ratio"]),
        ("42.7 percent", ["427/1000 ratio"]),
        ("百分之四十二点七", ["427/1000 ratio"]),
        ("百分之 5", ["1/20 ratio"]),
        ("百分之5", ["1/20 ratio"]),
        ("42.7个百分点", ["427/10 percentage point"]),
        ("3 percentage points", ["3 percentage point"]),
        ("三分之一", ["1/3 ratio"]),
        ("十分之三", ["3/10 ratio"]),
        ("1/3", ["1/3 ratio"]),
        ("1/0", []),
        ("三成", ["3/10 ratio"]),
        ("三成五", ["7/20 ratio"]),
        ("两成五", ["1/4 ratio"]),
        ("三成立", ["3~"]),
        ("一半", ["about 1/2 ratio"]),
        ("half of them", ["about 1/2 ratio"]),
        ("two thirds", ["2/3 ratio"]),
        ("a third", ["1/3 ratio"]),
        ("One-fifth", ["1/5 ratio"]),
        ("三倍", ["3 倍"]),
        ("10-20万元", ["100000..200000 yuan"]),
        ("10至20万元", ["100000..200000 yuan"]),
        ("10万至20万元", ["100000..200000 yuan"]),
        ("10～20人", ["10..20 名"]),
        ("10%-20%", ["1/10..1/5 ratio"]),
        ("3公里到5公里", ["3000..5000 metre"]),
        ("十至二十年", ["120..240 month"]),
        ("10 to 20 people", ["10..20 名"]),
        ("between 10 and 20 people", ["10..20 名"]),
        ("10 and 20 people", ["10", "20 名"]),
        ("3公里至5人", ["3000 metre", "5 名"]),
        ("1、2、3人", ["1", "2", "3 名"]),
        ("$5m", ["5000000 US dollar"]),
        ("US$3 million", ["3000000 US dollar"]),
        ("HK$30", ["30 Hong Kong dollar"]),
        ("€7", ["7 euro"]),
        ("£7", ["7 pound"]),
        ("¥45", ["45 yuan"]),
        ("￥45元", ["45 yuan"]),
        ("RMB 45", ["45 yuan"]),
        ("USD 45", ["45 US dollar"]),
        ("3.5 billion yuan", ["3500000000 yuan"]),
        ("5m wide", ["5 metre"]),
        ("60k users", ["60000"]),
        ("two dozen", ["24"]),
        ("two hundred and ten robots", ["210"]),
        ("one of them", ["1~"]),
        ("第三届", ["3 第"]),
        ("第一名", ["1 第~"]),
        ("the 3rd", ["3 第"]),
        ("第135届", ["135 第"]),
        ("一个平台", ["1 any~"]),
        ("两个平台", ["2 any"]),
        ("3个班", ["3 班"]),
        ("3个人", ["3 名"]),
        ("3个小时", ["10800 second"]),
        ("3个月", ["3 month"]),
        ("六车道", ["6~"]),
        ("十二车道", ["12"]),
        ("一年", ["12 month~"]),
        ("3成", ["3/10 ratio"]),
        ("E20和5G手机", []),
        ("Med-3 v1.2", []),
        ("20mhz", []),
        ("20 Gardens", ["20"]),
        ("5g", ["5 gram"]),
        ("一带一路", []),
        ("万一", []),
        ("十分高兴", []),
        ("千万别", []),
        ("数百人", []),
        ("几十家", []),
        ("近千人", []),
        ("约三成", ["about 3/10 ratio"]),
        ("约 100人", ["about 100 名"]),
        ("100人左右", ["about 100 名"]),
        ("超过100人", ["over 100 名"]),
        ("130余款", ["over 130 款"]),
        ("130多家", ["over 130 家"]),
        ("2000多万人", ["over 20000000 名"]),
        ("2000万余人", ["over 20000000 名"]),
        ("三百多人", ["over 300 名"]),
        ("近100人", ["under 100 名"]),
        ("不足100人", ["under 100 名"]),
        ("不超过100人", ["at most 100 名"]),
        ("最多可达14℃", ["at most 14 degree"]),
        ("超过了100人", ["over 100 名"]),
        ("三四百万吨", ["3000000000000..4000000000000 gram"]),
        ("十七八家", ["17..18 家"]),
        ("两三个", ["2..3 any"]),
        ("一百二十三家", ["123 家"]),
        ("二〇二三家", ["2023 家"]),
        ("降了一成半", ["3/20 ratio"]),
        ("下午3时", ["15"]),
        ("晚8点半", ["20"]),
        ("上午9时", ["9"]),
        ("下午3小时", ["10800 second"]),
        ("at 3 p.m.", ["15"]),
        ("1.5 billion cubic metres", ["1500000000 cubic metre"]),
        ("1,500 square metres", ["1500 square metre"]),
        ("3 mu of land", ["2000 square metre"]),
        ("2 kilowatt-hours", ["2000 watt-hour"]),
        ("100人以内", ["at most 100 名"]),
        ("至少100人", ["at least 100 名"]),
        ("100人以上", ["at least 100 名"]),
        ("more than 100 people", ["over 100 名"]),
        ("at least 100 people", ["at least 100 名"]),
        ("up to 100 people", ["at most 100 名"]),
        ("nearly 100 people", ["under 100 名"]),
        ("about 100 people", ["about 100 名"]),
        ("100 people or more", ["at least 100 名"]),
        ("over $5 million", ["over 5000000 US dollar"]),
    ],
)  # fmt: skip
def test_a_text_is_read(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("三噸", ["3000000 gram"]),
        ("3公噸", ["3000000 gram"]),
        ("五公頃", ["50000 square metre"]),
        ("二十畝", ["40000/3 square metre"]),
        ("3.5億元", ["350000000 yuan"]),
        ("一萬二千臺", ["12000 台"]),
        ("兩億日圓", ["200000000 yen"]),
        ("130餘款", ["over 130 款"]),
        ("三個平臺", ["3 any"]),
        ("兩個小時", ["7200 second"]),
        ("四條", ["4 条"]),
        ("十二輛", ["12 台"]),
        ("九間", ["9 家"]),
        ("第三屆", ["3 第"]),
        ("八十歲", ["80 year of age"]),
        ("兩週", ["1209600 second"]),
        ("５０層", ["50 层"]),
        ("三點五個百分點", ["7/2 percentage point"]),
        ("百分之四十二點七", ["427/1000 ratio"]),
        ("不超過１００人", ["at most 100 名"]),
        ("一帶一路", []),
        ("幾十家", []),
        ("數百人", []),
    ],
)  # fmt: skip
def test_a_text_in_traditional_characters_is_read_the_same(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("共135款、3.2公里。", ["135款", "3.2公里"]),
        ("投资10-20万元整", ["10-20万元"]),
        ("花了US$3 million建成", ["US$3 million"]),
        ("长 20 km 的路", ["20 km"]),
        ("有2000多万人口", ["2000多万人"]),
        ("占百分之五的人", ["百分之五"]),
        ("有三百二十个", ["三百二十个"]),
        ("產糧２０噸、魚三萬斤", ["２０噸", "三萬斤"]),
    ],
)
def test_a_quantity_stands_where_it_says(text, spans):
    assert [text[q.start : q.end] for q in find_quantities(text)] == spans


@pytest.mark.parametrize(
    ("said", "stands", "expected"),
    [
        ("1.2万台", "12000台", True),
        ("12000台", "一万二千台", True),
        ("135款", "132款", False),
        ("135款", "135家", False),
        ("135", "135款", True),
        ("3.2公里", "3200米", True),
        ("30%", "三成", True),
        ("约100人", "105人", True),
        ("约100人", "95人", True),
        ("约100人", "106人", False),
        ("约100人", "94人", False),
        ("超过100人", "101人", True),
        ("超过100人", "125人", True),
        ("超过100人", "126人", False),
        ("超过100人", "100人", False),
        ("超过100人", "100余人", True),
        ("超过100人", "约100人", False),
        ("超过100人", "约110人", True),
        ("超过100人", "近110人", False),
        ("超过100人", "不足100人", False),
        ("至少100人", "100人", True),
        ("至少100人", "100人以上", True),
        ("至少100人", "99人", False),
        ("至少100人", "不超过100人", False),
        ("近100人", "99人", True),
        ("近100人", "90人", True),
        ("近100人", "89人", False),
        ("近100人", "100人", False),
        ("近100人", "不足100人", True),
        ("近100人", "超过100人", False),
        ("近100人", "超过95人", False),
        ("最多100人", "100人", True),
        ("最多100人", "101人", False),
        ("100人", "约100人", True),
        ("100人", "超过100人", True),
        ("超过100人", "超过110人", True),
        ("近100人", "不足96人", True),
        ("10-20人", "10至20人", True),
        ("10-20人", "10-30人", False),
        ("10-20人", "5-20人", False),
        ("20人", "10-20人", False),
        ("最多20人", "10-20人", True),
        ("最多15人", "10-20人", False),
        ("不到20人", "10-20人", True),
        ("至少10人", "10-20人", True),
        ("超过10人", "10-20人", True),
        ("至少20人", "10-20人", False),
        ("最多10人", "10-20人", False),
        ("10-20人", "20人", False),
        ("最多10-20人", "20人", False),
    ],
)
def test_one_may_be_said_for_the_other(said, stands, expected):
    (one,), (other,) = find_quantities(said), find_quantities(stands)
    assert agrees(one, other) is expected


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from("零一二两三十百千万亿点成分之半0123456789.,/%-至余多第个款元公里$ mk约近")
        | st.characters(),
        max_size=14,
    ).map("".join)
)
def test_whatever_the_text_quantities_are_in_order(text):
    at = 0
    for quantity in find_quantities(text):
        assert at <= quantity.start < quantity.end <= len(text)
        assert agrees(quantity, quantity) or quantity.bound is not Bound.EXACT
        at = quantity.end
