"""The shipped templates and their samples, frozen once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.drafting.jobs import PageJob, SetPage
from desktop.drafting.samples import sample_job
from desktop.drafting.setting import freeze
from desktop.drafting.templates import Template, load_templates

RESOURCES = Path(__file__).parents[3] / "resources"

JobMaker = Callable[..., PageJob]


@pytest.fixture(scope="session")
def resources() -> Path:
    return RESOURCES


@pytest.fixture(scope="session")
def templates() -> dict[str, Template]:
    return load_templates([RESOURCES / "templates"])


@pytest.fixture(scope="session")
def make_job(templates: dict[str, Template]) -> JobMaker:
    """A job from the sample of a template, with changes; ``fields`` are merged into the sample's."""

    def make(template: str = "nota_interna", *, fields: dict[str, Any] | None = None, **changes: Any) -> PageJob:
        job = sample_job(templates[template], RESOURCES)
        return replace(job, fields={**job.fields, **(fields or {})}, **changes)

    return make


@pytest.fixture(scope="session")
def frozen(make_job: JobMaker) -> SetPage:
    """The sample nota interna of the practice office, frozen."""
    return freeze(make_job(practice=True))
