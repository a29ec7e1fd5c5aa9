"""Of long sentences the clauses around what answers are quoted, whole and word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Span
from index.text.clauses import clauses_of
from rag.extractive.excerpt import LONGEST, LONGEST_FOREIGN, excerpt

FILLING = "灯会办了很多年，" * 14


def quoted(text, words, longest=None):
    at = text.index(words)
    return excerpt(text, [Span(at, at + len(words))], longest).of(text)


def test_the_clause_that_answers_is_kept():
    text = f"{FILLING}渡轮公司现有300名船员，{FILLING}大家都很高兴。"
    kept = quoted(text, "300名")
    assert "渡轮公司现有300名船员" in kept
    assert len(kept) <= LONGEST
    assert text.count(kept) == 1


def test_what_answers_is_never_cut_away():
    winners = "、".join(f"第{n}号渡轮，其船长是温某" for n in range(20))
    text = f"{FILLING}获奖的分别是{winners}，{FILLING}散会。"
    assert winners in quoted(text, winners)
    two = excerpt(text, [Span(3, 5), Span(len(text) - 5, len(text) - 3)])
    assert two.start == 0
    assert two.end >= len(text) - 3


def test_room_goes_to_the_clauses_before():
    assert quoted("甲船停航，乙船有三百人，丙船开了", "三百人", 12) == "甲船停航，乙船有三百人"


def test_with_nothing_to_keep_it_begins_at_the_beginning():
    text = f"渡轮停航，{FILLING}散会。"
    assert excerpt(text, []).of(text).startswith("渡轮停航，灯会")


ADDRESS = "https://example.com/reg?token=" + "aB3x/+9" * 600


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"报名请访问{ADDRESS}，截止时间为11月3日，逾期不候。", "11月3日"),
        (f"报名请访问{ADDRESS}截止11月3日。", "11月3日"),
        (f"Register at {ADDRESS} before 3 November, and bring a pass.", "3 November"),
        (f"Register here before 3 November at {ADDRESS}", "3 November"),
        (f"密钥{'0123456789abcdef' * 300}的有效期为三十天", "三十天"),
        (f"请访问{ADDRESS}", "访问"),
        (f"地址{ADDRESS}", ADDRESS[:20]),
    ],
)
def test_a_long_word_is_not_quoted_for_the_words_beside_it(text, kept):
    at = text.index(kept)
    quoted = excerpt(text, [Span(at, at + len(kept))])
    assert kept in quoted.of(text)
    assert len(quoted.of(text)) <= LONGEST_FOREIGN
    assert quoted.of(text) == quoted.of(text).strip()


@pytest.mark.parametrize("text", ["渡轮停航。", "渡" * LONGEST, "ferry " * 20])
def test_what_is_short_stays_whole(text):
    assert excerpt(text, []).of(text) == text


def test_a_sentence_in_letters_may_be_longer():
    text = "The ferry company, which sails at noon, has a crew of many, "
    whole = f"{text * 2}and it has 300 people."
    assert LONGEST < len(whole) < LONGEST_FOREIGN
    assert excerpt(whole, []).of(whole) == whole


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("他说“好，走”，就走了", ["他说“好，走”，", "就走了"]),
        ("共1,320款，都好", ["共1,320款，", "都好"]),
        ("见www.a.cn:80，再说", ["见www.a.cn:80，", "再说"]),
        ("渡轮——那条船——停了", ["渡轮——", "那条船——", "停了"]),
        ("他说“好，走", ["他说“好，", "走"]),
        ("It sails, we say, at 10:30", ["It sails,", " we say,", " at 10:30"]),
    ],
)
def test_clauses(text, clauses):
    assert [span.of(text) for span in clauses_of(text)] == clauses


@given(
    st.text(alphabet="渡轮公司船员300名，；：“”《》、。 a,", min_size=1, max_size=300),
    st.integers(5, 90),
    st.tuples(st.integers(0, 299), st.integers(1, 20)),
)
def test_an_excerpt_is_a_part_of_its_sentence_and_holds_what_is_kept(text, longest, place):
    start = min(place[0], len(text) - 1)
    kept = Span(start, min(len(text), start + place[1]))
    clauses = [span.of(text) for span in clauses_of(text)]
    assert "".join(clauses) == text
    part = excerpt(text, [kept], longest)
    assert 0 <= part.start <= kept.start < kept.end <= part.end <= len(text)
