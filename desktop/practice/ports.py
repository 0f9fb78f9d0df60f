"""A free port on loopback, below the range from which systems take ports for outgoing connections."""

from __future__ import annotations

import secrets
import socket

from desktop.records.errors import OfficeError

LOOPBACK = "127.0.0.1"
_LOWEST, _HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether somebody could listen on that port of the loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(*, highest: int = _HIGHEST, tries: int = 200) -> int:
    """A port nobody listens on; raises ``practice.no_port`` when none was found."""
    for _ in range(tries):
        port = _LOWEST + secrets.randbelow(highest - _LOWEST)
        if is_free(port):
            return port
    raise OfficeError("practice.no_port", tries=tries)
