"""Founding an entity, and admitting desks to it: invitation, request signed by token, directory with the new device."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.people import Directory
from desktop.storage.opening import S3Settings, open_storage
from desktop.store.desk import DeskStore
from desktop.sync import enrolment
from desktop.sync.device import DeviceKey, choose_vault
from desktop.sync.directory import DirectoryPins, latest, publish
from desktop.sync.directory_json import from_payload, to_payload
from desktop.sync.invitation import Invitation

from .files import write_whole
from .settings import DeskSettings, S3Access, load_settings, save_settings
from .trusting import trust_of_desk

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from signing.errors import SigningError
    from signing.report import Certificate, Token
    from signing.worker import TokenWorker

ADMIN = "admin"
TERM = timedelta(days=365)  # how long an enrolment lasts; the certificate may end it earlier


def found_entity(folder: Path, directory: Directory, *, now: datetime) -> None:
    """Make the entity's own key and keep its first directory in ``folder``. Nothing is published yet."""
    folder.mkdir(parents=True, exist_ok=True)
    choose_vault(folder).save(DeviceKey.generate(ADMIN))
    text = json.dumps({"founded": now.isoformat(), "directory": to_payload(directory)}, ensure_ascii=False, indent=1)
    write_whole(folder / "entity.json", text.encode("utf-8"), mode=0o600)


def open_exchange(folder: Path, exchange: ObjectStore) -> Path:
    """Publish the first directory and write the invitation; returns the invitation's path."""
    directory = from_payload(json.loads((folder / "entity.json").read_text(encoding="utf-8"))["directory"])
    admin = choose_vault(folder).load(ADMIN)
    publish(exchange, directory, admin)
    invitation = Invitation(directory.entity.id, directory.entity.name, exchange.url, admin.public()[0])
    path = folder / "invitacion.json"
    write_whole(path, invitation.to_text().encode("utf-8"))
    return path


def open_entity(folder: Path) -> tuple[str, ObjectStore, Directory]:
    """The entity whose key lies in ``folder``: its id, its exchange and the newest directory. Raises ``invitation.unreadable``."""
    invited = Invitation.from_text(_read(folder / "invitacion.json"))
    exchange = open_storage(invited.exchange)
    return invited.entity, exchange, latest(exchange, invited.entity, DirectoryPins(invited.admin_key))


def admit_all(
    folder: Path, exchange: ObjectStore, *, now: datetime, refused: list[OfficeError | SigningError] | None = None
) -> Directory:
    """Check every waiting request against officials and anchors, and publish the directory that holds them.

    What ``enrolment.admit`` raises of a request that does not hold is added to ``refused`` and the others are admitted, for anybody may
    have left it there; without such a list it is raised at the first one, and those before it are published.
    """
    from signing.errors import SigningError
    from signing.statement import read_statement

    admin = choose_vault(folder).load(ADMIN)
    entity = json.loads((folder / "entity.json").read_text(encoding="utf-8"))["directory"]
    directory = latest(exchange, from_payload(entity).entity.id, DirectoryPins(admin.public()[0]))
    trust = trust_of_desk(folder, directory.anchors, practice=directory.entity.practice)
    for request in enrolment.pending(exchange, directory):
        try:
            new = enrolment.admit(
                directory, request.jws, read=lambda jws: read_statement(jws, trust=trust, at=now, online=True), now=now
            )
        except (OfficeError, SigningError) as error:
            if refused is None:
                raise
            refused.append(error)
            continue
        directory = new
        publish(exchange, directory, admin)
    return directory


def ask_admission(
    home: Path,
    invitation: Path,
    *,
    unit: str,
    people: Sequence[tuple[str, str | None]],
    modules: Sequence[str] = (),
    token_environment: Mapping[str, str] | None = None,
    timestamp_url: str = "",
    archive: str = "",
    s3: S3Access | None = None,
    pin: object = None,
    exchange: ObjectStore | None = None,
) -> str:
    """Make ``home`` a desk of that unit and have each official's token sign for its key; returns the device's id.

    ``exchange`` stands for that of the invitation where this PC has no line (``pouch_join``).
    ``people`` are (official id or CI, PIN or None); without a PIN the provider ``pin`` asks. Raises ``desk.exists``,
    ``invitation.damaged``, ``sign.no_own_token``, PinError. Nothing is kept in ``home`` unless every token signed.
    """
    from signing.drivers import scan_modules
    from signing.worker import TokenWorker

    if (home / "desk.json").exists():
        raise OfficeError("desk.exists", home=str(home))
    invited = Invitation.from_text(_read(invitation))
    exchange = exchange or open_storage(invited.exchange, s3=s3_settings(s3))
    directory = latest(exchange, invited.entity, DirectoryPins(invited.admin_key, invited.least_directory))
    officials = [_official(directory, who) for who, _ in people]
    now = datetime.now(UTC)
    key = DeviceKey.generate(new_id())
    found = scan_modules(explicit=[Path(module) for module in modules])
    with TokenWorker(found, environment=dict(token_environment or {})) as worker:
        statements = [
            _signed(worker, directory, key, unit, official, given if given is not None else pin, now)
            for official, (_, given) in zip(officials, people, strict=True)
        ]
    home.mkdir(parents=True, exist_ok=True)
    choose_vault(home).save(key)
    save_settings(
        home,
        DeskSettings(
            entity=invited.entity,
            unit=unit,
            device=key.id,
            exchange=invited.exchange,
            admin_key=invited.admin_key,
            least_directory=directory.number,
            official=officials[0],
            modules=tuple(str(path) for path in found),
            token_environment=dict(token_environment or {}),
            timestamp_url=timestamp_url,
            archive=archive,
            s3=s3,
        ),
    )
    for asked, jws in statements:
        enrolment.submit(exchange, asked, lambda _payload, signed=jws: signed)  # type: ignore[misc]
    return key.id


def enter(home: Path, *, exchange: ObjectStore | None = None) -> int:
    """Fetch the directory into the desk's store; returns its number.

    Raises ``desk.not_admitted`` while the entity has not answered, ``desk.other_key`` where it admitted another key by this desk's name.
    """
    settings = load_settings(home)
    exchange = exchange or open_storage(settings.exchange, s3=s3_settings(settings.s3))
    with DeskStore.open(home, now=datetime.now(UTC)) as store:
        directory = latest(
            exchange, settings.entity, DirectoryPins(settings.admin_key, settings.least_directory), store=store
        )
    admitted = next((device for device in directory.devices if device.id == settings.device), None)
    if admitted is None:
        raise OfficeError("desk.not_admitted", home=str(home))
    if admitted.verify_key != choose_vault(home).load(settings.device).public()[0]:
        raise OfficeError("desk.other_key", home=str(home), device=settings.device)
    return directory.number


def keep_archive(home: Path, url: str) -> None:
    """Make an empty archive there and note it in the desk's settings. Raises ``archive.not_empty``, ``desk.none_here``."""
    from .fixity import init_archive

    settings = load_settings(home)
    init_archive(url, s3_settings(settings.s3))
    save_settings(home, replace(settings, archive=url))


def move_endpoint(home: Path, s3: S3Access) -> None:
    """Tell a desk that its S3 store answers elsewhere now."""
    save_settings(home, replace(load_settings(home), s3=s3))


def _signed(
    worker: TokenWorker, directory: Directory, key: DeviceKey, unit: str, official: str, pin: object, now: datetime
) -> tuple[enrolment.Enrolment, str]:
    from signing.statement import sign_statement

    token, certificate = _own(worker, directory, official)
    until = min(now + TERM, certificate.not_after).replace(microsecond=0)
    asked = enrolment.ask(key, entity=directory.entity.id, unit=unit, official=official, until=until, now=now)
    provider = pin if callable(pin) else (lambda _token, _certificate: str(pin))
    with worker.open(token, certificate, provider) as session:
        return asked, sign_statement(asked.to_payload(), session)


def _own(worker: TokenWorker, directory: Directory, official: str) -> tuple[Token, Certificate]:
    person = directory.official(official)
    for token in worker.tokens():
        for certificate in token.certificates:
            subject = certificate.person
            if not certificate.unusable and (subject.ci, subject.complement) == (person.ci, person.complement):
                return token, certificate
    raise OfficeError("sign.no_own_token", name=person.name)


def _official(directory: Directory, who: str) -> str:
    for official in directory.officials:
        if who in (official.id, official.ci):
            return official.id
    return directory.official(who).id


def new_id() -> str:
    """A new ULID: for a device, a unit, an official."""
    from ulid import ULID

    return str(ULID())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OfficeError("invitation.unreadable", file=path.name) from error


def s3_settings(access: S3Access | None) -> S3Settings | None:
    """What the object store needs of a desk's S3 access."""
    if access is None:
        return None
    return S3Settings(
        endpoint=access.endpoint,
        access_key=access.access_key,
        secret_key=access.secret_key,
        region=access.region,
        ca=Path(access.ca_file) if access.ca_file else None,
        proxy=access.proxy,
    )
