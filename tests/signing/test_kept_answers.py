"""Answers kept for offline use: quick to read, bounded, shared by processes, and never one that was given after the moment of judgement."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import crl, ocsp, x509

from signing import kept_answers
from signing.kept_answers import clear, crl_urls, keep_answers, list_kept, prune, read_cache
from signing.report import Outcome
from signing.revocation import Evidence
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.lab import Lab, plain_pdf, shared_lab


@pytest.fixture(scope="module")
def lab() -> Lab:
    return shared_lab()


def good(lab: Lab, at: datetime, *, revoked: datetime | None = None) -> Evidence:
    return Evidence(ocsps=(ocsp.OCSPResponse.load(lab.ocsp_answer(lab.alice, at, revoked=revoked, hours=48)),))


def listed(lab: Lab, at: datetime) -> Evidence:
    return Evidence(crls=(crl.CertificateList.load(lab.crl(lab.root, at, days=90)),))


def path_of(lab: Lab) -> tuple[x509.Certificate, ...]:
    return (lab.alice.asn1, lab.issuing.asn1, lab.root.asn1)


def settle(folder: Path) -> None:
    """As if nothing had changed for a while: what changed just now is read again by rule."""
    for each in [folder, *folder.rglob("*")]:
        if each.is_dir():
            os.utime(each, (1_700_000_000, 1_700_000_000))


def test_what_is_kept_is_read_and_told(lab: Lab, tmp_path: Path) -> None:
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now) + listed(lab, lab.now))
    found = read_cache(tmp_path, path_of(lab))
    assert (len(found.ocsps), len(found.crls)) == (1, 1)
    told = {one.kind: one for one in list_kept(tmp_path)}
    assert told.keys() == {"ocsp", "crl"}
    assert told["crl"].place == crl_urls(lab.issuing.asn1)[0]
    assert told["ocsp"].about == lab.alice.asn1.subject.human_friendly
    assert told["ocsp"].this_update == lab.now.replace(microsecond=0)
    assert told["ocsp"].next_update == (lab.now + timedelta(hours=48)).replace(microsecond=0)
    assert not list(tmp_path.rglob("*.part"))
    assert clear(tmp_path) == 2
    assert list(list_kept(tmp_path)) == []


def test_only_answers_given_by_then_play(lab: Lab, tmp_path: Path) -> None:
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now - timedelta(days=2)))
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now, revoked=lab.now - timedelta(days=1)))
    assert len(read_cache(tmp_path, path_of(lab)).ocsps) == 2
    before = read_cache(tmp_path, path_of(lab), until=lab.now - timedelta(days=1))
    assert [one.dump() for one in before.ocsps] == [one.dump() for one in good_dates(before)]
    assert len(before.ocsps) == 1
    assert read_cache(tmp_path, path_of(lab), until=lab.now - timedelta(days=3)) == Evidence()


def good_dates(found: Evidence) -> tuple[ocsp.OCSPResponse, ...]:
    return tuple(
        one for one in found.ocsps
        if one.basic_ocsp_response["tbs_response_data"]["responses"][0]["cert_status"].name == "good"
    )  # fmt: skip


def test_a_judgement_about_the_past_rests_on_what_was_known_then(lab: Lab, tmp_path: Path) -> None:
    signed = lab.sign(plain_pdf(), lab.alice)
    trust = TrustStore.from_pem([lab.root.pem], cache=tmp_path)
    then = lab.now - timedelta(days=2)
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now) + listed(lab, lab.now))
    early = verify_bytes(signed, name="x.pdf", trust=trust, at=then, compare_pages=False)
    assert early.outcome is Outcome.INDETERMINATE  # what came later did not exist then
    assert early.signatures[0].revocation.status == "not_checked"
    keep_answers(tmp_path, path_of(lab), good(lab, then) + listed(lab, then - timedelta(days=1)))
    assert verify_bytes(signed, name="x.pdf", trust=trust, at=then, compare_pages=False).outcome is Outcome.VALID
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now + timedelta(hours=1), revoked=lab.now - timedelta(days=9)))
    assert verify_bytes(signed, name="x.pdf", trust=trust, at=then, compare_pages=False).outcome is Outcome.VALID
    later = verify_bytes(signed, name="x.pdf", trust=trust, at=lab.now + timedelta(hours=2), compare_pages=False)
    assert later.outcome is Outcome.INVALID


def test_before_the_anchor_existed_nothing_is_valid(lab: Lab, tmp_path: Path) -> None:
    signed = lab.sign(plain_pdf(), lab.alice)
    trust = TrustStore.from_pem([lab.root.pem], cache=tmp_path)
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now) + listed(lab, lab.now))
    past = lab.root.asn1.not_valid_before - timedelta(days=1)
    assert verify_bytes(signed, name="x.pdf", trust=trust, at=past, compare_pages=False).outcome is not Outcome.VALID


def test_a_folder_that_has_not_changed_is_not_parsed_again(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now) + listed(lab, lab.now))
    settle(tmp_path)
    first = read_cache(tmp_path, path_of(lab))
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"read again: {path}"))
    assert read_cache(tmp_path, path_of(lab)) == first
    monkeypatch.undo()
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now + timedelta(minutes=5)))
    assert len(read_cache(tmp_path, path_of(lab)).ocsps) == 2  # a new one is seen at once


def test_what_changed_just_now_is_not_trusted_to_stay(lab: Lab, tmp_path: Path) -> None:
    """Two changes within one tick of the file system's clock."""
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now))
    (folder,) = (tmp_path / "ocsp").iterdir()
    stamp = folder.stat().st_mtime_ns
    assert len(read_cache(tmp_path, path_of(lab)).ocsps) == 1
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now + timedelta(minutes=5)))
    os.utime(folder, ns=(stamp, stamp))
    assert len(read_cache(tmp_path, path_of(lab)).ocsps) == 2


@pytest.mark.parametrize("damage", [b"", b"\x30\x80", b"no answer", b"\x30\x03\x0a\x01\x00"])
def test_a_damaged_file_is_passed_over_and_told(lab: Lab, tmp_path: Path, damage: bytes) -> None:
    keep_answers(tmp_path, path_of(lab), good(lab, lab.now))
    (folder,) = (tmp_path / "ocsp").iterdir()
    (file,) = folder.glob("*.der")
    file.write_bytes(damage)
    (folder / "sin-fecha.der").write_bytes(b"x")
    (folder / "about.json").write_text("{")
    assert good_dates(read_cache(tmp_path, path_of(lab))) == ()
    assert [one.damaged for one in list_kept(tmp_path)] == [True]


def test_the_newest_are_kept_for_each(lab: Lab, tmp_path: Path) -> None:
    for hour in range(20):
        keep_answers(tmp_path, path_of(lab), good(lab, lab.now - timedelta(hours=hour)))
    kept = list(list_kept(tmp_path))
    assert len(kept) == 12
    assert max(one.this_update for one in kept) == lab.now.replace(microsecond=0)
    assert min(one.this_update for one in kept) == (lab.now - timedelta(hours=11)).replace(microsecond=0)


def test_the_whole_is_bounded_and_the_newest_of_each_goes_last(lab: Lab, tmp_path: Path) -> None:
    for hour in range(6):
        keep_answers(tmp_path, path_of(lab), good(lab, lab.now - timedelta(hours=hour)))
    keep_answers(tmp_path, path_of(lab), listed(lab, lab.now - timedelta(days=30)))
    sizes = {one.kind: one.size for one in list_kept(tmp_path)}
    left = prune(tmp_path, sizes["crl"] + 2 * sizes["ocsp"] + 10)
    kept = list(list_kept(tmp_path))
    assert left == sum(one.size for one in kept) <= sizes["crl"] + 2 * sizes["ocsp"] + 10
    assert "crl" in {one.kind for one in kept}  # old, but the only one about its list
    assert max(one.this_update for one in kept if one.kind == "ocsp") == lab.now.replace(microsecond=0)
    assert prune(tmp_path, 0) == 0


def test_of_large_lists_the_newest_two_are_read_and_memory_is_bounded(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(5):
        keep_answers(tmp_path, path_of(lab), listed(lab, lab.now - timedelta(days=day)))
    assert len(read_cache(tmp_path, path_of(lab)).crls) == 5
    monkeypatch.setattr(kept_answers, "_LARGE", 10)
    newest = read_cache(tmp_path, path_of(lab)).crls
    assert [one["tbs_cert_list"]["this_update"].native for one in newest] == [lab.now - timedelta(days=1), lab.now]
    past = read_cache(tmp_path, path_of(lab), until=lab.now - timedelta(days=2)).crls
    dates = [one["tbs_cert_list"]["this_update"].native for one in past]
    assert dates == [lab.now - timedelta(days=3), lab.now - timedelta(days=2)]
    settle(tmp_path)
    read_cache(tmp_path, path_of(lab))
    assert [one for one in kept_answers._memory if tmp_path in one.parents]
    monkeypatch.setattr(kept_answers, "_MOST", 10)
    read_cache(tmp_path, path_of(lab))
    assert not kept_answers._memory


WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from asn1crypto import ocsp
from signing.kept_answers import keep_answers
from signing.revocation import Evidence
folder, paths, answers = Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3].split(",")
from asn1crypto import x509
path = tuple(x509.Certificate.load(Path(each).read_bytes()) for each in paths)
for each in answers:
    keep_answers(folder, path, Evidence(ocsps=(ocsp.OCSPResponse.load(Path(each).read_bytes()),)))
"""


def test_processes_that_write_at_once_lose_and_break_nothing(lab: Lab, tmp_path: Path) -> None:
    cache, files = tmp_path / "cache", []
    for number in range(8):
        file = tmp_path / f"{number}.ocsp"
        file.write_bytes(lab.ocsp_answer(lab.alice, lab.now + timedelta(minutes=number), hours=48))
        files.append(str(file))
    chain = []
    for number, certificate in enumerate(path_of(lab)):
        (tmp_path / f"{number}.crt").write_bytes(certificate.dump())
        chain.append(str(tmp_path / f"{number}.crt"))
    command = [sys.executable, "-c", WRITER, str(cache), ",".join(chain)]
    writers = [subprocess.Popen([*command, ",".join(order)]) for order in (files, files[::-1])]
    seen: list[int] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.append(len(read_cache(cache, path_of(lab)).ocsps))

    reading = threading.Thread(target=read)
    reading.start()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    over.set()
    reading.join()
    assert len(read_cache(cache, path_of(lab)).ocsps) == 8
    assert not any(one.damaged for one in list_kept(cache))
    assert seen == sorted(seen)


def test_a_cache_that_cannot_be_written_disturbs_nobody(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "ocsp").write_text("a file where a folder should be")
    keep_answers(tmp_path, path_of(lab), good(lab, datetime.now(UTC)))
    assert read_cache(tmp_path, path_of(lab)) == Evidence()
