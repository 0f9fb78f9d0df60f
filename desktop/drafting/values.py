"""What people typed into a field, as the page prints it: one rule for each kind (docs/formats/template.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_decimal

from desktop.records.errors import OfficeError

from .dates import date_in_words
from .glyphs import tidy
from .templates import MOST, FieldSpec

Person = Mapping[str, str]
FieldValue = str | bool | Sequence[str | Mapping[str, str]]

_BAR = re.compile(r"\s*\|\s*|\s+·\s+")
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
_YES = {"sí", "si", "yes", "true", "1", "x"}
_NO = {"", "no", "false", "0"}
LARGEST = Decimal(10) ** 15  # bolivianos


def field_value(given: FieldValue, spec: FieldSpec) -> Any:
    """The value as the page gets it: text, list of texts, list of people or rows, or a flag; empty where nothing was given.

    Raises ``drafting.bad_field``, ``drafting.bad_choice``, ``drafting.bad_date``, ``drafting.bad_amount``.
    """
    match spec.kind:
        case "people" | "person":
            return _people(given, spec)
        case "rows":
            return _rows(given, spec)
        case "flag":
            return _flag(given, spec)
        case "lines":
            return [line for text in _texts(given, spec) for line in _lines(text)]
        case "text":
            return "\n".join(text for text in _texts(given, spec) if text)
    text = " ".join(text for text in _texts(given, spec) if text).replace("\n", " ")
    match spec.kind:
        case "choice":
            return _choice(text, spec)
        case "date":
            return _date(text, spec)
        case "money":
            return _money(text, spec)
        case "number":
            return _number(text, spec)
    return text


def too_long(value: object, spec: FieldSpec) -> int:
    """How long the longest text of that value is, or how many items it has, where that is more than a page can bear; else 0."""
    if isinstance(value, list) and len(value) > MOST:
        return len(value)
    longest = max((len(text) for text in strings(value)), default=0)
    return longest if longest > spec.longest else 0


def strings(value: object) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, Sequence):
        return [text for part in value for text in strings(part)]
    return []


def person_line(name: str, post: str = "") -> str:
    """``Nombre | Cargo`` of somebody named elsewhere; a bar in a stranger's name would begin another part."""
    return " | ".join(part.replace("|", "/") for part in (name, post) if part)


def _bad(spec: FieldSpec, code: str = "drafting.bad_field", **facts: str) -> OfficeError:
    return OfficeError(code, field=spec.name, label=spec.label, **facts)


def _texts(given: FieldValue, spec: FieldSpec) -> list[str]:
    parts = [given] if isinstance(given, str) else given
    if not isinstance(parts, Sequence):
        raise _bad(spec)
    texts = [tidy(part).strip() for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise _bad(spec)
    return texts


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _items(given: FieldValue, spec: FieldSpec) -> Sequence[object]:
    """The items of a list of people or rows: one to a line in a text."""
    if isinstance(given, str):
        return _lines(tidy(given))
    if isinstance(given, Mapping):
        return [given]
    if not isinstance(given, Sequence):
        raise _bad(spec)
    return given


def _people(given: FieldValue, spec: FieldSpec) -> list[dict[str, str]]:
    people = [_person(one, spec) for one in _items(given, spec)]
    if spec.kind == "person" and len(people) > 1:
        raise _bad(spec)
    return people


def _person(one: object, spec: FieldSpec) -> dict[str, str]:
    """``Nombre | Cargo | suplencia``, or the same by name."""
    keys = ("name", "post", "acting")
    if isinstance(one, str):
        parts = _BAR.split(tidy(one).replace("\n", " ").strip(), maxsplit=2)
        return dict(zip(keys, [*parts, "", ""], strict=False))
    if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
        raise _bad(spec)
    return {key: tidy(str(one.get(key, ""))).replace("\n", " ").strip() for key in keys}


def _rows(given: FieldValue, spec: FieldSpec) -> list[dict[str, str]]:
    rows = []
    for item in _items(given, spec):
        if isinstance(item, str):
            cells = _BAR.split(tidy(item).strip(), maxsplit=len(spec.columns) - 1)
            item = dict(zip(spec.columns, cells, strict=False))
        if not isinstance(item, Mapping) or set(item) - set(spec.columns):
            raise _bad(spec)
        rows.append({name: tidy(str(item.get(name, ""))).strip() for name in spec.columns})
    return rows


def _flag(given: FieldValue, spec: FieldSpec) -> bool:
    word = given if isinstance(given, bool) else given.strip().casefold() if isinstance(given, str) else None
    if word is True or word in _YES:
        return True
    if word is False or word in _NO:
        return False
    raise _bad(spec, "drafting.bad_choice", value=str(given), choices="sí, no")


def _choice(text: str, spec: FieldSpec) -> str:
    if not text:
        return ""
    for choice in spec.choices:
        if choice.casefold() == text.casefold():
            return choice
    raise _bad(spec, "drafting.bad_choice", value=text, choices=", ".join(spec.choices))


def _date(text: str, spec: FieldSpec) -> str:
    """ISO 8601 in, words out: ``5 de marzo de 2026``."""
    if not text:
        return ""
    try:
        return date_in_words(date.fromisoformat(text), "")
    except ValueError as error:
        raise _bad(spec, "drafting.bad_date", value=text) from error


def _money(text: str, spec: FieldSpec) -> str:
    """An amount in bolivianos: ``1234.50``, ``1.234,50`` or ``Bs 1.234,50`` in, ``Bs 1.234,50`` out."""
    if not text:
        return ""
    digits = re.sub(r"^Bs\.?\s*|\s+", "", text)
    if "," in digits or _THOUSANDS.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    amount = _decimal(digits)
    if amount is None or amount != round(amount, 2):
        raise _bad(spec, "drafting.bad_amount", value=text)
    return f"Bs {format_decimal(amount, '#,##0.00', locale='es_BO')}"


def _number(text: str, spec: FieldSpec) -> str:
    if text and (not text.isdecimal() or not text.isascii() or len(text) > 15):
        raise _bad(spec, "drafting.bad_amount", value=text)
    return text


def _decimal(digits: str) -> Decimal | None:
    try:
        amount = Decimal(digits)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < LARGEST else None
