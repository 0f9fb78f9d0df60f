"""What the token worker's child holds: a PKCS#11 module or a PKCS#12 file, behind one set of questions."""

from __future__ import annotations

from typing import Any, Protocol

from .worker_pipe import Message, Secret


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An answer of "no" with a code and facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.answer: Message = {"error": code, **facts}


class Holder(Protocol):
    """Answers as plain messages; each method raises Refused. No method keeps a secret longer than it says."""

    def tokens(self, *, refresh: bool) -> Message:
        """Every token with its certificates, without a PIN. ``refresh``: look anew, as far as no session is open."""
        ...

    def look(self, message: Message) -> Message:
        """One token only, as it is now, and whether it still holds the certificate of that SHA-256."""
        ...

    def login(self, message: Message, secret: Secret) -> Message:
        """Open the key; the secret is tried once. The caller wipes it, unless ``keeps`` says that it was taken."""
        ...

    def keeps(self, secret: Secret) -> bool:
        """Whether an open session still needs this secret."""
        ...

    def select(self, session: int, certificate: str) -> Message:
        """Which of several identities of a session signs."""
        ...

    def sign(self, session: int, digest: bytes, algorithm: str, padding: str) -> bytes:
        """A signature over a digest: PKCS#1 v1.5, PSS, or ECDSA as DER."""
        ...

    def idle(self) -> bool:
        """Whether no session is open."""
        ...

    def logout(self, session: int) -> None:
        """End a session and wipe what it kept."""
        ...

    def close(self) -> None:
        """End every session."""
        ...
