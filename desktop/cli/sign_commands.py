"""sign and renew: a pile of files with one PIN, asked after everything that can be checked without it."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.assembly import pc_clock
from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from desktop.words import words
from signing.drivers import rank_of
from signing.errors import SigningCancelled, SigningError
from signing.options import Commitment, FieldLock, SignOptions
from signing.report import Certificate, Level, Padding, Token
from signing.tokens import merge_tokens

from .answers import Exit, answered, error_words, exit_of, plain, put_json, put_line, said, tell
from .pins import PinSource
from .signing_commands import Json, Module, Trust, open_worker, trust_of
from .stamp_options import StampLook, placement_wish
from .tsa_options import ProxyUrl, Tsa, TsaBearerFile, TsaCa, TsaCert, TsaKey, TsaPasswordFile, TsaUser, TsaWishes

if TYPE_CHECKING:
    from signing.appearance import Stamp
    from signing.batch import BatchReport, ItemResult
    from signing.preflight import Checked, Preflight
    from signing.session import TokenSession
    from signing.timestamps import Timestamps
    from signing.trust import TrustStore
    from signing.worker import TokenWorker

SIGNED = "-firmado.pdf"
RAISED = "-elevado.pdf"


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("sign")(sign)
    app.command("renew")(renew)


def sign(
    files: Annotated[list[Path], typer.Argument(help="Archivos PDF, o carpetas con archivos PDF.")],
    out: Annotated[Path | None, typer.Option("--out", help="Carpeta de salida.")] = None,
    level: Annotated[Level, typer.Option("--level", help="Nivel PAdES.")] = Level.B_B,
    module: Module = None,
    p12: Annotated[Path | None, typer.Option("--p12", help="Archivo PKCS#12 (.p12, .pfx) en vez de un token.")] = None,
    token: Annotated[str, typer.Option("--token", help="Etiqueta del token.")] = "",
    cert: Annotated[str, typer.Option("--cert", help="Huella o etiqueta del certificado.")] = "",
    tsa: Tsa = [],  # noqa: B006 - typer never writes to it
    tsa_user: TsaUser = "",
    tsa_password_file: TsaPasswordFile = None,
    tsa_bearer_file: TsaBearerFile = None,
    tsa_cert: TsaCert = "",
    tsa_key: TsaKey = "",
    tsa_ca: TsaCa = "",
    proxy: ProxyUrl = "",
    trust: Trust = None,
    field_name: Annotated[str, typer.Option("--field", help="Campo de firma que se llena.")] = "",
    stamp: Annotated[bool, typer.Option("--stamp/--no-stamp", help="Sello visible en el campo.")] = False,
    preset: Annotated[
        str,
        typer.Option("--place", help="Lugar del sello por tipo (p. ej. informe, carta) si el archivo no tiene campo."),
    ] = "",
    at: Annotated[str, typer.Option("--at", help="Lugar del sello: HOJA,IZQUIERDA,ABAJO[,ANCHO,ALTO] en mm.")] = "",
    image: Annotated[Path | None, typer.Option("--image", help="Imagen del sello, PNG o JPEG.")] = None,
    delegation: Annotated[str, typer.Option("--delegation", help="Suplencia que se imprime bajo el cargo.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Motivo.")] = "",
    location: Annotated[str, typer.Option("--location", help="Lugar.")] = "",
    digest: Annotated[str, typer.Option("--digest", help="Resumen: sha256, sha384 o sha512.")] = "",
    pss: Annotated[bool, typer.Option("--pss", help="RSASSA-PSS en vez de PKCS#1 v1.5 (claves RSA).")] = False,
    certify: Annotated[int | None, typer.Option("--certify", min=1, max=3, help="Certificar (DocMDP 1 a 3).")] = None,
    lock: Annotated[str, typer.Option("--lock", help="Bloquear campos: all, include:A,B o exclude:A,B.")] = "",
    commitment: Annotated[Commitment | None, typer.Option("--commitment", help="Tipo de compromiso.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="No firmar por debajo del nivel pedido.")] = False,
    dry_run: Annotated[bool, typer.Option("--check", help="Solo revisa los archivos: no pide el PIN.")] = False,
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Lee el PIN de la entrada estándar.")] = False,
    pin_fd: Annotated[int | None, typer.Option("--pin-fd", help="Lee el PIN de ese descriptor.")] = None,
    as_json: Json = False,
) -> int:
    """Firma archivos PDF con un token. Escribe NOMBRE-firmado.pdf; nunca encima del original."""

    def act() -> Exit:
        options = SignOptions(
            level=level,
            reason=reason,
            location=location,
            digest=_digest(digest),
            padding=Padding.PSS if pss else Padding.PKCS1,
            certify=certify,
            lock=_lock(lock),
            commitment=commitment,
            allow_degraded=not strict,
        )
        wishes = TsaWishes(tsa, tsa_user, tsa_password_file, tsa_bearer_file, tsa_cert, tsa_key, tsa_ca, proxy)
        look = StampLook(
            shown=stamp or bool(preset or at or image or delegation),
            delegation=delegation,
            wish=placement_wish(preset, at),
            image=image.read_bytes() if image is not None else b"",
        )
        pile = _Pile(options, trust_of(trust), wishes.timestamps(), field_name, look, out, as_json)
        source = PinSource(from_stdin=pin_stdin, descriptor=pin_fd)
        with open_worker(p12 or module) as worker:
            if p12 is not None:
                return _with_file(worker, pile, files, cert, source, dry_run=dry_run)
            chosen, certificate = choose_certificate(merge_tokens(worker.tokens(), rank=rank_of), token, cert)
            found = pile.check(files, certificate)
            if dry_run or not found.ready:
                return pile.answer_checked(found)
            with worker.open(chosen, certificate, source, padding=options.padding) as session:
                return pile.answer(found, pile.sign(found, session))

    return answered(act, as_json=as_json)


def _with_file(
    worker: TokenWorker, pile: _Pile, files: list[Path], cert: str, source: PinSource, *, dry_run: bool
) -> Exit:
    """The same with a PKCS#12 file: whose certificate it holds is known once its password was given."""
    (soft,) = worker.tokens()
    found = pile.check(files, None)
    if dry_run or not found.ready:
        return pile.answer_checked(found)

    def choose(held: Sequence[Certificate]) -> Certificate:
        return choose_certificate((replace(soft, certificates=tuple(held)),), "", cert)[1]

    with worker.open_soft(soft, source, choose=choose) as session:
        pile.certificate = session.certificate
        return pile.answer(found, pile.sign(found, session))


def _digest(text: str) -> str:
    if text not in ("", "sha256", "sha384", "sha512"):
        raise typer.BadParameter("--digest: sha256, sha384 o sha512")
    return text


def _lock(text: str) -> FieldLock | None:
    if not text:
        return None
    action, _, names = text.partition(":")
    fields = tuple(name.strip() for name in names.split(",") if name.strip())
    if action not in ("all", "include", "exclude") or (action == "all") == bool(fields):
        raise typer.BadParameter("--lock: all, include:CAMPO,CAMPO o exclude:CAMPO,CAMPO")
    return FieldLock(action, fields)


def choose_certificate(found: tuple[Token, ...], token: str, cert: str) -> tuple[Token, Certificate]:
    """The one certificate that can sign and fits; raises ``token.none``, ``sign.no_certificate``, ``sign.which_certificate``,
    ``certificate.unusable`` where the one asked for cannot sign.
    """
    if not found:
        raise OfficeError("token.none")
    fitting = [
        (each, certificate)
        for each in found
        if not token or each.label == token
        for certificate in each.certificates
        if not cert or cert in (certificate.id, certificate.label)
    ]
    usable = [pair for pair in fitting if not pair[1].unusable]
    if not usable and cert and len(fitting) == 1:
        return fitting[0]  # pre-flight tells why it cannot sign
    if not usable:
        raise OfficeError("sign.no_certificate", token=token, certificate=cert)
    if len(usable) > 1:
        raise OfficeError("sign.which_certificate", count=len(usable))
    return usable[0]


@dataclass(slots=True)
class _Pile:
    """One call's files and what they are signed with."""

    options: SignOptions
    trust: TrustStore
    timestamps: Timestamps | None
    field_name: str
    look: StampLook
    out: Path | None
    as_json: bool
    certificate: Certificate | None = None
    stop: bool = False

    def check(self, files: Sequence[Path], certificate: Certificate | None) -> Preflight:
        """Pre-flight of every file. Raises ``sign.no_such_file`` before anything else is looked at."""
        from signing.preflight import SignItem, check_items

        now = pc_clock().astimezone()
        self.certificate = certificate
        stamp = self._stamp if self.look.shown else None
        sources = expand(files)
        places = self.look.places(sources)
        items = [
            SignItem(
                path,
                (self.out or path.parent) / f"{path.stem}{SIGNED}",
                self.field_name or None,
                stamp,
                places.get(path),
            )
            for path in sources
        ]
        return check_items(
            items, certificate, options=self.options, timestamps=self.timestamps, now=now, progress=self._progress
        )

    def sign(self, found: Preflight, session: TokenSession) -> BatchReport:
        """Sign what is ready. Ctrl-C finishes what is under way and begins nothing new; a second one breaks off."""
        from signing.batch import sign_batch

        with self._interruptible():
            return sign_batch(
                found.ready,
                session,
                options=self.options,
                trust=self.trust,
                timestamps=self.timestamps,
                clock=lambda: pc_clock().astimezone(),
                progress=self._progress,
                cancelled=lambda: self.stop,
            )

    def answer_checked(self, found: Preflight) -> Exit:
        """What pre-flight found, when nothing is signed."""
        self._tell_notes(found)
        if self.as_json:
            put_json({"files": [_checked_row(row) for row in found.rows], "notes": found.notes})
        for row in () if self.as_json else found.rows:
            _tell_checked(row)
        if any(row.ready for row in found.rows):
            return Exit.NO if any(row.refusal for row in found.rows) else Exit.DONE
        return Exit.CANNOT_TELL if any(row.refusal for row in found.rows) or not found.rows else Exit.DONE

    def answer(self, found: Preflight, report: BatchReport) -> Exit:
        """One row per file, then why the pile ended early."""
        signed = {result.item: result for result in report.results}
        rows = [(row, signed.get(row.item)) for row in found.rows]
        self._tell_notes(found)
        if self.as_json:
            answer: dict[str, object] = {"files": [_row(row, result) for row, result in rows], "notes": found.notes}
            answer["notices"] = report.notices
            if report.stopped is not None:
                answer["stopped"] = _error(report.stopped)
            put_json(answer)
        else:
            for row, result in rows:
                _tell_row(row, result)
            for notice in report.notices:
                tell(" ".join(said(notice.code, notice.facts)))
            for line in error_words(report.stopped) if report.stopped is not None else ():
                tell(line)
        return _exit(rows, report)

    def _tell_notes(self, found: Preflight) -> None:
        for note in () if self.as_json else found.notes:
            tell(" ".join(said(note.code, note.facts)))

    def _progress(self, done: int, total: int, name: str) -> None:
        if sys.stderr.isatty() and total > 1 and not self.as_json:
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r\033[K{done} de {total}  {name}{end}")
            sys.stderr.flush()

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        def first(_number: int, _frame: object) -> None:
            self.stop = True
            signal.signal(signal.SIGINT, before)

        before = signal.signal(signal.SIGINT, first)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _stamp(self, now: datetime) -> Stamp:
        from signing.appearance import Stamp

        assert self.certificate is not None  # known once the token or file is open, and nothing is drawn before
        person = self.certificate.person
        return Stamp(
            name=person.name,
            post=person.post,
            entity=person.organisation,
            claimed_time=f"{now:%d/%m/%Y %H:%M}",
            font_folder=find_resources() / "fonts",
            ci_masked=f"···{person.ci[-4:]}" if person.ci else "",
            reason=self.options.reason,
            image=self.look.image,
            delegation=self.look.delegation,
        )


def expand(files: Sequence[Path]) -> list[Path]:
    """The files themselves, and the PDFs of each folder but for what this command wrote there. Raises ``sign.no_such_file``."""
    found: list[Path] = []
    for path in files:
        if path.is_dir():
            found += [one for one in sorted(path.glob("*.pdf")) if not one.name.endswith((SIGNED, RAISED))]
        elif path.exists():
            found.append(path)
        else:
            raise OfficeError("sign.no_such_file", file=str(path), on_disk="nothing")
    return list(dict.fromkeys(found))


def _exit(rows: Sequence[tuple[Checked, ItemResult | None]], report: BatchReport) -> Exit:
    done = sum(row.done or bool(result and result.receipt) for row, result in rows)
    if report.stopped is not None:
        return exit_of(report.stopped)
    if report.cancelled:
        return Exit.STOPPED
    if done == len(rows):
        return Exit.DONE
    return Exit.NO if done else Exit.CANNOT_TELL


def _row(row: Checked, result: ItemResult | None) -> dict[str, object]:
    if result is None:
        return _checked_row(row)
    answer: dict[str, object] = {"file": str(row.item.source), "state": result.state.value, "notes": row.notes}
    if result.receipt is not None:
        answer |= plain(result.receipt)
    if result.error is not None:
        answer["error"] = _error(result.error)
    return answer


def _checked_row(row: Checked) -> dict[str, object]:
    state = "already" if row.done else "ready" if row.ready else "refused"
    answer: dict[str, object] = {"file": str(row.item.source), "state": state, "notes": row.notes}
    if row.done:
        answer["output"] = str(row.item.output)
    if row.refusal is not None:
        answer["error"] = _error(row.refusal)
    return answer


def _error(error: SigningError) -> dict[str, object]:
    return {"code": error.code, "facts": dict(error.facts), "on_disk": error.on_disk}


def _tell_row(row: Checked, result: ItemResult | None) -> None:
    name = row.item.source.name
    if result is None:
        _tell_checked(row)
    elif result.receipt is not None:
        put_line(f"{name}: firmado, nivel {result.receipt.level.value}. Está en {result.receipt.output}")
        for note in row.notes:
            tell("  " + " ".join(said(note.code, note.facts)))
        if result.receipt.degraded:
            tell("  " + words(result.receipt.degraded, "es", {}).what)
    elif result.error is not None:
        tell(f"{name}: " + " ".join(error_words(result.error)))
    else:
        tell(f"{name}: {words('sign.not_done', 'es', {}).what}")


def _tell_checked(row: Checked) -> None:
    name = row.item.source.name
    if row.refusal is not None:
        tell(f"{name}: " + " ".join(error_words(row.refusal)))
        return
    code = "sign.already_done" if row.done else "sign.ready"
    put_line(f"{name}: {words(code, 'es', {'output': row.item.output.name}).what}")
    for note in row.notes:
        tell("  " + " ".join(said(note.code, note.facts)))


def renew(
    files: Annotated[list[Path], typer.Argument(help="Archivos PDF firmados, o carpetas.")],
    tsa: Tsa,
    tsa_user: TsaUser = "",
    tsa_password_file: TsaPasswordFile = None,
    tsa_bearer_file: TsaBearerFile = None,
    tsa_cert: TsaCert = "",
    tsa_key: TsaKey = "",
    tsa_ca: TsaCa = "",
    proxy: ProxyUrl = "",
    out: Annotated[Path | None, typer.Option("--out", help="Carpeta de salida.")] = None,
    level: Annotated[Level, typer.Option("--level", help="Nivel PAdES al que se eleva.")] = Level.B_LTA,
    trust: Trust = None,
    as_json: Json = False,
) -> int:
    """Eleva el nivel de documentos firmados: datos de validación y sello de tiempo. Escribe NOMBRE-elevado.pdf."""

    def act() -> Exit:
        wishes = TsaWishes(tsa, tsa_user, tsa_password_file, tsa_bearer_file, tsa_cert, tsa_key, tsa_ca, proxy)
        anchors, client = trust_of(trust), wishes.timestamps()
        if client is None:
            raise SigningError("tsa.none", on_disk="nothing", level=level.value)
        rows = [_renewed(path, out, anchors, client, level) for path in expand(files)]
        if as_json:
            put_json({"files": [row for row, _ in rows]})
        good = sum(error is None for _, error in rows)
        for row, error in () if as_json else rows:
            name = Path(str(row["file"])).name
            if error is None:
                put_line(f"{name}: nivel {row['level']}. Está en {row['output']}")
            else:
                tell(f"{name}: " + " ".join(error_words(error)))
        if len(rows) == 1 and rows[0][1] is not None:
            return exit_of(rows[0][1])
        return Exit.DONE if good == len(rows) else Exit.NO if good else Exit.CANNOT_TELL

    return answered(act, as_json=as_json)


def _renewed(
    path: Path, out: Path | None, anchors: TrustStore, client: Timestamps, level: Level
) -> tuple[dict[str, object], SigningError | None]:
    """One file; its own errors are a row of the answer."""
    from signing.renewal import raise_file

    target = (out or path.parent) / f"{path.stem}{RAISED}"
    try:
        if target.exists():
            raise SigningError("output.exists", on_disk="nothing", file=target.name)
        receipt = raise_file(path, target, trust=anchors, timestamps=client, level=level, allow_degraded=True)
    except SigningCancelled:
        raise
    except SigningError as error:
        return {"file": str(path), "error": _error(error)}, error
    return {"file": str(path), **plain(receipt)}, None
