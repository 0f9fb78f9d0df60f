"""A PKCS#12 file opened as a session: the password first, since only it shows whose certificates are inside."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .errors import TokenError
from .report import Certificate, Token
from .session import PinProvider, TokenSession, login
from .tokens import certificates_from
from .worker_pipe import Secret, unpack

if TYPE_CHECKING:
    from .worker_process import WorkerProcess


def open_soft_session(
    living: Callable[[], WorkerProcess],
    token: Token,
    password: PinProvider,
    choose: Callable[[Sequence[Certificate]], Certificate] | None,
    now: datetime,
) -> TokenSession:
    """Ask for the password, decrypt once, take the certificate that can sign. Raises what TokenWorker.open_soft says."""
    secret = Secret(password(token, None))
    process = living()
    answer = login(process, token, secret, {})
    number = int(answer["session"])
    try:
        held = certificates_from(answer["identities"], now)
        chosen = _chosen(held, token, choose)
        process.ask({"op": "select", "session": number, "certificate": chosen.id})
    except BaseException:
        with contextlib.suppress(TokenError):  # the keys are forgotten with the child
            process.ask({"op": "logout", "session": number})
        raise
    chain = tuple(unpack(der) for der in answer["chain"])
    return TokenSession(process, number, token, chosen, chain)


def _chosen(
    held: Sequence[Certificate], token: Token, choose: Callable[[Sequence[Certificate]], Certificate] | None
) -> Certificate:
    usable = [one for one in held if not one.unusable]
    if not usable:
        if not held:
            raise TokenError("p12.no_key", token=token.label)
        raise TokenError("certificate.unusable", reason=held[0].unusable, until=held[0].not_after.isoformat())
    if choose is not None:
        return choose(usable)
    if len(usable) > 1:
        names = "; ".join(one.person.name or one.label for one in usable)
        raise TokenError("p12.several", token=token.label, count=len(usable), names=names)
    return usable[0]
