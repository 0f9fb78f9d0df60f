"""Signed files that are valid before anything is changed in them, and what their signatures cover: read by regular expressions alone."""

from __future__ import annotations

import functools
import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pikepdf
from pyhanko.sign import fields

from signing.trust import TrustStore
from tests.fixtures.lab import Lab, plain_pdf, shared_lab

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True)
class Seed:
    """``ends``: where each signed revision ends → its gap (start, end), by the file's own ByteRanges."""

    name: str
    data: bytes
    ends: dict[int, tuple[int, int]]

    def covered(self, data: bytes, end: int) -> bytes:
        """What a signature of the seed over ``end`` bytes covers in ``data``."""
        start, stop = self.ends[end]
        return data[:start] + b"|" + data[stop:end]


def seed_of(name: str, data: bytes) -> Seed:
    ends = {}
    for found in _RANGE.finditer(data):
        _, first, second, rest = (int(number) for number in found.groups())
        ends[second + rest] = (first, second)
    return Seed(name, data, ends)


@functools.cache
def seeds() -> dict[str, Seed]:
    """Every kind, small, by name; all valid at ``moment()``."""
    lab = shared_lab()
    plain = plain_pdf(1)
    answers = {**lab.good_answers(lab.alice, lab.bob, at=lab.now), "certs": (lab.issuing, lab.root)}
    with_answers = lab.with_dss(plain, **answers)
    stamped = lab.sign(plain, stamped=lab.now)
    made = {
        "b-b": lab.sign(with_answers),
        "b-lt": lab.with_dss(lab.sign(plain), **answers),
        "b-t": lab.with_dss(stamped, **answers),
        "b-lta": lab.raised(stamped, lab.alice, at=lab.now),
        "two": lab.sign(lab.sign(with_answers), lab.bob, field_name="firma-2"),
        "certified": lab.sign(with_answers, certify=fields.MDPPerm.FILL_FORMS),
        "streams": lab.with_dss(lab.sign(_packed(plain)), **answers),
    }
    return {name: seed_of(name, data) for name, data in made.items()}


def moment() -> datetime:
    """When the seeds are judged."""
    return shared_lab().now + timedelta(seconds=5)


def trust() -> TrustStore:
    """The lab's root alone."""
    return TrustStore.from_pem([shared_lab().root.pem])


def lab() -> Lab:
    return shared_lab()


def _packed(data: bytes) -> bytes:
    """The same with cross-reference and object streams."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()
