"""The page under a path of a proxy, whether the proxy takes that path away or hands it on."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import JuwenError


class RootPathError(JuwenError):
    """What was given for the path is none."""


def read_root(given: str) -> str:
    """A path as the addresses of the page begin with it, without the slash at its end.

    >>> read_root("/"), read_root("juwen/"), read_root("/team/juwen")
    ('', '/juwen', '/team/juwen')

    Raises:
        RootPathError: it is an address, or has what a path of a page does not have.
    """
    parts = [part for part in given.strip().split("/") if part]
    plain = all(part.replace("-", "").replace("_", "").replace(".", "").isalnum() for part in parts)
    if not plain or any(part in (".", "..") for part in parts) or not given.isascii():
        raise RootPathError(
            f"--root-path {given!r} is not a path; write it like /juwen",
            f"--root-path {given!r} 不是路径；请写成 /juwen 的形式",
        )
    return "".join(f"/{part}" for part in parts)


@dataclass(frozen=True, slots=True)
class Under:
    """An ASGI application that has ``app`` under ``root``."""

    app: ASGIApp
    root: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == self.root:  # relative addresses need the slash
            await RedirectResponse(f"{self.root}/", 308)(scope, receive, send)
            return
        if path.startswith(f"{self.root}/"):
            scope = {**scope, "path": path.removeprefix(self.root)}
            scope["raw_path"] = scope["path"].encode()
        await self.app(scope, receive, send)
