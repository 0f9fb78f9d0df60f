"""Archives with many dossiers in them, made as the custodian makes them, for the tests of finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from desktop.archive.checks import Findings
from desktop.archive.custody import object_id_of
from desktop.archive.eark import Package, build_aip
from desktop.archive.inventory import User
from desktop.archive.manifest import Deposit, Description, SchemeRow
from desktop.archive.roots import Root
from desktop.records.documents import AccessClass
from tests.desktop.archive.dossiers import CONTENTS, RECEIVED_AT, make_deposit

KEEPER = User("Archivo departamental", "urn:qillqa:official:keeper")
UNIT_A, UNIT_B = "01JQ00000000000000000000UA", "01JQ00000000000000000000UB"
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number: int) -> str:
    """A ULID that says which one it is."""
    text = ""
    for _ in range(6):
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return f"01JQ5ZZZZZ8XKQ4T0R7M{text}"


def dossier(number: int, *, title: str = "", day: date = date(2026, 3, 5), **changes: Any) -> Deposit:
    """The dossier of that number: its own ids, CITE and hoja de ruta."""
    made = make_deposit(**changes)
    first = replace(made.documents[0], cite=f"GADOR-SDPD/NI/{number:05d}/2026", day=day)
    second = replace(made.documents[1], cite=f"GADOR-SDA/IT/{number:05d}/2026", day=day)
    facts = {
        "id": ulid(2 * number),
        "dossier": ulid(2 * number + 1),
        "slip": f"I-2026-{number:05d}",
        "title": title or made.title,
        "documents": (first, second),
    }
    return replace(made, **{**facts, **{name: value for name, value in changes.items() if name in facts}})


def keep(root: Root, deposit: Deposit) -> str:
    """Write it as its custodian would; gives the object's id."""
    package = Package(
        object_id=object_id_of(deposit.dossier),
        deposit=deposit,
        deposit_jws="a.b.c",
        contents=CONTENTS,
        findings=Findings({item.id: {"verdict": "valid"} for item in deposit.documents}),
        custodian=KEEPER.name,
        received_at=RECEIVED_AT,
        software_version="1",
    )
    root.write_version(
        package.object_id, dict(build_aip(package)), base=None, message="Ingreso", user=KEEPER, now=RECEIVED_AT
    )
    return package.object_id


IN_SERIES = Description(
    series="01JQ00000000000000000000S1",
    path=(SchemeRow("fonds", "GADOR", "Gobierno"), SchemeRow("series", "SDPD-07", "Informes técnicos de caminos")),
    scope="Camino Toledo – Ñuñumayani, tramo segundo",
)
SECRET = AccessClass.SECRET
