from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from index.errors import JuwenError, LibraryError
from index.library.library import Library
from tests.ui.conftest import write_export
from ui.chat import apart


def test_the_process_reports_and_sums_up(tmp_path: Path, fake_models):
    export = write_export(tmp_path / "a.json")
    out = io.StringIO()
    order = {"paths": [str(export), str(tmp_path / "none.json")], "folder": str(tmp_path / "lib")}
    apart.main(io.StringIO(json.dumps(order)), out)
    seen: list[tuple[int, int]] = []
    summary = apart._follow(io.StringIO(out.getvalue()), lambda *at: seen.append(at))
    assert summary.added == 5
    assert len(summary.problems) == 1
    assert summary.problems[0].chinese
    assert seen[-1] == (5, 5)
    with Library.open(tmp_path / "lib") as library:
        assert library.counts().articles == 5


def test_its_errors_come_back_in_both_languages(tmp_path: Path, fake_models):
    (tmp_path / "file").write_text("x")
    out = io.StringIO()
    order = {"paths": [], "folder": str(tmp_path)}
    apart.main(io.StringIO(json.dumps(order)), out)
    with pytest.raises(JuwenError) as raised:
        apart._follow(io.StringIO(out.getvalue()), lambda *_: None)
    assert "no library" in raised.value.english
    assert "不是文章库" in raised.value.chinese


def test_a_process_that_dies():
    with pytest.raises(LibraryError, match="ended before its work"):
        apart._follow(io.StringIO('{"done": 1, "total": 2}\n'), lambda *_: None)


@pytest.mark.model
def test_a_real_process_with_the_packaged_model(tmp_path: Path):
    export = write_export(tmp_path / "a.json")
    summary = apart.index_apart([export], tmp_path / "lib", lambda *_: None)
    assert summary.added == 5
