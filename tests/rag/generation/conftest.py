"""A scripted server for the tests of a file."""

from __future__ import annotations

import pytest

from tests.rag.generation.protocols import scripted_server


@pytest.fixture(scope="module")
def server():
    with scripted_server() as served:
        yield served
