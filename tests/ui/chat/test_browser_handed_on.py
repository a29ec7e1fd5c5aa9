"""What a reader hands on to others: a link that asks the same again, a file that opens by itself; and
what an article says in short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from index.build import index_raw
from tests.conftest import article
from tests.ui.chat.browser import NO_CHROMIUM, Visit
from ui.chat.server import serving

pytestmark = [pytest.mark.browser, NO_CHROMIUM]

expect = pytest.importorskip("playwright.sync_api").expect

BRIDGE = "东岸大桥什么时候通车？"
SCHOOL = "海棠小学今年招收多少名新生？"
HEAD = "它的校长叫什么？"
READS = {"permissions": ["clipboard-read", "clipboard-write"]}
USER = {"username": "编辑", "password": "密码1"}


@pytest.fixture
def others_url(page_assistant, page_settings) -> Iterator[str]:
    """A page that others can open, with a password."""
    users = {USER["username"]: USER["password"]}
    with serving(page_assistant, replace(page_settings, users=users, hosts=("a.example",))) as url:
        yield url


def linked(one: Visit, button: str) -> str:
    """The address that a button copies."""
    one.page.evaluate("document.getElementById('toast').textContent = ''")  # what was said before
    one.page.locator(button).last.click()
    expect(one.page.locator("#toast")).to_contain_text("已复制链接")
    return str(one.page.evaluate("navigator.clipboard.readText()"))


def test_an_answer_is_handed_on_as_a_link_that_asks_again(chromium_visits, others_url):
    one = chromium_visits(url=others_url, http_credentials=USER, **READS)
    one.ask(BRIDGE)
    one.ask(SCHOOL)
    one.ask(HEAD)
    alone = linked(one, ".turn:nth-child(2) [data-do=link]")
    leaning = linked(one, ".turn:nth-child(3) [data-do=link]")
    one.page.locator("[data-open=conversations]").click()
    whole = linked(one, "#conversations [data-do=link]")
    expect(one.page.locator("#conversations #toast")).to_be_visible()  # not behind the sidebar
    asked = []
    for link, questions in (
        (alone, [SCHOOL]),
        (leaning, [BRIDGE, SCHOOL, HEAD]),
        (whole, [BRIDGE, SCHOOL, HEAD]),
    ):
        assert "#" in link
        assert link.partition("#")[0] == others_url  # what is asked is sent to no server
        other = chromium_visits(url=others_url, http_credentials=USER, locale="en-US")
        other.page.on("request", lambda request: asked.append(request.url))
        other.page.goto(link)
        handed = other.page.locator("#handed")
        expect(handed.locator("li")).to_have_text(questions)
        assert not any(url.endswith("page/ask") for url in asked)  # before the reader wants it
        expect(handed.locator("button")).to_be_focused()
        other.page.keyboard.press("Enter")
        expect(other.page.locator(".turn .actions")).to_have_count(len(questions))
        expect(other.page.locator(".turn .question")).to_have_text(questions)
        assert other.page.locator(".turn .differs:visible").count() == 0
        assert "#" not in other.page.url
        asked.clear()
    expect(other.page.locator(".turn").last.locator(".sentences")).to_contain_text("温如玉")


def test_a_link_opens_no_door(chromium_visits, others_url):
    one = chromium_visits(url=others_url, http_credentials=USER, **READS)
    one.ask(BRIDGE)
    refused = httpx.get(linked(one, ".turn [data-do=link]"))
    assert (refused.status_code, "handed" in refused.text) == (401, False)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_what_can_be_done_with_an_answer_stands_on_one_row(chromium_visits, others_url, locale):
    phone = {"viewport": {"width": 390, "height": 844}, "locale": locale}
    one = chromium_visits(url=others_url, http_credentials=USER, **phone)
    buttons = one.ask(BRIDGE).locator(".actions button:visible").all()
    assert len(buttons) == 6
    middles = [box["y"] + box["height"] / 2 for box in (one.bounding_box() for one in buttons)]
    assert max(middles) - min(middles) < 8


def test_who_opens_a_link_is_told_where_the_answer_has_changed(
    chromium_visits, others_url, page_folder, encoder
):
    one = chromium_visits(url=others_url, http_credentials=USER, **READS)
    one.ask(BRIDGE)
    link = linked(one, ".turn [data-do=link]")
    later = article(
        "bridge", "东岸大桥将于7月9日通车。", title="东岸大桥推迟通车", time="2025/6/25"
    )
    index_raw([later], page_folder, encoder=encoder)
    other = chromium_visits(url=others_url, http_credentials=USER)
    other.ask(SCHOOL)
    other.page.evaluate("link => { location.href = link }", link)  # in the page that is open
    other.page.locator("#handed button").click()
    turn = other.page.locator(".turn")
    expect(turn.locator(".sentences")).to_contain_text("7月9日")
    expect(turn.locator(".differs")).to_be_visible()
    other.page.reload()
    expect(turn.locator(".differs")).to_be_visible()
    turn.locator("[data-do=edit]").click()
    turn.locator(".editing button[type=submit]").click()
    turn.locator(".actions").wait_for()
    expect(turn.locator(".differs")).to_be_hidden()  # it is the reader's own question now
    other.page.locator("[data-open=conversations]").click()
    expect(other.page.locator(".kept li")).to_have_count(2)  # what was open before is kept


@pytest.mark.parametrize(
    "behind",
    [
        "#ask=",
        "#ask=%00",
        "#ask=eyJ0dXJucyI6W119",  # no questions
        "#ask=eyJ0dXJucyI6W3sicXVlc3Rpb24iOjF9XX0",  # a number
        "#ask=eyJ0dXJucyI6W3sicXVlc3Rpb24i",  # cut short
        "#ask=bnVsbA",  # null
    ],
)
def test_a_link_that_cannot_be_read_is_said(visit, shared_url, behind):
    one = visit()
    one.page.evaluate("behind => { location.hash = behind }", behind)
    expect(one.page.locator("#toast")).to_contain_text("链接不完整")
    assert "#" not in one.page.url
    one.ask(BRIDGE)


def test_what_a_link_says_is_text(visit):
    one = visit()
    one.page.evaluate(
        """() => {
            const turns = [{ question: "<img src=x onerror='window.hurt=1'>", kind: 7, filters: "all" }];
            location.hash = "#ask=" + btoa(JSON.stringify({ turns }));
        }"""
    )
    one.expected.add(400)
    expect(one.page.locator("#handed li")).to_contain_text("<img")
    one.page.locator("#handed button").click()
    expect(one.page.locator(".turn .problem")).to_be_visible()


def test_a_page_of_this_machine_alone_has_no_link_but_a_file(visit, tmp_path: Path):
    one = visit()
    turn = one.ask(BRIDGE)
    expect(turn.locator("[data-do=link]")).to_be_hidden()
    one.page.locator("[data-open=conversations]").click()
    expect(one.page.locator("#conversations [data-do=link]")).to_have_count(0)
    with one.page.expect_download() as download:
        one.page.locator("[data-do=web]").click()
    assert download.value.suggested_filename.endswith(".html")
    saved = tmp_path / "saved.html"
    download.value.save_as(saved)
    alone = one.page.context.browser.new_context(offline=True).new_page()
    alone.goto(saved.as_uri())
    expect(alone.locator("h1")).to_have_text(BRIDGE)
    expect(alone.locator("blockquote").first).to_contain_text("东岸大桥将于6月28日通车。")
    alone.context.close()


def test_questions_that_are_still_tried_are_announced(visit):
    one = visit()
    held = []
    one.page.route("**/page/starters", lambda route: held.append(route))
    one.page.reload()
    status = one.page.locator("#starters .status")
    expect(status).to_contain_text("正在试出")
    expect(one.page.locator("#starters h3")).to_be_hidden()
    held.pop().continue_()
    one.page.locator("#starters .suggestion").first.wait_for()
    expect(status).to_be_hidden()
    expect(one.page.locator("#starters h3")).to_be_visible()


def test_an_opened_article_begins_with_what_it_says(visit_own, page_folder, encoder):
    text = (
        "湿地公园的观鸟屋于5月9日开放。园区共有水面120公顷。去年来鸟86种。游人须走木栈道。"
        "门票20元。早上七点开门。周一闭园。停车场在北门。" + "园中另有许多芦苇。\r" * 60
    )
    index_raw([article("wetland", text, title="湿地公园观鸟屋开放")], page_folder, encoder=encoder)
    one = visit_own()
    turn = one.ask("湿地公园的观鸟屋哪天开放？")
    turn.locator(".cite").first.click()
    lines = one.page.locator("#panel .gist-line")
    expect(lines).to_have_count(3)
    expect(lines.first).to_have_text("湿地公园的观鸟屋于5月9日开放。")
    last = lines.last.inner_text()
    lines.last.click()
    expect(one.page.locator("#panel mark")).to_have_text([last])
    expect(one.page.locator("#panel mark")).to_be_in_viewport()
    expect(one.page.locator("#panel .back")).to_be_hidden()  # it was opened from the answer
    one.page.locator("[data-open=library]").click()
    one.page.locator("#find").fill("湿地公园")
    one.page.keyboard.press("Enter")
    one.page.locator(".library .looked-list .looked").first.click()
    lines.first.click()
    expect(one.page.locator("#panel .back")).to_be_visible()


def test_what_only_tells_looks_otherwise_than_what_warns(visit):
    one = visit()
    told = one.ask("总结一下东岸大桥").locator(".notice").first
    warned = one.ask("1999年5月3日发布的文章里，东岸大桥什么时候通车？").locator(".notice.warns")
    expect(warned).to_contain_text("没有")
    bar = "node => getComputedStyle(node).borderInlineStartWidth"
    assert (told.evaluate(bar), warned.first.evaluate(bar)) == ("0px", "3px")
