"""Checks an RFC 4998 evidence record with Python's standard library and the openssl command, without Qillqa.

    python3 check_evidence.py RECORD.ers FILE CA.pem

Prints when FILE is proven to have existed, and exits 0; says what fails, and exits 1. FILE is what the record covers: in a Qillqa
archive the ``inventory.json`` of a version of an object.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

HASHES = {  # OID in hex → name
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
}


def read(data: bytes, at: int = 0) -> tuple[int, bytes, bytes, int]:
    """One DER element: tag, content, the element as a whole, where the next begins."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if start + length > len(data):
        raise ValueError("cut off")
    return tag, data[start : start + length], data[at : start + length], start + length


def children(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """The elements inside one."""
    found, at = [], 0
    while at < len(content):
        tag, inner, whole, at = read(content, at)
        found.append((tag, inner, whole))
    return found


def check(record: bytes, data: bytes, authorities: Path) -> list[str]:
    """The times (as openssl prints them) of all timestamps, the first first. Raises ValueError for what does not hold."""
    sequence = children(read(record)[1])[-1]
    times: list[str] = []
    chains = children(sequence[1])
    for number, (_, chain, _) in enumerate(chains):
        before = b""
        for place, (_, stamp, _) in enumerate(children(chain)):
            parts = children(stamp)
            token = parts[-1][2]
            named = [inner for tag, inner, _ in parts if tag == 0xA0]
            algorithm = HASHES[children(named[0])[0][1].hex()]
            lists = [inner for tag, inner, _ in parts if tag == 0xA2]
            reduced = [[item for _, item, _ in children(level)] for _, level, _ in children(lists[0])] if lists else []

            def digest(what: bytes, name: str = algorithm) -> bytes:
                return hashlib.new(name, what).digest()

            covered = digest(before) if place else digest(data)
            if number and not place:  # a new chain covers all chains before it
                earlier = b"".join(whole for _, _, whole in chains[:number])
                covered = digest(covered + digest(sequence_of(earlier)))
            if reduced and covered not in reduced[0]:
                raise ValueError(f"timestamp {len(times) + 1} does not cover it")
            for level, others in enumerate(reduced):
                covered = digest(b"".join(sorted(others if level == 0 else {covered, *others})))
            times.append(openssl(token, covered, authorities))
            before = token
    return times


def sequence_of(content: bytes) -> bytes:
    """The DER of a SEQUENCE with that content."""
    size = len(content)
    if size < 0x80:
        return bytes([0x30, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(length)]) + length + content


def openssl(token: bytes, digest: bytes, authorities: Path) -> str:
    """The token's time, its signature and what it covers checked by openssl."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "token.der"
        file.write_bytes(token)
        checked = subprocess.run(
            ["openssl", "ts", "-verify", "-digest", digest.hex(), "-in", file, "-token_in", "-CAfile", authorities],
            capture_output=True,
            text=True,
            check=False,
        )
        if checked.returncode or "Verification: OK" not in checked.stdout:
            raise ValueError(f"openssl: {checked.stdout.strip()} {checked.stderr.strip()[-200:]}")
        told = subprocess.run(
            ["openssl", "ts", "-reply", "-in", file, "-token_in", "-text"], capture_output=True, text=True, check=True
        )
    return next(line.partition(": ")[2] for line in told.stdout.splitlines() if line.startswith("Time stamp: "))


if __name__ == "__main__":
    try:
        found = check(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]))
    except (ValueError, KeyError, IndexError, OSError) as error:
        print(f"NOT PROVEN: {error}")  # noqa: T201
        sys.exit(1)
    print(f"existed at {found[0]}; {len(found)} timestamps, the last of {found[-1]}")  # noqa: T201
