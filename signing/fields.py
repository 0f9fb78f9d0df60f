"""Signature fields of a document: which are there, which is next. They are made when it is frozen (docs/formats/document.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SigningError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.rw_common import PdfHandler

_NUMBERED = re.compile(r"firma-(\d+)")


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A signature field. ``width`` and ``height`` are PDF points of its widget; zero for an invisible one."""

    name: str
    filled: bool
    width: float
    height: float

    @property
    def visible(self) -> bool:
        """Whether its widget takes room on the page."""
        return self.width > 0 and self.height > 0


def signature_fields(path: Path) -> tuple[SignatureField, ...]:
    """The fields of a file, in its order. Raises SigningError ``pdf.unreadable``, ``pdf.encrypted``."""
    from .revisions import open_reader

    with path.open("rb") as stream:
        return list_fields(open_reader(stream))


def list_fields(handler: PdfHandler) -> tuple[SignatureField, ...]:
    """The fields as pyHanko's handler sees them."""
    from pyhanko.sign.fields import enumerate_sig_fields

    return tuple(_describe(name, value, ref) for name, value, ref in enumerate_sig_fields(handler) if name)


def choose_field(fields: Sequence[SignatureField], name: str | None) -> tuple[str, bool]:
    """The field to fill and whether it must be made first.

    Without ``name``: the first empty ``firma-N``, then the first empty one, then a new invisible ``firma-N``.
    Raises SigningError ``field.unknown``, ``field.filled``.
    """
    if name is not None:
        wanted = next((field for field in fields if field.name == name), None)
        if wanted is None:
            raise SigningError("field.unknown", field=name)
        if wanted.filled:
            raise SigningError("field.filled", field=name)
        return name, False
    empty = sorted((field for field in fields if not field.filled), key=lambda field: _order(field.name))
    if empty:
        return empty[0].name, False
    return next_name(fields, "firma"), True


def next_name(fields: Sequence[SignatureField], stem: str) -> str:
    """A name that no field has: ``stem-1``, ``stem-2``, …"""
    taken = {field.name for field in fields}
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _order(name: str) -> tuple[int, int]:
    match = _NUMBERED.fullmatch(name)
    return (0, int(match.group(1))) if match else (1, 0)


def _describe(name: str, value: Any, reference: Any) -> SignatureField:
    from pyhanko.pdf_utils.form_tools import annot_width_height, get_single_field_annot

    try:
        width, height = annot_width_height(get_single_field_annot(reference.get_object()))
    except (ValueError, KeyError, TypeError, IndexError):
        width, height = 0.0, 0.0
    return SignatureField(name, value is not None, abs(float(width)), abs(float(height)))
