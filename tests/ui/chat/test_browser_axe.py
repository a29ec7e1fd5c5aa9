"""axe-core's rules of accessibility, run in the page in each of its states."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import index_raw
from tests.conftest import article
from tests.ui.chat.browser import NO_CHROMIUM, Visit

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    NO_CHROMIUM,
    pytest.mark.skipif(
        not AXE.exists(), reason="axe-core is not installed: npm ci --prefix tests/ui/chat/axe"
    ),
]

BRIDGE = "东岸大桥什么时候通车？"
HANDED = """() => {
    const turns = ["东岸大桥什么时候通车？", "它全长多少？"].map((question) => ({ question }));
    const bytes = new TextEncoder().encode(JSON.stringify({ turns }));
    location.hash = "#ask=" + btoa(String.fromCharCode(...bytes));
}"""


def violations(one: Visit) -> list[str]:
    """Of every rule, each with the first element that it is found on."""
    if not one.page.evaluate("window.axe !== undefined"):
        one.page.evaluate(AXE.read_text("utf-8"))
    found = one.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html']}" for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("locale", "viewport"),
    [
        ("zh-CN", {"width": 1280, "height": 800}),
        ("zh-CN", {"width": 390, "height": 844}),
        ("en-US", {"width": 390, "height": 844}),
        ("en-US", {"width": 820, "height": 1180}),
    ],
)
def test_no_rule_is_violated(visit, scheme, locale, viewport):
    one = visit(color_scheme=scheme, locale=locale, viewport=viewport, reduced_motion="reduce")
    page = one.page
    page.locator(".suggestion").first.wait_for()
    found = {"first visit": violations(one)}
    turn = one.ask(BRIDGE)
    turn.locator(".also summary").click()
    found["answer"] = violations(one)
    for kind in ("总结一下东岸大桥", "东岸大桥和海棠小学对比一下", "库里有哪些文章？"):
        one.ask(kind).locator(".sentence").first.wait_for()
        found[kind] = violations(one)
    one.ask("2019年苏州有多少只企鹅？").locator(".further button").first.wait_for()
    found["refusal"] = violations(one)
    turn.locator(".cite").first.click()
    page.locator("#panel mark").first.wait_for()
    found["article"] = violations(one)
    page.keyboard.press("Escape")
    page.locator("[data-open=library]").click()
    page.locator(".heading").first.wait_for()
    found["library"] = violations(one)
    page.keyboard.press("Escape")
    for name in ("settings", "conversations"):
        page.locator(f"[data-open={name}]").click()
        found[name] = violations(one)
        if name == "conversations":
            page.fill("#find-conversation", "6月28日")
            page.locator(".kept mark").first.wait_for()
            found["search of conversations"] = violations(one)
            page.keyboard.press("Escape")  # the first one empties the field
        page.keyboard.press("Escape")
    turn.locator("[data-do=wrong]").click()
    found["feedback"] = violations(one)
    one.page.keyboard.press("Escape")
    one.page.evaluate(HANDED)
    page.locator("#handed button").wait_for()
    found["questions handed on"] = violations(one)
    assert {state: broken for state, broken in found.items() if broken} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_article_that_begins_with_what_it_says(visit_own, page_folder, encoder, scheme):
    text = "湿地公园的观鸟屋于5月9日开放。" + "园中另有许多芦苇。去年来鸟86种。" * 4
    index_raw([article("wetland", text, title="湿地公园观鸟屋开放")], page_folder, encoder=encoder)
    one = visit_own(color_scheme=scheme, reduced_motion="reduce")
    turn = one.ask("湿地公园的观鸟屋哪天开放？")
    turn.locator(".cite").first.click()
    one.page.locator(".gist-line").first.wait_for()
    assert violations(one) == []
