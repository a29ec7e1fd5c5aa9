from __future__ import annotations

from dataclasses import replace

import pytest

from index.records import Kind, Span
from rag.events import QuestionRead
from rag.records import (
    EXTRACTIVE,
    Answer,
    AnswerSentence,
    AppliedFilters,
    Certainty,
    Citation,
    Evidence,
    Nearest,
    Notice,
    QuestionKind,
    Refusal,
    Seconds,
    ShortAnswer,
    Support,
)
from ui.chat import turns
from ui.chat.markup import ending
from ui.language import speaking

HURT = "<script>hurt()</script>\"'><img src=x onerror=hurt()>"


def cited(marker: int, article_id: str = "a", **values) -> Citation:
    plain = {
        "title": "标题",
        "url": "https://example.com/a",
        "date": "2025-06-01",
        "source": "晚报",
        "quote": "共3.5亿元。",
        "start": 4,
        "end": 10,
        "account": "号",
        "marks": (Span(5, 8),),
    }
    return Citation(marker=marker, article_id=article_id, **{**plain, **values})


EVIDENCE = tuple(
    Evidence(rank, f"e{rank}", 1.0, "一段话。", 0, 4, f"第{rank}篇", "2025-05-01", "号")
    for rank in range(1, 7)
)


def answer(**values) -> Answer:
    plain = {
        "question": "多少钱？",
        "standalone_question": "多少钱？",
        "answer": "共3.5亿元。 [1]",
        "refused": False,
        "sentences": (AnswerSentence("共3.5亿元。", (1,), Support.SUPPORTED),),
        "citations": (cited(1),),
        "evidence": EVIDENCE,
        "seconds": Seconds(0.01, 0.02, 0.03),
    }
    return Answer(**{**plain, **values})


def read(standalone: str, limits: AppliedFilters | None = None) -> QuestionRead:
    return QuestionRead(standalone, "zh", limits or AppliedFilters())


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking(chinese=True):
        yield


def test_a_citation_is_a_button_that_knows_its_place():
    html = turns.answer_html(answer())
    assert 'data-article="a" data-start="4" data-end="10" data-marks="5-8"' in html
    assert 'data-quote="共3.5亿元。"' in html
    assert 'aria-label="出处 1：标题"' in html
    assert ">[1]</button>" in html


@pytest.mark.parametrize(
    ("support", "name", "sign"),
    [
        (Support.SUPPORTED, "支持", "✓"),
        (Support.PARTIAL, "部分", "◐"),
        (Support.UNVERIFIED, "未证实", "?"),
    ],
)
def test_each_sentence_has_its_label_in_words_and_shape(support, name, sign):
    sentence = AnswerSentence("共4亿元。", (1,), support, "原文为3.5亿元")
    html = turns.answer_html(answer(sentences=(sentence,), answerer="m"))
    assert f"</span>{name}</span>" in html
    assert f'aria-hidden="true">{sign}</span>' in html
    assert '<span class="reason">原文为3.5亿元</span>' in html


@pytest.mark.parametrize(
    ("chinese", "support", "name", "meaning"),
    [
        (True, Support.SUPPORTED, "回答", "这句话回答了问题。"),
        (True, Support.PARTIAL, "很可能", "这句话很可能回答了问题。"),
        (False, Support.SUPPORTED, "answers", "This sentence answers the question."),
        (False, Support.PARTIAL, "probably", "This sentence probably answers the question."),
    ],
)
def test_of_an_articles_own_sentence_the_mark_says_how_directly_it_answers(
    chinese, support, name, meaning
):
    sentence = AnswerSentence("共3.5亿元。", (1,), support)
    with speaking(chinese=chinese):
        html = turns.answer_html(answer(sentences=(sentence,)))
        written = turns.answer_html(answer(sentences=(sentence,), answerer="m"))
    assert f'title="{meaning}"' in html
    assert f"</span>{name}</span>" in html
    assert meaning not in written


def test_the_very_words_stand_above_and_lead_to_their_place():
    html = turns.answer_html(answer(short=ShortAnswer("3.5亿元", 1, 5, 10)))
    short, _, sentences = html.partition('<div class="sentences">')
    place = 'data-article="a" data-start="4" data-end="10" data-marks="5-10"'
    assert f'<p class="short"><button type="button" class="cite" {place}' in short
    assert '<span lang="zh-CN">3.5亿元</span><span class="short-marker">[1]</span>' in short
    assert 'class="short"' not in sentences
    assert 'class="short"' not in turns.answer_html(answer())


def test_the_very_words_of_a_citation_that_is_lost_lead_nowhere():
    html = turns.answer_html(answer(citations=(), short=ShortAnswer("3.5亿元", 1, 5, 10)))
    assert '<p class="short"><span lang="zh-CN">3.5亿元</span></p>' in html
    assert "<button" not in html


def test_what_is_only_near_is_led_up_to_and_has_no_marks():
    sentence = AnswerSentence("共3.5亿元。", (1,), Support.UNVERIFIED)
    html = turns.answer_html(answer(sentences=(sentence,), certainty=Certainty.NEAREST))
    lead, _, sentences = html.partition('<div class="sentences nearest">')
    assert '<p class="nearest-lead" lang="zh-CN">没有找到直接的回答，最接近的内容是：</p>' in lead
    assert ">[1]</button>" in sentences
    assert 'class="sentence"' in sentences
    assert 'class="label' not in html
    assert "未证实" not in html


def test_what_turns_out_to_be_only_near_flashes_no_mark_before():
    near = AnswerSentence("共3.5亿元。", (1,), Support.UNVERIFIED)
    wrong = AnswerSentence("共4亿元。", (1,), Support.UNVERIFIED, "原文为3.5亿元")
    assert 'class="label' not in turns.forming_html((near,), (cited(1),), "")
    assert turns.forming_html((near, wrong), (cited(1),), "").count('class="label') == 1


def test_everything_is_escaped_wherever_it_stands():
    one = cited(1, HURT, title=HURT, url="javascript:hurt()", source=HURT, quote=HURT, account=HURT)
    evidence = tuple(
        replace(e, article_id=HURT, title=HURT, text=HURT, account=HURT) for e in EVIDENCE
    )
    hostile = answer(
        question=HURT,
        standalone_question=HURT + "2",
        sentences=(AnswerSentence(HURT, (1,), Support.PARTIAL, HURT),),
        citations=(one,),
        short=ShortAnswer(HURT, 1, 5, 8),
        evidence=evidence,
        notice=HURT,
        answerer=HURT,
        filters=AppliedFilters(accounts=(HURT,)),
    )
    refusal = Refusal((HURT,), (HURT,), (Nearest(HURT, HURT, HURT, HURT, HURT, HURT),))
    pages = [
        turns.answer_html(hostile),
        turns.answer_html(replace(hostile, short=None, certainty=Certainty.NEAREST)),
        turns.answer_html(replace(hostile, citations=())),
        turns.answer_html(replace(hostile, refused=True, refusal=refusal)),
        turns.answer_html(replace(hostile, error=HURT)),
        turns.sources_html(hostile),
        turns.evidence_html(evidence),
        turns.understood_html(HURT, read(HURT + "2", hostile.filters)),
        turns.forming_html(hostile.sentences, hostile.citations, HURT),
    ]
    for html in pages:
        assert "&lt;script&gt;" in html
        assert "<script" not in html
        assert "<img" not in html
        assert "javascript:" not in html


def test_only_used_sources_are_listed_and_others_folded_away():
    citations = (cited(1, "e2"), cited(2, "b"), cited(3, "e2", start=20, end=26))
    html = turns.sources_html(answer(citations=citations))
    listed, _, folded = html.partition("<details")
    assert listed.count('class="source"') == 2
    assert listed.index(">[1]<") < listed.index(">[3]<") < listed.index(">[2]<")
    assert "还看过</summary>" not in listed
    assert folded.count('class="looked"') == 5
    assert 'data-article="e2"' not in folded
    titled = (
        '<button type="button" class="source-title" data-article="e2" data-start="4" data-end="10"'
    )
    assert listed.count(titled) == 1


def test_the_first_of_what_was_found_is_shown_at_once():
    html = turns.evidence_html(EVIDENCE)
    assert html.count('class="looked"') == turns.MOST_FOUND
    assert 'data-article="e6"' not in html


def test_chips_of_what_was_understood_and_can_be_taken_away():
    limits = AppliedFilters("2025-09-24", "2025-09-24", ("甲号",), ("x", "y"), ("en",))
    found = {chip.limit: chip.value for chip in turns.chips("谁？", read("谁？", limits))}
    assert found == {
        turns.Limit.DATES: "2025-09-24",
        turns.Limit.ACCOUNTS: "甲号",
        turns.Limit.LANGUAGES: "英文",
        turns.Limit.ARTICLES: "已选 2 篇",
    }
    html = turns.understood_html("谁？", read("谁？", limits))
    assert html.count('class="chip-drop"') == len(found)
    half = turns.chips("谁？", read("谁？", AppliedFilters(date_from="2025-01-02")))
    assert [chip.value for chip in half] == ["2025-01-02 起"]
    assert turns.understood_html("谁？", read("谁？")).strip() == ""


@pytest.mark.parametrize(
    ("question", "standalone", "completed"),
    [
        ("它呢？", "大桥多长？ 它呢？", True),
        ("9月24日发布的文章里它多长？", "大桥在哪？ 文章里它多长？", True),
        ("9月24日发布的大桥有多长？", "大桥有多长？", False),
        ("大桥有多长？", "大桥有多长？", False),
    ],
)
def test_a_question_that_the_conversation_completed_can_be_asked_alone(
    question, standalone, completed
):
    found = [chip.limit for chip in turns.chips(question, read(standalone))]
    assert found == [turns.Limit.STANDALONE] * completed


def test_a_refusal_says_what_is_missing_and_what_is_near():
    nearest = (
        Nearest("n", "人口普查", "2025-04-01", "号", "没有提到“火星”", "全市居民3万人。"),
        Nearest("m", "人口", "2025-04-02"),
    )
    refusal = Refusal(("火星移民", "居民"), ("火星",), nearest)
    html = turns.answer_html(answer(refused=True, sentences=(), citations=(), refusal=refusal))
    assert "文章库中没有能回答这个问题的内容" in html
    assert "没有提到“火星”" in html
    assert "火星移民" not in html  # no torn words
    assert 'data-article="n"' in html
    assert ">没有提到“火星”</span>" in html
    assert html.count('<q class="near"') == 1
    assert '<q class="near" lang="zh-CN">全市居民3万人。</q>' in html
    assert "2025-04-01 · 号" in html
    assert 'role="alert"' not in html


def test_a_refusal_without_reasons_names_the_nearest_evidence():
    html = turns.answer_html(answer(refused=True, sentences=(), citations=()))
    assert html.count('class="looked"') == 3
    assert "2025-05-01 · 号" in html


def test_what_a_source_is():
    assert turns.about(cited(1)) == "2025-06-01 · 号 · 转自 晚报"
    assert turns.about(cited(1, source="号", kind=Kind.REPRINT)) == "2025-06-01 · 号 · 转载"
    assert turns.about(cited(1, date=None, account="", source="")) == "无日期"


def test_copies_are_counted_where_an_article_is_listed():
    copied = (replace(EVIDENCE[0], copies=2), replace(EVIDENCE[1], copies=1), *EVIDENCE[2:])
    html = turns.sources_html(answer(citations=(cited(1, "e1"),), evidence=copied))
    listed, _, folded = html.partition("<details")
    assert "转自 晚报 · 另有 2 篇转载</span>" in listed
    assert "号 · 另有 1 篇转载</span>" in folded
    assert html.count("篇转载") == 2


def test_a_notice_and_an_answer_that_broke_off():
    html = turns.answer_html(answer(notice="模型不可用", incomplete=True, answerer="qwen"))
    assert "模型不可用" in html
    assert "回答在中途中断" in html
    assert "qwen" in html
    assert "extractive" not in turns.answer_html(answer())


def test_what_only_tells_is_told_apart_from_what_warns():
    told, warned = Notice("共 12 项。"), Notice("各篇文章说法不一：<b>。", warns=True)
    noted = {"notice": told.text + warned.text, "notices": (told, warned)}
    for one in (
        answer(**noted),
        answer(**noted, kind=QuestionKind.OVERVIEW),
        answer(**noted, refused=True, sentences=(), citations=()),
    ):
        html = turns.answer_html(one)
        assert '<p class="notice" lang="zh-CN">共 12 项。</p>' in html
        assert '<p class="notice warns" lang="zh-CN">各篇文章说法不一：&lt;b&gt;。</p>' in html
        assert html.count("共 12 项") == 1
    kept = answer(notice="共 12 项。")  # before there were notices one by one
    assert '<p class="notice" lang="zh-CN">共 12 项。</p>' in turns.answer_html(kept)
    assert "notice" not in turns.answer_html(answer())


def test_in_english():
    with speaking(chinese=False):
        assert "</span>supported</span>" in turns.answer_html(answer(answerer="m"))
        assert turns.about(cited(1)) == "2025-06-01 · 号 · reprinted from 晚报"


def test_an_answer_that_forms_shows_its_draft():
    html = turns.forming_html((), (), "正在写<b>")
    assert "正在写&lt;b&gt;" in html
    assert "caret" in html


def test_a_chat_models_unproven_sentence_keeps_its_mark_in_every_kind():
    one = AnswerSentence("大桥已经拆除。", (), Support.UNVERIFIED, "没有出处")
    written = answer(answerer="openai:some", kind=QuestionKind.OVERVIEW, sentences=(one,))
    assert turns.label(one, written)
    assert turns.label(one, replace(written, answerer=EXTRACTIVE)) is None


def test_a_question_that_was_searched_in_other_words_says_which():
    asked = QuestionRead("木工课几点？", "zh", AppliedFilters(), respelled="木工课几点？")
    (chip,) = turns.chips("木公课几点？", asked)
    assert (chip.limit, chip.value) == (turns.Limit.SPELLING, "木工课几点？")


def test_a_reader_of_another_language_is_told_what_he_can_do():
    chinese = AnswerSentence("大桥将于6月28日通车。", (1,), Support.SUPPORTED)
    english = AnswerSentence("The bridge opens on June 28.", (1,), Support.SUPPORTED)
    asked = "When does the bridge open?"
    with speaking(chinese=False):
        html = turns.answer_html(answer(question=asked, sentences=(chinese,)))
    assert "words, in Chinese." in html
    assert "A chat model would answer in English; without one, your browser can translate" in html
    untranslated = "Sentences of Chinese articles are quoted as they stand."
    noted = answer(question=asked, sentences=(chinese,), notice=f"3 more. {untranslated}")
    html = turns.answer_html(noted)
    assert "3 more." in html
    assert untranslated not in html  # said once
    with speaking(chinese=True):
        html = turns.answer_html(answer(question="大桥何时通车？", sentences=(english,)))
    assert "请对话模型用中文作答" in html
    for told in (
        answer(question="Когда открывается мост?", sentences=(chinese,)),
        answer(question=asked, sentences=(chinese, english)),
        answer(question="大桥何时通车？", sentences=(chinese,)),
        answer(question=asked, sentences=(chinese,), answerer="m"),
    ):
        assert 'class="about foreign"' not in turns.answer_html(told)


@pytest.mark.parametrize("text", ["", "通", "通车。", "June 28.", "x" * 50, "投资18.6亿元"])
def test_a_text_and_its_ending(text):
    head, last = ending(text)
    assert head + last == text
    assert last or not text
    assert len(last) <= 20
