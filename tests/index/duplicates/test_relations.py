"""What articles are to each other."""

from __future__ import annotations

from datetime import date

import pytest

from index.duplicates.fingerprints import line_key
from index.duplicates.relations import (
    Recurring,
    Relation,
    fewest_repeats,
    is_marked_digest,
    nearly_equal,
    relate,
    skipped_spans,
)
from index.records import Article, Kind, Span

INTRODUCTION = (
    "渡口边的小城里，每个清晨都从第一班渡轮的汽笛声开始，本栏目讲述那些守着渡口、等着归人的普通人。"
)


def of(article_id="a", text="正文。", *, title="题", day: int | None = 5) -> Article:
    published = date(2025, 6, day) if day else None
    return Article(article_id, title, "", published, "号", text, "", "zh")


@pytest.mark.parametrize(("articles", "fewest"), [(0, 5), (40, 5), (60, 6), (1000, 100)])
def test_boilerplate_stands_in_a_tenth_of_the_articles_and_in_five(articles, fewest):
    assert fewest_repeats(articles) == fewest


def test_an_article_is_concerned_by_what_it_has():
    recurring = Recurring(frozenset({1, 2}), {3: "a", 4: "b"})
    assert recurring.touching({2, 4, 9}) == Recurring(frozenset({2}), {4: "b"})


def test_an_introduction_is_skipped_in_all_but_its_owner():
    text = f"{INTRODUCTION}\n" + "摆渡人老林今年七十岁。" * 12
    introductions = {line_key(INTRODUCTION): "first"}
    assert skipped_spans(of("second", text), introductions) == [Span(0, len(INTRODUCTION))]
    assert skipped_spans(of("first", text), introductions) == []
    assert skipped_spans(of("second", "别的正文。"), introductions) == []


def test_nothing_is_skipped_where_little_would_be_left():
    introductions = {line_key(INTRODUCTION): "first"}
    assert skipped_spans(of("second", f"{INTRODUCTION}\n正文。"), introductions) == []


def test_texts_are_nearly_equal_by_their_shingles():
    text = "".join(f"第{number}班渡轮载客{number * 13}人。" for number in range(30))
    near, far = of("b", text + "（完）"), of("c", text[:80])
    assert nearly_equal(of("a", text), [near, far]) == [near]


@pytest.mark.parametrize(
    ("article", "twins", "original"),
    [
        (of("b", day=6), [of("a", day=5)], "a"),  # the earlier
        (of("a", day=5), [of("b", day=6)], None),
        (of("b"), [of("a", "更长的正文。")], "a"),  # of one day: the longer
        (of("a", day=None), [of("b", day=9)], "b"),  # a dated one
        (of("b"), [of("a")], "a"),  # by id where nothing else tells
        (of("c"), [of("b"), of("a")], "a"),
    ],
)
def test_of_nearly_equal_articles_the_earliest_then_the_longest_is_the_original(
    article, twins, original
):
    expected = Relation(Kind.REPRINT, (original,)) if original else Relation(Kind.ARTICLE)
    assert relate(article, twins, {}, []) == expected


def test_an_article_that_begins_like_three_others_is_a_digest_of_them():
    copied = {1: ["x"], 2: ["y"], 3: ["z"]}
    assert relate(of(), [], copied, []) == Relation(Kind.DIGEST, ("x", "y", "z"))


@pytest.mark.parametrize(
    "copied",
    [{1: ["x"], 2: ["y"]}, {1: ["x", "y", "z"]}, {1: ["x"], 2: ["x"], 3: ["x"]}, {}],
)
def test_fewer_copies_or_one_paragraph_that_many_share_make_no_digest(copied):
    assert relate(of(), [], copied, []) == Relation(Kind.ARTICLE)


def test_a_round_up_by_its_own_words_needs_one_copy_or_linked_title():
    weekly = of(title="青屿一周要闻（6月1日-6月7日）")
    assert relate(weekly, [], {}, []).kind is Kind.ARTICLE
    assert relate(weekly, [], {}, ["y"]) == Relation(Kind.DIGEST, ("y",))
    assert relate(weekly, [], {1: ["x"]}, ["y"]) == Relation(Kind.DIGEST, ("x", "y"))
    assert relate(of(), [], {}, ["y"]).kind is Kind.ARTICLE


def test_a_digest_does_not_copy_its_own_twin():
    weekly = of("a", title="一周要闻", day=1)
    assert relate(weekly, [of("b", day=2)], {1: ["b", "x"]}, ["b"]).originals == ("x",)


@pytest.mark.parametrize(
    ("title", "text", "marked"),
    [
        ("一周要闻", "", True),
        ("每周速览", "", True),
        ("The weekly round-up", "", True),
        ("题", "【相关链接】甲\n【相关链接】乙\n【相关链接】丙", True),
        ("题", "【相关链接】甲", False),
        ("渡轮通航一周年", "", False),
        ("一周后开学", "", False),
    ],
)
def test_a_round_up_is_known_by_its_title_or_its_links(title, text, marked):
    assert is_marked_digest(of(title=title, text=text)) is marked


def test_an_article_without_text_is_image_only():
    assert relate(of(text=""), [], {}, []) == Relation(Kind.IMAGE_ONLY)
