"""draft, template …: pages of drafts without a desk, and the types of document that there are."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from desktop.words import words

from .answers import Exit, answered, put_json, put_line, said, tell
from .desks import Json

if TYPE_CHECKING:
    from desktop.drafting.body import Body
    from desktop.drafting.photographs import Photograph
    from desktop.drafting.preflight import Finding
    from desktop.drafting.sheets import Sheet
    from desktop.drafting.templates import FieldSpec, Template

Fields = Annotated[list[str], typer.Option("--field", help="CAMPO=VALOR; se repite.")]
Own = Annotated[
    Path | None, typer.Option("--templates", help="Carpeta con las plantillas y el membrete de la entidad.")
]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("draft")(draft_page)
    template = typer.Typer(help="Los tipos de documento y sus plantillas.", no_args_is_help=True)
    for name, command in (("list", list_types), ("check", check), ("copy", copy)):
        template.command(name)(command)
    app.add_typer(template, name="template")


def draft_page(
    kind: Annotated[str, typer.Option("--type", help="Tipo de documento (plantilla).")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="PDF de salida.")] = None,
    body: Annotated[Path | None, typer.Option("--body", help="Texto plano, o JSON de docs/formats/body.md.")] = None,
    taken: Annotated[Path | None, typer.Option("--import", help="Texto de un DOCX u ODT, con sus imágenes.")] = None,
    field: Fields = [],  # noqa: B006 - typer reads the default, nobody changes it
    signer: Annotated[list[str], typer.Option("--signer", help="«Nombre | Cargo | suplencia»; se repite.")] = [],  # noqa: B006
    image: Annotated[list[Path], typer.Option("--image", help="Imagen que el texto nombra; se repite.")] = [],  # noqa: B006
    sheet: Annotated[str, typer.Option("--sheet", help="carta, oficio, a4 o legal.")] = "",
    cite: Annotated[str, typer.Option("--cite", help="CITE que se imprime.")] = "",
    place: Annotated[str, typer.Option("--place", help="Lugar que se imprime.")] = "Oruro",
    sample: Annotated[bool, typer.Option("--sample", help="Parte del ejemplo de la plantilla.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Como al congelar, sin valor: PDF/A, firmas por llenar, y su revisión.")
    ] = False,
    own: Own = None,
    types: Annotated[bool, typer.Option("--list-types", help="Muestra los tipos y sus campos.")] = False,
    as_json: Json = False,
) -> int:
    """Compone la página de un borrador, sin escritorio ni número."""
    if types:
        return list_types(own, as_json=as_json)
    for name, value in (("--type", kind), ("--out", out)):
        if not value:
            raise typer.BadParameter(words("usage.missing", "es", {"name": name}).what)
    if body and taken:
        raise typer.BadParameter("--import: no va junto con --body")
    chosen = _sheet(sheet)

    def act() -> Exit:
        from desktop.drafting.preflight import preflight
        from desktop.operations.page import PageOrder, set_page

        assert out is not None
        text, pictures, notices = _text(body, taken, image)
        order = PageOrder(
            template=kind,
            fields=fields_of(field),
            body=text,
            signers=signer,
            sheet=chosen,
            cite=cite,
            place=place,
            own=own,
            sample=sample,
            strict=strict,
            pictures=pictures,
        )
        page = set_page(order, out, resources=find_resources())
        findings = preflight(page.pdf) if strict else ()
        if as_json:
            problems = [_told(problem) for problem in (*notices, *page.problems)]
            put_json(
                {"file": out, "pages": page.pages, "problems": problems, "fields": page.fields, "preflight": findings}
            )
        else:
            put_line(f"{out}: {in_sheets(page.pages)}.")
            for problem in (*notices, *page.problems):
                tell(" ".join(said(problem.code, problem.facts)))
            for finding in findings:
                tell(_line(finding))
        return Exit.NO if findings else Exit.DONE

    return answered(act, as_json=as_json)


def list_types(own: Own = None, as_json: Json = False) -> int:
    """Muestra los tipos de documento con sus campos."""

    def act() -> Exit:
        from desktop.operations.page import types_of

        found = types_of(find_resources(), own)
        if as_json:
            put_json({"types": [_type_row(template) for template in found.values()]})
        else:
            for template in found.values():
                _put_type(template)
        return Exit.DONE

    return answered(act, as_json=as_json)


def check(
    folder: Annotated[Path, typer.Argument(help="Una plantilla, o una carpeta con varias.")], as_json: Json = False
) -> int:
    """Prueba plantillas sin riesgo: las lee, compone su ejemplo y revisa el PDF; dice la línea que falla."""

    def act() -> Exit:
        from desktop.operations.template import check_templates

        rows = check_templates(folder, resources=find_resources())
        if as_json:
            put_json(
                {
                    "templates": [
                        {
                            "id": row.id,
                            "good": row.good,
                            "pages": row.pages,
                            "preflight": row.findings,
                            "error": row.error and _told(row.error),
                        }
                        for row in rows
                    ]
                }
            )
        else:
            for row in rows:
                put_line(
                    f"{row.id}: {'bien' if row.good else 'NO SIRVE'}"
                    + (f", {in_sheets(row.pages)}." if row.pages else ".")
                )
                for line in said(row.error.code, row.error.facts) if row.error else map(_line, row.findings):
                    put_line(f"  {line}")
        return Exit.DONE if all(row.good for row in rows) else Exit.NO

    return answered(act, as_json=as_json)


def copy(
    kind: Annotated[str, typer.Argument(help="Tipo de documento.")],
    folder: Annotated[Path, typer.Argument(help="Carpeta de plantillas de la entidad.")],
    as_json: Json = False,
) -> int:
    """Copia una plantilla para cambiarla."""

    def act() -> Exit:
        from desktop.operations.template import copy_template

        made = copy_template(kind, folder, resources=find_resources())
        if as_json:
            put_json({"folder": made})
        else:
            put_line(f"{made}: cambie manifest.toml y page.typ, y pruébela con «qillqa template check {made}».")
        return Exit.DONE

    return answered(act, as_json=as_json)


def fields_of(pairs: list[str]) -> dict[str, Any]:
    """``CAMPO=VALOR``; a field given twice is a list. Raises a usage error without ``=``."""
    fields: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"--field: escriba CAMPO=VALOR, no «{pair}»")
        known = fields.get(name)
        fields[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return fields


def body_of(path: Path | None) -> Body:
    """The body from a text or JSON file; empty without one. Raises ``draft.body_unreadable``, OSError and what drafting raises."""
    from desktop.drafting.body import Body

    if path is None:
        return Body()
    try:
        text = path.read_text(encoding="utf-8")
        return Body.from_json(json.loads(text)) if path.suffix == ".json" else Body.from_text(text)
    except ValueError as error:  # no UTF-8, or no JSON
        raise OfficeError("draft.body_unreadable", file=path.name) from error


def in_sheets(count: int) -> str:
    """A count of hojas in words."""
    return "1 hoja" if count == 1 else f"{count} hojas"


def _line(finding: Finding) -> str:
    return f"{finding.rule} ({finding.clause}): {finding.place}"


def _sheet(name: str) -> Sheet | None:
    from desktop.drafting.sheets import Sheet

    if name and name not in tuple(Sheet):
        raise typer.BadParameter(f"--sheet: escriba {', '.join(Sheet)}, no «{name}»")
    return Sheet(name) if name else None


def _text(
    body: Path | None, taken: Path | None, images: list[Path]
) -> tuple[Body | None, dict[str, Photograph], tuple[OfficeError, ...]]:
    """The text, its pictures by digest, fit for a page, and what an import left out."""
    from desktop.drafting.import_child import import_document

    given = [(path.name, path.read_bytes()) for path in images]
    if taken is None:
        return None if body is None else body_of(body), _pictures(given), ()
    found = import_document(taken)
    given += [(taken.name, data) for data in found.images.values()]
    return found.body, _pictures(given), found.notices


def _pictures(given: list[tuple[str, bytes]]) -> dict[str, Photograph]:
    """Pictures fit for a page, by the digest of the bytes given, which is how the body names them."""
    from desktop.drafting.limited import LimitedSetter
    from desktop.drafting.photographs import fit_picture

    with LimitedSetter() as setter:
        return {sha256(data).hexdigest(): fit_picture(data, name, setter=setter) for name, data in given}


def _told(error: OfficeError) -> dict[str, Any]:
    told = words(error.code, "es", error.facts)
    return {"code": error.code, "facts": dict(error.facts), "what": told.what, "means": told.means, "do": told.do}


def _type_row(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "description": template.description,
        "code": template.code,
        "family": template.family,
        "sheet": template.sheet,
        "signed": template.signed,
        "fields": [_field_row(spec) for spec in template.fields],
    }


def _field_row(spec: FieldSpec) -> dict[str, Any]:
    row = {name: getattr(spec, name) for name in ("name", "label", "kind", "required", "default", "help", "group")}
    return row | {name: getattr(spec, name) for name in ("choices", "columns") if getattr(spec, name)}


def _put_type(template: Template) -> None:
    put_line(f"{template.id}: {template.name}. {template.description}".rstrip())
    for spec in template.fields:
        kind = " | ".join(spec.choices or spec.columns) or _KINDS[spec.kind]
        needed = ", obligatorio" if spec.required else ""
        put_line(f"  {spec.name} ({kind}{needed}): {spec.label}" + (f". {spec.help}" if spec.help else ""))
    put_line()


_KINDS = {
    "line": "texto",
    "text": "varias líneas",
    "lines": "lista",
    "people": "personas",
    "person": "persona",
    "date": "fecha",
    "flag": "sí o no",
    "money": "monto en Bs",
    "number": "número",
    "choice": "opción",
    "rows": "filas",
}
