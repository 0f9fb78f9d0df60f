"""El calendario de feriados that an entity's admin publishes; desks read it from the directory and never from here."""

from __future__ import annotations

from datetime import date

from desktop.records.errors import OfficeError


def public_days(year: int, subdivision: str = "O") -> tuple[date, ...]:
    """Bolivia's holidays of that year, those of a department included (ISO 3166-2:BO; ``O`` is Oruro, empty: none).

    Bridges and days that a government declares in the year itself are not in it: the admin adds them. Raises ``calendar.unknown``.
    """
    from holidays import country_holidays  # many countries: only where it is needed

    try:
        found = country_holidays("BO", subdiv=subdivision or None, language="es", years=year)
    except NotImplementedError as error:
        raise OfficeError("calendar.unknown", subdivision=subdivision) from error
    return tuple(sorted(found))
