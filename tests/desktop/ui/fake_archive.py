"""An archive in memory for the window's tests: deposits in every state, and what waits for a custodian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

from desktop.operations.accept import Accepted
from desktop.operations.deposits_made import DepositMade, DepositState
from desktop.operations.deposits_waiting import DepositWaiting
from desktop.records.errors import Cancelled
from desktop.ui.archive.office import DepositRow, TakingIn
from desktop.ui.office import Progress

NOW = datetime(2026, 11, 20, 14, 12, tzinfo=UTC)  # 10:12 in Oruro
OBJECT = "urn:uuid:0191f3a2-6c1e-7d40-9a51-3d2f7b8c9e10"
DIGEST = "9f3c" * 32


def made(number: int, state: DepositState, title: str, **more: object) -> DepositRow:
    deposit = DepositMade(
        f"01JF000000000000000000000{number}", f"01JF0000000000000000000D0{number}", (f"doc-{number}", f"doc-{number}-b"),
        title, "SDPD-03", NOW - timedelta(days=number), state, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return DepositRow(deposit, f"doc-{number}", f"GADOR-SDPD/NI/0007{number}/2026", "Equipamiento de salud")


def deposits() -> tuple[DepositRow, ...]:
    custodian = "María Huanca Ayma"
    return (
        made(1, DepositState.QUEUED, "Cables para el centro de salud"),
        made(2, DepositState.WAITING, "Convenio con los ayllus de Curahuara"),
        made(
            3, DepositState.ACCEPTED, "Equipamiento de Curahuara de Carangas", answered_at=NOW - timedelta(hours=3),
            custodian=custodian, object=OBJECT, version="v1", inventory_sha512=DIGEST,
        ),
        made(
            4, DepositState.REFUSED, "Informe de riego de Jach'a Puni", answered_at=NOW - timedelta(days=1),
            custodian=custodian, code="deposit.damaged_file", facts={"deposit": "01JF", "path": "documentos/1.pdf"},
        ),
        made(5, DepositState.UNPROVEN, "Pedido de vehículos", doubt="receipt.other_manifest"),
    )  # fmt: skip


def waiting() -> tuple[DepositWaiting, ...]:
    unit = "Secretaría Departamental de Planificación del Desarrollo"
    return tuple(
        DepositWaiting(
            f"01JG00000000000000000000{n:02}", unit if n % 2 else "Municipio de Curahuara de Carangas",
            f"Dotación de equipos, etapa {n}", f"GADOR-SDPD/NI/0010{n}/2026", "Equipamiento de salud", 2, 4 + n,
            1_200_000 * n, NOW - timedelta(hours=n), "Juana Mamani Quispe",
        )
        for n in range(1, 5)
    )  # fmt: skip


class FakeArchive:
    """Takes in what waits, but for what ``refuses`` names; ``gate`` holds an errand between two steps."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call = call
        self.made: tuple[DepositRow, ...] = deposits()
        self.incoming: tuple[DepositWaiting, ...] = waiting()
        self.refuses: dict[str, str] = {}
        self.gate: Event | None = None

    def deposits(self) -> Sequence[DepositRow]:
        self._call("archive.deposits")
        return self.made

    def deposit_again(self, document: str) -> None:
        self._call("archive.deposit_again", document)

    def take_back(self, document: str) -> None:
        self._call("archive.take_back", document)

    def waiting(self, progress: Progress) -> Sequence[DepositWaiting]:
        self._call("archive.waiting")
        return self.incoming

    def accept(self, deposits: Sequence[str], progress: Progress) -> TakingIn:
        self._call("archive.accept", *deposits)
        rows: list[Accepted] = []
        for number, deposit in enumerate(deposits):
            try:
                self._step(progress, number, len(deposits))
            except Cancelled:
                break
            code = self.refuses.get(deposit, "")
            if code:
                facts = (("deposit", deposit), ("path", "documentos/1.pdf"))
                rows.append(Accepted(deposit, accepted=False, code=code, facts=facts, refused=True))
            else:
                rows.append(Accepted(deposit, True, OBJECT, "v1", "archivo/root/019/1f3/a26", raised="v2"))
        answered = {row.deposit for row in rows}
        self.incoming = tuple(row for row in self.incoming if row.deposit not in answered)
        return TakingIn(tuple(rows), len(deposits))

    def _step(self, progress: Progress, done: int, total: int) -> None:
        progress(done, total, "")
        if self.gate is not None and done == 1:
            self.gate.wait(5)
            progress(done, total, "")
