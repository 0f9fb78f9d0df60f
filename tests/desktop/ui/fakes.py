"""An office in memory for the window's tests: rich in names with ñ and Aymara words, with a real PDF set by typst."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event, Thread

from desktop.operations.delivery import DeliveryState
from desktop.operations.monitor import MonitorRow, MonitorState
from desktop.operations.reports import ReportKind, Table
from desktop.records.documents import Appended, Attachment, DocumentState, DocumentView
from desktop.records.errors import Fact, OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import ACTIONS, HopMode, HopState, SlipView
from desktop.routing.trays import Days, Tray, Urgency
from desktop.ui.line.office import DeliveryRow, LineReading
from desktop.ui.office import (
    AttachedFile,
    CheckLine,
    DeskStatus,
    DispatchOrder,
    DocumentCard,
    DocumentKind,
    DraftOrder,
    PinProvider,
    Progress,
    RaisingResult,
    Recipient,
    SignResult,
    SyncOutcome,
    TokensSeen,
    TrayRow,
)
from desktop.ui.pouch.office import Errand, PouchReading, StickOutcome, StickRow
from desktop.ui.slip.office import Colleague, HopLine, SlipChoice, SlipProof, SlipSheet
from signing.errors import PinError
from signing.page_words import words_of
from signing.report import (
    Certificate,
    FileVerdict,
    Indication,
    LaterChanges,
    Level,
    Outcome,
    PageDifferences,
    PageWords,
    Person,
    PinState,
    Revocation,
    SignatureVerdict,
    SignReceipt,
    Token,
)
from tests.desktop.ui.fake_archive import FakeArchive

NOW = datetime(2026, 11, 20, 14, 12, tzinfo=UTC)  # 10:12 in Oruro
PIN = "482915"

PAGE = """
#set page("us-letter", margin: 2.4cm)
#set text(font: ("Noto Serif", "Libertinus Serif"), size: 11pt, lang: "es")
#align(center)[#text(weight: "bold", size: 10pt)[GOBIERNO AUTÓNOMO DEPARTAMENTAL DE ORURO] \\ #v(4pt)
#text(weight: "bold", size: 13pt)[NOTA INTERNA]]
#v(8pt)
#grid(columns: (2.6cm, 1fr), row-gutter: 8pt,
  [*CITE:*], [GADOR-SEDES/NI/00045/2026],
  [*PARA:*], [Ing. Juana Mamani Quispe, Secretaria Departamental],
  [*VÍA:*], [Lic. Pedro Choque Flores, Jefe de ATI],
  [*DE:*], [Dra. María Huanca Ayma, Directora SEDES],
  [*REF.:*], [Solicitud de equipos para el centro de salud de Curahuara])
#line(length: 100%, stroke: 0.5pt)
De mi consideración:

Mediante la presente solicito la dotación de tres computadoras y un lector de tarjetas para el centro de salud de
Curahuara de Carangas, cuya conexión funciona dos días por semana. El señor Saturnino Ñuñez Condori, encargado del
centro, las recibirá en la feria de _Jach'a Puni_.

El detalle se encuentra en el adjunto. Sin otro particular, saludo a usted atentamente.
#v(1cm)
#box(stroke: 0.8pt + rgb("#22384d"), inset: 8pt, radius: 3pt)[
#text(size: 8pt)[*María Huanca Ayma* \\ Directora SEDES · CI ···4417 \\
Firmado el 19/11/2026 10:42 \\ (hora del equipo) · verificar con el QR]]
#pagebreak()
= Detalle
#table(columns: 3, [*Equipo*], [*Cantidad*], [*Destino*],
  [Computadora portátil], [3], [Consultorio],
  [Lector de tarjetas], [1], [Ventanilla])
"""


@cache
def page_pdf() -> bytes:
    """The two pages as PDF."""
    import typst

    made = typst.compile(PAGE.encode("utf-8"), format="pdf")
    assert isinstance(made, bytes)
    return made


def certificate(name: str = "Juana Mamani Quispe", *, until: datetime | None = None, unusable: str = "") -> Certificate:
    """A certificate by the Bolivian profile."""
    person = Person(name, ci="4417230", post="Secretaria Departamental", organisation="GADOR", unit="SDPD")
    return Certificate(
        "ab" * 32,
        "firma",
        "01",
        person,
        "Entidad Certificadora de práctica",
        7,
        datetime(2026, 6, 20, tzinfo=UTC),
        until or datetime(2027, 6, 20, tzinfo=UTC),
        ("digital_signature",),
        "RSA-2048",
        b"",
        unusable,
    )


def token(state: PinState = PinState.OK, *, pin_pad: bool = False, name: str = "Juana Mamani Quispe") -> Token:
    """A token with one certificate."""
    return Token(
        "libsofthsm2.so",
        0,
        "qillqa-juana",
        "A1B2C3D4",
        "SoftHSM",
        "SoftHSM",
        state,
        pin_pad,
        4,
        12,
        (certificate(name),),
    )


def verdict(outcome: Outcome = Outcome.VALID, *, reason: str = "verdict.test", file: str = "nota.pdf") -> FileVerdict:
    """A verdict with one signature."""
    bad = outcome is Outcome.INVALID
    late = outcome is Outcome.INDETERMINATE
    when = datetime(2026, 11, 19, 14, 42, tzinfo=UTC)
    signature = SignatureVerdict(
        "firma-1",
        "signature",
        outcome,
        Indication.TOTAL_PASSED if not late else Indication.INDETERMINATE,
        "" if not late else "TRY_LATER",
        reason,
        Level.B_B if late else Level.B_LTA,
        Person("María Huanca Ayma", ci="5514417", post="Directora SEDES"),
        "Entidad Certificadora de práctica",
        12,
        "cd" * 32,
        when,
        None if late else when + timedelta(minutes=3),
        "" if late else "document_timestamp",
        not bad,
        LaterChanges.SUSPICIOUS if bad else LaterChanges.NONE,
        Revocation("not_checked") if late else Revocation("good", "ocsp", when),
        34120,
        (1,) if bad else (),
    )
    signatures = () if outcome in {Outcome.UNSIGNED, Outcome.UNREADABLE} else (signature,)
    return FileVerdict(file, "0f" * 32, outcome, reason, signatures, pages=2)


def row(
    document: str, number: str, kind: str, subject: str, person: str, unit: str, sheets: int, **more: object
) -> TrayRow:
    """A row; ``days`` as (held, left, urgency)."""
    base = TrayRow(
        document,
        f"slip-{document}",
        f"hop-{document}",
        number,
        f"GADOR-{unit}/NI/00045/2026",
        kind,
        subject,
        person,
        unit,
        sheets,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _rows() -> dict[Tray, list[TrayRow]]:
    def days(held: int, left: int | None, urgency: Urgency) -> Days:
        return Days(held, left, urgency)

    pending = [
        row(
            "d546",
            "I-2026-00546",
            "Informe técnico",
            "Enlace de fibra a la Unidad Educativa Sajama",
            "Pedro Choque Flores",
            "ATI",
            18,
            days=days(9, -2, Urgency.BAD),
            urgent=True,
        ),
        row(
            "d551",
            "I-2026-00551",
            "Nota interna",
            "Solicitud de equipos para el centro de salud de Curahuara",
            "María Huanca Ayma",
            "SEDES",
            2,
            days=days(1, 2, Urgency.CARE),
        ),
        row(
            "d212",
            "E-2026-00212",
            "Carta",
            "GAM Challapata: convenio de archivo intermunicipal con los ayllus de Qaqachaka",
            "Ventanilla única",
            "Despacho",
            6,
            days=days(0, None, Urgency.GOOD),
        ),
        row(
            "d539",
            "I-2026-00539",
            "Instructivo",
            "Inventario de bienes informáticos de la gestión",
            "Saturnino Ñuñez Condori",
            "Despacho",
            1,
            days=days(4, None, Urgency.CARE),
            copy=True,
        ),
        row(
            "d533",
            "I-2026-00533",
            "Nota interna",
            "Observaciones al pliego de cableado estructurado",
            "Asesoría Jurídica",
            "AJ",
            3,
            days=days(2, 3, Urgency.CARE),
        ),
    ]
    return {
        Tray.INCOMING: [
            row(
                "d560",
                "I-2026-00560",
                "Nota interna",
                "Jach'a Marka: taller de firma digital en lengua aymara",
                "Saturnino Ñuñez Condori",
                "SDC",
                4,
                days=days(0, None, Urgency.GOOD),
                hop_state=HopState.SENT,
            ),
            row(
                "d561",
                "I-2026-00561",
                "Circular",
                "Horario de invierno en las oficinas del departamento",
                "Despacho",
                "MAE",
                1,
                days=days(1, None, Urgency.GOOD),
                copy=True,
                hop_state=HopState.SENT,
            ),
        ],
        Tray.PENDING: pending,
        Tray.TO_SIGN: [
            row(
                "d570",
                "",
                "Informe",
                "Avance del archivo departamental, tercer trimestre",
                "Pedro Choque Flores",
                "ATI",
                18,
                slip=None,
                hop=None,
                state=DocumentState.FROZEN,
                waits_for="Juana Mamani Quispe",
            ),
            row(
                "d571",
                "",
                "Nota interna",
                "Solicitud de viáticos a Huanuni",
                "Juana Mamani Quispe",
                "SDPD",
                2,
                slip=None,
                hop=None,
                state=DocumentState.FROZEN,
                waits_for="Saturnino Ñuñez Condori",
                mine=False,
            ),
        ],
        Tray.SENT: [
            row(
                "d580",
                "I-2026-00544",
                "Nota interna",
                "Remite inventario de Ch'alla",
                "Pedro Choque Flores",
                "ATI",
                3,
                hop_state=HopState.SENT,
            ),
            row(
                "d581",
                "I-2026-00540",
                "Nota interna",
                "Pedido de certificación presupuestaria",
                "María Huanca Ayma",
                "SEDES",
                2,
                hop_state=HopState.RECEIVED,
            ),
        ],
        Tray.ARCHIVE: [
            row(
                "d590",
                "I-2026-00101",
                "Informe",
                "Cierre de la gestión 2025",
                "Pedro Choque Flores",
                "ATI",
                44,
                state=DocumentState.CONCLUDED,
            ),
        ],
        Tray.DRAFTS: [],
    }


ACTS: dict[Tray, tuple[EventKind, ...]] = {
    Tray.INCOMING: (EventKind.RECEIVED, EventKind.REJECTED),
    Tray.PENDING: (EventKind.DISPATCHED, EventKind.ANSWERED, EventKind.CONCLUDED),
    Tray.TO_SIGN: (EventKind.SIGNED, EventKind.OBSERVED),
    Tray.SENT: (EventKind.CANCELLED,),
    Tray.ARCHIVE: (EventKind.REOPENED, EventKind.DEPOSITED),
    Tray.DRAFTS: (EventKind.FROZEN,),
}


class FakeSlips:
    """The verbs on slips, remembered in the office's calls."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call = call
        self.choices: tuple[SlipChoice, ...] = (
            SlipChoice("slip-d551", "I-2026-00551", "Solicitud de equipos para el centro de salud de Curahuara"),
            SlipChoice("slip-d212", "E-2026-00212", "GAM Challapata: convenio de archivo", heads=True),
        )

    def groupable(self, slip: str) -> Sequence[SlipChoice]:
        self._call("groupable", slip)
        return self.choices

    def colleagues(self) -> Sequence[Colleague]:
        return (Colleague("juana", "Juana Mamani Quispe", "Secretaria"), Colleague("tomas", "Tomás Ñuflo", "Técnico"))

    def folders(self) -> Sequence[str]:
        return ("2026/Convenios", "2026/Equipamiento")

    def group(self, slips: Sequence[str], principal: str) -> None:
        self._call("group", tuple(slips), principal)

    def ungroup(self, members: Sequence[str]) -> None:
        self._call("ungroup", tuple(members))

    def justify(self, slip: str, hop: str, reason: str, until: date | None) -> None:
        self._call("justify", slip, hop, reason, until)

    def move_paper(self, slip: str, hop: str, where: str, paper: str) -> None:
        self._call("move_paper", slip, hop, where, paper)

    def reassign(self, slip: str, hop: str, official: str, reason: str) -> None:
        self._call("reassign", slip, hop, official, reason)

    def settle(self, slip: str, keep: str, reason: str) -> None:
        self._call("settle", slip, keep, reason)

    def put_away(self, slip: str, hop: str, remark: str, folder: str) -> None:
        self._call("put_away", slip, hop, remark, folder)


def _monitor_rows() -> tuple[MonitorRow, ...]:
    def one(number: int, holder: str, unit: str, subject: str, days: Days, **more: object) -> MonitorRow:
        base = MonitorRow(
            f"slip-{number}", f"I-2026-{number:05d}", "María Huanca Ayma", NOW, holder, unit, NOW, subject,
            "Para su atención", days, MonitorState.PENDING, f"hop-{number}", f"d{number}", "SEDES",
        )  # fmt: skip
        return replace(base, **more)  # type: ignore[arg-type]

    planning, technology = "Secretaría de Planificación", "Área de Tecnologías"
    return (
        one(546, "Pedro Choque Flores", technology, "Enlace de fibra a la Unidad Educativa Sajama",
            Days(9, -2, Urgency.BAD), urgent=True, deadline=date(2026, 11, 18)),
        one(551, "Pedro Choque Flores", technology, "Solicitud de equipos para Curahuara", Days(1, 2, Urgency.CARE),
            deadline=date(2026, 11, 24)),
        one(539, "Saturnino Ñuñez Condori", planning, "Inventario de bienes informáticos", Days(4, None, Urgency.CARE)),
        one(560, "", planning, "Jach'a Marka: taller de firma digital", Days(0, None, Urgency.GOOD),
            state=MonitorState.ARRIVING, received_at=None),
    )  # fmt: skip


class FakeControl:
    """Monitor and reports from rows in memory; files as the program writes them."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call = call
        self.rows = _monitor_rows()
        self.tables: dict[ReportKind, Table] = {
            ReportKind.RECEIVED: Table(
                ReportKind.RECEIVED, date(2026, 1, 1), NOW.date(),
                tuple(f"report_column.{name}" for name in ("unit", "from_unit", "official", "copies", "total")),
                (
                    ("Secretaría de Planificación", "Servicio Departamental de Salud", 12, 3, 15),
                    ("Secretaría de Planificación", "Secretaría de Culturas", 4, 0, 4),
                    ("Área de Tecnologías", "Despacho", 2, 1, 3),
                ),
                ("", "", 18, 4, 22),
                (("Despacho", 3), ("Secretaría de Culturas", 4), ("Servicio Departamental de Salud", 15)),
                ("report_note.units_under",),
            )
        }  # fmt: skip

    def oversees(self) -> bool:
        return True

    def monitor(self) -> Sequence[MonitorRow]:
        self._call("monitor")
        return self.rows

    def report(self, kind: ReportKind, since: date, until: date) -> Table:
        self._call("report", kind, since, until)
        return self.tables.get(kind) or Table(kind, since, until, ("report_column.unit",), (), ("",))

    def save_monitor(self, path: Path, rows: Sequence[MonitorRow], language: str) -> None:
        self._call("save_monitor", path, len(rows), language)

    def save_table(self, path: Path, table: Table, language: str) -> None:
        self._call("save_table", path, table.kind, language)


class FakeLine:
    """How far things have come, and a pause that is remembered."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call = call
        self.paused = Event()

        def sent(number: int, subject: str, to: str, state: DeliveryState) -> DeliveryRow:
            return DeliveryRow(f"d{number}", f"I-2026-{number:05d}", subject, to, NOW, state, f"hop-{number}")

        rows = (
            sent(580, "Remite inventario de Ch'alla", "Pedro Choque Flores, ATI", DeliveryState.QUEUED),
            sent(582, "Nómina para la feria", "Municipio de Curahuara", DeliveryState.ALOFT),
            sent(583, "Pedido de informe legal", "Asesoría Jurídica, AJ", DeliveryState.DELIVERED),
            sent(581, "Pedido de certificación", "María Huanca Ayma, SEDES", DeliveryState.RECEIVED),
        )
        self.reading = LineReading(3, 0, NOW, None, rows)

    def read(self) -> LineReading:
        self._call("line")
        return self.reading

    def pause(self) -> None:
        self._call("pause")
        self.paused.set()


class FakePouch:
    """A stick that takes what it is given; ``gate`` holds an errand between two steps."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call = call
        self.gate: Event | None = None
        units = (("ati", "Área de Tecnologías"), ("muni", "Municipio de Curahuara de Carangas"))
        sticks = (
            StickRow(12, NOW, ("Municipio de Curahuara de Carangas", "Área de Tecnologías"), 4, 4),
            StickRow(11, NOW - timedelta(days=2), ("Municipio de Curahuara de Carangas",), 6, 2),
            StickRow(10, NOW - timedelta(days=9), ("Municipio de Curahuara de Carangas",), 3, 0),
            StickRow(9, NOW - timedelta(days=16), (), 0, 0),
        )
        self.reading = PouchReading(5, 4, (("Municipio de Curahuara de Carangas", 4),), sticks, units)
        self.outcomes = {
            Errand.WRITE: StickOutcome(Errand.WRITE, letters=4, to=("Municipio de Curahuara de Carangas",)),
            Errand.READ: StickOutcome(Errand.READ, pouches=1, events=3, files=2, acks=1),
            Errand.RELAY: StickOutcome(Errand.RELAY, put=7, fetched=4),
            Errand.ANEW: StickOutcome(Errand.ANEW, unsent=("Pedido de vehículos", "Informe de riego"), waiting=1),
        }

    def read(self) -> PouchReading:
        self._call("pouch")
        return self.reading

    def write(self, stick: Path, units: Sequence[str], progress: Progress) -> StickOutcome:
        return self._do(Errand.WRITE, stick, progress, tuple(units))

    def take(self, stick: Path, progress: Progress) -> StickOutcome:
        return self._do(Errand.READ, stick, progress)

    def relay(self, stick: Path, progress: Progress) -> StickOutcome:
        return self._do(Errand.RELAY, stick, progress)

    def ask_anew(self, stick: Path | None, pin: PinProvider, progress: Progress) -> StickOutcome:
        """Two officials share this PC; each is asked."""
        for name in ("Juana Mamani Quispe", "Pedro Choque Flores"):
            self._call("pouch.pin", name, pin(token(name=name), certificate(name)) == PIN)
        done = self._do(Errand.ANEW, stick, progress)
        self.reading = replace(self.reading, anew="by_line" if stick is None else "on_stick")
        return replace(done, by_line=stick is None)

    def _do(self, errand: Errand, stick: Path | None, progress: Progress, *facts: object) -> StickOutcome:
        self._call(f"pouch.{errand.value}", stick, *facts)
        progress(1, 4, "")
        if self.gate is not None:
            self.gate.wait(5)
            progress(2, 4, "")
        return self.outcomes[errand]


class FakeOffice:
    """Remembers what was asked in ``calls``; ``broken`` raises for a verb; ``gate`` holds signing until it is set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pdf = folder / "nota.pdf"
        self.pdf.write_bytes(page_pdf())
        self.attachment = folder / "detalle.ods"
        self.attachment.write_bytes(b"detalle" * 700)
        self.rows = _rows()
        self.calls: list[tuple[object, ...]] = []
        self.outcome = SyncOutcome(3, 2, 0)
        self.broken: dict[str, BaseException] = {}
        self.tell_ends = False  # whether calls to draw a page name the revision
        self.differences: dict[int, PageDifferences] = {}
        self.present: tuple[Token, ...] = (token(),)
        self.tell: Callable[[TokensSeen], None] | None = None
        self.checks: tuple[CheckLine, ...] = ()
        self.verdict = verdict()
        self.passwords: dict[Path, str] = {}
        self.gate: Event | None = None
        self.unseen = False  # cards come without a verdict
        self.pageless = False  # their bytes have not arrived
        self.slips = FakeSlips(self._call)
        self.control = FakeControl(self._call)
        self.line = FakeLine(self._call)
        self.pouch = FakePouch(self._call)
        self.archive = FakeArchive(self._call)
        self.line_gate: Event | None = None  # holds an exchange between two steps
        self.acts = dict(ACTS)
        self.sheet = SlipSheet()  # of every card
        self.hops = _hops()
        self.targets: Mapping[EventKind, tuple[str, ...]] = {}
        self.state = DeskStatus(
            "GADOR",
            "Gobierno Autónomo Departamental de Oruro",
            "Secretaría Departamental de Planificación del Desarrollo",
            "juana",
            "Juana Mamani Quispe",
            "Secretaria Departamental",
            connected=False,
            offline_since=datetime(2026, 11, 19, 20, 40, tzinfo=UTC),
            waiting=3,
            token=token(),
            now=NOW,
        )

    def _call(self, verb: str, *facts: object) -> None:
        self.calls.append((verb, *facts))
        if verb in self.broken:
            raise self.broken[verb]

    def status(self) -> DeskStatus:
        return self.state

    def tray_counts(self) -> dict[Tray, int]:
        return {tray: len(rows) for tray, rows in self.rows.items()}

    def tray_rows(self, tray: Tray, words: str = "") -> Sequence[TrayRow]:
        self._call("tray_rows", tray, words)
        return [
            item for item in self.rows[tray] if words.lower() in f"{item.subject} {item.person} {item.number}".lower()
        ]

    def _find(self, document: str) -> tuple[Tray, TrayRow]:
        for tray, rows in self.rows.items():
            for item in rows:
                if item.document == document:
                    return tray, item
        raise OfficeError("document.unknown", document=document)

    def card(self, document: str, hop: str | None = None) -> DocumentCard:
        self._call("card", document, hop)
        tray, item = self._find(document)
        signed = tray is not Tray.TO_SIGN
        appended = (Appended(EventKind.SIGNED, "a", "b", "maria", "B-LTA", NOW),) if signed else ()
        view = DocumentView(
            document,
            item.kind,
            item.subject,
            "maria",
            item.unit,
            item.cite,
            item.state,
            "b",
            2,
            appended=appended,
            practice=True,
            attachments=(Attachment("detalle-de-equipos.ods", 4900, "9a" * 32, "application/ods"),),
        )
        hops = self.hops if item.slip else ()
        return DocumentCard(
            view,
            item.kind,
            "María Huanca Ayma",
            "Oruro, 19 de noviembre de 2026",
            self.acts[tray],
            SlipView(f"slip-{document}", item.number, item.subject, document) if item.slip else None,
            item.hop,
            hops,
            SlipProof(len(hops)) if hops else None,
            None if self.pageless else self.pdf,
            made_here=not signed,
            verdict=replace(self.verdict, file="nota.pdf") if signed and not self.unseen else None,
            attachments=(AttachedFile(view.attachments[0], self.attachment),),
            waits_for=item.waits_for,
            owed=next((each for each in self.state.to_raise if each.document == document), None),
            sheet=self.sheet,
            targets=self.targets,
        )

    def recipients(self) -> Sequence[Recipient]:
        return (
            Recipient("ati", "Área de Tecnologías", "", "", ""),
            Recipient("ati", "Área de Tecnologías", "pedro", "Pedro Choque Flores", "Jefe de ATI"),
            Recipient("sedes", "Servicio Departamental de Salud", "maria", "María Huanca Ayma", "Directora SEDES"),
            Recipient("sdc", "Secretaría de Culturas", "saturnino", "Saturnino Ñuñez Condori", "Técnico"),
        )

    def actions(self) -> Sequence[str]:
        return ACTIONS

    def kinds(self) -> Sequence[DocumentKind]:
        return (DocumentKind("nota-interna", "Nota interna"), DocumentKind("informe", "Informe"))

    def draft(self, order: DraftOrder) -> str:
        self._call("draft", order)
        made = row(
            "d999",
            "",
            "Nota interna",
            order.subject,
            "Juana Mamani Quispe",
            "SDPD",
            0,
            slip=None,
            hop=None,
            state=DocumentState.DRAFT,
        )
        self.rows[Tray.DRAFTS].append(made)
        return made.document

    def freeze(self, document: str) -> None:
        self._move("freeze", document, Tray.TO_SIGN)

    def _move(self, verb: str, document: str, to: Tray) -> None:
        self._call(verb, document)
        tray, item = self._find(document)
        self.rows[tray].remove(item)
        self.rows[to].append(item)

    def approve(self, document: str) -> None:
        self._call("approve", document)

    def observe(self, document: str, remark: str) -> None:
        self._call("observe", document, remark)

    def dispatch(self, order: DispatchOrder) -> None:
        self._call("dispatch", order)
        self._move("dispatched", order.document, Tray.SENT)

    def receive(self, slip: str, hop: str, paper: str = "", where: str = "") -> None:
        self._call("receive", slip, hop, *((paper, where) if paper or where else ()))
        self._move("received", slip.removeprefix("slip-"), Tray.PENDING)

    def reject(self, slip: str, hop: str, reason: str) -> None:
        self._call("reject", slip, hop, reason)

    def cancel(self, slip: str, hop: str, reason: str) -> None:
        self._call("cancel", slip, hop, reason)

    def conclude(self, document: str, remark: str = "", folder: str = "") -> None:
        self.calls.append(("concluded_with", document, remark, folder))
        self._move("conclude", document, Tray.ARCHIVE)

    def reopen(self, document: str) -> None:
        self._move("reopen", document, Tray.PENDING)

    def deposit(self, document: str) -> None:
        self._call("deposit", document)

    def tokens(self) -> Sequence[Token]:
        self._call("tokens")
        return self.present

    def watch_tokens(self, tell: Callable[[TokensSeen], None] | None) -> None:
        self._call("watch_tokens", tell is not None)
        self.tell = tell
        if tell is not None:
            tell(TokensSeen(tuple(self.present)))

    def remember_module(self, path: Path) -> str:
        self._call("remember_module", path)
        return path.name

    def plug(self, *tokens: Token, problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()) -> None:
        """What is in the reader now, told by a thread of the watch."""
        self.present = tokens
        self.state = replace(self.state, token=tokens[0] if tokens else None)
        assert self.tell is not None
        thread = Thread(target=self.tell, args=(TokensSeen(tokens, problems),))
        thread.start()
        thread.join()

    def check_before_signing(self, documents: Sequence[str]) -> Sequence[CheckLine]:
        self._call("check", tuple(documents))
        return self.checks

    def sign(
        self, documents: Sequence[str], token: Token, certificate: Certificate, pin: PinProvider, progress: Progress
    ) -> Sequence[SignResult]:
        self._call("sign", tuple(documents))
        given = pin(token, certificate)
        if given != PIN and not token.pin_pad:
            self.present = (replace(token, pin_state=PinState.LOW),)
            raise PinError("pin.wrong")
        results = []
        for number, document in enumerate(documents):
            progress(number, len(documents), document)
            if self.gate is not None:
                self.gate.wait(5)
                progress(number, len(documents), document)
            receipt = SignReceipt(str(self.pdf), "a", "b", "firma-1", Level.B_B, certificate, NOW, "tsa.unreachable")
            results.append(SignResult(document, document, receipt))
            self._move("signed", document, Tray.PENDING)
        return results

    def verify(self, path: Path, password: str = "") -> FileVerdict:
        self._call("verify", path, *((password,) if password else ()))
        if path in self.passwords and password != self.passwords[path]:
            code = "file.wrong_password" if password else "file.encrypted"
            return FileVerdict(path.name, "", Outcome.UNREADABLE, code)
        return replace(self.verdict, file=path.name)

    def find_files(self, paths: Sequence[Path], most: int) -> Sequence[Path]:
        self._call("find_files", tuple(paths), most)
        return [file for path in paths for file in (sorted(path.glob("*.pdf")) if path.is_dir() else [path])][:most]

    def save_report(self, path: Path, verdicts: Sequence[FileVerdict]) -> None:
        self._call("save_report", path, len(verdicts))

    def verify_document(self, document: str) -> FileVerdict:
        self._call("verify_document", document)
        return self.verdict

    def page_words(self, path: Path, page: int, password: str = "") -> PageWords:
        self._call("page_words", path, page)
        return words_of(path.read_bytes(), page + 1, password=password)

    def page_differences(self, path: Path, end: int, page: int, password: str = "") -> PageDifferences:
        self._call("page_differences", path, end, page)
        return self.differences.get(page, PageDifferences(2, 2))

    def render_page(self, path: Path, page: int, width: int, password: str = "", end: int | None = None) -> bytes:
        self._call("render_page", path, page, *(() if end is None and not self.tell_ends else (end,)))
        import pypdfium2

        document = pypdfium2.PdfDocument(path)
        try:
            sheet = document[page]
            picture = sheet.render(scale=width / sheet.get_width())
            return _png(picture)
        finally:
            document.close()

    def raise_now(self, progress: Progress) -> RaisingResult:
        self._call("raise_now")
        done = self.state.to_raise[:1]
        self.state = replace(self.state, to_raise=self.state.to_raise[1:])
        return RaisingResult(
            tuple((row.cite, Level.B_LTA) for row in done), len(self.state.to_raise), "tsa.unreachable"
        )

    def synchronise(self, progress: Progress) -> SyncOutcome:
        self._call("synchronise")
        self.line.paused.clear()
        progress(1, 4, "GADOR-ATI/NI/00045/2026")
        if self.line_gate is not None:
            self.line_gate.wait(5)
        if self.line.paused.is_set():
            return SyncOutcome(1, 0, 2, paused=True)
        progress(1, 1, "")
        self.state = replace(self.state, connected=True, offline_since=None, waiting=0)
        return self.outcome


def _png(picture: object) -> bytes:
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage

    width, height, stride = picture.width, picture.height, picture.stride  # type: ignore[attr-defined]
    image = QImage(bytes(picture.buffer), width, height, stride, QImage.Format.Format_BGR888)  # type: ignore[attr-defined]
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _hops() -> tuple[HopLine, ...]:
    def at(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 11, day, hour + 4, minute, tzinfo=UTC)

    return (
        HopLine(
            "h1",
            "María Huanca Ayma",
            "SEDES",
            "Pedro Choque Flores",
            "ATI",
            HopMode.OFFICIAL,
            HopState.PASSED_ON,
            "visto_bueno",
            "Para su visto bueno y remisión",
            False,
            None,
            2,
            at(19, 10, 51),
            at(20, 8, 30),
            "Pedro Choque Flores",
        ),
        HopLine(
            "h2",
            "Pedro Choque Flores",
            "ATI",
            "Saturnino Ñuñez Condori",
            "SDC",
            HopMode.COPY,
            HopState.SENT,
            "para_su_conocimiento",
            "",
            False,
            None,
            2,
            at(20, 8, 41),
        ),
        HopLine(
            "h3",
            "Pedro Choque Flores",
            "ATI",
            "Juana Mamani Quispe",
            "SDPD",
            HopMode.OFFICIAL,
            HopState.RECEIVED,
            "para_su_consideracion",
            "Sin observaciones. El enlace de Curahuara funciona dos días por semana.",
            True,
            date(2026, 11, 24),
            2,
            at(20, 8, 41),
            at(20, 9, 12),
            "Juana Mamani Quispe",
        ),
    )


Scene = Callable[[FakeOffice], None]
