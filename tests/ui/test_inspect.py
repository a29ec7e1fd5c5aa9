"""``juwen inspect``: one article as it was received, what cleaning did to it and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.cleaning.clean import clean
from index.records import Change, RawArticle, Span
from tests.conftest import ARTICLES, article
from tests.ui.conftest import write_export
from ui.naming import near_ids
from ui.show_article import Inspected, displayed, quoted, shortened, show_article

MESSY = article(
    "messy",
    "转载自：晚报\r东岸大桥&nbsp;今天&nbsp;通车，5&lt;6。\r欢迎转发，但请注明出处“试验号”",
    title="东岸大桥今天正式通车｜城建动态",
    url="https://example.com/messy",
)


@pytest.fixture
def inspect(juwen, tmp_path):
    """``juwen inspect`` with ./library made of ``ARTICLES`` and ``MESSY``."""
    assert juwen("index", write_export(tmp_path / "a.json", [*ARTICLES, MESSY])).code == 0
    return lambda *arguments: juwen("inspect", *arguments)


def test_inspect(inspect):
    ran = inspect("messy")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "东岸大桥今天正式通车"
    for line in (
        "id: messy",
        "column: 城建动态",
        "account: 试验号",
        "date: 2025-06-01",
        "source: 晚报",
        "kind: article",
        "originals: –",
        "url: https://example.com/messy",
        "changes: 5",
        "decode_entities · an HTML entity x2",
        "  - “&nbsp;”",
        "  + a space",
        "  - “&lt;”",
        "  + “<”",
        "drop_footers · a share-and-like footer",
        "  - “欢迎转发，但请注明出处“试验号””",
        "take_credit · the credit, kept as the source",
    ):
        assert line in lines
    assert ran.out.endswith("\n\n东岸大桥 今天 通车，5<6。\n")


def test_inspect_in_chinese(inspect, monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    ran = inspect("messy")
    for words in ("栏目: 城建动态", "类型: 文章", "来源: 晚报", "HTML 实体 x2", "  + 空格"):
        assert words in ran.out
    assert "类型: 图片文章" in inspect("picture").out
    assert inspect("picture").out.endswith("（无正文：按标题可查）\n")


def test_a_line_that_was_moved_is_shown_once():
    raw = article("page", "图：大桥\n正文。")
    moved = Change("move_captions", Span(0, 4), "图：大桥")
    shown = show_article(Inspected(clean(raw).article, raw, [moved], {}))
    assert "  ↓ “图：大桥”" in shown.splitlines()
    assert "+" not in shown


def test_an_article_without_a_title_is_named_by_its_id():
    raw = RawArticle("page#1", "", "", "", "", "正文。")
    assert show_article(Inspected(clean(raw).article, raw, [], {})).startswith("page#1\n")


def test_inspect_names_the_originals(juwen, tmp_path):
    text = (
        "青屿新区今年建成了三座公园，市民出门步行十分钟就能走进绿地，这是去年定下的目标。\n"
        "园长介绍了园里的树，从香樟、银杏到晚樱，一共栽了二十多种，都是从本地的苗圃里挑来的。\n"
        "孩子们最喜欢的是沙坑和滑梯，老人则爱在湖边下棋，周末常有乐队来演出，入园不收门票。"
    )
    path = write_export(
        tmp_path / "a.json",
        [
            article("first", text, title="三座公园", time="2025/5/1"),
            article("again", f"转载自：晚报\n{text}", title="公园来了", time="2025/5/2"),
        ],
    )
    assert juwen("index", path).code == 0
    ran = juwen("inspect", "again")
    assert "kind: reprint" in ran.out
    assert "originals: first (三座公园)" in ran.out


def test_inspect_json_is_all_there_is_on_standard_output(inspect):
    ran = inspect("messy", "--json")
    assert (ran.code, ran.err) == (0, "")
    values = json.loads(ran.out)
    assert values["article"]["text"] == "东岸大桥 今天 通车，5<6。"
    assert values["article"]["date"] == "2025-06-01"
    assert values["article"]["column"] == "城建动态"
    assert values["raw"]["content"] == MESSY.content
    assert values["raw"]["time"] == MESSY.time
    assert len(values["changes"]) == 5
    for change in values["changes"]:
        taken = MESSY.content[change["start"] : change["end"]]
        assert taken == change["removed"]
        assert change["reason"]
    assert values["changes"][0]["rule"] == "decode_entities"


def test_inspect_html(inspect, tmp_path):
    page = tmp_path / "new" / "messy.html"
    ran = inspect("messy", "--html", page)
    assert ran.code == 0
    assert ran.out.startswith("东岸大桥今天正式通车\n")
    assert f"page: {page}" in ran.err
    assert "欢迎转发" in page.read_text("utf-8")
    assert [path.name for path in page.parent.iterdir()] == ["messy.html"]
    assert json.loads(inspect("messy", "--html", page, "--json").out)["changes"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("place", [".", "/proc/juwen/page.html"])
def test_a_page_that_cannot_be_written_is_one_sentence(inspect, monkeypatch, place, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = inspect("messy", "--html", place)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 1
    assert ("无法写入页面" if language == "zh" else "cannot be written") in ran.complaints[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_id_is_one_sentence_with_near_ones(inspect, monkeypatch, language):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    ran = inspect("brigde")
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 1
    assert "'brigde'" in ran.complaints[0]
    assert "bridge" in ran.complaints[0]
    assert ("没有文章" if language == "zh" else "has no article") in ran.complaints[0]
    nothing = inspect("§§§")
    assert nothing.code == 1
    assert "juwen ask --json" in nothing.complaints[0]


def test_no_library_and_wrong_usage(juwen):
    assert "juwen index PATH" in juwen("inspect", "a", "--library", "none").complaints[0]
    assert juwen("inspect").code == 2


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("paper", ["paper#1", "paper#2"]),
        ("paper#9", ["paper#1", "paper#2"]),
        ("papre#1", ["paper#1", "paper#2"]),
        ("2650689757_4", ["2650689757_3"]),
        ("nothing like it", []),
    ],
)
def test_near_ids(asked, near):
    assert near_ids(asked, ["paper#1", "paper#2", "2650689757_3", "other"]) == near


def test_near_ids_are_few():
    assert len(near_ids("paper", [f"paper#{n}" for n in range(100)])) == 8


def test_nothing_in_an_article_steers_the_terminal(juwen, tmp_path):
    steering = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r"
    evil = article(
        f"evil{steering}",
        f"{steering}&amp;{steering}欢迎转发，但请注明出处“{steering}”\n{steering}",
        title=f"标题{steering}",
        account=steering,
        url=steering,
    )
    juwen("index", write_export(tmp_path / f"a{steering[:4]}.json", [evil]))
    for arguments in ((), ("--json",), ("--html", "page.html")):
        ran = juwen("inspect", evil.article_id, *arguments)
        assert ran.code == 0
        assert all(char == "\n" or char.isprintable() for char in ran.out), ascii(ran.out)
    assert (
        json.loads(juwen("inspect", evil.article_id, "--json").out)["raw"]["content"]
        == evil.content
    )
    ran = juwen("inspect", f"{evil.article_id}x")
    assert ran.code == 1
    assert all(char == "\n" or char.isprintable() for char in ran.err), ascii(ran.err)
    assert Path("page.html").is_file()


def test_no_article_can_forge_a_line(juwen, tmp_path):
    evil = article("evil", "正文。", title="x\nkind: reprint", account="y\u2028source: z")
    juwen("index", write_export(tmp_path / "a.json", [evil]))
    lines = juwen("inspect", "evil").out.splitlines()
    assert "kind: reprint" not in lines
    assert "source: z" not in lines


def test_how_words_are_shown():
    assert displayed("一\r\n二\r三\u2028四\u3000五\t六\x1b七") == "一\n二\n三\n四 五 六七"
    assert shortened("一二三", 3) == "一二三"
    assert quoted("字" * 500) == f"“{'字' * 80} … {'字' * 80}”"
    assert quoted("\u00a0") == "a space"
