"""Keys by which articles that share lines, or most of their text, find each other."""

from __future__ import annotations

from index.duplicates.fingerprints import (
    Fingerprint,
    Part,
    fingerprints,
    is_paragraph,
    line_key,
    resemblance,
    shingles,
)
from index.records import Article

INTRODUCTION = (
    "渡口边的小城里，每个清晨都从第一班渡轮的汽笛声开始，本栏目讲述那些守着渡口、等着归人的普通人。"
)
BODY = "".join(
    f"第{number}位摆渡人每天往返{number * 7}次，把乘客送到对岸的集市。" for number in range(40)
)


def of(text: str, title: str = "题") -> Article:
    return Article("a", title, "", None, "号", text, "", "zh")


def keys(text: str, part: Part) -> set[int]:
    return {found.key for found in fingerprints(of(text)) if found.part is part}


def test_a_paragraph_is_a_line_of_forty_visible_characters():
    assert is_paragraph("字" * 40)
    assert not is_paragraph("字" * 39 + " " * 40)


def test_lines_are_known_by_where_they_stand():
    lines = [
        INTRODUCTION,
        "渡轮",
        "小城",
        *["中间的短句。"] * 3,
        f"{INTRODUCTION}中",
        "靠后",
        "尾声",
        "编辑：小桥",
    ]
    text = "\n".join(lines)
    assert keys(text, Part.OPENING) == {line_key(INTRODUCTION)}
    assert keys(text, Part.PARAGRAPH) == {line_key(f"{INTRODUCTION}中")}
    edges = {line_key(line) for line in ("渡轮", "小城", "靠后", "尾声", "编辑：小桥")}
    assert keys(text, Part.EDGE) == edges
    assert keys(f"甲\n乙\n丙\n丁\n{INTRODUCTION}", Part.CLOSING) == {line_key(INTRODUCTION)}
    assert Fingerprint(Part.TITLE, line_key("题")) in fingerprints(of(""))
    assert fingerprints(of("", "")) == []


def test_a_line_with_a_number_to_call_or_an_address_is_nobodys_boilerplate():
    for fact in ("电话：13800000000", "信箱 a@b.example", "https://example.com", "2025年9月"):
        assert keys(fact, Part.EDGE) == set()
    assert keys("编辑：小桥", Part.EDGE)


def test_white_space_makes_no_other_line():
    assert line_key("要 闻 活 动") == line_key("要闻活动") != line_key("要闻")


def test_nearly_equal_texts_share_a_band_and_others_do_not():
    other = "".join(
        f"山上的第{number}棵茶树今年又发了新芽，采茶人{number}点起床。" for number in range(40)
    )
    changed = "转自晚报。" + BODY.replace("第7位", "第七位")
    assert keys(BODY, Part.BAND) & keys(changed, Part.BAND)
    assert not keys(BODY, Part.BAND) & keys(other, Part.BAND)
    assert keys("短文。", Part.BAND) == set()


def test_resemblance_is_the_share_of_common_shingles():
    assert resemblance(shingles(BODY), shingles(BODY)) == 1
    assert resemblance(shingles("一二三四五六"), shingles("一二三四五七")) == 1 / 3
    assert shingles("一二 三四\n五") == {"一二三四五"}
    assert resemblance(shingles(""), shingles("")) == 1
