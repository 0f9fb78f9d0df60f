"""One archived dossier at the side of the catalogue: what it is, its documents, its evidence, its versions, what was done with it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from desktop.ui.archive.words import access_word, ages_words, event_word, files_words, size_words
from desktop.ui.widgets.basics import card, label
from desktop.ui.wording import count, translate

if TYPE_CHECKING:
    from desktop.operations.dossier_page import DossierPage
    from desktop.ui.archive.section import Section


def show_page(section: Section, page: DossierPage) -> None:
    """In place of what the section's side shows."""
    section.clear_detail()
    dossier, calendar = page.shown.dossier, section.calendar
    section.detail.addWidget(label(dossier.title, bold=True))
    if page.shown.away:
        words = translate("Dossier", "El archivo no está a la mano. Conéctelo para ver documentos y eventos.")
        section.detail.addWidget(card("care", label(words, size="body-small")))
    elif page.ages is not None:
        tone, words = ages_words(page.ages, calendar)
        section.detail.addWidget(card(tone, label(words, size="body-small")))
    if page.shown.restriction is not None and page.shown.restriction.restricted:
        reason = translate("Dossier", "Restringido: {reason}").format(reason=page.shown.restriction.reason)
        section.detail.addWidget(card("care", label(reason, size="body-small")))
    section.fact(translate("Dossier", "Unidad"), dossier.unit_name)
    section.fact(translate("Dossier", "Acceso"), access_word(dossier))
    section.fact(translate("Dossier", "Hoja de ruta"), dossier.slip)
    extent = f"{files_words(dossier.files)} · {size_words(dossier.size)}"
    section.fact(translate("Dossier", "Contenido"), extent)
    section.fact(translate("Dossier", "Carpeta en el archivo"), page.shown.where)
    section.fact(translate("Dossier", "Identificador"), dossier.object)
    _documents(section, page)
    _versions(section, page)
    _events(section, page)
    section.detail.addStretch(1)


def _head(section: Section, words: str) -> None:
    section.detail.addWidget(label(words, bold=True))


def _documents(section: Section, page: DossierPage) -> None:
    if page.documents:
        _head(section, translate("Dossier", "Documentos"))
    for one in page.documents:
        folios = count(one.folios, translate("Dossier", "1 foja"), translate("Dossier", "{n} fojas"))
        day = section.calendar.day(one.day)
        section.fact(" · ".join(part for part in (one.cite, day, folios) if part), one.subject)


def _versions(section: Section, page: DossierPage) -> None:
    _head(section, translate("Dossier", "Versiones"))
    for one in page.shown.versions:
        when = section.calendar.full(datetime.fromisoformat(one.created))
        section.fact(f"v{one.number} · {when} · {one.by}", one.message)


def _events(section: Section, page: DossierPage) -> None:
    if page.events:
        _head(section, translate("Dossier", "Qué se hizo con él"))
    for one in page.events:
        when = section.calendar.full(one.at)
        told = ": ".join(part for part in (one.detail, one.outcome) if part)
        section.fact(f"{when} · {event_word(one.kind)}", f"{told}. {one.note}" if one.note else told)
