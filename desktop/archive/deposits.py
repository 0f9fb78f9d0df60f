"""A deposit: what a desk hands to the custodian through the exchange (docs/formats/archive.md).

    archive/in/<entity>/<unit>/<ulid>/<sha256 of the ciphertext>    each file, sealed to the custodian
    archive/in/<entity>/<unit>/<ulid>/deposit.jws                   the manifest, signed by the desk's device, written last
    archive/out/<entity>/<unit>/<ulid>.jws                          the receipt, or the refusal with its reasons

Sealing, opening, signing and reading are handed in: the keys belong to ``desktop.sync``, which lies above this room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore, key_problem

from .manifest import Deposit, DepositFile, FileRole, Keys, checked, is_ulid

MANIFEST = "deposit.jws"

Seal = Callable[[bytes], tuple[bytes, Keys]]  # plain bytes → ciphertext and keys
Open = Callable[[bytes, DepositFile], bytes]  # ciphertext → plain bytes; raises OfficeError
Sign = Callable[[bytes], str]  # payload → compact JWS by this desk's device
Read = Callable[
    [str], tuple[bytes, str]
]  # compact JWS → payload and the unit whose device signed it; raises OfficeError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deposit lies in an exchange."""

    entity: str
    unit: str
    id: str

    @property
    def prefix(self) -> str:
        """Of everything that was handed in."""
        return f"archive/in/{self.entity}/{self.unit}/{self.id}/"

    @property
    def manifest(self) -> str:
        """Key of the signed manifest."""
        return self.prefix + MANIFEST

    @property
    def answer(self) -> str:
        """Key of the receipt or refusal."""
        return f"archive/out/{self.entity}/{self.unit}/{self.id}.jws"


@dataclass(frozen=True, slots=True)
class Packed:
    """A deposit ready to be written: ``objects`` in the order in which they must arrive, the manifest last."""

    deposit: Deposit
    objects: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A deposit as the custodian has it in hand: plain bytes by path, all digests checked."""

    deposit: Deposit
    jws: str
    contents: Mapping[str, bytes]


def describe_file(path: str, data: bytes, media_type: str, role: FileRole, document: str = "") -> DepositFile:
    """The manifest's line for those bytes."""
    return DepositFile(path, hashlib.sha256(data).hexdigest(), len(data), media_type, role, document)


def pack(deposit: Deposit, contents: Mapping[str, bytes], *, seal: Seal, sign: Sign) -> Packed:
    """Seal every file and sign the manifest. Nothing is written: the caller may queue the objects.

    Raises ``deposit.incomplete`` when the contents are not what the manifest says.
    """
    checked(deposit)
    place = Place(deposit.entity, deposit.unit, deposit.id)
    objects: list[tuple[str, bytes]] = []
    files: list[DepositFile] = []
    for file in deposit.files:
        data = contents.get(file.path)
        if data is None or hashlib.sha256(data).hexdigest() != file.sha256 or len(data) != file.size:
            raise OfficeError("deposit.incomplete", deposit=deposit.id, path=file.path)
        cipher, keys = seal(data)
        digest = hashlib.sha256(cipher).hexdigest()
        files.append(replace(file, cipher=digest, keys=tuple(sorted(keys))))
        objects.append((place.prefix + digest, cipher))
    if extra := sorted(set(contents) - {file.path for file in deposit.files}):
        raise OfficeError("deposit.incomplete", deposit=deposit.id, path=extra[0])
    sealed = replace(deposit, files=tuple(files))
    objects.append((place.manifest, sign(sealed.to_payload()).encode("ascii")))
    return Packed(sealed, tuple(objects))


def send(exchange: ObjectStore, packed: Packed) -> None:
    """Write a packed deposit; doing it twice changes nothing."""
    for key, data in packed.objects:
        exchange.put_if_absent(key, data)


def waiting(
    exchange: ObjectStore,
    entity: str,
    *,
    answered: Callable[[Place], bool] = lambda _: True,
    known: dict[str, tuple[int, str]] | None = None,
) -> Iterator[Place]:
    """The deposits whose manifest has arrived and that have no answer yet, oldest first within a unit.

    ``answered`` is asked whether what lies under the answer's key is one. ``known`` remembers from call to call of which answers that
    was so, by key with size and tag: what was written over since is asked for again.
    """
    start = f"archive/in/{entity}/"
    known = {} if known is None else known
    answers = {entry.key: (entry.size, entry.tag) for entry in exchange.list(f"archive/out/{entity}/")}
    for entry in exchange.list(start):
        parts = entry.key.removeprefix(start).split("/")
        if len(parts) == 3 and parts[2] == MANIFEST and is_ulid(parts[1]) and not key_problem(parts[0]):
            place = Place(entity, parts[0], parts[1])
            there = answers.get(place.answer)
            if there is not None and known.get(place.answer) == there:
                continue
            if there is None or not answered(place):
                yield place
            else:
                known[place.answer] = there


def unpack(exchange: ObjectStore, place: Place, *, read: Read, open_file: Open) -> Unpacked:
    """Fetch, open and check a deposit.

    Raises ``deposit.misplaced`` (signed for another place, or by another unit's device), ``deposit.missing_file``,
    ``deposit.damaged_file``, ``deposit.malformed``, what ``read`` raises, and storage's codes where the exchange does not answer.
    """
    jws = _ascii(exchange.get(place.manifest))
    payload, unit = read(jws)
    deposit = Deposit.from_payload(payload)
    if Place(deposit.entity, deposit.unit, deposit.id) != place or unit != deposit.unit:
        raise OfficeError("deposit.misplaced", deposit=place.id, unit=place.unit)
    contents = {file.path: _fetch(exchange, place, file, open_file) for file in deposit.files}
    return Unpacked(deposit, jws, contents)


def _fetch(exchange: ObjectStore, place: Place, file: DepositFile, open_file: Open) -> bytes:
    try:
        cipher = exchange.get(place.prefix + file.cipher)
    except OfficeError as error:
        if error.code == "storage.not_found":
            raise OfficeError("deposit.missing_file", deposit=place.id, path=file.path) from error
        raise
    if hashlib.sha256(cipher).hexdigest() != file.cipher:
        raise OfficeError("deposit.damaged_file", deposit=place.id, path=file.path)
    try:
        data = open_file(cipher, file)
    except OfficeError as error:
        raise OfficeError("deposit.damaged_file", deposit=place.id, path=file.path, reason=error.code) from error
    if hashlib.sha256(data).hexdigest() != file.sha256 or len(data) != file.size:
        raise OfficeError("deposit.damaged_file", deposit=place.id, path=file.path)
    return data


def _ascii(data: bytes) -> str:
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise OfficeError("deposit.malformed", reason="not ASCII") from error
