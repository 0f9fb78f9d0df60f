"""document receive-paper, attach-scan, read-scan: what ventanilla does with paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import read_text, register_incoming
from desktop.operations.files import write_whole
from desktop.operations.open_slip import SlipHeading
from desktop.records.origin import Origin

from .answers import Exit, put_json, put_line, said, tell
from .desks import Home, Json, Official, at_desk
from .typed import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.operations.desk import Desk
    from desktop.records.errors import OfficeError
    from signing.report import FileVerdict

Document = Annotated[str, typer.Argument(help="Id del documento.")]
Scans = Annotated[
    list[Path], typer.Option("--scan", help="Digitalización (PDF, JPEG, PNG o TIFF), en orden; se repite.")
]
NoText = Annotated[bool, typer.Option("--no-text", help="No lee el texto de la digitalización.")]


def add_to(document: typer.Typer) -> None:
    """Add this module's commands to ``document``."""
    for name, command in (("receive-paper", receive_paper), ("attach-scan", attach_scan), ("read-scan", read_scan)):
        document.command(name)(command)


def receive_paper(
    subject: Annotated[str, typer.Option("--subject", help="Referencia: de qué trata.")],
    sender: Annotated[str, typer.Option("--sender", help="Nombre de quien lo envía.")] = "",
    post: Annotated[str, typer.Option("--post", help="Cargo del remitente.")] = "",
    entity: Annotated[str, typer.Option("--entity", help="Entidad del remitente.")] = "",
    ci: Annotated[str, typer.Option("--ci", help="Cédula de identidad.")] = "",
    nit: Annotated[str, typer.Option("--nit", help="NIT.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Teléfono.")] = "",
    mail: Annotated[str, typer.Option("--mail", help="Correo electrónico.")] = "",
    cite: Annotated[str, typer.Option("--cite", help="CITE de origen.")] = "",
    dated: Annotated[str, typer.Option("--dated", help="Fecha del documento, AAAA-MM-DD.")] = "",
    sheets: Annotated[int, typer.Option("--sheets", help="Hojas de papel recibidas.")] = 0,
    enclosures: Annotated[str, typer.Option("--enclosures", help="Lo que no se digitaliza, en palabras.")] = "",
    paper: Annotated[str, typer.Option("--kind", help="Tipo de documento: nota externa, memorial…")] = "",
    procedure: Annotated[str, typer.Option("--procedure", help="Trámite.")] = "",
    addressee: Annotated[str, typer.Option("--addressee", help="Destinatario, como irá en la hoja de ruta.")] = "",
    deadline: Annotated[str, typer.Option("--deadline", help="Plazo de toda la hoja de ruta, AAAA-MM-DD.")] = "",
    scan: Scans = [],  # noqa: B006 - typer reads the default, nobody changes it
    no_text: NoText = False,
    out: Annotated[Path | None, typer.Option("--out", help="Carpeta donde se escribe la constancia.")] = None,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Registra en ventanilla lo que llegó de fuera, con su número externo y su constancia."""
    day, heading = day_of(dated, "--dated"), SlipHeading(procedure, addressee, day_of(deadline, "--deadline"))

    def act(desk: Desk) -> Exit:
        origin = Origin(
            name=sender,
            post=post,
            entity=entity,
            ci=ci,
            nit=nit,
            phone=phone,
            mail=mail,
            cite=cite,
            dated=day,
            sheets=sheets,
            enclosures=enclosures,
            paper=paper,
        )
        made = register_incoming.register_incoming(
            desk, register_incoming.Paper(origin, subject, scan, read=not no_text, heading=heading)
        )
        receipt = None
        if out is not None:
            receipt = out / f"constancia-{made.number}.pdf"
            write_whole(receipt, desk.store.get_bytes(made.receipt))
        if as_json:
            row = {name: getattr(made, name) for name in ("document", "slip", "number", "pages")}
            put_json({**row, "receipt": receipt, **_beside(made.verdicts, made.notices)})
        else:
            put_line(f"{made.number}: registrado, {made.pages} páginas digitalizadas.")
            put_line(made.document)
            _tell(made.verdicts, made.notices)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def attach_scan(
    document: Document,
    scan: Scans,
    no_text: NoText = False,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Añade la digitalización de un documento que se registró sin ella."""

    def act(desk: Desk) -> Exit:
        made = register_incoming.attach_scan(desk, document, scan, read=not no_text)
        if as_json:
            put_json({"document": document, "pages": made.pages, **_beside(made.verdicts, made.text.notices)})
        else:
            put_line(f"{made.pages} páginas digitalizadas.")
            _tell(made.verdicts, made.text.notices)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def read_scan(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Lee el texto de una digitalización, para encontrarla por sus palabras en este equipo."""

    def act(desk: Desk) -> Exit:
        read = read_text.read_scan(desk, document)
        if as_json:
            put_json({"document": document, "signs": len(read.text), **_beside((), read.notices)})
        else:
            put_line(f"{len(read.text)} signos leídos.")
            _tell((), read.notices)
        return Exit.DONE if read.text else Exit.NO

    return at_desk(home, act, official=official, as_json=as_json)


def _beside(verdicts: Sequence[FileVerdict], notices: Sequence[OfficeError]) -> dict[str, object]:
    judged = [
        {"file": Path(one.file).name, "verdict": one.outcome, "signatures": len(one.signatures)} for one in verdicts
    ]
    return {"signed": judged, "notices": [{"code": one.code, "facts": dict(one.facts)} for one in notices]}


def _tell(verdicts: Sequence[FileVerdict], notices: Sequence[OfficeError]) -> None:
    for one in verdicts:
        tell(" ".join((f"{Path(one.file).name}:", *said(one.reason, None)[:1])))
    for notice in notices:
        tell(" ".join(said(notice.code, notice.facts)))
