from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import LibraryError
from index.records import Problem, Summary
from ui.chat.jobs import Jobs, State, UploadError, check_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("周报.json", "周报.json"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\x\\导出.JSONL.gz", "导出.jsonl.gz"),
        ("..json", "file.json"),
        (".txt", "file.txt"),
        ("a\x00b<c>|d.md", "abcd.md"),
        ("长" * 300 + ".pdf", "长" * 80 + ".pdf"),
    ],
)
def test_names_that_are_taken(name, kept):
    assert check_name(name).lower() == kept


@pytest.mark.parametrize("name", ["", "x", "a.exe", "json", "a.json/", "a.json.exe", "/"])
def test_names_that_are_not(name):
    if name == "a.json/":  # a trailing slash names the same file
        assert check_name(name) == "a.json"
        return
    with pytest.raises(UploadError, match="is not a file that can be read"):
        check_name(name)


def wait(jobs: Jobs, job_id: str) -> State:
    until(lambda: jobs.find(job_id).state in (State.DONE, State.FAILED))
    return jobs.find(job_id).state


def until(happened: Callable[[], bool]) -> None:
    for _ in range(3000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError("it does not happen")


def upload(jobs: Jobs, name: str = "a.txt"):
    path = jobs.place(name)
    path.write_text("x")
    return jobs.add(path), path


def test_one_job_after_the_other(tmp_path: Path):
    seen, ids, changed = [], ["old"], []
    running = threading.Semaphore(1)

    def index(paths, folder, progress):
        assert running.acquire(blocking=False)
        assert folder == tmp_path
        progress(1, 0)
        progress(1, 2)
        seen.append(paths[0].read_text())
        ids.append(f"new{len(ids)}")
        running.release()
        return Summary(added=1)

    jobs = Jobs(tmp_path, index, lambda: list(ids), lambda: changed.append(1))
    begun = [upload(jobs) for _ in range(3)]
    assert [wait(jobs, job.id) for job, _ in begun] == [State.DONE] * 3
    assert seen == ["x"] * 3
    assert [jobs.find(job.id).new for job, _ in begun] == [("new1",), ("new2",), ("new3",)]
    until(lambda: not any(path.exists() for _, path in begun))
    assert len(changed) == 3
    jobs.close()


@pytest.mark.parametrize("fails", [True, False])
def test_what_is_wrong_names_the_file_as_it_was_sent(tmp_path: Path, fails: bool):
    def index(paths, folder, progress):
        said = f"{str(paths[0])!r} is bad", f"{str(paths[0])!r} 有误"
        if fails:
            raise LibraryError(*said)
        return Summary(failed=1, problems=(Problem(*said, lost=True),))

    jobs = Jobs(tmp_path, index, list)
    job, _ = upload(jobs, "周报.txt")
    wait(jobs, job.id)
    found = jobs.find(job.id)
    problem = found.error if fails else found.summary.problems[0]
    assert (problem.english, problem.chinese) == ("'周报.txt' is bad", "'周报.txt' 有误")
    jobs.close()


@pytest.mark.parametrize("error", [LibraryError("full", "满"), RuntimeError("odd")])
def test_a_job_that_fails_ends_no_other(tmp_path: Path, error: Exception):
    errors = [error]

    def index(paths, folder, progress):
        if errors:
            raise errors.pop()
        return Summary()

    jobs = Jobs(tmp_path, index, list)
    (first, _), (second, _) = upload(jobs), upload(jobs)
    assert wait(jobs, first.id) is State.FAILED
    assert str(error) in jobs.find(first.id).error.english
    assert wait(jobs, second.id) is State.DONE
    jobs.close()


def test_what_fails_after_a_job_ends_no_other(tmp_path: Path):
    def after():
        raise LibraryError("the server is gone", "服务器已断开")

    jobs = Jobs(tmp_path, lambda *_: Summary(), list, after)
    (first, _), (second, _) = upload(jobs), upload(jobs)
    assert wait(jobs, first.id) is State.DONE
    assert wait(jobs, second.id) is State.DONE
    jobs.close()


def test_too_many_wait(tmp_path: Path):
    going = threading.Event()
    jobs = Jobs(tmp_path, lambda *_: going.wait(10) and Summary(), list)
    upload(jobs)
    while jobs._waiting.qsize():  # until the first is being worked on
        time.sleep(0.01)
    for _ in range(20):
        upload(jobs)
    with pytest.raises(UploadError, match="are waiting already"):
        upload(jobs)
    going.set()
    jobs.close()


def test_what_a_killed_server_left_is_deleted_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, running = (
        tmp_path / "juwen-uploads-999999999-a",
        tmp_path / f"juwen-uploads-{os.getpid()}-b",
    )
    other = tmp_path / "juwen-uploads-notes"
    for folder in (left, running, other):
        folder.mkdir()
        (folder / "a.json").write_text("[]")
    jobs = Jobs(tmp_path / "library", lambda *_: None, list)
    assert not left.exists()
    assert running.exists()
    assert other.exists()
    jobs.close()


def test_there_is_only_so_much_room_for_what_waits(tmp_path, monkeypatch):
    monkeypatch.setattr("ui.chat.jobs._MOST_BYTES", 10)
    jobs = Jobs(tmp_path / "library", lambda *_: None, list)
    jobs.place("a.json").write_text("x" * 20)
    with pytest.raises(UploadError, match="all the room"):
        jobs.place("b.json")
    jobs.close()


def test_a_file_is_placed_while_others_vanish(tmp_path: Path):
    jobs = Jobs(tmp_path, lambda *_: Summary(), list)
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            jobs.discard(jobs.place("a.txt"))

    others = [threading.Thread(target=come_and_go) for _ in range(2)]
    for one in others:
        one.start()
    try:
        for _ in range(200):
            jobs.place("b.txt")
    finally:
        ended.set()
        for one in others:
            one.join()
        jobs.close()
