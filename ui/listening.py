"""A socket that listens before anything else is loaded, and a server that answers on it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from index.errors import JuwenError
from ui.connections import Patience, be_patient

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_SECONDS_TO_END = 2
"""How long answers that are under way may go on once the server is to end."""


class ListenError(JuwenError):
    """The address is taken, or is none of this machine's."""


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there; 0 stands for any free port.

    Raises:
        ListenError: it cannot.
    """
    bare = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in bare else socket.AF_INET
        return socket.create_server((bare, port), family=family)
    except OSError as error:
        why = error.strerror or error
        raise ListenError(
            f"cannot listen on {host}:{port} ({why}); name another --port or --host",
            f"无法监听 {host}:{port}（{why}）；请换一个 --port 或 --host",
        ) from error


def origin_of(sock: socket.socket, host: str) -> str:
    """Where a listening socket is reached: ``http://127.0.0.1:7860``."""
    bare = host.strip("[]")
    return f"http://{f'[{bare}]' if ':' in bare else bare}:{sock.getsockname()[1]}"


@contextmanager
def listening(
    app: ASGIApp, sock: socket.socket, patience: Patience, **settings: Any
) -> Iterator[asyncio.AbstractEventLoop]:
    """Serve ``app`` in a thread of its own while inside; gives the loop that it runs in.

    Args:
        patience: How long is waited for callers.
        settings: Those of ``uvicorn.Config``.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_END,
        forwarded_allow_ips=sorted(patience.trusted_proxies),
        **settings,
    )
    be_patient(config, patience)
    server = uvicorn.Server(config)
    begun: Future[asyncio.AbstractEventLoop] = Future()

    async def run() -> None:
        begun.set_result(asyncio.get_running_loop())
        await server.serve([sock])

    thread = threading.Thread(target=asyncio.run, args=(run(),), name="serving", daemon=True)
    thread.start()
    try:
        yield begun.result()
    finally:
        server.should_exit = True
        thread.join()
        sock.close()
