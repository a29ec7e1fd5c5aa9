"""What programs may call, and what they are told of trouble that is none of theirs."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from ui.chat.calls import CallError, calls


@pytest.mark.parametrize("which", [0, 1])
def test_a_library_that_is_gone_is_said_without_where_it_lay(
    library_folder, encoder, caplog, which
):
    assistant = Assistant.open(library_folder, encoder=encoder)
    library_folder.rename(library_folder.with_name("elsewhere"))
    with pytest.raises(CallError, match="try again later") as raised:
        calls(assistant)[which]("东岸大桥什么时候通车？")
    assert str(library_folder.parent) not in str(raised.value)
    assert str(library_folder) in caplog.text
