"""Fixtures that every room may use, and the rule that no test leaves anything behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from desktop.practice.pki import PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens


@pytest.fixture(scope="session")
def practice_pki(tmp_path_factory: pytest.TempPathFactory) -> PracticePki:
    """A practice PKI without its services, made once per test process; never revoke anything in it."""
    return PracticePki.create(tmp_path_factory.mktemp("pki"), port=free_port(), now=datetime.now(UTC))


@pytest.fixture(scope="session")
def practice_services(practice_pki: PracticePki) -> Iterator[PkiServices]:
    """OCSP, CRL and TSA of ``practice_pki``, running for the whole session; never switch its TSA off."""
    with PkiServices(practice_pki) as services:
        yield services


@pytest.fixture(scope="session")
def practice_tokens(practice_pki: PracticePki, tmp_path_factory: pytest.TempPathFactory) -> SoftTokens:
    """A soft token per official of ``practice_pki``."""
    return SoftTokens.create(tmp_path_factory.mktemp("tokens"), practice_pki)
