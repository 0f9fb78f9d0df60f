"""Timestamp requests and answers as DER (RFC 3161 §2.4): written from a template, read where they are needed and nowhere else.

Neither is done with asn1crypto: its objects cost more per token than the signature check does. Lengths are definite and minimal
(X.690 §10.1); what is nested wrongly is refused, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from .der import NULL, integer, octets, sequence, tlv

SEQUENCE, SET, INTEGER, BIT_STRING, OCTETS, OID, BOOLEAN, TIME = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x01, 0x18
_UTF8, _TAG0, _TAG1, _KEY_ID = 0x0C, 0xA0, 0xA1, 0x80
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
DIGESTS = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
_FAILURES = {  # PKIFailureInfo, RFC 3161 §2.4.2
    0: "bad_alg",
    2: "bad_request",
    5: "bad_data_format",
    14: "time_not_available",
    15: "unaccepted_policy",
    16: "unaccepted_extension",
    17: "add_info_not_available",
    25: "system_failure",
}
_STATUSES = ("granted", "granted_with_mods", "rejection", "waiting", "revocation_warning", "revocation_notification")


class Malformed(ValueError):  # noqa: N818 - a finding about bytes, told as a Fault
    """The bytes are no timestamp answer. ``reason`` is a code, never a part of the bytes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """One element: ``begin`` to ``stop`` with its header, its content from ``start``. Offsets into ``data``."""

    data: bytes
    tag: int
    begin: int
    start: int
    stop: int

    @property
    def der(self) -> bytes:
        return self.data[self.begin : self.stop]

    @property
    def content(self) -> bytes:
        return self.data[self.start : self.stop]

    def children(self) -> list[Node]:
        """The elements inside; raises Malformed when they do not fill it exactly."""
        found, at = [], self.start
        while at < self.stop:
            node = read_node(self.data, at, self.stop)
            found.append(node)
            at = node.stop
        return found


def read_node(data: bytes, at: int, end: int) -> Node:
    """The element at ``at``, which must end by ``end``. Raises Malformed ``not_der``."""
    if at + 2 > end or data[at] & 0x1F == 0x1F:
        raise Malformed("not_der")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or start + size > end:
            raise Malformed("not_der")
        length = int.from_bytes(data[start : start + size], "big")
        if length < 0x80 or data[start] == 0:
            raise Malformed("not_der")
        start += size
    if start + length > end:
        raise Malformed("not_der")
    return Node(data, data[at], at, start, start + length)


def whole(data: bytes, tag: int) -> Node:
    """The one element that ``data`` is; raises Malformed ``not_der``."""
    node = read_node(data, 0, len(data))
    if node.stop != len(data) or node.tag != tag:
        raise Malformed("not_der")
    return node


_ALGORITHMS = {name: sequence(tlv(OID, number), NULL) for number, name in DIGESTS.items()}
_CERT_REQUIRED = tlv(BOOLEAN, b"\xff")


def request(digest: bytes, algorithm: str, nonce: int, policy: bytes = b"") -> bytes:
    """TimeStampReq (§2.4.1) with certReq. ``policy``: its OID as DER, or nothing. Raises ValueError where digest and algorithm differ."""
    if SIZES.get(algorithm) != len(digest):
        raise ValueError("this digest is not of that algorithm")
    imprint = sequence(_ALGORITHMS[algorithm], octets(digest))
    return sequence(integer(1), imprint, policy, integer(nonce), _CERT_REQUIRED)


@dataclass(frozen=True, slots=True)
class Granted:
    """PKIStatusInfo (§2.4.2) and the token, empty where none was given. ``failures``: names of PKIFailureInfo."""

    status: str
    failures: tuple[str, ...]
    token: bytes


def read_response(data: bytes) -> Granted:
    """TimeStampResp (§2.4.2). Raises Malformed."""
    if not data:
        raise Malformed("empty")
    parts = whole(data, SEQUENCE).children()
    if not 1 <= len(parts) <= 2 or parts[0].tag != SEQUENCE:
        raise Malformed("not_der")
    number, *more = parts[0].children() or [parts[0]]
    if number.tag != INTEGER or not number.content:
        raise Malformed("not_der")
    status = int.from_bytes(number.content, "big", signed=True)
    name = _STATUSES[status] if 0 <= status < len(_STATUSES) else "unknown"
    failures = tuple(failure for node in more if node.tag == BIT_STRING for failure in _failures(node.content))
    return Granted(name, failures, parts[1].der if len(parts) == 2 else b"")


def _failures(content: bytes) -> Iterator[str]:
    for index, octet in enumerate(content[1:]):
        for bit in range(8):
            if octet & 0x80 >> bit:
                yield _FAILURES.get(index * 8 + bit, "unknown")


@dataclass(frozen=True, slots=True)
class Info:
    """TSTInfo (§2.4.2). ``nonce`` None where the TSA left it out; ``policy`` is the OID's DER; ``time`` aware, UTC."""

    policy: bytes
    algorithm: str
    digest: bytes
    time: datetime
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """A TimeStampToken taken apart: what is to be checked, as it lies in the bytes. ``attributes``: content of signedAttrs."""

    content: bytes
    info: Info
    certificates: bytes
    signer: Node
    digest_algorithm: str
    attributes: Node
    signature_algorithm: Node
    signature: bytes

    def certificate_list(self) -> list[bytes]:
        """DER of each certificate sent along; other choices of CertificateSet are passed over."""
        data, at, found = self.certificates, 0, []
        while at < len(data):
            node = read_node(data, at, len(data))
            if node.tag == SEQUENCE:
                found.append(node.der)
            at = node.stop
        return found


def read_token(token: bytes) -> Parts:
    """A TimeStampToken: SignedData over TSTInfo with exactly one SignerInfo (RFC 3161 §2.4.2, RFC 5652 §5). Raises Malformed."""
    kind, body = _exactly(whole(token, SEQUENCE), OID, _TAG0)
    if kind.content != _SIGNED_DATA:
        raise Malformed("content_type")
    (signed,) = _exactly(body, SEQUENCE)
    version, digests, encapsulated, *rest = _at_least(signed, INTEGER, SET, SEQUENCE)
    if version.content not in (b"\x01", b"\x03"):
        raise Malformed("version")
    kind, body = _exactly(encapsulated, OID, _TAG0)
    if kind.content != _TST_INFO:
        raise Malformed("content_type")
    (content,) = _exactly(body, OCTETS)
    certificates = b"".join(node.content for node in rest if node.tag == _TAG0)
    if not rest or rest[-1].tag != SET or any(node.tag not in (_TAG0, _TAG1) for node in rest[:-1]):
        raise Malformed("not_der")
    signers = rest[-1].children()
    if len(signers) != 1 or signers[0].tag != SEQUENCE:
        raise Malformed("signers")
    parts, listed = _parts(content.content, certificates, signers[0]), digests.children()
    if any(one.tag != SEQUENCE for one in listed) or parts.digest_algorithm not in map(_digest_name, listed):
        raise Malformed("signers")
    return parts


def _parts(content: bytes, certificates: bytes, signer: Node) -> Parts:
    """SignerInfo (RFC 5652 §5.3); signedAttrs must be there, as the content is no id-data."""
    parts = signer.children()
    if len(parts) < 6 or parts[1].tag not in (SEQUENCE, _KEY_ID) or parts[3].tag != _TAG0:
        raise Malformed("signers")
    version, name, digest, attributes, algorithm, signature, *rest = parts
    if version.der != (b"\x02\x01\x03" if name.tag == _KEY_ID else b"\x02\x01\x01") or any(
        r.tag != _TAG1 for r in rest
    ):
        raise Malformed("version")
    if (digest.tag, algorithm.tag, signature.tag) != (SEQUENCE, SEQUENCE, OCTETS):
        raise Malformed("signers")
    return Parts(
        content, read_info(content), certificates, name, _digest_name(digest), attributes, algorithm, signature.content
    )


def read_info(content: bytes) -> Info:
    """TSTInfo (§2.4.2). Raises Malformed."""
    version, policy, imprint, _serial, time, *rest = _at_least(
        whole(content, SEQUENCE), INTEGER, OID, SEQUENCE, INTEGER, TIME
    )
    if version.content != b"\x01":
        raise Malformed("version")
    algorithm, digest = _exactly(imprint, SEQUENCE, OCTETS)
    nonces = [int.from_bytes(node.content, "big", signed=True) for node in rest if node.tag == INTEGER]
    nonce = nonces[0] if nonces else None
    return Info(policy.der, _digest_name(algorithm), digest.content, _moment(time.content), nonce)


def _digest_name(algorithm: Node) -> str:
    """``sha256``, ``sha384``, ``sha512``, or empty for any other; parameters are NULL or not there (RFC 5754 §2)."""
    kind, *parameters = algorithm.children() or [algorithm]
    plain = [one.der for one in parameters] in ([], [b"\x05\x00"])
    return DIGESTS.get(kind.content, "") if plain and (algorithm.tag, kind.tag) == (SEQUENCE, OID) else ""


def _moment(text: bytes) -> datetime:
    """GeneralizedTime as §2.4.2 narrows it: seconds, perhaps a fraction, Z."""
    try:
        whole_part, _, fraction = text.decode("ascii").removesuffix("Z").partition(".")
        if not text.endswith(b"Z") or len(whole_part) != 14 or (fraction and not fraction.isdigit()):
            raise Malformed("time")
        moment = datetime.strptime(whole_part, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed("time") from error
    return moment.replace(microsecond=int(f"{fraction[:6]:0<6}")) if fraction else moment


def _exactly(node: Node, *tags: int) -> list[Node]:
    found = node.children()
    if len(found) != len(tags) or any(one.tag != tag for one, tag in zip(found, tags, strict=True)):
        raise Malformed("not_der")
    return found


def _at_least(node: Node, *tags: int) -> list[Node]:
    found = node.children()
    if len(found) < len(tags) or any(one.tag != tag for one, tag in zip(found, tags, strict=False)):
        raise Malformed("not_der")
    return found
