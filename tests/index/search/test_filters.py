"""Filters as masks: the same chunks as a look at every article gives."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import index_raw, remove_articles
from index.database.database import DATABASE
from index.library.library import Library
from index.search.filters import Filters, load_attributes
from index.search.lexical import load_postings
from tests.conftest import FakeEncoder, article

LONG = "".join(f"第{number}号渡轮于上午开航，全程需要{number}分钟。" for number in range(90))
DAYS = [date(2025, 5, 1), date(2025, 6, 1), date(2025, 6, 2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Articles of several chunks, accounts and days; some undated, one removed, one replaced."""
    folder = tmp_path_factory.mktemp("filters") / "library"
    raws = [
        article(
            f"a{n}" if n % 4 else f"page#{n}",
            f"{n}{LONG}" if n % 3 else ("渡轮。" if n % 2 else "The ferry leaves at noon."),
            time=("", "2025/5/1", "2025/6/1", "2025/6/2")[n % 4],
            account=("甲号", "乙号", "")[n % 3],
        )
        for n in range(12)
    ]
    index_raw(raws, folder, encoder=FakeEncoder())
    remove_articles(["a1"], folder, encoder=FakeEncoder())
    index_raw([article("a2", "改了。", account="乙号")], folder, encoder=FakeEncoder())
    return folder


@settings(max_examples=60, deadline=None)
@given(
    date_from=st.none() | st.sampled_from(DAYS),
    date_to=st.none() | st.sampled_from(DAYS),
    accounts=st.lists(st.sampled_from(["甲号", "乙号", "", "没有的号"]), max_size=2),
    ids=st.lists(
        st.sampled_from(["a2", "a3", "page", "page#4", "a1", "pag", "", "\ud800"]), max_size=3
    ),
    languages=st.lists(st.sampled_from(["zh", "en", "other"]), max_size=2),
)
def test_a_mask_lets_through_what_a_look_at_every_article_does(
    folder, date_from, date_to, accounts, ids, languages
):
    connection = sqlite3.connect(folder / DATABASE)
    postings = load_postings(connection)
    attributes = load_attributes(connection, postings.ids, postings.articles)
    mask = attributes.allowed(connection, Filters(date_from, date_to, accounts, ids, languages))
    connection.close()
    with Library.open(folder) as library:
        passages = library.passages(postings.ids.tolist())
    assert len(passages) == len(mask) == len(postings.ids)
    for passage, passed in zip(passages, mask.tolist(), strict=True):
        one = passage.article
        named = (not languages or passage.language in languages) and (
            not ids or one.article_id in ids or one.article_id.partition("#")[0] in ids
        )
        dated = (date_from is None or (one.date is not None and one.date >= date_from)) and (
            date_to is None or (one.date is not None and one.date <= date_to)
        )
        assert passed == (named and dated and (not accounts or one.account in accounts))
