"""One writer at a time, and who it is."""

from __future__ import annotations

import json
import os

import pytest

from index.database.lock import HOLDER, locked
from index.errors import LibraryError


def test_a_second_one_is_told_who_holds_the_lock(tmp_path):
    with locked(tmp_path):
        holder = json.loads((tmp_path / HOLDER).read_text())
        with (
            pytest.raises(LibraryError, match=f"another process \\({os.getpid()} on ") as raised,
            locked(tmp_path),
        ):
            pass
        assert holder["since"] in raised.value.chinese
    with locked(tmp_path):
        pass
    assert not (tmp_path / HOLDER).exists()


@pytest.mark.parametrize("written", ["", "{", "[]", "{}", '{"process": 1}'])
def test_who_it_is_may_be_unknown(tmp_path, written):
    with locked(tmp_path):
        (tmp_path / HOLDER).write_text(written)
        with pytest.raises(LibraryError, match="another process is writing"), locked(tmp_path):
            pass


def test_an_error_inside_lets_go_of_the_lock(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError
    with locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(LibraryError, match="cannot be read or written"),
        locked(tmp_path / "file" / "library"),
    ):
        pass
