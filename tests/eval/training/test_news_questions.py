"""Questions made of news sentences."""

from __future__ import annotations

import random

import pytest

from eval.training.news_questions import _KINDS, questions_of, reworded
from eval.training.public_sets import Text
from tests.eval.training.material import BRIDGE, FERRY, GARDEN, TEXTS

CHINESE = [text for text in TEXTS if text is not FERRY]


def made(text: Text, rounds: int = 60):
    return [one for seed in range(rounds) for one in questions_of(text, random.Random(seed), 6)]


@pytest.mark.parametrize("text", CHINESE, ids=lambda text: text.title)
def test_the_answer_is_verbatim_where_it_is_said_to_be_and_not_in_the_question(text):
    questions = made(text)
    assert len(questions) > 100
    for one in questions:
        (answer,) = one.answers
        assert text.text[one.near :].startswith(answer)
        assert answer.strip("“”《》") not in one.question
        assert one.question.strip()
        assert "\n" not in one.question
        assert (one.group, one.title, one.text) == (text.article_id, text.title, text.text)
        assert one.source.startswith("news/")


def test_a_title_that_tells_the_answer_is_not_put_before_the_question():
    text = Text("t", "东岸大桥6月28日通车", "记者获悉，备受关注的东岸大桥将于6月28日正式通车运营。")
    questions = made(text, rounds=400)
    assert questions
    assert not [one for one in questions if "6月28日" in one.question]


def test_what_stands_twice_in_a_sentence_is_not_asked_for_by_itself():
    text = Text("t", "", "海棠小学今年招收了240名新生，另有240名新生在分校就读。")
    for one in made(text, rounds=200):
        assert one.answers[0] not in one.question


TWICE = Text(
    "t",
    "",
    "云杉机械新工厂年产机器人5000台。记者在园区看到，生产线一片繁忙。"
    "公司总经理说，新工厂的机器人产量将达5000台，明年还要再增加。",
)


def test_what_is_told_twice_is_asked_in_one_sentence_and_answered_by_the_other():
    found = {again for one in made(TWICE, 200) if (again := reworded(one))}
    assert found
    for one in found:
        (answer,) = one.answers
        assert one.source == "news/reworded"
        assert one.text[one.near :].startswith(answer) == (answer == "5000台")
        assert one.text.count("5000台") == 1
        assert one.text in (
            TWICE.text.replace("云杉机械新工厂年产机器人5000台。", ""),
            TWICE.text.replace("公司总经理说，新工厂的机器人产量将达5000台，明年还要再增加。", ""),
        )


@pytest.mark.parametrize(
    "text",
    [
        "云杉机械新工厂年产机器人5000台。园区另一头的食堂能坐5000台阶那么多人。",
        "云杉机械新工厂年产机器人5000台。云杉机械新工厂年产机器人5000台。",
        "云杉机械新工厂年产机器人5000台。公司总经理很高兴。",
    ],
    ids=["another matter", "the same again", "once"],
)
def test_what_is_not_told_in_other_words_is_left(text):
    assert not [one for one in made(Text("t", "", text), 200) if reworded(one)]


def test_the_same_seed_makes_the_same_questions():
    for text in TEXTS:
        assert questions_of(text, random.Random(4), 5) == questions_of(text, random.Random(4), 5)
    assert questions_of(BRIDGE, random.Random(1), 5) != questions_of(BRIDGE, random.Random(2), 5)


def test_no_more_are_made_than_asked_for_and_one_of_a_sentence():
    for most in (0, 1, 3):
        assert len(questions_of(BRIDGE, random.Random(1), most)) == most
    assert len(questions_of(GARDEN, random.Random(1), 99)) <= 4


def test_a_text_without_anything_to_ask_for_makes_none():
    assert questions_of(Text("t", "", ""), random.Random(1), 5) == []
    assert questions_of(Text("t", "题", "短。"), random.Random(1), 5) == []
    assert (
        questions_of(Text("t", "题", "今天天气很好大家都很开心没有什么事情。"), random.Random(1), 5)
        == []
    )


@pytest.mark.parametrize(
    ("kind", "sentence", "answers"),
    [
        ("figure", "该船共装载约3.2万吨粮食，于8月抵达。", ["约3.2万吨"]),
        ("figure", "企业总数已超过1,200家，比5月1日多。", ["超过1,200家"]),
        ("date", "东岸大桥于2025年6月28日上午通车。", ["2025年6月28日上午"]),
        ("date", "活动在5月8日至12日举行。", ["5月8日至12日"]),
        ("person", "市交通局局长温如玉表示，工程已经完成。", ["温如玉"]),
        ("person", "总经理罗莎·林奎斯特说，船已到港。", ["罗莎·林奎斯特"]),
        ("site", "仪式在青屿体育中心举行。", ["青屿体育中心"]),
        ("place", "工厂位于青屿高新产业园区，占地很大。", ["青屿高新产业园区"]),
        ("actor", "近日，云杉机械公司宣布新工厂投产。", ["云杉机械公司"]),
        ("quoted", "师生编写了《青屿童谣集》一书。", ["《青屿童谣集》"]),
        ("aim", "为了让孩子多运动，学校改了课表。", ["让孩子多运动"]),
        (
            "list",
            "产品包括搬运机器人、焊接机器人和喷涂机器人。",
            ["搬运机器人、焊接机器人和喷涂机器人"],
        ),
        ("way", "市民可通过青屿通小程序预约，首日上桥。", ["青屿通小程序预约"]),
        ("contact", "家长可拨打0555-6123456咨询。", ["0555-6123456"]),
        ("ordinal", "这是第三届海棠节。", ["第三"]),
    ],
)
def test_each_kind_finds_what_it_asks_for(kind, sentence, answers):
    _, find = _KINDS[kind]
    slots = list(find(sentence))
    assert [sentence[slot.start : slot.end] for slot in slots] == answers
    assert all(slot.asking and slot.terse for slot in slots)


def test_every_kind_is_asked_for_by_some_text_or_other():
    kinds = {one.source for text in CHINESE for one in made(text, 30)}
    assert {"news/figure", "news/date", "news/person", "news/site", "news/list"} <= kinds
