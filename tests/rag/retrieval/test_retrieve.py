"""Which articles a question finds, in what order, and how the list is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from index.build import index_raw
from index.library.library import Library
from index.records import Span
from rag.records import EVIDENCE_ARTICLES, Filters
from rag.retrieval.retrieve import join_neighbours, originals_first, retrieve, to_evidence
from tests.conftest import ARTICLES, FakeEncoder, article, nearest
from tests.rag.conftest import ranked


def ids(articles):
    return [hits[0].passage.article.article_id for hits in articles]


@pytest.fixture
def library(library_folder):
    with Library.open(library_folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        ("东岸大桥什么时候通车？", "bridge"),
        ("海棠小学招收多少名新生？", "school"),
        ("云杉机械的工厂年产多少机器人？", "factory"),
        ("夏季用电一图读懂", "picture"),
    ],
)
def test_the_article_about_it_comes_first(library, encoder, question, article_id):
    assert ids(retrieve(library, encoder, question, Filters()))[0] == article_id


def test_every_article_of_a_small_library_is_ranked_once(library, encoder):
    found = retrieve(library, encoder, "东岸大桥", Filters())
    assert sorted(ids(found)) == sorted(a.article_id for a in ARTICLES)


def test_evidence_is_ten_deep_though_one_article_has_hundreds_of_near_passages(crowded):
    library, encoder = crowded()
    question = "园中的海棠花今天开放，游客很多"
    with library:
        vector = encoder.encode_queries([question])
        found = nearest(library, vector, "zh", 128)
        assert {passage.article.article_id for passage, _ in found} == {"long"}, "not crowded"
        found = retrieve(library, encoder, question, Filters())
    assert ids(found)[0] == "long"
    assert len(found) == len(set(ids(found))) == EVIDENCE_ARTICLES >= 10


def test_an_article_gives_its_few_best_passages_best_first(crowded):
    library, encoder = crowded()
    with library:
        found = retrieve(library, encoder, "园中的海棠花今天开放", Filters())
    scores = [[hit.score for hit in hits] for hits in found]
    assert all(a >= b for hits in scores for a, b in pairwise(hits))
    assert all(a[0] >= b[0] for a, b in pairwise(scores))
    assert 1 < len(found[0]) <= 3


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(date_from=date(2025, 5, 8)), {"bridge", "school", "picture"}),
        (Filters(date_to=date(2025, 5, 8)), {"school", "factory"}),
        (Filters(date_from=date(2025, 4, 2), date_to=date(2025, 6, 1)), {"school", "picture"}),
        (Filters(accounts=["教育号"]), {"school"}),
        (Filters(article_ids=["english", "factory"]), {"english", "factory"}),
        (Filters(accounts=["试验号"], article_ids=["school", "bridge"]), {"bridge"}),
        (Filters(accounts=["无此号"]), set()),
        (Filters(date_from=date(2030, 1, 1)), set()),
    ],
)
def test_filters(library, encoder, filters, expected):
    assert set(ids(retrieve(library, encoder, "东岸大桥", filters))) == expected


def test_filters_reach_articles_far_down_the_list(crowded):
    library, encoder = crowded()
    with library:
        found = retrieve(library, encoder, "园中的海棠花今天开放", Filters(accounts=["南号"]))
        few = retrieve(
            library,
            encoder,
            "园中的海棠花今天开放",
            Filters(date_from=date(2025, 1, 3), date_to=date(2025, 1, 4)),
        )
    assert len(found) == EVIDENCE_ARTICLES
    assert {hits[0].passage.article.account for hits in found} == {"南号"}
    assert set(ids(few)) == {"short-2", "short-3"}


def test_an_id_stands_for_its_parts(tmp_path, encoder):
    parts = [article(f"page#{n}", f"第{n}节讲海棠。") for n in (1, 2)]
    index_raw([*parts, article("page2", "另一页讲海棠。")], tmp_path / "l", encoder=encoder)
    with Library.open(tmp_path / "l") as library:
        whole = retrieve(library, encoder, "海棠", Filters(article_ids=["page"]))
        one = retrieve(library, encoder, "海棠", Filters(article_ids=["page#2"]))
    assert set(ids(whole)) == {"page#1", "page#2"}
    assert ids(one) == ["page#2"]


def test_an_empty_library_gives_nothing(tmp_path):
    encoder = FakeEncoder()
    index_raw([], tmp_path / "l", encoder=encoder)
    with Library.open(tmp_path / "l") as library:
        assert retrieve(library, encoder, "东岸大桥", Filters()) == []


def test_evidence_is_the_best_passage_of_each_article():
    first = ranked(
        "通车了。",
        article_id="b",
        before="昨天。",
        title="大桥",
        score=0.123456,
        day=date(2025, 6, 20),
        account="号",
    )
    worse = ranked("还有别的。", article_id="b", score=0.1)
    title_only = ranked("", article_id="p", title="一图读懂", score=-0.2)
    evidence = to_evidence([[first, worse], [title_only]], {"b": 2})
    assert [(e.rank, e.article_id, e.text, e.start, e.end) for e in evidence] == [
        (1, "b", "通车了。", 3, 7),
        (2, "p", "", 0, 0),
    ]
    assert [e.copies for e in evidence] == [2, 0]
    assert (evidence[0].title, evidence[0].date, evidence[0].account) == (
        "大桥",
        "2025-06-20",
        "号",
    )
    assert (evidence[1].title, evidence[1].date) == ("一图读懂", None)
    assert evidence[0].score == pytest.approx(first.score, abs=1e-3)


def test_no_articles_no_evidence():
    assert to_evidence([], {}) == ()


class Backwards:
    """A reranker that puts what it is given upside down."""

    def rerank(self, question, hits):
        return list(reversed(hits))


def test_a_reranker_decides_the_order_and_the_scores_still_fall(library, encoder):
    plain = retrieve(library, encoder, "东岸大桥什么时候通车？", Filters())
    found = retrieve(library, encoder, "东岸大桥什么时候通车？", Filters(), Backwards())
    assert ids(found) == ids(plain)[::-1]
    scores = [hits[0].score for hits in found]
    assert scores == sorted(scores, reverse=True)


def hit(article_id, *originals):
    return [ranked("文", article_id=article_id, originals=originals)]


@pytest.mark.parametrize(
    ("found", "arranged"),
    [
        ([("copy", "a"), ("b",), ("a",)], ["b", "a", "copy"]),
        ([("digest", "a", "b"), ("a",), ("b",)], ["a", "digest", "b"]),
        ([("a",), ("copy", "a"), ("b",)], ["a", "copy", "b"]),
        ([("copy", "not found"), ("b",)], ["copy", "b"]),
        ([("one", "two"), ("two", "one"), ("b",)], ["b", "one", "two"]),
        ([], []),
    ],
)
def test_copies_come_behind_the_best_of_their_originals(found, arranged):
    assert ids(originals_first([hit(*one) for one in found])) == arranged


TEXT = "第一段。第二段。\n第三段。第四段。"


def part(words, score):
    start = TEXT.index(words)
    hit = ranked(TEXT, article_id="a", score=score)
    passage = replace(hit.passage, span=Span(start, start + len(words)))
    return replace(hit, passage=passage, score=score)


def test_passages_that_follow_each_other_are_joined_under_the_better_score():
    joined = join_neighbours([part("第三段。", 3.0), part("第二段。", 2.0)])
    assert [(hit.passage.text, hit.score) for hit in joined] == [("第二段。\n第三段。", 3.0)]


def test_a_passage_that_closes_the_gap_joins_both_sides():
    joined = join_neighbours([part("第一段。", 3.0), part("第三段。", 2.0), part("第二段。", 1.0)])
    assert [(hit.passage.text, hit.score) for hit in joined] == [
        ("第一段。第二段。\n第三段。", 3.0)
    ]


def test_passages_with_words_between_them_stay_apart():
    apart = [part("第一段。", 3.0), part("第三段。", 2.0)]
    assert join_neighbours(apart) == apart
    assert join_neighbours([ranked("", title="一图读懂")])[0].passage.text == ""
