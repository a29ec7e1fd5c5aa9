"""Where a library is: a folder, or a database of a PostgreSQL server."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from index.given import path, wrong

_SCHEMES = ("postgresql://", "postgres://")
_USER = re.compile(r"[\w.%-]*")
_SECRETS = re.compile(r"([?&](?:ssl)?password=)[^&]*")


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database that holds a library.

    Attributes:
        address: As libpq reads it, ``postgresql://user@host/database``; a password in it is never
            shown: ``str`` and ``repr`` leave it out.
    """

    address: str = field(repr=False)

    def __str__(self) -> str:
        scheme, _, rest = self.address.partition("://")
        user_info, at, place = rest.rpartition("@")
        user = _USER.match(user_info)
        shown = f"{user[0] if user else ''}{at}{place}"
        return _SECRETS.sub(r"\1***", f"{scheme}://{shown}")

    @property
    def name(self) -> str:
        """The database's name, for people; that of its schema where one is named."""
        try:
            parts = urlsplit(str(self))
        except ValueError:
            return "postgresql"
        options = " ".join(parse_qs(parts.query).get("options", []))
        schema = re.search(r"search_path=([^\s,]+)", options)
        return schema[1] if schema else unquote(parts.path.strip("/")) or "postgresql"

    def without_secrets(self, text: str) -> str:
        """``text`` with what is secret in the address taken out of it."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def _secrets(self) -> set[str]:
        user_info, _, _ = self.address.partition("://")[2].rpartition("@")
        found = {user_info.partition(":")[2]}
        found |= {match.partition("=")[2] for match in re.findall(r"password=[^&]*", self.address)}
        return {form for one in found for form in (one, unquote(one)) if form} | {self.address}


Location = Path | Server


def location(name: str, value: object) -> Location:
    """What was given for the place of a library.

    >>> str(location("library", "postgresql://desk:secret@db/news"))
    'postgresql://desk@db/news'

    Raises:
        GivenError: it is no path and no address.
    """
    if isinstance(value, Server):
        return value
    if isinstance(value, str) and value.startswith(_SCHEMES):
        return Server(value)
    if isinstance(value, str | os.PathLike):
        return path(name, value)
    raise wrong(name, value, "a path or a postgresql:// address", "路径或 postgresql:// 地址")


def given_as(where: Location) -> str:
    """What ``location`` makes the same place of, password included: for another process alone."""
    return where.address if isinstance(where, Server) else str(where)
