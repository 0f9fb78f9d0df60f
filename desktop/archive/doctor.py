"""What a store really does, found by trying: a root's place is believed in nothing that it says of itself.

A *needed* probe that fails makes the store one in which no archive is made (``archive.pretender``). Everything else is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.records.errors import Fact, OfficeError
from desktop.storage import S3Settings


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing tried. ``code`` has words, another one when it is not well; ``needed``: no archive without it."""

    code: str
    good: bool
    needed: bool = True
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Questions:
    """What only who asks can know. ``foreign``: a prefix of the bucket that these credentials must not touch.

    ``ports``: of the store's own machine, name → port, that nobody without a key may use; None asks the usual ones of SeaweedFS.
    """

    foreign: str = ""
    ports: Mapping[str, int] | None = None


def examine(url: str, s3: S3Settings | None = None, questions: Questions | None = None) -> list[Probe]:
    """Try everything at ``folder:PATH`` or ``s3://BUCKET/PREFIX``. Leaves nothing there but, in a bucket, probes under ``probe/``.

    One of them stays locked for a minute; the next run takes it away. Raises ``storage.bad_url``, and storage's codes where the place
    cannot be reached or written at all.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "folder" and rest:
        from .doctor_folder import examine_folder

        return examine_folder(Path(rest))
    from .doctor_s3 import examine_bucket

    return examine_bucket(url, s3, questions or Questions())


def require(url: str, s3: S3Settings | None = None, questions: Questions | None = None) -> list[Probe]:
    """Examine, and raise ``archive.pretender`` when a needed probe failed. Gives all probes."""
    probes = examine(url, s3, questions)
    if failed := failures(probes):
        raise OfficeError("archive.pretender", on_disk="unchanged", url=url, reason=", ".join(failed))
    return probes


def failures(probes: Iterable[Probe]) -> Sequence[str]:
    """The codes of the needed ones that failed."""
    return [probe.code for probe in probes if probe.needed and not probe.good]
