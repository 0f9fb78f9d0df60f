"""An open token: PIN asked last and once, then signatures until it is closed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol, Self

from .errors import PinError, SigningCancelled, TokenError
from .report import Certificate, PinState, Token
from .worker_pipe import Secret, pack, unpack

if TYPE_CHECKING:
    from types import TracebackType

    from .worker_process import WorkerProcess

PIN_PAD_LIMIT = 90.0  # seconds that a person has at the reader's own pad


class PinProvider(Protocol):
    """Asks the person. Called once, after everything that can be checked without a PIN; "" for a reader with its own pad."""

    def __call__(self, token: Token, certificate: Certificate | None) -> str:
        """The PIN. Raises SigningCancelled when the person declines."""
        ...


class TokenSession:
    """A logged-in token and the key of one certificate. Context manager; logs out on close. Nothing of the PIN stays here.

    ``chain`` is the DER of CA certificates found on the token.
    """

    def __init__(
        self, process: WorkerProcess, number: int, token: Token, certificate: Certificate, chain: tuple[bytes, ...]
    ) -> None:
        self.token = token
        self.certificate = certificate
        self.chain = chain
        self._process: WorkerProcess | None = process
        self._number = number

    def sign_raw(self, data: bytes, *, digest: str = "sha256", padding: object = None) -> bytes:
        """RSASSA-PKCS1-v1_5, or ECDSA as DER (X9.62), by the key's type; ``digest``: sha256, sha384, sha512.

        Raises TokenError (``token.removed``, ``token.module_hung``, ``token.module_crashed``, ``token.device_error``).
        """
        answer = self._ask({"op": "sign", "session": self._number, "data": pack(data), "digest": digest})
        signature = unpack(str(answer["signature"]))
        return _ecdsa_der(signature) if self.certificate.algorithm.startswith("EC") else signature

    def close(self) -> None:
        """Log out. Safe to call again, and after the worker died."""
        process, self._process = self._process, None
        if process is None or not process.alive:
            return
        with contextlib.suppress(TokenError):  # it is gone, and with it the session
            process.ask({"op": "logout", "session": self._number})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, message: dict[str, object]) -> dict[str, object]:
        if self._process is None or not self._process.alive:
            raise TokenError("token.removed", token=self.token.label)
        return self._process.ask(message)


def open_session(
    process: WorkerProcess, token: Token, certificate: Certificate, chain: tuple[bytes, ...], pin: PinProvider
) -> TokenSession:
    """Ask for the PIN and log in once. Raises PinError, TokenError, SigningCancelled; never tries twice."""
    require_pin_possible(token)
    secret = Secret(pin(token, certificate))
    pad = token.pin_pad and not secret.raw()
    if not pad and not secret.raw():
        raise PinError("pin.bad_format", token=token.label, min=token.min_pin, max=token.max_pin)
    message = {"op": "login", "slot": token.slot, "serial": token.serial, "key_id": certificate.key_id}
    try:
        answer = process.ask(message, pin=None if pad else secret, timeout=PIN_PAD_LIMIT if pad else None)
    except TokenError as error:
        raise _login_error(error, token) from None
    return TokenSession(process, int(answer["session"]), token, certificate, chain)


def require_pin_possible(token: Token) -> None:
    """Refuse before asking when the flags say that no PIN can help: ``pin.locked``, ``pin.uninitialised``."""
    if token.pin_state is PinState.LOCKED:
        raise PinError("pin.locked", token=token.label)
    if token.pin_state is PinState.UNINITIALISED:
        raise PinError("pin.uninitialised", token=token.label)


_AFTER_WRONG = {PinState.LOCKED.value: "pin.locked", PinState.FINAL_TRY.value: "pin.wrong_one_left"}


def _login_error(error: TokenError, token: Token) -> TokenError | SigningCancelled:
    if error.code == "pin.cancelled":
        return SigningCancelled()
    if error.code.startswith("pin."):
        state = str(error.facts.get("pin_state") or PinState.OK.value)
        code = _AFTER_WRONG.get(state, error.code) if error.code == "pin.wrong" else error.code
        return PinError(code, token=token.label, state=state, min=token.min_pin, max=token.max_pin)
    return error


def _ecdsa_der(raw: bytes) -> bytes:
    from asn1crypto.algos import DSASignature

    encoded: bytes = DSASignature.from_p1363(raw).dump()
    return encoded
