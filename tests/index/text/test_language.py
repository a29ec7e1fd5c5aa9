"""Which language a text is in."""

from __future__ import annotations

import pytest

from index.text.language import Language, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("东岸大桥月底通车。", Language.CHINESE),
        ("The ferry opens in June.", Language.ENGLISH),
        ("云杉机械的 MES 系统在 Qingyu 上线", Language.CHINESE),
        ("Who runs 云杉 Robotics now?", Language.ENGLISH),
        ("フェリーはいつですか", Language.OTHER),
        ("다리가 언제 열리나요", Language.OTHER),
        ("Когда откроется мост", Language.OTHER),
        ("𠀀𠀁𠀂", Language.CHINESE),
        ("naïve café", Language.ENGLISH),
        ("42.7%", Language.CHINESE),
        ("那DH-X100呢？", Language.CHINESE),
        ("ERP MES PLM 怎么报？", Language.CHINESE),
        ("GPU H20 A100 有吗", Language.CHINESE),
        ("H20、H100、B200 A800哪个能买", Language.CHINESE),
        ("iPhone Pro Max 多少钱", Language.CHINESE),
        ("Robot Cup Finals Draw Crowds (临江)", Language.ENGLISH),
        ("What is 大禾机电 DH-X200?", Language.ENGLISH),
        ("How many GPU H20 does 云帆 have?", Language.ENGLISH),
        ("THE FERRY OPENS ON MAY 1", Language.ENGLISH),
        ("报名请访问https://example.com/reg?token=" + "aB3x/" * 1000, Language.CHINESE),
        (
            "报名" + "QUJDRA+/ " * 3 + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
            Language.CHINESE,
        ),
        ("", Language.CHINESE),
        ("😀🎉", Language.CHINESE),
    ],
)
def test_a_text_has_the_language_most_of_it_is_in(text, language):
    assert detect_language(text) is language


def test_a_language_is_stored_and_compared_as_its_code():
    assert [str(language) for language in Language] == ["zh", "en", "other"]
