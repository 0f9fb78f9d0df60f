"""Evidence records over many objects, renewed twice over, judged by our reader and by a script that shares nothing with it."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from desktop.archive import evidence
from desktop.archive.evidence import Proven, Stamp, renew_timestamps, renew_trees, seal, verify
from desktop.practice.pki import ISSUING, PracticePki
from desktop.practice.services import PkiServices
from desktop.records.errors import OfficeError
from signing.policy import PRACTICE
from signing.timestamps import TimestampClient
from signing.trust import TrustStore

FILES = [b'{"id": "urn:uuid:%d"}' % number for number in range(37)]
SCRIPT = Path(__file__).parents[3] / "docs/strangers/check_evidence.py"
Records = Mapping[bytes, bytes]
Told = list[tuple[bytes, bytes]]  # what the judge of timestamps was handed


def sha(data: bytes, algorithm: str = "sha512") -> bytes:
    return hashlib.new(algorithm, data).digest()


@pytest.fixture
def stamp(practice_pki: PracticePki, practice_services: PkiServices) -> Stamp:
    """The practice TSA, over HTTP."""
    assert practice_services.pid
    client = TimestampClient(practice_pki.tsa_url)
    issuing = practice_pki.certificate(ISSUING).public_bytes(serialization.Encoding.PEM)
    trust = TrustStore.from_pem([practice_pki.anchors_pem()], intermediates=[issuing], policy=PRACTICE)

    async def ask(digest: bytes, algorithm: str) -> bytes:
        async with client.stamper(trust) as stamper:
            return await stamper.async_token(digest, algorithm)

    return lambda digest, algorithm: asyncio.run(ask(digest, algorithm))


@pytest.fixture
def records(stamp: Stamp) -> Records:
    """One timestamp over all files, by SHA-256."""
    return seal([sha(data, "sha256") for data in FILES], stamp, "sha256")


def proven(record: bytes, data: bytes, told: Told | None = None) -> Proven:
    return verify(
        record, partial(sha, data), lambda token, digest: (told if told is not None else []).append((token, digest))
    )


def renewed(records: Records, stamp: Stamp) -> dict[bytes, bytes]:
    """The timestamp twice, then the tree under a stronger hash, then that timestamp once more."""
    for _ in range(2):
        time.sleep(1.1)  # tokens tell whole seconds
        records = renew_timestamps(records, stamp)
    again = {sha(data, "sha256"): sha(data) for data in FILES}
    records = renew_trees(records, again, stamp, "sha512")
    return renew_timestamps(records, stamp)


def outside(record: bytes, data: bytes, pki: PracticePki, folder: Path) -> subprocess.CompletedProcess[str]:
    """The stranger's script, in a Python that knows nothing of us."""
    for name, content in (("record.ers", record), ("file", data), ("ca.pem", pki.anchors_pem().encode())):
        (folder / name).write_bytes(content)
    names = [str(folder / name) for name in ("record.ers", "file", "ca.pem")]
    return subprocess.run([sys.executable, "-I", str(SCRIPT), *names], capture_output=True, text=True, check=False)


def test_one_timestamp_proves_every_file(records: Records, practice_pki: PracticePki, tmp_path: Path) -> None:
    tokens = set()
    for data in FILES:
        told: Told = []
        found = proven(records[sha(data, "sha256")], data, told)
        assert (found.timestamps, found.algorithm, found.first) == (1, "sha256", found.last)
        tokens |= {token for token, _ in told}
    assert len(tokens) == 1
    for data in FILES[:2]:
        judged = outside(records[sha(data, "sha256")], data, practice_pki, tmp_path)
        assert (judged.returncode, judged.stderr) == (0, ""), judged.stdout


def test_renewals_keep_the_first_time(
    records: Records, stamp: Stamp, practice_pki: PracticePki, tmp_path: Path
) -> None:
    data = FILES[5]
    before = proven(records[sha(data, "sha256")], data)
    after = proven(renewed(records, stamp)[sha(data, "sha256")], data)
    assert (after.first, after.timestamps, after.algorithm) == (before.first, 5, "sha512")
    assert after.last > before.last
    judged = outside(renewed(records, stamp)[sha(data, "sha256")], data, practice_pki, tmp_path)
    assert judged.returncode == 0, judged.stdout
    assert "5 timestamps" in judged.stdout


def test_other_bytes_are_not_proven(records: Records, stamp: Stamp, practice_pki: PracticePki, tmp_path: Path) -> None:
    record = renewed(records, stamp)[sha(FILES[0], "sha256")]
    with pytest.raises(OfficeError, match=r"evidence\.not_covered"):
        proven(record, FILES[0] + b" ")
    with pytest.raises(OfficeError, match=r"evidence\.not_covered"):
        proven(record, FILES[1])
    assert outside(record, FILES[1], practice_pki, tmp_path).returncode == 1


def test_the_timestamp_is_asked_of_whoever_trusts(records: Records) -> None:
    """Without that question anything that parses would do."""

    def refuse(token: bytes, digest: bytes) -> None:
        raise OfficeError("chain.untrusted")

    with pytest.raises(OfficeError, match=r"chain\.untrusted"):
        verify(records[sha(FILES[0], "sha256")], partial(sha, FILES[0]), refuse)


def test_a_renewal_of_other_evidence_does_not_count(records: Records, stamp: Stamp) -> None:
    """The second timestamp of one record put behind the first of another, which it does not cover."""
    other = seal([sha(b"something else", "sha256")], stamp, "sha256")
    theirs = renew_timestamps(other, stamp)[sha(b"something else", "sha256")]
    mine = records[sha(FILES[0], "sha256")]
    first, second = (
        evidence.EvidenceRecord.load(record)["archive_time_stamp_sequence"][0] for record in (mine, theirs)
    )
    chain = b"".join([first[0].dump(), second[1].dump()])
    head = mine[: mine.index(evidence.EvidenceRecord.load(mine)["archive_time_stamp_sequence"].dump())][4:]
    data = _sequence(head + _sequence(_sequence(chain)))
    with pytest.raises(OfficeError, match=r"evidence\.not_covered"):
        proven(data, FILES[0])


def test_one_flipped_bit_is_never_taken(records: Records) -> None:
    """Flipped anywhere behind the list of algorithms: refused, or the judge of timestamps is handed other bytes than the TSA gave."""
    record, told = records[sha(FILES[3], "sha256")], Told()
    proven(record, FILES[3], told)
    begin = record.index(evidence.EvidenceRecord.load(record)["archive_time_stamp_sequence"].dump())
    taken, codes = 0, set()
    for place in range(begin, len(record), 3):
        found = Told()
        try:
            proven(record[:place] + bytes([record[place] ^ (1 << place % 8)]) + record[place + 1 :], FILES[3], found)
        except OfficeError as error:
            codes.add(error.code.partition(".")[0])
            continue
        taken += 1
        assert found != told, place
    assert codes == {"evidence"}
    assert taken  # bits inside the token are the judge's business


def _sequence(content: bytes) -> bytes:
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


def test_a_mixed_pile_is_not_renewed_together(records: Records, stamp: Stamp) -> None:
    other = seal([sha(b"x")], stamp)
    with pytest.raises(OfficeError, match=r"evidence\.mixed"):
        renew_timestamps({**records, **other}, stamp)


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"\x30\x80", b"x" * 1000])
def test_what_is_no_record(data: bytes) -> None:
    with pytest.raises(OfficeError, match=r"evidence\.malformed"):
        proven(data, b"")


def test_a_process_that_did_nothing_else_reads_a_record(records: Records) -> None:
    """What a token holds is known to the parser without anybody having asked a TSA before."""
    script = (
        "import hashlib, sys; from desktop.archive.evidence import verify; data = sys.stdin.buffer.read();"
        f"print(verify(data, lambda name: hashlib.new(name, {FILES[0]!r}).digest(), lambda *_: None).timestamps)"
    )
    record = records[sha(FILES[0], "sha256")]
    told = subprocess.run([sys.executable, "-c", script], input=record, capture_output=True, check=False)
    assert (told.returncode, told.stdout.strip()) == (0, b"1"), told.stderr.decode()
