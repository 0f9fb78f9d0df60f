"""Which computers may be asked: never one of a private network because a certificate from outside names it, unless the policy says so.

A name is resolved first, each address is judged, and the connection goes to an address that was judged, so that a name that answers
differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1
_SITE_LOCAL = ipaddress.IPv6Network("fec0::/10")  # RFC 3879: deprecated, still routed inside some offices
_LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa", "intranet")


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Public addresses, and those of ``allowed`` ranges; none of ``forbidden``, which wins. Ranges are CIDR texts."""

    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    def permits(self, text: str) -> bool:
        """Whether that IP address may be asked. An address that carries another inside (mapped, NAT64, 6to4, Teredo) is judged by both."""
        try:
            outer = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        return all(self._permits(one) for one in _with_inner(outer))

    def permits_name(self, host: str) -> bool:
        """For hosts that a proxy resolves: no address that is not permitted however it is written, no name of the local network."""
        name = host.rstrip(".").lower()
        if written := _as_written(name):
            return self.permits(written)
        return "." in name and not any(name == one or name.endswith(f".{one}") for one in _LOCAL_NAMES)

    def _permits(self, address: Address) -> bool:
        if any(address in one for one in _networks(self.forbidden) if one.version == address.version):
            return False
        if any(address in one for one in _networks(self.allowed) if one.version == address.version):
            return True
        site_local = address.version == 6 and address in _SITE_LOCAL
        return address.is_global and not address.is_multicast and not address.is_reserved and not site_local


def resolve(host: str, port: int, rule: AddressRule, *, seconds: float) -> list[str]:
    """Addresses of ``host`` that the rule permits, in the system's order.

    Raises PermissionError where there are only others, TimeoutError, OSError where there are none.
    """
    found: list[str] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    asking = threading.Thread(target=ask, name="qillqa-resolve", daemon=True)  # the system's call has no time limit
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise TimeoutError(host)
    if failed or not found:
        raise failed[0] if failed else OSError(host)
    permitted = [address for address in found if rule.permits(address)]
    if not permitted:
        raise PermissionError(host)
    return permitted


def _with_inner(address: Address) -> list[Address]:
    found: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return [address.ipv4_mapped]
        if address.sixtofour is not None:
            found.append(address.sixtofour)
        if address.teredo is not None:
            found += address.teredo
        if address in _NAT64:
            found = [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return found


def _as_written(name: str) -> str:
    """The address that a host is when it is no name: dotted, whole, hexadecimal, octal, or IPv6; empty for names."""
    bare = name.removeprefix("[").removesuffix("]")
    if ":" in bare:
        return bare
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return ""


@lru_cache(maxsize=16)
def _networks(texts: Sequence[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
