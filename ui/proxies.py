"""Proxies that the environment names are for other machines: this one is never reached through them."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

_LOCAL = ("localhost", "127.0.0.1", "::1")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_SPARED = ("NO_PROXY", "no_proxy")
"""Both spellings: where a client finds the small one, it does not look at the other."""


def spare_local(environment: MutableMapping[str, str] = os.environ) -> None:
    """Add this machine to what no proxy is asked for, where there is a proxy.

    Brackets around an address go: clients read ``[::1]`` as a host with a port.
    """
    if not any(environment.get(name) or environment.get(name.lower()) for name in _PROXIES):
        return
    given = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    spared = [name for part in given.split(",") if (name := part.strip().strip("[]"))]
    if "*" not in spared:
        spared += [name for name in _LOCAL if name not in spared]
    for name in _SPARED:
        environment[name] = ",".join(spared)
