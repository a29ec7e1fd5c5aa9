"""The page in a browser wherever it runs: before its models are there, under a proxy's path, in
browsers that end a composition their own way."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from index.errors import JuwenError, Message
from tests.ui.chat.browser import NO_CHROMIUM
from tests.ui.chat.proxies import handing_on, proxied, taking_away
from ui.chat.server import opened

pytestmark = [pytest.mark.browser, NO_CHROMIUM]

expect = pytest.importorskip("playwright.sync_api").expect

BRIDGE = "东岸大桥什么时候通车？"


def test_a_question_asked_while_the_models_load(chromium_visits, page_assistant, page_settings):
    with opened(page_settings) as page:
        one = chromium_visits(url=page.url)
        facts = one.page.locator("#facts")
        expect(facts).to_contain_text("正在加载")
        page.say(Message("Indexing the articles … 3/9", "正在为文章建立索引…… 3/9"))
        expect(facts).to_contain_text("3/9")
        one.page.fill("#question", BRIDGE)
        one.page.keyboard.press("Enter")
        turn = one.page.locator(".turn")
        expect(turn.locator(".status")).to_contain_text("3/9 完成后即回答")
        page.say(Message("Indexing the articles … 4/9", "正在为文章建立索引…… 4/9"))
        expect(turn.locator(".status")).to_contain_text("4/9 完成后即回答")
        one.page.locator("[data-open=library]").click()
        expect(one.page.locator("#toast")).to_contain_text("4/9 完成后即打开")
        page.answer_with(page_assistant)
        expect(one.page.locator("#panel [data-headings]")).to_contain_text("大桥")
        expect(turn.locator(".sentences")).to_contain_text("6月28日")
        one.page.locator("[data-do=new]").click()
        expect(facts).to_contain_text("篇文章")
        one.page.locator(".suggestion").first.wait_for()
        one.page.reload()
        expect(facts).to_contain_text("篇文章")


def test_a_request_that_a_busy_server_drops_is_not_its_end(
    chromium_visits, page_assistant, page_settings
):
    with opened(page_settings) as page:
        one = chromium_visits(url=page.url)
        dropped: list[str] = []

        def drop(route):
            if len(dropped) == 2:
                route.continue_()
            else:
                dropped.append(route.request.url)
                route.abort("connectionreset")

        one.page.route("**/page/ready", drop)
        with one.page.expect_response("**/page/ready"):
            pass  # one that got through again
        page.answer_with(page_assistant)
        expect(one.page.locator("#facts")).to_contain_text("篇文章")
        lost = [said for said in one.wrong if "ERR_CONNECTION_RESET" in said]
        assert len(lost) == len(dropped)
        one.wrong[:] = [said for said in one.wrong if said not in lost]


def test_why_there_will_be_no_answer(chromium_visits, page_settings):
    with opened(page_settings) as page:
        one = chromium_visits(url=page.url, locale="en-US")
        one.expected = {503}
        page.fail(JuwenError("the library is damaged; repair it", "文章库已损坏；请修复"))
        expect(one.page.locator("#facts")).to_contain_text("the library is damaged; repair it")


# The order in which Safari ends a composition: compositionend, then the Enter that ended it.
SAFARI = """field => {
  field.value = "算力";
  field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "算力" }));
  const enter = { key: "Enter", keyCode: 229, which: 229, bubbles: true, cancelable: true };
  return field.dispatchEvent(new KeyboardEvent("keydown", enter));
}"""
CHROME = """field => {
  field.value = "算力";
  field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
  const enter = { key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true };
  return field.dispatchEvent(new KeyboardEvent("keydown", enter));
}"""


@pytest.mark.parametrize("composed", [SAFARI, CHROME])
def test_the_enter_that_ends_a_composition_does_not_ask(visit, composed):
    page = visit().page
    assert page.locator("#question").evaluate(composed)  # the input method keeps its Enter
    assert page.locator("#question").input_value() == "算力"
    assert page.locator(".turn").count() == 0
    page.locator("#question").press("Enter")
    expect(page.locator(".turn .question")).to_have_text("算力")


def test_the_escape_that_ends_a_composition_closes_nothing(visit):
    one = visit()
    one.ask(BRIDGE).locator(".sentence .cite").first.click()
    mark = one.page.locator("#panel mark").first
    expect(mark).to_be_visible()
    one.page.locator("#question").evaluate(CHROME.replace('"Enter"', '"Escape"'))
    expect(mark).to_be_visible()
    one.page.locator("#question").press("Escape")
    expect(mark).not_to_be_visible()


@pytest.mark.parametrize("hand_on", [False, True])
def test_under_a_path_of_a_proxy(chromium_visits, page_assistant, page_settings, tmp_path, hand_on):
    settings = replace(page_settings, root="/team/juwen") if hand_on else page_settings
    with opened(settings) as page:
        page.answer_with(page_assistant)
        passed_on = (handing_on if hand_on else taking_away)("/team/juwen")
        with proxied(urlsplit(page.url).port, passed_on) as proxy:
            one = chromium_visits(url=f"{proxy}/team/juwen/")
            turn = one.ask(BRIDGE)
            turn.locator(".sentence .cite").first.click()
            expect(one.page.locator("#panel mark").first).to_be_visible()
            one.page.locator("[data-open=library]").click()
            file = tmp_path / "电车.txt"
            file.write_text("红桥电车将于8月8日开通。", "utf-8")
            one.page.locator("[data-files]").set_input_files(file)
            expect(one.page.locator(".report")).to_contain_text("新增")
            one.page.locator("[data-open=settings]").click()
            one.page.locator("input[name=language][value=en]").check()
            one.page.locator("#settings button[type=submit]").click()
            expect(one.page.locator("#send")).to_have_text("Ask")
            assert one.page.evaluate("document.cookie") == "juwen_language=en"
            cookies = one.page.context.cookies(f"{proxy}/")
            assert "juwen_language" not in {cookie["name"] for cookie in cookies}
            one.page.goto("about:blank")  # asks no more before the proxy ends


def test_at_its_address_without_a_slash(chromium_visits, page_assistant, page_settings):
    with opened(page_settings) as page:
        page.answer_with(page_assistant)

        def passed_on(path: str) -> str | None:
            return path.removeprefix("/a") or "/" if path.startswith("/a") else None

        with proxied(urlsplit(page.url).port, passed_on, X_Forwarded_Prefix="/a") as proxy:
            one = chromium_visits(url=f"{proxy}/a")
            one.ask(BRIDGE).locator(".sentence .cite").first.click()
            expect(one.page.locator("#panel mark").first).to_be_visible()
            one.page.locator("[data-open=settings]").click()
            one.page.locator("input[name=language][value=en]").check()
            one.page.locator("#settings button[type=submit]").click()
            expect(one.page.locator("#send")).to_have_text("Ask")
            expect(one.page.locator(".turn .question")).to_have_text(BRIDGE)
            one.page.locator(".skip").focus()
            one.page.keyboard.press("Enter")
            expect(one.page.locator("#question")).to_be_focused()
            assert urlsplit(one.page.url).path == "/a/"
            expect(one.page.locator(".turn .question")).to_have_text(BRIDGE)
            kept = one.page.evaluate("Object.keys(localStorage)")
            assert "juwen.conversations@/a/" in kept
            assert "juwen.conversations" not in kept
            one.page.goto("about:blank")
