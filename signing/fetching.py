"""One answer over HTTP from an address that a certificate names: CRL (RFC 5280 §4.2.1.13), OCSP (RFC 6960 app. A), issuers (§4.2.2.1).

What a certificate names is a stranger's wish. So: http and https only, no credentials of any kind, addresses judged before connecting and
after every redirect, sizes and the whole time bounded, the proxy that the policy names and no other.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from .addresses import AddressRule, resolve
from .policy import SYSTEM_PROXY, VerificationPolicy
from .proxies import system_proxy

_HOPS = 3
_BLOCK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})  # RFC 9110 §15.4
_LONGEST_URL = 2048


class NotFetched(Exception):  # noqa: N818 - caught at once: no answer is no evidence
    """Why there is no answer: ``url``, ``address``, ``redirect``, ``status``, ``too_large``, ``too_slow``, ``unreachable``, ``proxy``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a GET, or a POST of ``body``. ``largest``: bytes of the answer."""

    url: str
    largest: int
    body: bytes | None = None
    kind: str = ""  # Content-Type of the body


def fetch_bytes(request: Request, policy: VerificationPolicy, *, deadline: float | None = None) -> bytes:
    """The body of a 200. ``deadline``: a ``time.monotonic`` value that bounds this answer beside ``policy.seconds``.

    Raises NotFetched.
    """
    limit = monotonic() + policy.seconds
    end = limit if deadline is None else min(limit, deadline)
    url = request.url
    for _ in range(_HOPS + 1):
        answer = _ask(url, request, policy, end)
        if isinstance(answer, bytes):
            return answer
        url = _followed(url, answer, posted=request.body is not None)
    raise NotFetched("redirect")


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    target: str


def _followed(url: str, redirect: _Redirect, *, posted: bool) -> str:
    """Where a redirect leads; never from https to http, and a POST only where it stays one."""
    if posted and redirect.status not in _KEEPS_METHOD:
        raise NotFetched("redirect")
    target = urljoin(url, redirect.target)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise NotFetched("redirect")
    return target


def _ask(url: str, request: Request, policy: VerificationPolicy, end: float) -> bytes | _Redirect:
    parts = _parts(url)
    rule = AddressRule(policy.private, policy.forbidden)
    proxy = _proxy(policy, url)
    try:
        connection, selector = _route(parts, rule, proxy, end)
        headers = {"Connection": "close", **({"Content-Type": request.kind} if request.kind else {})}
        with _bounded(connection, end):
            connection.request("GET" if request.body is None else "POST", selector, request.body, headers)
            with contextlib.closing(connection.getresponse()) as response:
                if response.status in _REDIRECTS:
                    return _Redirect(response.status, response.headers.get("Location", ""))
                if response.status != 200:
                    raise NotFetched("proxy" if response.status == 407 else "status")
                return _body(response, request.largest, end)
    except PermissionError as error:
        raise NotFetched("address") from error
    except TimeoutError as error:
        raise NotFetched("too_slow") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched("too_slow" if monotonic() >= end else "unreachable") from error


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise NotFetched("url") from error
    if not usable or "@" in parts.netloc or len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable():
        raise NotFetched("url")
    return parts


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise NotFetched("too_slow")
    return left


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _route(
    parts: SplitResult, rule: AddressRule, proxy: SplitResult | None, end: float
) -> tuple[http.client.HTTPConnection, str]:
    """A connection to a judged address, or to the proxy, and what to ask it for."""
    seconds = _left(end)
    host, port = str(parts.hostname), _port(parts)
    selector = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if proxy is None:
        addresses = resolve(host, port, rule, seconds=seconds)
        if parts.scheme == "https":
            return _PinnedTls(host, port, addresses, end), selector
        return _Pinned(host, port, addresses, end), selector
    if not rule.permits_name(host):
        raise PermissionError(host)
    by, through = str(proxy.hostname), proxy.port or 80
    if parts.scheme == "https":
        tunnel = http.client.HTTPSConnection(by, through, timeout=seconds, context=ssl.create_default_context())
        tunnel.set_tunnel(host, port)
        return tunnel, selector
    return http.client.HTTPConnection(by, through, timeout=seconds), f"http://{parts.netloc}{selector}"


class _Pinned(http.client.HTTPConnection):
    """Connects to the addresses that were judged, not to what the name says by then."""

    def __init__(self, host: str, port: int, addresses: list[str], end: float) -> None:
        super().__init__(host, port)
        self._addresses, self._end = addresses, end

    def connect(self) -> None:
        self.sock = _connect(self._addresses, self.port, self._end)


class _PinnedTls(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, addresses: list[str], end: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, context=self._tls)
        self._addresses, self._end = addresses, end

    def connect(self) -> None:
        self.sock = _connect(
            self._addresses, self.port, self._end
        )  # known before the handshake, so that it can be cut off
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


def _connect(addresses: list[str], port: int, end: float) -> socket.socket:
    failed: OSError = OSError("no address")
    for address in addresses[:4]:
        try:
            return socket.create_connection((address, port), timeout=_left(end))
        except OSError as error:
            failed = error
    raise failed


@contextlib.contextmanager
def _bounded(connection: http.client.HTTPConnection, end: float) -> Iterator[None]:
    """Connected; whatever the other side does, a byte now and then included, it ends at ``end``."""
    held: list[socket.socket] = []  # the connection forgets its socket when the answer says that it will be closed

    def cut() -> None:
        for one in held or [connection.sock]:
            with contextlib.suppress(OSError, AttributeError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_left(end), cut)
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        held.append(connection.sock)
        yield
    finally:
        timer.cancel()
        connection.close()
        timer.join()


def _body(response: http.client.HTTPResponse, largest: int, end: float) -> bytes:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:15]) > largest:
        raise NotFetched("too_large")
    read = bytearray()
    while block := response.read1(_BLOCK):
        read += block
        if len(read) > largest:
            raise NotFetched("too_large")
        _left(end)
    if announced.isdecimal() and len(read) != int(announced[:15]) and not response.chunked:
        raise NotFetched("too_slow" if monotonic() >= end else "unreachable")  # broken off
    _left(end)
    return bytes(read)


def _proxy(policy: VerificationPolicy, url: str) -> SplitResult | None:
    """The proxy's address; a login in it is never used: it would have come from the environment or from a file that all may read."""
    text = system_proxy(url) if policy.proxy == SYSTEM_PROXY else policy.proxy
    if not text:
        return None
    try:
        proxy = urlsplit(text)
        usable = proxy.scheme == "http" and bool(proxy.hostname) and proxy.port != 0
    except ValueError as error:
        raise NotFetched("proxy") from error
    if not usable:
        raise NotFetched("proxy")
    return proxy
