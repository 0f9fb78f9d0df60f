"""archive init, deposit, accept, receipts: how dossiers come into the archive."""

from __future__ import annotations

import json
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.archive.manifest import Description
from desktop.operations import accept as accepting
from desktop.operations import deposit as depositing
from desktop.operations.custody_service import CustodyService, Line
from desktop.operations.deposits_made import DepositMade, DepositState, deposits
from desktop.words import words

from .answers import Exit, answered, plain, put_json, put_line, said, tell
from .desks import Home, Json, Official, at_desk
from .homes import default_home

if TYPE_CHECKING:
    from desktop.operations.desk import Desk


def add_to(archive: typer.Typer) -> None:
    """Add this module's commands."""
    archive.command("init")(init)
    archive.command("deposit")(deposit)
    archive.command("accept")(accept)
    archive.command("receipts")(receipts)


def init(
    store: Annotated[str, typer.Option("--store", help="Dónde: folder:CARPETA o s3://BALDE/PREFIJO.")],
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Crea un archivo vacío (raíz OCFL 1.1) y lo anota en este escritorio."""

    def act() -> Exit:
        from desktop.operations.join import keep_archive

        keep_archive(home or default_home(), store)
        if as_json:
            put_json({"archive": store})
        else:
            put_line(f"El archivo está en {store}.")
        return Exit.DONE

    return answered(act, as_json=as_json)


def deposit(
    documents: Annotated[
        list[str], typer.Argument(help="Ids de documentos concluidos; el primero da su CITE al expediente.")
    ],
    title: Annotated[str, typer.Option("--title", help="Título del expediente; si falta, el asunto del primero.")] = "",
    series: Annotated[str, typer.Option("--series", help="Código de la serie en el cuadro de clasificación.")] = "",
    scope: Annotated[str, typer.Option("--scope", help="Alcance y contenido (ISAD(G) 3.3.1).")] = "",
    related: Annotated[
        str, typer.Option("--related", help="Unidades de descripción relacionadas (ISAD(G) 3.5.3).")
    ] = "",
    remark: Annotated[str, typer.Option("--note", help="Nota (ISAD(G) 3.6.1).")] = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Entrega documentos concluidos al archivo como un expediente, cada uno con su hoja de ruta; lo rechazado, de nuevo."""

    def act(desk: Desk) -> Exit:
        about = depositing.Said(title, series, Description(scope=scope, related=related, note=remark))
        made = depositing.deposit(desk, *documents, said=about)
        if as_json:
            put_json({"deposit": made})
        else:
            put_line(f"Depósito {made}: en cola hacia el archivo.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


DEPOSIT_WORDS = {
    DepositState.QUEUED: "en cola",
    DepositState.WAITING: "esperando",
    DepositState.ACCEPTED: "aceptado",
    DepositState.REFUSED: "rechazado",
    DepositState.UNPROVEN: "respuesta sin comprobar",
}


def receipts(
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Los depósitos de la unidad y lo que contestó el archivo; la firma de cada acuse se comprueba de nuevo."""

    def act(desk: Desk) -> Exit:
        rows = deposits(desk)
        if as_json:
            put_json({"deposits": rows})
        for row in () if as_json else rows:
            put_deposit(row)
        return Exit.NO if any(row.state in _NOT_TAKEN for row in rows) else Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


_NOT_TAKEN = frozenset({DepositState.REFUSED, DepositState.UNPROVEN})


def put_deposit(row: DepositMade) -> None:
    """One deposit with its answer, for people."""
    version = f" {row.version}" if row.version else ""
    put_line(f"{row.deposit}  {DEPOSIT_WORDS[row.state]}{version}  {row.made_at:%d/%m/%Y %H:%M}  {row.title}")
    if row.object:
        put_line(
            f"  {row.object}, recibido por {row.custodian} el {row.answered_at:%d/%m/%Y %H:%M} (hora del custodio)"
        )
        put_line(f"  SHA-512 del inventario: {row.inventory_sha512}")
    for code, facts in ((row.code, row.facts), (row.doubt, {"reason": row.doubt})):
        for line in said(code, facts) if code else ():
            put_line(f"  {line}")


def accept(
    watch: Annotated[bool, typer.Option("--watch", help="Como servicio: sigue hasta que se lo detenga.")] = False,
    every: Annotated[int, typer.Option("--every", min=1, help="Segundos entre una vuelta y otra, con --watch.")] = 60,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Como custodio: verifica y acepta lo que espera, y contesta con un acuse firmado."""

    def act(desk: Desk) -> Exit:
        return _watch(desk, every, as_json=as_json) if watch else _accept_once(desk, as_json=as_json)

    return at_desk(home, act, official=official, as_json=as_json)


def _accept_once(desk: Desk, *, as_json: bool) -> Exit:
    rows = accepting.accept_all(desk)
    if as_json:
        put_json({"deposits": [row.as_json() for row in rows]})
    for row in () if as_json else rows:
        if row.accepted:
            put_line(f"{row.deposit}: aceptado, {row.object} {row.raised or row.version}")
            for code in row.owed:
                tell(f"  {words(code, 'es', {}).what}")
        else:
            tell(f"{row.deposit}: {words(row.code, 'es', dict(row.facts)).what}")
    return Exit.DONE if all(row.accepted for row in rows) else Exit.NO


_LOG = {
    "started": "inicia",
    "accepted": "aceptado",
    "refused": "rechazado",
    "waits": "espera",
    "raised": "elevado",
    "damaged": "dañado",
    "trouble": "sin línea",
    "well": "con línea",
    "stopped": "termina",
}


def _watch(desk: Desk, every: int, *, as_json: bool) -> Exit:
    """Until SIGTERM or Ctrl+C, which let the deposit under way be finished; a second one ends at once."""

    def told(line: Line) -> None:
        if as_json:
            sys.stdout.write(json.dumps(plain(line), ensure_ascii=False) + "\n")
            sys.stdout.flush()
            return
        facts = {
            "depósito": line.deposit,
            "expediente": line.object,
            "versión": line.version,
            "elevado": line.raised,
            "causa": line.code,
            "debe": ",".join(line.owed),
        }
        said = " ".join(f"{name}={value}" for name, value in facts.items() if value)
        put_line(f"{line.at:%Y-%m-%dT%H:%M:%S%z} {_LOG[line.what]} {said}".rstrip())

    service = CustodyService(desk, told, every=timedelta(seconds=every))
    before: dict[int, Any] = {}

    def end(number: int, _frame: object) -> None:
        service.stop.set()
        signal.signal(number, before[number])

    before |= {int(number): signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        service.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return Exit.DONE
