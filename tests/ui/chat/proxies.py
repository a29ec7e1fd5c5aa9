"""Servers that pass requests on to a page which they have under a path, as nginx, Traefik and others do."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OWN = ("transfer-encoding", "content-length", "connection")


def taking_away(below: str) -> Callable[[str], str | None]:
    """As nginx's ``location /below/ { proxy_pass http://page/; }``: paths lose it on their way."""
    return lambda path: path.removeprefix(below) if path.startswith(f"{below}/") else None


def handing_on(below: str) -> Callable[[str], str | None]:
    """As nginx's ``location /below/ { proxy_pass http://page; }``: paths stay as they are."""
    return lambda path: path if path.startswith(f"{below}/") else None


@contextmanager
def proxied(port: int, passed_on: Callable[[str], str | None], **headers: str) -> Iterator[str]:
    """A proxy before the server at ``port``; gives its own address, without a path.

    Args:
        passed_on: The path that the server is asked for, or ``None`` for one that it is not asked for.
        headers: Sent along with every request, ``_`` standing for ``-``.
    """
    added: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def handle_one(self):
            path = passed_on(self.path)
            if path is None:
                self.send_error(404)
                return
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
            said = {k: v for k, v in self.headers.items() if k.lower() != "host"}
            said |= {"X-Forwarded-Host": self.headers["Host"], **added}
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as server:
                server.request(self.command, path, sent, said)
                answer = server.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _OWN:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                while piece := answer.read1():  # as it comes: answers are streams
                    self.wfile.write(piece)

        do_GET = do_POST = do_HEAD = handle_one  # noqa: N815

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
    finally:
        proxy.shutdown()
        proxy.server_close()
