"""The directory as JSON and back (docs/formats/exchange.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from desktop.records.errors import OfficeError
from desktop.records.events import Json
from desktop.records.people import Delegation, Device, Directory, Entity, Official, Secretary, Unit
from desktop.records.standing import SECRETARIAL

FORMAT = 1


def to_payload(directory: Directory) -> dict[str, Json]:
    """The JSON object that is canonicalised and signed."""
    entity = directory.entity
    return {
        "v": FORMAT,
        "number": directory.number,
        "entity": {
            "id": entity.id,
            "name": entity.name,
            "acronym": entity.acronym,
            "zone": entity.zone,
            "practice": entity.practice,
        },
        "units": [
            {
                "id": u.id,
                "name": u.name,
                "prefix": u.prefix,
                "parent": u.parent,
                "chief": u.chief,
                "custodian": u.custodian,
            }
            for u in directory.units
        ],
        "officials": [
            {
                "id": o.id,
                "name": o.name,
                "ci": o.ci,
                "complement": o.complement,
                "post": o.post,
                "unit": o.unit,
                "initials": o.initials,
            }
            for o in directory.officials
        ],
        "devices": [_device_payload(device) for device in directory.devices],
        "delegations": [
            {
                "holder": d.holder,
                "substitute": d.substitute,
                "memorandum": d.memorandum,
                "first_day": d.first_day.isoformat(),
                "last_day": d.last_day.isoformat(),
                "wording": d.wording,
                "post": d.post,
            }
            for d in directory.delegations
        ],
        "secretaries": [
            {
                "chief": s.chief,
                "official": s.official,
                "acts": list(s.acts),
                "memorandum": s.memorandum,
                "first_day": s.first_day.isoformat(),
                "last_day": s.last_day.isoformat(),
            }
            for s in directory.secretaries
        ],
        "anchors": list(directory.anchors),
        "actions": list(directory.actions),
        "holidays": [day.isoformat() for day in directory.holidays],
        "extra": dict(directory.extra),
    }


def from_payload(payload: Json) -> Directory:
    """Read it back; fields that this program does not know are passed over.

    Raises ``directory.newer_format`` for a version it does not know, ``directory.malformed`` for anything else.
    """
    version = payload.get("v") if isinstance(payload, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise OfficeError("directory.newer_format", version=version, known=FORMAT)
    try:
        entity = payload["entity"]
        return Directory(
            number=_whole(payload["number"]),
            entity=Entity(
                _text(entity["id"]),
                _text(entity["name"]),
                _text(entity["acronym"]),
                _text(entity["zone"]),
                _flag(entity["practice"]),
            ),
            units=tuple(_unit(item) for item in payload["units"]),
            officials=tuple(_official(item) for item in payload["officials"]),
            devices=tuple(_device(item) for item in payload["devices"]),
            delegations=tuple(_delegation(item) for item in payload["delegations"]),
            secretaries=tuple(_secretary(item) for item in payload.get("secretaries", ())),
            anchors=tuple(_text(item) for item in payload["anchors"]),
            actions=tuple(_text(item) for item in payload["actions"]),
            holidays=tuple(date.fromisoformat(item) for item in payload["holidays"]),
            extra=tuple(sorted((_text(name), _text(value)) for name, value in payload["extra"].items())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OfficeError("directory.malformed", reason=repr(error)) from error


def require_consistent(directory: Directory) -> None:
    """Ids once each, references that lead somewhere, a time zone that exists. Raises ``directory.inconsistent``."""
    units, officials = [u.id for u in directory.units], [o.id for o in directory.officials]
    for what, ids in (
        ("unit", units),
        ("official", officials),
        ("device", [d.id for d in directory.devices]),
        ("verify_key", [d.verify_key for d in directory.devices]),
    ):
        if len(set(ids)) != len(ids):
            raise OfficeError("directory.inconsistent", what=what, reason="twice")
    wanted_units = [o.unit for o in directory.officials] + [d.unit for d in directory.devices]
    wanted_units += [u.parent for u in directory.units if u.parent is not None]
    wanted = [u.chief for u in directory.units if u.chief is not None]
    wanted += [who for d in directory.devices for who, _ in d.enrolments]
    wanted += [who for d in directory.delegations for who in (d.holder, d.substitute)]
    wanted += [who for s in directory.secretaries for who in (s.chief, s.official)]
    if set(wanted_units) - set(units) or set(wanted) - set(officials):
        raise OfficeError("directory.inconsistent", what="reference", reason="unknown")
    _require_standings(directory)
    if directory.number < 1:
        raise OfficeError("directory.inconsistent", what="number", reason="unknown")
    try:
        ZoneInfo(directory.entity.zone)
    except (ValueError, OSError, KeyError) as error:
        raise OfficeError("directory.inconsistent", what="zone", reason="unknown") from error


def _require_standings(directory: Directory) -> None:
    """Delegations and secretaries: two people, a memorandum, a period; a secretary's acts are hers to be given."""
    rows = [(d.holder, d.substitute, d.memorandum, d.first_day, d.last_day) for d in directory.delegations]
    rows += [(s.chief, s.official, s.memorandum, s.first_day, s.last_day) for s in directory.secretaries]
    if any(who == other or not paper.strip() or first > last for who, other, paper, first, last in rows):
        raise OfficeError("directory.inconsistent", what="delegation", reason="unknown")
    if any(not set(s.acts) <= SECRETARIAL for s in directory.secretaries):
        raise OfficeError("directory.inconsistent", what="secretary", reason="unknown")


def _device_payload(device: Device) -> dict[str, Json]:
    return {
        "id": device.id,
        "unit": device.unit,
        "verify_key": device.verify_key,
        "age_recipient": device.age_recipient,
        "valid_until": device.valid_until.isoformat(),
        "enrolments": dict(device.enrolments),
        "revoked_at": device.revoked_at.isoformat() if device.revoked_at else None,
        "last_seq": device.last_seq,
    }


def _device(item: Mapping[str, Json]) -> Device:
    return Device(
        id=_text(item["id"]),
        unit=_text(item["unit"]),
        verify_key=_text(item["verify_key"]),
        age_recipient=_text(item["age_recipient"]),
        valid_until=_moment(item["valid_until"]),
        enrolments=tuple(sorted((_text(who), _text(jws)) for who, jws in item["enrolments"].items())),
        revoked_at=None if item["revoked_at"] is None else _moment(item["revoked_at"]),
        last_seq=None if item["last_seq"] is None else _whole(item["last_seq"]),
    )


def _unit(item: Mapping[str, Json]) -> Unit:
    return Unit(
        _text(item["id"]),
        _text(item["name"]),
        _text(item["prefix"]),
        _maybe(item["parent"]),
        _maybe(item["chief"]),
        _flag(item["custodian"]),
    )


def _official(item: Mapping[str, Json]) -> Official:
    return Official(
        id=_text(item["id"]),
        name=_text(item["name"]),
        ci=_text(item["ci"]),
        post=_text(item["post"]),
        unit=_text(item["unit"]),
        complement=_text(item["complement"]),
        initials=_text(item["initials"]),
    )


def _delegation(item: Mapping[str, Json]) -> Delegation:
    return Delegation(
        holder=_text(item["holder"]),
        substitute=_text(item["substitute"]),
        memorandum=_text(item["memorandum"]),
        first_day=date.fromisoformat(item["first_day"]),
        last_day=date.fromisoformat(item["last_day"]),
        wording=_text(item["wording"]),
        post=_text(item.get("post", "")),
    )


def _secretary(item: Mapping[str, Json]) -> Secretary:
    return Secretary(
        chief=_text(item["chief"]),
        official=_text(item["official"]),
        acts=tuple(_text(act) for act in item["acts"]),
        memorandum=_text(item["memorandum"]),
        first_day=date.fromisoformat(item["first_day"]),
        last_day=date.fromisoformat(item["last_day"]),
    )


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _maybe(value: Json) -> str | None:
    return None if value is None else _text(value)


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError("flag")
    return value


def _whole(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("whole number")
    return value


def _moment(value: Json) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("time without offset")
    return moment
