"""Who may reach the page: the address it listens on, and the user and password that are asked for."""

from __future__ import annotations

import base64
import hmac
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import UsageError

LOCAL_HOST = "127.0.0.1"


_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class AccessError(UsageError):
    """The page was to be opened to others without, or with a wrong, user and password."""


def read_users(given: str | None) -> Mapping[str, str]:
    """Passwords by user, from ``user:password`` or from a file of such lines; none from ``None``.

    Raises:
        AccessError: it is neither.
    """
    if given is None:
        return {}
    path = Path(given)
    try:
        lines = path.read_text("utf-8").splitlines() if path.is_file() else [given]
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(
            f"the file of users {given!r} cannot be read ({error}); write 'user:password' lines in UTF-8",
            f"无法读取用户文件 {given!r}（{error}）；请以 UTF-8 写入“用户:密码”行",
        ) from error
    users = dict(_user(line.strip()) for line in lines if line.strip())
    if not users:
        raise AccessError(
            f"the file of users {given!r} is empty; write a 'user:password' line into it",
            f"用户文件 {given!r} 为空；请写入“用户:密码”行",
        )
    return users


def check_host(host: str, users: Mapping[str, str]) -> None:
    """Refuse to listen where others can reach the page, unless they are asked for a password.

    Raises:
        AccessError: they would not be.
    """
    if not users and not is_local(host):
        raise AccessError(
            f"on {host!r} others can open the page; add --auth user:password (or --auth FILE), "
            f"or leave --host out to keep it on this machine ({LOCAL_HOST})",
            f"监听 {host!r} 时他人也能打开页面；请加上 --auth 用户:密码（或 --auth 文件），"
            f"或去掉 --host，仅供本机使用（{LOCAL_HOST}）",
        )


def is_local(host: str) -> bool:
    """Whether only this machine reaches ``host``.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_administrator(name: str | None, users: Mapping[str, str]) -> str:
    """Who may choose the chat model, ``""`` for nobody that is named.

    Raises:
        AccessError: it is none of the users.
    """
    if name and name not in users:
        raise AccessError(
            f"--admin {name!r} is not one of the users of --auth; name one of them",
            f"--admin {name!r} 不在 --auth 的用户之中；请指定其中一位",
        )
    return name or ""


def is_known(authorization: str, users: Mapping[str, str]) -> bool:
    """Whether an ``Authorization: Basic`` header names a user with the right password."""
    return user_of(authorization, users) is not None


def user_of(authorization: str, users: Mapping[str, str]) -> str | None:
    """The user whom an ``Authorization: Basic`` header names with the right password."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:  # no Base64, no ASCII, no UTF-8
        return None
    # An unknown user takes as long as a known one with a wrong password.
    expected = users.get(name, "")
    same = hmac.compare_digest(expected.encode(), password.encode())
    return name if same and name in users else None


def caller_of(scope: Mapping[str, Any], user: str | None = None) -> str:
    """Who sent a request: a user by name, else an address; nothing that a caller may choose."""
    client = scope.get("client")
    return f"user {user}" if user is not None else client[0] if client else ""


def may_choose(
    headers: Mapping[str, str], users: Mapping[str, str], administrator: str, *, own: bool
) -> bool:
    """Whether a reader may choose the chat model, and with it which servers this machine calls.

    Args:
        own: Whether the page is this machine's own; not where another server passes requests on.
    """
    if users:
        return bool(administrator) and administrator == user_of(
            headers.get("authorization", ""), users
        )
    return own and not is_passed_on(headers)


def is_passed_on(headers: Mapping[str, str]) -> bool:
    """Whether another server, which others may reach, sent a request on to this one."""
    return any(name in headers for name in _PASSED_ON)


def _user(line: str) -> tuple[str, str]:
    name, _, password = line.partition(":")
    if not name or not password:
        raise AccessError(
            "--auth takes user:password, or a file of such lines",
            "--auth 应为“用户:密码”，或由这样的行组成的文件",
        )
    return name, password
