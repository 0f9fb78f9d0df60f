"""CK_TOKEN_INFO's PIN lengths, which python-pkcs11 does not tell. Used in the worker's child only, on a module already loaded there."""

from __future__ import annotations

import ctypes
import sys

_PACK = 1 if sys.platform == "win32" else 0  # PKCS#11 §2.1: structures are packed to one byte on Windows


class _Version(ctypes.Structure):
    _fields_ = [("major", ctypes.c_ubyte), ("minor", ctypes.c_ubyte)]


class _TokenInfo(ctypes.Structure):  # PKCS#11 2.40 §3.2 CK_TOKEN_INFO
    if _PACK:
        _pack_ = _PACK
    _fields_ = [
        ("label", ctypes.c_ubyte * 32),
        ("manufacturer", ctypes.c_ubyte * 32),
        ("model", ctypes.c_ubyte * 16),
        ("serial", ctypes.c_ubyte * 16),
        ("flags", ctypes.c_ulong),
        ("max_sessions", ctypes.c_ulong),
        ("sessions", ctypes.c_ulong),
        ("max_rw_sessions", ctypes.c_ulong),
        ("rw_sessions", ctypes.c_ulong),
        ("max_pin", ctypes.c_ulong),
        ("min_pin", ctypes.c_ulong),
        ("total_public", ctypes.c_ulong),
        ("free_public", ctypes.c_ulong),
        ("total_private", ctypes.c_ulong),
        ("free_private", ctypes.c_ulong),
        ("hardware", _Version),
        ("firmware", _Version),
        ("utc", ctypes.c_ubyte * 16),
    ]


class _FunctionList(ctypes.Structure):  # the first entries of CK_FUNCTION_LIST, in the order that §3.6 fixes
    if _PACK:
        _pack_ = _PACK
    _fields_ = [("version", _Version)] + [
        (name, ctypes.c_void_p)
        for name in (
            "Initialize",
            "Finalize",
            "GetInfo",
            "GetFunctionList",
            "GetSlotList",
            "GetSlotInfo",
            "GetTokenInfo",
        )
    ]


_UNAVAILABLE = ctypes.c_ulong(-1).value


def pin_lengths(path: str, slot: int) -> tuple[int, int]:
    """Shortest and longest PIN; (0, 0) where the module does not say."""
    try:
        library = ctypes.CDLL(path)  # already loaded and initialised: the same handle
        table = ctypes.POINTER(_FunctionList)()
        if library.C_GetFunctionList(ctypes.byref(table)) != 0:
            return 0, 0
        call = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_ulong, ctypes.POINTER(_TokenInfo))(table.contents.GetTokenInfo)
        info = _TokenInfo()
        if call(ctypes.c_ulong(slot), ctypes.byref(info)) != 0:
            return 0, 0
    except (OSError, AttributeError, ValueError):
        return 0, 0
    return tuple(0 if value == _UNAVAILABLE or value > 255 else int(value) for value in (info.min_pin, info.max_pin))  # type: ignore[return-value]
