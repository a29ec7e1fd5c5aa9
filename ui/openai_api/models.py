"""The models that the server has: each library, and each without its chat model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.assistant import Assistant
from rag.records import EXTRACTIVE
from ui.language import say
from ui.openai_api.requests import MODEL, ApiError

_LATEST = ":latest"
"""What programs made for Ollama put behind a name."""


_LONGEST_SAID = 100
"""Characters of a name that nothing has, as it is said again."""


@dataclass(frozen=True, slots=True)
class Model:
    """What answers under a name; ``extractive`` without the assistant's chat model."""

    assistant: Assistant
    extractive: bool = False


class Models:
    """What can be asked, by name.

    ``juwen`` is the first library; where there are several, each has its own name as well. With a
    chat model each is there a second time, as ``…-extractive``.
    """

    def __init__(self, libraries: Mapping[str, Assistant]) -> None:
        named = {MODEL: next(iter(libraries.values()))}
        if len(libraries) > 1:
            named |= libraries
        self._models: dict[str, Model] = {}
        for name, assistant in named.items():
            self._models[name] = Model(assistant)
            if assistant.chat_model:
                self._models[f"{name}-{EXTRACTIVE}"] = Model(assistant, extractive=True)

    def __getitem__(self, name: str) -> Model:
        """
        Raises:
            ApiError: there is none of that name.
        """
        bare = name.removesuffix(_LATEST)
        # Asked for without a chat model, an assistant that has none answers all the same.
        found = self._models.get(bare) or self._models.get(bare.removesuffix(f"-{EXTRACTIVE}"))
        if found is None:
            known = ", ".join(map(repr, self._models)), "、".join(map(repr, self._models))
            said = name if len(name) <= _LONGEST_SAID else f"{name[:_LONGEST_SAID]}…"
            raise ApiError(
                404,
                say(
                    f"there is no model {said!r}; ask {known[0]}",
                    f"没有模型 {said!r}；请用 {known[1]}",
                ),
                "model_not_found",
                "model",
            )
        return found

    def described(self, name: str) -> dict[str, Any]:
        """The resource of one model, as the protocol has it.

        Raises:
            ApiError: there is none of that name.
        """
        assert self[name]
        return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}

    def listed(self) -> dict[str, Any]:
        return {"object": "list", "data": [self.described(name) for name in self._models]}
