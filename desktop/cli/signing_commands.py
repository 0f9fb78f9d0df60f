"""tokens, sign, renew, verify, doctor: signing without a desk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.assembly import pc_clock
from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from desktop.words import words
from signing.errors import PinError, SigningError, TokenError
from signing.report import Certificate, FileVerdict, Level, Outcome, SignReceipt, Token

from .answers import Exit, answered, error_words, plain, put_json, put_line, tell
from .desks import default_home
from .pins import PinSource

if TYPE_CHECKING:
    from signing.appearance import Stamp
    from signing.session import TokenSession
    from signing.timestamps import TimestampClient
    from signing.trust import TrustStore
    from signing.worker import TokenWorker

Json = Annotated[bool, typer.Option("--json", help="Responde con un solo documento JSON.")]
Module = Annotated[Path | None, typer.Option("--module", help="Biblioteca PKCS#11 del token.")]
Trust = Annotated[Path | None, typer.Option("--trust", help="Carpeta con los certificados raíz en los que se confía.")]
Tsa = Annotated[str, typer.Option("--tsa", help="Dirección de la autoridad de sello de tiempo (RFC 3161).")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("tokens")(tokens)
    app.command("sign")(sign)
    app.command("renew")(renew)
    app.command("verify")(verify)
    app.command("doctor")(doctor)


def open_worker(module: Path | None) -> TokenWorker:
    """A worker over the module that was named, else over every driver found on this system."""
    from signing.drivers import scan_modules
    from signing.worker import TokenWorker

    return TokenWorker(scan_modules(explicit=[module] if module else ()), environment=_token_environment())


def _token_environment() -> dict[str, str]:
    """SoftHSM finds its tokens through this variable; a real token needs none."""
    conf = os.environ.get("SOFTHSM2_CONF")
    return {"SOFTHSM2_CONF": conf} if conf else {}


def trust_of(folder: Path | None) -> TrustStore:
    """The anchors of ``--trust``, else those shipped in ``resources/trust``; never the operating system's."""
    from signing.trust import TrustStore

    return TrustStore.load_folder(folder or find_resources() / "trust")


def tokens(module: Module = None, as_json: Json = False) -> int:
    """Muestra los tokens presentes, sus certificados y el estado del PIN. No pide el PIN."""

    def act() -> Exit:
        with open_worker(module) as worker:
            found = worker.tokens()
        if as_json:
            put_json({"tokens": [plain(item) for item in found]})
        for token in () if as_json else found:
            put_line(
                f"{token.label}  ({token.manufacturer} {token.model}, serie {token.serial})  PIN: {_pin_words(token)}"
            )
            for certificate in token.certificates:
                put_line(f"  {certificate.person.name}, {certificate.person.post}. {_usable_words(certificate)}")
        if not found and not as_json:
            tell(words("token.none", "es", {}).what)
        return Exit.DONE if found else Exit.CANNOT_TELL

    return answered(act, as_json=as_json)


def _pin_words(token: Token) -> str:
    return words(f"pin_state.{token.pin_state.value}", "es", {}).what


def _usable_words(certificate: Certificate) -> str:
    if certificate.unusable:
        return words(f"certificate.{certificate.unusable}", "es", {}).what
    return f"Vence el {certificate.not_after:%d/%m/%Y}."


def sign(
    files: Annotated[list[Path], typer.Argument(help="Archivos PDF.")],
    out: Annotated[Path | None, typer.Option("--out", help="Carpeta de salida.")] = None,
    level: Annotated[Level, typer.Option("--level", help="Nivel PAdES.")] = Level.B_B,
    module: Module = None,
    token: Annotated[str, typer.Option("--token", help="Etiqueta del token.")] = "",
    cert: Annotated[str, typer.Option("--cert", help="Huella o etiqueta del certificado.")] = "",
    tsa: Tsa = "",
    trust: Trust = None,
    field: Annotated[str, typer.Option("--field", help="Campo de firma que se llena.")] = "",
    stamp: Annotated[bool, typer.Option("--stamp/--no-stamp", help="Sello visible en el campo.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Motivo.")] = "",
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Lee el PIN de la entrada estándar.")] = False,
    pin_fd: Annotated[int | None, typer.Option("--pin-fd", help="Lee el PIN de ese descriptor.")] = None,
    as_json: Json = False,
) -> int:
    """Firma archivos PDF con un token. Escribe NOMBRE-firmado.pdf; nunca encima del original."""

    def act() -> Exit:
        from signing.timestamps import TimestampClient

        client = TimestampClient(tsa) if tsa else None
        anchors = trust_of(trust)
        with open_worker(module) as worker:
            chosen, certificate = choose_certificate(worker.tokens(), token, cert)
            _require_readable(files)
            with worker.open(chosen, certificate, PinSource(from_stdin=pin_stdin, descriptor=pin_fd)) as session:
                batch = _Batch(session, anchors, client, level, field, stamp, reason, out)
                rows = [(path, batch.sign(path)) for path in files]
        return _answer_signed(rows, as_json=as_json)

    return answered(act, as_json=as_json)


def _require_readable(files: list[Path]) -> None:
    """What can be checked before the PIN is."""
    for path in files:
        if not path.is_file():
            raise OfficeError("sign.no_such_file", file=str(path), on_disk="nothing")


def choose_certificate(found: tuple[Token, ...], token: str, cert: str) -> tuple[Token, Certificate]:
    """The one certificate that can sign and fits; raises ``token.none``, ``sign.no_certificate``, ``sign.which_certificate``."""
    if not found:
        raise OfficeError("token.none")
    fitting = [
        (each, certificate)
        for each in found
        if not token or each.label == token
        for certificate in each.certificates
        if (not certificate.unusable) and (not cert or cert in (certificate.id, certificate.label))
    ]
    if not fitting:
        raise OfficeError("sign.no_certificate", token=token, certificate=cert)
    if len(fitting) > 1:
        raise OfficeError("sign.which_certificate", count=len(fitting))
    return fitting[0]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What every file of one call is signed with."""

    session: TokenSession
    trust: TrustStore
    timestamps: TimestampClient | None
    level: Level
    field: str
    stamp: bool
    reason: str
    out: Path | None

    def sign(self, path: Path) -> SignReceipt | OfficeError | SigningError:
        """One file; its own errors are a row of the answer, those of token and PIN end the batch."""
        from signing.pades import sign_file

        now = pc_clock().astimezone()
        try:
            return sign_file(
                path,
                (self.out or path.parent) / f"{path.stem}-firmado.pdf",
                self.session,
                field=self.field or None,
                stamp=self._stamp(now) if self.stamp else None,
                level=self.level,
                trust=self.trust,
                timestamps=self.timestamps,
                claimed_time=now,
                reason=self.reason,
                allow_degraded=True,
            )
        except (PinError, TokenError):
            raise
        except (OfficeError, SigningError) as error:
            return error

    def _stamp(self, now: datetime) -> Stamp:
        from signing.appearance import Stamp

        person = self.session.certificate.person
        return Stamp(
            name=person.name,
            post=person.post,
            entity=person.organisation,
            claimed_time=f"Firmado el {now:%d/%m/%Y %H:%M} (hora del equipo)",
            font_folder=find_resources() / "fonts",
            ci_masked=f"···{person.ci[-4:]}" if person.ci else "",
            reason=self.reason,
        )


def _answer_signed(rows: list[tuple[Path, SignReceipt | OfficeError | SigningError]], *, as_json: bool) -> Exit:
    failed = [item for _, item in rows if not isinstance(item, SignReceipt)]
    if as_json:
        put_json({"files": [_signed_row(path, item) for path, item in rows]})
    else:
        for path, item in rows:
            if isinstance(item, SignReceipt):
                put_line(f"{path.name}: firmado, nivel {item.level.value}. Está en {item.output}")
                if item.degraded:
                    tell(words(item.degraded, "es", {}).what)
            else:
                tell(f"{path.name}: " + " ".join(error_words(item)))
    if not failed:
        return Exit.DONE
    return Exit.NO if len(failed) < len(rows) else Exit.CANNOT_TELL


def _signed_row(path: Path, item: SignReceipt | OfficeError | SigningError) -> dict[str, object]:
    if isinstance(item, SignReceipt):
        return {"file": str(path), **plain(item)}
    return {"file": str(path), "error": {"code": item.code, "facts": dict(item.facts), "on_disk": item.on_disk}}


def renew(
    files: Annotated[list[Path], typer.Argument(help="Archivos PDF firmados.")],
    tsa: Tsa,
    out: Annotated[Path | None, typer.Option("--out", help="Carpeta de salida.")] = None,
    trust: Trust = None,
    as_json: Json = False,
) -> int:
    """Eleva el nivel de documentos firmados: datos de validación y sello de tiempo. Escribe NOMBRE-elevado.pdf."""

    def act() -> Exit:
        from signing.renewal import raise_file
        from signing.timestamps import TimestampClient

        anchors, client = trust_of(trust), TimestampClient(tsa)
        receipts = []
        for path in files:
            target = (out or path.parent) / f"{path.stem}-elevado.pdf"
            receipts.append(raise_file(path, target, trust=anchors, timestamps=client))
            if not as_json:
                put_line(f"{path.name}: nivel {receipts[-1].level.value}. Está en {target}")
        if as_json:
            put_json({"files": receipts})
        return Exit.DONE

    return answered(act, as_json=as_json)


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


def doctor(as_json: Json = False) -> int:
    """Dice qué está instalado, qué falta y qué hacer."""

    def act() -> Exit:
        from desktop.operations.diagnose import diagnose

        findings = diagnose(find_resources(), default_home())
        if as_json:
            put_json({"findings": findings})
        for finding in () if as_json else findings:
            said = words(finding.code, "es", finding.facts)
            put_line(f"{'bien ' if finding.good else 'falta'}  {said.what}" + ("" if finding.good else f" {said.do}"))
        return Exit.DONE if all(item.good for item in findings if item.needed) else Exit.ENVIRONMENT

    return answered(act, as_json=as_json)
