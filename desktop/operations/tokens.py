"""Tokens present at this desk, read without a PIN, and which certificate belongs to whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.records.people import Official
from signing.errors import TokenError
from signing.report import Certificate, Token

from .desk import Desk
from .settings import load_settings, save_settings

_NO_MODULE = frozenset({"token.module_unloadable", "token.module_crashed", "token.module_hung", "worker.not_started"})


def present(desk: Desk) -> tuple[Token, ...]:
    """Every token now present. Raises TokenError when nothing was found and a module failed."""
    return desk.worker.tokens()


def own(desk: Desk, official: Official) -> tuple[Token, Certificate]:
    """The token and the usable certificate of that official, by CI and complement; raises ``sign.no_own_token``."""
    for token in present(desk):
        for certificate in token.certificates:
            person = certificate.person
            if not certificate.unusable and (person.ci, person.complement) == (official.ci, official.complement):
                return token, certificate
    raise OfficeError("sign.no_own_token", name=official.name)


def remember_module(home: Path, path: Path) -> str:
    """Put a PKCS#11 module first among those of the desk in ``home``, once it has been loaded; the name of its driver, or its file's.

    The file is judged by its header, then loaded in a child and asked for its tokens; nothing is kept when that fails. Raises TokenError
    ``driver.not_found``, ``driver.unreadable``, ``driver.not_a_library``, ``driver.wrong_bits``, ``driver.wrong_machine``,
    ``token.module_unloadable``, ``token.module_crashed``, ``token.module_hung``; ``desk.none_here``.
    """
    from signing.drivers import driver_of
    from signing.module_file import require_module
    from signing.worker import TokenWorker

    settings = load_settings(home)
    whole = path.absolute()
    require_module(whole)
    with TokenWorker([whole], environment=dict(settings.token_environment)) as worker:
        try:
            worker.tokens()
        except TokenError as error:
            if error.code in _NO_MODULE:
                raise
    others = (one for one in settings.modules if Path(one) != whole)
    save_settings(home, replace(settings, modules=(str(whole), *others)))
    return driver_of(whole) or whole.name
