"""Composing: who is addressed, and what happens when the act fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Directory
from tests.desktop.sync.office import NOW, Seat, document_blob

BODY = {"kind": "informe", "subject": "x"}


def readers(seat: Seat) -> set[str]:
    signed = seat.act(EventKind.DRAFTED, "doc-1", dict(BODY), units=("unit-b",), blobs=[document_blob(b"pdf")])
    assert dict(signed.event.deliveries) == {"unit-a": 1, "unit-b": 1}
    return {device for device, _ in signed.event.blobs[0].keys}


def test_blobs_are_for_the_audience_and_nobody_else(juana: Seat) -> None:
    assert readers(juana) == {"device-a", "device-b"}
    own = juana.act(EventKind.DRAFTED, "doc-2", dict(BODY), blobs=[document_blob(b"pdf")])
    assert {device for device, _ in own.event.blobs[0].keys} == {"device-a"}


@pytest.mark.parametrize("change", [{"valid_until": NOW}, {"revoked_at": NOW}])
def test_expired_and_revoked_devices_are_not_addressed(
    juana: Seat, change: dict[str, object], change_device: Callable[..., Directory]
) -> None:
    juana.office = replace(juana.office, directory=change_device(juana.office.directory, "device-b", **change))
    assert readers(juana) == {"device-a"}


def test_an_act_that_fails_leaves_nothing_and_wastes_no_number(juana: Seat) -> None:
    for bad in ({"kind": "informe"}, {"kind": "informe", "subject": "x", "n": 2**60}):
        with pytest.raises(OfficeError):
            juana.act(EventKind.DRAFTED, "doc-1", dict(bad), blobs=[document_blob(b"pdf")])
    with pytest.raises(OfficeError, match=r"directory\.unknown_unit"):
        juana.act(EventKind.DRAFTED, "doc-1", dict(BODY), units=("nowhere",))
    assert juana.store.outbox_counts().waiting == 0
    assert juana.act(EventKind.DRAFTED, "doc-1", dict(BODY)).event.device_seq == 1


def test_ciphertexts_lie_in_the_store_and_not_in_the_outbox(juana: Seat) -> None:
    juana.act(EventKind.DRAFTED, "doc-1", dict(BODY), blobs=[document_blob(b"pdf" * 1000)])
    blob = next(row for row in juana.store.outbox(10) if row.source == "blob")
    assert blob.data is None
    assert blob.key == f"blobs/{blob.sha256}"
    assert juana.store.has_bytes(blob.sha256 or "")
