"""Takes the pictures of the chat page that the README shows: ``make screenshots``.

With a folder as its argument, takes the page in every width, appearance and language, to look at.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from index.build import index_articles
from rag.assistant import Assistant
from rag.suggestions import starters
from ui.chat.server import Settings, opened, serving

IMAGES = Path(__file__).parent / "images"

WIDE = {"width": 1280, "height": 800}
TABLET = {"width": 820, "height": 1180}
NARROW = {"width": 390, "height": 844}

MODEL = "openai:deepseek-chat"

ASKED = {
    "zh-CN": {
        "answer": "机器人周有多少家企业参展？",
        "overview": "总结一下岚江机器人周",
        "comparison": "对比岚江四桥和云坪无人接驳线",
        "list": "哪些企业入选了第三批智能装备供应商？",
        "refusal": "火星上有多少居民？",
    },
    "en-US": {
        "answer": "How many robots were shown at Linjiang Robot Week?",
        "overview": "Summarise Linjiang Robot Week",
        "comparison": "Compare the fourth Lanjiang bridge and the tea-drying startup",
        "list": "Which articles are about bridges?",
        "foreign": "How much is the reward for a municipal green factory?",
        "refusal": "How many people live on Mars?",
    },
}


def main(everything: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Path(folder) / "samples"
        with as_file(files("index") / "samples" / "articles.json") as samples:
            index_articles([samples], library)
        chromium = os.environ.get("JUWEN_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with Assistant.open(library) as assistant:
            assistant.warm_up()
            starters(assistant)
            with serving(assistant, Settings(port=0)) as url:
                if everything is None:
                    take_for_readme(browser, url)
                else:
                    take_everything(browser, url, everything)
        if everything is not None:
            take_loading(browser, everything)
        browser.close()


def take_for_readme(browser: Any, url: str) -> None:
    """Without the seconds, which are those of the machine that takes the pictures."""
    IMAGES.mkdir(exist_ok=True)
    page = visit(browser, url, WIDE, "light", "zh-CN")
    answered(page, ASKED["zh-CN"]["answer"])
    page.locator(".sentence .cite").first.click()
    page.locator("#panel mark").first.wait_for()
    shoot(page, IMAGES / "page-zh.png", hidden=".timing")
    page = visit(browser, url, NARROW, "dark", "en-US")
    answered(page, ASKED["en-US"]["answer"])
    shoot(page, IMAGES / "page-en-narrow.png", hidden=".timing")


def take_everything(browser: Any, url: str, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for locale in ASKED:
        for scheme in ("light", "dark"):
            for size in (WIDE, TABLET, NARROW):
                name = f"{locale[:2]}-{scheme}-{size['width']}"
                take_states(visit(browser, url, size, scheme, locale), ASKED[locale], into, name)


def take_states(page: Any, questions: Mapping[str, str], into: Path, name: str) -> None:
    page.locator(".suggestion").first.wait_for()
    shoot(page, into / f"{name}-first.png")
    for state, question in questions.items():
        answered(page, question)
        shoot(page, into / f"{name}-{state}.png")
        if state == "answer":
            page.locator(".sentence .cite").first.click()
            page.locator("#panel mark").first.wait_for()
            shoot(page, into / f"{name}-article.png")
            page.keyboard.press("Escape")
    page.locator(".turn:last-child .further button").first.wait_for()
    page.locator("[data-open=library]").click()
    page.locator(".heading").first.wait_for()
    shoot(page, into / f"{name}-library.png")
    page.keyboard.press("Escape")
    page.locator("[data-open=conversations]").click()
    page.fill("#find-conversation", "216")
    shoot(page, into / f"{name}-conversations.png")
    page.locator("#conversations .close").click()
    page.locator("[data-open=settings]").click()
    shoot(page, into / f"{name}-settings.png")


def take_loading(browser: Any, into: Path) -> None:
    """The page before its models are there; its settings name the one that is going to answer."""
    with opened(Settings(port=0, models=(MODEL,))) as page:
        for locale in ASKED:
            seen = visit(browser, page.url, WIDE, "light", locale)
            shoot(seen, into / f"{locale[:2]}-loading.png")
            seen.locator("[data-open=settings]").click()
            shoot(seen, into / f"{locale[:2]}-model.png")


def visit(browser: Any, url: str, size: dict[str, int], scheme: str, locale: str) -> Any:
    context = browser.new_context(
        viewport=size,
        color_scheme=scheme,
        locale=locale,
        reduced_motion="reduce",
        device_scale_factor=1 if size is WIDE else 2,
    )
    context.set_default_timeout(600_000)
    page = context.new_page()
    page.goto(url)
    return page


def answered(page: Any, question: str) -> None:
    count = page.locator(".turn").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(count).locator(".actions").wait_for()


def shoot(page: Any, path: Path, hidden: str = "") -> None:
    """Take a picture; what ``hidden`` selects is left out, its place stays."""
    if hidden:
        hide = "all => all.forEach(one => (one.style.visibility = 'hidden'))"
        page.locator(hidden).evaluate_all(hide)
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
