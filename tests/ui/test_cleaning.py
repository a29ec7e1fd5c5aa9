"""The page of an indexing run: what it tells, and that no article can write markup into it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from index.build import index_raw
from index.library.library import Library
from index.records import Kind, Problem, Summary
from tests.conftest import ARTICLES, FakeEncoder, article
from ui import cleaning
from ui.cleaning import article_page, run_page, survey
from ui.inspect import inspected

SUMMARY = Summary(read=9, added=4, changed=2, unchanged=1, repeated=1, empty=1, failed=1)


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def marked(page, tag):
    """The texts of all elements of one kind that hold only text."""
    return [
        re.sub(r"&\w+;", "&", text) for text in re.findall(f"<{tag}[^>]*>([^<]*)</{tag}>", page)
    ]


@pytest.fixture
def make_library(tmp_path):
    """A library of these articles, open."""
    opened = []

    def make(*articles):
        folder = tmp_path / f"library{len(opened)}"
        index_raw(articles, folder, encoder=FakeEncoder())
        opened.append(Library.open(folder))
        return opened[-1]

    yield make
    for library in opened:
        library.close()


PARAGRAPHS = [
    "青屿新区今年建成了三座公园，市民出门步行十分钟就能走进绿地，孩子们最喜欢沙坑和滑梯，老人爱在湖边下棋。",
    "海棠小学的木工课开到了第二年，学生们用榫卯做成了一张长凳，放在图书馆门口，校长温如玉说谁都可以坐。",
    "云杉机械的新工厂上月投产，第一批机器人已经运往三个港口，负责装卸集装箱，厂长陈放说订单排到了明年。",
    "玉兰车站周五开放，站厅里装了四部电梯和两处母婴室，换乘通道比图纸上缩短了近百米，夜里也有人值班。",
]
ENDING = "记者在现场看到，入口处立着一块木牌，上面写着开放的时间和电话，门口的长队一直排到了街角的面馆。老板把汤锅搬到了外面，给排队的人每人盛了一小碗。"
DIGEST = (
    *(
        article(f"p{n}", f"{text}\n{text[::-1]}", time=f"2025/5/{n}", title=f"消息之{n}")
        for n, text in enumerate(PARAGRAPHS, 1)
    ),
    article("week", "\n".join(f"{text}\n相关链接" for text in PARAGRAPHS), title="一周要闻"),
    article("first", f"{ENDING}\n{ENDING[::-1]}", title="面馆", time="2025/5/1"),
    article("again", f"转载自：晚报\n{ENDING}\n{ENDING[::-1]}", title="又是面馆"),
)


def test_what_was_read_and_what_went_wrong(make_library, monkeypatch):
    problems = (
        Problem("'a.json' is not JSON; mend it", "'a.json' 不是有效的 JSON；请修正", lost=True),
        Problem("a date is none; write it so", "日期无效；请改写", lost=False),
        Problem("7 pictures", "7 张图片", lost=False, harmless=True, details=("a.docx: 7",)),
    )
    summary = Summary(read=9, added=4, changed=2, unchanged=1, failed=2, problems=problems)
    library = make_library(*ARTICLES)
    page = Page(run_page(library, summary)).text
    for words in ("9 read", "4 added", "2 changed", "1 unchanged", "2 failed", "Problems (3)"):
        assert words in page
    assert "not taken 'a.json' is not JSON; mend it" in page
    assert "a date is none" in page
    assert "7 pictures which (1) a.docx: 7" in page
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    page = Page(run_page(library, summary)).text
    assert "9 读取" in page
    assert "未收录 'a.json' 不是有效的 JSON" in page
    assert "日期无效" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Raw", "Cleaned", "an HTML entity", "image-only: 1", "article: 4", "digest: 0")),
        ("zh", ("原文", "清洗后", "HTML 实体", "图片文章：1", "文章：4", "摘编：0", "转载：0")),
    ],
)
def test_the_page_speaks_the_readers_language(make_library, monkeypatch, language, words):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    page = Page(run_page(make_library(*ARTICLES), SUMMARY))
    assert page.all("html") == [{"lang": language}]
    for word in words:
        assert word in page.text
    other = "Cleaned" if language == "zh" else "清洗后"
    assert other not in page.text


def test_digests_and_reprints_name_their_originals(make_library):
    library = make_library(*DIGEST)
    found = survey(library)
    assert [a.article_id for a in found.kinds[Kind.DIGEST]] == ["week"]
    assert [a.article_id for a in found.kinds[Kind.REPRINT]] == ["again"]
    page = Page(run_page(library, SUMMARY)).text
    assert "digest: 1" in page
    assert "reprint: 1" in page
    assert "copies: 面馆 first" in page
    for n in range(1, 5):
        assert f"copies: 消息之{n} p{n}" in page


def test_rules_are_counted_with_examples(make_library):
    rules = {use.rule: use for use in survey(make_library(*ARTICLES)).rules}
    assert (rules["drop_footers"].times, rules["drop_footers"].articles) == (2, 2)
    (footer,) = rules["drop_footers"].examples
    assert (footer.removed, footer.put) == ("欢迎转发，但请注明出处“试验号”", "")
    assert rules["take_credit"].examples[0].article_id == "school"
    assert "take_credit" in rules
    assert "join_table_rows" not in rules


def test_columns_are_counted(make_library):
    titles = ("海上风电场并网发电｜产业动态", "工业机器人上新｜产业动态", "没有栏目")
    library = make_library(*(article(t, f"正文{t}。", title=t) for t in titles))
    assert survey(library).columns == {"产业动态": 2}
    assert "产业动态 2" in Page(run_page(library, SUMMARY)).text


def test_raw_stands_beside_cleaned_with_the_changes_marked(make_library):
    page = run_page(
        make_library(article("a", "甲&lt;乙。\r欢迎转发，但请注明出处“试验号”")), SUMMARY
    )
    assert "&amp;lt;</del>" in page
    assert "<ins title" in page
    assert "欢迎转发，但请注明出处“试验号”" in marked(page, "del")
    assert "an HTML entity" in marked(page, "span")
    assert "甲 < 乙。" in Page(page).text


def test_unchanged_articles_are_not_listed(make_library):
    library = make_library(article("a", "一篇干净的文章。"))
    page = Page(run_page(library, SUMMARY))
    assert page.all("article") == []
    assert "None changed anything" in page.text


def test_the_newest_come_first_and_no_more_than_fit(make_library, monkeypatch):
    monkeypatch.setattr(cleaning, "MOST_ARTICLES", 2)
    library = make_library(
        *(article(f"a{n}", f"{n}号&amp;公园。", time=f"2025/5/{n}") for n in range(1, 6))
    )
    assert [one.article.article_id for one in survey(library).shown] == ["a5", "a4"]
    page = Page(run_page(library, SUMMARY)).text
    assert "3 more articles were changed" in page
    assert "juwen inspect ARTICLE_ID" in page
    assert "3 more 栏" not in page
    assert page.count("3 more") == 2, "one for the list of articles, one for the changed ones"


def test_long_articles_are_shown_around_their_changes(make_library):
    long = "，".join(f"第{n}段文字都还在这里" for n in range(2_000))
    library = make_library(article("a", f"{long}&amp;{long}"))
    page = run_page(library, SUMMARY)
    assert len(page) < 40_000
    assert "第1000段" not in page
    whole = article_page(inspected(library, "a"))
    assert "第1000段" in whole


def test_an_article_of_very_many_changes_says_how_many_are_left_out(make_library):
    text = "".join(f"第{n}处改动在这里{'，内容' * 60}&amp;" for n in range(300))
    page = run_page(make_library(article("many", text)), SUMMARY)
    assert len(page) < 100_000
    assert re.search(r"2\d\d more changes", page)
    assert "juwen inspect many" in page


def test_the_page_is_filtered_by_rule_and_kind_and_works_without(make_library):
    page = Page(run_page(make_library(*ARTICLES, *DIGEST), SUMMARY))
    values = [option["value"] for option in page.all("option")]
    assert {"drop_footers", "take_credit", *Kind} <= set(values)
    for one in page.all("article"):
        assert one["data-kind"] in values
        assert set((one["data-rules"] or "").split()) <= set(values)
        assert "hidden" not in one
    (filters,) = [a for a in page.all("div") if a.get("id") == "filters"]
    assert "hidden" in filters, "without a script there is nothing to choose with"


# Nothing from outside becomes markup.

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "{{ 7001 * 8009 }}{% raw %}",
    "</del></article></body><iframe>",
    "\u202e<b>\x00\x1b[31m",
)
TAGS = re.compile(
    "html|head|meta|link|title|style|body|header|h[1-3]|p|section|div|b|span|details|summary|ul|li|code"
    "|table|thead|tbody|tr|th|td|del|ins|select|option|article|script"
)


def hostile(attack):
    """Articles that say this everywhere, and change in every way."""
    a, b = (
        article(
            f"{name}{attack}",
            f"转载自：{attack[:30]}\r{attack}&amp;{attack}\r{attack}点击“阅读原文”查看{attack}\r{attack}&nbsp;",
            title=f"标题够长的一篇文章{attack}｜栏{attack[:8]}",
            account=attack,
            url=attack,
            time=time,
        )
        for name, time in (("a", attack), ("b", "2025/5/1"))
    )
    return a, b


def assert_harmless(page):
    parsed = Page(page)
    assert all(TAGS.fullmatch(tag) for tag, _ in parsed.elements)
    assert len(parsed.all("script")) == 1
    assert parsed.all("script") == [{}]
    for tag, attributes in parsed.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert "src" not in attributes
        assert "href" not in attributes or tag == "link"
    assert "\x00" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_nothing_from_outside_becomes_markup(make_library, attack):
    problems = (Problem(f"'{attack}.json' is bad", f"'{attack}.json' 坏了", lost=True),)
    library = make_library(*hostile(attack))
    page = run_page(library, Summary(problems=problems))
    assert_harmless(page)
    assert "56071009" not in page
    for article_id in library.article_ids():
        assert_harmless(article_page(inspected(library, article_id)))


def test_only_the_pages_own_script_may_run(make_library):
    page = run_page(make_library(*ARTICLES), SUMMARY)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [a["content"] for a in Page(page).all("meta") if "http-equiv" in a]
    assert f"script-src 'sha256-{digest}'" in (policy or "")
    assert "default-src 'none'" in (policy or "")
    assert "http" not in re.sub(r"http-equiv", "", page.replace("https://example.com/bridge", ""))


# The page of one article.


def test_the_page_of_one_article_is_whole(make_library):
    library = make_library(*ARTICLES)
    page = Page(article_page(inspected(library, "bridge")))
    assert "东岸大桥月底通车" in page.text
    assert "https://example.com/bridge" in page.text
    assert "欢迎转发，但请注明出处“试验号” a share-and-like footer" in page.text
    assert len(page.all("article")) == 1
    assert not [a for a in page.all("div") if a.get("id") == "filters"]


def test_the_page_of_an_article_without_text_or_changes(make_library):
    library = make_library(*ARTICLES, article("clean", "一篇干净的文章。"))
    assert "(no text: found by its title)" in Page(article_page(inspected(library, "picture"))).text
    page = Page(article_page(inspected(library, "clean"))).text
    assert page.count("一篇干净的文章。") == 2
    assert "nothing was changed" in page
