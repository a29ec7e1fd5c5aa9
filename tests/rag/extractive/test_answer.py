"""Which sentences become the answer, and that each stands in its article word for word."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Span
from rag.extractive.answer import LISTED as WHOLE
from rag.extractive.answer import LONGEST_ANSWER, MOST_SENTENCES, answering, join_sentences
from rag.extractive.answer import drafted as drafted_of
from rag.extractive.candidates import readable
from rag.extractive.reader import FoundSpan, PassageReading
from rag.records import AnswerSentence, Certainty, Strictness, Support
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


def drafted(question, *hits, reader=None, most_sources=None, **options):
    read = readable([[hit] for hit in hits])
    found = answering(question, read, reader or FakeReader(), **options)
    if found.certainty is Certainty.REFUSAL:
        return None
    return drafted_of(question, found, most_sources=most_sources)


def texts(draft):
    return [sentence.text for sentence in draft.sentences]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (
            "大桥全长多少公里？",
            "大桥的全长引人注目。大桥全长3.2公里。大桥很美。",
            "大桥全长3.2公里。",
        ),
        (
            "学校有几个班？",
            "学校的班都满了。学校有十二个班。校长很高兴。",
            "学校有十二个班。",
        ),
        (
            "大桥什么时候通车？",
            "大桥通车让人期待。大桥将于6月28日通车。",
            "大桥将于6月28日通车。",
        ),
        (
            "When does the night ferry stop?",
            "The night ferry will stop soon. The night ferry will stop on Aug 31 at noon.",
            "The night ferry will stop on Aug 31 at noon.",
        ),
        (
            "How many passengers does the ferry carry?",
            "The ferry can carry passengers. The ferry can carry 45 passengers.",
            "The ferry can carry 45 passengers.",
        ),
        ("校长是谁？", "学校新开了木工课。校长是温如玉。", "校长是温如玉。"),
    ],
)
def test_the_sentence_that_holds_what_is_asked_for_comes_first(question, text, expected):
    assert texts(drafted(question, ranked(text)))[0] == expected


def test_a_sentence_is_found_by_its_title():
    about = ranked("总投资18.6亿元。", article_id="b", title="东岸大桥开工")
    other = ranked("总投资99.9亿元。", article_id="c", title="西山隧道开工")
    assert drafted("东岸大桥总投资多少？", other, about).citations[0].article_id == "b"


def test_a_near_passage_goes_before_a_far_one_with_a_word_more():
    near = ranked("大桥长3.2公里。", article_id="near", score=20.0)
    far = ranked("大桥全长9公里。", article_id="far", score=2.0)
    assert drafted("大桥全长多少公里？", far, near).citations[0].article_id == "near"


@pytest.mark.parametrize(
    "question", ["大桥主塔封顶和通车的先后顺序是怎样的？", "大桥封顶通车的来龙去脉"]
)
def test_where_an_order_is_asked_for_sentences_stand_by_their_articles_days(question):
    late = ranked("大桥封顶后通车。", article_id="late", day=date(2025, 6, 28), score=0.9)
    early = ranked("大桥主塔封顶。", article_id="early", day=date(2025, 6, 1), score=0.6)
    undated = ranked("大桥将通车。", article_id="undated", score=0.5)
    days = [cited.date for cited in drafted(question, undated, late, early).citations]
    assert days[:2] == ["2025-06-01", "2025-06-28"]
    assert drafted("大桥封顶通车了吗？", late, early).citations[0].date == "2025-06-28"


def test_unrelated_sentences_stay_out():
    text = "校门口很热闹。大桥全长3.2公里。工期是三年。食堂新开了窗口。"
    draft = drafted("大桥全长多少公里？", ranked(text), ranked("船票45元。", article_id="b"))
    assert texts(draft)[0] == "大桥全长3.2公里。"
    assert not {"校门口很热闹。", "食堂新开了窗口。", "船票45元。"} & set(texts(draft))


def test_the_answer_stays_short():
    text = "".join(f"大桥{name}段全长3公里，{'沿江' * 20}。" for name in "甲乙丙丁")
    draft = drafted("大桥全长多少公里？", ranked(text))
    assert len(draft.sentences) > 1
    assert sum(map(len, texts(draft))) <= LONGEST_ANSWER


def test_a_first_sentence_that_is_too_long_stands_alone():
    text = f"大桥跨江而过{'沿江而建' * 60}风景好。大桥很美。"
    draft = drafted("跨江而过的大桥风景好不好？", ranked(text))
    assert len(draft.sentences) == 1
    assert len(texts(draft)[0]) > LONGEST_ANSWER


def test_the_same_words_are_not_said_twice():
    same = "大桥全长3.2公里。"
    draft = drafted(
        "大桥全长多少公里？",
        ranked(same, article_id="a"),
        ranked(same, article_id="b"),
        ranked(f"{same}它跨过江。", article_id="c"),
    )
    assert texts(draft).count(same) == 1


class Nowhere:
    """A reader that finds no words, and likes the texts that hold some others."""

    def __init__(self, liked=""):
        self._liked = liked

    def read(self, question, passages, background=""):
        return [PassageReading(2.0 if self._liked in text else -2.0, ()) for _, text in passages]


def test_of_a_list_a_sentence_is_quoted_whole_of_which_a_passage_has_a_part():
    begins, goes_on = "渡轮免票的有：学生、", "老人、军人、残疾人。"
    hit = ranked(goes_on, before=f"码头已开放。{begins}")
    read = answering("渡轮免票的有哪些人？", readable([[hit]]), FakeReader())
    assert texts(drafted_of("渡轮免票的有哪些人？", read, form=WHOLE))[0] == begins + goes_on


LISTED = (
    "今年的绿色工厂名单如下。\n序号 企业 区\n1 青石生物 东湖区\n2 大禾机电 西湖区\n申报工作已结束。"
)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (LISTED, LISTED.removesuffix("\n申报工作已结束。")),
        (
            "绿色工厂名单包括：\n甲厂、乙厂、丙厂。\n申报工作已结束。",
            "绿色工厂名单包括：\n甲厂、乙厂、丙厂。",
        ),
        ("绿色工厂名单公布了：", "绿色工厂名单公布了："),
    ],
    ids=["rows", "a sentence", "nothing follows"],
)
def test_what_a_sentence_announces_is_quoted_with_it_and_once(text, quoted):
    draft = drafted("绿色工厂名单有哪些企业？", ranked(text), reader=Nowhere("名单"))
    quotes = [cited.quote for cited in draft.citations]
    assert quotes[0] == quoted
    assert not [other for other in quotes[1:] if other in quoted]


def test_a_long_list_is_quoted_as_far_as_whole_lines_go():
    rows = "\n".join(f"{n} 第{n}号绿色工厂有限公司" for n in range(1, 60))
    draft = drafted("绿色工厂名单？", ranked(f"绿色工厂名单如下：\n{rows}"), reader=Nowhere("名单"))
    assert len(draft.citations[0].quote) < 300
    assert draft.citations[0].quote.endswith("号绿色工厂有限公司")


def test_words_that_are_the_sentence_itself_are_not_said_twice():
    class Whole:
        def read(self, question, passages, background=""):
            return [
                PassageReading(9.0, (FoundSpan(Span(0, len(text)), 9.0),)) for _, text in passages
            ]

    draft = drafted("大桥怎么样？", ranked("大桥很美。"), reader=Whole())
    assert (draft.certainty, draft.short) == (Certainty.DIRECT, None)


def test_markers_quotes_and_answer_belong_together():
    before = "开头有一句。"
    hits = [
        ranked("大桥甲段全长3.2公里。", article_id="a", before=before, day=date(2025, 6, 1)),
        ranked("大桥乙段全长9公里。", article_id="b", before=before * 3, source="晚报"),
        ranked("大桥丙段全长8公里。", article_id="c"),
    ]
    draft = drafted("大桥全长多少公里？", *hits)
    articles = {hit.passage.article.article_id: hit.passage.article for hit in hits}
    assert [cited.marker for cited in draft.citations] == [1, 2, 3]
    for sentence, cited in zip(draft.sentences, draft.citations, strict=True):
        assert cited.quote == articles[cited.article_id].text[cited.start : cited.end]
        assert cited.quote == sentence.text
        assert sentence.markers == (cited.marker,)
        assert sentence.support is not Support.UNVERIFIED
        assert f"{sentence.text} [{cited.marker}]" in draft.text
    assert {cited.article_id: cited.source for cited in draft.citations}["b"] == "晚报"


def test_a_sentence_is_on_one_line_and_its_quote_as_it_stands():
    hit = ranked("Tickets  for the\tferry cost 45 yuan.")
    draft = drafted("How much are tickets for the ferry?", hit)
    assert texts(draft) == ["Tickets for the ferry cost 45 yuan."]
    assert draft.citations[0].quote == "Tickets  for the\tferry cost 45 yuan."


@pytest.mark.parametrize(
    "hits",
    [
        [],
        [ranked("船票45公里。", score=0.05)],
        [ranked("船票全长3.2公里。", score=-0.4), ranked("大桥很美。", score=0.1)],
        [ranked("", title="大桥全长3.2公里", score=0.8)],
    ],
    ids=["no passages", "far", "all far", "a title only"],
)
def test_nothing_near_gives_no_answer(hits):
    assert drafted("大桥全长多少公里？", *hits) is None


def test_an_article_with_only_a_title_is_never_quoted():
    title_only = ranked("", article_id="p", title="大桥全长多少公里", score=0.9)
    text = ranked("大桥全长3.2公里。", article_id="b", score=0.6)
    draft = drafted("大桥全长多少公里？", title_only, text)
    assert [cited.article_id for cited in draft.citations] == ["b"]


def test_a_near_title_does_not_let_a_far_text_answer():
    title_only = ranked("", article_id="p", title="大桥全长多少公里", score=0.9)
    far = ranked("船票45元。", article_id="f", score=-0.3)
    assert drafted("大桥全长多少公里？", title_only, far) is None


def test_a_question_without_words_to_match_does_not_fail():
    for question, text in [("？？", "大桥全长3.2公里。"), ("？", "大桥"), ("谁？", "大桥通车。")]:
        draft = drafted(question, ranked(text), strictness=Strictness.OPEN)
        assert draft is None or draft.sentences


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.sampled_from(["标题", "标题的大桥？", "Who?", "？"]) | st.text(max_size=40),
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=120)), max_size=4),
)
def test_whatever_the_texts_every_quote_stands_in_its_article(question, written):
    hits = [
        ranked(text, article_id=str(number), before=before, title="标题")
        for number, (before, text) in enumerate(written)
    ]
    draft = drafted(question, *hits)
    if draft is None:
        return
    assert 1 <= len(draft.sentences) <= MOST_SENTENCES
    assert len({cited.quote for cited in draft.citations}) == len(draft.citations)
    for number, cited in enumerate(draft.citations, 1):
        assert (
            cited.quote == hits[int(cited.article_id)].passage.article.text[cited.start : cited.end]
        )
        assert cited.quote.strip()
        assert cited.marker == number


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ([], ""),
        ([AnswerSentence("共3.5亿元。", (1, 2), Support.SUPPORTED)], "共3.5亿元。 [1][2]"),
        ([AnswerSentence("据此推断。", (), Support.UNVERIFIED)], "据此推断。"),
        (
            [
                AnswerSentence("一。", (1,), Support.SUPPORTED),
                AnswerSentence("Two.", (2,), Support.PARTIAL),
            ],
            "一。 [1] Two. [2]",
        ),
        (
            [
                AnswerSentence("甲厂。", (1,), Support.SUPPORTED, heading="名单如下："),
                AnswerSentence("Plant B.", (2,), Support.SUPPORTED, heading="On the list:"),
            ],
            "名单如下：甲厂。 [1]\nOn the list: Plant B. [2]",
        ),
    ],
)
def test_join_sentences(sentences, expected):
    assert join_sentences(sentences) == expected


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("大桥全长多少公里？", "大桥2025年建成，全长3.2公里。", ["3.2公里"]),
        ("大桥什么时候通车？", "全长3公里的大桥将于6月28日通车。", ["6月28日"]),
        ("机器人占比多少？", "共120台，机器人占比42.7%。", ["42.7%"]),
        ("校长是谁？", "那位校长是温如玉", ["是温如玉"]),
    ],
)
def test_what_decides_is_marked(question, text, marked):
    hit = ranked(text, before="前面还有一句。")
    (cited,) = drafted(question, hit).citations
    whole = hit.passage.article.text
    assert [span.of(whole) for span in cited.marks] == marked


def test_strictness_decides_how_much_is_enough():
    hit = ranked("大桥全长3.2公里，桥面很宽。", score=0.3)
    question = "云杉大桥的桥面有几条车道，通几路公交？"
    given = [drafted(question, hit, strictness=one) is not None for one in Strictness]
    assert given == sorted(given)
    assert (given[0], given[-1]) == (False, True)


def test_what_is_far_and_has_other_words_is_never_quoted():
    far = ranked("渡轮航程3.2公里。", score=0.1)
    assert drafted("大桥全长多少公里？", far, strictness=Strictness.OPEN) is None


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_articles_are_cited_than_are_wanted(most):
    hits = [ranked(f"{name}大桥将要通车。", article_id=name) for name in "东西南"]
    draft = drafted("有哪些大桥将要通车？", *hits, most_sources=most)
    assert len({cited.article_id for cited in draft.citations}) == most


def test_one_article_may_be_cited_with_several_sentences():
    first = ranked("东岸大桥将要通车。西岸大桥将要通车。", article_id="a")
    second = ranked("南岸大桥将要通车。", article_id="b")
    draft = drafted("有哪些大桥将要通车？", first, second, most_sources=1)
    assert [cited.article_id for cited in draft.citations] == ["a", "a"]
