"""document …: from the text to the signed bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import draft as drafting
from desktop.operations import freeze as freezing
from desktop.operations import raise_level as raising
from desktop.operations import show as showing
from desktop.operations import sign as signing_operation
from desktop.operations import tokens, verify
from desktop.operations import void as voiding
from desktop.operations.attach import told_of
from desktop.words import words
from signing.report import Level

from . import chain_commands, discard_commands, incoming_commands
from .answers import Exit, put_json, put_line, said, tell
from .archive_custody_commands import put_deposit
from .desks import Home, Json, Official, at_desk
from .draft_commands import Fields, body_of, fields_of
from .pins import PinSource
from .typed import official_id

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

Document = Annotated[str, typer.Argument(help="Id del documento.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    document = typer.Typer(help="Documentos de este escritorio.", no_args_is_help=True)
    for name, command in (
        ("new", new),
        ("number", number),
        ("freeze", freeze),
        ("void", void),
        ("sign", sign),
        ("raise", raise_level),
        ("show", show),
        ("verify", verify_document),
        ("export", export),
    ):
        document.command(name)(command)
    chain_commands.add_to(document)
    discard_commands.add_to(document)
    incoming_commands.add_to(document)
    app.add_typer(document, name="document")


def new(
    kind: Annotated[str, typer.Option("--type", help="Tipo de documento (plantilla).")],
    body: Annotated[Path, typer.Option("--body", help="Texto plano, o JSON de docs/formats/body.md.")],
    field: Fields = [],  # noqa: B006
    signer: Annotated[list[str], typer.Option("--signer", help="Firmante, en orden; se repite.")] = [],  # noqa: B006
    approver: Annotated[list[str], typer.Option("--via", help="Quien da el V°B°, en orden.")] = [],  # noqa: B006
    attach: Annotated[list[Path], typer.Option("--attach", help="Archivo adjunto; se repite.")] = [],  # noqa: B006
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Guarda un borrador."""

    def act(desk: Desk) -> Exit:
        document = drafting.draft(
            desk,
            drafting.NewDocument(
                template=kind,
                fields=fields_of(field),
                body=body_of(body),
                attachments=attach,
                signers=[official_id(desk.directory, who) for who in signer],
                approvers=[official_id(desk.directory, who) for who in approver],
            ),
        )
        kept = desk.store.draft(document)
        notices = [notice for item in (kept.attachments if kept else ()) for notice in told_of(item)]
        if as_json:
            rows = [{"code": notice.code, "facts": dict(notice.facts)} for notice in notices]
            put_json({"document": document, "attachments": kept.attachments if kept else (), "notices": rows})
        else:
            put_line(document)
            for notice in notices:
                tell(" ".join(said(notice.code, notice.facts)))
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def number(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Da su CITE a un borrador antes de congelarlo."""

    def act(desk: Desk) -> Exit:
        cite = freezing.number(desk, document)
        if as_json:
            put_json({"cite": cite})
        else:
            put_line(cite)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def void(
    document: Document,
    reason: Annotated[str, typer.Option("--reason", help="Por qué se anula.")],
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Anula el documento: conserva su CITE, que nadie más llevará, y sus bytes."""

    def act(desk: Desk) -> Exit:
        cite = voiding.void(desk, document, reason)
        if as_json:
            put_json({"cite": cite})
        else:
            put_line(words("void.done", "es", {"cite": cite}).what)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def freeze(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Numera el borrador y lo congela en PDF/A."""

    def act(desk: Desk) -> Exit:
        cite = freezing.freeze(desk, document)
        view = desk.store.document(document)
        if as_json:
            put_json({"cite": cite, "sha256": view.digest, "pages": view.pages})
        else:
            put_line(f"{cite}: {view.pages} hojas, congelado.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def sign(
    documents: Annotated[list[str], typer.Argument(help="Ids de los documentos.")],
    level: Annotated[Level, typer.Option("--level", help="Nivel PAdES.")] = Level.B_B,
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Lee el PIN de la entrada estándar.")] = False,
    pin_fd: Annotated[int | None, typer.Option("--pin-fd", help="Lee el PIN de ese descriptor.")] = None,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Firma documentos de la bandeja Por firmar con el token propio y un solo PIN."""

    def act(desk: Desk) -> Exit:
        token, certificate = tokens.own(desk, desk.acting())
        results = signing_operation.sign(
            desk, documents, token, certificate, PinSource(from_stdin=pin_stdin, descriptor=pin_fd), level=level
        )
        failed = [row for row in results if row.error is not None]
        if as_json:
            put_json(
                {
                    "documents": [
                        {
                            "document": row.document,
                            "cite": row.cite,
                            "receipt": row.receipt,
                            "error": row.error.code if row.error else None,
                        }
                        for row in results
                    ]
                }
            )
        for row in () if as_json else results:
            if row.receipt is not None:
                put_line(f"{row.cite}: firmado, nivel {row.receipt.level.value}.")
            elif row.error is not None:
                tell(f"{row.cite}: {words(row.error.code, 'es', row.error.facts).what}")
        return Exit.NO if failed else Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def raise_level(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Eleva el nivel: datos de validación y sello de tiempo."""

    def act(desk: Desk) -> Exit:
        receipt = raising.raise_level(desk, document)
        if as_json:
            put_json(receipt)
        else:
            put_line(f"Nivel {receipt.level.value}.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def show(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Muestra un documento: estado, CITE, firmas y hoja de ruta."""

    def act(desk: Desk) -> Exit:
        card = showing.card(desk, document)
        if as_json:
            put_json(card)
            return Exit.DONE
        put_line(f"{card.view.cite or 'sin CITE'}  {card.view.subject}")
        put_line(
            f"Estado: {words(f'state.{card.view.state.value}', 'es', {}).what}  Nivel: {card.view.level or 'sin firma'}"
        )
        for hop in card.slip.hops if card.slip else ():
            put_line(f"  {hop.sent_at:%d/%m/%Y %H:%M}  {hop.mode.value}  {hop.action}  {hop.remark}")
        if card.deposit is not None:
            put_line("Depósito en el archivo:")
            put_deposit(card.deposit)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def verify_document(
    document: Document,
    online: Annotated[bool, typer.Option("--online/--offline", help="Consulta OCSP y CRL.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Verifica las firmas de un documento del escritorio."""
    from .verify_answer import put_verdicts

    def act(desk: Desk) -> Exit:
        verdict = verify.verify_document(desk, document, online=online)
        return put_verdicts([verdict], as_json=as_json)

    return at_desk(home, act, as_json=as_json)


def export(
    document: Document,
    out: Annotated[Path, typer.Option("--out", help="Carpeta de salida.")],
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Copia el PDF actual a una carpeta."""

    def act(desk: Desk) -> Exit:
        path = signing_operation.export(desk, document, out)
        if as_json:
            put_json({"file": path})
        else:
            put_line(str(path))
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)
