"""Values that readers draw by themselves: with which font, and by whose instructions (ISO 32000-1 §12.7.3.3).

A value without a picture is drawn by /DA with a font of /DR. Who adds that font or that /DA later decides what is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from .past import items_of, number_of, raw
from .step import Step

_FIELDS = 20_000
_FONT = re.compile(r"/([^\s/\[\]<>(){}%]+)\s+[-+.0-9]+\s+Tf")


def are_drawn_by_readers(step: Step, form: Any) -> bool:
    """Whether readers are told to draw every field anew (/NeedAppearances), in the newer revision."""
    wanted = step.new(raw(form, "/NeedAppearances"))
    return isinstance(wanted, generic.BooleanObject) and bool(wanted.value)


def wait_for_font(step: Step, form: Any, names: set[str]) -> bool:
    """Whether a value of the newer revision is drawn with one of these fonts of /DR, that were added. ``names`` with their slash."""
    return bool(names) and any(
        "/" + found in names for look in _instructions(step, form) for found in _FONT.findall(look or "")
    )


def fonts_added(step: Step, older: Any, newer: Any) -> set[str]:
    """Names of fonts that one dictionary of resources has more than the other."""
    before, after = step.old(raw(step.old(older), "/Font")), step.new(raw(step.new(newer), "/Font"))
    fonts = set(after) if isinstance(after, generic.DictionaryObject) else set()
    return {str(name) for name in fonts - (set(before) if isinstance(before, generic.DictionaryObject) else set())}


def wait_for_look(step: Step, form: Any) -> bool:
    """Whether a value is drawn by the form's own /DA, having none itself."""
    return any(look is None for look in _instructions(step, form))


def _instructions(step: Step, form: Any) -> Iterator[str | None]:
    """/DA of every field that holds a value for readers to draw, None where it has none but the form's."""
    always = are_drawn_by_readers(step, form)
    default = step.new(raw(form, "/DA"))
    pending: list[tuple[Any, Any, Any]] = [(item, None, None) for item in items_of(step.new(raw(form, "/Fields")))]
    seen: set[int] = set()
    for _ in range(_FIELDS):
        if not pending:
            return
        item, above, held = pending.pop()
        number, node = number_of(item), step.new(item)
        if number in seen or not isinstance(node, generic.DictionaryObject):
            continue
        seen |= {number} if number is not None else set()
        look, value = step.new(raw(node, "/DA")) or above, step.new(raw(node, "/V")) or held
        kids = items_of(step.new(raw(node, "/Kids")))
        pending += [(kid, look, value) for kid in kids]
        drawn = raw(step.new(raw(node, "/AP")), "/N") is not None
        if not kids and _has_text(value) and (always or not drawn):
            if look is None:
                yield None
            yield str(look or default or "")
    yield None  # too many to look through


def _has_text(value: Any) -> bool:
    """Names are of buttons and dictionaries of signatures, neither of which /DA draws."""
    if isinstance(value, generic.NameObject) or (
        isinstance(value, generic.DictionaryObject) and not isinstance(value, generic.StreamObject)
    ):
        return False
    return bool(value)
