"""Where a PIN may come from: a terminal without echo, standard input, a file descriptor. Never argv or environment."""

from __future__ import annotations

import getpass
import os
import sys

from signing.errors import SigningCancelled
from signing.report import Certificate, PinState, Token


class PinSource:
    """A PinProvider: asked once, last. Holds no PIN; reads it when asked and hands it on."""

    def __init__(self, *, from_stdin: bool = False, descriptor: int | None = None) -> None:
        self._from_stdin = from_stdin
        self._descriptor = descriptor

    def __call__(self, token: Token, certificate: Certificate | None) -> str:
        """One line without its end; "" for a reader with its own pad. Raises ``SigningCancelled`` when nothing was given."""
        if token.pin_pad:
            sys.stderr.write("Escriba el PIN en el teclado del lector.\n")
            sys.stderr.flush()
            return ""
        return ask_secret(_question(token, certificate), from_stdin=self._from_stdin, descriptor=self._descriptor)


def ask_secret(question: str, *, from_stdin: bool, descriptor: int | None) -> str:
    """One line without its end: of the descriptor, else of standard input, else asked for. Raises ``SigningCancelled`` for an empty one."""
    if descriptor is not None:
        given = _line_of(descriptor)
    elif from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = getpass.getpass(question)
    if not given:
        raise SigningCancelled
    return given


def _line_of(descriptor: int) -> str:
    """One line of that descriptor, not a byte more."""
    read = bytearray()
    while (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
        read += byte
    return read.decode("utf-8").rstrip("\r")


def _question(token: Token, certificate: Certificate | None) -> str:
    whose = certificate.person.name if certificate else token.label
    warning = {
        PinState.LOW: " (hubo un PIN equivocado)",
        PinState.FINAL_TRY: " (ÚLTIMO INTENTO: otro PIN equivocado bloquea el token)",
    }.get(token.pin_state, "")
    if token.soft:
        return f"Contraseña de {token.label}: "
    return f"PIN del token de {whose}{warning}: "
