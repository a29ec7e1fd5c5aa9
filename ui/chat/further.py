"""Questions to go on with: what the articles of an answer, or those nearest to a refused question,
answer, too."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from rag.assistant import Assistant
from rag.suggestions import Candidate, answered, further
from ui.chat.quiet import EndedError, Quiet

MOST_ARTICLES = 5
"""Articles whose sentences are looked through for questions."""

_AT_ONCE = 2
"""Readers for whom questions are tried at the same time; others get none. Those that wait hold a
thread each, which the answers need."""

_MOST_KEPT = 1000


class Further:
    """Finds questions that were tried, behind those that are being answered. Safe to use from
    several threads."""

    def __init__(self, assistant: Assistant, quiet: Quiet) -> None:
        self._assistant = assistant
        self._quiet = quiet
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._tried: OrderedDict[tuple[int, str], bool] = OrderedDict()
        self._lock = threading.Lock()

    def questions(
        self, article_ids: Sequence[str], asked: Sequence[str] = (), said: str = ""
    ) -> list[str]:
        """As ``rag.suggestions.further``; none where others wait already."""
        if not self._free.acquire(blocking=False):
            return []
        try:
            ids = article_ids[:MOST_ARTICLES]
            return further(self._assistant.library, ids, asked, said, self._is_answered)
        except EndedError:
            return []
        finally:
            self._free.release()

    def _is_answered(self, one: Candidate) -> bool:
        """Whether the library as it is now answers it; asked once."""
        key = (self._assistant.library.manifest().generation, one.question)
        with self._lock:
            known = self._tried.get(key)
        if known is None:
            self._quiet.wait()
            known = any(answered(self._assistant, [one]))
            with self._lock:
                self._tried[key] = known
                if len(self._tried) > _MOST_KEPT:
                    self._tried.popitem(last=False)
        return known
