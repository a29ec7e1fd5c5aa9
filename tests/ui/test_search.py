"""``juwen search``: the ranked list, its explanation, its limits; the same limits for ``juwen ask``."""

from __future__ import annotations

import json
from datetime import date

import pytest

from index.records import Article, Kind, Passage, Span
from rag.records import AppliedFilters, Found, RankedPassage
from tests.conftest import ARTICLES, article
from tests.ui.conftest import write_export
from ui.search import listed, show_found

BRIDGE = "东岸大桥什么时候通车？"


@pytest.fixture
def search(juwen, tmp_path, fake_models):
    """``juwen search`` with ./library made of ``ARTICLES``."""
    assert juwen("index", write_export(tmp_path / "a.json")).code == 0
    return lambda *arguments: juwen("search", *arguments)


def hit(article_id: str, text: str = "大桥。", **changes) -> tuple[RankedPassage, ...]:
    """An article of a ranked list, by one passage; ``changes`` go to the article or the scores."""
    scores = {"score": 5.0, "cosine": 0.5, "dense": 2.0, "lexical": 0.5}
    scores |= {name: changes.pop(name) for name in list(changes) if name in scores}
    values = {"title": f"标题{article_id}", "account": "试验号", "date": date(2025, 6, 1)} | changes
    kept = Article(article_id, url="", text=text, source="", language="zh", **values)
    return (RankedPassage(Passage(1, kept, Span(0, len(text)), "zh"), **scores),)


def found(*articles, question="大桥？", filters=None) -> Found:
    return Found(question, filters or AppliedFilters(), articles)


def test_search(search):
    ran = search(BRIDGE)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:3] == [
        "1. 东岸大桥月底通车  (2025-06-20 · 试验号)",
        "    东岸大桥将于6月28日通车。 大桥全长3.2公里，总投资18.6亿元。",
        "",
    ]
    assert "一图读懂夏季用电  (2025-06-01 · 试验号 · image-only)" in ran.out
    assert "    (no text: found by its title)" in lines
    assert sum(line[:1].isdigit() for line in lines) == len(ARTICLES)
    assert "cosine" not in ran.out


def test_search_in_chinese(search, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    lines = search(BRIDGE, "--explain").out.splitlines()
    assert lines[:2] == [f"检索问题: {BRIDGE}", "限定: –"]
    assert lines[2].startswith("检索词: 东岸 岸大 大桥")
    assert any("图片文章" in line for line in lines)
    assert any(line.startswith("    得分 ") and "语义" in line for line in lines)
    assert any("无共同词" in line for line in lines)


def test_explain(search):
    lines = search(BRIDGE, "--explain").out.splitlines()
    assert lines[:2] == [f"searched: {BRIDGE}", "limits: –"]
    assert lines[2].startswith("terms: 东岸 岸大 大桥 桥什")
    assert lines[4].startswith("1. 东岸大桥月底通车")
    assert lines[6].startswith("    score ")
    assert ", rank 1) · lexical " in lines[6]
    assert lines[6].endswith("(rank 1)")
    assert any(line.endswith("(no term shared)") for line in lines)


def test_explain_names_the_limits_and_the_words_they_were_read_from(search):
    ran = search("6月20日发布的文章里，大桥总投资多少？", "--explain")
    assert "limits: from 2025-06-20; until 2025-06-20 (read from “" in ran.out
    assert "6月20日发布的" in ran.out.splitlines()[1]
    assert "school" not in ran.out
    assert [line for line in ran.out.splitlines() if line.startswith("2.")] == []


def test_explain_names_the_words_that_no_article_fits(search):
    ran = search("3月2日发布的文章里，大桥总投资多少？", "--explain")
    assert ran.out.splitlines()[1].startswith("limits: none (no article is within “3月2日发布的")


def test_explain_names_the_language_of_articles(search):
    ran = search("英文文章里怎么说大桥？", "--explain")
    assert ran.out.splitlines()[1] == "limits: English (read from “英文”)"


def test_a_literal_question_is_searched_without_limits(search):
    ran = search("6月20日发布的文章里，大桥总投资多少？", "--explain", "--literal")
    assert ran.out.splitlines()[1] == "limits: –"
    assert [line for line in ran.out.splitlines() if line.startswith("2.")]


def test_copies_are_shown_behind_their_originals(juwen, search, tmp_path):
    text = (
        "海棠小学的木工课今天开课，二十名学生每人做了一只小板凳，刨花落了一地。"
        "木工老师姓罗，以前是造船厂的师傅，他说孩子们最难学会的是等胶水干。"
        "家长们可以在周五下午来参观，作品将摆在图书馆门口，期末时由学生投票选出最结实的一只。"
    )
    again = [
        article("first", text, title="木工课开课", time="2025/6/2"),
        article("again", text, title="木工课开课了", time="2025/6/9", account="教育号"),
    ]
    assert juwen("index", write_export(tmp_path / "b.json", again)).code == 0
    lines = search("木工课做了什么？", "--explain", "--from", "2025-06-02").out.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("2."))
    assert lines[at] == "2. 木工课开课了  (2025-06-09 · 教育号 · reprint)"
    assert lines[at + 3] == "    copy of 1. 木工课开课"
    values = json.loads(search("木工课做了什么？", "--from", "2025-06-02", "--json").out)
    copy = values["articles"][1]
    assert (copy["originals"], copy["behind"]) == (["first"], [1])


def test_json_has_all_of_it(search):
    ran = search(BRIDGE, "--json", "--account", "试验号")
    values = json.loads(ran.out)
    assert list(values) == ["question", "searched", "filters", "terms", "articles"]
    assert values["filters"]["accounts"] == ["试验号"]
    best = values["articles"][0]
    assert (best["rank"], best["article_id"], best["kind"]) == (1, "bridge", "article")
    assert best["text"][best["start"] : best["end"]] == best["text"]
    assert (best["dense_rank"], best["lexical_rank"], best["behind"]) == (1, 1, [])
    assert {"score", "dense", "cosine", "lexical"} <= set(best)
    assert "东岸大桥" in ran.out


# limits


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--from", "2025-06-02"], {"bridge"}),
        (["--to", "2025/4/30"], {"factory"}),
        (["--from", "2025-05-01", "--to", "2025-05-31"], {"school"}),
        (["--account", "教育号"], {"school"}),
        (
            ["--account", "教育号", "--account", "试验号", "--to", "2025-05-31"],
            {"school", "factory"},
        ),
    ],
)
def test_limits(search, arguments, ids):
    values = json.loads(search(BRIDGE, "--json", *arguments).out)
    assert {entry["article_id"] for entry in values["articles"]} == ids


def test_nothing_within_the_limits_is_said(search):
    ran = search(BRIDGE, "--from", "2030-01-01", "--explain")
    assert ran.code == 0
    assert ran.out.splitlines()[1] == "limits: from 2030-01-01"
    assert ran.out.splitlines()[-1].startswith("no article is within these limits")


def test_ask_has_the_same_limits(juwen, search):
    asked = json.loads(juwen("ask", BRIDGE, "--json", "--account", "教育号").out)
    assert {cited["article_id"] for cited in asked["evidence"]} == {"school"}
    assert asked["filters"]["accounts"] == ["教育号"]
    ran = juwen("ask", BRIDGE, "--from", "2025-06-02", "--to", "2025-06-30", "--json")
    assert [cited["article_id"] for cited in json.loads(ran.out)["evidence"]] == ["bridge"]


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "June"], "'June' is not a day; write it like 2025-06-20"),
        (["--to", "2025-02-30"], "'2025-02-30' is not a day"),
        (["--from", "2025-06-02", "--to", "2025-06-01"], "--from 2025-06-02 is after"),
        (["--account", "试验"], "no account '试验'; it has '试验号'"),
        (["--account", "weather"], "it has '教育号', '试验号'"),
    ],
)
def test_wrong_limits_are_wrong_usage(juwen, search, command, arguments, words):
    ran = juwen(command, BRIDGE, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_wrong_limits_in_chinese(search, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    for arguments in (
        ["--from", "六月"],
        ["--from", "2025-06-02", "--to", "2025-06-01"],
        ["--account", "晚"],
    ):
        ran = search(BRIDGE, *arguments)
        assert (ran.code, "；" in ran.err) == (2, True)


def test_limits_do_not_go_with_a_batch(juwen, search, tmp_path):
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"id": 1, "question": "谁？"}\n', "utf-8")
    ran = juwen("ask", "--batch", questions, "--account", "教育号")
    assert ran.code == 2
    assert "not with --batch" in ran.err


# errors


@pytest.mark.parametrize("question", ["", "  ", "问" * 2001])
def test_a_question_that_cannot_be_asked_is_wrong_usage(search, question):
    ran = search(question)
    assert (ran.code, ran.out, len(ran.complaints)) == (2, "", 1)


def test_a_folder_that_is_no_library_is_named(juwen):
    ran = juwen("search", BRIDGE, "--library", "nowhere")
    assert (ran.code, ran.out, len(ran.complaints)) == (1, "", 1)
    assert "'nowhere' is not a library" in ran.complaints[0]


def test_another_model_than_the_librarys_is_refused(search):
    ran = search(BRIDGE, "--encoder", "other")
    assert (ran.code, len(ran.complaints)) == (1, 1)
    assert "'other'" in ran.complaints[0]


# showing


def test_legs_are_ranked_among_the_listed_articles():
    entries = listed(
        found(
            hit("a", dense=1.0, lexical=0.9),
            hit("b", dense=3.0, lexical=0.0),
            hit("c", dense=3.0, lexical=0.2),
        )
    )
    assert [entry.dense_rank for entry in entries] == [3, 1, 1]
    assert [entry.lexical_rank for entry in entries] == [1, None, 2]


def test_an_article_in_a_ring_of_copies_is_behind_those_above_it_only():
    ring = found(
        hit("a", originals=("b",), kind=Kind.REPRINT), hit("b", originals=("a", "b", "gone"))
    )
    assert [entry.behind for entry in listed(ring)] == [(), (1,)]
    lines = show_found(ring, explain=True).splitlines()
    assert "    copy of 1 article not above it" in lines
    assert "    copy of 1. 标题a" in lines


def test_a_long_passage_is_shortened():
    shown = show_found(found(hit("a", "桥" * 81), hit("b", "桥" * 80))).splitlines()
    assert shown[1] == "    " + "桥" * 80 + "…"
    assert shown[4] == "    " + "桥" * 80


def test_an_article_cannot_steer_the_terminal_nor_write_lines_of_its_own():
    evil = "好\x1b[31m\n2. 假\u202e标题\x9b2J"
    listing = found(
        hit("a", evil, title=evil, account=evil),
        question=evil,
        filters=AppliedFilters(accounts=(evil,), read=(evil,)),
    )
    shown = show_found(listing, explain=True)
    assert all(char == "\n" or char.isprintable() for char in shown)
    assert [line for line in shown.splitlines() if line.startswith("2.")] == []


def test_an_article_without_title_is_named_by_its_id():
    assert show_found(found(hit("a", title="", date=None, account=""))).startswith("1. a\n")


def test_an_empty_library_is_said():
    assert show_found(found()) == "the library has no article"
