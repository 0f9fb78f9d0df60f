"""What the rows of verification need, made once: 200 B-B files, 50 B-LTA, a large one, 10 000 names, an anchor. All are valid."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from signing.trust import TrustStore
from tests.bench.signing_lab import FILES, large_file, three_pages
from tests.fixtures.lab import shared_lab

LONG_TERM = 50
MANY = 10_000


class VerifyLab:
    """``close`` removes the files."""

    def __init__(self) -> None:
        lab = shared_lab()
        self.folder = Path(tempfile.mkdtemp(prefix="qillqa-bench-"))
        self.anchors = self._folder("anchors")
        (self.anchors / "root.pem").write_text(lab.root.pem, "ascii")
        self.trust = TrustStore.load_folder(self.anchors)
        answers = {**lab.good_answers(lab.alice, at=lab.now), "certs": (lab.issuing, lab.root)}
        self.basic = self._folder("b-b")
        for number in range(FILES):
            data = lab.sign(lab.with_dss(three_pages(number), **answers))
            (self.basic / f"{number:03}.pdf").write_bytes(data)
        self.long_term = self._folder("b-lta")
        for number in range(LONG_TERM):
            data = lab.raised(lab.sign(three_pages(number), stamped=lab.now), lab.alice, at=lab.now)
            (self.long_term / f"{number:03}.pdf").write_bytes(data)

    @property
    def at(self) -> datetime:
        """When they are judged: their answers are fresh then, however long the bench takes."""
        return shared_lab().now + timedelta(seconds=30)

    def large(self) -> Path:
        """50 MB, 500 pages, B-LTA."""
        lab = shared_lab()
        path = large_file(self.folder / "large.pdf")
        signed = lab.sign(path.read_bytes(), stamped=lab.now, new_field=_field())
        path.write_bytes(lab.raised(signed, lab.alice, at=lab.now))
        return path

    def many(self) -> Path:
        """Ten thousand names of the same 200 files."""
        folder = self.folder / "many"
        if not folder.is_dir():
            sources = sorted(self.basic.iterdir())
            for number in range(MANY):
                below = folder / f"{number // 500:02}"
                below.mkdir(parents=True, exist_ok=True)
                os.link(sources[number % FILES], below / f"{number:05}.pdf")
        return folder

    def second_signature(self) -> tuple[bytes, int]:
        """Three pages, signed, with validation data appended; and where the signed revision ends."""
        lab = shared_lab()
        signed = lab.sign(three_pages(0))
        return lab.with_dss(signed, **lab.good_answers(lab.alice), certs=(lab.issuing,)), len(signed)

    def files(self) -> Iterator[Path]:
        yield from sorted(self.basic.iterdir())

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir()
        return made


def _field() -> object:
    from pyhanko.sign.fields import SigFieldSpec

    return SigFieldSpec("firma-1", on_page=0, box=(50, 50, 200, 100))
