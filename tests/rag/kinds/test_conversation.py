"""What is asked of the conversation so far, through the assistant with fakes."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.kinds.points import place_meant, point_meant, points_of
from rag.question.kind import Action
from rag.records import QuestionKind, Turn
from tests.conftest import FakeEncoder, FakeKinds

BEFORE = [Turn("东岸大桥什么时候通车？", "东岸大桥将于6月28日通车。 [1]")]
SAYS = {
    "再说一遍": Action.REPEAT,
    "展开讲讲": Action.MORE,
    "来源": Action.SOURCE,
    "换成英文": Action.TRANSLATE,
    "短一点": Action.SHORTER,
    "存成文件": Action.OTHER,
    "第一条的来源": Action.SOURCE,
    "第二条的来源": Action.SOURCE,
    "第一点展开讲讲": Action.MORE,
}


@pytest.fixture
def talking(library_folder, encoder: FakeEncoder) -> Assistant:
    kinds = dict.fromkeys([*SAYS, "翻译成英文"], QuestionKind.CONVERSATION)
    kinds |= {"谢谢": QuestionKind.SMALL_TALK, "谁？": QuestionKind.NOTHING}
    return Assistant.open(library_folder, encoder=encoder, kinds=FakeKinds(kinds, SAYS))


def test_the_last_answer_is_said_again(talking):
    answer = talking.ask("再说一遍", BEFORE)
    assert answer.question == "再说一遍"
    assert answer.kind is QuestionKind.CONVERSATION
    assert "6月28日通车" in answer.answer
    assert answer.citations


def test_what_was_said_before_thanks_is_what_is_meant(talking):
    answer = talking.ask("再说一遍", [*BEFORE, Turn("谢谢", "不客气。")])
    assert "6月28日通车" in answer.answer


def test_more_is_what_follows_in_the_article(talking):
    answer = talking.ask("展开讲讲", BEFORE)
    assert "总投资18.6亿元" in answer.answer
    assert {one.article_id for one in answer.citations} == {"bridge"}


def test_more_on_a_follow_up_stays_with_what_it_leant_on(talking):
    leant = [Turn("海棠小学今年招收多少名新生？", "240名。"), Turn("它的校长叫什么？", "温如玉。")]
    answer = talking.ask("展开讲讲", leant)
    assert {one.article_id for one in answer.citations} == {"school"}


def test_a_follow_up_leans_on_what_was_asked_before_thanks(talking):
    thanked = [*BEFORE, Turn("谢谢", "不客气。"), Turn("再说一遍", "6月28日。")]
    assert talking.ask("它多长？", thanked).standalone_question.startswith(
        "东岸大桥什么时候通车？ 它"
    )


def test_a_refusal_is_not_made_shorter(talking):
    refused = [Turn("火星上的沙尘暴刮了几天？", "没有。")]
    answer = talking.ask("短一点", refused)
    assert answer.refused
    assert answer.answer


def test_a_source_is_named_with_its_address(talking):
    answer = talking.ask("来源", BEFORE)
    assert "https://example.com/bridge" in answer.answer


def test_an_article_that_two_sentences_rest_on_is_named_once(talking):
    answer = talking.ask(
        "来源", [Turn("东岸大桥什么时候通车？总投资多少？", "6月28日。18.6亿元。")]
    )
    cited = [one.article_id for one in answer.citations]
    assert len(cited) > len(answer.sentences) == len(set(cited))
    assert sum(len(one.markers) for one in answer.sentences) == len(cited)


def test_without_a_chat_model_nothing_is_translated(talking):
    answer = talking.ask("换成英文", BEFORE)
    assert "不作翻译" in answer.sentences[0].text
    assert answer.answer.startswith(answer.sentences[0].text)
    assert "6月28日通车" in answer.answer
    assert answer.short is None


def test_a_language_that_is_named_asks_for_a_translation_whatever_the_classifier_says(talking):
    answer = talking.ask("翻译成英文", BEFORE)
    assert "不作翻译" in answer.sentences[0].text


def test_shorter_is_one_sentence(talking):
    answer = talking.ask("短一点", BEFORE)
    assert len(answer.sentences) == 1
    assert {one.marker for one in answer.citations} == set(answer.sentences[0].markers)


def test_what_cannot_be_done_says_what_can(talking):
    answer = talking.ask("存成文件", BEFORE)
    assert answer.refused
    assert "再说一遍" in answer.answer


def test_there_is_nothing_to_go_on_from_at_the_beginning(talking):
    answer = talking.ask("展开讲讲")
    assert answer.refused
    assert "先提一个问题" in answer.answer


def test_who_after_an_answer_asks_for_one_who_was_spoken_of(talking):
    assert talking.ask("谁？").kind is QuestionKind.NOTHING
    assert talking.ask("谁？", BEFORE).kind is QuestionKind.FACT


@pytest.mark.parametrize(
    ("said", "place"),
    [("第二条呢", 1), ("最后那个", -1), ("the third one", 2), ("point 4", 3), ("展开", None)],
)
def test_which_of_what_was_listed(said, place):
    assert place_meant(said) == place


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("6月1日：甲。 [1]\n6月2日：乙。 [2]", ["6月1日：甲。", "6月2日：乙。"]),
        ("甲。 [1] 乙。 [2]", ["甲。", "乙。"]),
        ("有甲、乙和丙。", ["有甲", "乙和丙"]),
        ("共 2 篇：\n6月1日：甲 [1] 乙 [2]", ["6月1日：甲", "乙"]),
        ("6月2日：甲 [1] 乙 [2]\n6月1日：丙 [3]\n（共 2 篇）", ["6月2日：甲 乙", "6月1日：丙"]),
        ("有两点：1. 甲、乙；2. 丙。", ["甲、乙", "丙"]),
        ("一是甲，二是乙，三是丙。", ["甲", "乙", "丙"]),
        ("①甲 ②乙", ["甲", "乙"]),
        ("（1）投资18.6亿元；（2）6月28日通车。", ["投资18.6亿元", "6月28日通车"]),
    ],
)
def test_what_was_listed(answer, items):
    assert points_of(answer) == items


def test_a_number_past_the_last_point_means_none():
    assert point_meant("第三点展开讲讲", "1. 甲；2. 乙。") == ""
    assert point_meant("展开讲讲", "1. 甲；2. 乙。") == ""


NUMBERED = [Turn("青屿有哪些消息？", "1. 东岸大桥将于6月28日通车；2. 海棠小学今年招收新生240名。")]


def test_the_source_of_a_point_is_the_article_that_tells_it(talking):
    for number, expected in (("一", "bridge"), ("二", "school")):
        (cited,) = talking.ask(f"第{number}条的来源", NUMBERED).citations
        assert cited.article_id == expected


def test_more_on_a_point_goes_on_where_it_is_told(talking):
    answer = talking.ask("第一点展开讲讲", NUMBERED)
    assert answer.sentences[0].text.startswith("东岸大桥将于6月28日通车")
