"""The chat model chosen on the page: by whom it may be, and what becomes of its key."""

from __future__ import annotations

import base64
from dataclasses import replace

import httpx
import pytest

from rag.generation.connection import load_connection
from tests.rag.generation.protocols import Reply, scripted_server
from ui.chat.access import AccessError, check_administrator
from ui.chat.server import serving

KEY = "sk-very-secret-1"
QUESTION = "东岸大桥什么时候通车？"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("JUWEN_SETTINGS", str(tmp_path / "settings"))
    for name in ("JUWEN_CHAT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def model():
    with scripted_server() as served:
        served.replies = [Reply("东岸大桥将于6月28日通车。[1]")]
        yield served


def values(served, **others):
    given = {"provider": "openai", "address": f"{served.url}/v1", "model": "small", "key": KEY}
    return given | others


def post(url, name, body=None, **headers):
    return httpx.post(f"{url}/page/{name}", json=body or {}, headers=headers, timeout=60)


def test_a_model_is_listed_tried_and_answers_from_then_on(page_url, page_assistant, model):
    assert post(page_url, "model_list", values(model)).json() == {"models": ["small", "large"]}
    trial = post(page_url, "model_try", values(model)).json()
    assert "6月28日" in trial["answer"]
    assert "秒" in trial["said"] or " s" in trial["said"]
    assert page_assistant.chat_model is None
    state = post(page_url, "model_save", values(model)).json()
    assert state["answers"] == page_assistant.chat_model.name == "openai:small"
    assert load_connection().key == KEY
    page = httpx.get(page_url).text
    assert 'value="openai:small"' in page
    assert KEY not in page
    assert KEY not in post(page_url, "model_state").text
    assert post(page_url, "model_state").json()["kept"]["has_key"] is True
    state = post(page_url, "model_forget").json()
    assert (state["kept"], state["answers"], page_assistant.chat_model) == (None, "", None)


def test_the_kept_key_goes_to_its_own_server_alone(page_url, model):
    post(page_url, "model_save", values(model))
    post(page_url, "model_list", values(model, key=""))
    assert model.headers[-1]["authorization"] == f"Bearer {KEY}"
    with scripted_server() as other:
        post(page_url, "model_list", values(other, key=""))
        assert "authorization" not in other.headers[-1]


def test_what_is_wrong_is_said_and_keeps_nothing(page_url, page_assistant, model):
    for wrong in ({"provider": "x"}, {"address": "ftp://a"}, {"model": ""}):
        response = post(page_url, "model_save", values(model, **wrong))
        assert response.status_code == 422
        assert response.json()["problem"]
        assert KEY not in response.text
    assert load_connection() is None
    assert page_assistant.chat_model is None


def test_the_environment_wins(page_url, page_assistant, model, monkeypatch):
    monkeypatch.setenv("JUWEN_CHAT_MODEL", "openai:named")
    state = post(page_url, "model_save", values(model)).json()
    assert state["fixed"] == "openai:named"
    assert page_assistant.chat_model is None


def basic(user, password):
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def test_with_users_only_the_administrator_may(page_assistant, page_settings, model):
    users = {"chief": "a", "other": "b"}
    for administrator, allowed in (("chief", ["chief"]), ("", [])):
        settings = replace(page_settings, users=users, administrator=administrator)
        with serving(page_assistant, settings) as url:
            for user, password in users.items():
                got = post(url.rstrip("/"), "model_list", values(model), **basic(user, password))
                assert got.status_code == (200 if user in allowed else 403)
                page = httpx.get(url, headers=basic(user, password)).text
                assert ('id="model"' in page) == (user in allowed)


def test_a_page_that_is_passed_on_by_another_server_is_not_this_machines_own(page_url, model):
    for name in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP"):
        got = post(page_url, "model_list", values(model), **{name: "for=192.0.2.1"})
        assert got.status_code == 403
        assert got.json()["problem"]
    assert model.paths == []


def test_an_administrator_is_one_of_the_users():
    assert check_administrator(None, {}) == ""
    assert check_administrator("a", {"a": "b"}) == "a"
    with pytest.raises(AccessError, match="--auth"):
        check_administrator("c", {"a": "b"})
