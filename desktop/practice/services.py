"""The practice PKI's services on loopback: OCSP, CRLs, TSA and CA certificates, in a child process of their own.

The port is inside the certificates, so that a practice office opened again next week must find the same one free.
The child ends when it is told to, or when its parent's end of the pipe closes (whatever killed the parent).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from desktop.records.errors import OfficeError

from .answers import Answers
from .pki import ISSUING, ROOT, PracticePki
from .ports import LOOPBACK

_START_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_STOP_SECONDS = 5.0
_LARGEST_REQUEST = 64 * 1024


class PkiServices:
    """Serves a practice PKI while the ``with`` block lasts.

    Raises ``practice.port_taken`` when somebody else holds the port, ``practice.services_died`` when the child is gone.
    """

    def __init__(self, pki: PracticePki, *, tsa: bool = True) -> None:
        self.pki = pki
        self._tsa = tsa
        self._pipe: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def tsa_url(self) -> str:
        """The RFC 3161 service, whether it is switched on or not."""
        return self.pki.tsa_url

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the child and wait until it listens. A second call changes nothing."""
        if self._process is not None:
            return
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self.pki, self._tsa, theirs), name="practice-pki", daemon=True)
        self._pipe, self._process = ours, process
        try:
            process.start()
            theirs.close()
            code = self._answer(_START_SECONDS)
            if code != "listening":
                raise OfficeError(code, port=self.pki.port)
        except BaseException:
            theirs.close()
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the child, by its own pid; safe to call twice."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is None:
            return
        if process.pid is not None:
            process.join(_STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
        process.close()

    def stop_tsa(self) -> None:
        """Switch the TSA off: it answers 503 until it is switched on again."""
        self._tell("tsa off")
        self._tsa = False

    def start_tsa(self) -> None:
        """Switch the TSA on."""
        self._tell("tsa on")
        self._tsa = True

    def revoke(self, label: str, *, at: datetime | None = None, reason: str = "key_compromise") -> None:
        """Revoke a certificate; the next OCSP answer and the next CRL say so."""
        self.pki.revoke(label, at=at or datetime.now(UTC), reason=reason)

    def _tell(self, word: str) -> None:
        if self._pipe is None:
            raise OfficeError("practice.services_died", port=self.pki.port)
        try:
            self._pipe.send(word)
        except OSError:
            raise OfficeError("practice.services_died", port=self.pki.port) from None
        self._answer(_ANSWER_SECONDS)

    def _answer(self, seconds: float) -> str:
        pipe = self._pipe
        try:
            if pipe is not None and pipe.poll(seconds):
                return str(pipe.recv())
        except (EOFError, OSError):
            pass
        raise OfficeError("practice.services_died", port=self.pki.port)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows that option would let two servers share the port
    request_queue_size = 64

    def __init__(self, port: int, answers: Answers, tsa: threading.Event) -> None:
        self.answers = answers
        self.tsa = tsa
        super().__init__((LOOPBACK, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is not worth a traceback; anything else is a bug of ours."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30.0
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        kind, _, rest = self.path.lstrip("/").partition("/")
        answers, now = self.server.answers, datetime.now(UTC)
        if kind == "crl" and rest in {f"{ROOT}.crl", f"{ISSUING}.crl"}:
            self._reply(answers.crl(rest.removesuffix(".crl"), now), "application/pkix-crl")
        elif kind == "ca" and rest in {f"{ROOT}.crt", f"{ISSUING}.crt"}:
            self._reply(answers.certificate(rest.removesuffix(".crt")), "application/pkix-cert")
        elif kind == "ocsp" and rest.startswith(f"{ISSUING}/"):
            self._ocsp_by_get(rest.removeprefix(f"{ISSUING}/"))
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST_REQUEST:
            self.close_connection = True
            return self._refuse(HTTPStatus.BAD_REQUEST)
        body = self.rfile.read(int(length))
        answers, now = self.server.answers, datetime.now(UTC)
        if self.path == f"/ocsp/{ISSUING}":
            return self._reply(answers.ocsp(body, now), "application/ocsp-response")
        if self.path != "/tsa":
            return self._refuse(HTTPStatus.NOT_FOUND)
        if not self.server.tsa.is_set():
            return self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        return self._reply(answers.timestamp(body, now), "application/timestamp-reply")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Silent: whoever wants to know asks the answers."""

    def _ocsp_by_get(self, text: str) -> None:
        """RFC 6960 appendix A.1: base64 in the path."""
        try:
            request = base64.b64decode(urllib.parse.unquote(text), validate=True)
        except (binascii.Error, ValueError):
            return self._refuse(HTTPStatus.BAD_REQUEST)
        return self._reply(self.server.answers.ocsp(request, datetime.now(UTC)), "application/ocsp-response")

    def _reply(self, body: bytes, media_type: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _serve(pki: PracticePki, tsa_on: bool, pipe: Connection) -> None:
    """The child: listen first, say so, then obey the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it closes the pipe
    tsa = threading.Event()
    if tsa_on:
        tsa.set()
    try:
        server = _Server(pki.port, Answers(pki), tsa)
    except OfficeError as error:
        pipe.send(error.code)
        return
    except OSError:
        pipe.send("practice.port_taken")
        return
    orders: dict[str, Callable[[], None]] = {"tsa on": tsa.set, "tsa off": tsa.clear}
    with server:
        loop = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="http", daemon=True)
        loop.start()
        with contextlib.suppress(EOFError, OSError):
            pipe.send("listening")
            while True:
                orders[str(pipe.recv())]()
                pipe.send("done")
        server.shutdown()
        loop.join()
