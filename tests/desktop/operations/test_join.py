"""Joining: the invitation, the token's signature, and the entity's answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.assembly import open_desk
from desktop.operations import join
from desktop.practice.people import ANSWERER, AUTHOR
from desktop.storage.opening import open_storage
from signing.errors import SigningCancelled
from signing.report import Certificate, Token
from tests.fixtures.office import CountingPin, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")


def _ask(office: TestOffice, home: Path, label: str, pin: str | None, provider: object = None) -> str:
    return join.ask_admission(
        home,
        office.home / "entidad" / "invitacion.json",
        unit=office.units["finance"],
        people=[(office.ids[label], pin)],
        modules=[str(office.tokens.module)],
        token_environment=office.tokens.environment(),
        pin=provider,
    )


def test_a_desk_works_only_once_the_entity_admitted_it(founded: TestOffice, tmp_path: Path) -> None:
    home = tmp_path / "nuevo"
    office = founded.copy(tmp_path / "oficina")  # its invitation still names the first exchange: rewrite it
    invitation = office.home / "entidad" / "invitacion.json"
    invitation.write_text(invitation.read_text("utf-8").replace(str(founded.exchange), str(office.exchange)), "utf-8")
    device = _ask(office, home, ANSWERER, office.tokens.pin(ANSWERER))
    with refused("desk.not_admitted"):
        open_desk(home)
    with refused("desk.not_admitted"):
        join.enter(home)
    exchange = open_storage(f"folder:{office.exchange}")
    directory = join.admit_all(office.home / "entidad", exchange, now=datetime.now(UTC))
    assert directory.device(device).enrolled(office.ids[ANSWERER])
    assert join.admit_all(office.home / "entidad", exchange, now=datetime.now(UTC)).number == directory.number
    assert join.enter(home) == directory.number
    desk = open_desk(home)
    try:
        assert desk.acting().name == "María Huanca Ayma"
    finally:
        desk.close()
    with refused("desk.exists"):
        _ask(office, home, ANSWERER, office.tokens.pin(ANSWERER))


def test_nothing_is_kept_unless_the_token_signed(founded: TestOffice, tmp_path: Path) -> None:
    home = tmp_path / "nuevo"
    with refused("pin.wrong"):
        _ask(founded, home, AUTHOR, None, CountingPin("00000000"))

    def cancel(_token: Token, _certificate: Certificate | None) -> str:
        raise SigningCancelled

    with pytest.raises(SigningCancelled):
        _ask(founded, home, AUTHOR, None, cancel)
    assert not home.exists()


def test_invitations_that_cannot_be_used(tmp_path: Path) -> None:
    bad = tmp_path / "mala.json"
    for content, code in (
        (None, "invitation.unreadable"),
        (b"\xff\xfe", "invitation.unreadable"),
        (b"{}", "invitation.damaged"),
    ):
        if content is not None:
            bad.write_bytes(content)
        with refused(code):
            join.ask_admission(tmp_path / "h", bad, unit="u", people=[])


def test_somebody_the_directory_does_not_know(founded: TestOffice, tmp_path: Path) -> None:
    invitation = founded.home / "entidad" / "invitacion.json"
    with refused("directory.unknown_official"):
        join.ask_admission(tmp_path / "h", invitation, unit=founded.units["finance"], people=[("9999999", "x")])
    assert not (tmp_path / "h").exists()
