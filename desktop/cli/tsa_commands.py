"""desk tsa …: the timestamp services of a desk. Passwords and credentials come from stdin or a descriptor, never from argv."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.assembly import pc_clock
from desktop.operations.timestamp_services import add_service, list_services, remove_service, try_service
from desktop.words import words
from signing.tsa_settings import TsaSecrets, TsaSettings

from .answers import Exit, answered, put_json, put_line, tell
from .desks import Home, Json, at_desk
from .homes import default_home
from .pins import ask_secret

if TYPE_CHECKING:
    from desktop.operations.desk import Desk
    from desktop.records.errors import Fact

Name = Annotated[str, typer.Argument(help="Nombre del servicio en este escritorio.")]


def add_to(desk: typer.Typer) -> None:
    """Add this module's commands below ``desk``."""
    app = typer.Typer(help="Servicios de sello de tiempo, en el orden en que se les pide.", no_args_is_help=True)
    app.command("add")(add)
    app.command("list")(show)
    app.command("remove")(remove)
    app.command("test")(try_out)
    desk.add_typer(app, name="tsa")


def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="Dirección del servicio (RFC 3161).")],
    user: Annotated[str, typer.Option("--user", help="Usuario; se pide su clave.")] = "",
    bearer: Annotated[bool, typer.Option("--bearer", help="Pide una credencial (por ejemplo, un JWT).")] = False,
    cert: Annotated[str, typer.Option("--cert", help="Certificado de cliente, PEM.")] = "",
    key: Annotated[str, typer.Option("--key", help="Llave del certificado de cliente, PEM.")] = "",
    key_passphrase: Annotated[
        bool, typer.Option("--key-passphrase", help="La llave tiene contraseña; se pide.")
    ] = False,
    ca: Annotated[str, typer.Option("--ca", help="Autoridad propia del servidor, PEM.")] = "",
    proxy: Annotated[str, typer.Option("--proxy", help="http://[usuario@]servidor:puerto, o system.")] = "",
    digest: Annotated[str, typer.Option("--digest", help="sha256, sha384 o sha512.")] = "sha256",
    policy: Annotated[str, typer.Option("--policy", help="Política que deben llevar los sellos (OID).")] = "",
    quota: Annotated[int, typer.Option("--quota", help="Sellos por periodo; 0: sin límite conocido.")] = 0,
    period: Annotated[str, typer.Option("--period", help="hour, day, month, year o total.")] = "month",
    timeout: Annotated[float, typer.Option("--timeout", help="Segundos que se espera una respuesta.")] = 10.0,
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Lee de la entrada estándar, una línea por clave.")
    ] = False,
    secret_fd: Annotated[int | None, typer.Option("--secret-fd", help="Las lee de ese descriptor.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Añade un servicio. Las claves se piden en este orden: servicio, llave, proxy."""

    def act() -> Exit:
        try:
            service = TsaSettings(
                name, url, username=user, bearer=bearer, certificate=cert, key=key, ca=ca, proxy=proxy, digest=digest,
                policy=policy, quota=quota, period=period, timeout=timeout,
            )  # fmt: skip
        except ValueError as error:
            raise typer.BadParameter("--digest, --period, --quota, --timeout: un valor no es posible") from error
        ask = partial(ask_secret, from_stdin=secret_stdin, descriptor=secret_fd)
        given = TsaSecrets(
            password=ask("Clave del servicio: ") if user and not bearer else "",
            bearer=ask("Credencial del servicio: ") if bearer else "",
            key_passphrase=ask("Contraseña de la llave: ") if key_passphrase else "",
            proxy_password=ask("Clave del proxy: ") if "@" in proxy else "",
        )
        add_service(home or default_home(), service, given)
        if as_json:
            put_json({"added": name})
        else:
            put_line(f"Se añadió «{name}». Pruébelo con: qillqa desk tsa test {name}")
        return Exit.DONE

    return answered(act, as_json=as_json)


def show(home: Home = None, as_json: Json = False) -> int:
    """Muestra los servicios y lo que queda de sus cupos. No pide nada a nadie."""

    def act() -> Exit:
        found = list_services(home or default_home(), clock=pc_clock)
        if as_json:
            put_json({"services": found})
            return Exit.DONE
        for one in found:
            left = "" if one.remaining is None else f"  Quedan {one.remaining} sellos."
            put_line(f"{one.name}  {one.url}  {_LOGINS[one.login]}.{left}")
            if one.problem:
                tell(words(one.problem, "es", {"url": one.url}).what)
            _tell_notices(one.notices)
        if not found:
            put_line("No hay servicios de sello de tiempo.")
        return Exit.DONE

    return answered(act, as_json=as_json)


def remove(name: Name, home: Home = None, as_json: Json = False) -> int:
    """Quita un servicio y sus claves."""

    def act() -> Exit:
        remove_service(home or default_home(), name)
        if as_json:
            put_json({"removed": name})
        else:
            put_line(f"Se quitó «{name}».")
        return Exit.DONE

    return answered(act, as_json=as_json)


def try_out(
    name: Annotated[str, typer.Argument(help="Nombre del servicio; sin él, el primero.")] = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Pide un sello y lo comprueba. Cuenta en el cupo."""

    def act(desk: Desk) -> Exit:
        trial = try_service(desk.home, name, desk.trust, clock=pc_clock)
        if as_json:
            put_json(trial)
            return Exit.DONE
        put_line(f"«{trial.name}» dio un sello correcto ({trial.url}).")
        _tell_notices(trial.notices)
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


_LOGINS = {
    "none": "Sin clave",
    "basic": "Con usuario y clave",
    "bearer": "Con credencial",
    "certificate": "Con certificado de cliente",
}


def _tell_notices(notices: tuple[tuple[str, dict[str, Fact]], ...]) -> None:
    for code, facts in notices:
        said = words(code, "es", facts)
        tell(" ".join(part for part in (said.what, said.do) if part))
