"""Keys on a PKCS#11 token: which one belongs to a certificate, and how it is asked for a signature. Used in the worker's child only."""

from __future__ import annotations

from typing import Any

from .cryptoki import (
    CKA_CLASS,
    CKA_EC_PARAMS,
    CKA_ID,
    CKA_KEY_TYPE,
    CKA_LABEL,
    CKA_MODULUS,
    CKA_VALUE,
    CKK_EC,
    CKK_RSA,
    CKM_ECDSA,
    CKM_RSA_PKCS,
    CKM_RSA_PKCS_PSS,
    CKO_CERTIFICATE,
    CKO_PRIVATE_KEY,
    Cryptoki,
    PssParameters,
    ulong,
)
from .der import integer, sequence
from .worker_holder import Refused
from .worker_pipe import Message, pack

# DigestInfo prefixes of RFC 8017 §9.2: CKM_RSA_PKCS pads what it is given
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
# CKM_SHA…, CKG_MGF1_SHA… (Current Mechanisms 2.40 §2.1.8), salt length in bytes = digest length (RFC 4056 §3)
_PSS = {"sha256": (0x250, 2, 32), "sha384": (0x260, 3, 48), "sha512": (0x270, 4, 64)}
# bytes of the order of a named curve, by its OBJECT IDENTIFIER in DER (CKA_EC_PARAMS)
_ORDER_BYTES = {
    bytes.fromhex("06082a8648ce3d030107"): 32,  # P-256
    bytes.fromhex("06052b81040022"): 48,  # P-384
    bytes.fromhex("06052b81040023"): 66,  # P-521
}


def certificates(cryptoki: Cryptoki, session: int, *, key_id: bytes = b"") -> list[Message]:
    """Certificates readable in a session: DER, CKA_ID and label. ``key_id`` narrows the search."""
    template: list[tuple[int, int | bytes]] = [(CKA_CLASS, CKO_CERTIFICATE)]
    if key_id:
        template.append((CKA_ID, key_id))
    found = []
    for handle in cryptoki.find(session, template):
        der = cryptoki.read(session, handle, CKA_VALUE)
        if der:
            held_id = cryptoki.read(session, handle, CKA_ID) or b""
            label = (cryptoki.read(session, handle, CKA_LABEL) or b"").decode("utf-8", "replace")
            found.append({"der": pack(der), "key_id": held_id.hex(), "label": label})
    return found


def private_key(cryptoki: Cryptoki, session: int, wanted: Message) -> int:
    """The handle of the key that belongs to a certificate: by CKA_ID, then by the public key itself, last by label.

    ``wanted``: ``key_id``, ``key_label``, and hex of ``modulus`` (RSA) or ``curve`` (CKA_EC_PARAMS). Raises Refused
    ``token.no_private_key`` and ``token.ambiguous_key``.
    """
    template: list[tuple[int, int | bytes]] = [(CKA_CLASS, CKO_PRIVATE_KEY)]
    key_id = bytes.fromhex(str(wanted.get("key_id", "")))
    if key_id:
        template.append((CKA_ID, key_id))
    keys = [key for key in cryptoki.find(session, template) if _fits(cryptoki, session, key, wanted)]
    if not keys:
        raise Refused("token.no_private_key")
    if len(keys) > 1:
        label = str(wanted.get("key_label", "")).encode("utf-8")
        keys = [key for key in keys if cryptoki.read(session, key, CKA_LABEL) == label] or keys
    if len(keys) > 1 and not _proven(cryptoki, session, keys[0], wanted):
        raise Refused("token.ambiguous_key", count=len(keys))
    return keys[0]


def _fits(cryptoki: Cryptoki, session: int, key: int, wanted: Message) -> bool:
    kind = ulong(cryptoki.read(session, key, CKA_KEY_TYPE))
    if modulus := bytes.fromhex(str(wanted.get("modulus", ""))):
        held = cryptoki.read(session, key, CKA_MODULUS)
        return kind == CKK_RSA and (held is None or held.lstrip(b"\0") == modulus.lstrip(b"\0"))
    if curve := bytes.fromhex(str(wanted.get("curve", ""))):
        held = cryptoki.read(session, key, CKA_EC_PARAMS)
        return kind == CKK_EC and (held is None or held == curve)
    return True


def _proven(cryptoki: Cryptoki, session: int, key: int, wanted: Message) -> bool:
    """Whether the key itself says that it is the certificate's: several with one modulus are one key."""
    return bool(wanted.get("modulus")) and cryptoki.read(session, key, CKA_MODULUS) is not None


def key_facts(cryptoki: Cryptoki, session: int, key: int) -> tuple[bool, int]:
    """Whether it is an RSA key, and the bytes of its curve's order (0 for RSA and unknown curves)."""
    rsa = ulong(cryptoki.read(session, key, CKA_KEY_TYPE)) == CKK_RSA
    order = 0 if rsa else _ORDER_BYTES.get(cryptoki.read(session, key, CKA_EC_PARAMS) or b"", 0)
    return rsa, order


def request(
    digest: bytes, algorithm: str, padding: str, *, rsa: bool, order: int
) -> tuple[int, PssParameters | None, bytes]:
    """Mechanism, parameters and payload of one signature over ``digest``. Raises Refused ``token.no_mechanism``."""
    if algorithm not in _DIGEST_INFO or len(digest) != _PSS[algorithm][2]:
        raise Refused("token.no_mechanism", mechanism=algorithm)
    if (
        not rsa
    ):  # only the leftmost bits of a digest longer than the order count (FIPS 186-4 §6.4); not every token cuts
        return CKM_ECDSA, None, digest[:order] if order else digest
    if padding == "pss":
        return CKM_RSA_PKCS_PSS, PssParameters(*_PSS[algorithm]), digest
    return CKM_RSA_PKCS, None, _DIGEST_INFO[algorithm] + digest


def ecdsa_der(raw: bytes) -> bytes:
    """r‖s, as PKCS#11 gives it, as ECDSA-Sig-Value (RFC 3279 §2.2.3). Raises Refused for what cannot be a signature."""
    half, odd = divmod(len(raw), 2)
    if odd or not 0 < half <= 66:
        raise Refused("token.device_error", reason="signature")
    return sequence(*(integer(int.from_bytes(part, "big")) for part in (raw[:half], raw[half:])))


def mechanism_names(numbers: tuple[int, ...]) -> list[str]:
    """Those that matter here, by the words that the parent uses."""
    names: dict[int, Any] = {CKM_RSA_PKCS: "RSA", CKM_RSA_PKCS_PSS: "RSA-PSS", CKM_ECDSA: "ECDSA"}
    return [name for number, name in names.items() if number in numbers]
