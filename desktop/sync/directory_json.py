"""The directory as JSON and back (docs/formats/exchange.md).

Members that came later are written only where they say something, so that what an older program wrote stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from desktop.records.errors import OfficeError
from desktop.records.events import Json
from desktop.records.people import Delegation, Device, Directory, Entity, Official, RoutingRules, Secretary, Unit
from desktop.records.series import require_consistent_scheme
from desktop.records.standing import SECRETARIAL

from .scheme_json import read_series, scheme_payload

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
        "units": [_unit_payload(unit) for unit in directory.units],
        "officials": [_official_payload(official) for official in directory.officials],
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
        **_later(
            recovery=list(directory.recovery),
            rules=asdict(directory.rules) if directory.rules != RoutingRules() else None,
            scheme=[scheme_payload(row) for row in directory.scheme],
        ),
    }


def _later(**members: Json) -> dict[str, Json]:
    """Those of them that say something: an older program wrote none of them, and passes over them."""
    return {name: value for name, value in members.items() if value}


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
            recovery=tuple(_text(item) for item in payload.get("recovery", ())),
            rules=_rules(payload.get("rules", {})),
            scheme=tuple(read_series(row) for row in payload.get("scheme", ())),
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
    wanted_units += [unit for u in directory.units for unit in u.successors]
    wanted_units += [unit for o in directory.officials for unit, _ in o.former]
    wanted = [u.chief for u in directory.units if u.chief is not None]
    wanted += [who for d in directory.devices for who, _ in d.enrolments]
    wanted += [who for d in directory.delegations for who in (d.holder, d.substitute)]
    wanted += [who for s in directory.secretaries for who in (s.chief, s.official)]
    if set(wanted_units) - set(units) or set(wanted) - set(officials):
        raise OfficeError("directory.inconsistent", what="reference", reason="unknown")
    _require_standings(directory)
    _require_lives(directory)
    require_consistent_scheme(directory.scheme)
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


def _require_lives(directory: Directory) -> None:
    """Only what ended is succeeded, never by itself in the end; a living unit's chief has not left; limits in their order."""
    for unit in directory.units:
        if unit.successors and unit.ended_on is None:
            raise OfficeError("directory.inconsistent", what="successors", reason="unknown")
        if unit.ended_on is None and unit.chief is not None and directory.official(unit.chief).until is not None:
            raise OfficeError("directory.inconsistent", what="chief", reason="unknown")
    following = {unit.id: set(unit.successors) for unit in directory.units if unit.successors}
    while following:
        ends = {unit for unit, after in following.items() if not after & following.keys()}
        if not ends:
            raise OfficeError("directory.inconsistent", what="successors", reason="cycle")
        following = {unit: after for unit, after in following.items() if unit not in ends}
    if not 1 <= directory.rules.care <= directory.rules.bad:
        raise OfficeError("directory.inconsistent", what="rules", reason="unknown")


def _unit_payload(unit: Unit) -> dict[str, Json]:
    return {
        "id": unit.id,
        "name": unit.name,
        "prefix": unit.prefix,
        "parent": unit.parent,
        "chief": unit.chief,
        "custodian": unit.custodian,
        **_later(ended_on=_written(unit.ended_on), successors=list(unit.successors)),
        **({} if unit.line else {"line": False}),
    }


def _official_payload(official: Official) -> dict[str, Json]:
    return {
        "id": official.id,
        "name": official.name,
        "ci": official.ci,
        "complement": official.complement,
        "post": official.post,
        "unit": official.unit,
        "initials": official.initials,
        **_later(until=_written(official.until), former=[[unit, day.isoformat()] for unit, day in official.former]),
    }


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
        _day(item.get("ended_on")),
        tuple(_text(unit) for unit in item.get("successors", ())),
        _flag(item.get("line", True)),
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
        until=_day(item.get("until")),
        former=tuple((_text(unit), date.fromisoformat(_text(day))) for unit, day in item.get("former", ())),
    )


def _rules(item: Mapping[str, Json]) -> RoutingRules:
    usual = RoutingRules()
    return RoutingRules(
        _whole(item.get("care", usual.care)),
        _whole(item.get("bad", usual.bad)),
        _flag(item.get("reject_same_day", usual.reject_same_day)),
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


def _day(value: Json) -> date | None:
    return None if value is None else date.fromisoformat(_text(value))


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


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
