"""Connections to a PostgreSQL server: opened, spoken to as SQLite's are, and what goes wrong with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from index.errors import LibraryError
from index.location import Server

_SECONDS_TO_CONNECT = 5
_NOTICED = {
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 5,
    "tcp_user_timeout": 10_000,
}
"""libpq's parameters by which a machine that has gone without a word is given up after ten seconds:
its own defaults are those of the system, hours where nothing is sent."""

_LOST = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleSessionTimeout,
    errors.SerializationFailure,  # on a standby: the rows read were vacuumed away on the primary
    errors.DeadlockDetected,
    errors.ReadOnlySqlTransaction,  # the primary has become a standby
    errors.UndefinedTable,  # an index that was swapped for a newer one meanwhile
)


class ConnectionLostError(LibraryError):
    """The server went away, or what was read did, while it was read; another try may do."""


class Connection:
    """A connection as ``index.database.database.Statements``: ``?`` stands for a value.

    Attributes:
        raw: The driver's own.
    """

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        return self.raw.cursor(binary=True).execute(
            _marked(statement), [_storable(value) for value in values]
        )

    def execute_planned(self, statement: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
        """``execute`` that is planned for these very values, which decide by which index is read."""
        return self.raw.cursor(binary=True).execute(
            _marked(statement), [_storable(value) for value in values], prepare=False
        )

    def executemany(
        self, statement: str, values: Iterable[Sequence[Any]], /
    ) -> psycopg.Cursor[Any]:
        cursor = self.raw.cursor(binary=True)
        cursor.executemany(
            _marked(statement), ([_storable(value) for value in row] for row in values)
        )
        return cursor

    def run(self, statements: str) -> psycopg.Cursor[Any]:
        """Several statements without values in one message."""
        return self.raw.execute(statements.encode())

    @property
    def is_lost(self) -> bool:
        return self.raw.closed

    def close(self) -> None:
        self.raw.close()


@lru_cache(maxsize=1000)
def _marked(statement: str) -> bytes:
    """A statement in the driver's spelling."""
    return statement.replace("%", "%%").replace("?", "%s").encode()


def _storable(value: Any) -> Any:
    """A value as PostgreSQL's text can hold it: without NUL, which no cleaned text has."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def connect(server: Server, *, writes: bool = False) -> Connection:
    """A connection of its own, on the primary where it ``writes``, else as the address says.

    An address with several hosts reads from standbys where there are any, unless it names its own
    ``target_session_attrs``. Everything else in it (``sslmode``, ``options`` …) is libpq's.

    Raises:
        LibraryError: no such server can be reached.
    """
    given = _read_address(server)
    with said_plainly(server):
        several = "," in str(given.get("host") or given.get("hostaddr") or "")
        chosen: dict[str, Any] = {
            **{name: value for name, value in _NOTICED.items() if name not in given},
            "application_name": given.get("application_name") or "juwen",
            "connect_timeout": given.get("connect_timeout") or _SECONDS_TO_CONNECT,
        }
        if writes:
            chosen["target_session_attrs"] = "read-write"
        elif several and "target_session_attrs" not in given:
            chosen["target_session_attrs"] = "prefer-standby"
        raw = psycopg.connect(make_conninfo(server.address, **chosen), autocommit=True)
    return Connection(raw)


def _read_address(server: Server) -> Mapping[str, Any]:
    """The parts of an address.

    Raises:
        LibraryError: it is none. What the driver says of it is not said: it may quote the password.
    """
    try:
        return conninfo_to_dict(server.address)
    except psycopg.Error:
        name = str(server)
    raise LibraryError(
        f"the address {name!r} cannot be read; write it like postgresql://USER@HOST:5432/DATABASE, with "
        "signs such as @, % and / in names and passwords percent-encoded, and with libpq's parameters only",
        f"无法识别地址 {name!r}；请写成 postgresql://用户@主机:5432/数据库，用户名与密码中的 @、%、/ 等字符须百分号编码，"
        "且只使用 libpq 的参数",
    )


@contextmanager
def transaction(connection: Connection, server: Server) -> Iterator[None]:
    """All or nothing of what is written inside."""
    with said_plainly(server):
        connection.run("BEGIN")
        try:
            yield
        except BaseException:
            if not connection.is_lost:
                connection.run("ROLLBACK")
            raise
        connection.run("COMMIT")


@contextmanager
def said_plainly(server: Server) -> Iterator[None]:
    """Turn what the driver and the server raise into one sentence, which tells no password."""
    try:
        yield
    except psycopg.Error as error:
        raise _plain(server, error) from None  # the driver's own error may hold the address
    except sqlite3.DatabaseError as error:
        raise LibraryError(
            f"the library {str(server)!r} is damaged ({error}); see what with "
            f"'juwen verify --library {server}', or restore it from a backup",
            f"文章库 {str(server)!r} 已损坏（{error}）；请用 juwen verify --library {server} 查看，或从备份恢复",
        ) from error


def _plain(server: Server, error: psycopg.Error) -> LibraryError:
    said = server.without_secrets(" ".join(str(error).split())) or type(error).__name__
    name = str(server)
    if isinstance(error, errors.UndefinedTable) and '"manifest"' in said:
        return LibraryError(
            f"there is no library in {name!r}; make one with 'juwen index PATH --library {name}'",
            f"{name!r} 中没有文章库；请用 juwen index 文件 --library {name} 建库",
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return LibraryError(
            f"the user of {name!r} may not do that ({said}); grant the role what docs/scale.md lists, "
            "or name another user",
            f"{name!r} 的用户权限不足（{said}）；请按 docs/scale.zh-CN.md 授权，或换一个用户",
        )
    if isinstance(error, _LOST) or (
        isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) and not error.sqlstate
    ):
        return ConnectionLostError(
            f"the server of {name!r} cannot be reached ({said}); nothing was changed by what it did "
            "not finish: check that it runs and lets this machine in, and run it again",
            f"无法连接 {name!r} 的服务器（{said}）；未完成的操作未作任何更改，请检查服务器是否运行、是否允许本机访问，然后重试",
        )
    return LibraryError(
        f"the library {name!r} cannot be read or written ({said}); nothing in it was changed: check "
        "the server's log",
        f"无法读写文章库 {name!r}（{said}）；库中内容未变，请检查服务器日志",
    )
