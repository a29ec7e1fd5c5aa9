"""A small library for overviews and the catalogue: two accounts, a notice, one article undated."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import index_raw
from index.library.library import Library
from tests.conftest import FakeEncoder, article


@pytest.fixture
def library(tmp_path: Path) -> Library:
    folder = tmp_path / "library"
    index_raw(
        [
            article(
                "a",
                "渡轮开航。请于2025年6月20日前提交申请。",
                title="关于渡轮试乘的通知",
                time="2025/6/1",
            ),
            article("b", "大桥通车了。", title="大桥通车", time="2025/6/3", account="晚报（试刊）"),
            article("c", "The pier opens on Friday.", title="Pier opens", time="2025/6/3"),
            article("d", "旧闻一则。", title="旧闻", time=""),
        ],
        folder,
        encoder=FakeEncoder(),
    )
    return Library.open(folder)
