from __future__ import annotations

import json

import pytest

from index.errors import JuwenError
from rag.records import Refusal
from tests.ui.chat.test_turns import HURT, answer, cited
from ui.chat.kept import read_answer, to_markdown
from ui.language import speaking


def test_an_answer_comes_back_as_it_was():
    kept = answer(refusal=Refusal(("a",), ("b",)), incomplete=True)
    assert read_answer(json.loads(kept.to_json())) == kept


def test_fields_of_a_later_version_are_left_alone():
    values = {**answer().to_dict(), "mood": "good"}
    assert read_answer(values) == answer()


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "x",
        {},
        {**answer().to_dict(), "sentences": "x"},
        {**answer().to_dict(), "sentences": [{"text": 1, "markers": [], "support": "supported"}]},
        {**answer().to_dict(), "citations": [{"marker": "1"}]},
        {
            **answer().to_dict(),
            "citations": [{**answer().to_dict()["citations"][0], "start": True}],
        },
        {**answer().to_dict(), "refusal": 3},
    ],
)
def test_what_is_no_answer_is_refused(broken):
    with pytest.raises(JuwenError, match="ask its question again"):
        read_answer(broken)


def test_a_conversation_as_markdown():
    with speaking(chinese=True):
        text = to_markdown([answer(), answer(question="再问？")])
    assert "## 多少钱？" in text
    assert "共3.5亿元。[^1-1] (支持)" in text
    assert (
        "[^1-1]: [标题](<https://example.com/a>) (2025-06-01 · 号 · 转自 晚报)：“共3.5亿元。”"
        in text
    )
    assert "[^2-1]" in text


def test_markdown_of_hostile_articles_is_text():
    one = cited(1, title="[x](http://evil)![y](z)", quote=HURT + "\n# 标题", url="javascript:x")
    text = to_markdown([answer(question="# a\n- b", citations=(one,))])
    assert "<script" not in text.replace("\\<", "")
    assert "\\!\\[y\\]" in text
    assert "javascript" not in text
    assert "\n# " not in text
