"""Evidence records (RFC 4998): that bytes of these digests existed, renewed before the proof itself ages.

A record holds chains of archive timestamps. Within a chain each timestamp covers the one before it (renewal of the timestamp, §5.2);
a new chain covers the data again and all chains before it, by a stronger hash (renewal of the hash tree, §5.3). One timestamp serves
thousands of objects: each record holds the short way from its own digest to the root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp

from desktop.records.errors import OfficeError
from signing.der import integer, octets, sequence, tlv

from .hash_tree import HashTree, Reduced, build, climb

Stamp = Callable[[bytes, str], bytes]
"""A digest and its algorithm → the DER of an RFC 3161 token (ContentInfo) over exactly that digest. Raises the TSA's errors."""
Trusted = Callable[[bytes, bytes], None]
"""The DER of a token and the digest it must cover; raises OfficeError unless its signature holds under trusted anchors."""

VERSION = 1


class PartialHashtree(core.SequenceOf):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §4.1."""

    _child_spec = core.OctetString


class ReducedHashtree(core.SequenceOf):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §4.1."""

    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §4.1."""

    _fields = [  # noqa: RUF012 - as asn1crypto wants it
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", core.SetOf, {"implicit": 1, "optional": True, "spec": cms.CMSAttribute}),
        ("reduced_hashtree", ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §5.1."""

    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §5.1."""

    _child_spec = ArchiveTimeStampChain


class DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §3.1."""

    _child_spec = algos.DigestAlgorithm


class EvidenceRecord(core.Sequence):  # type: ignore[misc]  # asn1crypto tells no types
    """RFC 4998 §3.1."""

    _fields = [  # noqa: RUF012 - as asn1crypto wants it
        ("version", core.Integer),
        ("digest_algorithms", DigestAlgorithms),
        ("crypto_infos", core.SequenceOf, {"implicit": 0, "optional": True, "spec": cms.CMSAttribute}),
        ("encryption_info", core.Sequence, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]


@dataclass(frozen=True, slots=True)
class Proven:
    """What a record proves of a digest: it existed at ``first`` (UTC); the last renewal is of ``last`` and uses ``algorithm``."""

    first: datetime
    last: datetime
    algorithm: str
    timestamps: int


def seal(digests: Sequence[bytes], stamp: Stamp, algorithm: str = "sha512") -> dict[bytes, bytes]:
    """One timestamp over all of them: for each digest its own record (DER). Raises as ``build`` and ``stamp`` do."""
    tree = build(digests, algorithm)
    token = stamp(tree.root, algorithm)
    return {digest: _record([algorithm], [[_stamp(tree.reduced(digest), token, algorithm)]]) for digest in set(digests)}


def renew_timestamps(records: Mapping[bytes, bytes], stamp: Stamp) -> dict[bytes, bytes]:
    """Cover the newest timestamp of every record by a new one, one for all of them, with the algorithm of the chain (§5.2)."""
    parsed = {digest: _parse(data) for digest, data in records.items()}
    algorithm = _one_algorithm(parsed.values())
    covered = {digest: _newest_digest(record, algorithm) for digest, record in parsed.items()}
    tree = build(covered.values(), algorithm)
    token = stamp(tree.root, algorithm)
    found = {}
    for digest, record in parsed.items():
        chains = _raw(record)
        chains[-1] = [*chains[-1], _stamp(tree.reduced(covered[digest]), token, algorithm)]
        found[digest] = _record(_algorithms(record), chains)
    return found


def renew_trees(
    records: Mapping[bytes, bytes], again: Mapping[bytes, bytes], stamp: Stamp, algorithm: str
) -> dict[bytes, bytes]:
    """Begin a new chain under another hash, before the old one is broken (§5.3).

    ``again`` gives, for the digest under which a record is known, the digest of the same bytes under ``algorithm``.
    """
    parsed = {digest: _parse(data) for digest, data in records.items()}
    covered = {digest: _with_sequence(again[digest], record, algorithm) for digest, record in parsed.items()}
    tree = build(covered.values(), algorithm)
    token = stamp(tree.root, algorithm)
    found = {}
    for digest, record in parsed.items():
        chains = [*_raw(record), [_stamp(tree.reduced(covered[digest]), token, algorithm)]]
        algorithms = list(dict.fromkeys([*_algorithms(record), algorithm]))
        found[digest] = _record(algorithms, chains)
    return found


def verify(data: bytes, digest_of: Callable[[str], bytes], trusted: Trusted) -> Proven:
    """What the record proves of bytes whose digest under an algorithm ``digest_of`` gives (§5.3, §3.3).

    Every timestamp is handed to ``trusted`` with what it must cover. Times must rise. Raises ``evidence.malformed``,
    ``evidence.not_covered``, ``evidence.order`` and what ``trusted`` raises.
    """
    try:
        return _verified(_parse(data), digest_of, trusted)
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # the library parses as it is asked
        raise OfficeError("evidence.malformed", reason=type(error).__name__) from error


def _verified(record: EvidenceRecord, digest_of: Callable[[str], bytes], trusted: Trusted) -> Proven:
    moments: list[datetime] = []
    algorithm = ""
    for number, chain in enumerate(_chains(record)):
        algorithm = _algorithm(chain[0])
        before = b""
        for place, stamp in enumerate(chain):
            if _algorithm(stamp) != algorithm:
                raise OfficeError("evidence.malformed", reason="algorithm")
            if place:
                covered = hashlib.new(algorithm, before).digest()
            else:
                covered = digest_of(algorithm)
                if number:
                    covered = _joined(covered, _all_chains(_raw(record)[:number]), algorithm)
            root = climb(covered, _reduced(stamp), algorithm)
            if _imprint(stamp) != (algorithm, root):
                raise OfficeError("evidence.not_covered", digest=root.hex())
            before = stamp["time_stamp"].dump()
            trusted(before, root)
            moments.append(_time(stamp))
    if moments != sorted(moments):
        raise OfficeError("evidence.order")
    return Proven(moments[0], moments[-1], algorithm, len(moments))


def tree_of(digests: Sequence[bytes], algorithm: str = "sha512") -> HashTree:
    """The tree alone, where there is no timestamp service: it proves that nothing changed since, to whoever kept its root."""
    return build(digests, algorithm)


def _record(algorithms: Sequence[str], chains: Sequence[Sequence[bytes]]) -> bytes:
    """The DER of a record. Written by hand: tokens go in byte for byte, whatever a library would make of them."""
    listed = sequence(*(algos.DigestAlgorithm({"algorithm": name}).dump() for name in algorithms))
    return sequence(integer(VERSION), listed, _all_chains(chains))


def _stamp(reduced: Reduced, token: bytes, algorithm: str) -> bytes:
    """The DER of one archive timestamp."""
    named = algos.DigestAlgorithm({"algorithm": algorithm}).contents
    lists = [sequence(*map(octets, level)) for level in reduced]
    parts = [tlv(0xA0, named), *([tlv(0xA2, b"".join(lists))] if lists else []), token]
    return sequence(*parts)


def _all_chains(chains: Sequence[Sequence[bytes]]) -> bytes:
    return sequence(*(sequence(*chain) for chain in chains))


def _parse(data: bytes) -> EvidenceRecord:
    """Raises ``evidence.malformed`` for anything but the DER of one record with timestamps in it."""
    try:
        record: EvidenceRecord = EvidenceRecord.load(data, strict=True)
        if record["version"].native != VERSION or not _chains(record) or not all(_chains(record)):
            raise ValueError("form")
        for chain in _chains(record):
            for stamp in chain:
                _algorithm(stamp)
                _time(stamp)
                _reduced(stamp)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise OfficeError("evidence.malformed", reason=type(error).__name__) from error
    return record


def _chains(record: EvidenceRecord) -> list[list[ArchiveTimeStamp]]:
    return [list(chain) for chain in record["archive_time_stamp_sequence"]]


def _raw(record: EvidenceRecord) -> list[list[bytes]]:
    """The archive timestamps as they stand in the record, byte for byte."""
    return [[stamp.dump() for stamp in chain] for chain in _chains(record)]


def _algorithms(record: EvidenceRecord) -> list[str]:
    return [str(item["algorithm"].native) for item in record["digest_algorithms"]]


def _one_algorithm(records: Any) -> str:
    found = {_algorithm(_chains(record)[-1][0]) for record in records}
    if len(found) != 1:
        raise OfficeError("evidence.mixed", algorithms=", ".join(sorted(found)))
    return found.pop()


def _algorithm(stamp: ArchiveTimeStamp) -> str:
    """The hash of the tree; where the record leaves it out, that of the timestamp (§4.1)."""
    given = stamp["digest_algorithm"]
    name = (
        given["algorithm"].native
        if given.native
        else _info(stamp)["message_imprint"]["hash_algorithm"]["algorithm"].native
    )
    return str(hashlib.new(str(name)).name)


def _info(stamp: ArchiveTimeStamp) -> Any:
    return stamp["time_stamp"]["content"]["encap_content_info"]["content"].parse(tsp.TSTInfo)


def _imprint(stamp: ArchiveTimeStamp) -> tuple[str, bytes]:
    """Algorithm and digest that the token itself names (RFC 3161 §2.4.2)."""
    imprint = _info(stamp)["message_imprint"]
    return str(imprint["hash_algorithm"]["algorithm"].native), bytes(imprint["hashed_message"].native)


def _time(stamp: ArchiveTimeStamp) -> datetime:
    moment: datetime = _info(stamp)["gen_time"].native
    return moment.astimezone(UTC)


def _reduced(stamp: ArchiveTimeStamp) -> list[list[bytes]]:
    found = stamp["reduced_hashtree"]
    return [[bytes(item.native) for item in level] for level in found] if found.native else []


def _newest_digest(record: EvidenceRecord, algorithm: str) -> bytes:
    return hashlib.new(algorithm, _chains(record)[-1][-1]["time_stamp"].dump()).digest()


def _with_sequence(digest: bytes, record: EvidenceRecord, algorithm: str) -> bytes:
    return _joined(digest, record["archive_time_stamp_sequence"].dump(), algorithm)


def _joined(digest: bytes, sequence: bytes, algorithm: str) -> bytes:
    """h((h(d) + h(atsc))): the order is fixed here, unlike in the tree (§5.2, item 4)."""
    return hashlib.new(algorithm, digest + hashlib.new(algorithm, sequence).digest()).digest()
