"""A display of our own: Xvfb with a window manager, the keyboard of xdotool, and what can be seen. Ended by their own pids."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

_T = TypeVar("_T")
SIZE = (1366, 768)
PATIENCE = 120.0  # seconds; a loaded machine is no failure
# No frames, and the window as large as the screen: what a clerk sees on a small laptop.
_MANAGER = """<openbox_config xmlns="http://openbox.org/3.4/rc"><applications><application class="*">
<decor>no</decor><focus>yes</focus></application></applications>
<keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard></openbox_config>"""
_GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(["grab"])
sys.exit(not app.primaryScreen().grabWindow(0).save(sys.argv[1], "PNG"))
"""


def until(look: Callable[[], _T], *, seconds: float = PATIENCE, why: Callable[[], str] = lambda: "") -> _T:
    """Wait until ``look`` finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain. {why()}"
        time.sleep(0.05)
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    """End that process and wait for it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def descendants(pid: int) -> set[int]:
    """Process ids below that one."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | descendants(child)
    return found


def alive(pid: int) -> bool:
    """Whether that process still runs."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


class Display:
    """Context manager: an X server on a free display, and openbox on it."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._more = dict(environment or {})
        self._running: list[subprocess.Popen[bytes]] = []
        self.name = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to be seen here; the person's own session is not in it."""
        own = {key: value for key, value in os.environ.items() if key not in {"WAYLAND_DISPLAY", "SESSION_MANAGER"}}
        return {**own, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8", **self._more}

    def __enter__(self) -> Self:
        try:
            self.name = self._open_screen()
            config = self._folder / "openbox.xml"
            config.write_text(_MANAGER)
            self._start(["openbox", "--sm-disable", "--config-file", str(config)], env=self.environment)
            until(lambda: int(self._ask("xdotool", "get_num_desktops") or 0))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the window manager, then the server."""
        while self._running:
            end(self._running.pop())

    def _open_screen(self) -> str:
        reading, writing = os.pipe()
        screen = ["-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp", "-noreset"]
        with os.fdopen(reading, "rb", buffering=0) as answers:
            try:
                self._start(["Xvfb", "-displayfd", str(writing), *screen], pass_fds=(writing,))
            finally:
                os.close(writing)
            number = b""
            while not number.endswith(b"\n"):  # it writes the line in pieces, and dies when it cannot end it
                ready, _, _ = select.select([answers], [], [], PATIENCE)
                part = answers.read(16) if ready else b""
                assert part, "Xvfb did not start"
                number += part
        return f":{number.decode().strip()}"

    def _start(self, command: Sequence[str], **options: object) -> None:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._running.append(subprocess.Popen(command, **quiet, **options))  # type: ignore[call-overload]

    def _ask(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout

    def windows(self, name: str) -> list[str]:
        """Ids of the visible windows with that in their title."""
        return self._ask("xdotool", "search", "--onlyvisible", "--name", name).split()

    def key(self, *keys: str) -> None:
        """Press keys, one after another, wherever the focus is."""
        self._ask("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type."""
        self._ask("xdotool", "type", "--delay", "20", text)

    def grab(self, path: Path) -> Path:
        """What the screen shows, as PNG."""
        subprocess.run([sys.executable, "-c", _GRAB, str(path)], env=self.environment, timeout=60, check=True)
        return path


@contextmanager
def program(display: Display, home: Path, errors: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``qillqa window`` on that display."""
    command = [sys.executable, "-m", "desktop", "window", "--home", str(home)]
    with errors.open("wb") as stderr:
        running = subprocess.Popen(command, env=display.environment, stdin=subprocess.DEVNULL, stderr=stderr)
    try:
        yield running
    finally:
        if running.poll() is None:
            end(running)


def begin_signing(display: Display) -> bool:
    """F opens the panel once the document is there; Ctrl+Enter asks for the PIN once the token is found and the page checked.

    Nothing of that can be seen from outside: pressed again after a while, each while longer than the last.
    """
    for tries in (4, 8, 40, 200):
        display.key("f")
        for _ in range(tries):
            display.key("ctrl+Return")
            if display.windows("PIN de su token"):
                return True
            time.sleep(0.1)
    return False


class AccessibilityBus:
    """Context manager: a session bus of our own and the accessibility bus on it; ``environment`` lets a program speak there."""

    LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        reading, writing = os.pipe()
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with os.fdopen(reading, "r") as answers:
            try:
                command = ["dbus-daemon", "--session", "--nofork", f"--print-address={writing}"]
                self._running.append(subprocess.Popen(command, pass_fds=(writing,), **quiet))  # type: ignore[call-overload]
            finally:
                os.close(writing)
            address = answers.readline().strip()
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        try:
            assert address, "dbus-daemon did not start"
            launch = [str(self.LAUNCHER), "--launch-immediately"]
            own = {**os.environ, **self.environment}
            self._running.append(subprocess.Popen(launch, env=own, **quiet))  # type: ignore[call-overload]
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End both; what they had started ends with them."""
        started = {pid for process in self._running for pid in descendants(process.pid)}
        while self._running:
            end(self._running.pop())
        until(lambda: not [pid for pid in started if alive(pid)])
