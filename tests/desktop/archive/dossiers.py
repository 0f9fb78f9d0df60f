"""A dossier as a desk would deposit it, for the tests of this room."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from desktop.archive.deposits import describe_file
from desktop.archive.manifest import Deposit, DepositDocument, FileRole
from desktop.records.documents import AccessClass

NOTE, REPORT = "01JQ3Z1V5N8XKQ4T0R7M2B9C5D", "01JQ3Z1V5N8XKQ4T0R7M2B9C5E"
MADE_AT = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)

CONTENTS = {
    "01-GADOR-SDPD-NI-00045-2026/nota.pdf": b"%PDF-1.7 nota " * 50,
    "01-GADOR-SDPD-NI-00045-2026/adjuntos/Planilla ñandú & <1>.csv": b"a;b\n1;2\n",
    "02-informe/informe.pdf": b"%PDF-1.7 informe " * 70,
    "events.jsonl": b"eyJ.a.b\neyJ.c.d\n",
}


def make_deposit(**changes: Any) -> Deposit:
    """A dossier of two signed documents, an attachment and its events."""
    note, attachment, report, events = CONTENTS
    files = (
        describe_file(note, CONTENTS[note], "application/pdf", FileRole.DOCUMENT, NOTE),
        describe_file(attachment, CONTENTS[attachment], "text/csv", FileRole.ATTACHMENT, NOTE),
        describe_file(report, CONTENTS[report], "application/pdf", FileRole.DOCUMENT, REPORT),
        describe_file(events, CONTENTS[events], "application/jose", FileRole.EVENTS),
    )
    documents = (
        DepositDocument(
            NOTE, "nota_interna", "GADOR-SDPD/NI/00045/2026", "Solicita informe: «Ñuñez & Cía.»", date(2026, 3, 5),
            "Juana Mamani Quispe", ("Juana Mamani Quispe", "Pedro Choque Flores"), 2, AccessClass.INTERNAL, files[0].sha256,
        ),
        DepositDocument(
            REPORT, "informe", "GADOR-SDA/IT/00012/2026", "Responde", date(2026, 3, 6),
            "María Huanca Ayma", ("María Huanca Ayma",), 3, AccessClass.INTERNAL, files[2].sha256,
        ),
    )  # fmt: skip
    facts: dict[str, Any] = {
        "id": "01JQ5ZZZZZ8XKQ4T0R7M2B9C5F",
        "dossier": "01JQ5ZZZZZ8XKQ4T0R7M2B9C5G",
        "entity": "01JQ0000000000000000000001",
        "entity_name": "Gobierno Autónomo Departamental de Oruro",
        "unit": "01JQ0000000000000000000002",
        "unit_name": "Secretaría de Planificación",
        "title": "Solicitud de informe técnico",
        "principal": NOTE,
        "slip": "I-2026-00546",
        "access": AccessClass.INTERNAL,
        "folios": 5,
        "made_at": MADE_AT,
        "made_by": "Juana Mamani Quispe, Técnica",
        "documents": documents,
        "files": files,
    }
    return Deposit(**{**facts, **changes})
