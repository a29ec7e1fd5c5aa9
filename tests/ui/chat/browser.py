"""A browser for tests: Debian's Chromium, with a record of all that went wrong in it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The browser: ``JUWEN_CHROMIUM``, or the first that is on the path."""
    return os.environ.get("JUWEN_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


NO_CHROMIUM = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium on the path; name one in JUWEN_CHROMIUM"
)


@dataclass
class Visit:
    """One visitor's page, and what the browser said about it."""

    page: Any
    url: str
    wrong: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def watch(self) -> None:
        """Note script errors, error messages, failed requests and requests to other hosts."""
        own = urlsplit(self.url).netloc
        page = self.page

        def requested(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != own:
                self.wrong.append(f"request to {request.url}")

        def said(message: Any) -> None:
            known = any(f"status of {status}" in message.text for status in self.expected)
            if message.type in ("error", "warning") and not known:
                self.wrong.append(f"{message.type}: {message.text}")

        page.context.on("request", requested)
        page.on("console", said)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))

    def ask(self, question: str) -> Any:
        """Ask and wait for the answer; gives its turn."""
        count = self.page.locator(".turn").count()
        self.page.fill("#question", question)
        self.page.keyboard.press("Enter")
        turn = self.page.locator(".turn").nth(count)
        turn.locator(".actions").wait_for()
        return turn
