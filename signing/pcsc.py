"""Card readers through PC/SC (winscard.h; PC/SC part 5): which there are, what card is in them, and a wait for change.

A small ctypes client, because pyscard has no wheel for Linux. These calls go to a system service that can hang: they run in a child process
(``signing.pcsc_child``), never in the caller's. Use ``signing.readers`` from there.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

_SCOPE_USER = 0  # SCARD_SCOPE_USER; pcsclite takes any scope alike
_OK, _TIMEOUT, _NO_READERS, _CANCELLED = 0, 0x8010000A, 0x8010002E, 0x80100002
_UNKNOWN_READER = 0x80100009
_UNAWARE, _CHANGED, _PRESENT, _IGNORED, _GONE = 0x0, 0x2, 0x20, 0x1, 0x4 | 0x8  # GONE: unknown or unavailable
_NOTIFICATION = rb"\\?PnP?\Notification"
_WINDOWS, _MAC = sys.platform == "win32", sys.platform == "darwin"
_DWORD = ctypes.c_uint32 if _WINDOWS or _MAC else ctypes.c_ulong
_LONG = ctypes.c_int32 if _WINDOWS or _MAC else ctypes.c_long
_CONTEXT = ctypes.c_size_t if _WINDOWS else _LONG
_LIBRARIES = {"win32": "winscard.dll", "darwin": "/System/Library/Frameworks/PCSC.framework/PCSC"}
MAC_WAIT = 2.0  # seconds; macOS knows no notification of new readers


class ServiceAbsent(Exception):  # noqa: N818 - an answer, not a fault
    """No PC/SC here, or not now. ``library``: whether its library is installed."""

    def __init__(self, *, library: bool, code: int = 0) -> None:
        super().__init__(f"0x{code & 0xFFFFFFFF:08x}")
        self.library = library


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, and the answer to reset of the card in it (empty: none, or one that does not answer)."""

    name: str
    present: bool
    atr: bytes = b""


class _State(ctypes.Structure):  # SCARD_READERSTATE; packed on macOS, 36 bytes of ATR on Windows
    if _MAC:
        _pack_ = 1
        _layout_ = "ms"
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("user", ctypes.c_void_p),
        ("current", _DWORD),
        ("event", _DWORD),
        ("size", _DWORD),
        ("atr", ctypes.c_ubyte * (36 if _WINDOWS else 33)),
    ]


class CardService:
    """A connection to the service. Context manager. One thread uses it; ``cancel`` may come from another.

    Raises ServiceAbsent when it is not there or goes away.
    """

    def __init__(self) -> None:
        self._library = _load()
        self._context = _CONTEXT()
        self._known: dict[bytes, int] = {}
        self._check(self._library.establish(_SCOPE_USER, None, None, ctypes.byref(self._context)))

    def readers(self) -> tuple[Reader, ...]:
        """What is there now; does not wait."""
        names = self._names()
        if not names:
            self._known = {}
            return ()
        states = _states(names, {})
        code = self._change(0, states)
        if code == _UNKNOWN_READER:  # unplugged between the two calls
            return self.readers()
        if code != _TIMEOUT:
            self._check(code)
        # what has been seen, so that the wait returns at once when something has changed since
        self._known = {state.name: state.event & ~_CHANGED for state in states}
        return tuple(_reader(state) for state in states if not state.event & _GONE)

    def wait(self, seconds: float) -> bool:
        """Block until a reader or card came or went since ``readers``; False when the time passed or ``cancel`` was called."""
        names = list(self._known)
        states = _states([*names, *([] if _MAC else [_NOTIFICATION])], self._known)
        if not _MAC:
            states[-1].current = len(names) << 16
        if not len(states):
            return False
        code = self._change(int(1000 * (min(seconds, MAC_WAIT) if _MAC else seconds)), states)
        if code in (_TIMEOUT, _CANCELLED):
            return False
        if code != _UNKNOWN_READER:
            self._check(code)
        return True

    def cancel(self) -> None:
        """End a wait that goes on in another thread."""
        self._library.cancel(self._context)

    def close(self) -> None:
        """End the connection."""
        self._library.release(self._context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _names(self) -> list[bytes]:
        size = _DWORD(0)
        code = _unsigned(self._library.list_readers(self._context, None, None, ctypes.byref(size)))
        if code == _NO_READERS or (code == _OK and not size.value):
            return []
        self._check(code)
        buffer = ctypes.create_string_buffer(size.value)
        code = _unsigned(self._library.list_readers(self._context, None, buffer, ctypes.byref(size)))
        if code == _NO_READERS:
            return []
        self._check(code)
        return [name for name in buffer.raw[: size.value].split(b"\0") if name]

    def _change(self, milliseconds: int, states: Any) -> int:
        return _unsigned(self._library.change(self._context, milliseconds, states, len(states)))

    def _check(self, code: int) -> None:
        if _unsigned(code) != _OK:
            raise ServiceAbsent(library=True, code=code)


@dataclass(frozen=True, slots=True)
class _Library:
    establish: Any
    release: Any
    list_readers: Any
    change: Any
    cancel: Any


def _load() -> _Library:
    letter = "A" if _WINDOWS else ""
    try:
        loader: Any = getattr(ctypes, "WinDLL", ctypes.CDLL)
        library = loader(_LIBRARIES.get(sys.platform, "libpcsclite.so.1"))
        made = _Library(
            library.SCardEstablishContext,
            library.SCardReleaseContext,
            getattr(library, f"SCardListReaders{letter}"),
            getattr(library, f"SCardGetStatusChange{letter}"),
            library.SCardCancel,
        )
    except (OSError, AttributeError):
        raise ServiceAbsent(library=False) from None
    pointer, size = ctypes.c_void_p, ctypes.POINTER(_DWORD)
    made.establish.argtypes = [_DWORD, pointer, pointer, ctypes.POINTER(_CONTEXT)]
    made.release.argtypes = made.cancel.argtypes = [_CONTEXT]
    made.list_readers.argtypes = [_CONTEXT, ctypes.c_char_p, ctypes.c_char_p, size]
    made.change.argtypes = [_CONTEXT, _DWORD, ctypes.POINTER(_State), _DWORD]
    for call in (made.establish, made.release, made.list_readers, made.change, made.cancel):
        call.restype = _LONG
    return made


def _states(names: Sequence[bytes], known: dict[bytes, int]) -> Any:
    return (_State * len(names))(*(_State(name=name, current=known.get(name, _UNAWARE)) for name in names))


def _reader(state: Any) -> Reader:
    name = state.name.decode("utf-8", "replace")
    present = bool(state.event & _PRESENT)
    return Reader(name, present, bytes(state.atr[: min(state.size, len(state.atr))]) if present else b"")


def _unsigned(code: int) -> int:
    return code & 0xFFFFFFFF
