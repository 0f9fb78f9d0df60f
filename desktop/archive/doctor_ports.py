"""Whether the inner ports of a SeaweedFS stand open: who reaches them without a key goes round every lock of the S3 port.

Measured (0046): the filer deletes locked bytes, the master a whole bucket by one GET, gRPC both.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from .doctor import Probe

USUAL = {"filer": 8888, "master": 9333, "volume": 8080}
GRPC = 10_000  # SeaweedFS serves gRPC at each port + 10000
TIMEOUT = 3.0  # seconds
_HELLO = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
)  # RFC 9113 3.4: preface, empty SETTINGS
_SETTINGS = 4
_PATHS = ("/", "/status")  # of a volume server the first is guarded when the second is not
_GUARDED = frozenset({401, 403})


def examine_ports(endpoint: str, ports: Mapping[str, int] | None) -> Iterator[Probe]:
    """One probe for each port that answers whoever asks, or one that says that none does."""
    host = urlsplit(endpoint).hostname
    if not host:
        return
    wanted = USUAL if ports is None else ports
    open_ones = 0
    for name, port in wanted.items():
        for number, answers in ((port, answers_http), (port + GRPC, answers_grpc)):
            if answers(host, number):
                open_ones += 1
                yield Probe("probe.port_open", good=False, facts={"name": name, "host": host, "port": number})
    if not open_ones:
        yield Probe(
            "probe.ports_closed", good=True, facts={"host": host, "ports": ", ".join(map(str, wanted.values()))}
        )


def answers_http(host: str, port: int) -> bool:
    """Whether a stranger gets an answer other than "no" there, plainly or through TLS without a certificate of his own."""
    return any(_tells(host, port, path, tls=tls) for tls in (False, True) for path in _PATHS)


def _tells(host: str, port: int, path: str, *, tls: bool) -> bool:
    secure = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=_stranger()) if tls else None
    connection = secure or http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status not in _GUARDED and not (answer.status == 400 and b"HTTPS server" in answer.read(200))
    except (OSError, http.client.HTTPException):  # nobody there, or the alert that a certificate is required
        return False
    finally:
        connection.close()


def answers_grpc(host: str, port: int) -> bool:
    """Whether a stranger may begin an HTTP/2 conversation there, plainly or through TLS without a certificate of his own."""
    return any(_settings_come(host, port, tls=tls) for tls in (False, True))


def _settings_come(host: str, port: int, *, tls: bool) -> bool:
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT) as plain:
            if not tls:
                return _greets(plain)
            context = _stranger()
            context.set_alpn_protocols(["h2"])
            with context.wrap_socket(plain, server_hostname=host) as secure:
                return _greets(secure)
    except OSError:  # refused, reset, or the alert that a certificate is required
        return False


def _greets(connection: socket.socket) -> bool:
    connection.sendall(_HELLO)
    frame = b""
    while len(frame) < 9:
        piece = connection.recv(9 - len(frame))
        if not piece:
            return False
        frame += piece
    return frame[3] == _SETTINGS


def _stranger() -> ssl.SSLContext:
    """Trusts whoever answers: nothing is sent, the question is only whether he answers at all."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
