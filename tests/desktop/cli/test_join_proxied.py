"""desk join over S3 behind a proxy: how a person says where it is, and what he is told when it does not let him through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.sync.invitation import Invitation
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.proxy import Proxy
from tests.fixtures.rogue_tsa import serving


@pytest.mark.parametrize(
    ("status", "told"), [(407, "El proxy de la red pide usuario y clave"), (0, "No se puede llegar")]
)
def test_the_proxy_of_the_file_is_asked(tmp_path: Path, qillqa: Qillqa, status: int, told: str) -> None:
    invitation, access = tmp_path / "invitacion.json", tmp_path / "s3.json"
    invitation.write_text(Invitation("e", "Entidad", "s3://intercambio", "clave").to_text(), encoding="utf-8")
    with serving(proxy := Proxy()):
        proxy.status = status or 502
        named = {"endpoint": "http://almacen.gador.test:9", "access_key": "a", "secret_key": "secreto"}
        access.write_text(
            json.dumps({**named, "proxy": proxy.url.replace("//", "//red:clave-mala@")}), encoding="utf-8"
        )
        arguments = ["--unit", "u", "--official", "1", "--s3", str(access), "--home", str(tmp_path / "home")]
        answer = qillqa("desk", "join", str(invitation), *arguments)
        assert proxy.seen
    assert answer.status != 0
    assert told in answer.err
    for secret in ("clave-mala", "secreto"):
        assert secret not in answer.err + answer.out
    assert not (tmp_path / "home").exists()
