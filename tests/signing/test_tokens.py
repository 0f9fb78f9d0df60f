"""Facts of tokens from what a child answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from desktop.practice.pki import ISSUING, ROOT
from signing.report import PinState
from signing.tokens import issuers_of, signing_certificates, token_from
from signing.worker_pipe import pack

NOW = datetime.now(UTC)


def answer(*certificates: bytes) -> dict:
    return {
        "slot": 3, "label": "T", "serial": "1", "model": "m", "manufacturer": "f", "pin_state": "final_try", "pin_pad": True,
        "min_pin": 4, "max_pin": 16,
        "certificates": [{"der": pack(der), "label": f"c{i}", "key_id": "01"} for i, der in enumerate(certificates)],
    }  # fmt: skip


def test_unreadable_and_repeated_certificates_are_left_out(lab):
    der = lab.pki.certificate_of("juana")
    token = token_from(answer(der, b"rubbish", der), module=Path("m.so"), now=NOW)
    assert [one.der for one in token.certificates] == [der]
    assert (token.pin_state, token.pin_pad) == (PinState.FINAL_TRY, True)


def test_authorities_are_the_chain_and_never_sign(lab):
    ders = [lab.pki.certificate_of(label) for label in (ROOT, "juana", ISSUING)]
    token = token_from(answer(*ders), module=Path("m.so"), now=NOW)
    (signer,) = signing_certificates(token)
    assert signer.der == ders[1]
    assert set(issuers_of(signer, token)) == {ders[0], ders[2]}


def test_dates_are_judged_by_the_clock_given(lab):
    der = lab.pki.certificate_of("juana")
    for year, reason in ((2000, "not_yet_valid"), (2090, "expired")):
        token = token_from(answer(der), module=Path("m.so"), now=datetime(year, 1, 1, tzinfo=UTC))
        assert token.certificates[0].unusable == reason
        assert signing_certificates(token) == ()
