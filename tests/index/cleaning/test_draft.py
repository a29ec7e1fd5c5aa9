"""A text on its way from raw to clean knows where each character came from."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.draft import Draft
from index.records import Change, Span


def raw_of(draft: Draft, raw: str, words: str) -> str:
    at = draft.text.index(words)
    return draft.raw_span(Span(at, at + len(words))).of(raw)


def test_a_draft_begins_as_the_raw_text_itself():
    draft = Draft.of("大桥通车")
    assert draft.text == "大桥通车"
    assert [draft.raw_span(Span(at, at + 1)) for at in range(4)] == [
        Span(at, at + 1) for at in range(4)
    ]
    assert draft.changes == ()


def test_what_is_cut_is_on_the_record_and_the_rest_keeps_its_place():
    raw = "大桥（见图）通车。（完）"
    draft = Draft.of(raw).substitute("drop_brackets", re.compile("（.*?）"))
    assert draft.text == "大桥通车。"
    assert draft.changes == (
        Change("drop_brackets", Span(2, 6), ""),
        Change("drop_brackets", Span(9, 12), ""),
    )
    assert raw_of(draft, raw, "通车") == "通车"


def test_changes_name_raw_words_however_often_the_text_changed():
    raw = "&lt;滑动&gt;大桥"
    entity = {"&lt;": "<", "&gt;": ">"}
    draft = Draft.of(raw).substitute("decode", re.compile("&..;"), lambda m: entity[m.group()])
    draft = draft.cut("drop", [Span(0, 4)])
    assert draft.text == "大桥"
    assert draft.changes[-1].span.of(raw) == "&lt;滑动&gt;"


def test_what_takes_the_place_of_words_stands_for_all_of_them():
    raw = "A&amp;B"
    draft = Draft.of(raw).edit("decode", [(1, 6, "&")])
    assert draft.text == "A&B"
    assert raw_of(draft, raw, "&") == "&amp;"
    assert raw_of(draft, raw, "&B") == "&amp;B"


def test_white_space_is_changed_off_the_record():
    draft = Draft.of("大桥\r\n通车").substitute("unify", re.compile("\r\n"), "\n")
    assert draft.text == "大桥\n通车"
    assert draft.changes == ()


def test_edits_that_change_nothing_leave_the_very_draft():
    draft = Draft.of("大桥")
    assert draft.edit("nothing", [(0, 1, "大")]) is draft
    assert draft.cut("nothing", []) is draft
    assert draft.reorder("nothing", []) is draft


def test_lines_move_to_the_end_in_their_order():
    raw = "甲图。\n大桥通车。\n乙图。\n学校开学。\n"
    draft = Draft.of(raw).reorder("move", [Span(0, 3), Span(10, 13)])
    assert draft.text == "大桥通车。\n学校开学。\n甲图。\n乙图。"
    assert raw_of(draft, raw, "甲图") == "甲图"
    assert raw_of(draft, raw, "学校开学") == "学校开学"
    assert [change.span.of(raw) for change in draft.changes] == ["甲图。", "乙图。"]
    assert len(draft.origins) == len(draft.ends) == len(draft.text)


def test_lines_at_the_end_or_alone_stay_where_they_are():
    for raw, span in (("大桥。\n图。", Span(4, 6)), ("图。", Span(0, 2))):
        assert Draft.of(raw).reorder("move", [span]).text == raw


@given(
    st.text("甲乙\n", max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 3), st.sampled_from(["", "甲", "丙丁"]))),
)
def test_any_edits_give_the_text_that_they_say(raw, wanted):
    edits, at = [], 0
    for start, length, put in sorted(wanted):
        end = min(start + max(length, len(put)), len(raw))
        if at <= start and start + len(put) <= end:
            edits.append((start, end, put))
            at = end
    expected = raw
    for start, end, put in reversed(edits):
        expected = expected[:start] + put + expected[end:]
    draft = Draft.of(raw).edit("edit", edits)
    assert draft.text == expected
    assert len(draft.origins) == len(draft.ends) == len(expected)
    for at, character in enumerate(draft.text):
        if character in "甲乙\n" and not any(character in put for _, _, put in edits):
            assert character in draft.raw_span(Span(at, at + 1)).of(raw)
