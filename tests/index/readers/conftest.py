"""What several tests of the readers need."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.readers import isolated, page_text, pdf_text, word_text


@pytest.fixture(scope="module")
def libraries_here():
    """Libraries run in this process: where many files are read, starting one for each is slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolated, "_run", run_here)
        yield


def run_here(script: Path, data: bytes) -> dict:
    if script.stem == "pdf_text":
        found = pdf_text.extract(data, 10**6, 100)
    elif script.stem == "word_text":
        found = word_text.extract(data, 10**6)
    else:
        found = page_text.extract(data.decode("utf-8", "replace"), 10**6)
    return json.loads(json.dumps(found))
