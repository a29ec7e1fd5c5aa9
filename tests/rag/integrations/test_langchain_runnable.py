"""The assistant as a LangChain ``Runnable``."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.runnables import Runnable, RunnableLambda

from index.errors import QuestionError
from rag.assistant import Assistant
from rag.events import Done, Verified
from rag.generation.chat_model import ChatModel
from rag.integrations.langchain_runnable import JuwenChain
from rag.records import EXTRACTIVE, Answer, Filters, Strictness, Turn
from tests.conftest import ScriptedChat

QUESTION = "东岸大桥什么时候通车？"
OPENING = "东岸大桥将于6月28日通车。"
INVENTED = "火星车队于昨夜抵达玫瑰港。"


@pytest.fixture
def chain(library_folder, encoder):
    chat = ChatModel("m", ScriptedChat(replies=[f"{OPENING}[1]{INVENTED}"]))
    return JuwenChain(assistant=Assistant.open(library_folder, encoder=encoder, chat_model=chat))


class Watching(BaseCallbackHandler):
    def __init__(self):
        self.began, self.models, self.tags = [], [], []

    def on_chain_start(self, serialized, inputs, *, name=None, **kwargs):
        self.began.append(name)

    def on_chat_model_start(self, serialized, messages, *, parent_run_id=None, tags=None, **kwargs):
        self.models.append(parent_run_id)
        self.tags += tags or []


def test_a_question_gives_an_answer(chain):
    assert isinstance(chain, Runnable)
    answer = chain.invoke(QUESTION)
    assert isinstance(answer, Answer)
    assert answer.sentences[0].text == OPENING
    assert answer.answerer == "m"


def test_what_belongs_to_a_question(chain):
    answer = chain.invoke(
        {
            "question": "校长叫什么？",
            "history": [Turn("海棠小学今年招收多少名新生？", "240名。")],
            "filters": Filters(accounts=["教育号"]),
            "answerer": EXTRACTIVE,
        }
    )
    assert answer.answerer == EXTRACTIVE
    assert answer.filters.accounts == ("教育号",)
    assert "海棠小学" in answer.standalone_question
    strict = chain.invoke({"question": QUESTION, "strictness": Strictness.STRICT})
    assert [s.text for s in strict.sentences] == [OPENING]


@pytest.mark.parametrize(
    "asked", [7, None, [], {}, {"question": 3}, {"question": "谁？", "k": 1}, ""]
)
def test_what_is_no_question_is_refused(chain, asked):
    with pytest.raises(QuestionError):
        chain.invoke(asked)
    with pytest.raises(QuestionError):
        list(chain.stream(asked))


def test_a_stream_gives_the_events(chain):
    events = list(chain.stream(QUESTION))
    assert events[0].type == "understood"
    assert isinstance(events[-1], Done)
    assert sum(isinstance(event, Verified) for event in events) == 2


def test_a_batch_keeps_its_order_and_can_keep_its_errors(chain):
    answers = chain.batch([QUESTION, "大桥多长？"], {"max_concurrency": 2})
    assert [answer.question for answer in answers] == [QUESTION, "大桥多长？"]
    good, bad = chain.batch([QUESTION, ""], return_exceptions=True)
    assert isinstance(good, Answer)
    assert isinstance(bad, QuestionError)


def test_async_twins(chain):
    async def both():
        answer = await chain.ainvoke(QUESTION)
        events = [event async for event in chain.astream(QUESTION)]
        answers = await chain.abatch([QUESTION, QUESTION])
        return answer, events, answers

    answer, events, answers = asyncio.run(both())
    assert answer.sentences == events[-1].answer.sentences == answers[1].sentences


def test_callbacks_and_tags_reach_the_chat_model(chain):
    watching = Watching()
    chain.with_config(tags=["press"], run_name="juwen").invoke(QUESTION, {"callbacks": [watching]})
    assert watching.began == ["juwen"]
    assert len(watching.models) == 1
    assert watching.models[0] is not None
    assert "press" in watching.tags


def test_callbacks_reach_the_chat_model_of_a_stream(chain):
    watching = Watching()
    list(chain.stream(QUESTION, {"callbacks": [watching]}))
    assert len(watching.models) == 1
    assert watching.models[0] is not None


def test_async_callbacks_see_the_chain(chain):
    class Ends(AsyncCallbackHandler):
        ended = 0

        async def on_chain_end(self, outputs, **kwargs):
            self.ended += 1

    async def run():
        ends = Ends()
        await chain.ainvoke(QUESTION, {"callbacks": [ends]})
        return ends.ended

    assert asyncio.run(run()) == 1


def test_a_chain_is_a_part_of_chains(chain):
    whole = RunnableLambda(lambda q: {"question": q}) | chain | (lambda answer: answer.citations)
    assert whole.invoke(QUESTION)[0].article_id == "bridge"
    last = list((RunnableLambda(lambda q: q) | chain).stream(QUESTION))[-1]
    assert isinstance(last, Done)
