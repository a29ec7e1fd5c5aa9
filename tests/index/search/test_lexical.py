"""The inverted index: BM25 over what is published, whatever was added, replaced, removed or merged."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import index_raw
from index.database.database import DATABASE
from index.library.library import Library
from index.records import Span
from index.search import lexical_building as module
from index.search.lexical import K1, B, load_postings
from index.search.lexical_building import searched_text
from index.text.terms import index_terms
from tests.conftest import ARTICLES, FakeEncoder, article


def opened(folder):
    return sqlite3.connect(folder / DATABASE)


def by_article(folder, question):
    """The lexical score of each article's best chunk, as the index has it."""
    connection = opened(folder)
    index = load_postings(connection)
    scores, _ = index.score(connection, index_terms(question))
    names = dict(
        connection.execute(
            "SELECT chunk.id, article_id FROM chunk JOIN article ON row = article"
        ).fetchall()
    )
    connection.close()
    best: dict[str, float] = {}
    for chunk_id, score in zip(index.ids.tolist(), scores.tolist(), strict=True):
        best[names[chunk_id]] = max(best.get(names[chunk_id], 0.0), score)
    return best


def expected(folder, question):
    """The same from the formula, without any index."""
    connection = opened(folder)
    rows = connection.execute(
        "SELECT article_id, start, end FROM chunk JOIN article ON row = article WHERE published"
    ).fetchall()
    connection.close()
    with Library.open(folder) as library:
        counted = [
            (name, Counter(index_terms(searched_text(library.article(name), Span(start, end)))))
            for name, start, end in rows
        ]
    average = sum(terms.total() for _, terms in counted) / len(counted)
    best: dict[str, float] = {}
    for name, terms in counted:
        score = 0.0
        for term in index_terms(question):
            holding = sum(term in others for _, others in counted)
            idf = math.log(1 + (len(counted) - holding + 0.5) / (holding + 0.5))
            length = 1 - B + B * terms.total() / average
            score += idf * terms[term] * (K1 + 1) / (terms[term] + K1 * length)
        best[name] = max(best.get(name, 0.0), score)
    return best


QUESTIONS = ["东岸大桥什么时候通车？", "海棠小学招生240名", "no such words", "大桥 大桥 学校", ""]


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_bm25(library_folder, question):
    assert by_article(library_folder, question) == pytest.approx(
        expected(library_folder, question), rel=1e-4, abs=1e-4
    )


def test_title_column_and_source_are_searched(tmp_path, encoder):
    raw = article("a", "转载自：青屿晚报\r渡轮开航。", title="码头新班次今日启用｜水上动态")
    index_raw([raw, *ARTICLES], tmp_path / "library", encoder=encoder)
    for words in ("码头新班次", "水上动态", "青屿晚报", "渡轮开航"):
        scores = by_article(tmp_path / "library", words)
        assert max(scores, key=scores.get) == "a"


def test_the_ceiling_grows_with_the_rarity_of_words(library_folder):
    connection = opened(library_folder)
    index = load_postings(connection)
    none = index.score(connection, [])[1]
    common = index.score(connection, index_terms("2025"))[1]
    rare = index.score(connection, index_terms("大桥全长"))[1]
    connection.close()
    assert none == 0 < common < rare


def test_an_empty_library_scores_nothing(tmp_path, encoder):
    index_raw([], tmp_path / "library", encoder=encoder)
    assert by_article(tmp_path / "library", "大桥") == {}


def sizes(folder):
    connection = opened(folder)
    found = connection.execute("SELECT length(chunks) / 8 FROM segment").fetchall()
    connection.close()
    return [size for (size,) in found]


def test_each_job_adds_segments_of_a_bounded_size(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr(module, "_SEGMENT", 2)
    index_raw(ARTICLES, tmp_path / "library", encoder=encoder)
    assert sorted(sizes(tmp_path / "library")) == [1, 2, 2]
    assert by_article(tmp_path / "library", "东岸大桥") == pytest.approx(
        expected(tmp_path / "library", "东岸大桥"), rel=1e-4, abs=1e-4
    )


def test_many_small_segments_become_one(tmp_path, encoder):
    folder = tmp_path / "library"
    for number in range(12):
        index_raw([article(f"a{number}", f"第{number}号渡轮开航。")], folder, encoder=encoder)
    assert len(sizes(folder)) <= 9
    assert sum(sizes(folder)) == 12
    assert by_article(folder, "第7号渡轮") == pytest.approx(
        expected(folder, "第7号渡轮"), rel=1e-4, abs=1e-4
    )


def test_what_is_gone_is_not_found_and_is_cleared_away(tmp_path, encoder):
    folder = tmp_path / "library"
    old = [article(f"a{number}", f"第{number}号渡轮开航。") for number in range(8)]
    index_raw(old, folder, encoder=encoder)
    index_raw(
        [article(f"a{number}", f"第{number}列火车开行。") for number in range(7)],
        folder,
        encoder=encoder,
    )
    scores = by_article(folder, "渡轮开航")
    assert [name for name, score in scores.items() if score > 0.5] == ["a7"]
    assert sum(sizes(folder)) == 8
    assert scores == pytest.approx(expected(folder, "渡轮开航"), rel=1e-4, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(jobs=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=6))
def test_any_history_of_jobs_scores_like_the_formula(tmp_path_factory, jobs):
    folder = tmp_path_factory.mktemp("any") / "library"
    for day, names in enumerate(jobs):
        raws = [article(f"a{name}", f"第{name}号渡轮第{day}天开航。") for name in set(names)]
        index_raw(raws, folder, encoder=FakeEncoder())
    question = "第3号渡轮第1天"
    assert by_article(folder, question) == pytest.approx(
        expected(folder, question), rel=1e-4, abs=1e-4
    )


def test_counts_and_lengths_are_bounded(tmp_path, encoder):
    folder = tmp_path / "library"
    index_raw([article("a", "ferry " * 3000)], folder, encoder=encoder)
    assert by_article(folder, "ferry")["a"] > 0
    connection = opened(folder)
    counts = [
        int(np.frombuffer(data, np.uint8)[-1])
        for (data,) in connection.execute("SELECT data FROM posting WHERE term = 'ferry'")
    ]
    connection.close()
    assert max(counts) <= 255
