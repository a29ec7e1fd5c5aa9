"""What programs may call, and what they are told of trouble that is none of theirs."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from ui.chat.calls import CallError, calling, calls
from ui.chat.limits import Limits


@pytest.mark.parametrize("which", [0, 1])
def test_a_library_that_is_gone_is_said_without_where_it_lay(
    library_folder, encoder, caplog, which
):
    assistant = Assistant.open(library_folder, encoder=encoder)
    library_folder.rename(library_folder.with_name("elsewhere"))
    with pytest.raises(CallError, match="try again later") as raised, calling(None, "", Limits()):
        calls(assistant)[which]("东岸大桥什么时候通车？")
    assert str(library_folder.parent) not in str(raised.value)
    assert str(library_folder) in caplog.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"date_from": "last week"}, 'date_from is "last week"; give a day of the calendar like'),
        ({"date_to": "2025-13-01"}, 'date_to is "2025-13-01"'),
        ({"accounts": 3}, "accounts is 3; give a text or"),
        ({"strictness": "foo"}, 'strictness is "foo"; .* "strict", "balanced", "open"'),
        ({"history": [{"role": "user", "content": "谁？"}]}, r"history\[0\] is .*; give an object"),
        ({"history": ["谁？"]}, r"history\[0\] is .*; give an object"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(assistant, given, said):
    with pytest.raises(CallError, match=said), calling(None, "", Limits()):
        calls(assistant)[0]("东岸大桥什么时候通车？", **given)


def test_limits_hold(assistant):
    ask, search = calls(assistant)
    assert search("东岸大桥", date_from="2025-06-20", date_to="2025-06-20")
    assert {
        one["date"] for one in search("大桥", date_from="2025-06-20", date_to="2025-06-20")
    } == {"2025-06-20"}
    assert ask("东岸大桥什么时候通车？", accounts=["无此号"])["refused"]
