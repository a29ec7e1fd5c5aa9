"""A title in place of an article's id, wherever a command takes one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from index.errors import ArticleError
from index.library.library import Library
from tests.conftest import ARTICLES, article
from tests.ui.conftest import write_export
from ui.naming import articles_named

TITLED = (
    article("lake", "镜湖的游船周一停航。", title="镜湖游船停航通知｜交通提示", time="2025/7/1"),
    article("first", "第一次停水在周三。", title="停水通知", time="2025/7/2"),
    article("second", "第二次停水在周五。", title="停水通知", time="2025/7/9"),
    article("wide", "码头的灯亮了。", title="Ｐｉｅｒ　７：燈亮了！"),
    article("bridges", "一篇以编号为题的文章。", title="school"),
    article("odd", "题目全是标点。", title="！！！"),
)


@pytest.fixture
def kept(juwen, tmp_path):
    """``juwen`` with ./library made of ``ARTICLES`` and ``TITLED``."""
    assert juwen("index", write_export(tmp_path / "a.json", [*ARTICLES, *TITLED])).code == 0
    return juwen


@pytest.mark.parametrize(
    ("written", "article_id"),
    [
        ("东岸大桥月底通车", "bridge"),
        (" 东岸大桥 月底通车。", "bridge"),
        ("東岸大橋月底通車", "bridge"),
        ("镜湖游船停航通知", "lake"),
        ("镜湖游船停航通知｜交通提示", "lake"),
        ("pier 7 灯亮了", "wide"),
        ("school", "school"),  # an id goes before a title
        ("！！！", "odd"),  # to the letter
        ("bridge", "bridge"),
    ],
)
def test_one_article_is_meant(kept, written, article_id):
    with Library.open("library") as library:
        assert articles_named(library, [written]) == [article_id]
    assert f"id: {article_id}" in kept("inspect", written).out.splitlines()


@pytest.mark.parametrize("written", ["！", "", "停水", "没有这样的标题", "\udcff"])
def test_no_article_is_meant(kept, written):
    with Library.open("library") as library, pytest.raises(ArticleError):
        articles_named(library, [written])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", [["inspect"], ["remove"], ["ask", "停水在哪天？", "--article"]])
def test_a_title_of_several_is_not_guessed_at(kept, monkeypatch, command, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = kept(*command, "停水通知")
    assert (ran.code, ran.out) == (1, "")
    [complaint] = ran.complaints
    newest = complaint.index("'second' (2025-07-09")
    assert newest < complaint.index("'first' (2025-07-02")
    assert ("2 篇文章的标题" if language == "zh" else "title of 2 articles") in complaint


def test_many_of_a_title_are_counted(juwen, tmp_path):
    same = [replace(TITLED[1], article_id=f"n{n}", content=f"第{n}次。") for n in range(12)]
    juwen("index", write_export(tmp_path / "a.json", same))
    [complaint] = juwen("inspect", "停水通知").complaints
    assert "title of 12 articles" in complaint
    assert complaint.count("2025-07-02") == 8
    assert complaint.endswith("and 4 more")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", [["inspect"], ["remove"], ["search", "大桥", "--article"]])
def test_a_part_of_a_title_is_asked_about(kept, monkeypatch, command, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = kept(*command, "大桥")
    assert ran.code == 1
    [complaint] = ran.complaints
    assert "'bridge' ('东岸大桥月底通车')" in complaint
    assert ("是否指" if language == "zh" else "do you mean") in complaint
    with Library.open("library") as library:
        assert library.holds("bridge")


def test_articles_are_removed_by_their_titles(kept):
    assert kept("remove", "东岸大桥月底通车", "镜湖游船停航通知", "first").code == 0
    with Library.open("library") as library:
        assert not any(library.holds(one) for one in ("bridge", "lake", "first"))
        assert library.holds("second")


def test_only_the_named_articles_are_asked(kept):
    asked = kept("ask", "停水在哪天？", "--article", "first", "--json")
    answer = json.loads(asked.out)
    assert answer["filters"]["article_ids"] == ["first"]
    assert {one["article_id"] for one in answer["evidence"]} == {"first"}
    found = kept("search", "停水", "--json", "--article", "second", "--article", "海棠小学招生")
    ids = {one["article_id"] for one in json.loads(found.out)["articles"]}
    assert ids == {"second", "school"}


def test_a_page_stands_for_its_articles(juwen, tmp_path):
    parts = [article(f"paper#{n}", f"版面的第{n}篇。", title=f"第{n}篇") for n in (1, 2)]
    juwen("index", write_export(tmp_path / "a.json", [*parts, *ARTICLES]))
    found = json.loads(juwen("search", "版面", "--json", "--article", "paper").out)
    assert {one["article_id"] for one in found["articles"]} == {"paper#1", "paper#2"}


def test_batch_takes_no_article(kept, tmp_path):
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"id": "1", "question": "停水在哪天？"}\n', "utf-8")
    ran = kept("ask", "--batch", questions, "--article", "first")
    assert ran.code == 2
    assert "--article" in ran.err
