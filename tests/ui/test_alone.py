"""``juwen chat`` as a service runs it: no terminal, no HOME, a user without a name."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.ui.conftest import write_export

ROOT = Path(__file__).parents[2]
NOBODY = 54321
"""A user that no file of users names."""

SECONDS = 900
"""It starts in some; the machine may have other work."""

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(os.name != "posix", reason="services are different there"),
]


def as_another() -> list[str]:
    """What runs a command as another user, where the tests are root's; who may read, but not write,
    all that root may: an interpreter in root's home is there for him, too."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("setpriv, which runs a command as another user, is not here")
    user = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return [
        "setpriv",
        *user,
        *("--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search"),
    ]


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder of the user that the program runs as."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_export(folder / "export.json")
        if os.geteuid() == 0:
            for path in (folder, folder / "export.json"):
                os.chown(path, NOBODY, NOBODY)
        yield folder


def address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the page is, as soon as it is said."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"http://\S+", log.read_text("utf-8")):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def test_a_service_serves_the_page(own_folder):
    log = own_folder / "log"
    code = "from ui.cli import main; main()"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*as_another(), sys.executable, "-c", code, "chat", "export.json", "--port", "0"],
            cwd=own_folder,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "TMPDIR": str(own_folder)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=address_in(log, process), timeout=SECONDS) as client:
            assert "据" in client.get("/").text  # before anything is loaded
            while (ready := client.post("/page/ready").json())["state"] == "loading":
                assert ready["said"]
            assert ready == {"state": "ready"}, log.read_text("utf-8")
            asked = client.post("/page/ask", json={"question": "东岸大桥什么时候通车？"})
            last = json.loads(asked.text.splitlines()[-1])
            assert "6月28日" in last["answer"]["answer"]
        assert (own_folder / "library" / "articles.db").stat().st_uid == process_user()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text("utf-8")
        assert "Traceback" not in log.read_text("utf-8")
    finally:
        process.kill()
        process.wait()


def process_user() -> int:
    return NOBODY if os.geteuid() == 0 else os.geteuid()
