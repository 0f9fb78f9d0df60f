"""The whole life of one document: three desks as three processes, each with its own home and key, that share nothing but the exchange."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop.operations import fixity, join
from desktop.operations.dispatch import Order
from desktop.operations.settings import S3Access
from desktop.storage.opening import open_storage
from desktop.words import words
from signing.report import FileVerdict, Level, Outcome

from .bites import Bites
from .desk_process import DeskProcess
from .office import DESKS, PracticeOffice, told_disk_full
from .people import ANSWERER, ARCHIVIST, AUTHOR, CHIEF
from .services import PkiServices
from .steps import Log, Step
from .table import lay_table

CSV = """Ítem;Descripción;Cantidad;Precio unitario (Bs);Total (Bs)
1;Computadora de escritorio con monitor de 22 pulgadas;2;6450;12900
2;Computadora portátil de 14 pulgadas (Wara Ch'uqi Ñañez);1;7180;7180
3;Lector de tarjetas inteligentes con conexión USB;1;185;185
4;Estabilizador de tensión de 1.000 VA;3;240;720
"""


class Walk:
    """Context manager: builds the office in ``home``, walks, and leaves nothing running. ``tell`` hears each step as it ends."""

    def __init__(self, home: Path, *, s3: bool = False, tell: Callable[[Step], None]) -> None:
        self.home = home.expanduser().absolute()
        self._s3 = s3
        self._log = Log(tell)
        self._running = ExitStack()
        self._desks: dict[str, DeskProcess] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def run(self) -> list[Step]:
        """All stages in order. Raises OfficeError or SigningError where the environment stops it; a check that fails only shows."""
        with told_disk_full():
            self._found()
            self._write_and_sign()
            self._route()
            self._conserve()
            Bites(self._log, self.office, self._desks, self.services, self._facts()).run()
            lay_table(self._log, self.office, self._at, datetime.now(UTC).date())
            self.office.ready()
        return self._log.steps

    # -- 1: the office

    def _found(self) -> None:
        self._log.stage("Oficina de práctica")
        with self._log.step() as step:
            self.office = PracticeOffice.create(self.home, s3=self._s3, now=datetime.now(UTC))
            step.says("Oficina de práctica con dos unidades y cuatro funcionarios; un token de práctica para cada uno.",
                      file=self.home)  # fmt: skip
        with self._log.step() as step:
            self.services: PkiServices = self._running.enter_context(PkiServices(self.office.pki, tsa=False))
            step.says("Autoridad de práctica en este equipo: OCSP y listas de revocación responden; el sello de tiempo está apagado.",
                      file=self.office.pki.folder)  # fmt: skip
        with self._log.step() as step:
            self.exchange_url, self.archive_url, self.s3 = self._open_stores()
            exchange = open_storage(self.exchange_url, s3=join.s3_settings(self.s3), create=True)
            self.invitation = join.open_exchange(self.office.home / "entidad", exchange)
            fixity.init_archive(self.archive_url, join.s3_settings(self.s3))
            for name in DESKS:
                self._join(name)
            directory = join.admit_all(self.office.home / "entidad", exchange, now=datetime.now(UTC))
            exchange.close()
            for desk in self._desks.values():
                desk.do("enter")
            step.says(f"Tres escritorios, tres procesos, tres claves, admitidos por sus tokens (directorio n.º {directory.number}).",
                      file=self.invitation, held=len(directory.devices) == len(DESKS))  # fmt: skip

    def _open_stores(self) -> tuple[str, str, S3Access | None]:
        if not self._s3:
            return f"folder:{self.home / 'intercambio'}", f"folder:{self.home / 'archivo'}", None
        server = self._running.enter_context(self.office.server())
        access = S3Access(server.endpoint, server.access_key, server.secret_key, server.region)
        return f"{server.url}/intercambio", f"{server.url}/archivo", access

    def _join(self, name: str) -> None:
        office, tokens = self.office, self.office.tokens
        unit, labels = {
            "planificacion": ("planning", (AUTHOR, CHIEF)),
            "finanzas": ("finance", (ANSWERER,)),
            "archivo": ("finance", (ARCHIVIST,)),
        }[name]
        desk = DeskProcess(name, office.desk_home(name), official=office.ids[labels[0]])
        self._desks[name] = self._running.enter_context(desk)
        desk.do(
            "join",
            invitation=self.invitation,
            unit=office.units[unit],
            people=[(office.ids[label], tokens.pin(label)) for label in labels],
            modules=[str(tokens.module)],
            token_environment=tokens.environment(),
            timestamp_url=office.pki.tsa_url,
            archive=self.archive_url,
            s3=self.s3,
        )

    # -- 2: the document

    def _write_and_sign(self) -> None:
        self._log.stage("Documento y firmas")
        ids, documents = self.office.ids, self.home / "documentos"
        with self._log.step() as step:
            attachment = documents / "cotización Wara Ch'uqi Ñañez.csv"
            attachment.write_text(CSV, encoding="utf-8")
            self.note = self._at(
                "planificacion",
                "draft_sample",
                template="nota_interna",
                header=self._header(ANSWERER),
                signers=[ids[AUTHOR], ids[CHIEF]],
                attachments=[attachment],
            )
            step.says("Borrador de una nota interna guardado: dos hojas, una tabla y un adjunto.", file=attachment)
        with self._log.step() as step:
            cite = self._at("planificacion", "freeze_draft", document=self.note)
            path, findings = (
                self._copy("planificacion", self.note),
                self._at("planificacion", "preflight_document", document=self.note),
            )
            view = self._at("planificacion", "show_document", document=self.note)
            step.says(f"CITE {cite}; congelada en PDF/A-2a y PDF/UA-1, {view.pages} hojas, sin reparos del control previo.",
                      file=path, held=not findings and view.pages >= 2)  # fmt: skip
        for label in (AUTHOR, CHIEF):
            with self._log.step() as step:
                receipt = self._sign("planificacion", self.note, label, Level.B_B)
                step.says(f"{receipt.signer.person.name} firma con su token. Sin sello de tiempo: nivel {receipt.level.value}.",
                          file=self._copy("planificacion", self.note), held=receipt.level is Level.B_B)  # fmt: skip
        with self._log.step() as step:
            verdict = self._at("planificacion", "judge_document", document=self.note)
            step.says(f"Verificado sin red: {sentence(verdict)}", held=verdict.outcome is Outcome.INDETERMINATE)
        with self._log.step() as step:
            self.services.start_tsa()
            raised = self._at("planificacion", "raise_document", document=self.note)
            step.says(f"Vuelve el sello de tiempo: la nota sube a {raised.level.value} sin tocar ninguna firma.",
                      file=self._copy("planificacion", self.note), held=self._is_prefix(raised))  # fmt: skip
        with self._log.step() as step:
            verdict = self._at("planificacion", "judge_document", document=self.note)
            step.says(f"Verificado otra vez: {sentence(verdict)}", held=verdict.outcome is Outcome.VALID)
        with self._log.step() as step:
            self.second = self._at(
                "planificacion", "draft_sample", template="informe", header=self._header(CHIEF), signers=[ids[AUTHOR]]
            )
            cite = self._at("planificacion", "freeze_draft", document=self.second)
            receipt = self._sign("planificacion", self.second, AUTHOR, Level.B_LTA)
            verdict = self._at("planificacion", "judge_document", document=self.second)
            step.says(f"Segundo documento, {cite}, firmado directamente en {receipt.level.value}.",
                      file=self._copy("planificacion", self.second),
                      held=receipt.level is Level.B_LTA and verdict.outcome is Outcome.VALID)  # fmt: skip

    def _is_prefix(self, raised: Any) -> bool:
        """Whether the bytes before raising are, unchanged, the beginning of those after."""
        folder = self.office.desk_home("planificacion") / "bytes"
        old, new = ((folder / digest[:2] / digest).read_bytes() for digest in (raised.before, raised.after))
        return new.startswith(old) and len(new) > len(old)

    # -- 3: the slip

    def _route(self) -> None:
        self._log.stage("Hoja de ruta")
        office = self.office
        with self._log.step() as step:
            self.slip = self._at(
                "planificacion",
                "dispatch_document",
                document=self.note,
                order=Order(
                    office.units["finance"],
                    office.ids[ANSWERER],
                    "elaborar_informe",
                    "Para su informe de disponibilidad, por favor.",
                ),
            )
            sent = self._at("planificacion", "exchange_all")
            view = self._at("planificacion", "show_slip", slip=self.slip)
            step.says(f"{view.number}: derivada con proveído; {sent.sent} actos firmados y encadenados puestos en el intercambio.",
                      file=self.exchange_url, held=sent.waiting == 0)  # fmt: skip
        with self._log.step() as step:
            pulled = self._at("finanzas", "exchange_all")
            received = self._at("finanzas", "receive_all")
            step.says(
                f"El otro escritorio trae {pulled.received} actos y recibe la nota.", held=received == [self.note]
            )
        with self._log.step() as step:
            verdict = self._at("finanzas", "judge_document", document=self.note)
            proof = self._at("finanzas", "prove_jws", events=self._at("finanzas", "slip_jws", slip=self.slip))
            step.says(f"Verificada al llegar: {sentence(verdict)} Hoja de ruta completa, {len(proof.hops)} paso.",
                      file=self._copy("finanzas", self.note), held=verdict.outcome is Outcome.VALID and proof.whole)  # fmt: skip
        with self._log.step() as step:
            self.answer = self._at(
                "finanzas",
                "draft_sample",
                template="informe",
                header=self._header(CHIEF),
                signers=[office.ids[ANSWERER]],
            )
            cite = self._at("finanzas", "freeze_draft", document=self.answer)
            receipt = self._sign("finanzas", self.answer, ANSWERER, Level.B_LTA)
            self._at("finanzas", "answer_with", slip=self.slip, document=self.answer)
            self._at(
                "finanzas",
                "dispatch_document",
                document=self.note,
                order=Order(
                    office.units["planning"], office.ids[CHIEF], "para_su_consideracion", "Con informe favorable."
                ),
            )
            self._at("finanzas", "exchange_all")
            step.says(f"Respuesta: informe {cite}, firmado en {receipt.level.value}, de vuelta por la misma hoja de ruta.",
                      file=self._copy("finanzas", self.answer), held=receipt.level is Level.B_LTA)  # fmt: skip
        with self._log.step() as step:
            self._at("planificacion", "exchange_all")
            received = self._at("planificacion", "receive_all")
            verdict = self._at("planificacion", "judge_document", document=self.answer)
            step.says(f"El primer escritorio recibe la respuesta: {sentence(verdict)}",
                      held=bool(received) and verdict.outcome is Outcome.VALID)  # fmt: skip

    # -- 4: the archive

    def _conserve(self) -> None:
        self._log.stage("Archivo")
        with self._log.step() as step:
            self._at("planificacion", "conclude_document", document=self.note, remark="Atendido con informe favorable.")
            self.deposit = self._at("planificacion", "deposit_document", document=self.note)
            outcome = self._at("planificacion", "exchange_all")
            step.says("Trámite concluido y entregado al archivo.", file=self.exchange_url, held=outcome.waiting == 0)
        with self._log.step() as step:
            self._at("archivo", "exchange_all")
            rows = self._at("archivo", "accept_deposits")
            step.says("El custodio verifica y acepta: objeto OCFL con un paquete E-ARK dentro.",
                      file=rows[0].get("folder", "") if rows else "", held=[row["accepted"] for row in rows] == [True])  # fmt: skip
        with self._log.step() as step:
            self._at("planificacion", "exchange_all")
            receipts = self._at("planificacion", "receipts_of")
            step.says(
                "Acuse del archivo recibido y comprobado.", held=[r["deposit"] for r in receipts] == [self.deposit]
            )
        with self._log.step() as step:
            report = self._at("archivo", "check_fixity")
            step.says(f"Integridad comprobada: {report.files} archivos en {report.objects} objeto.",
                      file=self.archive_url, held=report.objects == 1 and not report.problems)  # fmt: skip

    # -- shared

    def _at(self, desk: str, errand: str, /, **arguments: Any) -> Any:
        return self._desks[desk].do(errand, **arguments)

    def _sign(self, desk: str, document: str, label: str, level: Level) -> Any:
        return self._at(desk, "sign_document", document=document, pin=self.office.tokens.pin(label),
                        official=self.office.ids[label], level=level)  # fmt: skip

    def _copy(self, desk: str, document: str) -> Path:
        path: Path = self._at(desk, "export_document", document=document, folder=self.home / "documentos")
        return path

    def _header(self, addressee: str) -> dict[str, Any]:
        person = next(person for person in self.office.pki.people if person.label == addressee)
        return {"para": [f"{person.name} | {person.post}"]}

    def _facts(self) -> dict[str, Any]:
        return {"note": self.note, "answer": self.answer, "slip": self.slip, "archive": self.archive_url, "s3": self.s3}


def sentence(verdict: FileVerdict) -> str:
    """A verdict as the one sentence a person reads."""
    return words(verdict.reason, "es", {}).what
