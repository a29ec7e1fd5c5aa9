"""What commands take from the environment."""

from __future__ import annotations

import json

from rag.generation.chat_model import ChatModel
from tests.conftest import ScriptedChat

QUESTION = "东岸大桥什么时候通车？"
OPENING = "东岸大桥将于6月28日通车。"


def test_the_chat_model_of_the_environment_answers(juwen, library_folder, monkeypatch):
    chat = ScriptedChat(replies=[f"{OPENING}[1]"])
    monkeypatch.setattr(
        "rag.generation.chat_model.open_chat_model", lambda name: ChatModel(name, chat)
    )
    monkeypatch.setenv("JUWEN_CHAT_MODEL", "some:model")
    ran = juwen("ask", QUESTION, "--library", library_folder, "--json")
    assert json.loads(ran.out)["answerer"] == "some:model"


def test_an_empty_variable_names_no_chat_model(juwen, library_folder, monkeypatch):
    monkeypatch.setenv("JUWEN_CHAT_MODEL", "")
    ran = juwen("ask", QUESTION, "--library", library_folder, "--json")
    assert json.loads(ran.out)["answerer"] == "extractive"


def test_a_chat_model_that_cannot_be_opened_is_said_in_one_sentence(
    juwen, library_folder, monkeypatch
):
    monkeypatch.setenv("JUWEN_CHAT_MODEL", "nobody:model")
    ran = juwen("ask", QUESTION, "--library", library_folder)
    assert ran.code == 1
    (complaint,) = ran.complaints
    assert "provider:model" in complaint
