"""Changes that know what a signed PDF is made of: bytes, tokens, objects, tables, lengths, ranges, CMS, updates. Pure; seeded."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]
_OBJECT = re.compile(rb"(\d+) (\d+) obj\b(.*?)endobj", re.DOTALL)
_TOKEN = re.compile(
    rb"/[A-Za-z0-9.#+-]+|-?\d+(?:\.\d+)?|\b(?:obj|endobj|stream|endstream|xref|trailer|startxref|R|n|f|true|null)\b|<<|>>|\[|\]"
)
_ROW = re.compile(rb"\d{10} \d{5} [nf]")
_LENGTH = re.compile(rb"/(?:Length|Size|Prev|First|N|Count|Index|W|Root|Kids|Fields|Parent)\s*\[?\s*(\d+)")
_RANGE = re.compile(rb"/ByteRange\s*\[([^\]]*)\]")
_CONTENTS = re.compile(rb"/Contents\s*<([0-9a-fA-F]+)>")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_WORDS = [
    b"/Sig", b"/Type", b"/Kids", b"/Parent", b"/V", b"/FT", b"/ByteRange", b"/Contents", b"/Filter", b"/FlateDecode", b"/Annots", b"/AP",
    b"/DSS", b"/Perms", b"/AcroForm", b"/Fields", b"/Root", b"/Prev", b"/Encrypt", b"/ObjStm", b"/XRef", b"/Length", b"/OpenAction",
    b"0", b"-1", b"1", b"65535", b"2147483648", b"99999999999999999999", b"1e999", b"null", b"true", b"R", b"<<", b">>", b"[", b"]",
    b"obj", b"endobj", b"stream", b"endstream", b"%%EOF", b"\x00", b"(", b")", b"<", b">", b"%",
]  # fmt: skip


def mutate(data: bytes, random: Random) -> tuple[str, bytes]:
    """One to three changes of one kind; its name, and the file."""
    name, change = random.choice(MUTATIONS)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = change(data, random)
    return name, data


def _span(text: bytes, random: Random, largest: int = 64) -> tuple[int, int]:
    start = random.randrange(max(len(text), 1))
    return start, min(start + random.randrange(1, largest), len(text))


def flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 4, 16))):
        out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


def cut(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random, random.choice((2, 64, 4096)))
    return data[:start] + data[end:]


def insert(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice((random.randbytes(random.randrange(1, 20)), random.choice(_WORDS))) + data[at:]


def repeat(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random, 4096)
    at = random.randrange(len(data) + 1)
    return data[:at] + data[start:end] + data[at:]


def truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def append(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random, 8192)
    return data + random.choice((b"", b"\n", b"%%EOF\n", b"\x00")) + data[start:end]


def token(data: bytes, random: Random) -> bytes:
    found = list(_TOKEN.finditer(data))
    if not found:
        return flip(data, random)
    old = random.choice(found)
    new = random.choice((random.choice(_WORDS), random.choice(found)[0]))
    if random.random() < 0.5:  # of the same length, so that every offset still holds
        new = new[: len(old[0])].ljust(len(old[0]), b" ")
    return data[: old.start()] + new + data[old.end() :]


def objects(data: bytes, random: Random) -> bytes:
    found = list(_OBJECT.finditer(data))
    if len(found) < 2:
        return flip(data, random)
    first, second = sorted(random.sample(found, 2), key=lambda one: one.start())
    match random.randrange(4):
        case 0:  # bodies swapped
            return (
                data[: first.start(3)]
                + second[3]
                + data[first.end(3) : second.start(3)]
                + first[3]
                + data[second.end(3) :]
            )
        case 1:  # numbers swapped
            return (
                data[: first.start(1)]
                + second[1]
                + data[first.end(1) : second.start(1)]
                + first[1]
                + data[second.end(1) :]
            )
        case 2:  # one gone
            return data[: first.start()] + b" " * len(first[0]) + data[first.end() :]
        case _:  # one over the other
            return data[: first.start(3)] + second[3][: len(first[3])].ljust(len(first[3])) + data[first.end(3) :]


def table(data: bytes, random: Random) -> bytes:
    rows = list(_ROW.finditer(data))
    if not rows:
        return number(data, random)
    row, other = random.choice(rows), random.choice(rows)
    new = random.choice(
        (
            other[0],
            b"%010d 00000 n" % random.randrange(len(data) + 1),
            row[0][:-1] + b"f",
            b"%010d %05d n" % (int(row[0][:10]), random.randrange(3)),
        )
    )
    return data[: row.start()] + new + data[row.end() :]


def number(data: bytes, random: Random) -> bytes:
    found = list(_LENGTH.finditer(data)) + list(re.finditer(rb"startxref\s+(\d+)", data))
    if not found:
        return flip(data, random)
    one = random.choice(found)
    value = int(one[1])
    new = random.choice((0, 1, value + 1, max(value - 1, 0), value * 2, 2**31, 10**20, random.randrange(len(data) + 1)))
    return data[: one.start(1)] + str(new).encode() + data[one.end(1) :]


def byte_range(data: bytes, random: Random) -> bytes:
    found = list(_RANGE.finditer(data))
    if not found:
        return flip(data, random)
    one = random.choice(found)
    numbers = [int(part) for part in one[1].split() if part.isdigit()] or [0]
    index = random.randrange(len(numbers))
    numbers[index] = random.choice(
        (0, -1, numbers[index] + random.randrange(-9, 9), len(data), random.randrange(len(data) + 1))
    )
    if random.random() < 0.1:
        numbers += numbers[:2]
    new = " ".join(map(str, numbers)).encode()[: len(one[1])].ljust(len(one[1]))
    return data[: one.start(1)] + new + data[one.end(1) :]


def cms(data: bytes, random: Random) -> bytes:
    """A byte of the DER in /Contents, mostly where there is one; sometimes its padding, its case, its length."""
    found = list(_CONTENTS.finditer(data))
    if not found:
        return flip(data, random)
    one = random.choice(found)
    used = len(one[1].rstrip(b"0"))
    at = one.start(1) + random.randrange(len(one[1]) if random.random() < 0.1 else max(used, 1))
    match random.randrange(8):
        case 0:
            return data[: one.start(1)] + one[1].swapcase() + data[one.end(1) :]
        case 1:
            return data[:at] + b"00" + data[at : one.end(1) - 2] + data[one.end(1) :]
        case 2:
            return data[:at] + random.choice((b" ", b"g", b">", b"<", b"%")) + data[at + 1 :]
        case _:
            return data[:at] + random.choice(b"0123456789abcdefABCDEF".decode()).encode() + data[at + 1 :]


def der(data: bytes, random: Random) -> bytes:
    """A tag, a length or a value somewhere inside the CMS, the timestamp token in it included."""
    found = list(_CONTENTS.finditer(data))
    if not found:
        return flip(data, random)
    one = random.choice(found)
    body = bytearray.fromhex(one[1][: len(one[1]) // 2 * 2].decode())
    at = random.choice(list(_places(bytes(body))) or [0])
    body[at] = random.choice(
        (body[at] ^ 0x20, body[at] ^ 0x80, 0x80, 0x30, 0x31, 0x00, 0xFF, (body[at] + 1) % 256, (body[at] - 1) % 256)
    )
    return data[: one.start(1)] + body.hex().encode() + data[one.start(1) + 2 * len(body) :]


def _places(body: bytes, start: int = 0, end: int | None = None, depth: int = 0) -> list[int]:
    """Offsets of tags and lengths, and the first byte of each value."""
    found: list[int] = []
    end = len(body) if end is None else end
    while start + 2 <= end and depth < 24 and body[start] and len(found) < 4000:
        tag, size, at = body[start], body[start + 1], start + 2
        if size > 0x80:
            at += size - 0x80
            size = int.from_bytes(body[start + 2 : at], "big")
        found += [start, start + 1, min(at, len(body) - 1)]
        if tag & 0x20 or (tag == 0x04 and body[at : at + 1] == b"\x30"):
            found += _places(body, at, min(at + size, end), depth + 1)
        start = at + size
    return found


def streams(data: bytes, random: Random) -> bytes:
    """Inside a stream: unpacked, changed and packed again at the same length where that is possible, else changed as it lies."""
    found = list(_STREAM.finditer(data))
    if not found:
        return flip(data, random)
    one = random.choice(found)
    try:
        new = zlib.compress(flip(zlib.decompress(one[1]), random), 9)
    except zlib.error:
        new = flip(one[1], random)
    if len(new) > len(one[1]):
        new = flip(one[1], random)
    return data[: one.start(1)] + new.ljust(len(one[1]), b"\0") + data[one.end(1) :]


def update(data: bytes, random: Random) -> bytes:
    """A well-formed incremental update that puts a changed object in the place of an old one: what an attacker writes."""
    found = list(_OBJECT.finditer(data))
    start = re.findall(rb"startxref\s+(\d+)", data)
    size, root = re.findall(rb"/Size (\d+)", data), re.findall(rb"/Root (\d+ \d+ R)", data)
    if not (found and start and size and root):
        return flip(data, random)
    one = random.choice(found)
    change = random.choice((token, flip, insert, streams, objects))
    body = change(one[3], random) if change is not objects else random.choice(found)[3]
    new = b"%s 0 obj%sendobj\n" % (one[1], body)
    place, table_at = len(data) + 1, len(data) + 1 + len(new)
    tail = b"xref\n%s 1\n%010d 00000 n \ntrailer\n<</Size %s/Root %s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
    return data + b"\n" + new + tail % (one[1], place, size[-1], root[-1], start[-1], table_at)


def revision(data: bytes, random: Random) -> bytes:
    """Only what came after the first end of file is changed: validation data, timestamps, later signatures."""
    first = data.find(b"%%EOF")
    if first < 0 or first + 8 > len(data):
        return flip(data, random)
    return data[: first + 6] + random.choice((flip, token, cut, insert, table, number, streams))(
        data[first + 6 :], random
    )


MUTATIONS: list[tuple[str, Mutation]] = [
    (change.__name__.replace("_", "-"), change)
    for change in (
        flip, cut, insert, repeat, truncate, append, token, objects, table, number, byte_range, cms, der, streams, update, revision,
    )
]  # fmt: skip
