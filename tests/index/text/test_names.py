"""The names that a sentence gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.names import Name, NameKind, find_names, fold_name, latin_words, stands_in

QUOTED, TITLE, LATIN = NameKind.QUOTED, NameKind.TITLE, NameKind.LATIN
ORGANISATION, PERSON, PLACE = NameKind.ORGANISATION, NameKind.PERSON, NameKind.PLACE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("《海岛札记》印了八千册", [(TITLE, "海岛札记")]),
        ("他说：“灯塔亮了。”", [(QUOTED, "灯塔亮了。")]),
        ("「甲」和『乙』", [(QUOTED, "甲"), (QUOTED, "乙")]),
        ('所谓"新常态"', [(QUOTED, "新常态")]),
        ("“……”", []),
        ("E20和Med-Go", [(LATIN, "E20"), (LATIN, "Med-Go")]),
        ("云杉机械公司投产", [(ORGANISATION, "云杉机械公司")]),
        ("由云杉机械公司投产", [(ORGANISATION, "云杉机械公司")]),
        ("去年云杉机械集团投产", [(ORGANISATION, "云杉机械集团")]),
        ("该公司投产", []),
        ("这家公司投产", []),
        ("校长温如玉介绍", [(PERSON, "温如玉")]),
        ("厂长陈放说", [(PERSON, "陈放")]),
        ("厂长陈放。", [(PERSON, "陈放")]),
        ("温如玉表示同意", [(PERSON, "温如玉")]),
        ("董事长欧阳修文说", [(PERSON, "欧阳修文")]),
        ("校长高度评价", []),
        ("在苏州开工", [(PLACE, "苏州")]),
        ("在苏州大学开工", [(ORGANISATION, "苏州大学")]),
        ("青屿县开工", [(PLACE, "青屿县")]),
        ("市场开放", []),
        ("《海島札記》印了八千冊", [(TITLE, "海島札記")]),
        ("由雲杉機械公司投產", [(ORGANISATION, "雲杉機械公司")]),
        ("雲杉圖書館開放", [(ORGANISATION, "雲杉圖書館")]),
        ("校長溫如玉介紹", [(PERSON, "溫如玉")]),
        ("廠長陳放說", [(PERSON, "陳放")]),
        ("董事長歐陽修文說", [(PERSON, "歐陽修文")]),
        ("校長高度評價", []),
        ("在蘇州開工", [(PLACE, "蘇州")]),
        ("青嶼縣開工", [(PLACE, "青嶼縣")]),
        ("新款Ｅ20上市", [(LATIN, "Ｅ20")]),
    ],
)
def test_chinese_text(text, found):
    assert [(name.kind, name.text) for name in find_names(text, english=False)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tickets cost 45 yuan.", []),
        ("The ferry stops at Hailan.", ["Hailan"]),
        ("Nadler said so.", ["Nadler"]),
        ("Officials met Lin Wen on Friday.", ["Lin", "Wen"]),
        ("Spruce Robotics grew.", ["Spruce", "Robotics"]),
        ("The E20 arm uses iPhone and MES.", ["E20", "MES", "iPhone"]),
        ("MES is used.", ["MES"]),
        ("A b.", []),
        ("The Bank of Qingyu grew.", ["Bank", "Qingyu"]),
    ],
)
def test_english_text(text, found):
    names = find_names(text, english=True)
    assert [name.text for name in names] == found
    assert all(text[name.start : name.end] == name.text for name in names)


@pytest.mark.parametrize(
    ("text", "english", "found"),
    [
        ("The Spruce plant in Shanghai uses MES and Med-Go.", True, ["MES", "Med-Go"]),
        ("Nadler said so.", True, []),
        ("云杉在《晨报》上说E20和ferry", False, ["E20"]),
    ],
)
def test_of_a_translation_only_what_keeps_its_spelling(text, english, found):
    names = find_names(text, english=english, translated=True)
    assert [name.text for name in names if name.kind is LATIN] == found
    assert QUOTED not in [name.kind for name in names]


@pytest.mark.parametrize(
    ("text", "kind", "where", "expected"),
    [
        ("E20", LATIN, "新款Ｅ20上市", True),
        ("E2", LATIN, "新款E20上市", False),
        ("Med", LATIN, "Med-Go系统", True),
        ("Med-Go", LATIN, "med-go系统", True),
        ("robots", LATIN, "a robot", True),
        ("robot", LATIN, "two robots", True),
        ("海岛 札记", TITLE, "《海岛札记》", True),
        ("海边札记", TITLE, "《海岛札记》", False),
        ("云杉机械公司", ORGANISATION, "云杉机械的工厂", True),
        ("青松机械公司", ORGANISATION, "云杉机械的工厂", False),
        ("温如玉", PERSON, "校长温如", False),
        ("温如玉", PERSON, "校长温如玉", True),
        ("温如玉", PERSON, "校長溫如玉", True),
        ("临江市", PLACE, "临江发布行动方案", True),
        ("临江市", PLACE, "临江县发布行动方案", False),
        ("临江市", PLACE, "岚江市发布行动方案", False),
        ("青屿", PLACE, "青屿县开工", True),
        ("雲杉機械公司", ORGANISATION, "云杉机械的工厂", True),
    ],
)
def test_a_name_stands_in_a_text(text, kind, where, expected):
    name = Name(text, kind, 0, len(text))
    assert stands_in(name, fold_name(where), latin_words(where)) is expected


def test_fold_name_keeps_letters_and_digits():
    assert fold_name("Ｍed-Go，《甲》 42%+") == "medgo甲42%+"


@given(st.text(max_size=30), st.booleans(), st.booleans())
def test_whatever_the_text_a_name_stands_in_its_own_text(text, english, translated):
    for name in find_names(text, english=english, translated=translated):
        assert 0 <= name.start < name.end <= len(text)
        if name.kind is not LATIN:
            assert stands_in(name, fold_name(text), latin_words(text))
