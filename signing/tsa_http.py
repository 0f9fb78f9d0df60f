"""One TSA over HTTP (RFC 3161 §3.4): connections, TLS, proxy, credentials, limits. What fails becomes a Fault with a reason.

Nothing is followed elsewhere: credentials and client certificate are shown to the configured origin alone. The system's proxy is read
only when it is asked for.
"""

from __future__ import annotations

import base64
import ssl
import threading
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .proxies import system_proxy
from .tsa_fault import Fault

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

CONNECTIONS = 16  # kept open per TSA and operation: as many requests as are in flight at once
SYSTEM_PROXY = "system"
_REPLY = "application/timestamp-reply"
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": _REPLY, "Accept-Encoding": "identity"}
_HOPS = 3
_IDLE = 3.0  # seconds: below what servers allow, so that no request meets a connection that is just being closed
_UNKNOWN_CA, _SELF_SIGNED, _NO_ISSUER, _WRONG_HOST, _WRONG_ADDRESS = 20, 19, 21, 62, 64  # X509_V_ERR_*
_EXPIRED, _NOT_YET, _LONE_SELF_SIGNED = 10, 9, 18


@dataclass(frozen=True, slots=True)
class Access:
    """Where a TSA is and how to be let in. Secrets never show in ``repr``.

    ``certificate`` and ``key`` are PEM files of a TLS client certificate; ``ca`` a PEM file of the only authorities believed for TLS
    (empty: the system's). ``proxy``: empty for none, ``system``, or ``http://host:port``. ``timeout`` in seconds per request,
    ``largest`` in bytes per answer.
    """

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    bearer: str = field(default="", repr=False)
    certificate: str = ""
    key: str = ""
    key_passphrase: str = field(default="", repr=False)
    ca: str = ""
    proxy: str = ""
    proxy_password: str = field(default="", repr=False)
    timeout: float = 10.0
    largest: int = 256 * 1024

    def headers(self) -> dict[str, str]:
        """What every request carries (RFC 6750, RFC 7617)."""
        if self.bearer:
            return {**_HEADERS, "Authorization": f"Bearer {self.bearer}"}
        if self.username:
            return {**_HEADERS, "Authorization": _basic(self.username, self.password)}
        return dict(_HEADERS)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


class Door:
    """The TLS context of one TSA, made once and shared by its operations. May be used from any thread."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._made = threading.Lock()
        self._tls: ssl.SSLContext | None = None

    def tls(self) -> ssl.SSLContext:
        """Raises Fault ``tsa.bad_settings`` (``ca_file``, ``client_certificate``)."""
        with self._made:
            if self._tls is None:
                self._tls = _tls_context(self.access)
            return self._tls

    def route(self) -> tuple[str, str]:
        """The proxy's address without credentials and its Proxy-Authorization; both empty for none. Raises Fault ``tsa.bad_settings``."""
        proxy = self.access.proxy
        if proxy == SYSTEM_PROXY:
            proxy = system_proxy(self.access.url)
        if not proxy:
            return "", ""
        try:
            parts = urlsplit(proxy)
            if parts.scheme != "http" or not parts.hostname:
                raise Fault("tsa.bad_settings", "proxy")
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            address = f"http://{host}:{parts.port or 80}"
        except ValueError:
            raise Fault("tsa.bad_settings", "proxy") from None
        if not parts.username:
            return address, ""
        password = self.access.proxy_password or unquote(parts.password or "")
        return address, _basic(unquote(parts.username), password)


def require_url(url: str) -> None:
    """Only http and https, a host, and no credentials in the address, which is shown. Raises Fault ``tsa.bad_settings``."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
        parts = urlsplit("")
    if not good:
        raise Fault("tsa.bad_settings", "url")
    if "@" in parts.netloc:
        raise Fault("tsa.bad_settings", "url_credentials")


def _tls_context(access: Access) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=access.ca or None)
    except (OSError, ValueError):
        raise Fault("tsa.bad_settings", "ca_file", file=access.ca) from None
    if access.certificate:
        phrase = access.key_passphrase
        try:  # a callable, so that OpenSSL never asks the terminal
            context.load_cert_chain(access.certificate, access.key or None, password=lambda: phrase)
        except (OSError, ValueError):
            raise Fault("tsa.bad_settings", "client_certificate", file=access.certificate) from None
    return context


class Channel:
    """The connections of one operation in one event loop. Opened by the first request."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._access = door.access
        self._session: ClientSession | None = None
        self._headers: dict[str, str] = {}
        self._options: dict[str, Any] = {}

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, body: bytes) -> bytes:
        """Send one TimeStampReq, return the answer's bytes.

        Raises Fault ``tsa.unreachable``, ``tsa.refused``, ``tsa.bad_answer``, ``tsa.bad_settings``.
        """
        import aiohttp

        session = self._opened()
        url = self._access.url
        try:
            for _ in range(_HOPS):
                async with session.post(url, data=body, headers=self._headers, **self._options) as response:
                    if response.status not in (301, 302, 303, 307, 308):
                        return await self._read(response)
                    url = _within_origin(response)
        except TimeoutError:  # before OSError, whose child it is
            raise Fault("tsa.unreachable", "timeout") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _connection_fault(error) from error
        raise Fault("tsa.bad_answer", "redirect")

    def _opened(self) -> ClientSession:
        import aiohttp

        if self._session is None:
            require_url(self._access.url)
            secure = self._access.url.lower().startswith("https:")
            proxy, authorization = self._door.route()
            self._headers = self._access.headers()
            self._options = {"proxy": proxy} if proxy else {}
            if authorization and secure:  # for CONNECT alone: inside the tunnel the TSA would read it
                self._options["proxy_headers"] = {"Proxy-Authorization": authorization}
            elif authorization:
                self._headers["Proxy-Authorization"] = authorization
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS, keepalive_timeout=_IDLE, ssl=self._door.tls() if secure else True
                ),
                timeout=aiohttp.ClientTimeout(total=self._access.timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
            self._options["allow_redirects"] = False
        return self._session

    async def _read(self, response: ClientResponse) -> bytes:
        if response.status != 200:
            raise _status_fault(response)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != _REPLY:
            raise Fault("tsa.bad_answer", "content_type")
        read = bytearray()
        async for chunk in response.content.iter_any():
            read += chunk
            if len(read) > self._access.largest:
                response.close()  # the rest is not worth waiting for
                raise Fault("tsa.bad_answer", "too_large", limit=self._access.largest)
        return bytes(read)


def _within_origin(response: ClientResponse) -> str:
    """Where a 307 or 308 leads, if it stays at the same origin and keeps the method (RFC 9110 §15.4)."""
    from yarl import URL

    try:
        target = response.url.join(URL(response.headers.get("Location", "")))
    except ValueError:
        raise Fault("tsa.bad_answer", "redirect") from None
    if response.status not in (307, 308) or target.origin() != response.url.origin() or target.user is not None:
        raise Fault("tsa.bad_answer", "redirect")
    return str(target)


def _status_fault(response: ClientResponse) -> Fault:
    """HTTP's own refusals (RFC 9110 §15.5, §15.6; RFC 6585 §4)."""
    status = response.status
    reasons = {401: "unauthorized", 403: "unauthorized", 404: "not_found", 410: "not_found", 407: "proxy_unauthorized"}
    if status in (429, 503) and (wait := _retry_after(response)) is not None:
        return Fault("tsa.refused" if status == 429 else "tsa.unreachable", "busy", status=status, wait=wait)
    if status == 429:
        return Fault("tsa.refused", "busy", status=status, wait=None)
    if status >= 500:
        return Fault("tsa.unreachable", "server_error", status=status)
    return Fault("tsa.refused", reasons.get(status, "http"), status=status)


def _retry_after(response: ClientResponse) -> float | None:
    """Seconds (RFC 9110 §10.2.3); a date is measured against the server's own Date, not against this PC's clock."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), 10**9))
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())


def _connection_fault(error: Exception) -> Fault:
    """The many errors of aiohttp, as reasons."""
    import aiohttp

    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Fault("tsa.unreachable", "proxy_unauthorized" if error.status == 407 else "proxy", status=error.status)
    cause = _tls_cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Fault("tsa.unreachable", _certificate_reason(cause))
    if cause is not None:
        return Fault("tsa.unreachable", "tls")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Fault("tsa.unreachable", "proxy")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Fault("tsa.unreachable", "dns")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Fault("tsa.unreachable", "connection")
    if isinstance(error, aiohttp.InvalidURL):
        return Fault("tsa.bad_settings", "url")
    if isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError):
        return Fault("tsa.unreachable", "broken_off")
    return Fault("tsa.bad_answer", "http")  # what is no HTTP


def _tls_cause(error: BaseException | None) -> ssl.SSLError | None:
    """OpenSSL's own error below aiohttp's, some of which are SSLError too, but know nothing."""
    found, depth = None, 0
    while error is not None and depth < 5:
        found = error if isinstance(error, ssl.SSLError) else found
        inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
        error, depth = inner if isinstance(inner, BaseException) else error.__cause__, depth + 1
    return found


def _certificate_reason(error: ssl.SSLCertVerificationError) -> str:
    code = getattr(error, "verify_code", None)
    if code in (_WRONG_HOST, _WRONG_ADDRESS):
        return "tls_host"
    if code in (_EXPIRED, _NOT_YET):
        return "tls_expired"
    return "tls_authority" if code in (_UNKNOWN_CA, _SELF_SIGNED, _NO_ISSUER, _LONE_SELF_SIGNED) else "tls"
