"""How reports are written in these tests: one moment, one version."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop.resources import find_resources
from desktop.verdicts.writing import Setting


@pytest.fixture
def setting() -> Setting:
    return Setting(datetime(2026, 11, 27, 15, 0, tzinfo=UTC), "0.1.0", find_resources())
