"""Tokens present at this desk, read without a PIN, and which certificate belongs to whom."""

from __future__ import annotations

from desktop.records.errors import OfficeError
from desktop.records.people import Official
from signing.report import Certificate, Token

from .desk import Desk


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
