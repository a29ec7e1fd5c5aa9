"""Pages of public accounts that are no articles, or have their text elsewhere than in js_content."""

from __future__ import annotations

import time

import pytest

from index.readers.load import read_articles
from index.text.dates.publication import parse_zone

from .samples import only_problem, read_bytes

DIALOG = (
    '<div class="wx_bottom_modal"><p>微信扫一扫可打开此内容，使用完整服务</p><p>轻触阅读原文</p>'
    "<p>当前内容可能存在未经审核的第三方商业营销信息，请确认是否继续访问。</p><a>继续访问</a><a>取消</a></div>"
)


def page(body: str = "", head: str = "", script: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head>'
        f'<body id="activity-detail" class="zh_CN">{body}<script>{script}</script></body></html>'
    )


def notice(title: str, more: str = "") -> str:
    return page(
        f'<div class="weui-msg"><h2 class="weui-msg__title">{title}</h2><p>{more}</p></div>',
        "<title>微信公众平台</title>",
    )


def read(tmp_path, source: str, name: str = "a.html"):
    (article,), problems = read_bytes(tmp_path, name, source)
    assert problems == []
    return article


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (notice("环境异常", "当前环境异常，完成验证后即可继续访问。"), "重新保存"),
        (notice("该内容已被发布者删除"), "已被发布者删除"),
        (notice("此内容因违规无法查看", "由用户投诉并经平台审核，涉嫌违反相关规定。"), "违规"),
        (notice("此帐号已被屏蔽, 内容无法查看"), "账号停用"),
        (notice("该公众号已迁移", "该公众号已迁移至新的账号，原账号已回收。"), "已迁移"),
        (notice("“青屿早知道”已迁移", "三月二日起在“青屿发布”继续更新。"), "已迁移"),
        (notice("账号已更名", "该公众号已将全部功能迁移至“青屿发布”。"), "已迁移"),
        (notice("链接已过期"), "永久链接"),
        (notice("參數錯誤"), "出错页面"),
        (notice("The content has been deleted by the author."), "已被发布者删除"),
        (
            page(
                '<div id="js_content"></div>' + DIALOG, '<meta property="og:title" content="开幕">'
            ),
            "空壳",
        ),
        (page('<div id="js_article"></div>' + DIALOG), "空壳"),
        (
            '<html><body><script>location="https://mp.weixin.qq.com"</script></body></html>',
            "不含正文",
        ),
    ],
)
def test_what_wechat_says_in_place_of_an_article_is_said_and_not_taken(tmp_path, source, said):
    problem = only_problem(tmp_path, "a.html", source)
    assert problem.lost
    assert said in problem.chinese
    assert "'a.html'" in problem.english.replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    "source",
    [
        page(
            '<h1 id="activity-name">该内容已被发布者删除</h1><div id="js_content"><p>环境异常怎么办？先完成验证。</p></div>'
        ),
        "<html><body><p>环境异常时，请在浏览器中完成验证后继续访问。</p></body></html>",
        page(
            '<div id="js_content"><img data-src="x"></div>',
            '<meta property="og:title" content="链接已过期">',
        ),
    ],
)
def test_articles_about_such_pages_are_articles(tmp_path, source):
    read(tmp_path, source)


SCRIPT = (
    "window.cgiDataNew = { title: '千年窑火', item_show_type: '8' * 1, nick_name: JsDecode('临江文旅'),"
    " create_time: '1762473600' * 1, content_noencode: JsDecode('周末去哪儿？\\x0a看\\x26amp;听：'"
    "  + '') };"
)


def test_a_post_of_pictures_gives_its_own_text_account_and_date(tmp_path):
    article = read(
        tmp_path,
        page(f'<div id="js_article" class="share_content_page"></div>{DIALOG}', script=SCRIPT),
    )
    assert (article.title, article.account, article.time) == ("千年窑火", "临江文旅", "2025/11/7")
    assert article.content == "周末去哪儿？\n看&听："


def test_the_text_of_a_script_may_be_markup_with_pairs_of_surrogates(tmp_path):
    script = (
        'var ct = 1762473600; var nickname = htmlDecode("临江\\u6587旅"); var item_show_type = "10";'
        'x = {"content_noencode":"\\x3cp\\x3e开馆\\ud83c\\udf89\\x3c\\/p\\x3e\\x3cp\\x3e周一闭馆\\x3c/p\\x3e"}'
    )
    article = read(tmp_path, page('<div id="js_content"></div>' + DIALOG, script=script))
    assert (article.content, article.account) == ("开馆🎉\n周一闭馆", "临江文旅")
    assert article.time == "2025/11/7"


def test_the_description_of_a_short_post_is_its_text_and_that_of_an_article_is_not(tmp_path):
    head = '<meta property="og:title" content="题"><meta property="og:description" content="甲馆开放。\\x0a乙馆闭馆。">'
    short = page('<div id="js_article"></div>', head, "var item_show_type = '8';")
    assert read(tmp_path, short).content == "甲馆开放。\n乙馆闭馆。"
    assert (
        "空壳"
        in only_problem(tmp_path, "b.html", page('<div id="js_content"></div>', head)).chinese
    )


def test_a_post_of_a_film_is_kept_by_its_title(tmp_path):
    head = '<meta property="og:title" content="航拍临江">'
    article = read(
        tmp_path, page('<div id="js_article"></div>' + DIALOG, head, "var item_show_type = '5';")
    )
    assert (article.title, article.content) == ("航拍临江", "")


def test_a_page_that_a_program_made_of_an_article_keeps_its_text_and_loses_the_dialogs(tmp_path):
    head = '<meta property="og:url" content="https://mp.weixin.qq.com/s/abc"><title>开馆</title>'
    body = (
        "<article><p>临江博物馆新馆十一月开放，展出文物三千件，周一闭馆，免费预约。</p></article>"
    )
    article = read(tmp_path, page(body + DIALOG, head))
    assert "展出文物三千件" in article.content
    assert "继续访问" not in article.content


def content(tmp_path, inside: str) -> list[str]:
    return read(
        tmp_path, page(f'<div id="js_content" style="visibility:hidden">{inside}</div>')
    ).content.split("\n")


def test_text_in_drawings_counts(tmp_path):
    svg = (
        "<svg><title>图</title><style>.a{}</style><foreignObject><p>航线一百二十条。</p></foreignObject>"
        "<text>三大<tspan>任务</tspan></text>"
        "<text><tspan x='0'>甲</tspan><tspan x='0'>乙</tspan><tspan>丙</tspan></text></svg>"
    )
    assert content(tmp_path, f"<p>前</p>{svg}<p>后</p>") == [
        "前",
        "航线一百二十条。",
        "三大任务",
        "甲",
        "乙丙",
        "后",
    ]


def test_lines_of_code_stay_apart(tmp_path):
    assert content(tmp_path, "<pre><code>a = 1</code><code>b = 2</code></pre>") == [
        "a = 1",
        "b = 2",
    ]
    assert content(tmp_path, "<pre>a = 1\n  b = 2\r\nc</pre>") == ["a = 1", "b = 2", "c"]
    assert content(tmp_path, "<p>用 <code>juwen</code> 与 <code>pip</code></p>") == [
        "用 juwen 与 pip"
    ]


@pytest.mark.parametrize(
    "style",
    [
        "height:0;overflow:hidden",
        "overflow: hidden; height: 0px",
        "max-height:0;overflow-y:hidden",
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "font-size: 0px !important",
        "opacity:0",
        "OPACITY: .0",
        "position:absolute;left:-9999px",
        "text-indent:-999em",
        "position:absolute;clip:rect(1px, 1px, 1px, 1px)",
        "clip-path: inset(50%)",
        "width:1px;height:1px;overflow:hidden",
        "transform:scale(0)",
        "color:#FFF;background-color:rgb(255,255,255)",
        "background:white;color:#ffffff",
        "color:transparent",
        "color:rgba(0, 0, 0, 0)",
        "content-visibility:hidden",
    ],
)
def test_hidden_text_is_not_taken(tmp_path, style):
    assert content(tmp_path, f'<section style="{style}"><p>推广</p></section><p>正文</p>') == [
        "正文"
    ]


@pytest.mark.parametrize(
    ("style", "inside"),
    [
        ("height:0", "<p>正文</p>"),  # what overflows is seen
        ("line-height:0;overflow:hidden", "<p>正文</p>"),
        ("height:0.5em;overflow:hidden", "<p>正文</p>"),
        ("font-size:0", '<span style="font-size:15px">正文</span>'),
        ("visibility:hidden", '<p style="visibility: visible">正文</p>'),
        ("opacity:0;transform:translateY(20px)", "<p>正文</p>"),  # as a page that moves in begins
        ("opacity:0", "<svg><text>正文</text><animate attributeName='opacity'></animate></svg>"),
        ("opacity:0.5", "<p>正文</p>"),
        ("text-indent:-2em", "<p>正文</p>"),
        ("margin-left:-9999px", "<p>正文</p>"),  # what is not placed is laid out by its neighbours
        ("color:#fff;background:#000", "<p>正文</p>"),
        ("color:#fff;background:#fff url(a.png)", "<p>正文</p>"),
        ("color:transparent;background-clip:text", "<p>正文</p>"),
        ("width:1px", "<p>正文</p>"),
        (
            "height:0;overflow:hidden",
            "<svg><text>正文</text><animate attributeName='height'></animate></svg>",
        ),
    ],
)
def test_what_is_shown_all_the_same_is_taken(tmp_path, style, inside):
    assert content(tmp_path, f'<section style="{style}">{inside}</section>') == ["正文"]


def test_the_ground_is_that_of_what_is_around(tmp_path):
    dark = '<section style="background:#111"><p style="color:#111">推广</p><p style="color:#fff">白字</p></section>'
    assert content(tmp_path, f"{dark}<p>正文在此</p>") == ["白字", "正文在此"]


def test_what_holds_most_of_a_page_is_seen(tmp_path):
    body = '<div style="opacity:0"><p>大桥全长三公里，明日通车。</p></div><p>完</p>'
    assert content(tmp_path, body) == ["大桥全长三公里，明日通车。", "完"]


def test_what_only_a_program_passes_over_is_seen(tmp_path):
    assert content(tmp_path, '<p aria-hidden="true">正文</p>') == ["正文"]


def test_the_day_is_that_of_the_publishers_zone(tmp_path):
    (tmp_path / "a.html").write_text(
        page('<div id="js_content">甲</div>', script='var ct = "1762473600";')
    )
    (tmp_path / "b.html").write_text(
        '<meta property="article:published_time" content="2025-11-06T23:30:00Z"><title>b</title>'
        "<article>" + "<p>渡轮今天开航，票价四十五元，每晚两班。</p>" * 20 + "</article>"
    )
    files = [tmp_path / "a.html", tmp_path / "b.html"]
    assert [one.time for one in read_articles(files)] == ["2025/11/7", "2025/11/7"]
    there = read_articles(files, zone=parse_zone("America/New_York"))
    assert [one.time for one in there] == ["2025/11/6", "2025/11/6"]


@pytest.mark.parametrize(
    "script",
    ["'", '"\\', "title:", "title:'", "xml?'a':", "a" * 39 + "=", "=" * 3 + "(", "a:b(", "'\\'"],
)
def test_a_script_without_end_is_read_in_time(tmp_path, script):
    began = time.perf_counter()
    read(tmp_path, page('<div id="js_content">甲</div>', script=script * (400_000 // len(script))))
    assert time.perf_counter() - began < 20
