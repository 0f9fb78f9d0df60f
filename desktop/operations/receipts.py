"""Acuses: the archive's receipts for this unit, verified and kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from desktop.archive.custody import Answer
from desktop.records.errors import OfficeError
from desktop.sync.receipts import read_receipt

from .desk import Desk

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore


def collect_receipts(desk: Desk, exchange: ObjectStore) -> int:
    """Keep every new receipt whose custodian's signature holds; returns how many. Others are passed over and asked again.

    What units deposited that ended and lead to this one is asked for as well.
    """
    known = {receipt.deposit for receipt in desk.store.receipts()}
    return sum(_collect_of(desk, exchange, unit, known) for unit in desk.directory.mailboxes_of(desk.unit_id))


def _collect_of(desk: Desk, exchange: ObjectStore, unit: str, known: Collection[str]) -> int:
    prefix = f"archive/out/{desk.directory.entity.id}/{unit}/"
    found = 0
    for entry in exchange.list(prefix):
        deposit = entry.key.removeprefix(prefix).removesuffix(".jws")
        if deposit in known:
            continue
        try:
            jws = exchange.get(entry.key).decode("ascii")
            payload = read_receipt(jws, desk.directory)
            answer = Answer.from_payload(payload)
            if (answer.deposit, answer.unit) != (deposit, unit):
                continue
        except (OfficeError, UnicodeDecodeError) as error:
            if isinstance(error, OfficeError) and error.code.startswith("storage."):
                raise
            continue
        with desk.store.act() as act:
            act.put_receipt(
                deposit,
                document=answer.document,
                state=answer.state,
                jws=jws,
                now=desk.clock(),
                facts=payload.decode("utf-8"),
            )
        found += 1
    return found
