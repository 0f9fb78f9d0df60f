"""trust …: anchors of this computer and of a desk, the answers kept for offline use, and the policy that holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from desktop.assembly import pc_clock
from desktop.operations import policy_file, trust_cache, trusting
from desktop.operations.countries import load_countries, publication_of
from desktop.operations.trusting import DESK, MACHINE, Held, Origin
from desktop.resources import find_resources
from desktop.words import words
from signing.trust import Purpose

from .answers import Exit, answered, put_json, put_line, tell
from .desks import Home, Json
from .homes import default_home

if TYPE_CHECKING:
    from signing.anchor_store import StoredAnchor

Machine = Annotated[bool, typer.Option("--machine", help="Para toda la computadora, no solo este escritorio.")]
Fingerprint = Annotated[str, typer.Argument(help="Huella SHA-256 o SHA-1, o al menos sus 8 primeros dígitos.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    trust = typer.Typer(help="Autoridades en las que se confía, y respuestas guardadas.", no_args_is_help=True)
    trust.command("list")(show_all)
    trust.command("show")(show)
    trust.command("import")(bring)
    trust.command("remove")(remove)
    trust.command("countries")(countries)
    trust.command("policy")(policy)
    cache = typer.Typer(help="Respuestas de revocación guardadas para trabajar sin red.", no_args_is_help=True)
    cache.command("list")(cache_list)
    cache.command("refresh")(cache_refresh)
    cache.command("clear")(cache_clear)
    trust.add_typer(cache, name="cache")
    app.add_typer(trust, name="trust")


def show_all(home: Home = None, as_json: Json = False) -> int:
    """Muestra las autoridades de la computadora y del escritorio."""

    def act() -> Exit:
        held = trusting.held_in(home or default_home())
        if as_json:
            put_json({"anchors": [_plain(one) for one in held]})
            return Exit.DONE
        for one in held:
            put_line(f"{one.anchor.sha256[:16]}  {one.anchor.subject}  ({_use(one.anchor)}, {_WHERE[one.where]})")
        if not held:
            put_line(words("trust.none", "es").what)
            tell(words("trust.none", "es").do)
        return Exit.DONE

    return answered(act, as_json=as_json)


def show(fingerprint: Fingerprint, home: Home = None, as_json: Json = False) -> int:
    """Muestra una autoridad: huellas, vigencia, quién la publicó y quién la trajo."""

    def act() -> Exit:
        held = trusting.find_held(home or default_home(), fingerprint)
        if as_json:
            put_json(_plain(held))
            return Exit.DONE
        for name, value in _lines(held):
            put_line(f"{name}: {value}")
        return Exit.DONE

    return answered(act, as_json=as_json)


def bring(
    file: Annotated[Path, typer.Argument(help="Certificado (.crt .cer .pem .der).")],
    fingerprint: Annotated[
        str, typer.Option("--fingerprint", help="Huella publicada por la autoridad: SHA-256, o SHA-1 si no hay otra.")
    ] = "",
    source: Annotated[str, typer.Option("--source", help="Quién la publicó.")] = "",
    published: Annotated[str, typer.Option("--published", help="Dónde se publicó la huella (dirección o texto).")] = "",
    read_on: Annotated[str, typer.Option("--read-on", help="Cuándo se leyó allí (AAAA-MM-DD).")] = "",
    country: Annotated[str, typer.Option("--country", help="País, dos letras.")] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="signing, timestamping o both.")] = "both",
    intermediate: Annotated[
        bool, typer.Option("--intermediate", help="Solo ayuda a formar cadenas: no se confía en él.")
    ] = False,
    also: Annotated[
        bool, typer.Option("--also", help="Además de otra autoridad del mismo nombre que ya está.")
    ] = False,
    machine: Machine = False,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Confía en una autoridad, si su huella es la que usted leyó en la publicación oficial."""

    def act() -> Exit:
        where, desk, now = MACHINE if machine else DESK, home or default_home(), pc_clock()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise typer.BadParameter("--country: dos letras, p. ej. BO")
        origin = Origin(source, published, _day(read_on), country)
        if intermediate:
            helped = trusting.import_intermediates(where, desk, file, origin, now=now)
            _told([Held(where, one) for one in helped], "imported", as_json=as_json)
            return Exit.DONE
        if purpose not in get_args(Purpose):
            raise typer.BadParameter("--purpose: signing, timestamping o both")
        named = cast("Purpose", purpose)
        wanted = fingerprint or _ask_fingerprint(as_json=as_json)
        one = trusting.import_anchor(where, desk, file, wanted, origin, purpose=named, now=now, also=also)
        _told([Held(where, one)], "imported", as_json=as_json)
        if one.confirmed == "sha1":
            tell(words("trust.confirmed_by_sha1", "es").what)
        return Exit.DONE

    return answered(act, as_json=as_json)


def remove(fingerprint: Fingerprint, machine: Machine = False, home: Home = None, as_json: Json = False) -> int:
    """Deja de confiar en una autoridad."""

    def act() -> Exit:
        where = MACHINE if machine else DESK
        gone = trusting.remove_anchor(where, home or default_home(), fingerprint)
        _told([Held(where, gone)], "removed", as_json=as_json)
        return Exit.DONE

    return answered(act, as_json=as_json)


def countries(as_json: Json = False) -> int:
    """Dónde publica cada país sus autoridades. No confía en ninguna."""

    def act() -> Exit:
        rows = load_countries(find_resources())
        if as_json:
            put_json({"countries": rows})
            return Exit.DONE
        for row in rows:
            put_line(f"{row.code}  {row.country}: {row.root or _KINDS[row.kind]}. {row.publisher}. {row.place}")
            if row.note:
                put_line(f"    {row.note}")
        return Exit.DONE

    return answered(act, as_json=as_json)


def policy(home: Home = None, as_json: Json = False) -> int:
    """Muestra las reglas de verificación que rigen aquí y cuáles están fijadas."""

    def act() -> Exit:
        found = trusting.policy_of(home or default_home())
        if as_json:
            put_json({"policy": found, "machine": policy_file.machine_folder(), "locked": found.locked})
            return Exit.DONE
        for name, value in trusting.settings_of(found):
            locked = "  (fijado por la administración del equipo)" if name in found.locked else ""
            put_line(f"{name} = {_written(value)}{locked}")
        return Exit.DONE

    return answered(act, as_json=as_json)


def cache_list(home: Home = None, as_json: Json = False) -> int:
    """Muestra qué respuestas hay, de quién son y hasta cuándo valen."""

    def act() -> Exit:
        kept = trust_cache.kept(home or default_home())
        if as_json:
            put_json({"answers": kept, "bytes": sum(one.size for one in kept)})
            return Exit.DONE
        now = pc_clock()
        for one in kept:
            put_line(f"{one.kind.upper()}  {one.about or one.place}  {_span(one.this_update, one.next_update, now)}")
            if one.damaged:
                tell(words("trust.answer_damaged", "es", {"about": one.about or one.place}).what)
        put_line(f"{len(kept)} respuestas, {sum(one.size for one in kept)} bytes.")
        return Exit.DONE

    return answered(act, as_json=as_json)


def cache_refresh(
    files: Annotated[list[Path], typer.Argument(help="PDF firmados por cuyos certificados se pregunta.")],
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Pregunta de nuevo por los certificados de esos archivos y guarda las respuestas."""

    def act() -> Exit:
        before, after = trust_cache.refresh(home or default_home(), files, shipped=find_resources() / "trust")
        if as_json:
            put_json({"before": before, "after": after})
        else:
            put_line(f"Había {before} respuestas; ahora hay {after}.")
        return Exit.DONE if after else Exit.CANNOT_TELL

    return answered(act, as_json=as_json)


def cache_clear(home: Home = None, as_json: Json = False) -> int:
    """Borra las respuestas guardadas. Hará falta la red para volver a tenerlas."""

    def act() -> Exit:
        gone = trust_cache.clear_kept(home or default_home())
        if as_json:
            put_json({"removed": gone})
        else:
            put_line(f"Se borraron {gone} respuestas.")
        return Exit.DONE

    return answered(act, as_json=as_json)


_WHERE = {MACHINE: "toda la computadora", DESK: "este escritorio"}
_USES = {"both": "firmas y sellos de tiempo", "signing": "firmas", "timestamping": "sellos de tiempo"}
_KINDS = {"root": "raíz nacional", "list": "lista de confianza", "accredited": "registro de autoridades"}
_DONE = {"imported": "Se agregó", "removed": "Se quitó"}


def _use(one: StoredAnchor) -> str:
    return _USES[one.purpose] if one.kind == "anchor" else "solo ayuda a formar cadenas"


def _ask_fingerprint(*, as_json: bool) -> str:
    """Typed by the person; nothing of the file is shown before, or it would be copied instead of compared."""
    from signing.errors import SigningError

    if as_json:
        raise SigningError("trust.fingerprint_needed")
    typed: Any = typer.prompt("Huella publicada por la autoridad (SHA-256 o SHA-1)", err=True)
    return str(typed)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("--read-on: escriba la fecha como 2026-03-05") from error


def _told(entries: list[Held], what: str, *, as_json: bool) -> None:
    if as_json:
        put_json({what: [_plain(one) for one in entries]})
        return
    for one in entries:
        put_line(f"{_DONE[what]} «{one.anchor.subject}» ({_use(one.anchor)}, {_WHERE[one.where]}).")
        put_line(f"  SHA-256 {_pairs(one.anchor.sha256)}")


def _plain(held: Held) -> dict[str, Any]:
    one, certificate = held.anchor, held.anchor.certificate
    known = publication_of(find_resources(), str(certificate.subject.native.get("common_name", "")))
    return {
        "where": held.where,
        "kind": one.kind,
        "subject": one.subject,
        "sha256": one.sha256,
        "sha1": one.sha1,
        "not_before": certificate.not_valid_before,
        "not_after": certificate.not_valid_after,
        "purpose": one.purpose,
        "country": one.country or (known.code if known else ""),
        "named_root": known.root if known else "",
        "source": one.source,
        "published": one.published,
        "read_on": one.read_on,
        "imported_by": one.imported_by,
        "imported_at": one.imported_at,
        "confirmed": one.confirmed,
    }


def _lines(held: Held) -> list[tuple[str, str]]:
    one, plain = held.anchor, _plain(held)
    return [
        ("Nombre", one.subject),
        ("Sirve para", _use(one)),
        ("Está en", _WHERE[held.where]),
        ("SHA-256", _pairs(one.sha256)),
        ("SHA-1", _pairs(one.sha1)),
        ("Vigencia", f"{plain['not_before']:%d/%m/%Y} a {plain['not_after']:%d/%m/%Y}"),
        ("País", plain["country"] or "no se indicó"),
        ("Publicada por", one.source or "no se indicó"),
        ("Dónde", one.published or "no se indicó"),
        ("Leída el", f"{one.read_on:%d/%m/%Y}" if one.read_on else "no se indicó"),
        ("Agregada por", f"{one.imported_by or 'desconocido'}, {one.imported_at.astimezone(UTC):%d/%m/%Y %H:%M} UTC"),
        ("Huella comparada", one.confirmed.upper().replace("SHA", "SHA-") or "no (no hace falta)"),
    ]


def _pairs(fingerprint: str) -> str:
    return ":".join(fingerprint[place : place + 2] for place in range(0, len(fingerprint), 2)).upper()


def _span(start: datetime, end: datetime | None, now: datetime) -> str:
    until = "sin plazo" if end is None else f"hasta {end.astimezone(UTC):%d/%m/%Y %H:%M} UTC"
    over = " (vencida)" if end is not None and end < now else ""
    return f"dada {start.astimezone(UTC):%d/%m/%Y %H:%M} UTC, {until}{over}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "ninguno"
    return str(value) if value != "" else "ninguno"
