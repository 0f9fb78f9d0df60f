"""tokens, doctor: what is plugged in and installed here, without a PIN and without a desk."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.resources import find_resources
from desktop.words import words

from .answers import Exit, answered, error_words, exit_of, put_json, put_line, tell
from .homes import default_home
from .signing_commands import Json, Module, token_environment

if TYPE_CHECKING:
    from signing.errors import SigningError
    from signing.report import Certificate, Token
    from signing.watch import TokenSnapshot

Wait = Annotated[float, typer.Option("--wait", help="Segundos que se espera a cada controlador.", min=1.0, max=120.0)]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("tokens")(tokens)
    app.command("doctor")(doctor)


def tokens(module: Module = None, wait: Wait = 15.0, as_json: Json = False) -> int:
    """Muestra los tokens presentes, sus certificados y el estado del PIN. No pide el PIN."""

    def act() -> Exit:
        from signing.drivers import find_modules
        from signing.watch import look_once

        found = find_modules(explicit=[module] if module else ())
        seen = look_once(find=lambda: found, environment=token_environment(), timeout=wait)
        problems = [*seen.faults, *(hint.finding() for hint in seen.hints)]
        if as_json:
            put_json(_document(seen, problems))
        else:
            _say(seen, problems)
        if seen.tokens:
            return Exit.DONE
        return exit_of(problems[0]) if problems else Exit.CANNOT_TELL

    return answered(act, as_json=as_json)


def _document(seen: TokenSnapshot, problems: list[SigningError]) -> dict[str, Any]:
    told = [_problem(error) for error in problems]
    facts = {"tokens": seen.tokens, "problems": told, "reader_service": seen.service, "readers": _readers(seen)}
    return facts if seen.tokens or not told else {"error": {**told[0], "on_disk": ""}, **facts}


def _problem(error: SigningError) -> dict[str, Any]:
    said = words(error.code, "es", error.facts)
    return {"code": error.code, "facts": dict(error.facts), "what": said.what, "means": said.means, "do": said.do}


def _readers(seen: TokenSnapshot) -> list[dict[str, Any]]:
    return [{"name": one.name, "card": one.present, "atr": one.atr.hex()} for one in seen.readers]


def _say(seen: TokenSnapshot, problems: list[SigningError]) -> None:
    for token in seen.tokens:
        for line in _token_lines(token):
            put_line(line)
    for error in problems:
        tell(" ".join(error_words(error)))
    if not seen.tokens and not problems:
        tell(words("token.none", "es", {}).what)


def _token_lines(token: Token) -> list[str]:
    from signing.drivers import driver_of

    make = f"{token.manufacturer} {token.model}".strip()
    lines = [f"{token.label}  ({make}, serie {token.serial})  PIN: {_pin_words(token)}"]
    modules = [driver_of(Path(one)) or Path(one).name for one in (token.module, *token.also_in)]
    lines.append(f"  Controlador: {modules[0]}" + (f" (también: {', '.join(modules[1:])})" if modules[1:] else ""))
    labels = Counter(one.label for one in token.certificates if one.label)
    for certificate in token.certificates:
        lines += _certificate_lines(certificate, alone=labels[certificate.label] < 2)
    return lines


def _certificate_lines(certificate: Certificate, *, alone: bool) -> list[str]:
    person = certificate.person
    ci = " ".join(part for part in (person.document_type or "CI", f"{person.ci} {person.complement}".strip()) if part)
    who = [person.name, ci if person.ci else "", person.post, person.organisation]
    lines = [f"  {', '.join(part for part in who if part)}. {_usable_words(certificate)}"]
    if certificate.unusable in ("unreadable", "is_ca"):
        return lines
    facts = [
        f"emitido por {certificate.issuer}",
        f"rige del {certificate.not_before:%d/%m/%Y} al {certificate.not_after:%d/%m/%Y}",
        certificate.algorithm,
        "usos: " + (", ".join(certificate.key_usage) or "sin límite"),
        "" if alone else f"etiqueta repetida «{certificate.label}», número {certificate.serial:x}",
    ]
    return [*lines, f"    {'; '.join(part for part in facts if part)}"]


def _pin_words(token: Token) -> str:
    if token.soft:
        return words("pin_state.password", "es", {}).what
    said = words(f"pin_state.{token.pin_state.value}", "es", {}).what
    return f"{said}, {words('pin_state.pad', 'es', {}).what}" if token.pin_pad else said


def _usable_words(certificate: Certificate) -> str:
    """Until when it can sign, or why it cannot and what to do."""
    if not certificate.unusable:
        return f"Vence el {certificate.not_after:%d/%m/%Y}."
    facts = {
        "name": certificate.person.name,
        "label": certificate.label,
        "until": f"{certificate.not_after:%d/%m/%Y}",
    }
    said = words(f"certificate.{certificate.unusable}", "es", facts)
    return " ".join(part for part in (said.what, said.do) if part)


def doctor(wait: Wait = 15.0, as_json: Json = False) -> int:
    """Dice qué está instalado, qué falta y qué hacer."""

    def act() -> Exit:
        from desktop.operations.diagnose import diagnose

        findings = diagnose(find_resources(), default_home(), environment=token_environment(), timeout=wait)
        if as_json:
            put_json({"findings": findings})
        for finding in () if as_json else findings:
            said = words(finding.code, "es", finding.facts)
            put_line(f"{'bien ' if finding.good else 'falta'}  {said.what}" + ("" if finding.good else f" {said.do}"))
        return Exit.DONE if all(item.good for item in findings if item.needed) else Exit.ENVIRONMENT

    return answered(act, as_json=as_json)
