"""The token worker's child process: the only place where a vendor's PKCS#11 module is loaded. One process holds one module.

Started as ``python -m signing.worker_child``; speaks worker_pipe frames on what were its stdin and stdout. It logs nothing and answers
errors as codes, never as tracebacks: a PIN passes here.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from .protection import protect_process
from .worker_pipe import Message, Secret, pack, read_frame, unpack, write_frame

# DigestInfo prefixes of RFC 8017 §9.2, for tokens that offer only raw RSA PKCS#1 v1.5
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_GONE = ("TokenNotPresent", "DeviceRemoved", "SessionHandleInvalid", "SessionClosed", "SlotIDInvalid", "NoSuchToken")
_PIN_ERRORS = {
    "PinIncorrect": "pin.wrong",
    "PinLocked": "pin.locked",
    "PinExpired": "pin.expired",
    "PinInvalid": "pin.bad_format",
    "PinLenRange": "pin.bad_format",
    "UserPinNotInitialized": "pin.uninitialised",
    "FunctionCancelled": "pin.cancelled",
}


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An answer of "no" with a code and facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.answer: Message = {"error": code, **facts}


@dataclass(slots=True)
class _Open:
    session: Any
    key: Any
    slot: int
    pin: Secret | None  # kept only for keys that ask for it at each signature (CKA_ALWAYS_AUTHENTICATE)


class Module:
    """A loaded PKCS#11 module and its open sessions."""

    def __init__(self) -> None:
        self._library: Any = None
        self._path = ""
        self._sessions: dict[int, _Open] = {}
        self._last = 0

    def answer(self, message: Message) -> Message:
        """Do what one message asks."""
        match message.get("op"):
            case "load":
                return self.load(str(message["module"]))
            case "tokens":
                return self.tokens()
            case "login":
                return self.login(message)
            case "sign":
                return self.sign(int(message["session"]), unpack(message["data"]), str(message["digest"]))
            case "logout":
                return self.logout(int(message["session"]))
        raise Refused("token.device_error", reason="UnknownRequest")

    def load(self, path: str) -> Message:
        """Load and initialise the module."""
        import pkcs11

        try:
            self._library = pkcs11.lib(path)
        except Exception as error:  # noqa: BLE001 - OSError, PKCS11Error, or whatever a loader hook raises
            raise Refused("token.module_unloadable", reason=type(error).__name__) from None
        self._path = path
        return {"library": self._library.library_description.strip()}

    def tokens(self) -> Message:
        """Every token present, with the certificates that can be read without a PIN."""
        if not self._sessions:  # a token plugged in or made since: some modules look only when initialised
            self._library.reinitialize()
        found = []
        for slot in self._library.get_slots(token_present=True):
            try:
                token = slot.get_token()
                if _has_flag(token, "TOKEN_INITIALIZED"):
                    found.append(self._describe(slot, token))
            except Exception as error:  # noqa: BLE001 - one broken slot must not hide the others
                if type(error).__name__ not in _GONE:
                    found.append({"slot": slot.slot_id, "error": "token.device_error", "reason": type(error).__name__})
        return {"tokens": found}

    def login(self, message: Message) -> Message:
        """One C_Login, no more; then find the key of the certificate. ``pin`` absent: the reader's own pad asks."""
        import pkcs11

        secret = Secret(str(message.pop("pin"))) if message.get("pin") is not None else None
        slot_id = int(message["slot"])
        if any(item.slot == slot_id for item in self._sessions.values()):
            raise Refused("token.session_open")
        token = self._token(slot_id, str(message["serial"]))
        try:
            session = token.open(user_pin=secret.text() if secret else pkcs11.PROTECTED_AUTH)
        except Exception as error:
            code = _PIN_ERRORS.get(type(error).__name__)
            if code is None:
                raise
            raise Refused(code, pin_state=self._pin_state(slot_id)) from None
        try:
            key = _private_key(session, bytes.fromhex(str(message["key_id"])))
            always = _always_authenticate(key)
        except Exception:
            session.close()
            raise
        self._last += 1
        self._sessions[self._last] = _Open(session, key, slot_id, secret if always else None)
        return {"session": self._last, "algorithm": key.key_type.name.lower()}

    def sign(self, number: int, data: bytes, digest: str) -> Message:
        """PKCS#1 v1.5 or ECDSA over ``digest`` of ``data``; ECDSA answers r‖s as the token gives it."""
        import pkcs11

        opened = self._sessions.get(number)
        if opened is None:
            raise Refused("token.removed")
        if digest not in _DIGEST_INFO:
            raise Refused("token.device_error", reason="UnknownDigest")
        hashed = hashlib.new(digest, data).digest()
        if opened.key.key_type == pkcs11.KeyType.RSA:
            mechanism, payload = pkcs11.Mechanism.RSA_PKCS, _DIGEST_INFO[digest] + hashed
        else:
            mechanism, payload = pkcs11.Mechanism.ECDSA, hashed
        pin = opened.pin.text() if opened.pin else None
        return {"signature": pack(opened.key.sign(payload, mechanism=mechanism, pin=pin))}

    def logout(self, number: int) -> Message:
        """Close a session; closing the last one of a token logs out (PKCS#11 §5.6)."""
        opened = self._sessions.pop(number, None)
        if opened is not None:
            opened.session.close()
        return {}

    def _token(self, slot_id: int, serial: str) -> Any:
        for slot in self._library.get_slots(token_present=True):
            if slot.slot_id == slot_id:
                token = slot.get_token()
                if _text(token.serial) == serial:
                    return token
        raise Refused("token.removed")

    def _pin_state(self, slot_id: int) -> str:
        try:
            for slot in self._library.get_slots(token_present=True):
                if slot.slot_id == slot_id:
                    return _state(slot.get_token())
        except Exception:  # noqa: BLE001 - the flags are a courtesy beside the error itself
            return "ok"
        return "ok"

    def _describe(self, slot: Any, token: Any) -> Message:
        shortest, longest = _pin_lengths(self._path, slot.slot_id)
        return {
            "slot": slot.slot_id,
            "label": token.label.strip(),
            "serial": _text(token.serial),
            "model": token.model.strip(),
            "manufacturer": token.manufacturer_id.strip(),
            "pin_state": _state(token),
            "pin_pad": _has_flag(token, "PROTECTED_AUTHENTICATION_PATH"),
            "min_pin": shortest,
            "max_pin": longest,
            "certificates": _certificates(token),
        }


def _has_flag(token: Any, name: str) -> bool:
    import pkcs11

    return bool(token.flags & getattr(pkcs11.TokenFlag, name))


def _state(token: Any) -> str:
    if _has_flag(token, "USER_PIN_LOCKED"):
        return "locked"
    if not _has_flag(token, "USER_PIN_INITIALIZED"):
        return "uninitialised"
    if _has_flag(token, "USER_PIN_FINAL_TRY"):
        return "final_try"
    return "low" if _has_flag(token, "USER_PIN_COUNT_LOW") else "ok"


def _certificates(token: Any) -> list[Message]:
    import pkcs11

    found: list[Message] = []
    with token.open() as session:
        for item in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}):
            try:
                der = bytes(item[pkcs11.Attribute.VALUE])
                key_id = bytes(item[pkcs11.Attribute.ID]).hex()
                label = str(item[pkcs11.Attribute.LABEL])
            except Exception:  # noqa: BLE001, S112 - an object without these is no certificate of ours
                continue
            if der:
                found.append({"der": pack(der), "key_id": key_id, "label": label})
    return found


def _private_key(session: Any, key_id: bytes) -> Any:
    import pkcs11

    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.ID: key_id}
    keys = list(session.get_objects(wanted))
    if not keys:
        raise Refused("token.no_private_key")
    return keys[0]


def _always_authenticate(key: Any) -> bool:
    import pkcs11

    try:
        return bool(key[pkcs11.Attribute.ALWAYS_AUTHENTICATE])
    except Exception:  # noqa: BLE001 - absent in many modules: then it does not ask
        return False


def _pin_lengths(path: str, slot_id: int) -> tuple[int, int]:
    from .token_info import pin_lengths

    return pin_lengths(path, slot_id)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").rstrip(" \0")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer messages until the pipe closes."""
    write_frame(answers, {"ready": True, **asdict(protect_process())})
    module = Module()
    while (message := read_frame(requests)) is not None:
        try:
            answer = module.answer(message)
        except Refused as refusal:
            answer = refusal.answer
        except Exception as error:  # noqa: BLE001 - the parent gets a code; a traceback could hold a PIN
            name = type(error).__name__
            answer = {"error": "token.removed" if name in _GONE else "token.device_error", "reason": name}
        message.clear()
        write_frame(answers, answer)


def main() -> None:
    """Take the pipes away from file descriptors 0, 1 and 2, into which vendor modules may print, then serve."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silence, descriptor)
        serve(requests, answers)
    os._exit(
        0
    )  # vendor modules' exit handlers crash (research: libcastle, SoftHSM under NSS); nothing of ours is left to do


if __name__ == "__main__":
    main()
