"""What the added pictures do: stamps and remarks over what was signed, and form fields that show another value than they hold."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pyhanko.pdf_utils import generic

from signing.pages import Spot, covered
from signing.report import ChangeKind

from .appearance import Shown, read_appearances, squeeze
from .boxes import is_empty, is_mark, marks
from .past import items_of, number_of, raw
from .remarks import writes
from .step import FilledField, Step, Widget
from .structure import end_of

_PUSH, _PASSWORD, _COMBO, _COMB = 1 << 16, 1 << 13, 1 << 17, 1 << 24  # field flags, ISO 32000-1 tables 226, 228, 230
_LINES = 40  # straight segments of the bands of a list
_BESIDE = 0.05  # of a comb's cell
_OVER = 4.0  # points by which a marking may stand out of its rectangle
_FIELDS = 2000
_TAG = re.compile(r"<[^>]*>")


class Looks:
    """One step's pictures."""

    def __init__(self, data: bytes, step: Step, password: str) -> None:
        self._data = data
        self._step = step
        self._password = password
        self._known: dict[tuple[int, int], Shown | None] = {}

    def judge(self) -> None:
        """Note STAMP_COVERS, ANNOTATION_HIDES, and for each filled field FORM_FILLED or FORM_CHANGED."""
        self._stamps()
        self._remarks()
        self._grounds()
        fields = list(self._step.filled)
        if self._step.redrawn:
            known = {one.name for one in fields}
            fields += [one for one in self._all_fields() if one.name not in known]
        self._fields(fields)

    @cached_property
    def _before(self) -> bytes:
        return self._data[: end_of(self._data, self._step.past, self._step.before)]

    @cached_property
    def _after(self) -> bytes:
        return self._data[: end_of(self._data, self._step.past, self._step.after)]

    # --- what lies over the page ---

    def _stamps(self) -> None:
        stamps = [stamp for stamp in self._step.stamps if stamp.page]
        for stamp, hidden in zip(stamps, self._covered(stamps, own=True), strict=True):
            if hidden or self._changes_by_mouse(stamp.value):
                self._step.note(ChangeKind.STAMP_COVERS, f"Widget({stamp.name})", page=stamp.page, name=stamp.name)

    def _grounds(self) -> None:
        """Fields that lay over signed text, and hide it since they were filled."""
        widgets = [
            Widget(one.name, number, page, new, new=False)
            for one in self._step.filled
            for _, new, page, number in one.widgets
            if page
        ]
        for widget, hidden in zip(widgets, self._covered(widgets, own=True), strict=True):
            if hidden:
                self._step.note(ChangeKind.FORM_CHANGED, f"Widget({widget.name})", page=widget.page, name=widget.name)

    def _covered(self, widgets: list[Widget], *, own: bool) -> list[bool]:
        """``own``: what was there before may change its own look, and print over a line of the page; what is new may touch no ink."""
        rects = [self._rect(widget.value) for widget in widgets]
        spots = [
            Spot(widget.page, rect, strict=own and widget.new, own=own and not widget.new)
            for widget, rect in zip(widgets, rects, strict=True)
            if rect is not None
        ]
        answers = iter(covered(self._before, self._after, spots, password=self._password) if spots else ())
        return [rect is None or next(answers) for rect in rects]

    def _rect(self, annotation: Any) -> tuple[float, float, float, float] | None:
        step = self._step
        numbers = [step.new(item) for item in items_of(step.new(raw(annotation, "/Rect")))]
        if len(numbers) != 4 or not all(isinstance(one, generic.NumberObject | generic.FloatObject) for one in numbers):
            return None
        left, bottom, right, top = map(float, numbers)
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)

    def _remarks(self) -> None:
        step = self._step
        remarks = [
            one
            for one in step.remarks
            if str(raw(one.value, "/Subtype")) != "/Popup" or raw(one.value, "/AP") is not None
        ]
        pictures = self._shown([self._normal(one.value) for one in remarks])
        over = self._covered(remarks, own=False)
        for one, shown, hidden in zip(remarks, pictures, over, strict=True):
            quads = len(items_of(step.new(raw(one.value, "/QuadPoints")))) // 8
            speaks = shown is not None and writes(str(raw(one.value, "/Subtype")), shown, quads)
            if (
                hidden
                or speaks
                or self._leaves_its_rectangle(one.value)
                or self._changes_by_mouse(one.value)
                or (shown is None and raw(one.value, "/AP") is not None)
            ):
                step.note(ChangeKind.ANNOTATION_HIDES, "Annots", page=one.page)

    def _leaves_its_rectangle(self, annotation: Any) -> bool:
        """Whether a marking has quadrilaterals beside its /Rect: some readers draw there (ISO 32000-1 table 179)."""
        numbers = [self._step.new(item) for item in items_of(self._step.new(raw(annotation, "/QuadPoints")))]
        if not numbers:
            return False
        rect = self._rect(annotation)
        if rect is None or not all(isinstance(one, generic.NumberObject | generic.FloatObject) for one in numbers):
            return True
        across, up = list(map(float, numbers[::2])), list(map(float, numbers[1::2]))
        edges = (rect[0] - min(across), rect[1] - min(up), max(across) - rect[2], max(up) - rect[3])
        return max(edges) > _OVER

    def _changes_by_mouse(self, annotation: Any) -> bool:
        """Whether it looks otherwise while the mouse is over it (ISO 32000-1 table 168): that nobody sees who only looks."""
        looks = self._step.new(raw(annotation, "/AP"))
        return any(
            not self._step.same(raw(looks, "/N"), raw(looks, key))
            for key in ("/R", "/D")
            if raw(looks, key) is not None
        )

    def _normal(self, annotation: Any) -> tuple[int, int] | None:
        """Number and generation of the normal appearance, of the state that is shown where there are several."""
        step = self._step
        value = raw(step.new(raw(annotation, "/AP")), "/N")
        held = step.new(value)
        if isinstance(held, generic.DictionaryObject) and not isinstance(held, generic.StreamObject):
            value = raw(held, str(step.new(raw(annotation, "/AS")) or "/Off"))
        return _reference(value)

    def _shown(self, references: list[tuple[int, int] | None]) -> list[Shown | None]:
        wanted = sorted({one for one in references if one is not None and one not in self._known})
        if wanted:  # the file is opened once for all of them
            answers = read_appearances(self._after, wanted, password=self._password)
            self._known.update(zip(wanted, answers, strict=True))
        return [None if one is None else self._known[one] for one in references]

    # --- fields ---

    def _fields(self, fields: list[FilledField]) -> None:
        texts = [one for one in fields if one.kind in ("/Tx", "/Ch")]
        references = [self._normal(new) for one in texts for _, new, _, _ in one.widgets]
        self._shown(references + [one for field in fields if field.kind == "/Btn" for one in self._states(field)])
        pictures = iter(self._shown(references))
        shown = {id(one): [next(pictures) for _ in one.widgets] for one in texts}
        written = {id(one) for one in self._step.filled}
        for one in fields:
            agrees = self._agrees(one, shown[id(one)]) if id(one) in shown else self._button_agrees(one)
            page = next((page for _, _, page, _ in one.widgets if page), 0)
            if not agrees:
                self._step.note(ChangeKind.FORM_CHANGED, f"Root/AcroForm({one.name})/AP", page=page, name=one.name)
            elif id(one) in written:
                self._step.note(ChangeKind.FORM_FILLED, f"Root/AcroForm({one.name})", page=page, name=one.name)

    def _agrees(self, field: FilledField, shown: list[Shown | None]) -> bool:
        values = list(self._values(field))
        if field.kind == "/Ch" and not self._index_agrees(field):
            return False
        rich = self._step.new(raw(field.field, "/RV"))
        if rich is not None and squeeze(html.unescape(_TAG.sub("", _text(rich)))) not in values:
            return False
        return all(
            self._shows(field, picture, new, values)
            for picture, (_, new, _, _) in zip(shown, field.widgets, strict=True)
        )

    def _shows(self, field: FilledField, shown: Shown | None, widget: Any, values: list[str]) -> bool:
        if shown is None:
            return (
                raw(self._step.new(raw(widget, "/AP")), "/N") is None
            )  # nothing is drawn: readers draw the value itself
        if self._changes_by_mouse(widget) or shown.pictures or shown.layered or not shown.legible:
            return False
        turned = self._step.new(raw(self._step.new(raw(widget, "/MK")), "/R"))  # as when it was signed
        if shown.turn not in (0, turned or 0) or not self._is_plain(field, shown):
            return False
        if field.flags & _PASSWORD:
            return len(set(shown.text)) <= 1
        if field.kind == "/Ch" and not field.flags & _COMBO:
            listed = "".join(squeeze(text) for pair in self._options(field) for text in pair[1:])
            return shown.text in listed and all(value in shown.text for value in values)
        return shown.text in values or self._is_formatted(field, shown.text, values)

    def _is_plain(self, field: FilledField, shown: Shown) -> bool:
        """Whether nothing but a frame and a ground is drawn beside the text; and in a comb what divides it (ISO 32000-1 §12.7.4.3)."""
        others = [one for one in shown.strokes if not one.is_frame(shown.size)]
        if field.kind == "/Ch" and not field.flags & _COMBO:  # bands over what is chosen
            return not any(one.curves for one in others) and sum(one.lines for one in others) <= _LINES
        places = [one.dividers(shown.size) for one in others]
        if any(one is None for one in places):
            return False
        cells = self._step.new(raw(field.field, "/MaxLen"))
        comb = int(cells) if field.flags & _COMB and isinstance(cells, generic.NumberObject) else 0
        return all(comb and abs(at * comb - round(at * comb)) < _BESIDE for one in places for at in one or ())

    def _is_formatted(self, field: FilledField, text: str, values: list[str]) -> bool:
        """A number or date that the form's own script writes in another way (ISO 32000-1 §12.6.3, /AA /F): the digits must agree."""
        if raw(self._step.new(raw(field.field, "/AA")), "/F") is None:
            return False
        digits = re.sub(r"\D", "", text)
        return any(
            digits and digits.startswith(re.sub(r"\D", "", value).lstrip("0")) and re.search(r"\d", value)
            for value in values
        )

    def _values(self, field: FilledField) -> Iterator[str]:
        """The value as it may be shown: itself, or for a choice what the list says for it."""
        step = self._step
        value = step.new(raw(field.field, "/V"))
        chosen = (
            [_text(step.new(one)) for one in items_of(value)]
            if isinstance(value, generic.ArrayObject)
            else [_text(value)]
        )
        names = dict(self._options(field)) if field.kind == "/Ch" else {}
        if field.kind == "/Ch" and not field.flags & _COMBO:
            yield from (squeeze(names.get(one, one)) for one in chosen)
        else:
            yield squeeze("".join(names.get(one, one) for one in chosen))

    def _index_agrees(self, field: FilledField) -> bool:
        """/I, where it is, names the options that /V names (ISO 32000-1 table 231)."""
        step, options = self._step, self._options(field)
        places = [step.new(one) for one in items_of(step.new(raw(field.field, "/I")))]
        value = step.new(raw(field.field, "/V"))
        chosen = {_text(step.new(one)) for one in items_of(value)} or {_text(value)}
        if not all(isinstance(one, generic.NumberObject) and 0 <= one < len(options) for one in places):
            return False
        return not places or {options[one][0] for one in places} == chosen

    def _options(self, field: FilledField) -> list[tuple[str, str]]:
        step = self._step
        found = []
        for option in items_of(step.new(raw(field.field, "/Opt"))):
            pair = [_text(step.new(one)) for one in items_of(step.new(option))] or [_text(step.new(option))]
            found.append((pair[0], pair[-1]))
        return found

    def _button_agrees(self, field: FilledField) -> bool:
        """Check boxes and radio buttons: the state shown is the one held, and looks like it (ISO 32000-1 §12.7.4.2)."""
        step = self._step
        if field.kind != "/Btn" or field.flags & _PUSH:
            return False
        value = str(step.new(raw(field.field, "/V")) or "/Off")
        on = False
        for old, new, _, _ in field.widgets:
            if not step.same(raw(old, "/AP"), raw(new, "/AP")) and not self._is_drawn_anew(old, new):
                return False
            state = str(step.new(raw(new, "/AS")) or "/Off")
            states = step.new(raw(step.new(raw(new, "/AP")), "/N"))
            if state not in ("/Off", value) or (state != "/Off" and raw(states, state) is None):
                return False
            on = on or state == value
        return on or value == "/Off" or not field.widgets

    def _states(self, field: FilledField) -> Iterator[tuple[int, int] | None]:
        """The pictures of a box's states, where any was written."""
        step = self._step
        for old, new, _, _ in field.widgets:
            states = step.new(raw(step.new(raw(new, "/AP")), "/N"))
            plain = isinstance(states, generic.DictionaryObject) and not isinstance(states, generic.StreamObject)
            if plain and not field.flags & _PUSH and not step.same(raw(old, "/AP"), raw(new, "/AP")):
                yield from (_reference(raw(states, key)) for key in states)

    def _is_drawn_anew(self, older: Any, newer: Any) -> bool:
        """Whether a box has the states that it had, and those that look otherwise still say the same."""
        step = self._step
        old, new = step.old(raw(older, "/AP")), step.new(raw(newer, "/AP"))
        if any(raw(new, key) is not None and not step.same(raw(old, key), raw(new, key)) for key in ("/R", "/D")):
            return False
        before, after = step.old(raw(old, "/N")), step.new(raw(new, "/N"))
        if not all(isinstance(one, generic.DictionaryObject) for one in (before, after)):
            return False
        names = sorted(str(key) for key in after)
        marked = [name for name in names if name != "/Off"]
        if len(marked) != 1 or set(before) - {"/Off"} != set(marked) or "/Off" not in names:
            return False
        on, off = self._shown([_reference(raw(after, marked[0])), _reference(raw(after, "/Off"))])
        if on is None or off is None or not marks(on, off):
            return False
        drawn = {name for name in names if not step.same(raw(before, name), raw(after, name))}
        return ("/Off" not in drawn or is_empty(off)) and (marked[0] not in drawn or is_mark(on, off))

    def _all_fields(self) -> Iterator[FilledField]:
        """Every text and choice field of the newer revision, as far as it has a picture: readers are told to draw them anew."""
        step = self._step
        trailer = step.past.reader.trailer.flatten(step.after)
        form = step.new(raw(step.new(raw(trailer, "/Root")), "/AcroForm"))
        pending: list[tuple[Any, str, str, int, Any]] = [
            (item, "", "", 0, None) for item in items_of(step.new(raw(form, "/Fields")))
        ]
        seen: set[int] = set()
        for _ in range(_FIELDS):
            if not pending:
                return
            item, above, inherited, flags, holder = pending.pop()
            number = number_of(item)
            node = step.new(item)
            if number in seen or not isinstance(node, generic.DictionaryObject):
                continue
            seen |= {number} if number is not None else set()
            part = step.new(raw(node, "/T"))
            name = ".".join(text for text in (above, str(part) if part is not None else "") if text)
            kind = str(step.new(raw(node, "/FT")) or inherited)
            own = step.new(raw(node, "/Ff"))
            flags = int(own) if isinstance(own, generic.NumberObject) else flags
            holder = node if holder is None or raw(node, "/V") is not None else holder
            if kind in ("/Tx", "/Ch") and raw(node, "/AP") is not None:
                yield FilledField(name, kind, flags, holder, [(node, node, step.page_of.get(number or 0, 0), number)])
            pending += [(kid, name, kind, flags, holder) for kid in items_of(step.new(raw(node, "/Kids")))]


def _reference(value: Any) -> tuple[int, int] | None:
    return (value.idnum, value.generation) if isinstance(value, generic.IndirectObject) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, generic.StreamObject):
        return str(generic.pdf_string(value.data))
    if isinstance(value, generic.ByteStringObject):
        return value.decode("latin-1")
    return str(value)
