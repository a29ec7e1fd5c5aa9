"""A newspaper page with every fault of OCR, and honest texts that look like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.captions import move_captions
from index.cleaning.clean import PAGE_RULES
from index.cleaning.draft import Draft
from index.cleaning.newspaper_page import split_page
from index.cleaning.ocr_loops import collapse_loops
from index.cleaning.paragraphs import join_cut_paragraphs
from index.records import Layout, RawArticle

from .samples import BAMBOO, BYLINE, LIBRARY, RAILWAY, page_of


def cleaned(text: str) -> str:
    draft = collapse_loops(Draft.of(text))
    for rule in PAGE_RULES:
        draft = rule(draft)
    return "\n".join(line.strip() for line in draft.text.split("\n") if line.strip())


FAULTY = [
    "",
    BYLINE,
    BAMBOO[0],
    "刀一把“刀”走山林，剖出九十六根细篾",
    BAMBOO[1],
    BAMBOO[2][:45],
    *[f"从此翻开了新的一页。{BAMBOO[1]}{BAMBOO[2][:45]}"] * 5,
    BAMBOO[2][45:],
    "灯百盏灯火，照亮溪边的夜晚",
    BAMBOO[3],
    *[BAMBOO[3][BAMBOO[3].index("去年秋天") :]] * 4,
    "\n\n竹溪镇竹编工坊的夜景。",
    "(受访者供图)",
    "\n乔师傅的竹篮。",
    "本报记者 乔小满摄 制图:陶一",
    "纪录片《竹溪的冬天》下周起在本报视频号播出，敬请期待。",
    "沙海货运铁路:铺下最后一根钢轨",
    RAILWAY[0],
    RAILWAY[1],
    RAILWAY[2][:33],
    RAILWAY[2][33:] + RAILWAY[0] + RAILWAY[1],
    *[RAILWAY[2][33:] + RAILWAY[0] + RAILWAY[1]] * 8,
    "旧粮仓里的夜间图书馆",
    LIBRARY[0][:51],
    LIBRARY[0][51:],
    LIBRARY[1],
    " \n" + LIBRARY[2],
]


@pytest.fixture(scope="module")
def parts() -> list[RawArticle]:
    return split_page(page_of(*FAULTY))


def test_a_page_is_cut_at_its_headlines_and_not_at_subheads(parts: list[RawArticle]):
    assert [(part.article_id, part.title) for part in parts] == [
        ("page#1", ""),
        ("page#2", "沙海货运铁路:铺下最后一根钢轨"),
        ("page#3", "旧粮仓里的夜间图书馆"),
    ]


def test_the_contents_are_slices_of_the_page(parts: list[RawArticle]):
    raw = page_of(*FAULTY)
    assert all(part.content in raw.content and part.layout is Layout.PART for part in parts)
    kept = "".join(part.title + part.content for part in parts)
    assert "".join(kept.split()) == "".join(raw.content.split())


def test_the_first_article_can_be_read_from_start_to_end(parts: list[RawArticle]):
    assert cleaned(parts[0].content).split("\n") == [
        "本报记者 贺满仓 乔小满",
        BAMBOO[0],
        "一把“刀”走山林，剖出九十六根细篾",
        BAMBOO[1],
        BAMBOO[2],
        "百盏灯火，照亮溪边的夜晚",
        BAMBOO[3],
        "竹溪镇竹编工坊的夜景。",
        "(受访者供图)",
        "乔师傅的竹篮。",
        "本报记者 乔小满摄 制图:陶一",
        "纪录片《竹溪的冬天》下周起在本报视频号播出，敬请期待。",
    ]


def test_the_others_are_whole_too(parts: list[RawArticle]):
    assert cleaned(parts[1].content).split("\n") == list(RAILWAY)
    assert cleaned(parts[2].content).split("\n") == list(LIBRARY)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_the_kind_of_line_end_does_not_matter(parts: list[RawArticle], line_end: str):
    content = page_of(*FAULTY).content.replace("\n", line_end)
    again = split_page(RawArticle("page", "", "", "", "", content, layout=Layout.PAGE))
    assert [part.title for part in again] == [part.title for part in parts]
    assert all(part.content in content for part in again)


@pytest.mark.parametrize(
    ("blocks", "titles"),
    [
        (["竹溪的冬天", *BAMBOO, "沙海通车", *RAILWAY], ["竹溪的冬天", "沙海通车"]),
        (["竹溪的冬天", *BAMBOO, "沙海能通车吗？", *RAILWAY], ["竹溪的冬天", "沙海能通车吗？"]),
        (
            [*BAMBOO, "沙海通车", "四年铺下二百公里钢轨", *RAILWAY],
            ["", "沙海通车 四年铺下二百公里钢轨"],
        ),
        ([*BAMBOO, "■本报记者 陶一", *RAILWAY], ["", ""]),
        ([*BAMBOO, "本报讯 " + RAILWAY[0], *RAILWAY[1:]], ["", ""]),
    ],
    ids=["headlines", "question", "two lines", "byline", "dateline"],
)
def test_how_an_article_can_begin(blocks: list[str], titles: list[str]):
    assert [part.title for part in split_page(page_of(*blocks))] == titles


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        ["竹溪的冬天"],
        BAMBOO,
        ["竹溪的冬天", BAMBOO[0], "老篾匠", *BAMBOO[1:3], "溪边的工坊", BAMBOO[3]],
        ["沙海", RAILWAY[0], "流沙", RAILWAY[1], "首趟列车", RAILWAY[2]],
        [*BAMBOO, "沙海通车", RAILWAY[0]],  # too little to judge by
        ["一、毛竹", *BAMBOO, "二、铁路", *RAILWAY],  # the chapters of one text
        [*BAMBOO, *RAILWAY],  # nothing begins
    ],
    ids=["empty", "title", "plain", "subheads", "more subheads", "short", "chapters", "no line"],
)
def test_in_doubt_a_page_stays_whole(blocks: list[str]):
    raw = page_of(*blocks)
    assert split_page(raw) == [raw]


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *BAMBOO,
                *RAILWAY,
                *FAULTY,
                BAMBOO[0][:60],
                BAMBOO[1][:30],
                "夜深了。",
                "",
                "",
                " ",
                "\n",
            ]
        ),
        st.text(st.sampled_from("桥灯石塔了的，。：■摄供图 -ab\n"), max_size=30),
    ),
    max_size=12,
)


@pytest.mark.parametrize("rule", PAGE_RULES, ids=[rule.__name__ for rule in PAGE_RULES])
@given(lines=LINES)
def test_a_rule_is_done_after_once_and_every_character_knows_its_place(
    rule: Callable[[Draft], Draft], lines: list[str]
):
    text = "\n".join(lines)
    once = rule(Draft.of(text))
    assert rule(once).text == once.text
    assert len(once.text) <= len(text)
    assert len(once.origins) == len(once.text)
    # A line end or space may stand for another one; a letter is always itself.
    assert all(
        text[at] == character or not character.strip()
        for at, character in zip(once.origins, once.text, strict=True)
    )
    assert {change.rule for change in once.changes} <= {rule.__name__}


@given(LINES)
def test_moving_and_joining_lose_only_hyphens(lines: list[str]):
    text = "\n".join(lines)
    draft = join_cut_paragraphs(move_captions(Draft.of(text)))
    assert sorted("".join(draft.text.split()).replace("-", "")) == sorted(
        "".join(text.split()).replace("-", "")
    )


@given(LINES)
def test_a_page_loses_nothing_when_it_is_cut(lines: list[str]):
    raw = page_of(*lines)
    parts = split_page(raw)
    kept = "".join(part.title + part.content for part in parts)
    assert len(parts) == 1 or "".join(kept.split()) == "".join(raw.content.split())
