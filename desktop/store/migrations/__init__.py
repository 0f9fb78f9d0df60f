"""Migrations of the desk's file, by number (PRAGMA user_version). They stand alone: none imports the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations

Migration = Callable[["Operations"], None]
HEAD = 5


def all_migrations() -> tuple[Migration, ...]:
    """Migration number n at place n - 1."""
    from .m0001_first import upgrade as first
    from .m0002_levels import upgrade as levels
    from .m0003_wastebasket import upgrade as wastebasket
    from .m0004_routes import upgrade as routes
    from .m0005_packed import upgrade as packed

    return (first, levels, wastebasket, routes, packed)
