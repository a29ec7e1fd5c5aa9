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
from index.cleaning.subheads import drop_byline_marks, undouble_subheads
from index.records import Layout, RawArticle

BYLINE = "■本报记者 贺满仓 乔小满"
BAMBOO = (
    "竹溪镇的老人都说，这里的毛竹会唱歌。每年立冬之后，篾匠们进山砍竹，竹梢碰着竹梢，满山都是沙沙的响声。"
    "砍下的毛竹要在溪水里泡足四十天，再剖成篾片，晾在屋檐下。",
    "镇上最老的篾匠姓乔，十三岁跟着师傅学编竹篮，一双手能把一根毛竹剖成九十六根细篾。他编的竹篮装水不漏，"
    "前些年被省里的博物馆收了去，乔师傅却说，那只竹篮的提手还可以再圆一些。",
    "如今竹溪镇开了六家竹编工坊，一百多名篾匠在工坊里上班。年轻的篾匠把竹编灯罩卖到了海外，"
    "毛竹也从一根几块钱涨到了几十块钱。",
    "工坊门口挂着一块牌子，上面写着：游客可以自己剖一次篾片。去年秋天，前来学竹编的游客有四万多人，"
    "镇上的客栈天天客满，连泡竹子的溪边也站满了拍照的人。",
)
RAILWAY = (
    "穿过乌兰沙海的货运铁路昨天铺下最后一根钢轨。这条铁路全长二百一十公里，沿线没有一个村庄，"
    "铺轨工人四年里换了三批，只有轨道车司机陶大江从头开到了尾。",
    "陶大江说，沙海里最怕的不是热，而是流沙。有一年春天，一夜的大风把三公里路基埋进了流沙，"
    "铺轨队用了半个月才把钢轨挖出来。后来工人们在路基两侧扎下草方格，流沙才慢慢停住。",
    "按照计划，首趟运煤列车将于下月驶过沙海，铁路每年可以运煤一千二百万吨。列车司机的培训已经结束，"
    "陶大江也报了名，他想驾驶首趟列车，再看一看自己铺过的钢轨。",
)
LIBRARY = (
    "每天晚上九点，青屿图书馆的灯才亮起来。这座夜间图书馆由旧粮仓改成，藏书五万册，"
    "读者多是下了班的护士、厨师和面包师傅，管理员阮小棠给他们泡茶，也替他们找书。",
    "阮小棠记得每一位老读者的口味。护士爱借侦探小说，厨师总在翻旧菜谱，"
    "有位面包师傅三年里读完了馆里全部的航海书，还在书末写下批注，后来的读者都抢着借那几册。",
    "粮仓的木梁上刻着当年的收成，图书馆没有刨掉，只在旁边添了一行小字。阮小棠说，从前这里存的是粮食，"
    "如今存的是书，夜里来的人都不会空着肚子回去。",
)


def page_of(*blocks: str) -> RawArticle:
    return RawArticle("page", "", "", "", "", "\n\n".join(blocks), layout=Layout.PAGE)


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


def applied(rule: Callable[[Draft], Draft], *lines: str) -> list[str]:
    return rule(Draft.of("\n".join(lines))).text.split("\n")


def test_a_byline_loses_its_mark_and_a_list_does_not():
    assert applied(drop_byline_marks, BYLINE, "■ 陶一", "■第一项是加固路基。") == [
        "本报记者 贺满仓 乔小满",
        "陶一",
        "■第一项是加固路基。",
    ]


def test_subheads_lose_the_letter_that_was_read_twice():
    doubled = ["桥石桥长在老街上", BAMBOO[0], "灯灯塔照着归来的船", BAMBOO[1]]
    assert applied(undouble_subheads, *doubled) == [
        "石桥长在老街上",
        BAMBOO[0],
        "灯塔照着归来的船",
        BAMBOO[1],
    ]


@pytest.mark.parametrize(
    "headings",
    [
        ["天天向上的篾匠", "人人都是讲解员"],
        ["层层把关保质量", "步步为营治流沙"],
        ["新起点新征程", "一针一线总关情"],
        ["桥石桥长在老街上", "老篾匠的一天"],  # one is none
        [
            "桥石桥长在老街上",
            "灯灯塔照着归来的船",
            "流沙",
            "首趟列车进站",
            "钢轨下的草方格",
            "茶与书",
        ],
    ],
)
def test_honest_headings_stay(headings: list[str]):
    lines = [line for heading in headings for line in (heading, BAMBOO[0])]
    assert applied(undouble_subheads, *lines) == lines


def test_captions_go_to_the_end_in_their_order():
    draft = move_captions(
        Draft.of(
            f"{BAMBOO[0]}\n\n\n\n竹溪镇竹编工坊的夜景。\n\n{BAMBOO[1]}\n\n"
            f"图为乔师傅在剖篾。\n\n乔师傅的竹篮。\n\n（资料图片）\n\n{BAMBOO[2]}"
        )
    )
    assert draft.text == (
        f"{BAMBOO[0]}\n\n{BAMBOO[1]}\n\n{BAMBOO[2]}\n竹溪镇竹编工坊的夜景。\n图为乔师傅在剖篾。\n乔师傅的竹篮。\n（资料图片）"
    )
    assert {change.rule for change in draft.changes} == {"move_captions"}


@pytest.mark.parametrize(
    "line",
    [
        "夜深了。",
        "“我还想再编一只竹篮。”",
        "老篾匠的一天",
        "他说，那是去年的事。",
        "一、毛竹的来历。",
        "他退休后学会了拍摄",
    ],
)
def test_a_short_line_that_may_be_text_stays(line: str):
    text = f"{BAMBOO[0]}\n\n\n\n{line}\n\n{BAMBOO[1]}\n\n{BAMBOO[2]}"
    assert move_captions(Draft.of(text)).text == text


def test_lines_far_apart_throughout_are_no_captions():
    text = "\n\n\n".join([BAMBOO[0], "竹溪镇的工坊门口。", *BAMBOO[1:]])
    assert move_captions(Draft.of(text)).text == text


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([BAMBOO[0][:60], "", BAMBOO[0][60:]], [BAMBOO[0]]),
        (
            ["竹溪镇，一个把毛竹编成满街灯火的地方，正张", "开双臂。"],
            ["竹溪镇，一个把毛竹编成满街灯火的地方，正张开双臂。"],
        ),
        (
            ["前来学竹编的游客走遍了镇上的六家工坊和溪边", "的客栈。"],
            ["前来学竹编的游客走遍了镇上的六家工坊和溪边的客栈。"],
        ),
        (
            ["The workshop sells lamps to inter-", "national buyers."],
            ["The workshop sells lamps to international buyers."],
        ),
        (
            ["The workshop sells its lamps to", "buyers abroad."],
            ["The workshop sells its lamps to buyers abroad."],
        ),
    ],
    ids=["column", "after a comma", "no beginning", "hyphen", "Latin"],
)
def test_a_cut_paragraph_is_joined(lines: list[str], joined: list[str]):
    assert applied(join_cut_paragraphs, *lines) == joined


@pytest.mark.parametrize(
    "lines",
    [
        ["老篾匠，一双手剖出九十六根细篾的传奇人生", BAMBOO[0]],
        [BAMBOO[0], BAMBOO[1]],
        [BAMBOO[0][:60], "老篾匠的一天", BAMBOO[1]],
        [BAMBOO[0][:60], "本报记者 陶一摄"],
        [BAMBOO[0][:60], "2. 溪边的工坊，请排队进入。"],
        [BAMBOO[0] + "本报记者 陶一摄", BAMBOO[1]],
        ["竹溪镇竹编工坊 联系人乔师傅 地址竹溪镇溪边路六号院内 电话五五五零一二"] * 3,
        ["灯塔亮起来的时候海风轻轻吹", "船儿把家回的时候浪花慢慢追"],
        ["A Short History of Bamboo Lamps", "The first lamp was made here."],
    ],
)
def test_lines_that_are_whole_stay(lines: list[str]):
    assert applied(join_cut_paragraphs, *lines) == lines


def test_hard_wrapped_lines_become_paragraphs():
    wrapped = [
        line
        for paragraph in BAMBOO
        for line in (paragraph[at : at + 29] for at in range(0, len(paragraph), 29))
    ]
    assert applied(join_cut_paragraphs, *wrapped) == list(BAMBOO)


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
