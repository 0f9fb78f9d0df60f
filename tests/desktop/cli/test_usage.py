"""What was typed wrongly is said in Spanish, on stderr, with 64."""

from __future__ import annotations

import re

import pytest

from .conftest import Qillqa

_ENGLISH = re.compile(r"\b(No such|Missing|Invalid|requires|unexpected|valid|should)\b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["desk", "--zzz"], "No existe la opción --zzz."),
        (["nada"], "No existe la orden «nada»."),
        (["draft", "--out", "x.pdf"], "Falta --type."),
        (["verify"], "Falta PATHS."),
        (["sync", "--home"], "Después de --home falta su valor."),
        (["desk", "status", "a", "b"], "Sobra algo en la orden: a b."),
        (["document", "sign", "x", "--level", "B-X"], "El valor de --level debe ser uno de estos: 'B-B', 'B-T', 'B-LT', 'B-LTA'."),
        (["sign", "x.pdf", "--pin-fd", "tres"], "El valor de --pin-fd no sirve."),
        (["verify", "x.pdf", "--at", "ayer"], "--at: escriba una fecha ISO 8601, p. ej. 2026-03-05T10:00:00-04:00"),
        (["draft", "--type", "informe", "--out", "x.pdf", "--field", "asunto"], "--field: escriba CAMPO=VALOR, no «asunto»"),
        (["slip", "dispatch", "x", "--to", "y", "--deadline", "mañana"], "--deadline: escriba una fecha AAAA-MM-DD"),
    ],
)  # fmt: skip
def test_usage_errors(qillqa: Qillqa, arguments: list[str], said: str) -> None:
    answer = qillqa(*arguments)
    assert (answer.status, answer.out) == (64, "")
    assert answer.err.splitlines()[0] == said
    assert not _ENGLISH.search(answer.err)
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("group", ["desk", "document", "slip", "archive"])
def test_a_group_alone_shows_its_help(qillqa: Qillqa, group: str) -> None:
    answer = qillqa(group)
    assert answer.status == 64
    assert "Commands:" in answer.err


def test_help_is_an_answer(qillqa: Qillqa) -> None:
    answer = qillqa("--help")
    assert answer.status == 0
    for name in ("tokens", "sign", "verify", "demo", "window", "desk", "document", "slip", "archive", "sync", "find"):
        assert f"  {name} " in answer.out
