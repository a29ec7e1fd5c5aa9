"""Reading a reply as it arrives."""

from __future__ import annotations

import pytest

from rag.generation.reply import ReplyReader
from rag.verification.cited_sentences import Written


def read(pieces):
    """The text that was shown, and the sentences."""
    reader = ReplyReader()
    parts = [part for piece in pieces for part in reader.feed(piece)]
    parts += reader.close()
    shown = "".join(part for part in parts if isinstance(part, str))
    return shown, [(p.text, p.markers) for p in parts if isinstance(p, Written)]


REPLIES = [
    ("大桥通车了。[1] 全长3.2公里。[2][3]", [("大桥通车了。", (1,)), ("全长3.2公里。", (2, 3))]),
    ("大桥通车了[1]。全长3.2公里[2]。", [("大桥通车了。", (1,)), ("全长3.2公里。", (2,))]),
    (
        "It opened on 28 June. [1] It is 3.2 km long [2].",
        [("It opened on 28 June.", (1,)), ("It is 3.2 km long.", (2,))],
    ),
    ("[1] 大桥通车了。\n[2] 全长3.2公里。", [("大桥通车了。", (1,)), ("全长3.2公里。", (2,))]),
    ("大桥通车了。【1】全长。［1、3］", [("大桥通车了。", (1,)), ("全长。", (1, 3))]),
    ("大桥通车了。[引文1]", [("大桥通车了。", (1,))]),
    (
        "大桥通车了（见文章1）。全长3.2公里（参见资料2、资料3）。",
        [("大桥通车了。", (1,)), ("全长3.2公里。", (2, 3))],
    ),
    ("- **大桥**通车了 [1]\n- 全长3.2公里 [2]", [("大桥通车了", (1,)), ("全长3.2公里", (2,))]),
    ("1. 大桥。[1]\n2. 地铁。[2]", [("大桥。", (1,)), ("地铁。", (2,))]),
    ("> 大桥通车了。", [("大桥通车了。", ())]),
    ("2025年通车。", [("2025年通车。", ())]),
    ("<think>引文[1]说\n不明。</think>\n\n大桥通车了。[1]", [("大桥通车了。", (1,))]),
    ("见[附件]。", [("见[附件]。", ())]),
    ("大桥[", [("大桥[", ())]),
    ("。。。 [1]", []),
    ("", []),
    (" \n", []),
]


@pytest.mark.parametrize(("reply", "sentences"), REPLIES)
def test_sentences_and_their_markers_however_the_reply_is_cut(reply, sentences):
    for width in (1, 2, 3, 7, len(reply) or 1):
        pieces = [reply[at : at + width] for at in range(0, len(reply), width)]
        assert read(pieces)[1] == sentences, width


def test_text_is_shown_without_markers_as_it_arrives():
    reader = ReplyReader()
    assert "".join(reader.feed("大桥")) == "大桥"
    assert "".join(reader.feed("通车了。 [")) == "通车了。"
    assert list(reader.feed("12")) == []
    assert [type(part) for part in reader.feed("]全长")] == [Written, str]


def test_all_text_before_a_sentence_is_its_own():
    reader = ReplyReader()
    parts = [*reader.feed("甲。乙"), *reader.feed("。丙。"), *reader.close()]
    seen, of_sentence = "", []
    for part in parts:
        if isinstance(part, str):
            seen += part
        else:
            of_sentence.append((seen.strip(), part.text))
            seen = ""
    assert of_sentence == [("甲。", "甲。"), ("乙。", "乙。"), ("丙。", "丙。")]


@pytest.mark.parametrize("reply", ["NO_ANSWER", "no answer.", "NO\\_ANSWER", "**NO_ANSWER**"])
def test_the_refusal_is_never_shown(reply):
    shown, sentences = read(reply)
    assert shown.strip("*.\\_ ") == ""
    assert len(sentences) == 1


def test_a_word_that_begins_like_the_refusal_is_shown():
    assert read(["No", "rth", " gate."])[0] == "North gate."


def test_thoughts_that_never_end_are_no_reply():
    assert read(["<think>", "大桥通车了。"]) == ("", [])
