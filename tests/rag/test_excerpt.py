"""Of long sentences the clauses that answer are quoted, whole and word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.asked import wanted
from rag.excerpt import LONGEST, LONGEST_FOREIGN, clauses_of, excerpt
from rag.score import term_shares
from tests.rag.conftest import ranked

FILLING = "灯会办了很多年，" * 12
QUESTION = "渡轮公司有多少名船员？"


def quoted(question, text, longest=None):
    share = term_shares(question, "", [ranked(text)])
    return excerpt(text, share, wanted(question), longest).of(text)


def test_the_clauses_that_answer_are_kept():
    text = f"{FILLING}渡轮公司现有300名船员，{FILLING}大家都很高兴。"
    kept = quoted(QUESTION, text)
    assert "渡轮公司现有300名船员" in kept
    assert len(kept) <= LONGEST
    assert text.count(kept) == 1


def test_the_figure_that_is_asked_for_outweighs_words():
    text = f"说起船员，{FILLING}现有船员300名，{FILLING}散会。"
    assert "300名" in quoted(QUESTION, text, 20)


@pytest.mark.parametrize("text", ["渡轮停航。", "渡" * LONGEST, "ferry " * 20])
def test_what_is_short_stays_whole(text):
    assert quoted(QUESTION, text) == text


def test_a_sentence_in_letters_may_be_longer():
    text = "The ferry company, which sails at noon, has a crew of many, "
    whole = f"{text}and it has 300 people."
    assert LONGEST < len(whole) < LONGEST_FOREIGN
    assert quoted("How many people has the ferry company?", whole) == whole


def test_one_clause_alone_may_be_longer():
    text = f"灯会，{'渡轮公司的船员' * 20}300名，散会。"
    assert len(quoted(QUESTION, text)) > LONGEST


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
)
def test_an_excerpt_is_a_part_of_its_sentence(text, longest):
    clauses = [span.of(text) for span in clauses_of(text)]
    assert "".join(clauses) == text
    part = excerpt(text, {"渡轮": 0.6, "船员": 0.4}, wanted(QUESTION), longest)
    assert 0 <= part.start <= part.end <= len(text)
    assert len(part.of(text)) <= max(longest, *map(len, clauses), 0)
