"""Getting ready while nobody waits: what the first signature would otherwise import and start on its way."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .worker import TokenWorker

_NEEDED = (
    "signing.batch", "signing.checks", "signing.cms_template", "signing.evidence", "signing.filling", "signing.pen",
    "signing.permissions", "signing.preflight", "signing.seed_values", "signing.visible_field",
    "pyhanko.sign.signers", "pyhanko_certvalidator.registry",
)  # fmt: skip


def get_ready(worker: TokenWorker) -> None:
    """Import what a signature needs and start the worker's children. Asks no PIN, never raises for a token. Takes about a second:
    call it from a background thread once the window stands.
    """
    for name in _NEEDED:
        importlib.import_module(name)
    worker.warm()
