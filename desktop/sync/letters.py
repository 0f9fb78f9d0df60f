"""Letters: an event sealed whole (age-encryption.org/v1), for matters whose very subject nobody on the way may read.

One file for all addressed devices. Its header holds a fresh X25519 share per reader and names none of them; how many they are
can be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError

from .blobs import age_recipient
from .envelopes import MAX_CHARACTERS

if TYPE_CHECKING:
    from .device import DeviceKey

MAX_BYTES = MAX_CHARACTERS + 1_000_000
"""The longest event and the header for some thousands of readers; age never makes anything smaller."""
NOT_OURS = "No matching keys found"
"""How age tells a stranger from a reader; the test notices when pyrage words it otherwise."""


def seal_letter(jws: str, recipients: Sequence[tuple[str, str]]) -> bytes:
    """Encrypt a compact JWS to (device id, age recipient) pairs.

    Raises ``blob.no_recipients``, ``blob.bad_recipient``, and ``letter.damaged`` for a text that no reader would take.
    """
    import pyrage

    if not recipients:
        raise OfficeError("blob.no_recipients")
    if len(jws) > MAX_CHARACTERS or not jws.isascii():
        raise OfficeError("letter.damaged", reason="text")
    data: bytes = pyrage.encrypt(jws.encode("ascii"), [age_recipient(*pair) for pair in recipients])
    return data


def open_letter(data: bytes, key: DeviceKey) -> str:
    """The compact JWS inside; its signature is still to be checked.

    Raises ``letter.not_for_us`` where it was not sealed to this device, ``letter.damaged`` for anything else that is no letter.
    """
    import pyrage

    if len(data) > MAX_BYTES:
        raise OfficeError("letter.damaged", reason="size")
    try:
        opened: bytes = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(key.age_identity)])
    except pyrage.DecryptError as error:
        if str(error) == NOT_OURS:
            raise OfficeError("letter.not_for_us") from error
        raise OfficeError("letter.damaged", reason="age") from error
    if len(opened) > MAX_CHARACTERS or not opened.isascii():
        raise OfficeError("letter.damaged", reason="text")
    return opened.decode("ascii")
