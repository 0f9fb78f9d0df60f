"""The child in which foreign files are parsed: killed when it hangs, replaced when it dies, gone after close."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from signing.errors import SigningError
from signing.report import Outcome
from signing.sandbox import Verifier
from signing.trust import TrustStore
from signing.verify import verify_file
from signing.wire import verdict_from_bytes, verdict_from_json, verdict_to_bytes, verdict_to_json
from tests.fixtures.attacks.makers import page_replaced, victim
from tests.fixtures.lab import plain_pdf, shared_lab

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    return TrustStore.from_pem([shared_lab().root.pem])


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(timeout=20.0) as made:
        made.start()  # before the first test: a test answers for what it starts itself
        yield made


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    path = tmp_path / "nota.pdf"
    path.write_bytes(victim(shared_lab()))
    return path


def test_the_child_says_what_the_core_says(verifier: Verifier, signed: Path, trust: TrustStore) -> None:
    at = shared_lab().now
    assert verifier.verify(signed, trust=trust, at=at) == verify_file(signed, trust=trust, at=at)


def test_the_child_stays_warm(verifier: Verifier, signed: Path, trust: TrustStore) -> None:
    verifier.verify(signed, trust=trust)
    first = verifier.child
    verifier.verify(signed, trust=trust)
    assert verifier.child == first is not None


def test_a_verdict_crosses_the_wire_whole(trust: TrustStore, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(page_replaced(shared_lab()))
    verdict = verify_file(path, trust=trust)
    assert verdict.signatures
    assert verdict_from_json(verdict_to_json(verdict)) == verdict
    assert verdict_from_bytes(verdict_to_bytes(verdict)) == verdict
    odd = replace(verdict, unsigned_fields=("\ud800",))  # no Unicode: it goes the slower way
    with pytest.raises(ValueError, match="surrogates"):
        verdict_to_bytes(odd)
    assert verdict_from_json(json.loads(json.dumps(verdict_to_json(odd)))) == odd


def test_a_page_is_rendered_to_png(verifier: Verifier, signed: Path) -> None:
    png = verifier.render(signed, 1, width=600)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png[16:20]) == 600
    assert int.from_bytes(png[20:24]) in (776, 777)  # Letter at that width


def test_both_revisions_are_drawn_and_compared(verifier: Verifier, tmp_path: Path) -> None:
    data = page_replaced(shared_lab())
    path, end = tmp_path / "replaced.pdf", data.rindex(b"%%EOF", 0, data.rindex(b"startxref")) + 6
    path.write_bytes(data)
    signed, now = (verifier.render(path, 1, width=400, end=last) for last in (end, None))
    assert signed != now
    assert signed == verifier.render(_cut(path, end), 1, width=400)
    found = verifier.differences(path, end, 1)
    assert found.regions
    assert (found.before, found.after) == (2, 2)
    assert verifier.differences(path, end, 2).regions == ()
    with pytest.raises(SigningError) as caught:
        verifier.differences(path, end, 3)
    assert caught.value.code == "file.no_such_page"


def _cut(path: Path, end: int) -> Path:
    cut = path.with_name("cut.pdf")
    cut.write_bytes(path.read_bytes()[:end])
    return cut


def test_a_page_of_a_locked_file_is_rendered_with_its_password(verifier: Verifier, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user="clave ñ"))
    with pytest.raises(SigningError):
        verifier.render(path, 1, width=300)
    assert verifier.render(path, 1, width=300, password="clave ñ").startswith(b"\x89PNG")


@pytest.mark.parametrize(("content", "code"), [(b"no pdf", "file.damaged"), (None, "file.not_found")])
def test_what_cannot_be_rendered_is_said(verifier: Verifier, tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SigningError) as caught:
        verifier.render(path, 1, width=100)
    assert caught.value.code == code


def test_a_page_that_is_not_there(verifier: Verifier, signed: Path) -> None:
    with pytest.raises(SigningError) as caught:
        verifier.render(signed, 9, width=100)
    assert caught.value.code == "file.no_such_page"


@posix_only
def test_a_hanging_child_is_killed_and_replaced(signed: Path, trust: TrustStore) -> None:
    with Verifier(timeout=1.0) as hanging:
        hanging.start()
        stuck = hanging.child
        assert stuck is not None
        os.kill(stuck, signal.SIGSTOP)  # a hang as hard as there is
        began = time.monotonic()
        verdict = hanging.verify(signed, trust=trust)
        assert (verdict.outcome, verdict.reason) == (Outcome.UNREADABLE, "file.too_slow")
        assert time.monotonic() - began < 5
        assert not alive(stuck)
        assert hanging.verify(signed, trust=trust).outcome is Outcome.VALID


@posix_only
def test_a_dying_child_is_a_verdict_and_the_next_file_is_judged(signed: Path, trust: TrustStore) -> None:
    with Verifier(timeout=20.0) as dying:
        dying.start()
        child = dying.child
        assert child is not None
        os.kill(child, signal.SIGSTOP)
        killer = threading.Timer(0.3, os.kill, (child, signal.SIGKILL))
        killer.start()
        verdict = dying.verify(signed, trust=trust)
        killer.join()
        assert (verdict.outcome, verdict.reason) == (Outcome.UNREADABLE, "file.crashed")
        assert dying.verify(signed, trust=trust).outcome is Outcome.VALID


@posix_only
def test_the_child_is_gone_after_close(signed: Path, trust: TrustStore) -> None:
    with Verifier() as closing:
        closing.verify(signed, trust=trust)
        child = closing.child
        assert child is not None
        assert alive(child)
    assert not alive(child)
    with pytest.raises(RuntimeError):
        closing.verify(signed, trust=trust)


@posix_only
def test_closing_does_not_wait_for_a_file_that_never_ends(signed: Path, trust: TrustStore) -> None:
    verifier = Verifier(timeout=60.0)
    verifier.start()
    child = verifier.child
    assert child is not None
    os.kill(child, signal.SIGSTOP)
    verdicts: list[str] = []
    asking = threading.Thread(target=lambda: verdicts.append(verifier.verify(signed, trust=trust).reason))
    asking.start()
    time.sleep(0.2)
    began = time.monotonic()
    verifier.close()
    asking.join()
    assert time.monotonic() - began < 5
    assert verdicts == ["file.crashed"]
    assert not alive(child)


def test_a_bomb_is_a_verdict(trust: TrustStore, tmp_path: Path) -> None:
    """A page of 600 MB of spaces in 600 KB, in a child that may have 600 MB."""
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())
    with Verifier(timeout=30.0, memory=600 * 1024**2) as bounded:
        verdict = bounded.verify(path, trust=trust)
        assert verdict.outcome in (Outcome.UNREADABLE, Outcome.UNSIGNED)
        with pytest.raises(SigningError):
            bounded.render(path, 1, width=100)
        small = tmp_path / "small.pdf"
        small.write_bytes(plain_pdf())
        assert bounded.verify(small, trust=trust).outcome is Outcome.UNSIGNED


def test_holding_a_verifier_loads_no_parser() -> None:
    code = "import sys, signing.sandbox; print([m for m in ('pyhanko', 'pypdfium2', 'pikepdf') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "[]"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def bomb() -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(b" " * 1_000_000) for _ in range(600)]
    parts.append(packer.flush())
    pdf = pikepdf.new()
    pdf.add_blank_page()
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(b"".join(parts))
    page.Contents.stream_dict.Filter = pikepdf.Name.FlateDecode
    out = io.BytesIO()
    pdf.save(out, compress_streams=False)
    return out.getvalue()
