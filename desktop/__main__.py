"""``qillqa``: without arguments the window, with arguments the command line."""

from __future__ import annotations

import sys
from pathlib import Path


class Window:
    """The door from the command line to the window; Qt is loaded only when somebody goes through it."""

    def open(self, home: Path, official: str) -> int:
        """Open the window on that desk and stay until it is closed."""
        from desktop.ui.start import open_desk_window

        return open_desk_window(home, official)

    def draw(self, home: Path, official: str, folder: Path) -> list[Path]:
        """Draw every pane as PNG."""
        from desktop.ui.start import draw_screens

        return draw_screens(home, official, folder)


def main() -> int:
    """The one entry point, also of the children of ``signing`` where the program is frozen: those load nothing of the desktop."""
    if sys.argv[1:2] == ["--token-worker"]:
        from signing.worker_child import main as serve_tokens

        serve_tokens()
        return 0
    if sys.argv[1:2] == ["--verifier"]:
        from signing.sandbox_child import main as judge_files

        judge_files()
        return 0
    if sys.argv[1:2] == ["--card-readers"]:
        from signing.pcsc_child import main as tell_readers

        tell_readers(sys.argv[2:])
        return 0
    from desktop.cli.ahead import started_ahead

    with started_ahead(sys.argv[1:]):
        try:
            from desktop.cli.application import run
        except KeyboardInterrupt:  # Ctrl-C while the program is still loading
            sys.stderr.write("Interrumpido.\n")
            return 130
        return run(sys.argv[1:] or ["window"], window=Window())


if __name__ == "__main__":
    sys.exit(main())
