"""archive export, inventory, acta: what the archive gives away and what it says of what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .answers import Exit, put_json, put_line
from .desks import Home, Json, Official, at_desk
from .typed import day_of, official_id, unit_id

if TYPE_CHECKING:
    from datetime import date

    from desktop.archive.listing import Listed, Selection
    from desktop.operations.desk import Desk
    from signing.report import FileVerdict

Names = Annotated[list[str], typer.Argument(help="Expedientes: identificador, CITE o número de hoja de ruta.")]


Chosen = Annotated[list[str] | None, typer.Argument(help="Solo estos: identificador, CITE o número de hoja de ruta.")]
Unit = Annotated[str, typer.Option("--unit", help="Solo los de esta unidad productora (prefijo o id).")]
Code = Annotated[str, typer.Option("--series", help="Solo los de esta serie, por su código, y lo que depende de ella.")]
Since = Annotated[str, typer.Option("--since", help="Ingresados desde este día (AAAA-MM-DD).")]
Until = Annotated[str, typer.Option("--until", help="Ingresados hasta este día (AAAA-MM-DD).")]


class Form(StrEnum):
    """For whom it is."""

    READER = "reader"
    BAG = "bag"


def add_to(archive: typer.Typer) -> None:
    """Add this module's commands."""
    for name, command in (("export", export), ("inventory", inventory), ("acta", acta)):
        archive.command(name)(command)


def export(
    names: Names,
    to: Annotated[Path, typer.Option("--to", help="Carpeta nueva en la que se entrega.")],
    form: Annotated[
        Form,
        typer.Option("--as", help="reader: para leer, con reporte. bag: para otro archivo (BagIt), con toda versión."),
    ] = Form.READER,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Entrega también lo reservado, confidencial o secreto.")
    ] = False,
    recipient: Annotated[str, typer.Option("--for", help="A quién se entrega; queda en la bitácora.")] = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Entrega copias de expedientes del archivo: para un lector, o íntegros para otro archivo."""

    def act(desk: Desk) -> Exit:
        from desktop.operations import export_dossier as exporting

        if form is Form.BAG:
            bag = exporting.export_bag(desk, names, to, restricted=restricted, recipient=recipient)
            if as_json:
                put_json(bag)
            else:
                put_line(
                    f"{bag.folder}: {len(bag.objects)} expedientes, {bag.files} archivos, {bag.bytes} bytes (BagIt)."
                )
            return Exit.DONE
        given = exporting.export_for_reader(desk, names, to, _report, restricted=restricted, recipient=recipient)
        if as_json:
            put_json(
                {
                    "folder": given.folder,
                    "dossiers": [
                        {"object": one.object, "version": one.version, "files": one.files, "restricted": one.restricted}
                        for one in given.dossiers
                    ],
                    "verdicts": [{"file": one.file, "verdict": one.outcome.value} for one in given.verdicts],
                }
            )
            return Exit.DONE
        for one in given.dossiers:
            put_line(f"{one.deposit.cite}: {len(one.files)} archivos, {one.object} {one.version}")
        put_line(f"{given.folder}: empiece por LEEME.txt; las firmas están en {exporting.REPORT}.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def inventory(
    names: Chosen = None,
    unit: Unit = "",
    series: Code = "",
    since: Since = "",
    until: Until = "",
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Escribe el inventario como PDF/A, con lugar para firmas.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Escribe el inventario como tabla, sin límite de tamaño.")
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Deja un borrador, que se congela y firma como todo documento.")
    ] = False,
    signer: Annotated[list[str] | None, typer.Option("--signer", help="Quién lo firma (id o CI); se repite.")] = None,
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Hace el inventario de lo que el archivo custodia: por series, con fojas, tomos y huellas."""
    days = day_of(since, "--since"), day_of(until, "--until")

    def act(desk: Desk) -> Exit:
        from desktop.archive.listing import Extent, listing_csv
        from desktop.operations import inventory_list as listing
        from desktop.operations.files import write_whole

        items = listing.dossiers(desk, _selection(desk, names, unit, series, days))
        written = {}
        if csv is not None:
            write_whole(csv, listing_csv(items))
            written["csv"] = csv
        if pdf is not None:
            write_whole(pdf, listing.inventory_page(desk, items).pdf)
            written["pdf"] = pdf
        made = ""
        if draft:
            people = [official_id(desk.directory, who) for who in signer or ()]
            made = listing.draft_inventory(desk, items, people)
        if as_json:
            put_json(
                {"dossiers": [_row(item) for item in items], "extent": Extent.of(items), **written, "document": made}
            )
            return Exit.DONE
        for item in items:
            put_line(f"{item.cite or item.object}  {item.title}  ({item.folios} fojas, {item.volumes} tomos)")
        put_line(f"{Extent.of(items).words}.")
        for path in written.values():
            put_line(str(path))
        if made:
            put_line(f"Borrador {made}.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def acta(
    giver: Annotated[str, typer.Option("--from", help="Quién entrega, de la unidad productora (id o CI).")],
    names: Chosen = None,
    unit: Unit = "",
    series: Code = "",
    since: Since = "",
    until: Until = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Como custodio: deja el borrador del acta de transferencia de lo que una unidad depositó; se firma como todo documento."""
    days = day_of(since, "--since"), day_of(until, "--until")

    def act(desk: Desk) -> Exit:
        from desktop.archive.listing import Extent
        from desktop.operations import inventory_list as listing

        items = listing.dossiers(desk, _selection(desk, names, unit, series, days))
        made = listing.draft_transfer(desk, items, official_id(desk.directory, giver))
        if as_json:
            put_json({"document": made, "dossiers": [_row(item) for item in items], "extent": Extent.of(items)})
        else:
            put_line(f"Borrador {made}: acta de transferencia de {Extent.of(items).words}.")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def _selection(
    desk: Desk, names: list[str] | None, unit: str, series: str, days: tuple[date | None, date | None]
) -> Selection:
    from desktop.archive.listing import Selection
    from desktop.operations.export_dossier import found_dossiers

    objects = frozenset(found_dossiers(desk, names)) if names else frozenset()
    whose = unit_id(desk.directory, unit) if unit else ""
    return Selection(objects, whose, series, *days)


def _row(item: Listed) -> dict[str, object]:
    from desktop.archive.volumes import volumes_of

    first, last = item.days
    return {
        "object": item.object,
        "cite": item.cite,
        "title": item.title,
        "unit": item.unit_name,
        "series": item.series.code if item.series else "",
        "first": first,
        "last": last,
        "documents": item.documents,
        "folios": item.folios,
        "volumes": volumes_of(item.leaves),
        "access": item.access_class,
        "restricted": item.restricted,
        "entered": item.entered,
        "version": f"v{len(item.versions)}",
        "inventory_sha512": item.versions[-1],
    }


def _report(path: Path, verdicts: Sequence[FileVerdict]) -> None:
    from importlib.metadata import version

    from desktop.resources import find_resources
    from desktop.verdicts.writing import Setting, write_reports

    write_reports([path], verdicts, Setting(None, version("qillqa"), find_resources()))
