"""What ``import rag`` gives and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).parents[2]
HEAVY = (
    "torch",
    "faiss",
    "sentence_transformers",
    "transformers",
    "tiktoken",
    "gradio",
    "langchain",
    "langchain_core",
    "pydantic",
)


def test_all_is_sorted_and_complete():
    assert rag.__all__ == sorted(rag.__all__)
    assert sorted(dir(rag)) == sorted(rag.__all__)
    assert all(getattr(rag, name).__module__.startswith("rag.") for name in rag.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = rag.nothing


def test_import_loads_no_model_and_nothing_heavy():
    code = f"import sys, rag; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
