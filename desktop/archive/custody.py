"""Taking a deposit into custody: checked, written as an OCFL object, answered by a signed receipt.

One custodian per root (docs/decisions/0003). Accepting twice gives the same receipt and no second version: the object's own
inventory says what was accepted and when, and a receipt is made from nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
from ulid import ULID

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore

from .checks import Judge, Prove, act_lines, examine
from .deposits import Open, Place, Read, Sign, Unpacked, unpack, waiting
from .eark import DEPOSIT_JWS, Package, build_aip
from .inventory import Inventory, User
from .json_reading import parse_object
from .manifest import Deposit
from .roots import Fault, Root, no_fault

FORMAT = 1
ACCEPTED, REFUSED = "accepted", "refused"
_ANSWERED = frozenset({ACCEPTED, REFUSED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the custodian says to a deposit: ``state`` is ``accepted`` or ``refused``.

    Accepted: ``object``, ``version`` and the SHA-512 of that version's inventory are given. Refused: ``code`` and ``facts``.
    """

    deposit: str
    deposit_sha256: str
    entity: str
    unit: str
    document: str
    state: str
    time: datetime
    custodian: str
    object: str = ""
    version: str = ""
    inventory_sha512: str = ""
    code: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    practice: bool = False

    def to_payload(self) -> bytes:
        """Canonical JSON (RFC 8785), which is signed."""
        return rfc8785.dumps(
            {
                "v": FORMAT,
                "type": "receipt",
                "state": self.state,
                "deposit": self.deposit,
                "deposit_sha256": self.deposit_sha256,
                "entity": self.entity,
                "unit": self.unit,
                "document": self.document,
                "object": self.object,
                "version": self.version,
                "inventory_sha512": self.inventory_sha512,
                "time": self.time.isoformat(timespec="seconds"),
                "custodian": self.custodian,
                "code": self.code,
                "facts": dict(self.facts),
                "practice": self.practice,
            }
        )

    @classmethod
    def from_payload(cls, payload: bytes) -> Answer:
        """Read one back. Raises ``receipt.malformed``."""
        raw = parse_object(payload, "receipt.malformed")
        try:
            if raw["v"] != FORMAT or raw["type"] != "receipt" or raw["state"] not in _ANSWERED:
                raise ValueError("not a receipt")
            texts = {
                name: str(raw[name])
                for name in (
                    *("deposit", "deposit_sha256", "entity", "unit", "document", "state", "custodian"),
                    *("object", "version", "inventory_sha512", "code"),
                )
            }
            time = datetime.fromisoformat(raw["time"])
            facts = tuple(sorted((str(name), str(value)) for name, value in raw["facts"].items()))
            return cls(**texts, time=time, facts=facts, practice=raw["practice"] is True)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OfficeError("receipt.malformed", reason=str(error)[:200]) from error


@dataclass(frozen=True, slots=True)
class Custodian:
    """What a custodian works with. ``read_answer`` reads and verifies answers of this archive's own custodians.

    ``judge`` is its own verifier, ``prove`` what its own directory says of acts, ``devices`` what it says, for strangers, of the devices
    that signed those compact JWS (docs/formats/archive.md; None: nothing is kept). ``accepted`` are the verdicts on a signed PDF with
    which a deposit is taken. ``patience`` is how long a deposit whose files have not all arrived is waited for before it is refused.
    """

    root: Root
    exchange: ObjectStore
    read: Read
    open_file: Open
    judge: Judge
    prove: Prove
    sign: Sign
    read_answer: Callable[[str], bytes]
    user: User
    software_version: str
    accepted: frozenset[str] = frozenset({"valid", "indeterminate"})
    patience: timedelta = timedelta(days=7)
    devices: Callable[[Sequence[str]], Mapping[str, Any] | None] = lambda _: None
    fault: Fault = no_fault


def object_id_of(dossier: str) -> str:
    """The OCFL id of a dossier: its ULID as a UUID."""
    return f"urn:uuid:{ULID.from_str(dossier).to_uuid()}"


def pending(custodian: Custodian, entity: str, *, known: dict[str, tuple[int, str]] | None = None) -> Iterator[Place]:
    """The deposits that wait for an answer. An answer that no custodian signed counts as none. ``known``: see ``waiting``."""

    def answered(place: Place) -> bool:
        return _answered(custodian, place) is not None

    yield from waiting(custodian.exchange, entity, answered=answered, known=known)


def accept(custodian: Custodian, place: Place, *, now: datetime) -> Answer:
    """Take one deposit into custody, or refuse it; both are signed and put under ``archive/out``.

    Raises what ``read`` raises and ``deposit.misplaced`` (nobody is known to whom an answer could go), ``deposit.missing_file``
    while the custodian is patient, and storage's codes. Then nothing is answered and the deposit goes on waiting.
    """
    if (already := _answered(custodian, place)) is not None:
        return already
    jws = custodian.exchange.get(place.manifest)
    digest = hashlib.sha256(jws).hexdigest()
    try:
        found = unpack(custodian.exchange, place, read=custodian.read, open_file=custodian.open_file)
        custodian.fault("unpacked")
        answer = _commit(custodian, found, digest, now)
    except OfficeError as error:
        if not _refusable(custodian, place, error, now):
            raise
        answer = _refusal(custodian, place, digest, error, now)
    custodian.fault("committed")
    return _put_answer(custodian, place, answer)


def _commit(custodian: Custodian, found: Unpacked, digest: str, now: datetime) -> Answer:
    object_id = object_id_of(found.deposit.dossier)
    inventory = custodian.root.inventory(object_id)
    if inventory is None:
        package = Package(
            object_id=object_id,
            deposit=found.deposit,
            deposit_jws=found.jws,
            contents=found.contents,
            findings=examine(found, judge=custodian.judge, prove=custodian.prove, accepted=custodian.accepted),
            custodian=custodian.user.name,
            received_at=now.astimezone(UTC).replace(microsecond=0),
            software_version=custodian.software_version,
            devices=custodian.devices([found.jws, *act_lines(found)]),
        )
        custodian.root.write_version(
            object_id,
            dict(build_aip(package)),
            base=None,
            message=f"Ingreso del depósito {found.deposit.id}",
            user=custodian.user,
            now=package.received_at,
        )
        custodian.fault("written")
        inventory = custodian.root.inventory(object_id)
        if inventory is None:  # pragma: no cover - it was just committed
            raise OfficeError("archive.no_object", object=object_id)
    version = _version_of(inventory, found.jws)
    if version is None:
        raise OfficeError("deposit.dossier_exists", deposit=found.deposit.id, object=object_id)
    return _receipt(found.deposit, digest, inventory, version)


def _version_of(inventory: Inventory, jws: str) -> int | None:
    """The version that took exactly this deposit in."""
    wanted = hashlib.sha512(jws.encode("ascii") + b"\n").hexdigest()
    for number, block in enumerate(inventory.versions, 1):
        if block.state.get(DEPOSIT_JWS) == wanted:
            return number
    return None


def _receipt(deposit: Deposit, digest: str, inventory: Inventory, version: int) -> Answer:
    block = inventory.versions[version - 1]
    return Answer(
        deposit=deposit.id,
        deposit_sha256=digest,
        entity=deposit.entity,
        unit=deposit.unit,
        document=deposit.principal,
        state=ACCEPTED,
        time=block.created.astimezone(UTC),
        custodian=block.user.name,
        object=inventory.id,
        version=f"v{version}",
        inventory_sha512=hashlib.sha512(inventory.as_of(version).to_bytes()).hexdigest(),
        practice=deposit.practice,
    )


def _refusable(custodian: Custodian, place: Place, error: OfficeError, now: datetime) -> bool:
    """Whether the fault is the deposit's own, and whoever signed it can be told."""
    if not error.code.startswith("deposit.") or error.code == "deposit.misplaced":
        return False
    if error.code != "deposit.missing_file":
        return True
    manifest, _ = custodian.read(custodian.exchange.get(place.manifest).decode("ascii").strip())
    return now - Deposit.from_payload(manifest).made_at > custodian.patience


def _refusal(custodian: Custodian, place: Place, digest: str, error: OfficeError, now: datetime) -> Answer:
    facts = tuple(sorted((name, str(value)) for name, value in error.facts.items()))
    return Answer(
        deposit=place.id,
        deposit_sha256=digest,
        entity=place.entity,
        unit=place.unit,
        document="",
        state=REFUSED,
        time=now.astimezone(UTC).replace(microsecond=0),
        custodian=custodian.user.name,
        code=error.code,
        facts=facts,
    )


def _answered(custodian: Custodian, place: Place) -> Answer | None:
    """The answer that is there already, if a custodian of ours gave it to this deposit."""
    try:
        jws = custodian.exchange.get(place.answer).decode("ascii")
        answer = Answer.from_payload(custodian.read_answer(jws))
    except UnicodeDecodeError:
        return None
    except OfficeError as error:
        if error.code.startswith("storage.") and error.code != "storage.not_found":
            raise
        return None
    return answer if (answer.entity, answer.unit, answer.deposit) == (place.entity, place.unit, place.id) else None


def _put_answer(custodian: Custodian, place: Place, answer: Answer) -> Answer:
    """Put it and give it; the answer of another custodian that was quicker stands. What nobody of ours signed is written over."""
    jws = custodian.sign(answer.to_payload()).encode("ascii")
    if not custodian.exchange.put_if_absent(place.answer, jws):
        if (first := _answered(custodian, place)) is not None:
            return first
        custodian.exchange.put(place.answer, jws)
    return answer
