"""The token worker's child process: the only place where a vendor's PKCS#11 module or the key of a PKCS#12 file is loaded. One holds one.

Started as ``python -m signing.worker_child``, or frozen as ``program --token-worker``; speaks worker_pipe frames on what were its stdin
and stdout. It logs nothing and answers errors as codes, never as tracebacks: a PIN passes here.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import PurePath

from .piped_child import serve_on_pipes
from .protection import die_quietly, protect_process
from .worker_holder import Holder, Refused
from .worker_pipe import Frame, Message, Raw, Secret, read_frame, write_frame

SOFT_SUFFIXES = frozenset({".p12", ".pfx"})


class Desk:
    """Hands each question to the holder, which the first one loads."""

    def __init__(self) -> None:
        self._holder: Holder | None = None

    def answer(self, frame: Frame) -> tuple[Message, bytes]:
        """Do what one message asks. A secret among its data is wiped afterwards, unless a key needs it for each signature."""
        message = frame.message
        if message.get("op") == "load":
            self._holder = _load(str(message["module"]))
            return {}, b""
        holder = self._holder
        if holder is None:
            raise Refused("token.device_error", reason="NotLoaded")
        match message.get("op"):
            case "tokens":
                return holder.tokens(refresh=bool(message.get("refresh"))), b""
            case "look":
                return holder.look(message), b""
            case "login":
                return _login(holder, message, Secret(frame.data)), b""
            case "select":
                return holder.select(int(message["session"]), str(message["certificate"])), b""
            case "sign":
                words = int(message["session"]), bytes(frame.data), str(message["digest"]), str(message["padding"])
                return {}, holder.sign(*words)
            case "idle":
                return {"idle": holder.idle()}, b""
            case "logout":
                holder.logout(int(message["session"]))
                return {}, b""
        raise Refused("token.device_error", reason="UnknownRequest")

    def close(self) -> None:
        """Log out of everything: the parent went away, or is done."""
        if self._holder is not None:
            self._holder.close()


def serve(requests: Raw, answers: Raw) -> None:
    """Answer messages until the pipe closes."""
    write_frame(answers, {"ready": True, **asdict(protect_process())})
    desk = Desk()
    while (frame := read_frame(requests)) is not None:
        data = b""
        try:
            message, data = desk.answer(frame)
        except Refused as refusal:
            message = refusal.answer
        except Exception as error:  # noqa: BLE001 - the parent gets a code; a traceback could hold a PIN
            message = _fault(error)
        write_frame(answers, message, data)
    desk.close()


def main() -> None:
    """Serve on what were stdin and stdout, into which vendor modules may print."""
    die_quietly()
    serve_on_pipes(serve)
    # vendor modules' exit handlers crash (research: libcastle, SoftHSM under NSS); nothing of ours is left to do
    os._exit(0)


def _load(path: str) -> Holder:
    if PurePath(path).suffix.lower() in SOFT_SUFFIXES:
        from .worker_soft import SoftFile

        return SoftFile(path)
    from .worker_module import Module

    return Module(path)


def _login(holder: Holder, message: Message, secret: Secret) -> Message:
    try:
        return holder.login(message, secret)
    finally:
        if not holder.keeps(secret):
            secret.wipe()


def _fault(error: Exception) -> Message:
    from .cryptoki import CryptokiError
    from .worker_module import GONE

    name = error.name if isinstance(error, CryptokiError) else type(error).__name__
    return {"error": "token.removed" if name in GONE else "token.device_error", "reason": name}


if __name__ == "__main__":
    main()
