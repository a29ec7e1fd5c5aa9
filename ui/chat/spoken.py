"""The language that a request is answered in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.requests import Request

from index.text.language import Language, detect_language
from ui.language import speaking, speaks_chinese


@contextmanager
def answering(request: Request) -> Iterator[None]:
    """Speak the language that the reader chose, else the one that the browser prefers."""
    with speaking(chinese=reads_chinese(request.cookies, request.headers)):
        yield


@contextmanager
def answering_program(request: Request | None, question: object) -> Iterator[None]:
    """Speak the language that a program's request prefers, else that of its question."""
    chinese = prefers_chinese(request.cookies, request.headers) if request else None
    if chinese is None and isinstance(question, str) and question.strip():
        chinese = detect_language(question) is Language.CHINESE
    with speaking(chinese=speaks_chinese() if chinese is None else chinese):
        yield


def reads_chinese(cookies: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether to speak Chinese: by what was chosen on the page, the browser, this machine."""
    preferred = prefers_chinese(cookies, headers)
    return speaks_chinese() if preferred is None else preferred


def prefers_chinese(cookies: Mapping[str, str], headers: Mapping[str, str]) -> bool | None:
    """The same, ``None`` where neither the page nor the browser says it."""
    chosen = cookies.get("juwen_language")
    if chosen in ("zh", "en"):
        return chosen == "zh"
    preferred = headers.get("accept-language", "").lower()
    for language in preferred.split(","):
        if language.strip().startswith(("zh", "en")):
            return language.strip().startswith("zh")
    return None
