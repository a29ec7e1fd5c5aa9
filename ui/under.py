"""A server under a path of a proxy, whether the proxy takes that path away or hands it on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import UsageError

_PATH = re.compile(r"(?:/[A-Za-z0-9._~%-]+)+/?")
"""Of this server: no other one, and nothing that ends an attribute."""


class RootPathError(UsageError):
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
    """An ASGI application that has ``app`` under ``root``, and without it as well."""

    app: ASGIApp
    root: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = f"/{scope['path'].lstrip('/')}"  # nginx's "location /juwen" leaves two slashes
        if self.root and path == self.root:
            await _with_slash(self.root, scope["query_string"])(scope, receive, send)
            return
        if path.startswith(f"{self.root}/"):
            path = path.removeprefix(self.root)
        if path != scope["path"]:
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self.app(scope, receive, send)


def _with_slash(root: str, query: bytes) -> RedirectResponse:
    """To the page, whose relative addresses need the slash; a relative one, too: a proxy before this
    one may have taken another path away."""
    asked = f"?{query.decode('latin-1')}" if query else ""
    return RedirectResponse(f"{root.rpartition('/')[2]}/{asked}", 308)


def base_of(headers: Mapping[str, str], root: str) -> str:
    """What the page's addresses begin with by the proxy's ``X-Forwarded-Prefix``, ``""`` where it says none.

    With it the page is whole at its address without a slash, too, which no path tells from the one
    with a slash where the proxy takes its own path away.

    >>> base_of({"x-forwarded-prefix": "/team/"}, ""), base_of({"x-forwarded-prefix": "//b.example"}, "")
    ('/team/', '')

    Args:
        root: What is handed on, in full or behind that prefix.
    """
    said = headers.get("x-forwarded-prefix", "")
    if not _PATH.fullmatch(said):
        return ""
    prefix = said.rstrip("/")
    return f"{prefix if prefix.endswith(root) else prefix + root}/"
