"""Which language a user is spoken to in."""

from __future__ import annotations

import pytest

from index.errors import LibraryError
from ui.language import complain, say, say_message, speaking, speaks_chinese

NAMES = ("JUWEN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({}, False),
        ({"JUWEN_LANGUAGE": "zh"}, True),
        ({"JUWEN_LANGUAGE": "ZH"}, True),
        ({"JUWEN_LANGUAGE": "en"}, False),
        ({"JUWEN_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, False),
        ({"JUWEN_LANGUAGE": "zh", "LC_ALL": "en_US.UTF-8"}, True),
        ({"JUWEN_LANGUAGE": "", "LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, True),
        ({"LANG": "de_DE.UTF-8"}, False),
    ],
)
def test_speaks_chinese(monkeypatch, variables, chinese):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert speaks_chinese() is chinese
    assert say("yes", "是") == ("是" if chinese else "yes")
    assert say_message(LibraryError("bad", "坏了").message) == ("坏了" if chinese else "bad")


def test_complain_goes_to_standard_error(capsys):
    complain("the file is gone")
    assert capsys.readouterr() == ("", "juwen: the file is gone\n")


def test_readers_of_one_page_may_have_different_languages(monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "en")
    with speaking(chinese=True):
        assert say("en", "zh") == "zh"
        with speaking(chinese=False):
            assert say("en", "zh") == "en"
        assert say("en", "zh") == "zh"
    assert say("en", "zh") == "en"
