"""Every spelling of a citation marker is read, and leaves nothing behind."""

from __future__ import annotations

import pytest

from rag.verification.citation_markers import strip_markers
from rag.verification.cited_sentences import SentenceStream, Written
from rag.verification.cited_titles import folded

FACT = "首批投入资金3.2亿元，由市产业基金出资"
ENGLISH = "The fund paid 320 million yuan"

SPELLINGS = [
    "{}。[1]",
    "{}[1]。",
    "{}。[1](https://example.com/1)",
    "{}[1](#source-1)。",
    "{}。[1](CITE)",
    "{}。[[1]](https://example.com/a?b=(c))",
    "{}。[[1]]",
    "{}。[[citation:1]]",
    "{}。[citation: 1]",
    "{}。[cite:1]",
    "{}。[ID:1]",
    "{}。[C1]",
    "{}。[doc1]",
    "{}。[Doc 1]",
    "{}。[Source 1]",
    "{}。[SOURCE_1]",
    "{}。[Document #1]",
    "{}。[ref-1]",
    "{}。[#1]",
    "{}。[^1]",
    "{}。[^1^]",
    "{}。^[1]^",
    "{}。【1】",
    "{}。【1†source】",
    "{}。【4:1†source】",
    "{}。【1†L5-L9】",
    "{}。【来源1】",
    "{}。〔1〕",
    "{}。［1］",
    "{}。⟦1⟧",
    "{}。{{1}}",
    "{}。\\[1\\]",
    "{}。`[1]`",
    "{}。<sup>1</sup>",
    "{}<sup>[1]</sup>。",
    '{}。<sup><a href="#ref1">1</a></sup>',
    "{}。<cite>1</cite>",
    "{}。<ref>[1]</ref>",
    '{}。<cite id="1"></cite>',
    '{}。<source id="1"/>',
    "{}。<citation>1</citation>",
    "<co: 1>{}</co: 1>。",
    "{}。¹",
    "{}。①",
    "{}。(1)",
    "{}（1）。",
    "{}。$^{{1}}$",
    "{}。$^{{[1]}}$",
    "{}。##1$$",
    "{}\\cite{{1}}。",
    "{}（来源：[1]）。",
    "{}（来源：引文1）。",
    "{}。（来源：1）",
    "{}（见[1]）。",
    "{}（引文1）。",
    "{}（资料来源：[1]，2025年10月9日）。",
    "{}。(Source: [1])",
    "{}（参见资料[1]）。",
    "{}（引用自[1]）。",
    "{}。〈1〉",
    "{}。[1]: https://example.com/1",
    "{}。（出处 [1]）",
    "根据[1]，{}。",
    "根据【1】，{}。",
    "根据引文[1]，{}。",
    "根据引文1，{}。",
    "据资料[1]显示，{}。",
    "如[1]所述，{}。",
    "正如材料[1]中提到，{}。",
    "[1]指出，{}。",
    "引文[1]显示：{}。",
    "资料1中提到，{}。",
    "[1] {}。",
    "{}。**[1]**",
    "{}**[1]**。",
    "{}。——[1]",
    "{}。 — [1]",
    "{}。<sup>[[1](#ref1)]</sup>",
    "{}。[[1](#ref1)]",
    "{}。[1: 低空经济行动方案]",
    "{}。【来源：引文1】",
    "{}。[见引文 1]",
    "{}。【资料来源：1】",
    "{}。[1]《东岸大桥下月通车》",
    "{}。[1] 《东岸大桥下月通车》。",
    "{}。【1】：《东岸大桥下月通车》",
    "{}。<sup>[1]</sup>《东岸大桥下月通车》",
    "{}。[1]《东岸大桥下月通车》（海岸报，2025-06-20）。",
    "{}。[1]《东岸大桥下月通车》，2025年6月20日。",
    "{}。[1]（《东岸大桥下月通车》）",
    "{}。——[1]《东岸大桥下月通车》",
    "{}。[1《东岸大桥下月通车》]",
    "{}。[1，《东岸大桥下月通车》]",
    "{}。[1：《东岸大桥下月通车：全长三公里，由市产业基金与渡轮公司共同出资，建设历时两年，桥面六车道，两侧设人行道》]",
    "{}（[1]《东岸大桥下月通车：全长三公里，由市产业基金与渡轮公司共同出资，建设历时两年，桥面六车道》）。",
    "{}。（[1]《东岸大桥下月通车》）",
    "{}（《东岸大桥下月通车》[1]）。",
]
ENGLISH_SPELLINGS = [
    "{}. [1]",
    "{} [1].",
    "{}.[1](https://example.com/1)",
    "{} (Source: 1).",
    "{} (source 1).",
    "{} (see [1]).",
    "{}. (Doc 1)",
    "{}. [Article 1]",
    "{}. [cite_start: 1]",
    "{}.<sup>1</sup>",
    "{}. [^1]",
    '{} [1, "Bridge to open"].',
    '{} ("Bridge to open", [1]).',
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_chinese_sentence_keeps_nothing_of_its_marker(spelling):
    said = spelling.format(FACT)
    expected = [Written(f"{FACT}。", (1,))]
    for width in (1, 2, 5, len(said)):
        assert pieces(said, width) == expected, width


@pytest.mark.parametrize("spelling", ENGLISH_SPELLINGS)
def test_an_english_sentence_keeps_nothing_of_its_marker(spelling):
    said = spelling.format(ENGLISH)
    for width in (1, 3, len(said)):
        assert pieces(said, width) == [Written(f"{ENGLISH}.", (1,))], width


ENUMERATORS = ("{}。①", "{}。(1)")
"""Without a space behind them they number what follows."""


@pytest.mark.parametrize("spelling", [one for one in SPELLINGS if one not in ENUMERATORS])
def test_a_marker_ends_where_the_next_sentence_begins(spelling):
    between = " " if spelling.endswith("》") else ""  # a title may begin a sentence
    said = spelling.format(FACT) + between + "大桥通车了。[2]"
    second = Written("大桥通车了。", (2,))
    for width in (1, 4, len(said)):
        first, *rest = pieces(said, width)
        assert rest == [second], width
        assert first.markers == (1,)


@pytest.mark.parametrize(
    ("said", "left", "numbers"),
    [
        ("According to [1], the bridge opened.", "the bridge opened.", (1,)),
        ("[1] states that the bridge opened.", "the bridge opened.", (1,)),
        ("As reported by [2], it opened.", "it opened.", (2,)),
        ("Based on source [1] and [3], it opened.", "it opened.", (1, 3)),
        ("根据[1]和[2]，大桥通车了。", "大桥通车了。", (1, 2)),
        ("大桥通车了（来源：[1]、[3]）。", "大桥通车了。", (1, 3)),
        ("大桥通车了（来源：试验号，2025-06-20）。", "大桥通车了。", ()),
        ("大桥通车了。[1]、[2]", "大桥通车了。、", (1, 2)),
        ("大桥通车了。\ue200cite\ue202turn0search1\ue201", "大桥通车了。", ()),
    ],
)
def test_several_markers_and_what_leads_to_them(said, left, numbers):
    plain = strip_markers(said)
    assert plain.text == left
    assert tuple(n for marker in plain.markers for n in marker.numbers) == numbers


@pytest.mark.parametrize(
    "said",
    [
        "大桥（全长3公里）通车了。",
        "根据规划，大桥将通车。",
        "共有[甲]类12家。",
        "集合{甲, 乙}不变。",
        "气温<5摄氏度，湿度>80%。",
        "据资料显示，大桥通车了。",
        "他说：“见文件第3页。”",
        "面积x^2，价格$5。",
        "由1家公司承建。",
        "在2个月内完成。",
        "In 3 months it opened.",
        "（见附件）",
        "比分为[3:2]。",
        "见[附件1：名单]。",
        "**大桥**通车了。",
        "大桥通车了。——《海岸报》",
        "（一）申报条件。",
        "产品C1（试验型）上市。",
        "The C1 engine says little.",
    ],
)
def test_what_is_no_marker_stays(said):
    assert strip_markers(said).text == said


SHOWN = folded(["东岸大桥下月通车：全长三公里", "Bridge to open"])


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("大桥通车了[1]《东岸大桥下月通车：全长三公里》。", "大桥通车了。"),
        ("大桥通车了[1]《东岸大桥下月通车》，全长三公里。", "大桥通车了，全长三公里。"),
        ("大桥通车了[1]（《东岸大桥下月通车》）。", "大桥通车了。"),
        ("大桥通车了[1]“东岸大桥下月通车”。", "大桥通车了。"),
        ("大桥通车了。[1]“东岸大桥下月通车”", "大桥通车了。"),
        ('The bridge opened [1] "Bridge to open".', "The bridge opened."),
        ('The bridge opened. [1] "Bridge to Open"', "The bridge opened."),
    ],
)
def test_the_title_of_an_article_that_was_shown_belongs_to_its_marker(said, left):
    for width in (1, 3, len(said)):
        assert pieces(said, width, SHOWN) == [Written(left, (1,))], width


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("大桥通车了。[1]《东岸大桥下月通车》、[2]《渡轮停航》", "大桥通车了。"),
        ("大桥通车了。[1]《东岸大桥下月通车》[2]《渡轮停航》", "大桥通车了。"),
    ],
)
def test_titles_of_several_markers(said, left):
    for width in (1, 3, len(said)):
        assert pieces(said, width) == [Written(left, (1, 2))], width


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("市政府发布了[1]《低空经济条例》。", ["市政府发布了《低空经济条例》。"]),
        ("通车了。[1]《低空经济条例》将施行。", ["通车了。", "《低空经济条例》将施行。"]),
        ("通车了。[1]《东岸大桥下月通车》写了。", ["通车了。", "《东岸大桥下月通车》写了。"]),
        ("根据[1]《东岸大桥下月通车》，桥通了。", ["根据《东岸大桥下月通车》，桥通了。"]),
        ("[1]《东岸大桥下月通车》：桥通了。", ["《东岸大桥下月通车》：桥通了。"]),
        ("有两篇：\n[1]《东岸大桥下月通车》\n[2]《渡轮停航》", ["有两篇：", "《东岸大桥下月通车》", "《渡轮停航》"]),
        ("他说。[1]“大桥通车了。”[2]", ["他说。", "“大桥通车了。”"]),
        ("通车了[1]《渡轮停航》，[2]指出，桥宽。", ["通车了《渡轮停航》，桥宽。"]),
    ],
)  # fmt: skip
def test_what_a_sentence_tells_of_is_no_title_of_its_marker(said, left):
    for width in (1, 3, len(said)):
        assert [one.text for one in pieces(said, width, SHOWN)] == left, width


def pieces(said: str, width: int, titles: frozenset[str] = frozenset()) -> list[Written]:
    stream = SentenceStream(titles)
    found = [one for at in range(0, len(said), width) for one in stream.feed(said[at : at + width])]
    return [*found, *stream.flush()]
