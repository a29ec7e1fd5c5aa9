"""Libraries that parse what strangers wrote run in a process of their own, with a limit on its
time and memory: no file can stop, fill or bring down the process that indexes.

``index.readers.workers`` says what a worker is and what it may know.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import ArticleError
from index.readers.limits import (
    MAX_ARTICLE_CHARS,
    MAX_MEMORY_BYTES,
    MAX_PAGES,
    MAX_SECONDS,
)
from index.readers.source import Source

_LIMITED = """
import importlib, importlib.util, json, logging, os, sys
logging.disable(logging.CRITICAL)  # whatever a library logs, and wherever to
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
except (ImportError, ValueError, OSError):
    pass  # not on this system: the time is limited all the same
folder, file = os.path.split(sys.argv[1])
spec = importlib.util.spec_from_file_location(
    "workers", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
)
sys.modules["workers"] = importlib.util.module_from_spec(spec)
worker = importlib.import_module("workers." + file.removesuffix(".py"))
print(json.dumps(worker.extract(sys.stdin.buffer.read(), *map(int, sys.argv[3:]))))
"""
"""The folder of the workers is a package by itself there, so that one may import another."""

_WORKERS = Path(__file__).with_name("workers")

Sentences = Mapping[str, tuple[str, str]]
"""What is wrong and how to mend it, in English and in Chinese, by a worker's fault code."""

_COMMON: Sentences = {
    "damaged": ("is damaged; save it anew and try again", "已损坏；请重新保存后再试"),
    "time": (
        f"took over {MAX_SECONDS} s to read; split it, or save its text as .txt",
        f"读取超过 {MAX_SECONDS} 秒；请拆分，或将文本另存为 .txt",
    ),
    "memory": (
        f"needs over {MAX_MEMORY_BYTES // 2**30} GiB of memory to read; split it, or save its text "
        "as .txt",
        f"读取需要超过 {MAX_MEMORY_BYTES // 2**30} GiB 内存；请拆分，或将文本另存为 .txt",
    ),
    "long": (
        f"holds over {MAX_ARTICLE_CHARS} characters; split it",
        f"超过 {MAX_ARTICLE_CHARS} 个字符；请拆分",
    ),
    "no text": ("holds no text; check that it is the right file", "不含文本；请检查文件是否正确"),
}


def require(source: Source, module: str, package: str, extra: str = "files") -> None:
    """Check that an optional library is installed.

    Args:
        extra: The extra of this project that brings it.

    Raises:
        ArticleError: it is not; the message says how to install it.
    """
    if importlib.util.find_spec(module) is None:
        raise ArticleError(
            f"reading {source.origin!r} needs {package}; install it with: pip install 'juwen[{extra}]'",
            f"读取 {source.origin!r} 需要 {package}；请安装：pip install 'juwen[{extra}]'",
        )


def run_isolated(
    worker: str,
    source: Source,
    data: bytes,
    sentences: Sentences,
    pages: Sequence[int] = (),
    seconds: float | None = None,
    memory: int = MAX_MEMORY_BYTES,
) -> dict[str, Any]:
    """What the worker module ``worker`` finds in ``data``, which came from ``source``.

    Args:
        pages: The numbers of the pages that are asked for, from 0, where a worker takes them.
        seconds: How long it may take, ``MAX_SECONDS`` by default.
        memory: How many bytes of address space it may take.

    Raises:
        ArticleError: the worker names a fault, or was stopped at a limit.
    """
    found = _run(_WORKERS / f"{worker}.py", data, pages, seconds or MAX_SECONDS, memory)
    if "fault" in found:
        english, chinese = {**_COMMON, **sentences}[found["fault"]]
        raise ArticleError(f"{source.origin!r} {english}", f"{source.origin!r} {chinese}")
    return found


def _run(
    script: Path,
    data: bytes,
    pages: Sequence[int] = (),
    seconds: float = MAX_SECONDS,
    memory: int = MAX_MEMORY_BYTES,
) -> dict[str, Any]:
    # -P: without it the folder of the script would come before the installed packages.
    limits = (memory, MAX_ARTICLE_CHARS, MAX_PAGES)
    command = [sys.executable, "-P", "-c", _LIMITED, str(script), *map(str, (*limits, *pages))]
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"fault": "time"}
    if done.returncode:  # a crash; memory that could not be had shows as one, too
        return {"fault": "damaged" if done.returncode > 0 else "memory"}
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"fault": "damaged"}
    return found
