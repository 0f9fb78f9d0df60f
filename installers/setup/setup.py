"""Makes a source checkout ready to run: system packages, uv, the locked environment, the judges. Standard library only.

    python3 installers/setup/setup.py run|test|full

Every step is stamped in ``.make/``: a second run downloads nothing and calls neither apt nor the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PURPOSES = ("run", "test", "full")
LOWEST, BEYOND = (3, 11), (3, 15)
UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h: something outside this checkout is missing


class SetupError(Exception):
    """Set-up cannot go on; its text tells the person what to do."""


def say(text: str) -> None:
    """One line for the person, on stderr."""
    sys.stderr.write(f"· {text}\n")
    sys.stderr.flush()


def environment() -> dict[str, str]:
    """What child processes get: everything, minus what would keep bytecode from being written or Python from being ours."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def run(command: Sequence[str | Path], *, extra: Mapping[str, str] | None = None) -> None:
    """Run it, its output on our stderr; raises SetupError with the command when it fails."""
    words = [str(word) for word in command]
    try:
        subprocess.run(words, env={**environment(), **(extra or {})}, cwd=ROOT, stdout=2, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"This did not work: {shlex.join(words)}\n  ({error})") from error


# --- system packages


def wanted_packages(purpose: str) -> list[str]:
    """The packages for ``run``, ``test`` or ``full``, in the order of packages.toml; each needs those before it too."""
    groups = tomllib.loads((HERE / "packages.toml").read_text("utf-8"))
    needed = PURPOSES[: PURPOSES.index(purpose) + 1]
    names = [name for each in needed for group in groups[each].values() for name in group]
    if importlib.util.find_spec("ensurepip") is None:
        names += groups["python"]["venv"]
    return names


def missing_packages(names: Iterable[str]) -> list[str]:
    """Those of ``names`` that neither dpkg knows as installed nor another program stands for; nothing where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return []
    command = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${binary:Package}\n"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    installed = {row.split()[1].split(":")[0] for row in listing.splitlines() if row.startswith("installed ")}
    return [name for name in names if not installed.intersection(spellings(name)) and not is_met(name)]


def spellings(need: str) -> list[str]:
    """The package's names: ``a|b!p`` gives a and b."""
    return need.split("!")[0].split("|")


def is_met(need: str) -> bool:
    """Whether a program that is on the PATH stands for the package (``a!p``)."""
    program = need.partition("!")[2]
    return bool(program) and shutil.which(program) is not None


def ensure_packages(purpose: str) -> None:
    """Install what is missing, as root or through sudo; with neither, say the one line to type and stop."""
    names = wanted_packages(purpose)
    if shutil.which("dpkg-query") is None:
        say("Not a Debian-like system: see installers/setup/packages.toml for what must be installed.")
        return
    missing = missing_packages(names)
    if not missing:
        return
    prefix = privilege()
    if prefix is None:
        line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(map(first_name, missing))}"
        raise SetupError(f"System packages are missing. Type this as root, then try again:\n\n    {line}\n")
    say(f"Installing system packages: {' '.join(map(first_name, missing))}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run([*prefix, "apt-get", "update", "-q"], extra=quiet)
    chosen = [available_name(name) for name in missing]
    run([*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *chosen], extra=quiet)


def privilege() -> list[str] | None:
    """What to put before apt-get: nothing as root, sudo where it works or can ask for a password, None otherwise."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    silent = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    keep = [sudo, "--preserve-env=DEBIAN_FRONTEND,http_proxy,https_proxy,no_proxy"]
    return keep if silent or sys.stdin.isatty() else None


def first_name(name: str) -> str:
    """The name on Debian 12."""
    return spellings(name)[0]


def available_name(name: str) -> str:
    """The first of its names that apt can install here."""
    for one in spellings(name):
        shown = subprocess.run(["apt-cache", "show", "--no-all-versions", one], capture_output=True, check=False)
        if shown.returncode == 0:
            return one
    return first_name(name)


# --- Python environments


def find_python() -> Path:
    """A Python that the project accepts: the one running this, or another on the PATH."""
    if LOWEST <= sys.version_info[:2] < BEYOND:
        return Path(getattr(sys, "_base_executable", sys.executable))
    for minor in range(BEYOND[1] - 1, LOWEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            return Path(found)
    raise SetupError("Python 3.11 to 3.14 is needed (Debian 12 calls it python3).")


def digest_of(*parts: Path | str) -> str:
    """A digest over files' bytes and texts."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def is_stamped(name: str, digest: str, witness: Path) -> bool:
    """Whether that step was finished for exactly these inputs and its result is still there."""
    stamp = ROOT / ".make" / name
    return witness.exists() and stamp.is_file() and stamp.read_text("ascii") == digest


def stamp(name: str, digest: str) -> None:
    """Note that a step is finished."""
    (ROOT / ".make").mkdir(exist_ok=True)
    (ROOT / ".make" / name).write_text(digest, "ascii")


def bin_folder(venv: Path) -> Path:
    """Where a virtual environment keeps its programs."""
    return venv / ("Scripts" if os.name == "nt" else "bin")


def ensure_uv(python: Path) -> Path:
    """Uv in ``.tools``, pinned by hash. Returns the program."""
    folder, pins = ROOT / ".tools", HERE / "uv.txt"
    uv = bin_folder(folder) / "uv"
    digest = digest_of(pins, str(python), str(ROOT))
    if is_stamped("tools", digest, uv):
        return uv
    say("Making .tools with uv")
    run([python, "-m", "venv", "--clear", folder])
    pip: list[str | Path] = [bin_folder(folder) / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", pins])
    stamp("tools", digest)
    return uv


def ensure_environment(python: Path, uv: Path) -> None:
    """``.venv`` exactly as uv.lock says, with bytecode compiled at installation."""
    folder = ROOT / ".venv"
    digest = digest_of(ROOT / "pyproject.toml", ROOT / "uv.lock", str(python), str(ROOT))
    if not is_stamped("venv", digest, bin_folder(folder) / "python"):
        say("Installing the locked dependencies into .venv")
        run([uv, "sync", "--frozen", "--all-extras", "--compile-bytecode", "--python", python], extra=uv_settings())
        stamp("venv", digest)
    compile_ours = [str(bin_folder(folder) / "python"), "-m", "compileall", "-qq", "desktop", "signing"]
    subprocess.run(compile_ours, cwd=ROOT, env=environment(), check=False)


def ensure_judges(*, full: bool = False) -> None:
    """Validators that judge our output, in environments of their own under ``.judges``; that script keeps its own stamps."""
    run([bin_folder(ROOT / ".venv") / "python", "tests/judges/setup.py", *(["full"] if full else [])])


def uv_settings() -> dict[str, str]:
    """Uv in our folders only: no Python of its own, no environment of somebody else's."""
    return {"UV_PROJECT_ENVIRONMENT": str(ROOT / ".venv"), "UV_PYTHON_DOWNLOADS": "never"}


# --- all of it


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this checkout: the second waits for the first."""
    (ROOT / ".make").mkdir(exist_ok=True)
    with (ROOT / ".make" / "lock").open("w") as lock:
        if os.name == "posix":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(purpose: str) -> None:
    """Everything that ``make run`` (``run``), ``make test`` (``test``) or ``make test-full`` (``full``) needs."""
    began = time.monotonic()
    with alone():
        ensure_packages(purpose)
        python = find_python()
        uv = ensure_uv(python)
        ensure_environment(python, uv)
        if purpose != "run":
            ensure_judges(full=purpose == "full")
    say(f"Set-up is complete ({time.monotonic() - began:.1f} s)")


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 ready, 64 usage, 69 something outside is missing."""
    if len(arguments) != 1 or arguments[0] not in PURPOSES:
        sys.stderr.write(f"{__doc__}\n")
        return 64
    try:
        prepare(arguments[0])
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return UNAVAILABLE
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; type the command again to go on.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
