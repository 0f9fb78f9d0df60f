"""What the commands about signatures and tokens share: the worker, the anchors, options. Imports next to nothing: verify starts fast."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.resources import find_resources

if TYPE_CHECKING:
    from signing.trust import TrustStore
    from signing.worker import TokenWorker

Json = Annotated[bool, typer.Option("--json", help="Responde con un solo documento JSON.")]
Module = Annotated[Path | None, typer.Option("--module", help="Biblioteca PKCS#11 del token.")]

Trust = Annotated[Path | None, typer.Option("--trust", help="Carpeta con los certificados raíz en los que se confía.")]


def trust_of(folder: Path | None, *, online: bool = False) -> TrustStore:
    """The anchors of ``--trust``, else those of ``resources/trust``, of the computer and of the desk; never the operating system's.

    ``online``: refused where the policy forbids asking.
    """
    from desktop.operations.trusting import trust_of_folder

    from .homes import default_home

    return trust_of_folder(folder, find_resources() / "trust", default_home(), online=online)


def open_worker(module: Path | None) -> TokenWorker:
    """A worker over the module that was named, else over every driver found on this system."""
    from signing.drivers import scan_modules
    from signing.worker import TokenWorker

    return TokenWorker(scan_modules(explicit=[module] if module else ()), environment=token_environment())


def token_environment() -> dict[str, str]:
    """SoftHSM finds its tokens through this variable; a real token needs none."""
    conf = os.environ.get("SOFTHSM2_CONF")
    return {"SOFTHSM2_CONF": conf} if conf else {}
