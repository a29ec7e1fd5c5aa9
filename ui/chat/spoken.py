"""The language that a request is answered in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.requests import Request

from ui.language import speaking, speaks_chinese


@contextmanager
def answering(request: Request) -> Iterator[None]:
    """Speak the language that the reader chose, else the one that the browser prefers."""
    with speaking(chinese=reads_chinese(request.cookies, request.headers)):
        yield


def reads_chinese(cookies: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether to speak Chinese: by what was chosen on the page, the browser, this machine."""
    chosen = cookies.get("juwen_language")
    if chosen in ("zh", "en"):
        return chosen == "zh"
    preferred = headers.get("accept-language", "").lower()
    for language in preferred.split(","):
        if language.strip().startswith(("zh", "en")):
            return language.strip().startswith("zh")
    return speaks_chinese()
