"""verify: files and whole folders, offline unless asked, each in a killable child; results as they come, taken up again after a stop."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import policy_file
from desktop.operations.policy_file import SETTINGS, load_policy, require_unlocked
from signing.errors import SigningCancelled

from .answers import Exit, answered
from .homes import default_home
from .pins import ask_secret
from .report_options import Report, finish, reports_of
from .signing_commands import Json, Trust, trust_of

if TYPE_CHECKING:
    from desktop.verdicts.writing import Reports
    from signing.folders import FolderJudge
    from signing.policy import VerificationPolicy
    from signing.sandbox_pool import VerifierPool

    from .report_options import NoReports
    from .verify_answer import Answer, Progress


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("verify")(verify)


def verify(
    paths: Annotated[list[Path], typer.Argument(help="Archivos PDF o carpetas.")],
    trust: Trust = None,
    at: Annotated[str, typer.Option("--at", help="Momento del juicio, ISO 8601 con zona.")] = "",
    online: Annotated[
        bool, typer.Option("--online/--offline", help="Consulta OCSP y CRL de los certificados.")
    ] = False,
    pages: Annotated[
        bool | None,
        typer.Option(
            "--pages/--no-pages", help="Compara a la vista lo firmado con el archivo de ahora (sí por omisión)."
        ),
    ] = None,
    all_files: Annotated[
        bool, typer.Option("--all-files", help="En las carpetas, también los archivos que no terminan en .pdf.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=0, max=64, help="Archivos a la vez; 0: según el equipo.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Tiempo máximo para cada archivo.")] = 9.0,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="Archivo en que se anota lo revisado, para seguir otro día.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Lee de la entrada la contraseña de los PDF cifrados.")
    ] = False,
    password_fd: Annotated[
        int | None, typer.Option("--password-fd", help="Lee la contraseña de ese descriptor.")
    ] = None,
    report: Report = None,
    as_json: Json = False,
) -> int:
    """Verifica firmas. No envía ningún documento a ninguna parte."""
    from signing.sandbox_pool import VerifierPool
    from signing.sandbox_start import end_ahead

    def act() -> Exit:
        moment = moment_of(at)
        policy = load_policy(policy_file.machine_folder(), default_home())
        at_once = _chosen(policy, "verify.jobs", jobs)
        compare = _chosen(policy, "verify.compare_pages", pages)
        reports = reports_of(report, paths)
        alone = len(paths) == 1 and not paths[0].is_dir()
        with VerifierPool(jobs=1 if alone else int(at_once), timeout=seconds) as pool:
            pool.begin()  # they load while this process gets ready; most have started already (``ahead``)
            end_ahead()
            from signing.folders import FolderJudge
            from signing.sandbox import Question
            from signing.verdict_journal import VerdictJournal

            from .verify_answer import Answer, Progress

            question = Question(trust_of(trust, online=online), moment, online, bool(compare))
            password = _password(given=password_stdin or password_fd is not None, descriptor=password_fd)
            progress = Progress(paths, all_files=all_files, quiet=alone)
            with reports, contextlib.ExitStack() as open_files:
                kept = open_files.enter_context(VerdictJournal(journal, question)) if journal is not None else None
                judge = FolderJudge(
                    pool, question, journal=kept, password=password, ask=_ask_password if _may_ask(as_json) else None
                )
                answer = Answer(as_json=as_json)
                told = _answer(pool, judge, answer, progress, reports)
                return finish(reports) or told

    return answered(act, as_json=as_json)


def _chosen(policy: VerificationPolicy, setting: str, option: int | None) -> int:
    """The option, unless the computer's policy locks the setting (``policy.locked_option``); the policy's own where none was given."""
    if option is None:
        return int(getattr(policy, SETTINGS[setting].field))
    require_unlocked(policy, setting, option)
    return option


def _answer(
    pool: VerifierPool, judge: FolderJudge, answer: Answer, progress: Progress, reports: Reports | NoReports
) -> Exit:
    from signing.file_walk import walk

    with _interruptible(pool) as stopped, progress, answer:
        for verdict in judge.verdicts(walk(progress.paths, all_files=progress.all_files)):
            answer.put(verdict)
            reports.add(verdict)
            progress.step(verdict)
        answer.stopped = bool(stopped)
    if not answer.complete:
        reports.abandon()
    return Exit.STOPPED if stopped else answer.exit


@contextlib.contextmanager
def _interruptible(pool: VerifierPool) -> Iterator[list[int]]:
    """The first Ctrl-C gives up the files in hand, ends the answer as it is and fills the list; a second one breaks off."""
    stopped: list[int] = []

    def first(number: int, _frame: object) -> None:
        stopped.append(number)
        signal.signal(signal.SIGINT, before)
        pool.cancel()

    before = signal.signal(signal.SIGINT, first)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def moment_of(text: str) -> datetime | None:
    """``--at``: aware, UTC where no zone was written; None for now."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("--at: escriba una fecha ISO 8601, p. ej. 2026-03-05T10:00:00-04:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _may_ask(as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _password(*, given: bool, descriptor: int | None) -> str:
    return ask_secret("", from_stdin=True, descriptor=descriptor) if given else ""


def _ask_password(path: Path) -> str:
    """Once in a run, for every file that is locked; empty when the person gives none."""
    sys.stderr.write("\r\033[K")
    try:
        return ask_secret(f"Contraseña de «{path.name}» (Intro para dejarlo): ", from_stdin=False, descriptor=None)
    except SigningCancelled:
        return ""
