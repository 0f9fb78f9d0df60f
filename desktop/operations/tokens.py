"""Tokens present at this desk, read without a PIN, and which certificate belongs to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.people import Official
from signing.errors import SigningError, TokenError
from signing.report import Certificate, Token

from .desk import Desk
from .settings import load_settings, save_settings

if TYPE_CHECKING:
    from signing.watch import TokenSnapshot

_LOOK_LIMIT = 30.0  # seconds
_NO_MODULE = frozenset({"token.module_unloadable", "token.module_crashed", "token.module_hung", "worker.not_started"})


def present(desk: Desk) -> tuple[Token, ...]:
    """Every token now present, each once. Raises TokenError when nothing was found and a module failed, or a card lacks its driver."""
    if desk.token_watch is None:
        from signing.drivers import rank_of
        from signing.tokens import merge_tokens

        return merge_tokens(desk.worker.tokens(), rank=rank_of)
    seen = desk.token_watch.look(_LOOK_LIMIT)
    if not seen.tokens and (found := problems(seen)):
        raise found[0]
    return seen.tokens


Listener = Callable[[tuple[Token, ...], tuple[SigningError, ...], bool], None]
"""Tokens, what keeps others from being read, and whether some driver has not answered yet; from a thread of the watch."""


def watch(desk: Desk, listener: Listener) -> None:
    """Watch for tokens until the desk closes; ``listener`` must be short and hears every change.

    Modules are those that the desk remembers, then what is installed; in a practice office only the former.
    """
    from signing.drivers import FoundModule, find_modules
    from signing.watch import TokenWatch

    practice = desk.directory.entity.practice
    settings = load_settings(desk.home)

    def find() -> Sequence[FoundModule]:
        try:
            kept = load_settings(desk.home).modules  # one may have been pointed to meanwhile
        except OfficeError:
            kept = settings.modules
        paths = [Path(one) for one in kept]
        return find_modules(explicit=paths) if practice else find_modules(remembered=paths)

    if desk.token_watch is not None:
        desk.token_watch.stop()
    environment = dict(settings.token_environment)

    def hear(seen: TokenSnapshot) -> None:
        listener(seen.tokens, problems(seen), seen.searching)

    desk.token_watch = TokenWatch(hear, find=find, environment=environment, clock=desk.clock)
    desk.token_watch.start()


def get_ready(desk: Desk, token: Token) -> None:
    """Load what the first signature with this token needs, once, in a thread of its own that the desk's end waits for."""

    def load() -> None:
        from signing.batch import warm

        warm()
        desk.worker.warm([Path(token.module)])

    if desk.warming is None:
        thread = Thread(target=load, name="getting-ready", daemon=True)
        thread.start()  # before the desk has it: what ends the desk joins it
        desk.warming = thread


def left_alone(desk: Desk, token: Token) -> AbstractContextManager[None]:
    """While it lasts, nobody looks at the modules that see this token: a session has it for itself."""
    if desk.token_watch is None:
        return nullcontext()
    return desk.token_watch.paused(Path(token.module), *(Path(one) for one in token.also_in))


def problems(seen: TokenSnapshot) -> tuple[SigningError, ...]:
    """What keeps tokens from being read: a driver that is missing for a card that is there, then modules that failed."""
    return (*(hint.finding() for hint in seen.hints if hint.driver), *seen.faults)


def own(desk: Desk, official: Official) -> tuple[Token, Certificate]:
    """The token and the usable certificate of that official, by CI and complement; raises ``sign.no_own_token``."""
    for token in present(desk):
        for certificate in token.certificates:
            person = certificate.person
            if not certificate.unusable and (person.ci, person.complement) == (official.ci, official.complement):
                return token, certificate
    raise OfficeError("sign.no_own_token", name=official.name)


def remember_module(home: Path, path: Path) -> str:
    """Put a PKCS#11 module (or PKCS#12 file) first among those of the desk in ``home``, once it has been loaded.

    Answers the name of its driver, or its file's.

    The file is judged by its header, then loaded in a child and asked for its tokens; nothing is kept when that fails. Raises TokenError
    ``driver.not_found``, ``driver.unreadable``, ``driver.not_a_library``, ``driver.wrong_bits``, ``driver.wrong_machine``,
    ``token.module_unloadable``, ``token.module_crashed``, ``token.module_hung``; ``desk.none_here``.
    """
    from signing.drivers import find_modules
    from signing.worker import TokenWorker

    settings = load_settings(home)
    whole = path.absolute()
    (found,) = find_modules(explicit=[whole])
    if found.fault is not None:
        raise found.fault
    with TokenWorker([whole], environment=dict(settings.token_environment)) as worker:
        try:
            worker.tokens()
        except TokenError as error:
            if error.code in _NO_MODULE or error.code.startswith("p12."):
                raise
    others = (one for one in settings.modules if Path(one) != whole)
    save_settings(home, replace(settings, modules=(str(whole), *others)))
    return found.driver or whole.name
