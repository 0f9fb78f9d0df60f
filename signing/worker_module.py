"""A PKCS#11 module in the token worker's child: its tokens, one login each, signatures. Nothing is logged; a PIN passes here."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass

from .cryptoki import (
    CKA_ALWAYS_AUTHENTICATE,
    CKU_CONTEXT_SPECIFIC,
    CKU_USER,
    PIN_COUNT_LOW,
    PIN_FINAL_TRY,
    PIN_INITIALISED,
    PIN_LOCKED,
    PIN_PAD,
    TOKEN_INITIALISED,
    Cryptoki,
    CryptokiError,
    TokenFacts,
)
from .worker_holder import Refused
from .worker_keys import certificates, ecdsa_der, key_facts, mechanism_names, private_key, request
from .worker_pipe import Message, Secret, unpack

GONE = frozenset(
    {"CKR_TOKEN_NOT_PRESENT", "CKR_DEVICE_REMOVED", "CKR_SESSION_HANDLE_INVALID", "CKR_SESSION_CLOSED", "CKR_SLOT_ID_INVALID",
     "CKR_TOKEN_NOT_RECOGNIZED"}
)  # fmt: skip
_PIN_ERRORS = {
    "CKR_PIN_INCORRECT": "pin.wrong",
    "CKR_PIN_LOCKED": "pin.locked",
    "CKR_PIN_EXPIRED": "pin.expired",
    "CKR_PIN_INVALID": "pin.bad_format",
    "CKR_PIN_LEN_RANGE": "pin.bad_format",
    "CKR_USER_PIN_NOT_INITIALIZED": "pin.uninitialised",
    "CKR_CANCEL": "pin.cancelled",
    "CKR_FUNCTION_CANCELED": "pin.cancelled",
    "CKR_FUNCTION_REJECTED": "pin.cancelled",
}
_SIGN_ERRORS = {
    "CKR_MECHANISM_INVALID": "token.no_mechanism",
    "CKR_MECHANISM_PARAM_INVALID": "token.no_mechanism",
    "CKR_KEY_FUNCTION_NOT_PERMITTED": "token.key_not_for_signing",
    "CKR_USER_NOT_LOGGED_IN": "token.logged_out",
}


@dataclass(slots=True)
class Open:
    """A session in which the key of one certificate can be used."""

    session: int
    key: int
    slot: int
    rsa: bool
    order: int
    always: bool  # CKA_ALWAYS_AUTHENTICATE: the token wants the PIN again for each signature
    secret: Secret | None  # kept for such keys only, and not where the reader's own pad asks


class Module:
    """A loaded module and its open sessions: the Holder of a PKCS#11 token."""

    def __init__(self, path: str) -> None:
        try:
            self._cryptoki = Cryptoki(path)
        except (OSError, AttributeError, ValueError, CryptokiError) as error:
            name = error.name if isinstance(error, CryptokiError) else type(error).__name__
            raise Refused("token.module_unloadable", reason=name) from None
        self._sessions: dict[int, Open] = {}
        self._last = 0

    def tokens(self, *, refresh: bool) -> Message:
        """Every token present, each once, with the certificates that can be read without a PIN."""
        if refresh and not self._sessions:
            self._cryptoki.reinitialise()
        found: list[Message] = []
        for slot in self._cryptoki.slots():
            try:
                facts = self._cryptoki.token(slot)
                if facts.has(TOKEN_INITIALISED):
                    found.append(self._describe(slot, facts) | {"certificates": self._certificates(slot)})
            except CryptokiError as error:  # one broken slot must not hide the others
                if error.name not in GONE:
                    found.append({"slot": slot, "error": "token.device_error", "reason": error.name})
        return {"tokens": _once(found)}

    def look(self, message: Message) -> Message:
        """The token, wherever it is now, and whether it holds the certificate."""
        slot, facts = self._locate(message)
        key_id = bytes.fromhex(str(message["key_id"]))
        held = {hashlib.sha256(unpack(one["der"])).hexdigest() for one in self._certificates(slot, key_id)}
        return self._describe(slot, facts) | {"held": message["certificate"] in held}

    def login(self, message: Message, secret: Secret) -> Message:
        """One C_Login, no more; then find the key of the certificate."""
        slot, facts = self._locate(message)
        if any(item.slot == slot for item in self._sessions.values()):
            raise Refused("token.session_open")
        _require_possible(facts, secret)
        session = self._cryptoki.open(slot)
        try:
            self._cryptoki.login(session, CKU_USER, None if facts.has(PIN_PAD) else secret.buffer())
        except CryptokiError as error:
            self._end(session, logged_in=error.name == "CKR_USER_ALREADY_LOGGED_IN")
            self._refuse_pin(error, slot)
            raise
        try:
            key = private_key(self._cryptoki, session, message)
            always = self._cryptoki.read(session, key, CKA_ALWAYS_AUTHENTICATE) not in (None, b"\0")
            rsa, order = key_facts(self._cryptoki, session, key)
        except BaseException:
            self._end(session, logged_in=True)
            raise
        self._last += 1
        kept = secret if always and not facts.has(PIN_PAD) else None
        self._sessions[self._last] = Open(session, key, slot, rsa, order, always, kept)
        return {"session": self._last, "at_the_pad": always and kept is None}

    def keeps(self, secret: Secret) -> bool:
        """Whether an open session needs this PIN for each signature."""
        return any(item.secret is secret for item in self._sessions.values())

    def select(self, session: int, certificate: str) -> Message:
        """A session here has one key: nothing to choose."""
        raise Refused("token.certificate_gone", session=session, certificate=certificate)

    def sign(self, session: int, digest: bytes, algorithm: str, padding: str) -> bytes:
        """One C_SignInit, one C_Sign; between them the PIN again where the key wants it (§5.11 C_Login, context specific)."""
        opened = self._sessions.get(session)
        if opened is None:
            raise Refused("token.removed")
        mechanism, parameter, payload = request(digest, algorithm, padding, rsa=opened.rsa, order=opened.order)
        try:
            self._cryptoki.begin_signature(opened.session, mechanism, parameter, opened.key)
            if opened.always:
                self._again(session, opened)
            signature = self._cryptoki.sign(opened.session, payload)
        except CryptokiError as error:
            if error.name in GONE:
                self.logout(session)
            code = _SIGN_ERRORS.get(error.name)
            if code is not None:
                raise Refused(code, mechanism=mechanism_names((mechanism,))[0], reason=error.name) from None
            if error.name == "CKR_FUNCTION_REJECTED":  # some readers ask "sign?" on their own display
                raise Refused("pin.cancelled") from None
            raise
        return signature if opened.rsa else ecdsa_der(signature)

    def idle(self) -> bool:
        """Whether no session is open."""
        return not self._sessions

    def logout(self, session: int) -> None:
        """C_Logout and C_CloseSession, whatever the token answers; the PIN kept for the key is wiped."""
        opened = self._sessions.pop(session, None)
        if opened is not None:
            if opened.secret is not None:
                opened.secret.wipe()
            self._end(opened.session, logged_in=True)

    def close(self) -> None:
        """Log out everywhere."""
        for session in list(self._sessions):
            self.logout(session)

    def _again(self, session: int, opened: Open) -> None:
        pin = opened.secret.buffer() if opened.secret is not None else None
        try:
            self._cryptoki.login(opened.session, CKU_CONTEXT_SPECIFIC, pin)
        except CryptokiError as error:  # refused once: it is not tried for the next document
            self.logout(session)
            self._refuse_pin(error, opened.slot)
            raise

    def _end(self, session: int, *, logged_in: bool) -> None:
        if logged_in:
            with contextlib.suppress(CryptokiError):
                self._cryptoki.logout(session)
        with contextlib.suppress(CryptokiError):
            self._cryptoki.close(session)

    def _refuse_pin(self, error: CryptokiError, slot: int) -> None:
        code = _PIN_ERRORS.get(error.name)
        if code is not None:
            raise Refused(code, pin_state=self._pin_state(slot)) from None

    def _pin_state(self, slot: int) -> str:
        try:
            return _state(self._cryptoki.token(slot))
        except CryptokiError:  # the flags are a courtesy beside the error itself
            return "ok"

    def _locate(self, message: Message) -> tuple[int, TokenFacts]:
        """Its slot, or another one: middleware renumbers them. The token is known by its serial number and label."""
        first = int(message["slot"])
        facts = self._same_token(first, message)
        if facts is not None:
            return first, facts
        for slot in self._cryptoki.slots():
            facts = self._same_token(slot, message) if slot != first else None
            if facts is not None:
                return slot, facts
        raise Refused("token.removed")

    def _same_token(self, slot: int, message: Message) -> TokenFacts | None:
        try:
            facts = self._cryptoki.token(slot)
        except CryptokiError:
            return None
        return facts if (facts.serial, facts.label) == (message["serial"], message["label"]) else None

    def _certificates(self, slot: int, key_id: bytes = b"") -> list[Message]:
        session = self._cryptoki.open(slot)
        try:
            return certificates(self._cryptoki, session, key_id=key_id)
        finally:
            self._end(session, logged_in=False)

    def _describe(self, slot: int, facts: TokenFacts) -> Message:
        try:
            mechanisms = mechanism_names(self._cryptoki.mechanisms(slot))
        except CryptokiError:  # then it shows when signing
            mechanisms = []
        return {
            "slot": slot,
            "label": facts.label,
            "serial": facts.serial,
            "model": facts.model,
            "manufacturer": facts.manufacturer,
            "pin_state": _state(facts),
            "pin_pad": facts.has(PIN_PAD),
            "min_pin": facts.min_pin,
            "max_pin": facts.max_pin,
            "mechanisms": mechanisms,
        }


def _require_possible(facts: TokenFacts, secret: Secret) -> None:
    """The last guard before C_Login: no try is spent where flags and lengths say that it cannot succeed."""
    if facts.has(PIN_LOCKED):
        raise Refused("pin.locked", pin_state="locked")
    if not facts.has(PIN_INITIALISED):
        raise Refused("pin.uninitialised", pin_state="uninitialised")
    if facts.has(PIN_PAD):
        return
    longest = facts.max_pin or len(secret)
    if not max(facts.min_pin, 1) <= len(secret) <= longest:
        raise Refused("pin.bad_format", pin_state=_state(facts))


def _state(facts: TokenFacts) -> str:
    if facts.has(PIN_LOCKED):
        return "locked"
    if not facts.has(PIN_INITIALISED):
        return "uninitialised"
    if facts.has(PIN_FINAL_TRY):
        return "final_try"
    return "low" if facts.has(PIN_COUNT_LOW) else "ok"


def _once(found: list[Message]) -> list[Message]:
    """One token in two slots, with all that it holds, is one token."""
    seen: dict[str, Message] = {}
    for item in found:
        seen.setdefault(repr({**item, "slot": None}) if item.get("serial") else f"slot {item['slot']}", item)
    return list(seen.values())
