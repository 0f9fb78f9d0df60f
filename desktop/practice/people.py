"""Who works in the practice office: one entity, two units, four officials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop.records.people import Directory, Entity, Official, Unit

from .certificates import PersonSpec
from .pki import PEOPLE

AUTHOR, CHIEF, ANSWERER, ARCHIVIST = (person.label for person in PEOPLE)


@dataclass(frozen=True, slots=True)
class Staff:
    """The first directory of the practice entity; ``ids`` maps a person's label to the official's id."""

    directory: Directory
    ids: dict[str, str]
    planning: str
    finance: str


def hire(new_id: Callable[[], str], anchors: tuple[str, ...]) -> Staff:
    """Make the practice entity with fresh ids."""
    planning, finance = new_id(), new_id()
    units = (
        Unit(planning, "Secretaría Departamental de Planificación", "PRÁCTICA-SDP"),
        Unit(finance, "Secretaría Departamental de Administración y Finanzas", "PRÁCTICA-SDAF", custodian=True),
    )
    where = {AUTHOR: planning, CHIEF: planning, ANSWERER: finance, ARCHIVIST: finance}
    ids = {person.label: new_id() for person in PEOPLE}
    officials = tuple(_official(person, ids[person.label], where[person.label]) for person in PEOPLE)
    entity = Entity(new_id(), "Gobierno Autónomo Departamental de PRÁCTICA", "GAD-PRÁCTICA", practice=True)
    directory = Directory(number=1, entity=entity, units=units, officials=officials, anchors=anchors)
    return Staff(directory, ids, planning, finance)


def _official(person: PersonSpec, official: str, unit: str) -> Official:
    initials = "".join(word[0] for word in person.name.split())
    return Official(
        official, person.name, person.ci, person.post, unit, complement=person.complement, initials=initials
    )
