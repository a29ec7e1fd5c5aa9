from __future__ import annotations

import base64

import pytest

from ui.chat.access import AccessError, check_host, is_known, is_local, read_users


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a_user_or_a_file_of_users(tmp_path):
    assert read_users(None) == {}
    assert read_users("ed:pass:word") == {"ed": "pass:word"}
    path = tmp_path / "users"
    path.write_text("编辑:一\n\n ann:two \n", "utf-8")
    assert read_users(str(path)) == {"编辑": "一", "ann": "two"}


@pytest.mark.parametrize("given", ["ed", "ed:", ":x", ""])
def test_what_names_no_user(given):
    with pytest.raises(AccessError, match="user:password"):
        read_users(given)


def test_a_file_that_names_nobody(tmp_path):
    for name, data in (("empty", b"\n"), ("latin", b"\xff:x")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(AccessError, match="file of users"):
            read_users(str(tmp_path / name))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])
def test_this_machine(host):
    assert is_local(host)
    check_host(host, {})


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.4", "example.com", "", "127.0.0.1.evil"]
)
def test_elsewhere_takes_a_password(host):
    assert not is_local(host)
    with pytest.raises(AccessError, match="--auth user:password"):
        check_host(host, {})
    check_host(host, {"ed": "x"})


def test_who_is_known():
    users = {"编辑": "密:码"}
    assert is_known(basic("编辑:密:码"), users)
    for wrong in (
        "",
        "Basic",
        "Basic !!",
        "Bearer x",
        basic("编辑:x"),
        basic("x:"),
        basic(":"),
        basic("编辑"),
    ):
        assert not is_known(wrong, users)
    assert not is_known("Basic " + base64.b64encode(b"\xff:x").decode(), users)
