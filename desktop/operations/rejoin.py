"""A new admission for a desk that is a copy: a key of its own, and the drafts stay. What never left is taken out of the chains and kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.store import own_line
from desktop.store.desk import DeskStore
from desktop.sync.device import choose_vault
from desktop.sync.directory import DirectoryPins, kept_directory
from desktop.sync.invitation import Invitation
from desktop.sync.secrets import choose_secrets

from .backup import secret_names
from .copies import HeldBack, told
from .files import write_whole
from .join import ask_admission
from .settings import DeskSettings, load_settings, save_settings

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.device import DeviceKey

_DEVICE = "copy.anew"
REQUESTS = "copy.requests"  # of a new admission that is asked for by stick, until it has come: a stick may be lost
_LIST = "copy.unsent-list"
_STAGE = "anew-"

Carry = Callable[["DeviceKey"], str]


@dataclass(frozen=True, slots=True)
class Left:
    """After a new admission was asked for. ``unsent``: taken out of the chains, to be done again; ``waiting``: acts that still go."""

    unsent: tuple[HeldBack, ...]
    waiting: int


def ask_anew(home: Path, *, pin: object, exchange: ObjectStore | None = None, carry: Carry | None = None) -> str:
    """Have each official of this desk sign for a new key by his token, and work under that from now on; returns the device's id.

    Until the entity has admitted it the desk reads and drafts. The acts that never left are written to ``no-enviados-<time>.json`` in the
    home, as they were signed; what a copy has in its outbox and no other line contradicts goes on, under the key that signed it. ``carry``
    takes the signed requests away before anything here changes, and gives what is to be remembered of them. Raises ``desk.no_copy``
    where this desk is none, and what ``ask_admission`` raises: then nothing changed.
    Died half way, it is taken up again by the same call.
    """
    settings = load_settings(home)
    now = datetime.now(UTC)
    with DeskStore.open(home, now=now) as store:
        if store.setting(own_line.COPY) in (None, ""):
            raise OfficeError("desk.no_copy", on_disk="unchanged")
        if store.setting(_DEVICE) == settings.device:
            _begin_anew(home, store, now)
            return settings.device
        directory = kept_directory(store, DirectoryPins(settings.admin_key, settings.least_directory))
        if directory is None:
            raise OfficeError("desk.not_admitted", home=str(home))
        people = [(official, None) for official, _ in directory.device(settings.device).enrolments]
        device, requests = _ask(home, settings, people, pin, exchange, carry)
        store.set_setting(REQUESTS, requests)
        store.set_setting(_DEVICE, device)
        save_settings(home, replace(settings, device=device))  # from here on nothing is signed by the key that two have
        _begin_anew(home, store, now)
    return device


def left(home: Path) -> Left:
    """What the last new admission left behind."""
    with DeskStore.open(home, now=datetime.now(UTC)) as store:
        name, waiting = store.setting(_LIST), store.outbox_counts().events
    rows = json.loads((home / name).read_text("utf-8")) if name and (home / name).is_file() else []
    return Left(tuple(HeldBack(row["document"], row["kind"], row.get("subject", "")) for row in rows), waiting)


def _ask(
    home: Path,
    settings: DeskSettings,
    people: list[tuple[str, None]],
    pin: object,
    exchange: ObjectStore | None,
    carry: Carry | None,
) -> tuple[str, str]:
    (home / "work").mkdir(exist_ok=True)
    for left in (home / "work").glob(f"{_STAGE}*"):  # of one that died, with its key
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=home / "work", prefix=_STAGE) as temporary:
        stage, invitation = Path(temporary) / "home", Path(temporary) / "invitacion.json"
        invited = Invitation(
            settings.entity, settings.entity, settings.exchange, settings.admin_key, settings.least_directory
        )
        invitation.write_text(invited.to_text(), "utf-8")
        device = ask_admission(
            stage,
            invitation,
            unit=settings.unit,
            people=people,
            modules=settings.modules,
            token_environment=settings.token_environment,
            s3=settings.s3,
            pin=pin,
            exchange=exchange,
        )
        key = choose_vault(stage).load(device)
        requests = carry(key) if carry is not None else ""
        choose_vault(home).save(key)
    old, new = choose_secrets(home, settings.device), choose_secrets(home, device)
    for name in secret_names(settings):
        if text := old.get(name):
            new.put(name, text)
    return device, requests


def _begin_anew(home: Path, store: DeskStore, now: datetime) -> None:
    _hold_back_second_line(store)
    gone, name = own_line.held_back(store), ""
    if gone:
        rows = [
            {
                "document": one.event.document,
                "kind": one.event.kind.value,
                "subject": told(store, one).subject,
                "jws": one.jws,
            }
            for one in gone
        ]
        text = json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8")
        name = f"no-enviados-{now:%Y%m%dT%H%M%SZ}.json"
        write_whole(home / name, text, mode=0o600)
    with store.act() as act:
        own_line.take_out(act, [one.digest for one in gone])
        act.give_up_numbers(now)
        act.set_setting(_LIST, name)
        for setting, value in ((own_line.COPY, ""), (own_line.UNSENT, "[]"), (own_line.TIP, ""), (_DEVICE, "")):
            act.set_setting(setting, value)


def _hold_back_second_line(store: DeskStore) -> None:
    """Without a line nobody asked the exchange; a stick may have shown all the same that another copy acted under our numbers.

    Theirs lies at others, ours is not known to have arrived anywhere: what still waits of it is not to go.
    """
    tip = store.event(store.setting(own_line.TIP) or "")
    if store.setting(own_line.COPY) != own_line.RESTORED or tip is None:
        return
    fork = own_line.first_fork(store, tip.event.device)
    if fork is None or fork.ours is None:
        return
    with store.act() as act:
        own_line.hold_back(act, list(own_line.waiting_since(store, fork.seq)))
