"""--tsa and what belongs to it, for commands that need no desk. Secrets come from files, never from argv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signing.tsa_settings import TsaSecrets, TsaSettings, timestamps_from

if TYPE_CHECKING:
    from signing.tsa_service import TimestampService

Tsa = Annotated[list[str], typer.Option("--tsa", help="Autoridad de sello de tiempo (RFC 3161); se repite, en orden.")]
TsaUser = Annotated[str, typer.Option("--tsa-user", help="Usuario de las autoridades de sello de tiempo.")]
TsaPasswordFile = Annotated[
    Path | None, typer.Option("--tsa-password-file", help="Archivo con la clave de ese usuario.")
]
TsaBearerFile = Annotated[Path | None, typer.Option("--tsa-bearer-file", help="Archivo con la credencial (JWT).")]
TsaCert = Annotated[str, typer.Option("--tsa-cert", help="Certificado de cliente, PEM.")]
TsaKey = Annotated[str, typer.Option("--tsa-key", help="Llave del certificado de cliente, PEM.")]
TsaCa = Annotated[str, typer.Option("--tsa-ca", help="Autoridad propia del servidor de sellos, PEM.")]
ProxyUrl = Annotated[str, typer.Option("--proxy", help="http://servidor:puerto, o system.")]


@dataclass(frozen=True, slots=True)
class TsaWishes:
    """What the options of one call said; they hold for every ``--tsa`` of it."""

    urls: Sequence[str] = ()
    user: str = ""
    password_file: Path | None = None
    bearer_file: Path | None = None
    cert: str = ""
    key: str = ""
    ca: str = ""
    proxy: str = ""

    def timestamps(self) -> TimestampService | None:
        """The service, or None without any ``--tsa``. Raises OSError where a file cannot be read."""
        secrets = TsaSecrets(password=_first_line(self.password_file), bearer=_first_line(self.bearer_file))
        settings = [
            TsaSettings(
                name=url,
                url=url,
                username=self.user,
                bearer=self.bearer_file is not None,
                certificate=self.cert,
                key=self.key,
                ca=self.ca,
                proxy=self.proxy,
            )
            for url in dict.fromkeys(self.urls)
            if url
        ]
        return timestamps_from(settings, lambda _: secrets)


def _first_line(file: Path | None) -> str:
    return file.read_text("utf-8").partition("\n")[0].strip() if file is not None else ""
