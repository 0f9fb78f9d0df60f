"""verify, and what the commands that sign share: worker, trust, options."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.resources import find_resources
from desktop.words import words
from signing.report import FileVerdict, Outcome

from .answers import Exit, answered, put_json, put_line

if TYPE_CHECKING:
    from signing.trust import TrustStore
    from signing.worker import TokenWorker

Json = Annotated[bool, typer.Option("--json", help="Responde con un solo documento JSON.")]
Module = Annotated[Path | None, typer.Option("--module", help="Biblioteca PKCS#11 del token.")]
Trust = Annotated[Path | None, typer.Option("--trust", help="Carpeta con los certificados raíz en los que se confía.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("verify")(verify)


def open_worker(module: Path | None) -> TokenWorker:
    """A worker over the module that was named, else over every driver found on this system."""
    from signing.drivers import scan_modules
    from signing.worker import TokenWorker

    return TokenWorker(scan_modules(explicit=[module] if module else ()), environment=token_environment())


def token_environment() -> dict[str, str]:
    """SoftHSM finds its tokens through this variable; a real token needs none."""
    conf = os.environ.get("SOFTHSM2_CONF")
    return {"SOFTHSM2_CONF": conf} if conf else {}


def trust_of(folder: Path | None, *, online: bool = False) -> TrustStore:
    """The anchors of ``--trust``, else those of ``resources/trust``, of the computer and of the desk; never the operating system's.

    ``online``: refused where the policy forbids asking.
    """
    from desktop.operations.trusting import trust_of_folder

    from .desks import default_home

    return trust_of_folder(folder, find_resources() / "trust", default_home(), online=online)


def verify(
    paths: Annotated[list[Path], typer.Argument(help="Archivos PDF o carpetas.")],
    trust: Trust = None,
    at: Annotated[str, typer.Option("--at", help="Momento del juicio, ISO 8601 con zona.")] = "",
    online: Annotated[
        bool, typer.Option("--online/--offline", help="Consulta OCSP y CRL de los certificados.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Verifica firmas. No envía ningún documento a ninguna parte."""

    def act() -> Exit:
        verdicts = judge(_expand(paths), trust_of(trust), _moment(at), online=online)
        put_verdicts(verdicts, as_json=as_json)
        return exit_of_verdicts(verdicts)

    return answered(act, as_json=as_json)


def put_verdicts(verdicts: list[FileVerdict], *, as_json: bool) -> None:
    """The verdicts as the JSON of docs/formats/verdict.md, or as sentences."""
    from signing.verdict import verdict_json

    if as_json:
        put_json({"files": [verdict_json(item, _two_words) for item in verdicts]})
        return
    for item in verdicts:
        for line in verdict_lines(item):
            put_line(line)


def judge(paths: list[Path], anchors: TrustStore, at: datetime | None, *, online: bool) -> list[FileVerdict]:
    """One verdict per file, all through the killable child."""
    from signing.sandbox import Verifier

    with Verifier() as verifier:
        return [verifier.verify(path, trust=anchors, at=at, online=online) for path in paths]


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("--at: escriba una fecha ISO 8601, p. ej. 2026-03-05T10:00:00-04:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _expand(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.pdf")) if path.is_dir() else [path]
    return found


def _two_words(code: str) -> tuple[str, str]:
    said = words(code, "es", {})
    return " ".join(part for part in (said.what, said.means) if part), said.do


def verdict_lines(verdict: FileVerdict) -> list[str]:
    """A verdict as sentences: first the file, then each signature."""
    said = words(verdict.reason, "es", {})
    lines = [f"{Path(verdict.file).name}: {said.what}"]
    for signature in verdict.signatures:
        who = signature.person.name if signature.person else signature.field
        lines.append(f"  {who}: {words(signature.reason, 'es', {}).what}")
    return [*lines, *(f"  {line}" for line in (said.do,) if line)]


def exit_of_verdicts(verdicts: list[FileVerdict]) -> Exit:
    """The worst counts, 1 before 2."""
    outcomes = {item.outcome for item in verdicts}
    if outcomes & {Outcome.INVALID, Outcome.UNREADABLE}:
        return Exit.NO
    if outcomes & {Outcome.INDETERMINATE, Outcome.UNSIGNED} or not outcomes:
        return Exit.CANNOT_TELL
    return Exit.DONE
