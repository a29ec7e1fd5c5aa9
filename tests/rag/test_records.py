"""The JSON of an answer, which other programs read, and the records around it."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date

import pytest

from index.errors import QuestionError
from index.records import Span
from index.text.language import Language
from rag.records import (
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Evidence,
    Filters,
    Question,
    RankedPassage,
    Seconds,
    ShortAnswer,
    Support,
    Turn,
    citation,
    iso,
    lead_of,
)
from tests.rag.conftest import ranked

DOCUMENTED = {
    "answer": [
        "id",
        "question",
        "standalone_question",
        "answer",
        "refused",
        "sentences",
        "citations",
        "evidence",
        "seconds",
    ],
    "sentences": ["text", "markers", "support"],
    "citations": [
        "marker",
        "article_id",
        "title",
        "url",
        "date",
        "source",
        "quote",
        "start",
        "end",
    ],
    "evidence": ["rank", "article_id", "score", "text", "start", "end"],
    "seconds": ["retrieve", "answer", "total"],
}
ADDED = {
    "respelled",
    "notices",
    "recognised",
    *(
        "column",
        "filters",
        "kind",
        "error",
        "account",
        "title",
        "date",
        "url",
        "marks",
        "reason",
        "heading",
        "short",
    ),
    *("copies", "as_of"),
    *("answerer", "notice", "incomplete", "refusal", "usage", "certainty", "short"),
}

ANSWER = Answer(
    question="它全长多少？",
    standalone_question="东岸大桥哪天通车？ 它全长多少？",
    answer="大桥全长3.2公里。 [1]",
    refused=False,
    sentences=(AnswerSentence("大桥全长3.2公里。", (1,), Support.SUPPORTED),),
    citations=(
        Citation(
            1, "b1", "大桥", "https://e.com", "2025-06-20", "晚报", "大桥全长3.2公里。", 4, 14, "号"
        ),
    ),
    evidence=(
        Evidence(1, "b1", 0.61, "通车了。大桥全长3.2公里。", 0, 14, "大桥", "2025-06-20", "号"),
    ),
    seconds=Seconds(0.1, 0.2, 0.3),
    id="q-1",
)


def levels(loaded: dict) -> dict[str, dict]:
    """The objects of an answer's JSON by the name that ``DOCUMENTED`` has for their fields."""
    first = {name: loaded[name][0] for name in ("sentences", "citations", "evidence")}
    return {"answer": loaded, "seconds": loaded["seconds"], **first}


@pytest.mark.parametrize("level", DOCUMENTED)
def test_json_has_the_documented_fields_in_their_order(level):
    found = list(levels(json.loads(ANSWER.to_json()))[level])
    assert [name for name in found if name in DOCUMENTED[level]] == DOCUMENTED[level]
    assert set(found) - set(DOCUMENTED[level]) <= ADDED


def test_json_gives_every_value_back():
    loaded = json.loads(ANSWER.to_json())
    assert loaded["id"] == "q-1"
    assert loaded["question"] == "它全长多少？"
    assert loaded["standalone_question"] == "东岸大桥哪天通车？ 它全长多少？"
    assert loaded["answer"] == "大桥全长3.2公里。 [1]"
    assert loaded["refused"] is False
    assert loaded["sentences"] == [
        {
            "text": "大桥全长3.2公里。",
            "markers": [1],
            "support": "supported",
            "reason": "",
            "heading": "",
            "short": "",
        }
    ]
    cited = loaded["citations"][0]
    assert Citation(**{**cited, "marks": tuple(cited["marks"])}) == ANSWER.citations[0]
    assert Evidence(**loaded["evidence"][0]) == ANSWER.evidence[0]
    assert Seconds(**loaded["seconds"]) == ANSWER.seconds
    assert loaded["error"] is None


def test_json_keeps_chinese_readable_and_one_line():
    text = ANSWER.to_json()
    assert "大桥全长3.2公里" in text
    assert "\\u" not in text
    assert "\n" not in text
    assert ANSWER.to_json(indent=2).startswith('{\n  "id": "q-1"')


def test_json_of_a_lone_surrogate_can_be_written_and_read():
    question = json.loads(r'"\ud800?"')
    odd = Answer(question, question, "", True, (), (), (), Seconds(0.0, 0.0, 0.0), id=question)
    loaded = json.loads(odd.to_json().encode("utf-8"))
    assert set(loaded) >= set(DOCUMENTED["answer"])


def test_dict_and_json_say_the_same():
    assert json.loads(json.dumps(ANSWER.to_dict())) == json.loads(ANSWER.to_json())


@pytest.mark.parametrize("question_id", ["q-2", 7, None])
def test_with_id_changes_only_the_id(question_id):
    changed = ANSWER.with_id(question_id)
    assert changed.to_dict() == {**ANSWER.to_dict(), "id": question_id}
    assert ANSWER.id == "q-1"


@pytest.mark.parametrize(
    "record",
    [
        ANSWER,
        ANSWER.sentences[0],
        ANSWER.citations[0],
        ANSWER.evidence[0],
        ANSWER.seconds,
        Turn("谁？", "他。"),
        Filters(),
        Question("谁？"),
        ranked("通车了。"),
    ],
    ids=lambda record: type(record).__name__,
)
def test_records_cannot_be_changed(record):
    name = fields(record)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(record, name, None)
    assert not hasattr(record, "__dict__")


def test_support_is_written_as_a_word():
    assert [str(support) for support in Support] == ["supported", "partial", "unverified"]


def test_a_filter_limits_nothing_by_default():
    assert Filters() == Filters(date_from=None, date_to=None, accounts=(), article_ids=())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"question": "谁？"}, Question("谁？")),
        ({"id": 7, "question": "谁？"}, Question("谁？", 7)),
        ({"id": "x", "question": "谁？", "history": []}, Question("谁？", "x")),
        ({"id": "x", "question": "谁？", "history": None, "more": 1}, Question("谁？", "x")),
        (
            {"question": "他呢？", "history": [{"question": "谁？", "answer": "她。", "at": 3}]},
            Question("他呢？", None, (Turn("谁？", "她。"),)),
        ),
        ({"question": ""}, Question("")),
    ],
)
def test_question_from_dict(values, expected):
    assert Question.from_dict(values) == expected


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "question"),
        ({"id": 1}, "question"),
        ({"question": None}, "question"),
        ({"question": 5}, "question"),
        ({"question": ["谁？"]}, "question"),
        ({"question": "谁？", "history": "谁？"}, "history"),
        ({"question": "谁？", "history": {"question": "谁？", "answer": "她。"}}, "history"),
        ({"question": "谁？", "history": ["谁？"]}, "history"),
        ({"question": "谁？", "history": [{"question": "谁？"}]}, "history"),
        ({"question": "谁？", "history": [{"question": "谁？", "answer": None}]}, "history"),
    ],
)
def test_question_from_dict_names_the_field_that_is_wrong(values, field):
    with pytest.raises(QuestionError) as raised:
        Question.from_dict(values)
    assert f"'{field}'" in raised.value.english
    assert field in raised.value.chinese


@pytest.mark.parametrize(
    ("source", "shown"), [("", "试验号"), ("晚报", "晚报")], ids=["original", "reprint"]
)
def test_citation_stands_on_the_words_of_the_article(source, shown):
    hit: RankedPassage = ranked(
        "通车了。全长3.2公里。",
        before="昨天。",
        title="大桥",
        url="https://e.com/1",
        source=source,
        day=date(2025, 6, 20),
    )
    made = citation(2, hit.passage, Span(7, 15))
    assert made == Citation(
        marker=2,
        article_id="a",
        title="大桥",
        url="https://e.com/1",
        date="2025-06-20",
        source=shown,
        quote="全长3.2公里。",
        start=7,
        end=15,
        account="试验号",
    )
    assert made.quote == hit.passage.article.text[7:15]


@pytest.mark.parametrize(("day", "written"), [(None, None), (date(2025, 1, 2), "2025-01-02")])
def test_iso(day, written):
    assert iso(day) == written


def test_markdown_has_a_footnote_a_citation():
    assert ANSWER.to_markdown() == (
        "大桥全长3.2公里。[^1]\n\n"
        "[^1]: [大桥](https://e.com) · 2025-06-20 · 晚报: “大桥全长3.2公里。”"
    )


def test_markdown_of_a_refusal_is_its_words():
    refused = replace(ANSWER, refused=True, answer="没有 *内容*", sentences=(), citations=())
    assert refused.to_markdown() == "没有 \\*内容\\*"


@pytest.mark.parametrize(
    ("answerer", "support", "said"),
    [
        ("m", Support.SUPPORTED, ""),
        ("m", Support.PARTIAL, " *(partial)*"),
        ("m", Support.UNVERIFIED, " *(unverified)*"),
        ("extractive", Support.SUPPORTED, ""),
        ("extractive", Support.PARTIAL, " *(probably)*"),
    ],
)
def test_markdown_says_the_notice_and_what_is_not_sure(answerer, support, said):
    sentences = (replace(ANSWER.sentences[0], support=support),)
    shown = replace(ANSWER, sentences=sentences, answerer=answerer, notice="模型断开")
    assert shown.to_markdown().startswith(f"> 模型断开\n\n大桥全长3.2公里。[^1]{said}\n\n[^1]")


def test_markdown_has_the_very_words_first():
    short = ShortAnswer("*3.2*\n公里", 1, 8, 13)
    shown = replace(ANSWER, short=short, notice="按日期排列").to_markdown()
    assert shown.startswith(
        "> 按日期排列\n\n**\\*3.2\\* 公里**[^1]\n\n大桥全长3.2公里。[^1]\n\n[^1]: "
    )


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("大桥多宽？", lead_of(Certainty.NEAREST, Language.CHINESE)),
        ("How wide is the bridge?", lead_of(Certainty.NEAREST, Language.ENGLISH)),
    ],
)
def test_what_is_only_near_is_led_up_to_and_has_no_marks(question, lead):
    sentences = (replace(ANSWER.sentences[0], support=Support.UNVERIFIED),)
    near = replace(
        ANSWER,
        question=question,
        answer=f"{lead} {ANSWER.answer}",
        sentences=sentences,
        certainty=Certainty.NEAREST,
    )
    assert (near.lead, near.said) == (lead, ANSWER.answer)
    assert near.to_markdown().startswith(f"{lead}\n\n大桥全长3.2公里。[^1]\n\n[^1]: ")


def test_only_what_is_near_has_a_lead():
    assert (ANSWER.lead, ANSWER.said) == ("", ANSWER.answer)
    assert lead_of(Certainty.NEAREST, Language.CHINESE) != lead_of(
        Certainty.NEAREST, Language.ENGLISH
    )


def test_a_refusal_is_one_in_both_ways_of_saying_so():
    refused = replace(ANSWER, refused=True, sentences=(), citations=())
    assert refused.certainty is Certainty.REFUSAL
    assert ANSWER.certainty is Certainty.DIRECT
    assert json.loads(refused.to_json())["certainty"] == "refusal"


def test_json_of_a_short_answer():
    loaded = replace(ANSWER, short=ShortAnswer("3.2公里", 1, 8, 13)).to_dict()
    assert loaded["short"] == {"text": "3.2公里", "marker": 1, "start": 8, "end": 13}
    assert ANSWER.to_dict()["short"] is None


def test_markdown_shows_what_an_article_says_as_text():
    cited = replace(
        ANSWER.citations[0],
        title="<b>](x)",
        url="javascript:alert(1)",
        quote="![x](http://evil.example)\n\n# 标题",
        source="",
    )
    shown = replace(ANSWER, citations=(cited,)).to_markdown()
    assert "javascript" not in shown
    assert "<b>" not in shown.replace("\\<b\\>", "")
    assert "![" not in shown
    assert len(shown.split("\n\n")) == 2
