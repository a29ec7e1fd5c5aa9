"""What counts as a word when a question is matched with a sentence."""

from __future__ import annotations

import pytest

from index.text.terms import content_terms, index_terms, question_phrases, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("。，！ \n", []),
        ("新工厂", ["新工", "工厂"]),
        ("桥", ["桥"]),
        ("大桥，通车", ["大桥", "通车"]),
        ("𠀀𠀁𠀂", ["𠀀𠀁", "𠀁𠀂"]),
        ("The Night Ferry", ["the", "night", "ferry"]),
        ("it's a state-of-the-art plan", ["it's", "a", "state-of-the-art", "plan"]),
        ("Café Ünal", ["café", "ünal"]),
        ("GPT4 and B2B", ["gpt4", "and", "b2b"]),
        ("MES系统", ["mes", "系统"]),
        ("云杉AI公司", ["云杉", "ai", "公司"]),
        ("ＭＥＳ　系统", ["mes", "系统"]),
        ("Ｍed-Go 占42.7%", ["med-go", "占", "42.7%"]),
        ("４２．７％", ["42.7%"]),
        ("18.6亿元", ["18.6", "亿元"]),
        ("1,234.5 tons", ["1234.5", "ton"]),
        ("6月28日", ["6", "月", "28", "日"]),
        ("2025-06-28", ["2025-06-28"]),
        ("Med-Go 占42.7%", ["med-go", "占", "42.7%"]),
        ("E20 与60K", ["e20", "与", "60k"]),
        ("臺北發布", ["台北", "北发", "发布"]),
        ("4２.７％", ["42.7%"]),
        ("robots business", ["robot", "business"]),
        ("3.", ["3"]),
        ("Москва", list("москва")),
    ],
)
def test_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("新工厂在哪里？", ["新工", "工厂"]),
        ("东岸大桥什么时候通车？", ["东岸", "岸大", "大桥", "通车"]),
        ("大桥全长多少公里", ["大桥", "桥全", "全长", "公里"]),
        ("谁？", []),
        ("请问校长是谁呢？", ["校长"]),
        ("有没有夜班船", ["夜班", "班船"]),
        ("How many people does the ferry carry?", ["people", "ferry", "carry"]),
        ("WHO IS WHO", []),
        ("What is MES 系统?", ["mes", "系统"]),
        ("占42.7%的是什么", ["占", "42.7%"]),
        ("東岸大橋什麼時候通車？", ["东岸", "岸大", "大桥", "通车"]),
        ("請問校長是誰呢？", ["校长"]),
        ("", []),
    ],
)
def test_content_terms_leave_out_what_only_makes_a_question(question, expected):
    assert content_terms(question) == expected


def test_every_content_term_is_a_term_of_the_words_that_are_left():
    question = "云杉机械的新工厂年产多少台机器人？"
    assert set(content_terms(question)) <= set(terms(question))
    assert "多少" not in content_terms(question)


def test_the_commonest_english_words_find_nothing():
    assert index_terms("What does the ferry carry?") == ["ferry", "carry"]
    assert index_terms("大桥的长度") == terms("大桥的长度")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("新工厂在哪里？", ["新工厂"]),
        ("新工廠在哪裡？", ["新工廠"]),
        ("占42.7%的Med-Go是什么", ["占42.7%", "Med-Go"]),
        ("桥和桥", []),
        ("What is the Night Ferry?", ["Night", "Ferry"]),
        ("《晨报》报道的《晨报》...", ["晨报", "报道"]),
    ],
)
def test_the_phrases_of_a_question_are_its_words_as_they_stand_in_it(question, expected):
    assert question_phrases(question) == expected
