"""Pages that are one file and ask nothing of any network: their templates, and how they are written."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from index.errors import JuwenError
from ui.language import say, speaks_chinese


def render(template: str, **values: object) -> str:
    """A template of this package, filled; every value is escaped, whatever it says.

    The template has ``say`` for both languages and ``fingerprint`` to allow its own script alone.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = (files("ui") / template).read_text(encoding="utf-8")
    return environment.from_string(source).render(
        say=say,
        language="zh" if speaks_chinese() else "en",
        fingerprint=_fingerprint,
        **values,
    )


def _fingerprint(script: str) -> str:
    """A script's hash as a Content-Security-Policy names it."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def check_writable(path: Path) -> None:
    """Make the page's folder; see that the page can be written, before there is work to lose.

    Raises:
        JuwenError: it cannot.
    """
    partial = _partial(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        partial.write_bytes(b"")
        partial.unlink()
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def write_page(path: Path, page: str) -> None:
    """Write a page so that it is there whole or not at all.

    Raises:
        JuwenError: it cannot be written.
    """
    partial = _partial(path)
    try:
        partial.write_bytes(page.encode("utf-8", "backslashreplace"))
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _partial(path: Path) -> Path:
    return path.parent / f"{path.name}.part"


def _unwritable(path: Path, error: OSError | ValueError) -> JuwenError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return JuwenError(
        f"the page {str(path)!r} cannot be written ({reason}); name another file, or make room",
        f"无法写入页面 {str(path)!r}（{reason}）；请指定其他文件，或腾出空间",
    )
