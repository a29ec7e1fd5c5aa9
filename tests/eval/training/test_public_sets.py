"""Question sets as they lie on disk, read as examples; what belongs together is one group."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.training.public_sets import (
    Text,
    _Groups,
    read_articles,
    read_paragraphs,
    read_sets,
    without,
)
from tests.eval.training.material import (
    BRIDGE,
    EXAMPLES,
    FERRY,
    SCHOOL,
    TEXTS,
    asking,
    exported,
    question_row,
    squad_row,
    write_data,
    write_json,
    write_lines,
)


@pytest.mark.parametrize("name", ["articles.json", "articles.json.gz"])
def test_articles_are_read_trimmed_and_unescaped_and_those_without_text_are_left_out(
    tmp_path, name
):
    rows = [
        *exported([BRIDGE]),
        {"文章标识符aid": 7, "标题title": None, "finalContent": " 甲&amp;乙\r\r\xa0丙&nbsp;丁 \n"},
        {"文章标识符aid": "8", "标题title": "无文", "finalContent": " \r "},
        {"文章标识符aid": "9", "finalContent": None},
    ]
    write_json(tmp_path / name, rows)
    assert read_articles(tmp_path / name) == [BRIDGE, Text("7", "", "甲&乙\n丙 丁")]


def test_a_data_folder_gives_its_examples(tmp_path):
    examples = read_sets(write_data(tmp_path))
    key = {(one.question, one.answers) for one in EXAMPLES}
    assert {(one.question, one.answers) for one in examples} == key
    for one in examples:
        assert all(answer in one.text for answer in one.answers)
        if one.source == "squad2_zh/answerable":
            assert one.text[one.near :].startswith(one.answers[0])


def test_an_empty_folder_gives_none(tmp_path):
    assert read_sets(tmp_path) == []


def test_questions_of_other_kinds_without_answer_or_article_are_left_out(tmp_path):
    write_json(tmp_path / "drcd" / "articles.json", exported([SCHOOL]))
    good = asking(SCHOOL, "校长是谁？", "陈放", "陈放", "", "不在文中")
    rows = [
        question_row("a-1", good),
        question_row("a-2", good, kind="multi"),
        question_row("a-3", replace(good, answers=("不在文中",))),
        question_row("a-4", replace(good, group="no such article")),
        {**question_row("a-5", good), "aids": []},
    ]
    write_lines(tmp_path / "drcd" / "questions.dev.jsonl", rows)
    (one,) = read_sets(tmp_path)
    assert (one.source, one.group, one.answers) == ("drcd/single", SCHOOL.article_id, ("陈放",))


def test_an_unanswerable_question_has_no_answers_even_where_some_are_given(tmp_path):
    row = {**squad_row("f" * 24, asking(SCHOOL, "谁教木工课？", "陈放")), "answerable": False}
    write_lines(tmp_path / "squad2_zh" / "reading.train.jsonl", [row])
    (one,) = read_sets(tmp_path)
    assert (one.source, one.answers, one.near) == ("squad2_zh/unanswerable", (), -1)


def test_questions_with_their_texts_are_read_under_a_name(tmp_path):
    row = squad_row("f" * 24, asking(SCHOOL, "校长叫啥？", "陈放"))
    bare = {**row, "answers": [], "answerable": False}
    write_lines(tmp_path / "people.jsonl", [{**row, "title": SCHOOL.title}, bare])
    one, other = read_paragraphs(tmp_path / "people.jsonl", "people")
    assert (one.source, one.title, one.answers) == ("people/answerable", SCHOOL.title, ("陈放",))
    assert one.text[one.near :].startswith("陈放")
    assert (other.source, other.title, other.answers) == ("people/unanswerable", "", ())
    assert one.group == other.group == row["context"]


def test_a_follow_up_is_read_with_what_it_leans_on(tmp_path):
    row = squad_row("f" * 24, asking(SCHOOL, "教什么？", "陈放"))
    write_lines(tmp_path / "people.jsonl", [{**row, "background": "校长叫啥？"}, row])
    leaning, alone = read_paragraphs(tmp_path / "people.jsonl", "people")
    assert (leaning.background, alone.background) == ("校长叫啥？", "")


def test_an_article_its_translations_and_all_their_questions_are_one_group(tmp_path):
    chinese, english = replace(SCHOOL, article_id="zh_1"), replace(FERRY, article_id="en_1")
    apart = replace(BRIDGE, article_id="zh_2")
    write_json(tmp_path / "xling_zh_docs" / "articles.json", exported([chinese, apart]))
    write_json(tmp_path / "xling_en_docs" / "articles.json", exported([english]))
    shared, machine = "5a" * 12, "5b" * 12
    write_lines(
        tmp_path / "xling_zh_docs" / "questions.dev.jsonl",
        [
            question_row(f"xquad-zh-zh-{shared}", asking(chinese, "校长是谁？", "陈放")),
            question_row(f"xquad-en2zh-{machine}", asking(chinese, "Who?", "陈放"), "crosslingual"),
            question_row("mlqa-zh-zh-77", asking(apart, "谁承建？", "云杉路桥公司")),
        ],
    )
    write_lines(
        tmp_path / "xling_en_docs" / "questions.dev.jsonl",
        [question_row(f"xquad-en-en-{shared}", asking(english, "What cost?", "45 yuan"))],
    )
    # A machine's translation of the same question of SQuAD, on a passage of its own.
    write_lines(
        tmp_path / "squad2_zh" / "reading.train.jsonl",
        [
            squad_row(machine, asking(replace(SCHOOL, text="某校校长陈放。"), "谁？", "陈放")),
            squad_row("5c" * 12, asking(replace(SCHOOL, text="某校校长陈放。"), "几？")),
            squad_row("5d" * 12, asking(replace(SCHOOL, text="另一段。"), "几？")),
        ],
    )
    examples = read_sets(tmp_path)
    assert len(examples) == 7
    together = {one.group for one in examples if one.text != apart.text and one.text != "另一段。"}
    assert len(together) == 1
    assert len({one.group for one in examples}) == 3


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=8),
    st.randoms(use_true_random=False),
)
def test_groups_do_not_depend_on_the_order_they_were_joined_in(joins, random):
    one, other = _Groups(), _Groups()
    for names in joins:
        one.join(*names)
    for names in random.sample(joins, len(joins)):
        other.join(*random.sample(names, len(names)))
    for name in "abcdefgh":
        assert one.of(name) == other.of(name) <= name
    for names in joins:
        assert len({one.of(name) for name in names}) == 1


def test_a_chain_of_joins_is_one_group_whichever_comes_first():
    for order in permutations([("d", "c"), ("b", "a"), ("c", "b")]):
        groups = _Groups()
        for names in order:
            groups.join(*names)
        assert [groups.of(name) for name in "abcd"] == ["a"] * 4


def test_articles_can_be_left_out_by_id():
    assert without(TEXTS, frozenset({BRIDGE.article_id, "unknown"})) == list(TEXTS[1:])
