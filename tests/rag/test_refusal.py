"""When the evidence does not answer, and what the refusal says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.records import Nearest, Refusal, Strictness
from rag.refusal import (
    WEIGHTS,
    Confidence,
    confidence,
    confidence_signs,
    in_words,
    is_chat,
    is_sure,
    lacks,
    refusal_of,
)
from rag.score import score_sentences
from tests.conftest import FakeEncoder
from tests.rag.conftest import ranked


@pytest.mark.parametrize(
    "question",
    [
        "你好",
        "您好！",
        "谢谢。",
        "给我讲个笑话吧。",
        "你是谁？",
        "你能做什么？",
        "Hello!",
        "thank you",
        "Tell me a joke.",
    ],
)
def test_small_talk(question):
    assert is_chat(question)


@pytest.mark.parametrize(
    "question",
    [
        "你好医院什么时候开业？",
        "谁讲了一个关于大桥的故事，内容是什么？",
        "History of the ferry",
        "hi-tech 园区在哪里？",
    ],
)
def test_no_small_talk(question):
    assert not is_chat(question)


def article(text, title="", day=None, account="试验号"):
    return ranked(text, title=title, day=day, account=account).passage.article


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("苏州分会场设在哪里？", "大会在上海举行。", ("苏州",)),
        ("上海分会场设在哪里？", "大会在上海举行。", ()),
        ("2023年产量多少？", "2025年产量120台。", ("2023年",)),
        ("２０２５年产量多少？", "2025年产量120台。", ()),
        ("第八期讲了什么？", "第七期讲了环评。", ("第八期",)),
        ("第8期讲了什么？", "第八期讲了环评。", ()),
        ("第一批有哪些？", "首批名单公布。", ()),
        ("C919飞了多远？", "E20飞了3公里。", ("C919",)),
        ("AI用在哪里？", "人工智能用在工厂。", ()),
        ("有多少名员工？", "工厂有120台机器人。", ("多少名",)),
        ("有多少名员工？", "工厂有300多人。", ()),
        ("投入多少资金？", "两家公司共建实验室。", ("多少资金",)),
        ("投入多少资金？", "共投入1.2亿元。", ()),
        ("什么时候通车？", "大桥春节后通车。", ()),
        ("有几家单位？", "甲校、乙厂。", ()),
        ("温如玉哪年获得奖章？", "林小川获得奖章。", ("温如玉",)),
        ("温如玉哪年获得奖章？", "2025年温如玉获得奖章。", ()),
        ("谁拿了银奖？", "大奖颁给了林小川。", ("银奖",)),
        ("上半年卖了多少台？", "下半年卖了120台。", ("上半年",)),
        ("渡轮公司的新船叫什么名字？", "渡轮公司的新船下水了。", ("叫什么",)),
        ("渡轮公司的新船叫什么名字？", "渡轮公司的新船“海燕”下水了。", ()),
        ("渡轮公司的新船叫什么名字？", "渡轮公司的新船下水了。它名为海燕。", ()),
        ("渡轮公司的经理叫什么？", "渡轮公司的经理是林小川。", ()),
        ("东岸大桥哪天通车？", "东岸大桥通车了。", ("哪天",)),
        ("东岸大桥哪天通车？", "东岸大桥周五通车。", ()),
        ("报名东岸渡轮该打哪个电话？", "报名东岸渡轮请到码头。", ("哪个电话",)),
        ("报名东岸渡轮该打哪个电话？", "报名东岸渡轮请打5551234。", ()),
        ("哪个省的渡轮最多？", "渡轮很多。", ()),
        ("甲桥、乙桥、第三座丙桥各有多长？", "甲桥长3米。", ()),
    ],
)
def test_what_an_article_lacks(question, text, missing):
    assert lacks(question, article(text)) == missing


def test_title_date_and_account_count_as_said():
    told = article("开工了。", title="苏州大桥", day=date(2023, 5, 1), account="北京号")
    assert lacks("2023年苏州和北京的大桥叫什么？", told) == ()


def test_nothing_is_missed_in_an_article_of_another_language():
    assert lacks("苏州的渡轮2023年载客多少人？", article("The ferry carries passengers.")) == ()


def test_a_year_is_named_in_the_language_of_the_question():
    assert lacks("How many robots were there in 2023?", article("There were 120 robots.")) == (
        "2023",
    )


def signs(**changed):
    usual = Confidence(dense=3.0, margin=2.0, missing=0.2, foreign=0.0, cosine=0.5)
    return replace(usual, **changed)


def test_confidence_is_a_probability_that_grows_with_what_speaks_for_an_answer():
    usual = confidence(signs())
    assert 0 < usual < 1
    assert confidence(signs(dense=5.0)) > usual
    assert confidence(signs(margin=5.0)) > usual
    assert confidence(signs(cosine=0.8)) > usual
    assert confidence(signs(missing=0.8)) < usual
    assert confidence(signs(missing=0.8, foreign=0.8)) > confidence(signs(missing=0.8))
    assert confidence(signs(dense=0, margin=0, missing=0, cosine=0, base=0)) == pytest.approx(0.5)


def test_the_weights_are_of_their_signs():
    assert WEIGHTS.missing < 0 < WEIGHTS.dense


def confidence_in(question, *hits):
    best = score_sentences(question, hits, FakeEncoder())[0]
    return confidence_signs(question, "", hits, best)


def test_signs_of_confidence():
    best = ranked("大桥全长3.2公里。", article_id="a", score=0.9)
    next_best = ranked("食堂开了。", article_id="b", score=0.4)
    found = confidence_in("大桥全长多少公里？", best, next_best)
    assert (found.dense, found.cosine) == (4.5, 0.9)
    assert found.margin == pytest.approx(0.5)
    assert found.missing == found.foreign == 0
    assert confidence_in("隧道在哪里？", best, next_best).missing == pytest.approx(1)


def test_what_is_missing_abroad_counts_apart():
    found = confidence_in("大桥全长多少公里？", ranked("The bridge is 3 km long."))
    assert found.foreign == found.missing > 0
    assert confidence_in("大桥全长多少公里？", ranked("大桥全长3公里。")).foreign == 0


def test_a_refusal_names_what_came_nearest_and_what_it_lacks():
    hits = [
        [ranked("2025年产量120台。", article_id="a", title="新工厂", day=date(2025, 6, 1))],
        [ranked("2023年开工。", article_id="b", title="旧工厂")],
    ]
    refusal = refusal_of("新工厂2023年产量多少台？", hits)
    assert refusal.missing == ("2023年",)
    assert refusal.looked_for == ("新工厂2023年产量", "台")[:1]
    assert refusal.nearest[0] == Nearest("a", "新工厂", "2025-06-01", "试验号", "没有提到“2023年”")
    assert "2023年" not in refusal.nearest[1].lacks


def test_words_that_nothing_holds_are_named():
    refusal = refusal_of("火星上的猫吃什么？", [[ranked("大桥通车。", title="大桥")]])
    assert refusal.missing == ("火星上", "猫吃")


def test_no_articles_no_nearest():
    refusal = refusal_of("火星在哪里？", [])
    assert (refusal.nearest, refusal.missing) == ((), ())


NEAREST = (Nearest("a", "大桥", "2025-06-20"), Nearest("b", "Ferry", None))


@pytest.mark.parametrize(
    ("question", "refusal", "expected"),
    [
        ("火星上有猫吗？", Refusal(), "文章库中没有能回答这个问题的内容。"),
        (
            "火星上有猫吗？",
            Refusal(missing=("火星",), nearest=NEAREST),
            "文章库中没有能回答这个问题的内容：没有提到“火星”。最接近的文章：大桥 (2025-06-20)；Ferry。",
        ),
        ("Are there cats?", Refusal(), "The articles in this library do not answer this question."),
        (
            "Are there cats on Mars?",
            Refusal(missing=("Mars", "cats"), nearest=NEAREST),
            "The articles in this library do not answer this question: nothing on Mars, cats. "
            "Nearest: 大桥 (2025-06-20); Ferry.",
        ),
        (
            "你好",
            Refusal(nearest=NEAREST),
            "我根据文章库里的文章回答问题，并给出所依据的原句。请就文章报道的内容提问。",
        ),
    ],
)
def test_a_refusal_speaks_the_language_of_the_question(question, refusal, expected):
    assert in_words(question, refusal) == expected


def test_small_talk_in_english_is_told_what_this_is_for():
    assert in_words("hello", Refusal()).startswith("I answer questions from the articles")


@pytest.mark.parametrize(
    ("dense", "missing", "cosine", "foreign", "sure"),
    [
        (5.5, 1.0, 0.45, True, Strictness),
        (3.5, 1.0, 0.25, True, [Strictness.BALANCED, Strictness.OPEN]),
        (2.0, 1.0, 0.25, True, [Strictness.OPEN]),
        (1.0, 1.0, 0.20, True, []),
        (3.0, 0.3, 0.25, False, Strictness),
        (3.0, 0.5, 0.25, False, [Strictness.BALANCED, Strictness.OPEN]),
        (9.0, 0.0, 0.10, False, []),
    ],
)
def test_across_languages_nearness_has_to_tell_more(dense, missing, cosine, foreign, sure):
    signs = Confidence(dense, 1.0, missing, missing if foreign else 0.0, cosine)
    assert [one for one in Strictness if is_sure(signs, one)] == list(sure)


@pytest.mark.parametrize("question", ["该打哪个电话？", "联系电话是多少？"])
@pytest.mark.parametrize(
    "phone", ["55550142", "021-55550142", "555-0142", "13812345678", "12345", "400-820-1234"]
)
def test_a_telephone_number_is_told_by_its_form(question, phone):
    assert lacks(question, article(f"有问题请找码头，打{phone}。")) == ()
