"""The few PKCS#11 2.40 calls that signing needs, by ctypes. Loads vendor code: imported in the token worker's child only.

Written out here, and not left to a library, for what a library does not give: a PIN that lies in one wipeable buffer, each call made
exactly once, sessions closed after a refused login, slot lists that may lie. Clauses are those of PKCS#11 Base Specification 2.40.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_PACK = sys.platform == "win32"  # §2.1: structures are packed to one byte on Windows
_ULONG = ctypes.c_ulong
_UNAVAILABLE = _ULONG(-1).value  # CK_UNAVAILABLE_INFORMATION
_LARGEST = 1024 * 1024  # bytes of one attribute; a certificate has a few thousand
_MOST_SLOTS = 256
_WINDOWS_PATH = 248  # characters from which Windows wants the long form

CKU_USER, CKU_CONTEXT_SPECIFIC = 1, 2
CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA = 0x01, 0x0D, 0x1041
CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY = 1, 2, 3
CKK_RSA, CKK_EC = 0, 3
CKA_CLASS, CKA_LABEL, CKA_VALUE, CKA_KEY_TYPE, CKA_ID = 0x00, 0x03, 0x11, 0x100, 0x102
CKA_MODULUS, CKA_EC_PARAMS, CKA_ALWAYS_AUTHENTICATE = 0x120, 0x180, 0x202

# §4.4 CK_TOKEN_INFO flags
LOGIN_REQUIRED, PIN_INITIALISED, PIN_PAD, TOKEN_INITIALISED = 0x04, 0x08, 0x100, 0x400
PIN_COUNT_LOW, PIN_FINAL_TRY, PIN_LOCKED = 0x10000, 0x20000, 0x40000

_BUFFER_TOO_SMALL, _ALREADY_INITIALISED, _NOT_INITIALISED = 0x150, 0x191, 0x190
_ATTRIBUTE_SENSITIVE, _ATTRIBUTE_INVALID, _NOT_SUPPORTED = 0x11, 0x12, 0x54
_NAMES = {
    0x01: "CKR_CANCEL", 0x02: "CKR_HOST_MEMORY", 0x03: "CKR_SLOT_ID_INVALID", 0x05: "CKR_GENERAL_ERROR", 0x06: "CKR_FUNCTION_FAILED",
    0x07: "CKR_ARGUMENTS_BAD", 0x20: "CKR_DATA_INVALID", 0x21: "CKR_DATA_LEN_RANGE", 0x30: "CKR_DEVICE_ERROR", 0x31: "CKR_DEVICE_MEMORY",
    0x32: "CKR_DEVICE_REMOVED", 0x50: "CKR_FUNCTION_CANCELED", 0x54: "CKR_FUNCTION_NOT_SUPPORTED", 0x60: "CKR_KEY_HANDLE_INVALID",
    0x62: "CKR_KEY_SIZE_RANGE", 0x63: "CKR_KEY_TYPE_INCONSISTENT", 0x68: "CKR_KEY_FUNCTION_NOT_PERMITTED", 0x70: "CKR_MECHANISM_INVALID",
    0x71: "CKR_MECHANISM_PARAM_INVALID", 0xA0: "CKR_PIN_INCORRECT", 0xA1: "CKR_PIN_INVALID", 0xA2: "CKR_PIN_LEN_RANGE",
    0xA3: "CKR_PIN_EXPIRED", 0xA4: "CKR_PIN_LOCKED", 0xB0: "CKR_SESSION_CLOSED", 0xB1: "CKR_SESSION_COUNT",
    0xB3: "CKR_SESSION_HANDLE_INVALID", 0xE0: "CKR_TOKEN_NOT_PRESENT", 0xE1: "CKR_TOKEN_NOT_RECOGNIZED",
    0x100: "CKR_USER_ALREADY_LOGGED_IN", 0x101: "CKR_USER_NOT_LOGGED_IN", 0x102: "CKR_USER_PIN_NOT_INITIALIZED",
    0x150: "CKR_BUFFER_TOO_SMALL", 0x190: "CKR_CRYPTOKI_NOT_INITIALIZED", 0x200: "CKR_FUNCTION_REJECTED",
}  # fmt: skip


class CryptokiError(Exception):
    """A return value other than CKR_OK. ``name`` is the standard's, or the number in hex."""

    def __init__(self, value: int) -> None:
        self.name = _NAMES.get(value, f"CKR_{value:#x}")
        super().__init__(self.name)


class _Version(ctypes.Structure):
    _fields_ = [("major", ctypes.c_ubyte), ("minor", ctypes.c_ubyte)]


class _TokenInfo(ctypes.Structure):
    if _PACK:
        _pack_ = 1
    _fields_ = [
        ("label", ctypes.c_ubyte * 32), ("manufacturer", ctypes.c_ubyte * 32), ("model", ctypes.c_ubyte * 16),
        ("serial", ctypes.c_ubyte * 16), ("flags", _ULONG), ("max_sessions", _ULONG), ("sessions", _ULONG), ("max_rw_sessions", _ULONG),
        ("rw_sessions", _ULONG), ("max_pin", _ULONG), ("min_pin", _ULONG), ("total_public", _ULONG), ("free_public", _ULONG),
        ("total_private", _ULONG), ("free_private", _ULONG), ("hardware", _Version), ("firmware", _Version), ("utc", ctypes.c_ubyte * 16),
    ]  # fmt: skip


class _Attribute(ctypes.Structure):
    if _PACK:
        _pack_ = 1
    _fields_ = [("type", _ULONG), ("value", ctypes.c_void_p), ("length", _ULONG)]


class _Mechanism(ctypes.Structure):
    if _PACK:
        _pack_ = 1
    _fields_ = [("type", _ULONG), ("parameter", ctypes.c_void_p), ("length", _ULONG)]


class PssParameters(ctypes.Structure):
    """CK_RSA_PKCS_PSS_PARAMS (Current Mechanisms 2.40 §2.1.9)."""

    if _PACK:
        _pack_ = 1
    _fields_ = [("hash", _ULONG), ("mgf", _ULONG), ("salt", _ULONG)]


# the order that §3.6 fixes, as far as the last call used here
_ORDER = (
    "Initialize", "Finalize", "GetInfo", "GetFunctionList", "GetSlotList", "GetSlotInfo", "GetTokenInfo", "GetMechanismList",
    "GetMechanismInfo", "InitToken", "InitPIN", "SetPIN", "OpenSession", "CloseSession", "CloseAllSessions", "GetSessionInfo",
    "GetOperationState", "SetOperationState", "Login", "Logout", "CreateObject", "CopyObject", "DestroyObject", "GetObjectSize",
    "GetAttributeValue", "SetAttributeValue", "FindObjectsInit", "FindObjects", "FindObjectsFinal", "EncryptInit", "Encrypt",
    "EncryptUpdate", "EncryptFinal", "DecryptInit", "Decrypt", "DecryptUpdate", "DecryptFinal", "DigestInit", "Digest", "DigestUpdate",
    "DigestKey", "DigestFinal", "SignInit", "Sign",
)  # fmt: skip
_P = ctypes.c_void_p
_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "Initialize": (_P,), "Finalize": (_P,), "GetSlotList": (ctypes.c_ubyte, _P, _P), "GetTokenInfo": (_ULONG, _P),
    "GetMechanismList": (_ULONG, _P, _P), "OpenSession": (_ULONG, _ULONG, _P, _P, _P), "CloseSession": (_ULONG,),
    "Login": (_ULONG, _ULONG, _P, _ULONG), "Logout": (_ULONG,), "GetAttributeValue": (_ULONG, _ULONG, _P, _ULONG),
    "FindObjectsInit": (_ULONG, _P, _ULONG), "FindObjects": (_ULONG, _P, _ULONG, _P), "FindObjectsFinal": (_ULONG,),
    "SignInit": (_ULONG, _P, _ULONG), "Sign": (_ULONG, _P, _ULONG, _P, _P),
}  # fmt: skip


class _FunctionList(ctypes.Structure):
    if _PACK:
        _pack_ = 1
    _fields_ = [("version", _Version)] + [(name, ctypes.c_void_p) for name in _ORDER]


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """CK_TOKEN_INFO as far as it is of use; PIN lengths in bytes, 0 where the module does not say."""

    label: str
    manufacturer: str
    model: str
    serial: str
    flags: int
    min_pin: int
    max_pin: int

    def has(self, flag: int) -> bool:
        """Whether that flag is set."""
        return bool(self.flags & flag)


class Cryptoki:
    """A loaded and initialised module. Not thread-safe: the worker's child has one thread (C_Initialize with NULL, §5.4).

    Every method raises CryptokiError. Raises OSError or AttributeError when ``path`` is no PKCS#11 module.
    """

    def __init__(self, path: str) -> None:
        table = ctypes.POINTER(_FunctionList)()
        self._library = ctypes.CDLL(loadable(path))
        _check(int(self._library.C_GetFunctionList(ctypes.byref(table))))
        self._calls: dict[str, Any] = {}
        for name, arguments in _ARGUMENTS.items():
            address = getattr(table.contents, name)
            if address:
                self._calls[name] = ctypes.CFUNCTYPE(_ULONG, *arguments)(address)
        self._initialise()

    def reinitialise(self) -> None:
        """C_Finalize and C_Initialize: some modules look for new readers and tokens only then. Ends every session."""
        try:
            self._do("Finalize", None)
        except CryptokiError as error:
            if error.name != _NAMES[_NOT_INITIALISED]:
                raise
        self._initialise()

    def slots(self) -> list[int]:
        """Slots with a token present, each once, whatever happens between the two calls that asking takes (§5.5)."""
        for spare in (8, 32, 128, 512):
            count = _ULONG()
            self._do("GetSlotList", 1, None, ctypes.byref(count))
            room = min(count.value, _MOST_SLOTS) + spare
            found, count = (_ULONG * room)(), _ULONG(room)
            value = self._raw("GetSlotList", 1, found, ctypes.byref(count))
            if value != _BUFFER_TOO_SMALL:
                _check(value)
                return list(dict.fromkeys(found[: min(count.value, room)]))
        raise CryptokiError(_BUFFER_TOO_SMALL)

    def token(self, slot: int) -> TokenFacts:
        """C_GetTokenInfo."""
        info = _TokenInfo()
        self._do("GetTokenInfo", slot, ctypes.byref(info))
        shortest, longest = (
            0 if value == _UNAVAILABLE or value > 255 else int(value) for value in (info.min_pin, info.max_pin)
        )
        label, manufacturer, model, serial = (
            _text(bytes(part)) for part in (info.label, info.manufacturer, info.model, info.serial)
        )
        return TokenFacts(label, manufacturer, model, serial, int(info.flags), shortest, longest)

    def mechanisms(self, slot: int) -> tuple[int, ...]:
        """C_GetMechanismList."""
        count = _ULONG()
        self._do("GetMechanismList", slot, None, ctypes.byref(count))
        room = min(count.value, 4096) + 8
        found, count = (_ULONG * room)(), _ULONG(room)
        self._do("GetMechanismList", slot, found, ctypes.byref(count))
        return tuple(found[: min(count.value, room)])

    def open(self, slot: int) -> int:
        """A read-only session."""
        session = _ULONG()
        self._do("OpenSession", slot, 4, None, None, ctypes.byref(session))  # CKF_SERIAL_SESSION
        return int(session.value)

    def close(self, session: int) -> None:
        """C_CloseSession."""
        self._do("CloseSession", session)

    def login(self, session: int, user: int, pin: bytearray | None) -> None:
        """One C_Login. ``pin`` is handed over where it lies, uncopied; None: the reader's own pad asks."""
        if pin is None:
            self._do("Login", session, user, None, 0)
            return
        in_place = (ctypes.c_ubyte * len(pin)).from_buffer(pin)
        self._do("Login", session, user, in_place, len(pin))

    def logout(self, session: int) -> None:
        """C_Logout."""
        self._do("Logout", session)

    def find(self, session: int, template: Sequence[tuple[int, int | bytes]]) -> list[int]:
        """Handles of the objects that match."""
        attributes = (_Attribute * len(template))()
        keep = []
        for item, (kind, wanted) in zip(attributes, template, strict=True):
            raw = bytes(_ULONG(wanted)) if isinstance(wanted, int) else wanted
            held = ctypes.create_string_buffer(raw, max(len(raw), 1))
            keep.append(held)
            item.type, item.value, item.length = kind, ctypes.addressof(held), len(raw)
        self._do("FindObjectsInit", session, attributes, len(template))
        try:
            return list(self._found(session))
        finally:
            self._do("FindObjectsFinal", session)

    def read(self, session: int, handle: int, kind: int) -> bytes | None:
        """An attribute; None where the object has none or keeps it to itself."""
        one = _Attribute(kind, None, 0)
        value = self._raw("GetAttributeValue", session, handle, ctypes.byref(one), 1)
        if value in (_ATTRIBUTE_SENSITIVE, _ATTRIBUTE_INVALID) or one.length in (_UNAVAILABLE, 0):
            return None
        _check(value)
        if one.length > _LARGEST:
            return None
        held = ctypes.create_string_buffer(one.length)
        one.value = ctypes.addressof(held)
        self._do("GetAttributeValue", session, handle, ctypes.byref(one), 1)
        return held.raw[: min(one.length, len(held))]

    def begin_signature(self, session: int, mechanism: int, parameter: PssParameters | None, key: int) -> None:
        """C_SignInit."""
        address = ctypes.cast(ctypes.pointer(parameter), ctypes.c_void_p) if parameter is not None else None
        size = ctypes.sizeof(parameter) if parameter is not None else 0
        self._do("SignInit", session, ctypes.byref(_Mechanism(mechanism, address, size)), key)

    def sign(self, session: int, payload: bytes) -> bytes:
        """C_Sign, once: the buffer is larger than any signature, so nobody asks for its length first."""
        room = 4096
        signature, length = (ctypes.c_ubyte * room)(), _ULONG(room)
        self._do("Sign", session, payload, len(payload), signature, ctypes.byref(length))
        return bytes(signature[: min(length.value, room)])

    def _initialise(self) -> None:
        value = self._raw("Initialize", None)
        if value != _ALREADY_INITIALISED:
            _check(value)

    def _found(self, session: int) -> Iterator[int]:
        batch, count = (_ULONG * 16)(), _ULONG(1)
        while count.value:
            self._do("FindObjects", session, batch, 16, ctypes.byref(count))
            yield from batch[: min(count.value, 16)]

    def _raw(self, name: str, *arguments: Any) -> int:
        call = self._calls.get(name)
        return int(call(*arguments)) if call is not None else _NOT_SUPPORTED

    def _do(self, name: str, *arguments: Any) -> None:
        _check(self._raw(name, *arguments))


def loadable(path: str, *, system: str = sys.platform) -> str:
    r"""The path as the system's loader takes it: Windows opens long ones only as ``\\?\C:\…``."""
    if system != "win32" or len(path) < _WINDOWS_PATH or path.startswith("\\\\"):
        return path
    return "\\\\?\\" + path.replace("/", "\\")


def ulong(raw: bytes | None) -> int | None:
    """A CK_ULONG attribute."""
    return int.from_bytes(raw, sys.byteorder) if raw else None


def _check(value: int) -> None:
    if value != 0:
        raise CryptokiError(value)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip(" \0")
