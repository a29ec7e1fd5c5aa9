"""Files that were uploaded, put into the library one after the other while the chat goes on."""

from __future__ import annotations

import logging
import os
import queue
import secrets
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePath

from index.build import Progress
from index.errors import JuwenError
from index.location import Location
from index.readers.load import refusal_of, suffix_of
from index.records import Problem, Summary

_LOG = logging.getLogger(__name__)

_LONGEST_STEM = 80
_MOST_WAITING = 20
_MOST_KEPT = 200
_MOST_BYTES = 2 * 1024**3
"""Of the files that wait or are on their way, before one more may be sent."""

_INBOX = "juwen-uploads-"


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    READING = "reading"
    INDEXING = "indexing"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One upload on its way into the library.

    Attributes:
        name: The file's own name, for the person who sent it.
        done: Articles read so far, or made ready of ``total``.
        new: Ids of the articles that it brought.
    """

    id: str
    name: str
    state: State = State.WAITING
    done: int = 0
    total: int = 0
    summary: Summary | None = None
    new: tuple[str, ...] = ()
    error: JuwenError | None = None


Index = Callable[[Sequence[Path], Location, Progress], Summary]
"""Puts files into a library, as ``index.build.index_articles`` does."""


class UploadError(JuwenError):
    """A file that is not taken."""


def check_name(name: str) -> str:
    """A file's name as it may be written: its last part, without what steers a file system.

    >>> check_name("../../etc/周报 1.json")
    '周报 1.json'

    Raises:
        UploadError: its suffix is none that can be read.
    """
    last = PurePath(name.replace("\\", "/")).name
    suffix = suffix_of(last)
    if not suffix:
        refusal = refusal_of(last)
        raise UploadError(refusal.english, refusal.chinese)
    stem = "".join(char for char in last[: -len(suffix)] if char.isalnum() or char in " ._-（）()")
    return f"{stem.strip(' .')[:_LONGEST_STEM] or 'file'}{suffix}"


def sweep_uploads() -> None:
    """Delete what servers that were killed have left of uploads."""
    for path in Path(tempfile.gettempdir()).glob(f"{_INBOX}*"):
        process = path.name.removeprefix(_INBOX).partition("-")[0]
        if process.isdecimal() and _is_own_folder(path) and not _is_running(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_own_folder(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return own and stat.S_ISDIR(found.st_mode)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _size(folder: Path) -> int:
    """Bytes of all files in a folder; of those that vanish meanwhile none."""
    total = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(Path(inside, name)).st_size
    return total


class Jobs:
    """The uploads of one library. One is indexed at a time; safe to use from several threads.

    Args:
        ids: The ids of the library's articles, to tell what a job brought.
        after: Called when the library has changed.
    """

    def __init__(
        self,
        folder: Location,
        index: Index,
        ids: Callable[[], Sequence[str]],
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._index = index
        self._ids = ids
        self._after = after
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[str, Path]] = queue.Queue(_MOST_WAITING)
        sweep_uploads()
        self._inbox = Path(tempfile.mkdtemp(prefix=f"{_INBOX}{os.getpid()}-"))
        threading.Thread(target=self._work, name="juwen-jobs", daemon=True).start()

    def place(self, name: str) -> Path:
        """Where to write an uploaded file of this name, in a folder of its own.

        Raises:
            UploadError: it is not a file that can be read.
        """
        checked = check_name(name)
        if _size(self._inbox) > _MOST_BYTES:
            raise UploadError(
                "the files that wait already take up all the room there is for them; send this one "
                "when they are done",
                "排队的文件已占满上传空间；请等它们完成后再上传",
            )
        return Path(tempfile.mkdtemp(dir=self._inbox)) / checked

    def add(self, path: Path) -> Job:
        """Put the file at ``path``, which ``place`` gave, into the library soon.

        Raises:
            UploadError: too many wait already.
        """
        job = Job(secrets.token_urlsafe(12), path.name)
        with self._lock:
            self._jobs[job.id] = job
            while len(self._jobs) > _MOST_KEPT:
                del self._jobs[next(iter(self._jobs))]
        try:
            self._waiting.put_nowait((job.id, path))
        except queue.Full as error:
            self.discard(path)
            raise UploadError(
                f"{_MOST_WAITING} files are waiting already; send this one when they are done",
                f"已有 {_MOST_WAITING} 个文件在排队；请等它们完成后再上传",
            ) from error
        return job

    def discard(self, path: Path) -> None:
        """Forget a file that ``place`` gave."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def find(self, job_id: str) -> Job | None:
        with self._lock:
            return self._jobs.get(job_id)

    def close(self) -> None:
        shutil.rmtree(self._inbox, ignore_errors=True)

    def _work(self) -> None:
        while True:
            job_id, path = self._waiting.get()
            try:
                self._run(job_id, path)
            finally:
                self.discard(path)

    def _run(self, job_id: str, path: Path) -> None:
        self._change(job_id, state=State.READING)
        try:
            before = set(self._ids())
            summary = self._index([path], self._folder, lambda *at: self._report(job_id, *at))
            new = tuple(one for one in self._ids() if one not in before)
            named = replace(summary, problems=_named_as_sent(summary.problems, path))
            self._change(job_id, state=State.DONE, summary=named, new=new)
        except JuwenError as error:
            sent = (_as_sent(said, path) for said in (error.english, error.chinese))
            plain = JuwenError(*(_by_name(said, self._folder) for said in sent))
            self._change(job_id, state=State.FAILED, error=plain)
        except Exception as error:
            plain = JuwenError(
                f"indexing stopped ({type(error).__name__}: {error}); the library is as it was",
                f"索引中断（{type(error).__name__}：{error}）；文章库未变",
            )
            self._change(job_id, state=State.FAILED, error=plain)
        try:
            self._after()
        except Exception as error:  # the next file is taken all the same
            _LOG.warning("%s after %s: %s", type(error).__name__, path.name, error)

    def _report(self, job_id: str, done: int, total: int) -> None:
        state = State.INDEXING if total else State.READING
        self._change(job_id, state=state, done=done, total=total)

    def _change(self, job_id: str, **values: object) -> None:
        with self._lock:
            if job_id in self._jobs:
                self._jobs[job_id] = replace(self._jobs[job_id], **values)  # type: ignore[arg-type]


def _named_as_sent(problems: Sequence[Problem], path: Path) -> tuple[Problem, ...]:
    return tuple(
        replace(
            one,
            english=_as_sent(one.english, path),
            chinese=_as_sent(one.chinese, path),
            details=tuple(_as_sent(detail, path) for detail in one.details),
        )
        for one in problems
    )


def _by_name(message: str, library: Location) -> str:
    """A message that names the library as its readers know it, not by where it lies."""
    return message.replace(str(library), library.name) if library.name else message


def _as_sent(message: str, path: Path) -> str:
    """A message that names the file as its sender knows it, not by where this machine put it."""
    return message.replace(f"{path.parent}{os.sep}", "")
