"""Entity, units, officials, devices: the directory that every desk of an entity shares.

Unit and series ids are ULIDs, since names and prefixes change and contain "/" (docs/formats/exchange.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from .errors import OfficeError


@dataclass(frozen=True, slots=True)
class Entity:
    """The institution. ``zone`` is an IANA time zone name: year and date come from it, never from the PC."""

    id: str
    name: str
    acronym: str
    zone: str = "America/La_Paz"
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisational unit; ``prefix`` is its part of the CITE, e.g. ``GADOR-SDPD``."""

    id: str
    name: str
    prefix: str
    parent: str | None = None
    chief: str | None = None
    custodian: bool = False


@dataclass(frozen=True, slots=True)
class Official:
    """A person in a post. Identified by ``ci`` (with complement) and certificate issuer, never by the text of the name."""

    id: str
    name: str
    ci: str
    post: str
    unit: str
    complement: str = ""
    initials: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A key pair on one PC, enrolled by each official who acts on it.

    ``verify_key`` is the raw Ed25519 public key in base64url; ``age_recipient`` the age X25519 recipient to which
    blob keys are sealed. ``enrolments`` maps an official's id to the JWS by which his token enrolled this device.
    ``last_seq`` comes with a revocation: the highest ``device_seq`` that is still believed, whatever time an event claims.
    """

    id: str
    unit: str
    verify_key: str
    age_recipient: str
    valid_until: datetime
    enrolments: tuple[tuple[str, str], ...] = ()
    revoked_at: datetime | None = None
    last_seq: int | None = None

    def enrolled(self, official: str) -> bool:
        """Whether this official's token enrolled the device."""
        return any(who == official for who, _ in self.enrolments)


@dataclass(frozen=True, slots=True)
class Delegation:
    """Suplencia or interinato: ``substitute`` acts for ``holder``, by a memorandum, for a period (dates inclusive).

    ``post`` is the holder's post that it is for: when he changes posts it ends. Empty: whatever post he holds.
    ``wording`` is printed, e.g. ``Suplente``, ``Director a.i.``
    """

    holder: str
    substitute: str
    memorandum: str
    first_day: date
    last_day: date
    wording: str = "Suplente"
    post: str = ""


@dataclass(frozen=True, slots=True)
class Secretary:
    """``official`` does ``acts`` (values of event kinds that send or receive) in the name of ``chief``; dates inclusive."""

    chief: str
    official: str
    acts: tuple[str, ...]
    memorandum: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Directory:
    """One version of the directory. ``anchors`` are PEM certificates that the entity trusts for its officials."""

    number: int
    entity: Entity
    units: tuple[Unit, ...] = ()
    officials: tuple[Official, ...] = ()
    devices: tuple[Device, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    secretaries: tuple[Secretary, ...] = ()
    anchors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    holidays: tuple[date, ...] = ()
    extra: tuple[tuple[str, str], ...] = field(default=())

    def unit(self, unit_id: str) -> Unit:
        """The unit of that id; raises ``directory.unknown_unit``."""
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise OfficeError("directory.unknown_unit", unit=unit_id)

    def official(self, official_id: str) -> Official:
        """The official of that id; raises ``directory.unknown_official``."""
        for official in self.officials:
            if official.id == official_id:
                return official
        raise OfficeError("directory.unknown_official", official=official_id)

    def device(self, device_id: str) -> Device:
        """The device of that id; raises ``directory.unknown_device``."""
        for device in self.devices:
            if device.id == device_id:
                return device
        raise OfficeError("directory.unknown_device", device=device_id)

    def devices_of(self, unit_id: str) -> tuple[Device, ...]:
        """The devices on which somebody of that unit acts and which are not revoked."""
        return tuple(
            device
            for device in self.devices
            if device.revoked_at is None
            and (device.unit == unit_id or any(self.official(who).unit == unit_id for who, _ in device.enrolments))
        )

    def officials_of(self, unit_id: str) -> tuple[Official, ...]:
        """The officials whose post is in that unit."""
        return tuple(official for official in self.officials if official.unit == unit_id)

    def custodians(self) -> Iterator[Unit]:
        """The units that may accept deposits into the archive."""
        return (unit for unit in self.units if unit.custodian)
