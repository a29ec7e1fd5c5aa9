"""The page in a real browser. ``make test-browser`` runs these; each fails on any script error,
error message, failed request, and on any request to another host."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from index.build import index_raw
from rag.assistant import Assistant
from rag.events import Event, Text
from rag.generation.servers import local_servers
from tests.conftest import article
from tests.rag.generation.protocols import Reply, scripted_server
from tests.ui.chat.browser import NO_CHROMIUM, Visit
from tests.ui.chat.conftest import visitors
from tests.ui.conftest import write_export
from ui.chat.server import Settings, serving

pytestmark = [pytest.mark.browser, NO_CHROMIUM]

expect = pytest.importorskip("playwright.sync_api").expect

BRIDGE = "东岸大桥什么时候通车？"
LIGHTHOUSE = "松林港的灯塔高多少米？"
FERRY = "How much do night ferry tickets to Qingyu cost?"


def test_a_first_visit_shows_what_can_be_asked(visit):
    page = visit().page
    expect(page.locator("h2.welcome-title")).to_have_text("向文章提问。")
    starter = page.locator(".suggestion").first
    starter.wait_for()
    question = starter.inner_text()
    starter.click()
    page.locator(".actions").wait_for()
    expect(page.locator(".question").first).to_have_text(question)
    assert page.locator(".sentence.supported").count() >= 1
    assert page.locator("#welcome").is_hidden()


def test_what_cannot_be_asked_is_said(visit):
    one = visit()
    one.expected.add(400)
    wrong = json.dumps({"question": "谁" * 2001, "chinese": True})
    one.page.route("**/page/ask", lambda route: route.continue_(post_data=wrong))
    one.page.fill("#question", BRIDGE)
    one.page.keyboard.press("Enter")
    expect(one.page.locator(".turn").last).to_contain_text("最多 2,000 个；请缩短")


def test_a_citation_leads_to_the_marked_sentence(visit):
    one = visit()
    turn = one.ask(BRIDGE)
    expect(turn.locator(".sentence").first).to_contain_text("东岸大桥将于6月28日通车。")
    expect(turn.locator(".label").first).to_have_text("✓回答")
    cite = turn.locator(".sentence .cite").first
    cite.hover()
    expect(one.page.locator("#bubble")).to_contain_text("东岸大桥将于6月28日通车。")
    cite.click()
    mark = one.page.locator("#panel mark").first
    expect(mark).to_be_visible()
    expect(mark).to_be_in_viewport()
    assert "6月28日" in "".join(one.page.locator("#panel mark").all_inner_texts())
    expect(one.page.locator("#panel-title")).to_be_focused()
    expect(one.page.locator(".original")).to_have_attribute("href", "https://example.com/bridge")
    one.page.keyboard.press("Escape")
    expect(one.page.locator("#panel")).to_be_hidden()
    expect(cite).to_be_focused()


def test_an_english_visitor(visit):
    one = visit(locale="en-US")
    expect(one.page.locator("#send")).to_have_text("Ask")
    turn = one.ask(FERRY)
    expect(turn.locator(".sentences")).to_contain_text("45 yuan")
    expect(turn.locator(".label").first).to_have_text("✓answers")
    assert one.page.locator("html").get_attribute("lang") == "en"


def test_hostile_articles_do_nothing(visit):
    one = visit()
    turn = one.ask(LIGHTHOUSE)
    expect(turn.locator(".sentences")).to_contain_text("46")
    turn.locator(".cite").first.click()
    text = one.page.locator("#panel-body")
    expect(text).to_contain_text("<script>window.hurt=1</script>")
    expect(text).to_contain_text("javascript:window.hurt=1")
    expect(text).to_contain_text("{{ 7*7 }}")
    assert one.page.locator("#panel-body a").count() == 0
    for tag in ("img", "script", "svg", "b"):
        assert one.page.locator(f"#panel-body .reader {tag}").count() == 0
    one.page.locator("[data-open=library]").click()
    one.page.locator(".heading").first.wait_for()
    expect(one.page.locator("#panel-body")).to_contain_text("<svg onload=window.hurt=1>")


def test_a_hostile_question_does_nothing(visit):
    one = visit()
    asked = '<img src=x onerror="window.hurt=1">东岸大桥什么时候通车？</textarea><script>window.hurt=1</script>'
    turn = one.ask(asked)
    expect(turn.locator(".question")).to_have_text(asked)
    one.page.reload()
    expect(one.page.locator(".question")).to_have_text(asked)
    one.page.locator("[data-open=conversations]").click()
    expect(one.page.locator(".kept-title")).to_have_text(asked)


def test_a_reload_keeps_the_conversation(visit):
    one = visit()
    one.ask(BRIDGE)
    one.ask("海棠小学今年招收多少名新生？")
    one.page.reload()
    turn = one.page.locator(".turn").nth(1)
    turn.locator(".actions").wait_for()
    expect(turn.locator(".sentences")).to_contain_text("240")
    turn.locator(".cite").first.click()
    expect(one.page.locator("#panel mark").first).to_be_visible()


def test_a_follow_up_is_understood_and_can_be_taken_alone(visit):
    one = visit()
    one.ask("海棠小学今年招收多少名新生？")
    turn = one.ask("它的校长叫什么？")
    expect(turn.locator(".sentences")).to_contain_text("温如玉")
    chip = turn.locator(".chip", has_text="检索问题")
    expect(chip).to_contain_text("海棠小学")
    chip.locator(".chip-drop").click()
    expect(turn.locator(".chip", has_text="检索问题")).to_have_count(0)
    turn.locator(".actions").wait_for()
    assert one.page.locator(".turn").count() == 2


def test_an_overview_stands_under_its_stories_and_can_be_asked_as_one_question(visit):
    one = visit()
    turn = one.ask("总结一下东岸大桥")
    expect(turn.locator(".part-heading").first).to_contain_text("东岸大桥月底通车")
    expect(turn.locator(".notice")).to_contain_text("篇文章与此有关")
    assert turn.locator(".sentences .label").count() == 0
    chip = turn.locator(".chip", has_text="按此回答")
    expect(chip).to_contain_text("综述")
    chip.locator(".chip-drop").click()
    expect(turn.locator(".chip", has_text="按此回答")).to_have_count(0)
    expect(turn.locator(".part-heading")).to_have_count(0)


def test_a_comparison_is_a_table(visit):
    one = visit()
    turn = one.ask("东岸大桥和海棠小学对比一下")
    expect(turn.locator("table.sides th")).to_have_text(["东岸大桥", "海棠小学"])
    turn.locator("table.sides .cite").first.click()
    expect(one.page.locator("#panel-title")).to_be_focused()


def test_the_library_is_told_of_with_its_titles(visit):
    one = visit()
    turn = one.ask("库里有哪些文章？")
    expect(turn.locator(".sentence").first).to_contain_text("文章库共有")
    assert turn.locator(".sentences .cite").count() >= 2


def test_thanks_are_answered_with_a_sentence_and_no_article(visit):
    one = visit()
    turn = one.ask("谢谢")
    expect(turn.locator(".refusal-lead")).to_contain_text("不客气")
    assert turn.locator(".looked, .sources").count() == 0


def test_a_chip_can_be_taken_away(visit):
    one = visit()
    turn = one.ask("6月20日发布的文章里，大桥什么时候通车？")
    chip = turn.locator(".chip", has_text="发布时间")
    expect(chip).to_contain_text("2025-06-20")
    chip.locator(".chip-drop").click()
    expect(turn.locator(".chip", has_text="发布时间")).to_have_count(0)
    turn.locator(".actions").wait_for()
    expect(turn.locator(".sentences")).to_contain_text("6月28日")


def test_a_wish_for_articles_in_a_language_can_be_taken_away(visit):
    one = visit()
    turn = one.ask("英文文章里东岸大桥什么时候通车？")
    chip = turn.locator(".chip", has_text="文章语言")
    expect(chip).to_contain_text("英文")
    chip.locator(".chip-drop").click()
    expect(turn.locator(".sentences")).to_contain_text("6月28日")
    expect(turn.locator(".chip")).to_have_count(0)


def test_a_question_that_is_edited_is_read_anew(visit):
    one = visit()
    turn = one.ask("6月20日发布的文章里，大桥什么时候通车？")
    turn.locator(".chip-drop").click()
    turn.locator(".chip").wait_for(state="detached")
    turn.locator("[data-do=edit]").click()
    turn.locator(".editing textarea").fill("6月28日发布的文章里，青岩水库第二期工程什么时候开工？")
    turn.locator(".editing button[type=submit]").click()
    expect(turn.locator(".chip", has_text="发布时间")).to_contain_text("2025-06-28")
    expect(turn.locator(".sentences")).to_contain_text("9月12日")


def test_the_language_and_the_appearance_can_be_chosen(visit):
    one = visit(color_scheme="light")
    one.ask(BRIDGE)
    light = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    one.page.locator("[data-open=settings]").click()
    one.page.locator("input[name=theme][value=dark]").check()
    dark = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    one.page.locator("input[name=language][value=en]").check()
    one.page.locator("#settings button[type=submit]").click()
    expect(one.page.locator("html")).to_have_attribute("lang", "en")
    expect(one.page.locator(".label").first).to_have_text("✓answers")
    assert one.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    one.page.reload()
    expect(one.page.locator("#send")).to_have_text("Ask")


class Slow:
    """An assistant that writes like a chat model: letter by letter, then checked."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.library = assistant.library
        self.chat_model = SimpleNamespace(name="test:model")
        self._letters = threading.Semaphore(0)
        self.ended = threading.Event()
        self.answerers: list[object] = []

    def write(self, letters: int = 1000) -> None:
        """Let it write so many letters more."""
        self._letters.release(letters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.assistant, name)

    def stream(self, *asked: Any, answerer: object = None, **options: Any) -> Iterator[Event]:
        self.answerers.append(answerer)
        try:
            for event in self.assistant.stream(*asked, **options):
                if isinstance(event, Text):
                    for letter in event.text:
                        self._letters.acquire(timeout=20)
                        yield Text(letter)
                else:
                    yield event
        finally:
            self.ended.set()


@pytest.fixture
def slow(
    page_assistant: Assistant, page_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Slow, str]]:
    monkeypatch.setattr("ui.chat.converse._SECONDS_BETWEEN_DRAFTS", 0)  # every letter is drawn
    assistant = Slow(page_assistant)
    with serving(assistant, page_settings) as url:
        yield assistant, url.rstrip("/")
    assistant.write()


def test_only_the_ticked_articles_are_asked(visit):
    one = visit()
    page = one.page
    page.locator("[data-open=library]").click()
    school = page.locator("[data-tick=school]")
    school.check()
    page.locator("[data-tick=later]").check()
    expect(page.locator("#scope")).to_contain_text("2 篇文章")
    expect(page.locator(".heading")).to_have_count(7)
    page.locator("[data-tick=later]").uncheck()
    expect(page.locator("#scope")).to_contain_text("海棠小学")
    turn = one.ask("东岸大桥什么时候通车？")
    expect(turn.locator(".chip", has_text="文章")).to_be_visible()
    assert "6月28日" not in turn.inner_text()
    page.locator("#scope .chip-drop").click()
    expect(school).not_to_be_checked()


def test_an_opened_article_can_be_asked_alone(visit):
    one = visit()
    page = one.page
    turn = one.ask("海棠小学今年招收多少名新生？")
    turn.locator(".sentence .cite").first.click()
    only = page.get_by_label("只问这一篇")
    only.check()
    expect(page.locator("#scope")).to_contain_text("海棠小学")
    turn = one.ask(BRIDGE)
    expect(turn.locator(".chip", has_text="文章")).to_be_visible()
    assert "6月28日" not in turn.inner_text()
    page.locator("#scope .chip-drop").click()
    expect(only).not_to_be_checked()


CONTROLS = {
    "button", "checkbox", "combobox", "dialog", "link", "radio", "searchbox", "spinbutton", "textbox"
}  # fmt: skip
"""Roles of what a reader can use or is in."""


def unnamed(page) -> list[str]:
    """The controls that a screen reader would read without a name."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [
        node["role"]["value"]
        for node in tree["nodes"]
        if not node["ignored"]
        and node["role"]["value"] in CONTROLS
        and not node.get("name", {}).get("value", "").strip()
    ]


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_every_control_has_a_name(visit, locale):
    one = visit(locale=locale)
    page = one.page
    page.locator(".suggestion").first.wait_for()
    found = {"first visit": unnamed(page)}
    turn = one.ask(BRIDGE)
    turn.locator(".further .suggestion").first.wait_for()
    turn.locator("[data-do=edit]").click()
    found["answer"] = unnamed(page)
    turn.locator("[data-do=cancel-edit]").click()
    one.ask("2019年苏州有多少只企鹅？")
    found["refusal"] = unnamed(page)
    turn.locator(".sentence .cite").first.click()
    page.locator("#panel mark").first.wait_for()
    found["article"] = unnamed(page)
    page.locator("[data-open=library]").click()
    page.locator(".heading").first.wait_for()
    found["library"] = unnamed(page)
    for name in ("settings", "model", "conversations"):
        page.locator(f"[data-open={name}]:visible").first.click()
        found[name] = unnamed(page)
        if name != "settings":
            page.keyboard.press("Escape")
    turn.locator("[data-do=wrong]").click()
    found["feedback"] = unnamed(page)
    assert {state: roles for state, roles in found.items() if roles} == {}


@pytest.mark.parametrize(("width", "beside"), [(820, True), (390, False)])
def test_an_article_beside_its_answer(visit, width, beside):
    one = visit(viewport={"width": width, "height": 800})
    turn = one.ask(BRIDGE)
    turn.locator(".sentence .cite").first.click()
    panel = one.page.locator("#panel")
    expect(panel).to_be_visible()
    answer, article = turn.locator(".short").bounding_box(), panel.bounding_box()
    assert (answer["x"] + answer["width"] <= article["x"]) is beside
    for name in ("library", "conversations", "settings"):
        label = one.page.locator(f"[data-open={name}] span").bounding_box()
        assert label["width"] > 10
    expect(panel.locator("code")).to_have_text("bridge")


def test_the_title_of_an_article_stays_in_sight(visit_own, page_folder, encoder):
    text = "".join(f"第{n}段写的是湿地公园的第{n}处水面。\r" for n in range(120))
    long = article("wetland", text + "湿地公园的观鸟屋于5月9日开放。", title="湿地公园见闻")
    index_raw([long], page_folder, encoder=encoder)
    one = visit_own(viewport={"width": 1000, "height": 700})
    turn = one.ask("湿地公园的观鸟屋哪天开放？")
    turn.locator(".cite", has_text="[1]").first.click()
    title = one.page.locator("#panel-title")
    expect(one.page.locator("#panel mark").first).to_be_in_viewport()
    expect(title).to_be_in_viewport()


def test_an_answer_is_seen_to_form(visit, slow):
    assistant, url = slow
    one = visit(url=url)
    page = one.page
    page.fill("#question", BRIDGE)
    page.keyboard.press("Enter")
    expect(page.locator(".found .looked-title").first).to_have_text("东岸大桥月底通车")
    for length in range(1, 6):
        assistant.write(1)
        expect(page.locator(".draft .said")).to_have_text("东岸大桥将于6月28日通车。"[:length])
    expect(page.locator("#stop")).to_be_visible()
    assistant.write()
    page.locator(".actions").wait_for()
    expect(page.locator(".sentence .label").first).to_have_text("✓回答")
    expect(page.locator("#live")).to_contain_text("东岸大桥将于6月28日通车。")
    expect(page.locator("#stop")).to_be_hidden()


def test_an_answer_can_be_stopped(visit, slow):
    assistant, url = slow
    one = visit(url=url)
    page = one.page
    page.fill("#question", BRIDGE)
    page.keyboard.press("Enter")
    assistant.write(1)
    page.locator(".draft").wait_for()
    page.locator("#stop").click()
    expect(page.locator("#turns .status")).to_have_text("已停止。")
    expect(page.locator("#send")).to_be_visible()
    assistant.write()
    assert assistant.ended.wait(10)
    page.locator("[data-do=retry]").click()
    page.locator(".actions [data-do=right]").wait_for()
    expect(page.locator(".sentences")).to_contain_text("6月28日")


def test_a_question_asked_while_another_is_answered_comes_next(visit, slow):
    assistant, url = slow
    page = visit(url=url).page
    page.fill("#question", "海棠小学今年招收多少名新生？")
    page.keyboard.press("Enter")
    assistant.write(1)
    page.locator(".draft").wait_for()
    expect(page.locator("#send")).to_be_hidden()
    page.fill("#question", "它的校长叫什么？")
    page.locator("#send").click()
    second = page.locator(".turn").nth(1)
    expect(second.locator(".status")).to_have_text("上一个回答完成后即提问。")
    assert len(assistant.answerers) == 1
    assistant.write()
    expect(second.locator(".sentences")).to_contain_text("温如玉")  # read with the answer before it
    expect(page.locator(".turn").first.locator(".sentences")).to_contain_text("240")
    expect(page.locator("#stop")).to_be_hidden()


def test_what_waits_is_stopped_with_what_is_answered(visit, slow):
    assistant, url = slow
    page = visit(url=url).page
    for question in (BRIDGE, "海棠小学今年招收多少名新生？"):
        page.fill("#question", question)
        page.keyboard.press("Enter")
    second = page.locator(".turn").nth(1)
    expect(second.locator(".status")).to_have_text("上一个回答完成后即提问。")
    page.locator("#stop").click()
    expect(page.locator("#turns .status")).to_have_text(["已停止。", "已停止。"])
    assistant.write()
    assert assistant.ended.wait(10)
    page.reload()
    second.locator("[data-do=retry]").click()
    expect(second.locator(".sentences")).to_contain_text("240")


def test_the_answerer_can_be_chosen_where_there_is_a_chat_model(visit, slow):
    assistant, url = slow
    assistant.write()
    one = visit(url=url)
    one.page.locator("[data-open=settings]").click()
    model = one.page.locator("input[name=answerer][value='test:model']")
    expect(model).to_be_checked()
    for answerer in ("extractive", "test:model"):
        one.page.locator(f"input[name=answerer][value='{answerer}']").check()
        one.page.locator("#settings button[type=submit]").click()
        one.ask(BRIDGE)
        assert assistant.answerers[-1] == answerer
        one.page.locator("[data-open=settings]").click()


def test_a_new_reader_connects_a_model_of_this_machine_and_compares(
    chromium, page_assistant, page_settings, tmp_path, monkeypatch
):
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("JUWEN_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.delenv("JUWEN_CHAT_MODEL", raising=False)
    with scripted_server() as model, serving(page_assistant, page_settings) as url:
        model.replies = [Reply("<think>看引文。</think>东岸大桥将于6月28日通车。[1]")]
        port = int(model.url.rpartition(":")[2])
        monkeypatch.setattr(
            "ui.chat.connecting.local_servers", lambda: local_servers({port: "llama.cpp"})
        )
        with visitors(chromium, url) as opened:
            page = opened().page
            page.locator("[data-open=settings]").click()
            page.locator("[data-open=model]").click()
            page.locator("#model-found button").click()
            expect(page.locator("#model-listed")).to_have_value("small")
            page.locator("[data-model=try]").click()
            expect(page.locator("#model-said")).to_contain_text("6月28日通车。[1]")
            expect(page.locator("#model-said")).to_contain_text("秒")
            page.locator("[data-model=save]").click()
            expect(page.locator("#model-now")).to_contain_text("openai:small")
            page.locator("#model button[value=close]").click()
            expect(page.locator("#answerer")).to_have_value("openai:small")
            page.fill("#question", BRIDGE)
            page.keyboard.press("Enter")
            page.locator(".actions").wait_for()
            expect(page.locator("[data-slot=answer]")).to_contain_text("openai:small")
            page.locator("[data-do=beside]").click()
            expect(page.locator(".beside .short, .beside .sentence").first).to_be_visible()
            expect(page.locator(".beside")).to_contain_text("回答")
            page.locator("[data-do=beside]").click()
            expect(page.locator(".beside")).to_have_count(0)
            page.select_option("#answerer", "extractive")
            page.fill("#question", BRIDGE)
            page.keyboard.press("Enter")
            page.locator(".actions").nth(1).wait_for()
            assert len(model.asked) == 2


def test_the_number_of_sources_limits_what_is_cited(visit):
    one = visit()
    one.page.locator("[data-open=settings]").click()
    one.page.locator("input[name=strictness][value=open]").check()
    one.page.locator("#settings button[type=submit]").click()
    turn = one.ask("青岩水库开工的日期和东岸大桥通车的日期")  # one question, told by two articles
    expect(turn.locator(".source")).to_have_count(2)
    one.page.locator("[data-open=settings]").click()
    one.page.locator("select[name=sources]").select_option("1")
    one.page.locator("#settings button[type=submit]").click()
    turn.locator("[data-do=retry]").click()
    expect(turn.locator(".source")).to_have_count(1)
    turn.locator(".actions").wait_for()


def test_an_answer_is_followed_by_questions_that_its_articles_answer(visit):
    one = visit()
    first = one.ask(BRIDGE)
    further = first.locator(".further")
    expect(further.locator("h3")).to_have_text("接着可以问")
    questions = further.locator(".suggestion").all_inner_texts()
    assert 1 <= len(questions) <= 3
    assert BRIDGE not in questions
    one.page.reload()
    further.locator(".suggestion").first.click()
    second = one.page.locator(".turn").nth(1)
    second.locator(".actions").wait_for()
    expect(second.locator(".question")).to_have_text(questions[0])
    assert second.locator(".sentence.supported").count() >= 1
    expect(further).to_be_hidden()


def test_questions_to_go_on_with_hold_up_no_question(visit):
    one = visit()
    held = []
    one.page.route("**/page/further", lambda route: held.append(route))
    one.ask("2019年苏州有多少只企鹅？")
    expect(one.page.locator("#stop")).to_be_hidden()
    one.ask(BRIDGE)
    expect(one.page.locator(".turn").nth(1).locator(".sentences")).to_contain_text("6月28日")
    assert len(held) == 2
    for route in held:
        route.continue_()
    expect(one.page.locator(".turn").nth(1).locator(".further")).to_be_visible()


def test_a_refusal_looks_like_an_answer(visit):
    one = visit()
    turn = one.ask("2019年苏州有多少只企鹅？")
    expect(turn.locator(".refusal-lead")).to_contain_text("没有能回答这个问题")
    expect(turn.locator(".refusal .looked")).not_to_have_count(0)
    assert turn.locator(".problem").count() == 0
    suggestion = turn.locator(".suggestion").first
    suggestion.wait_for()
    suggestion.click()
    answered = one.page.locator(".turn").nth(1)
    answered.locator(".actions").wait_for()
    assert answered.locator(".sentence").count() >= 1
    turn.locator(".refusal .looked").first.click()
    expect(one.page.locator("#panel .reader-title")).to_be_visible()


def test_files_can_be_added_while_the_chat_goes_on(visit_own, tmp_path: Path):
    one = visit_own()
    added = article("tram", "红桥电车将于8月8日开通。", title="红桥电车开通", time="2025/6/30")
    good = write_export(tmp_path / "新的.json", [added])
    bad = tmp_path / "坏的.json"
    bad.write_text("[{", "utf-8")
    one.page.locator("[data-open=library]").click()
    one.page.locator("[data-files]").set_input_files([good, bad])
    expect(one.page.locator(".job", has_text="新的.json").locator(".report")).to_contain_text(
        "1 篇新增"
    )
    problem = one.page.locator(".job", has_text="坏的.json").locator(".problems, .problem")
    expect(problem).to_contain_text("'坏的.json' 不是有效的 JSON")
    expect(one.page.locator(".library-facts")).to_contain_text("8 篇文章")
    turn = one.ask("红桥电车什么时候开通？")
    expect(turn.locator(".sentences")).to_contain_text("8月8日")


def test_files_can_be_dropped_anywhere(visit_own):
    one = visit_own()
    dropped = one.page.evaluate_handle(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["绿岛公园10月1日开园。"], "公园.txt"));
            return files;
        }"""
    )
    one.page.dispatch_event("#question", "drop", {"dataTransfer": dropped})
    expect(one.page.locator(".job .report")).to_contain_text("1 篇新增")
    expect(one.page.locator(".library-facts")).to_contain_text("8 篇文章")


def test_a_search_of_the_library_can_be_taken_back(visit):
    page = visit().page
    page.locator("[data-open=library]").click()
    expect(page.locator(".heading")).to_have_count(7)
    page.fill("#find", "灯塔")
    page.keyboard.press("Enter")
    expect(page.locator(".library .looked-list .looked").first).to_contain_text("松林港灯塔")
    page.fill("#find", "")
    expect(page.locator(".heading")).to_have_count(7)


def test_a_conversation_with_a_long_question_fits_its_dialog(visit):
    one = visit(viewport={"width": 390, "height": 844})
    one.ask(BRIDGE + "请说得详细一些，" * 12)
    one.page.locator("[data-open=conversations]").click()
    expect(one.page.locator(".kept .remove")).to_be_in_viewport(ratio=1)
    sheet = one.page.locator("#conversations .sheet")
    assert sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")


def test_the_title_of_a_source_opens_it(visit):
    one = visit()
    turn = one.ask(BRIDGE)
    turn.locator(".source-title").first.click()
    expect(one.page.locator("#panel mark").first).to_be_in_viewport()


def test_two_tabs_keep_both_conversations(visit):
    one = visit()
    one.ask(BRIDGE)
    tab = Visit(one.page.context.new_page(), one.url)
    tab.page.goto(one.url)
    expect(tab.page.locator(".turn")).to_have_count(0)
    tab.ask("海棠小学今年招收多少名新生？")
    one.ask("大桥总投资多少？")
    one.page.reload()
    expect(one.page.locator(".turn")).to_have_count(2)
    one.page.locator("[data-open=conversations]").click()
    expect(one.page.locator(".kept-title")).to_have_count(2)


def test_a_conversation_opened_in_two_tabs_loses_no_turn(visit):
    one = visit()
    one.ask(BRIDGE)
    tab = Visit(one.page.context.new_page(), one.url)
    tab.page.goto(one.url)
    tab.page.locator("[data-open=conversations]").click()
    tab.page.locator(".kept-open").click()
    expect(tab.page.locator(".turn")).to_have_count(1)
    one.ask("大桥总投资多少？")
    expect(tab.page.locator(".turn")).to_have_count(2)  # what the other tab was answered
    tab.page.locator("[data-open=conversations]").click()
    tab.page.locator(".kept-open").click()
    one.page.reload()
    expect(one.page.locator(".turn")).to_have_count(2)


def test_a_server_that_cannot_be_reached_is_said_in_the_readers_language(visit):
    one = visit()
    one.page.route("**/page/library", lambda route: route.abort("connectionrefused"))
    one.page.locator("[data-open=library]").click()
    expect(one.page.locator("#toast")).to_contain_text("无法连接服务器")
    one.page.unroute("**/page/library")
    one.page.route("**/page/library", lambda route: route.fulfill(status=502, body="bad gateway"))
    one.page.locator("[data-open=library]").click()
    expect(one.page.locator("#toast")).to_contain_text("(502)")
    one.wrong.clear()


def test_what_the_browser_does_not_let_be_copied_is_not_called_copied(visit):
    one = visit()
    turn = one.ask(BRIDGE)
    one.page.evaluate("() => { delete window.ClipboardItem; document.execCommand = () => false; }")
    turn.locator("[data-do=copy]").click()
    expect(one.page.locator("#toast")).to_contain_text("浏览器不允许")


def test_a_file_of_another_kind_is_refused(visit, tmp_path: Path):
    one = visit()
    one.expected.add(422)
    program = tmp_path / "程序.exe"
    program.write_bytes(b"MZ")
    one.page.locator("[data-open=library]").click()
    one.page.locator("[data-files]").set_input_files(program)
    expect(one.page.locator(".job .problem")).to_contain_text("无法读取 '程序.exe' 这类文件")


def test_an_article_can_be_removed(visit_own):
    one = visit_own()
    one.page.locator("[data-open=library]").click()
    item = one.page.locator(".heading", has_text="海棠小学招生")
    item.locator(".remove").click()
    sure = item.locator(".remove", has_text="确定移除？")
    expect(sure).to_have_accessible_name("确定移除？ 海棠小学招生")
    item.locator("[data-tick]").check()
    expect(one.page.locator("#scope .chip")).to_have_count(1)
    sure.click()
    expect(item).to_have_count(0)
    expect(one.page.locator("#scope .chip")).to_have_count(0)  # it would limit questions to nothing
    expect(one.page.locator(".heading .looked:focus")).to_have_count(1)
    expect(one.page.locator(".library-facts")).to_contain_text("6 篇文章")
    one.page.reload()
    one.page.locator("[data-open=library]").click()
    expect(one.page.locator(".library-facts")).to_contain_text("6 篇文章")


def test_feedback_is_kept_in_the_library(visit_own, page_folder: Path):
    one = visit_own()
    turn = one.ask(BRIDGE)
    turn.locator("[data-do=wrong]").click()
    form = one.page.locator("#feedback")
    form.locator("input[value=source]").check()
    form.locator("select[name=article]").select_option(label="海棠小学招生 · 2025-05-08")
    form.locator("textarea").fill("240名")
    form.locator("button[value=send]").click()
    expect(one.page.locator("#toast")).to_contain_text("已保存")
    expect(turn.locator("[data-do=wrong]")).to_have_attribute("aria-pressed", "true")
    [line] = (page_folder / "feedback.jsonl").read_text("utf-8").splitlines()
    kept = json.loads(line)
    assert kept["question"] == BRIDGE
    assert kept["verdict"] == "wrong"
    assert kept["article_ids"] == ["school"]
    assert kept["right_answer"] == "240名"
    one.ask("2019年苏州有多少只企鹅？").locator("[data-do=wrong]").click()
    expect(form.locator("input[value=wrongly_refused]")).to_be_checked()
    form.locator("input[name=article_id]").fill("海棠小学招生")
    form.locator("button[value=send]").click()
    expect(one.page.locator(".turn").last.locator("[aria-pressed=true]")).to_have_count(1)
    kept = json.loads((page_folder / "feedback.jsonl").read_text("utf-8").splitlines()[-1])
    assert (kept["verdict"], kept["reason"]) == ("wrong", "wrongly_refused")
    assert kept["article_ids"] == ["school"]


def test_a_bar_limits_the_dates(visit):
    one = visit()
    one.page.locator("[data-open=library]").click()
    one.page.locator(".bar:not(:disabled)").first.click()
    expect(one.page.locator("#scope")).to_contain_text("2025-03-31 – 2025-04-06")
    expect(one.page.locator(".heading")).to_have_count(1)
    turn = one.ask("工厂年产多少台机器人？")
    expect(turn.locator(".chip", has_text="发布时间")).to_contain_text("2025-03-31 – 2025-04-06")
    one.page.locator("#scope .chip-drop").click()
    expect(one.page.locator("#scope")).to_be_hidden()


def test_on_a_phone(visit):
    one = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    turn = one.ask(BRIDGE)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 390
    turn.locator(".cite").first.tap()
    expect(one.page.locator("#panel mark").first).to_be_in_viewport()
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 390
    one.page.locator("#panel .close").tap()
    expect(one.page.locator("#panel")).to_be_hidden()


def tab_to(page: Any, selector: str, key: str = "Tab") -> None:
    """Go on with the keyboard until something has the focus; all on the way shows that it has it."""
    for _ in range(60):
        page.keyboard.press(key)
        style = page.evaluate(
            """() => {
                const one = document.activeElement;
                const seen = one.matches("textarea") ? one.closest("form") : one;
                const { outlineStyle, boxShadow } = getComputedStyle(seen);
                return one === document.body ? "" : outlineStyle + " " + boxShadow;
            }"""
        )
        assert not style.endswith(" none") or not style.startswith("none"), selector
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no {selector} by {key}")


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_a_whole_conversation_by_keyboard_alone(visit, locale):
    one = visit(locale=locale)
    page, press = one.page, one.page.keyboard.press
    press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    press("Enter")
    page.keyboard.type(BRIDGE)
    press("Enter")
    page.locator(".actions").wait_for()
    expect(page.locator("#question")).to_be_focused()  # to go on asking
    tab_to(page, ".sentence .cite", "Shift+Tab")
    press("Enter")
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    expect(page.locator("#panel-title")).to_be_focused()
    tab_to(page, ".original")
    press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('.sentence .cite')")
    press("Enter")
    expect(page.locator("#panel")).to_be_visible()
    tab_to(page, "#panel .close", "Shift+Tab")
    press("Enter")
    assert page.evaluate("document.activeElement.matches('.sentence .cite')")
    tab_to(page, "[data-do=edit]")
    press("Enter")
    expect(page.locator(".editing textarea")).to_be_focused()
    press("Control+A")
    page.keyboard.type("海棠小学今年招收多少名新生？")
    press("Enter")
    expect(page.locator(".turn .sentences")).to_contain_text("240")
    tab_to(page, "#question")
    page.keyboard.type("它的校长叫什么？")
    press("Enter")
    expect(page.locator(".turn").nth(1).locator(".sentences")).to_contain_text("温如玉")
    tab_to(page, "[data-open=library]", "Shift+Tab")
    press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    tab_to(page, "#find")
    page.keyboard.type("灯塔")
    press("Enter")
    expect(page.locator(".library .looked-list .looked").first).to_contain_text("松林港灯塔")
    press("Escape")
    expect(page.locator("[data-open=library]")).to_be_focused()
    tab_to(page, "[data-do=new]")
    press("Enter")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#question")).to_be_focused()
    tab_to(page, "[data-open=conversations]", "Shift+Tab")
    press("Enter")
    expect(page.locator("#find-conversation")).to_be_focused()
    press("ArrowDown")
    expect(page.locator(".kept-open").first).to_be_focused()
    press("Enter")
    expect(page.locator(".turn")).to_have_count(2)


def test_conversations_are_found_by_title_and_text(visit):
    one = visit()
    page = one.page
    told = page.locator("#kept-told")
    page.locator("[data-open=conversations]").click()
    expect(told).to_have_text("还没有对话。")
    page.keyboard.press("Escape")
    one.ask(BRIDGE)
    one.ask("海棠小学今年招收多少名新生？")
    page.locator("[data-do=new]").click()
    one.ask(FERRY)
    page.locator("[data-open=conversations]").click()
    search, found = page.locator("#find-conversation"), page.locator(".kept-open")
    expect(found).to_have_count(2)
    search.fill("大桥")
    expect(found).to_have_count(1)
    expect(found.locator(".kept-title mark")).to_have_text("大桥")
    search.fill("２４０")  # in an answer, in other width
    expect(found.locator(".kept-text mark").first).to_have_text("240")
    expect(told).to_have_text("找到：1")
    search.fill("FERRY yuan")
    expect(found.locator(".kept-title")).to_have_text(FERRY)
    search.fill("大桥 企鹅")
    expect(told).to_have_text("没有包含这些词的对话。")
    expect(found).to_have_count(0)
    search.fill("240")
    search.press("Enter")
    expect(page.locator("#conversations")).to_be_hidden()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").nth(1)).to_be_in_viewport()
    expect(page.locator("#question")).to_be_focused()


def test_a_conversation_is_deleted_at_the_second_click(visit):
    one = visit(locale="en-US", viewport={"width": 390, "height": 844})
    page = one.page
    one.ask(FERRY)
    page.locator("[data-open=conversations]").click()
    side = page.locator("#conversations").bounding_box()
    assert (side["x"], side["height"]) == (0, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    remove = page.locator(".kept .remove")
    remove.click()
    expect(remove).to_have_text("Really remove?")
    expect(page.locator(".kept-open")).to_have_count(1)
    remove.click()
    expect(page.locator("#kept-told")).to_have_text("No conversations yet.")
    page.locator("#conversations .close").click()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_reader_of_another_language_has_the_model_answer(visit, slow, monkeypatch):
    assistant, url = slow
    assistant.write()
    one = visit(url=url, locale="en-US")
    page = one.page
    page.select_option("#answerer", "extractive")
    turn = one.ask("When does the 东岸大桥 bridge open to the public?")
    foreign = turn.locator(".foreign")
    expect(foreign).to_contain_text("These are the articles' own words, in Chinese.")
    expect(foreign.locator("[data-without]")).to_be_hidden()
    foreign.locator("[data-do=in-own]").click()
    expect(turn.locator(".beside:not(.running) .sentence").first).to_be_visible()
    assert assistant.answerers == ["extractive", "test:model"]


def test_a_reader_of_another_language_is_told_what_there_is(visit):
    one = visit(locale="en-US")
    turn = one.ask("When does the 东岸大桥 bridge open to the public?")
    expect(turn.locator("[data-without]")).to_contain_text("your browser can translate this page")
    expect(turn.locator("[data-do=in-own]")).to_be_hidden()


def test_a_question_is_edited_copied_exported_and_left(visit, tmp_path: Path):
    one = visit(permissions=["clipboard-read", "clipboard-write"])
    page = one.page
    turn = one.ask(BRIDGE)
    turn.locator("[data-do=copy]").click()
    expect(page.locator("#toast")).to_have_text("已复制。")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "东岸大桥将于6月28日通车。 [1]" in text
    assert "[^" not in text
    html = page.evaluate(
        "navigator.clipboard.read().then(([one]) => one.getType('text/html')).then((one) => one.text())"
    )
    assert '<a href="https://example.com/bridge">东岸大桥月底通车</a>' in html
    turn.locator("[data-do=edit]").click()
    expect(turn.locator(".question")).to_be_hidden()
    turn.locator("[data-do=cancel-edit]").click()
    expect(turn.locator(".question")).to_be_visible()
    turn.locator("[data-do=edit]").click()
    turn.locator(".editing textarea").fill("大桥总投资多少？")
    turn.locator(".editing button[type=submit]").click()
    expect(turn.locator(".question")).to_have_text("大桥总投资多少？")
    expect(turn.locator(".sentences")).to_contain_text("18.6亿元")
    page.locator("[data-open=conversations]").click()
    with page.expect_download() as download:
        page.locator("[data-do=json]").click()
    kept = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert kept["turns"][0]["answer"]["citations"][0]["article_id"] == "bridge"
    with page.expect_download() as download:
        page.locator("[data-do=docx]").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    page.locator("#conversations button[type=submit]").click()
    page.locator("[data-do=new]").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.locator("[data-open=conversations]").click()
    page.locator(".kept-title").click()
    expect(page.locator(".turn .sentences")).to_contain_text("18.6亿元")
