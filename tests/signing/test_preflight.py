"""Before the PIN: each file's own reason, the pile's own needs, and nothing that stays on disk."""

from __future__ import annotations

import io
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from signing import outputs, preflight
from signing.batch import sign_batch
from signing.errors import SigningCancelled, SigningError
from signing.options import SignOptions
from signing.pades import sign_file
from signing.preflight import SignItem, check_items
from signing.report import Level
from signing.trust import TrustStore
from tests.fixtures.lab import Lab as SoftLab
from tests.fixtures.soft_session import SoftSession
from tests.signing.conftest import frozen_page

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def page() -> bytes:
    return frozen_page(2)


class Quota:
    """A TSA that says how many tokens it leaves."""

    token_size = 100

    def __init__(self, left: int | None) -> None:
        self.left = left

    def remaining(self, _now: datetime) -> int | None:
        return self.left

    def notices(self, _now: datetime) -> tuple[()]:
        return ()


def look(
    soft: SoftLab, *items: SignItem, who: str = "alice", timestamps: Any = None, now: datetime = NOW, **wishes: Any
):
    certificate = SoftSession(getattr(soft, who)).certificate
    return check_items(items, certificate, options=SignOptions(**wishes), timestamps=timestamps, now=now)


def codes(found: preflight.Preflight) -> list[str]:
    return [row.refusal.code if row.refusal else "" for row in found.rows]


def signed(soft: SoftLab, source: Path, output: Path, who: str = "alice", **more: Any) -> Path:
    sign_file(
        source, output, SoftSession(getattr(soft, who)), stamp=None, level=Level.B_B, trust=TrustStore(), timestamps=None,
        claimed_time=NOW, **{"field": None, **more},
    )  # fmt: skip
    return output


@pytest.fixture
def source(tmp_path, page) -> Path:
    path = tmp_path / "nota ñ.pdf"
    path.write_bytes(page)
    return path


def test_what_is_ready_is_said_with_its_field(soft, source, tmp_path):
    found = look(soft, SignItem(source, tmp_path / "out" / "a.pdf"))
    (row,) = found.rows
    assert (row.ready, row.field, row.bytes) == (True, "firma-1", source.stat().st_size)
    assert [note.code for note in row.notes] == ["pdf.claims_archival"]
    assert found.ready == (row.item,)
    assert list((tmp_path / "out").iterdir()) == []


def test_each_file_has_its_own_reason(soft, source, tmp_path, page):
    def made(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    with pikepdf.open(source) as pdf:
        pdf.save(tmp_path / "encrypted.pdf", encryption=pikepdf.Encryption(user="a", owner="b"))
        pdf.save(tmp_path / "owner.pdf", encryption=pikepdf.Encryption(user="", owner="b"))
    once = signed(soft, source, tmp_path / "once.pdf")
    spoilt = bytearray(once.read_bytes())
    spoilt[spoilt.index(b"/CreationDate") + 20] ^= 1
    broken = once.read_bytes().replace(b"/ByteRange", b"/ByteRangx")
    certified = signed(soft, source, tmp_path / "certified.pdf", "bob", options=SignOptions(certify=2))
    sparse = tmp_path / "sparse.pdf"
    with sparse.open("wb") as file:
        file.truncate(outputs.LARGEST + 1)
    os.mkfifo(tmp_path / "fifo.pdf")
    loop = tmp_path / "loop.pdf"
    loop.symlink_to(loop)
    wanted = {
        tmp_path / "none.pdf": "source.unreadable",
        tmp_path: "source.not_a_file",
        tmp_path / "fifo.pdf": "source.not_a_file",
        loop: "source.unreadable",
        sparse: "pdf.too_large",
        made("empty.pdf", b""): "pdf.unreadable",
        made("text.pdf", b"hola"): "pdf.unreadable",
        made("cut.pdf", page[:4000]): "pdf.unreadable",
        tmp_path / "encrypted.pdf": "pdf.encrypted",
        tmp_path / "owner.pdf": "pdf.encrypted",
        once: "sign.already_by_you",
        made("spoilt.pdf", bytes(spoilt)): "sign.earlier_signature_bad",
        made("broken.pdf", broken): "pdf.broken_signature",
        made("hybrid.pdf", hybrid()): "pdf.hybrid",
        certified: "",
    }
    items = [SignItem(path, tmp_path / "out" / f"{number}.pdf") for number, path in enumerate(wanted)]
    found = look(soft, *items)
    assert codes(found) == list(wanted.values())
    assert {row.refusal.on_disk for row in found.rows if row.refusal} == {"nothing"}
    assert (
        look(soft, SignItem(certified, tmp_path / "x.pdf"), certify=2).rows[0].refusal.code == "sign.certify_not_first"
    )
    assert look(soft, SignItem(source, tmp_path / "y.pdf", "otra")).rows[0].refusal.code == "field.unknown"


def hybrid() -> bytes:
    """Two cross-reference sections for one file, as old Word writes them (ISO 32000-1 §7.5.8.4)."""
    head = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
    objects = [
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\n",
    ]
    body, places = head, []
    for one in objects:
        places.append(len(body))
        body += one
    stream_at = len(body)
    rows = b"".join(bytes([1]) + place.to_bytes(2, "big") + b"\0" for place in [*places, stream_at])
    body += (
        b"4 0 obj\n<</Type/XRef/Size 5/W[1 2 1]/Index[1 4]/Root 1 0 R/Length %d>>\nstream\n" % len(rows)
        + rows + b"\nendstream\nendobj\n"
    )  # fmt: skip
    table_at = len(body)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body + table + b"trailer\n<</Size 5/Root 1 0 R/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (stream_at, table_at)
    )


def test_outputs_never_cover_anything(soft, source, tmp_path):
    taken = tmp_path / "taken.pdf"
    taken.write_bytes(b"somebody's")
    unreadable = tmp_path / "unreadable.pdf"
    unreadable.write_bytes(source.read_bytes() + b"rubbish")
    other = signed(soft, source, tmp_path / "other.pdf", "bob")
    found = look(
        soft, SignItem(source, source), SignItem(source, taken), SignItem(source, unreadable), SignItem(source, other),
        SignItem(source, tmp_path / "new.pdf"), SignItem(source, tmp_path / "new.pdf"),
    )  # fmt: skip
    assert codes(found) == ["output.is_input", "output.exists", "output.exists", "output.exists", "", "output.twice"]
    assert taken.read_bytes() == b"somebody's"


def test_a_pile_is_taken_up_again_where_it_stopped(soft, source, tmp_path):
    items = [SignItem(source, tmp_path / f"{n}.pdf") for n in range(3)]
    signed(soft, source, items[1].output)
    found = look(soft, *items)
    assert [row.done for row in found.rows] == [False, True, False]
    assert found.ready == (items[0], items[2])
    report = sign_batch(
        found.ready,
        SoftSession(soft.alice),
        options=SignOptions(),
        trust=TrustStore(),
        timestamps=None,
        clock=lambda: NOW,
    )  # type: ignore[arg-type]
    assert all(result.receipt for result in report.results)
    assert [row.done for row in look(soft, *items).rows] == [True, True, True]


def test_a_closed_folder_is_found_by_trying(soft, source, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir()
    real = Path.touch

    def touch(self: Path, *args: Any, **more: Any) -> None:
        if self.parent == closed:
            raise PermissionError(13, "closed")
        real(self, *args, **more)

    monkeypatch.setattr(Path, "touch", touch)
    found = look(soft, SignItem(source, closed / "a.pdf"), SignItem(source, tmp_path / "b.pdf"))
    assert codes(found) == ["output.folder_closed", ""]
    file = tmp_path / "file"
    file.touch()
    assert codes(look(soft, SignItem(source, file / "a.pdf"))) == ["output.folder_closed"]


def test_a_really_read_only_folder(soft, source, tmp_path):
    """As a user without rights: in a child that gives root's up, where the tests run as root."""
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.getuid() != 0:
        assert codes(look(soft, SignItem(source, closed / "a.pdf"))) == ["output.folder_closed"]
        return
    problem = preflight._folder_problem(Path("/proc/1"))
    assert problem is not None
    assert problem.code == "output.folder_closed"


def test_room_on_the_disk_is_counted_over_the_pile(soft, source, tmp_path, monkeypatch):
    need = source.stat().st_size + preflight._GROWTH
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage._replace(free=2 * need + 1))
    found = look(soft, *[SignItem(source, tmp_path / f"{n}.pdf") for n in range(3)])
    assert codes(found) == ["", "", "output.no_space"]
    assert found.rows[2].refusal.facts["needed"] >= 1


def test_the_quota_is_told_before_and_forbids_nothing(soft, source, tmp_path):
    items = [SignItem(source, tmp_path / f"{n}.pdf") for n in range(3)]
    for left, level, told in (
        (2, Level.B_T, (3, 2)),
        (5, Level.B_LTA, (6, 5)),
        (3, Level.B_T, None),
        (None, Level.B_LTA, None),
    ):
        found = look(soft, *items, timestamps=Quota(left), level=level)
        assert [(note.facts["needed"], note.facts["left"]) for note in found.notes] == ([told] if told else [])
        assert codes(found) == ["", "", ""]
    with pytest.raises(SigningError) as caught:
        look(soft, *items, level=Level.B_T)
    assert caught.value.code == "tsa.none"


def test_certificates_that_cannot_sign_now(soft, source, tmp_path):
    item = SignItem(source, tmp_path / "a.pdf")
    for who, now, reason in (
        ("expired", NOW, "expired"),
        ("alice", NOW + timedelta(days=5 * 365), "expired"),  # a clock five years off
        ("alice", NOW - timedelta(days=5 * 365), "not_yet_valid"),
        ("issuing", NOW, "is_ca"),
    ):
        with pytest.raises(SigningError) as caught:
            look(soft, item, who=who, now=now)
        assert (caught.value.code, caught.value.facts["reason"]) == ("certificate.unusable", reason)
        assert caught.value.facts["clock"] == now.isoformat()


def test_a_clock_behind_the_file_is_told(soft, source, tmp_path):
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/CreationDate"] = f"D:{NOW + timedelta(days=90):%Y%m%d%H%M%S}Z"
        pdf.save(source)
    (row,) = look(soft, SignItem(source, tmp_path / "a.pdf")).rows
    assert "clock.behind_file" in [note.code for note in row.notes]
    assert row.ready


def test_a_file_that_only_a_tolerant_parser_reads_is_told(soft, tmp_path):
    """Cross-reference streams that are listed over again: a fifth of what is signed out there (research, signing-stack §2)."""
    from tests.fixtures.soft_session import SoftSession

    source = tmp_path / "loose.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(source, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    data = source.read_bytes()
    loose = data.replace(b"%%EOF\n", b"%%EOF\n\0\0")
    source.write_bytes(loose)
    (row,) = look(soft, SignItem(source, tmp_path / "a.pdf")).rows
    assert row.ready
    sign_file(
        source, tmp_path / "b.pdf", SoftSession(soft.alice), field=None, stamp=None, level=Level.B_B, trust=TrustStore(),
        timestamps=None, claimed_time=NOW,
    )  # fmt: skip
    assert (tmp_path / "b.pdf").read_bytes().startswith(loose)


def test_ten_thousand_files_are_looked_at_with_progress_and_can_be_stopped(soft, source, tmp_path):
    items = [SignItem(source, tmp_path / "out" / f"{n}.pdf") for n in range(10_000)]
    seen: list[tuple[int, int, str]] = []

    def stop() -> bool:
        return len(seen) >= 50

    with pytest.raises(SigningCancelled):
        check_items(
            items, SoftSession(soft.alice).certificate, options=SignOptions(), timestamps=None, now=NOW,
            progress=lambda *now: seen.append(now), cancelled=stop,
        )  # fmt: skip
    assert seen[-1][:2] == (50, 10_000)
    assert list((tmp_path / "out").iterdir()) == []


def test_large_files_are_not_read_into_memory(soft, source, tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "IN_MEMORY", 10)
    opened: list[str] = []
    real = io.BytesIO

    def counting(*args: Any) -> io.BytesIO:
        opened.append("memory")
        return real(*args)

    monkeypatch.setattr(preflight.io, "BytesIO", counting)
    assert look(soft, SignItem(source, tmp_path / "a.pdf")).rows[0].ready
    assert opened == []


def test_without_a_certificate_the_files_are_looked_at_all_the_same(source, tmp_path):
    found = check_items([SignItem(source, tmp_path / "a.pdf")], None, options=SignOptions(), timestamps=None, now=NOW)
    assert found.rows[0].ready
