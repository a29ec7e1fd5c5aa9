"""What a library finds out about its articles while it is filled, and keeps right as it grows."""

from __future__ import annotations

import random

import pytest

from index.build import index_raw
from index.library.library import Library
from index.records import Kind
from tests.conftest import article

INTRODUCTION = (
    "渡口边的小城里，每个清晨都从第一班渡轮的汽笛声开始，本栏目讲述那些守着渡口、等着归人的普通人。"
)
FOOTER = "青屿号出品，每天三分钟"


WORDS = [
    "渡口",
    "山路",
    "集市",
    "学校",
    "老林",
    "早班",
    "乘客",
    "票价",
    "汽笛",
    "晨雾",
    "木桥",
    "货箱",
    "茶馆",
    "灯塔",
    "石阶",
    "邮包",
    "稻田",
    "竹筏",
    "风向",
    "水位",
    "钟声",
    "雨棚",
    "船票",
    "药铺",
    "石磨",
    "缆绳",
    "候车",
    "站台",
    "炊烟",
    "蓑衣",
]


def body(subject: str) -> str:
    """Six paragraphs that no other subject's share words in the same order with."""
    choose = random.Random(subject)
    return "\r".join(
        f"{subject}第{number}段：" + "、".join(choose.sample(WORDS, 14)) + "。"
        for number in range(1, 7)
    )


def post(article_id, subject, *, day=5, extra="", account="青屿号", title=""):
    content = f"{extra}{body(subject)}\r{FOOTER}"
    return article(
        article_id,
        content,
        title=title or f"{subject}的一天",
        time=f"2025/6/{day}",
        account=account,
    )


SUBJECTS = ("渡轮", "索道", "货车", "马队", "帆船", "电车")
POSTS = [post(f"p{day}", subject, day=day) for day, subject in enumerate(SUBJECTS, 1)]


@pytest.fixture
def folder(tmp_path, encoder):
    index_raw(POSTS, tmp_path / "library", encoder=encoder)
    return tmp_path / "library"


def of(folder, article_id):
    with Library.open(folder) as library:
        return library.article(article_id)


def indexed(folder, article_id):
    """What the article is found by."""
    with Library.open(folder) as library:
        rows = library._connection.execute(
            "SELECT start, end FROM chunk JOIN article ON row = article WHERE article_id = ?",
            (article_id,),
        ).fetchall()
        text = library.article(article_id).text
    return "\n".join(text[start:end] for start, end in rows)


def test_a_line_that_ends_every_article_of_an_account_goes_and_is_on_the_record(folder):
    for one in POSTS:
        assert FOOTER not in of(folder, one.article_id).text
    with Library.open(folder) as library:
        (change,) = library.changes("p1")
        assert change.rule == "drop_boilerplate"
        assert change.span.of(library.raw_article("p1").content) == f"\r{FOOTER}"


def test_the_same_line_in_another_account_or_in_few_articles_stays(tmp_path, encoder):
    few = [*POSTS[:4], post("other", "雪橇", account="别号")]
    index_raw(few, tmp_path / "library", encoder=encoder)
    for one in few:
        assert of(tmp_path / "library", one.article_id).text.endswith(FOOTER)


def test_articles_that_are_here_already_lose_a_line_that_turns_out_to_be_boilerplate(
    tmp_path, encoder
):
    folder = tmp_path / "library"
    index_raw(POSTS[:4], folder, encoder=encoder)
    assert of(folder, "p1").text.endswith(FOOTER)
    encoded = encoder.encoded
    summary = index_raw(POSTS[4:], folder, encoder=encoder)
    assert (summary.added, summary.changed) == (2, 0)
    assert FOOTER not in of(folder, "p1").text
    # The four shorter texts and the two new ones.
    assert encoder.encoded - encoded <= 6 * 3
    assert index_raw(POSTS, folder, encoder=encoder).unchanged == 6


def test_in_parts_or_at_once_the_library_is_the_same(folder, tmp_path, encoder):
    parts = tmp_path / "parts"
    for one in reversed(POSTS):
        index_raw([one], parts, encoder=encoder)
    with Library.open(folder) as whole, Library.open(parts) as grown:
        assert list(grown.articles()) == list(whole.articles())
        assert grown.counts() == whole.counts()


def test_a_column_introduction_stays_in_every_article_and_is_indexed_in_the_earliest(
    tmp_path, encoder
):
    folder = tmp_path / "library"
    column = [
        post(f"c{day}", subject, day=day, extra=f"{INTRODUCTION}\r")
        for day, subject in ((3, "渡轮"), (1, "索道"), (2, "货车"))
    ]
    index_raw(column, folder, encoder=encoder)
    for article_id in ("c1", "c2", "c3"):
        assert of(folder, article_id).text.startswith(INTRODUCTION)
        assert (INTRODUCTION in indexed(folder, article_id)) == (article_id == "c1")
        assert "第1段" in indexed(folder, article_id)
    earlier = post("c0", "马队", day=1, extra=f"{INTRODUCTION}\r")
    index_raw([earlier], folder, encoder=encoder)
    assert INTRODUCTION in indexed(folder, "c0")
    assert INTRODUCTION not in indexed(folder, "c1")


def test_a_reprint_is_kept_and_names_the_earliest_as_its_original(folder, encoder):
    again = post("again", "渡轮", day=20, extra="转载自：青屿号\r", account="转载号")
    index_raw([again], folder, encoder=encoder)
    taken = of(folder, "again")
    assert (taken.kind, taken.originals) == (Kind.REPRINT, ("p1",))
    assert taken.source == "青屿号"
    assert of(folder, "p1").kind is Kind.ARTICLE
    older = post("older", "渡轮", day=1, account="原创号")
    index_raw([older], folder, encoder=encoder)
    assert of(folder, "older").kind is Kind.ARTICLE
    assert {of(folder, "again").originals, of(folder, "p1").originals} == {("older",)}
    with Library.open(folder) as library:
        assert library.copies() == {"older": 2}


def test_what_was_a_reprint_is_none_once_its_original_says_something_else(folder, encoder):
    index_raw([post("again", "渡轮", day=20, account="转载号")], folder, encoder=encoder)
    assert of(folder, "again").kind is Kind.REPRINT
    index_raw([post("p1", "热气球", day=1)], folder, encoder=encoder)
    assert of(folder, "again").kind is Kind.ARTICLE


def test_a_weekly_digest_names_the_posts_whose_beginnings_or_titles_it_holds(folder, encoder):
    items = [
        f"0{number} {POSTS[number].title}\r{body(SUBJECTS[number]).split(chr(13))[0]}"
        for number in range(3)
    ]
    digest = article(
        "weekly", "\r".join([*items, POSTS[4].title]), title="青屿一周要闻", time="2025/6/8"
    )
    index_raw([digest], folder, encoder=encoder)
    taken = of(folder, "weekly")
    assert (taken.kind, taken.originals) == (Kind.DIGEST, ("p1", "p2", "p3", "p5"))


def test_a_digest_without_a_name_is_known_by_three_copies(folder, encoder):
    items = [body(subject).split("\r")[0] for subject in SUBJECTS]
    index_raw(
        [
            article("three", "\r".join(["上周的事。", *items[:3]])),
            article("two", "\r".join(["上周的事。", *items[:2], "此外没有别的。"])),
        ],
        folder,
        encoder=encoder,
    )
    assert of(folder, "three").kind is Kind.DIGEST
    assert of(folder, "two").kind is Kind.ARTICLE


def test_a_digest_that_came_before_its_posts_learns_of_them(tmp_path, encoder):
    folder = tmp_path / "library"
    items = [body(subject).split("\r")[0] for subject in SUBJECTS[:3]]
    index_raw([article("early", "\r".join(["预告。", *items]))], folder, encoder=encoder)
    assert of(folder, "early").kind is Kind.ARTICLE
    index_raw(POSTS, folder, encoder=encoder)
    assert of(folder, "early").originals == ("p1", "p2", "p3")


def test_a_post_without_text_is_image_only_and_counted(folder, encoder):
    index_raw([article("picture", "\r", title="一图读懂渡轮")], folder, encoder=encoder)
    assert of(folder, "picture").kind is Kind.IMAGE_ONLY
    with Library.open(folder) as library:
        assert library.counts().kinds == {"article": 6, "image-only": 1}


def test_a_paragraph_that_very_many_share_relates_none_of_them(tmp_path, encoder):
    notice = "本号所载文章版权归作者所有，未经许可不得以任何形式复制、摘编或者镜像，违者将依法追究其法律责任。"
    many = [
        article(
            f"n{number}", f"{notice}\r第{number}座码头今年停靠了{number * 31}艘船。", account=""
        )
        for number in range(40)
    ]
    index_raw(many, tmp_path / "library", encoder=encoder)
    with Library.open(tmp_path / "library") as library:
        assert library.counts().kinds == {"article": 40}
