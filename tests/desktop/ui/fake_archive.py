"""An archive in memory for the window's tests: deposits in every state, and what waits for a custodian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from desktop.archive.doctor import Probe
from desktop.operations.accept import Accepted
from desktop.operations.archive_doctor import Checkup
from desktop.operations.archive_runs import BackupRun
from desktop.operations.catalogue import Listed, Shown
from desktop.operations.deposits_made import DepositMade, DepositState
from desktop.operations.deposits_waiting import DepositWaiting
from desktop.operations.dossier_page import DepositDocument, DossierPage, PreservationEvent
from desktop.operations.evidence import EvidenceMade, Standing
from desktop.operations.fixity import FixityState, ReadingReport
from desktop.operations.renew_archive import Ageing, Ages, Renewed
from desktop.records.documents import AccessClass
from desktop.records.errors import Cancelled
from desktop.store.catalogue_rows import Dossier, VersionRow
from desktop.store.fixity_book import KeptProblem, SeriesState
from desktop.ui.archive.office import AgeingRow, DepositRow, RenewalReading, TakingIn
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


def dossiers() -> tuple[Dossier, ...]:
    titles = ("Equipamiento de Curahuara de Carangas", "Convenio con los ayllus", "Riego de Jach'a Puni", "Caso Ñuñez")
    return tuple(
        Dossier(
            f"{OBJECT[:-1]}{n}", f"019/1f3/a2{n}", 2, NOW.isoformat(), NOW.isoformat(), f"01JF{n}", f"01JG{n}", title,
            f"GADOR-SDPD/NI/0012{n}/2026", f"I-2026-0054{n}", "sdpd", "Secretaría Departamental de Planificación", "GADOR",
            "2026-03-05", "2026-03-05" if n % 2 else "2026-11-19", 12 + n, 2, 9, 1_300_000 * (n + 1), n + 1,
            practice=True, series="s1", series_code="SDPD-03" if n < 3 else "",
            series_title="Equipamiento de salud" if n < 3 else "", described=5, sums_checked=True, formats_checked=4,
        )
        for n, title in enumerate(titles)
    )  # fmt: skip


def page(dossier: Dossier) -> DossierPage:
    """Two documents, two versions, four events."""
    author, custodian = "Juana Mamani Quispe", "María Huanca Ayma"
    documents = tuple(
        DepositDocument(
            f"doc-{n}", "nota_interna", f"GADOR-SDPD/NI/0012{n}/2026", subject, NOW.date(), author, (author,), 2 + n,
            AccessClass.INTERNAL, DIGEST[:64],
        )
        for n, subject in enumerate(("Solicitud de equipos", "Informe de entrega"))
    )  # fmt: skip
    versions = (
        VersionRow(dossier.object, 1, NOW.isoformat(), custodian, "Ingreso del depósito 01JG", "0f" * 64),
        VersionRow(dossier.object, 2, NOW.isoformat(), custodian, "Datos de validación y sello de tiempo", "1e" * 64),
    )
    events = tuple(
        PreservationEvent(kind, NOW, detail, outcome)
        for kind, detail, outcome in (
            ("transfer", "Entregado por la unidad", "recibido"),
            ("fixity check", "SHA-256 de cada archivo, comparada con el manifiesto firmado", "sin diferencias"),
            ("digital signature validation", "Firmas de GADOR-SDPD/NI/00120/2026", "íntegras y vigentes"),
            ("ingestion end", "Aceptado en custodia", "aceptado"),
        )
    )
    ages = Ageing(dossier.object, "v2", "doc-0", NOW + timedelta(days=900), Ages.CERTIFICATE, NOW, "B-LTA")
    return DossierPage(
        Shown(dossier, versions, f"archivo/root/{dossier.folder}", (), None, ()), documents, events, ages
    )


def fixity_state() -> FixityState:
    """Two series: one whole, one with damage and something never read."""
    series = (
        SeriesState(
            "SDPD-03", "Equipamiento de salud", 812, 0, 0, 0, NOW - timedelta(days=2), NOW - timedelta(days=90)
        ),
        SeriesState("", "", 40, 6, 9, 1, NOW - timedelta(days=30), NOW - timedelta(days=400)),
    )
    problem = KeptProblem(
        "019/1f3/a20", "fixity.changed", "v1/content/documentos/1.pdf", OBJECT, "documentos/1.pdf", True, NOW, NOW
    )
    return FixityState("folder:archivo", NOW, NOW - timedelta(days=365), series, (problem,), None)


def ageing() -> RenewalReading:
    """One past its end, one not known, one without a timestamp, one that holds."""
    told = (
        (None, Ages.UNKNOWN, None, ""), (NOW - timedelta(days=40), Ages.CERTIFICATE, NOW - timedelta(days=900), "B-LTA"),
        (NOW + timedelta(days=200), Ages.UNSTAMPED, None, "B-B"),
        (NOW + timedelta(days=1800), Ages.ALGORITHM, NOW - timedelta(days=3), "B-LTA"),
    )  # fmt: skip
    rows = tuple(
        AgeingRow(Ageing(one.object, "v2", "doc-0", end, why, at, level), one.cite, one.title)
        for one, (end, why, at, level) in zip(dossiers(), told, strict=True)
    )
    evidence = (
        Standing(OBJECT, "1", 812, NOW - timedelta(days=8), NOW + timedelta(days=1700)),
        Standing(OBJECT, "2", 40, None, None),
    )
    return RenewalReading(rows, evidence, (), NOW, stamps=True)


def checkup() -> Checkup:
    """A disk that is well but for one thing that may be."""
    codes = find_probes()
    return Checkup(
        "folder:archivo", True, tuple(Probe(code, good, needed, {"gigabytes": 412}) for code, good, needed in codes)
    )


def find_probes() -> tuple[tuple[str, bool, bool], ...]:
    return (("probe.space", True, True), ("probe.folder_only_tells", True, True), ("probe.little_space", False, False))


class FakeArchive:
    """Takes in what waits, but for what ``refuses`` names; ``gate`` holds an errand between two steps."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call = call
        self.made: tuple[DepositRow, ...] = deposits()
        self.incoming: tuple[DepositWaiting, ...] = waiting()
        self.refuses: dict[str, str] = {}
        self.gate: Event | None = None
        self.kept: tuple[Dossier, ...] = dossiers()
        self.away = False
        self.state = fixity_state()
        self.ages = ageing()
        self.pauses = False
        self.backup: BackupRun | None = None
        self.checkup = checkup()
        self.covered = EvidenceMade(covered=4)

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

    def dossiers(self, typed: str) -> Listed:
        self._call("archive.dossiers", typed)
        found = tuple(one for one in self.kept if typed.casefold() in one.title.casefold())
        return Listed(found, NOW.isoformat(), self.away)

    def dossier(self, name: str) -> DossierPage:
        self._call("archive.dossier", name)
        return page(next(one for one in self.kept if one.object == name))

    def export(self, names: Sequence[str], folder: Path, *, bag: bool, progress: Progress) -> int:
        self._call("archive.export", tuple(names), folder, bag)
        self._step(progress, 1, 2)
        return 9

    def givers(self, unit: str) -> Sequence[tuple[str, str]]:
        self._call("archive.givers", unit)
        return [("juana", "Juana Mamani Quispe"), ("pedro", "Pedro Choque Flores")]

    def draft_inventory(self, objects: Sequence[str]) -> str:
        self._call("archive.draft_inventory", *objects)
        return "d1"

    def draft_transfer(self, objects: Sequence[str], giver: str) -> str:
        self._call("archive.draft_transfer", giver, *objects)
        return "d1"

    def fixity(self) -> FixityState:
        self._call("archive.fixity")
        return self.state

    def verify(self, progress: Progress) -> ReadingReport:
        self._call("archive.verify")
        finished = True
        try:
            for number in range(4):
                self._step(progress, number, 4)
        except Cancelled:
            finished = False
        self.state = replace(self.state, running=None if finished else NOW)
        return ReadingReport(NOW, False, finished, 852, 4100, 9_000_000, self.state.problems)

    def save_fixity(self, path: Path) -> None:
        self._call("archive.save_fixity", path)

    def renewal(self, progress: Progress) -> RenewalReading:
        self._call("archive.renewal")
        return self.ages

    def renew(self, objects: Sequence[str], progress: Progress) -> Renewed:
        self._call("archive.renew", *objects)
        self._step(progress, 1, 2)
        return Renewed(tuple((one, "v3") for one in objects))

    def cover(self) -> EvidenceMade:
        self._call("archive.cover")
        return self.covered

    def examine(self) -> Checkup:
        self._call("archive.examine")
        return self.checkup

    def last_backup(self) -> BackupRun | None:
        self._call("archive.last_backup")
        return self.backup

    def back_up(self, folder: Path, progress: Progress) -> BackupRun:
        self._call("archive.back_up", folder)
        self._step(progress, 1, 2)
        self.backup = BackupRun(NOW, f"folder:{folder.name}", 852, 0, finished=True)
        return self.backup

    def _step(self, progress: Progress, done: int, total: int) -> None:
        progress(done, total, "")
        if self.gate is not None and done == 1:
            self.gate.wait(5)
            progress(done, total, "")
