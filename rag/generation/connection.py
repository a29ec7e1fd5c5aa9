"""How a chat model is reached: chosen once, kept where only its owner can read it, tried, forgotten.

The file lies in the user's folder of settings, outside every library, which may be shared. What is
named in ``JUWEN_CHAT_MODEL`` wins over it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.generation.chat_model import ChatModelError

_FOLDER, _FILE = "juwen", "model.json"
_LONGEST = 500


class Provider(StrEnum):
    """Which protocol a server speaks."""

    OPENAI = "openai"
    OLLAMA = "ollama"
    ANTHROPIC = "anthropic"


ADDRESSES: Mapping[Provider, str] = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.OLLAMA: "http://127.0.0.1:11434",
    Provider.ANTHROPIC: "https://api.anthropic.com",
}
"""Where each provider's own server is."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A chat model, and how it is reached.

    Attributes:
        address: Of its server, without the path of a request.
        key: Never shown, and never sent to another address than this one.
        context: How many tokens the model takes, evidence and reply together; ``None`` where its
            server does not say.
    """

    provider: Provider
    model: str
    address: str = ""
    key: str = field(default="", repr=False)
    context: int | None = None

    @property
    def name(self) -> str:
        """As ``JUWEN_CHAT_MODEL`` would name it."""
        return f"{self.provider}:{self.model}"

    @property
    def server(self) -> str:
        return self.address or ADDRESSES[self.provider]

    def without_key(self, text: str) -> str:
        """A text, such as an error's, in which the key is not to be read."""
        return text.replace(self.key, "…") if self.key else text


def read_connection(values: Mapping[str, Any]) -> Connection:
    """A connection from plain values, checked.

    Raises:
        ChatModelError: the provider is not known, the address is none, or a value is too long.
    """
    fields = {
        name: str(values.get(name) or "").strip()
        for name in ("provider", "model", "address", "key")
    }
    if fields["provider"] not in frozenset(Provider):
        raise ChatModelError(
            f"{fields['provider']!r} is not a known provider; choose one of {', '.join(Provider)}",
            f"没有名为 {fields['provider']!r} 的提供方；请选择 {'、'.join(Provider)} 之一",
        )
    if any(len(value) > _LONGEST or "\n" in value for value in fields.values()):
        raise ChatModelError(
            f"the address, the model's name or the key is longer than {_LONGEST} characters; check what was pasted",
            f"地址、模型名或密钥超过 {_LONGEST} 个字符；请检查粘贴的内容",
        )
    provider = Provider(fields["provider"])
    address = _address(fields["address"], provider) if fields["address"] else ""
    context = values.get("context")
    return Connection(
        provider,
        fields["model"],
        address,
        fields["key"],
        context if isinstance(context, int) and context > 0 else None,
    )


def _address(given: str, provider: Provider) -> str:
    """An address as the clients want it: with a scheme, without what they add themselves.

    >>> _address("127.0.0.1:8080/v1/chat/completions", Provider.OPENAI)
    'http://127.0.0.1:8080/v1'
    """
    address = given if "://" in given else f"{_scheme(given)}://{given}"
    parts = None
    with suppress(ValueError):
        split = urlsplit(address)
        split.port  # noqa: B018 - raises where it is no number
        parts = split
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ChatModelError(
            f"{given!r} is not an address; write it like {ADDRESSES[provider]}",
            f"{given!r} 不是地址；请写成 {ADDRESSES[provider]} 的形式",
        )
    path = parts.path.rstrip("/")
    for added in (
        "/chat/completions",
        "/completions",
        "/models",
        "/api/chat",
        "/api/tags",
        "/v1/messages",
    ):
        path = path.removesuffix(added)
    if provider is not Provider.OPENAI:
        path = path.removesuffix("/v1").removesuffix("/api")
    elif not path:
        path = "/v1"  # every server of this protocol has it there, and its client adds none
    return f"{parts.scheme}://{parts.netloc}{path}"


def _scheme(given: str) -> str:
    host = given.split("/", 1)[0].rpartition(":")[0] or given.split("/", 1)[0]
    local = host in ("localhost", "[::1]") or host.replace(".", "").isdigit()
    return "http" if local else "https"


# --- Kept ------------------------------------------------------------------------------------------


def connection_file() -> Path:
    """Where the connection is kept: ``JUWEN_SETTINGS``, or the user's folder of settings.

    Raises:
        ChatModelError: he has none, as a user of a container without a name.
    """
    if folder := os.environ.get("JUWEN_SETTINGS"):
        return Path(folder) / _FILE
    home = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    try:
        return (Path(home) if home else Path.home() / ".config") / _FOLDER / _FILE
    except RuntimeError as error:
        raise ChatModelError(
            "this user has no home folder to keep a chat model in; name a folder in JUWEN_SETTINGS",
            "当前用户没有主目录，无法保存对话模型；请用 JUWEN_SETTINGS 指定目录",
        ) from error


def load_connection() -> Connection | None:
    """The connection that is kept; ``None`` where none is.

    Raises:
        ChatModelError: the file cannot be read, or is damaged.
    """
    try:
        path = connection_file()
    except ChatModelError:
        return None  # where nothing can be kept, nothing is
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        values = json.loads(path.read_text("utf-8"))
        return read_connection(values)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError) as error:
        raise ChatModelError(
            f"the chat model kept in {str(path)!r} cannot be read ({type(error).__name__}); "
            "choose one again with 'juwen model', or delete the file",
            f"无法读取 {str(path)!r} 中保存的对话模型（{type(error).__name__}）；"
            "请用 juwen model 重新选择，或删除该文件",
        ) from error


def save_connection(connection: Connection) -> Path:
    """Keep a connection, in a file that nobody but its owner can read, whole or not at all.

    Raises:
        ChatModelError: it cannot be written.
    """
    path = connection_file()
    partial = path.with_name(f".{_FILE}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(connection), file, ensure_ascii=False, indent=2)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise ChatModelError(
            f"the chat model cannot be kept in {str(path)!r} ({error.strerror}); "
            "make the folder writable, or name another one in JUWEN_SETTINGS",
            f"无法将对话模型保存到 {str(path)!r}（{error.strerror}）；"
            "请检查目录权限，或用 JUWEN_SETTINGS 指定其他目录",
        ) from error
    return path


def forget_connection() -> bool:
    """Delete the kept connection; whether there was one."""
    path = connection_file()
    there = path.exists()
    path.unlink(missing_ok=True)
    return there
