"""Place and date as Bolivian documents write them: "Oruro, 5 de marzo de 2026"."""

from __future__ import annotations

from datetime import date

MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


def date_in_words(day: date, place: str) -> str:
    """Place and date in words. ``day`` is a calendar day of the entity's zone; the place may be empty."""
    words = f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"
    return f"{place.strip()}, {words}" if place.strip() else words
