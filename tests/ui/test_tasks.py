"""What chat programs ask of a model for themselves."""

from __future__ import annotations

import json
import time

import pytest
from starlette.testclient import TestClient

from ui.openai_api.app import create_app
from ui.openai_api.tasks import Task, TaskKind, read_task, title_of

URL = "/v1/chat/completions"
BRIDGE = "东岸大桥什么时候通车？"
CONVERSATION = f"""### Chat History:
<chat_history>
USER: {BRIDGE}
ASSISTANT: 6月28日 [1]

- [1] 东岸大桥月底通车
</chat_history>"""

TITLE = """### Task:
Write a title of three to five words with an emoji for the conversation.
### Output:
JSON format: { "title": "your concise title here" }
"""
FOLLOW_UPS = """### Task:
Suggest 3-5 relevant follow-up questions that the user might ask next.
### Output: JSON format: { "follow_ups": ["Question 1?", "Question 2?"] }
"""
TAGS = """### Task:
Generate 1-3 broad tags.
### Output: JSON format: { "tags": ["tag1", "tag2"] }
"""
QUERIES = """### Task:
Find out what to search for. JSON: { "queries": ["query1"] }
"""


@pytest.fixture
def client(assistant):
    return TestClient(create_app(assistant), "http://127.0.0.1")


def reply(client, *said, **more):
    messages = [{"role": "user", "content": one} for one in said]
    body = client.post(URL, json={"messages": messages, **more}).json()
    return body["choices"][0]["message"]["content"]


def test_a_title_is_the_first_question(client):
    assert json.loads(reply(client, TITLE + CONVERSATION)) == {"title": "东岸大桥什么时候通车"}


def test_follow_ups_are_questions_that_the_articles_answer(client):
    questions = json.loads(reply(client, FOLLOW_UPS + CONVERSATION))["follow_ups"]
    assert questions
    assert BRIDGE not in questions
    for question in questions:
        assert "6月28日" not in question
        assert "通车" not in question  # which the last answer has told
        body = client.post(URL, json={"messages": [{"role": "user", "content": question}]}).json()
        assert body["juwen"]["certainty"] == "direct"


def test_tags_and_searches(client):
    assert json.loads(reply(client, TAGS + CONVERSATION))["tags"] == ["试验号"]
    assert json.loads(reply(client, QUERIES + CONVERSATION)) == {"queries": [BRIDGE]}


def test_a_title_asked_for_in_words(client):
    for wish in ("用四五个字返回这句话的简要主题，不要解释", "Give a title for this conversation."):
        assert reply(client, BRIDGE, wish) == "东岸大桥什么时候通车"


def test_a_task_may_be_streamed(client):
    messages = [{"role": "user", "content": TITLE + CONVERSATION}]
    lines = client.post(URL, json={"messages": messages, "stream": True}).text.split("\n\n")
    first, last, done, rest = lines
    assert "东岸大桥" in json.loads(first.removeprefix("data: "))["choices"][0]["delta"]["content"]
    assert json.loads(last.removeprefix("data: "))["choices"][0]["finish_reason"] == "stop"
    assert (done, rest) == ("data: [DONE]", "")


@pytest.mark.parametrize(
    "asked",
    [
        BRIDGE,
        'What does "title": mean in JSON?',
        "### Task: what is the council's task?",
        TITLE,  # of no conversation
        "总结一下对话会的标题",
    ],
)
def test_a_question_is_no_task(asked):
    assert read_task([asked]) is None


def test_only_the_instructions_say_what_is_wanted():
    said = CONVERSATION.replace(BRIDGE, 'Which file has {"title": 1}?')
    assert read_task([FOLLOW_UPS + said]) == Task(
        TaskKind.FOLLOW_UPS, ('Which file has {"title": 1}?',)
    )


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("谁？", "谁"),
        ("临江市今年评选的绿色工厂一共有多少家企业入选？", "临江市今年评选的绿色工厂一共有多少家…"),
        ("Who\nwon?", "Who won"),
    ],
)
def test_titles(question, title):
    assert title_of(question) == title


def test_a_conversation_that_is_quoted_at_any_length_is_not_looked_through():
    quoted = TITLE + "<chat_history>\n" + "USER: 谁？\n" * 2_000_000
    begun = time.process_time()
    assert read_task([quoted]) is None
    assert time.process_time() - begun < 0.5
