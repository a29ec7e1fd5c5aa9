"""Raw text with its changes marked, beside what became of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.clean import clean_draft
from index.cleaning.draft import Draft
from index.records import Change, Span
from ui.marked import Piece, beside, mark

RAW = "转载自：晚报\r\r东岸大桥&amp;amp;nbsp;月底通车。\r欢迎转发，但请注明出处“试验号”"


def cut(draft, rule, *words):
    """``draft`` without these words."""
    spans = sorted((draft.text.index(word), len(word)) for word in words)
    return draft.cut(rule, [Span(at, at + length) for at, length in spans])


def move(draft, *lines):
    spans = sorted((draft.text.index(line), len(line)) for line in lines)
    return draft.reorder("move_captions", [Span(at, at + length) for at, length in spans])


def marked(draft, raw):
    """The parts of the raw text that are marked, with what took their place."""
    return [(piece.text, piece.put) for piece in mark(raw, draft.changes) if piece.rules]


def in_rows(draft, raw, context=None):
    """Each row as its raw and its cleaned text."""
    rows = beside(raw, draft.changes, draft.text, context)
    return [("".join(p.text for p in r.raw), "".join(p.text for p in r.cleaned)) for r in rows]


def test_what_cleaning_did_is_marked_and_the_rest_is_not():
    draft = clean_draft(Draft.of(RAW))
    pieces = mark(RAW, draft.changes)
    assert "".join(piece.text for piece in pieces) == RAW
    assert [(p.text, p.rules) for p in pieces if p.rules] == [
        ("&amp;amp;nbsp;", ("decode_entities",)),
        ("欢迎转发，但请注明出处“试验号”", ("drop_footers",)),
    ]


def test_nothing_changed_is_one_piece():
    assert mark("东岸大桥", []) == [Piece("东岸大桥")]
    assert beside("东岸大桥", [], "东岸大桥")[0].cleaned == (Piece("东岸大桥"),)
    assert mark("", []) == []
    assert beside("", [], "") == []


def test_a_change_inside_another_is_part_of_it_and_keeps_both_reasons():
    raw = "甲点击&ldquo;阅读原文&rdquo;乙"
    draft = Draft.of(raw).substitute("decode_entities", re.compile("&ldquo;"), "“")
    draft = draft.substitute("decode_entities", re.compile("&rdquo;"), "”")
    draft = cut(draft, "drop_prompts", "点击“阅读原文”")
    (gone,) = [piece for piece in mark(raw, draft.changes) if piece.rules]
    assert gone == Piece("点击&ldquo;阅读原文&rdquo;", ("decode_entities", "drop_prompts"))
    assert in_rows(draft, raw) == [(raw, "甲乙")]


def test_a_change_of_what_another_put():
    raw = "甲ABCDE乙"
    draft = Draft.of(raw).substitute("one", re.compile("ABC"), "xy")
    draft = cut(draft, "two", "yD")
    assert [(p.text, p.put) for p in mark(raw, draft.changes)] == [
        ("甲", ""),
        ("ABCD", "x"),
        ("E乙", ""),
    ]
    assert in_rows(draft, raw) == [(raw, "甲xE乙")]


def test_neighbours_of_one_rule_are_marked_once():
    raw = "a&lt;&gt;b"
    draft = Draft.of(raw).substitute("decode_entities", re.compile("&lt;"), "<")
    draft = draft.substitute("decode_entities", re.compile("&gt;"), ">")
    assert marked(draft, raw) == [("&lt;&gt;", "<>")]
    (row,) = beside(raw, draft.changes, draft.text)
    assert row.cleaned == (Piece("a"), Piece("<>", ("decode_entities",)), Piece("b"))


def test_changes_of_white_space_do_not_disturb():
    raw = "甲 \r\n\r\n\u200b乙\u3000&amp;丙\u00a0"
    draft = clean_draft(Draft.of(raw))
    assert draft.text == "甲\n乙 &丙"
    (row,) = beside(raw, draft.changes, draft.text)
    assert row.cleaned == (Piece("甲\n乙 "), Piece("&", ("decode_entities",)), Piece("丙"))


# lines that were moved


def test_moved_lines_are_marked_where_they_stood_and_shown_where_they_stand():
    raw = "第一段。\n图一：大桥\n第二段。\n图二：隧道\n第三段。"
    draft = move(Draft.of(raw), "图一：大桥", "图二：隧道")
    pieces = [piece for piece in mark(raw, draft.changes) if piece.rules]
    assert [(p.text, p.rules, p.moved) for p in pieces] == [
        ("图一：大桥", ("move_captions",), 1),
        ("图二：隧道", ("move_captions",), 2),
    ]
    assert in_rows(draft, raw) == [
        (raw, "第一段。\n第二段。\n第三段。\n"),
        ("", "图一：大桥\n图二：隧道"),
    ]


def test_a_moved_line_with_a_change_in_it():
    raw = "一。\n图：&lt;桥&gt;欢迎转发\n二。"
    draft = Draft.of(raw)
    for entity, char in (("&lt;", "<"), ("&gt;", ">")):
        draft = draft.substitute("decode_entities", re.compile(entity), char)
    draft = cut(move(draft, "图：<桥>欢迎转发"), "drop_footers", "欢迎转发")
    assert draft.text == "一。\n二。\n图：<桥>"
    rows = in_rows(draft, raw)
    assert rows[0] == (raw, "一。\n二。\n")
    assert rows[1][1] == "图：<桥>"


def test_what_is_taken_out_around_a_moved_line_leaves_it():
    raw = "开头。\n重复的一\n图：大桥\n句话。\n结尾。"
    draft = cut(move(Draft.of(raw), "图：大桥"), "collapse_loops", "重复的一\n句话。\n")
    assert draft.text == "开头。\n结尾。\n图：大桥"
    assert in_rows(draft, raw) == [(raw, "开头。\n结尾。\n"), ("", "图：大桥")]
    assert "图：大桥" in [piece.text for piece in mark(raw, draft.changes) if piece.moved]


def test_a_moved_line_that_is_taken_out_afterwards():
    raw = "一。\n图：大桥\n二。"
    draft = cut(move(Draft.of(raw), "图：大桥"), "drop_boilerplate", "\n图：大桥")
    assert in_rows(draft, raw)[0][1].strip() == "一。\n二。"
    assert "图：大桥" in [text.strip() for text, _ in marked(draft, raw)]


# excerpts


def test_only_what_is_near_a_change_is_shown():
    raw = "前" * 500 + "&amp;" + "中" * 500 + "&amp;" + "后" * 20
    draft = Draft.of(raw).substitute("decode_entities", re.compile("&amp;"), "&")
    rows = beside(raw, draft.changes, draft.text, context=30)
    assert in_rows(draft, raw, 30) == [
        ("前" * 30 + "&amp;" + "中" * 30, "前" * 30 + "&" + "中" * 30),
        ("中" * 30 + "&amp;" + "后" * 20, "中" * 30 + "&" + "后" * 20),
    ]
    assert [(row.more_before, row.more_after) for row in rows] == [(True, True), (True, False)]


def test_changes_near_each_other_share_a_row():
    raw = "前" * 100 + "&amp;中&amp;" + "后" * 100
    draft = Draft.of(raw).substitute("decode_entities", re.compile("&amp;"), "&")
    assert len(beside(raw, draft.changes, draft.text, context=10)) == 1


# changes that make no sense: shown as well as can be


@pytest.mark.parametrize(
    "changes",
    [
        [Change("x", Span(2, 400), "")],
        [Change("x", Span(300, 400), "y")],
        [Change("x", Span(0, 3), "ab"), Change("y", Span(1, 4), "")],
        [Change("move_captions", Span(0, 90), "甲"), Change("x", Span(0, 2), "")],
        [Change("x", Span(2, 2), "put")],
    ],
)
def test_a_damaged_record_shows_both_texts_whole(changes):
    rows = beside("甲乙丙丁戊", changes, "别的")
    assert "".join(piece.text for row in rows for piece in row.raw) == "甲乙丙丁戊"
    assert "".join(piece.text for row in rows for piece in row.cleaned) == "别的"


def test_a_huge_tangle_takes_no_time():
    raw = "&amp;" * 40_000
    changes = [Change("one", Span(at, at + 7), "&") for at in range(0, len(raw) - 7, 5)]
    assert "".join(piece.text for piece in mark(raw, changes)) == raw


# whatever a cleaner does


@st.composite
def cleaned_drafts(draw):
    """A text after a few edits, each of the text that the last one left, and perhaps a move."""
    raw = draw(st.text("ab&; \n图一", max_size=40))
    draft = Draft.of(raw)
    for step in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(draft.text)))
        end = draw(st.integers(start, len(draft.text)))
        put = draw(st.text("xy", max_size=min(2, end - start)))
        draft = draft.edit(f"rule_{step}", [(start, end, put)] if start < end else [])
    return raw, draft


@given(cleaned_drafts())
def test_the_raw_text_is_whole_and_the_result_is_the_cleaned_text(drawn):
    raw, draft = drawn
    pieces = mark(raw, draft.changes)
    assert "".join(piece.text for piece in pieces) == raw
    assert _seen("".join(piece.result for piece in pieces)) == _seen(draft.text)


def _seen(text):
    return "".join(text.split())
