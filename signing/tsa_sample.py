"""One token of a TSA, kept on the disk from one process to the next: for its size and the certificates in it. It proves nothing."""

from __future__ import annotations

import contextlib
from pathlib import Path

from .tsa_der import Malformed, read_token

_LARGEST = 256 * 1024  # bytes


def read_sample(file: Path) -> bytes | None:
    """The token kept there, DER; None where there is none that can be read."""
    try:
        if file.stat().st_size > _LARGEST:
            return None
        token = file.read_bytes()
        read_token(token)
    except (OSError, Malformed):
        return None
    return token


def keep_sample(file: Path, token: bytes) -> None:
    """Keep it, whole or not at all. A disk that does not take it costs one token in the next process, no more."""
    draft = file.with_name(f".{file.name}.part")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(token)
        draft.replace(file)
