"""An open token: PIN asked last and once, then signatures until it is closed."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, Self

from .errors import PinError, SigningCancelled, TokenError
from .report import Certificate, Padding, PinState, Token
from .worker_pipe import Secret

if TYPE_CHECKING:
    from types import TracebackType

    from .worker_process import WorkerProcess

PIN_PAD_LIMIT = 90.0  # seconds that a person has at the reader's own pad
_DIGESTS = ("sha256", "sha384", "sha512")
_LOST = {"token.module_hung": "hung", "token.module_crashed": "crashed"}


class PinProvider(Protocol):
    """Asks the person. Called once, after everything that can be checked without a PIN; "" for a reader with its own pad.

    ``certificate`` is None for a PKCS#12 file, whose certificates are known only after its password.
    """

    def __call__(self, token: Token, certificate: Certificate | None) -> str:
        """The PIN or password. Raises SigningCancelled when the person declines."""
        ...


class TokenSession:
    """A logged-in token and the key of one certificate. Context manager; logs out on close. Nothing of the PIN stays here.

    ``chain`` is the DER of CA certificates found on the token. Thread-safe: signatures asked for at once are made in turn.
    """

    def __init__(
        self,
        process: WorkerProcess,
        number: int,
        token: Token,
        certificate: Certificate,
        chain: tuple[bytes, ...],
        *,
        at_the_pad: bool = False,
    ) -> None:
        self.token = token
        self.certificate = certificate
        self.chain = chain
        self._process: WorkerProcess | None = process
        self._number = number
        self._limit = PIN_PAD_LIMIT if at_the_pad else None  # the reader's pad asks again for each signature

    def sign_raw(self, data: bytes, *, digest: str = "sha256", padding: Padding = Padding.PKCS1) -> bytes:
        """A signature over ``digest`` (sha256, sha384, sha512) of ``data``: RSA by ``padding``, ECDSA as ECDSA-Sig-Value in DER.

        Raises TokenError (``token.removed``, ``token.no_mechanism``, ``token.module_hung``, ``token.module_crashed``,
        ``token.logged_out``, ``token.device_error``), PinError (a key that wants its PIN each time), SigningCancelled (at the pad).
        """
        if digest not in _DIGESTS:
            raise TokenError("token.no_mechanism", token=self.token.label, mechanism=digest)
        process = self._process
        if process is None or not process.alive:
            raise TokenError("token.removed", token=self.token.label)
        message = {"op": "sign", "session": self._number, "digest": digest, "padding": padding.value}
        try:
            answer = process.ask(message, data=hashlib.new(digest, data).digest(), timeout=self._limit)
        except TokenError as error:
            raise told(error, self.token) from None
        return bytes(answer.get("data", b""))

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


def open_session(
    living: Callable[[], WorkerProcess],
    token: Token,
    certificate: Certificate,
    chain: tuple[bytes, ...],
    pin: PinProvider,
) -> TokenSession:
    """Ask for the PIN and log in once. Raises PinError, TokenError, SigningCancelled; never tries twice.

    ``living`` gives the child once the PIN is there: the one that was there before may have died meanwhile.
    """
    require_pin_possible(token)
    secret = Secret(pin(token, certificate))
    if token.pin_pad:
        secret.wipe()  # such a reader takes no PIN from the computer: its own pad asks
        secret = Secret("")
    elif not max(token.min_pin, 1) <= len(secret) <= (token.max_pin or len(secret)):
        secret.wipe()
        raise PinError("pin.bad_format", token=token.label, min=token.min_pin, max=token.max_pin)
    process = living()
    answer = login(process, token, secret, {"key_id": certificate.key_id, **_key_of(certificate)})
    number, pad = int(answer["session"]), bool(answer.get("at_the_pad"))
    return TokenSession(process, number, token, certificate, chain, at_the_pad=pad)


def login(process: WorkerProcess, token: Token, secret: Secret, wanted: dict[str, Any]) -> dict[str, Any]:
    """The one login. Raises PinError ``pin.outcome_unknown`` when the module dies of it: the try may have counted."""
    message = {"op": "login", "slot": token.slot, "serial": token.serial, "label": token.label, **wanted}
    limit = PIN_PAD_LIMIT if token.pin_pad else None
    try:
        return process.ask(message, secret=secret, timeout=limit)
    except TokenError as error:
        if error.code == "token.module_hung" and token.pin_pad:
            raise PinError("pin.pad_timeout", token=token.label, seconds=PIN_PAD_LIMIT) from None
        if error.code in _LOST and not token.soft:
            module = process.module.name
            raise PinError("pin.outcome_unknown", token=token.label, module=module, reason=_LOST[error.code]) from None
        raise told(error, token) from None


def require_pin_possible(token: Token) -> None:
    """Refuse before asking when the flags say that no PIN can help: ``pin.locked``, ``pin.uninitialised``."""
    if token.pin_state is PinState.LOCKED:
        raise PinError("pin.locked", token=token.label)
    if token.pin_state is PinState.UNINITIALISED:
        raise PinError("pin.uninitialised", token=token.label)


_AFTER_WRONG = {PinState.LOCKED.value: "pin.locked", PinState.FINAL_TRY.value: "pin.wrong_one_left"}
_SECRET_CODES = ("pin.", "p12.wrong_password", "p12.password_needed")


def told(error: TokenError, token: Token) -> TokenError | SigningCancelled:
    """The child's answer with the facts that its words need; a refused PIN or password as PinError."""
    if error.code == "pin.cancelled":
        return SigningCancelled()
    facts: dict[str, Any] = {**error.facts, "token": token.label}
    if error.code.startswith(_SECRET_CODES):
        state = str(facts.pop("pin_state", None) or PinState.OK.value)
        code = _AFTER_WRONG.get(state, error.code) if error.code == "pin.wrong" else error.code
        return PinError(code, **{**facts, "state": state, "min": token.min_pin, "max": token.max_pin})
    return TokenError(error.code, **facts)


def _key_of(certificate: Certificate) -> dict[str, str]:
    """What a private key must have in common with the certificate: hex of the modulus, or of the curve's parameters; and the label."""
    from asn1crypto import x509

    public = x509.Certificate.load(certificate.der).public_key
    found = {"key_label": certificate.label}
    if public.algorithm == "rsa":
        modulus = public["public_key"].parsed["modulus"].native
        found["modulus"] = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big").hex()
    elif public.algorithm == "ec":
        found["curve"] = public["algorithm"]["parameters"].dump().hex()
    return found
