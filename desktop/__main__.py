"""``qillqa``: without arguments the window, with arguments the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """The one entry point."""
    if len(sys.argv) == 1:
        from desktop.ui.start import open_window

        return open_window()
    from desktop.cli.application import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
