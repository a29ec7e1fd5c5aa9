"""axe-core's rules of accessibility, run in the page in each of its states."""

from __future__ import annotations

from pathlib import Path

import pytest

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
GRAVE = ("serious", "critical")


def violations(one: Visit) -> list[str]:
    """The grave ones, each with the first element that it is found on."""
    if not one.page.evaluate("window.axe !== undefined"):
        one.page.evaluate(AXE.read_text("utf-8"))
    found = one.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html']}"
        for rule in found
        if rule["impact"] in GRAVE
    ]


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
def test_no_grave_violation(visit, scheme, locale, viewport):
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
    assert {state: grave for state, grave in found.items() if grave} == {}
