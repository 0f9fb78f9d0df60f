"""The interactive form: fields that were filled, signed, added, removed or changed (ISO 32000-1 §12.7)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pyhanko.pdf_utils import generic

from signing.report import ChangeKind

from .past import items_of, number_of, raw, without
from .step import FilledField, Step, Widget
from .waiting import are_drawn_by_readers, fonts_added, wait_for_font, wait_for_look

_DEPTH = 32
_FORM = "Root/AcroForm"
_VALUE = frozenset({"/V", "/RV", "/I", "/TI"})
_PICTURE = frozenset({"/AP", "/AS", "/M"})
_BORDER = frozenset({"/BS", "/Border"})
_DRESS = _BORDER | {"/DA"}
_TAGGED = frozenset({"/StructParent", "/P"})  # may be added to what has none, as may /Type /Annot
_SIGNED = frozenset(
    {
        "/V",
        "/AP",
        "/AS",
        "/MK",
        "/M",
        "/Lock",
        "/SV",
        "/DA",
        "/NM",
        "/BS",
        "/Border",
        "/TU",
        "/Contents",
        "/Subtype",
        "/H",
    }
)
_LOCKED, _READ_ONLY, _PRINT = 128 | 512, 64, 4  # annotation flags, ISO 32000-1 table 165
_FIELD_READ_ONLY = 1  # ISO 32000-1 table 221


@dataclass(frozen=True, slots=True)
class Place:
    """What a field inherits from above: full name, type, flags; whether it was signed before and is now."""

    path: str
    name: str = ""
    kind: str = ""
    flags: int = 0
    was_signed: bool = False
    now_signed: bool = False
    depth: int = 0
    owner: Any = None  # the dictionary that holds /V
    value_changed: bool = False


def judge_form(step: Step, older: Any, newer: Any) -> None:
    """Everything below /AcroForm, and the widgets of the pages that were looked at before."""
    values = step.pair(older, newer)
    form = _Form(step)
    if values is not None and values != (None, None):
        form.judge(*values)
    for number, page in step.pairs.items():  # widgets that no field of the form names
        reference = generic.IndirectObject(number, 0, step.past.reader)  # type: ignore[no-untyped-call]
        if not step.same(reference, reference):
            step.note(ChangeKind.FORM_CHANGED, f"Widget {number}", page=page)
    form.judge_orphans()
    for page in (*step.new_widgets.values(), *step.removed_widgets.values()):
        step.note(ChangeKind.FORM_CHANGED, "Annots", page=page)


@dataclass(slots=True)
class _Form:
    step: Step
    seen: set[int] = field(default_factory=set)
    by_readers: bool = False  # all fields are

    def judge(self, old: Any, new: Any) -> None:
        step = self.step
        if not isinstance(new, generic.DictionaryObject):
            step.note(ChangeKind.FORM_CHANGED, _FORM)
            return
        old = old if isinstance(old, generic.DictionaryObject) else generic.DictionaryObject()  # type: ignore[no-untyped-call]
        self.by_readers = are_drawn_by_readers(step, new)
        self._fields(raw(old, "/Fields"), raw(new, "/Fields"), Place(_FORM + "/Fields"))
        for key in step.changed(without(old, "/Fields"), without(new, "/Fields")):
            if _waits(step, new, key, raw(old, key)):
                step.note(ChangeKind.FORM_CHANGED, _FORM + key)
            else:
                self._entry(key, raw(old, key), raw(new, key))

    def judge_orphans(self) -> None:
        """New widgets on pages that no list of fields names: a signature's all the same (poppler forgets the list), or none's."""
        for number in list(self.step.new_widgets):
            widget = self.step.past.read(number, self.step.after)
            if str(raw(widget, "/FT")) == "/Sig" and raw(widget, "/Parent") is None and self._is_new(number):
                name = _name(self.step.new, widget, "")
                self._new_signature(widget, Place(f"Annots({name})", name, "/Sig"), number)

    def _entry(self, key: str, old: Any, new: Any) -> None:
        step, place = self.step, _FORM + key
        if key == "/NeedAppearances":
            wanted = step.new(new)
            step.redrawn = isinstance(wanted, generic.BooleanObject) and bool(wanted.value)
            step.note(ChangeKind.BOOKKEEPING, place)
        elif key == "/SigFlags":
            before, after = _number(step.old(old)), _number(step.new(new))
            step.note(ChangeKind.BOOKKEEPING if before & ~after == 0 else ChangeKind.FORM_CHANGED, place)
        elif (key in ("/DA", "/Q") and old is None) or (key == "/DR" and self._resources_grew(old, new)):
            step.note(ChangeKind.BOOKKEEPING, place)
        else:
            step.note(ChangeKind.BEHAVIOUR if key == "/CO" else ChangeKind.FORM_CHANGED, place)

    def _resources_grew(self, older: Any, newer: Any) -> bool:
        """Whether every resource that the form had is still the same."""
        step = self.step
        values = step.pair(older, newer)
        old, new = (step.old(older), step.new(newer)) if values is None else values
        if not isinstance(new, generic.DictionaryObject):
            return False
        for key in old or ():
            one, other = step.old(raw(old, key)), step.new(raw(new, key))
            if isinstance(one, generic.DictionaryObject) and isinstance(other, generic.DictionaryObject):
                step.pair(raw(old, key), raw(new, key))
                if not all(step.same(raw(one, name), raw(other, name)) for name in one):
                    return False
            elif not step.same(raw(old, key), raw(new, key)):
                return False
        return True

    def _fields(self, older: Any, newer: Any, place: Place) -> None:
        """A list of fields or kids: none of the old is missing; what is new is judged by itself."""
        step = self.step
        values = step.pair(older, newer)
        if values is None:
            old_items = items_of(step.old(older))
            new_items = items_of(step.new(newer))
        else:
            old_items, new_items = map(items_of, values)
            if not all(one is None or isinstance(one, generic.ArrayObject) for one in values):
                step.note(ChangeKind.FORM_CHANGED, place.path, name=place.name)
        left: dict[int | None, list[Any]] = {}
        for item in new_items:
            left.setdefault(number_of(item), []).append(item)
        for item in old_items:
            number = number_of(item)
            twins = left.get(number, [])
            if twins:
                self._field(item, twins.pop(0), place)
            elif step.old(item) is not None:
                self._removed(item, place)
        for item in [one for rest in left.values() for one in rest]:
            self._added(item, place)

    def _removed(self, item: Any, place: Place) -> None:
        value = self.step.old(item)
        name = _name(self.step.old, value, place.name)
        kind = (
            ChangeKind.SIGNATURE_CHANGED
            if raw(value, "/V") is not None and _is_signature(value, place)
            else ChangeKind.FORM_CHANGED
        )
        self.step.removed_widgets.pop(number_of(item) or 0, None)
        self.step.note(kind, place.path, name=name)

    def _field(self, older: Any, newer: Any, place: Place) -> None:
        step = self.step
        number = number_of(newer)
        if number is not None and number not in step.live and not place.value_changed:
            return
        if number is not None:
            if number in self.seen or place.depth > _DEPTH:
                return
            self.seen.add(number)
            step.pairs.pop(number, None)
        step.pair(older, newer)
        old, new = step.old(older), step.new(newer)
        if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
            if not step.same(older, newer):
                step.note(ChangeKind.FORM_CHANGED, place.path, name=place.name)
            return
        here = self._here(old, new, place)
        changed = step.changed(without(old, "/Kids"), without(new, "/Kids"))
        if (raw(old, "/Kids") is None) is not (raw(new, "/Kids") is None):
            step.note(ChangeKind.FORM_CHANGED, here.path + "/Kids", name=here.name)
        if here.kind == "/Sig":
            self._signature(old, new, here, changed, number)
        else:
            here = self._filled(old, new, here, changed, number)
        self._fields(
            raw(old, "/Kids"), raw(new, "/Kids"), replace(here, path=here.path + "/Kids", depth=here.depth + 1)
        )

    def _here(self, old: Any, new: Any, place: Place) -> Place:
        step = self.step
        name = _name(step.old, old, place.name)
        kind = str(step.old(raw(old, "/FT")) or place.kind)
        path = f"{place.path}({name})" if name != place.name else place.path
        flags = raw(new, "/Ff")
        was = place.was_signed or (kind == "/Sig" and step.old(raw(old, "/V")) is not None)
        now = place.now_signed or (kind == "/Sig" and step.new(raw(new, "/V")) is not None)
        return replace(
            place, path=path, name=name, kind=kind, was_signed=was, now_signed=now,
            flags=place.flags if flags is None else _number(step.new(flags)),
        )  # fmt: skip

    # --- signatures ---

    def _signature(self, old: Any, new: Any, here: Place, changed: list[str], number: int | None) -> None:
        step = self.step
        page = step.page_of.get(number or 0, 0)
        rest = [key for key in changed if not _is_added_tag(old, new, key)]
        if "/F" in rest and _only_locks(step.old(raw(old, "/F")), step.new(raw(new, "/F"))):
            rest.remove("/F")
        if "/Ff" in rest and _gains(step.old(raw(old, "/Ff")), step.new(raw(new, "/Ff")), _FIELD_READ_ONLY):
            rest.remove("/Ff")
        for key in ("/A", "/AA"):
            if key in rest:
                rest.remove(key)
                step.note(ChangeKind.BEHAVIOUR, here.path + key, page=page, name=here.name)
        if here.was_signed:
            for key in rest:
                step.note(ChangeKind.SIGNATURE_CHANGED, here.path + key, page=page, name=here.name)
            return
        if here.now_signed:
            if "/V" in changed:
                self._note_signed(new, here, page, new_field=False, visible=page > 0 and _has_area(step, new))
            if "/AP" in rest:
                step.stamps.append(Widget(here.name, number, page, new, new=False))
            rest = [
                key
                for key in rest
                if key not in _SIGNED or (key in ("/Lock", "/SV") and raw(old, key) is not None and key == "/SV")
            ]
        for key in rest:
            step.note(ChangeKind.FORM_CHANGED, here.path + key, page=page, name=here.name)
        if changed and not rest and not here.now_signed:
            step.note(ChangeKind.BOOKKEEPING, here.path, page=page)

    def _note_signed(self, field_now: Any, here: Place, page: int, *, new_field: bool, visible: bool) -> None:
        step = self.step
        step.pair(None, raw(field_now, "/V"))
        value = step.new(raw(field_now, "/V"))
        number = number_of(raw(field_now, "/V"))
        if number is None or number in step.signed or not self._is_new(number):  # a signature is made for one field
            step.note(ChangeKind.SIGNATURE_CHANGED, here.path + "/V", page=page, name=here.name)
            return
        step.signed.add(number)
        kind = ChangeKind.TIMESTAMP if _is_timestamp(value) else ChangeKind.SIGNATURE
        step.note(kind, here.path, page=page, name=here.name, new_field=new_field, visible=visible)

    def _added(self, item: Any, place: Place) -> None:
        """A new field with the widgets below it: only a signature's may come later."""
        step = self.step
        number = number_of(item)
        values = step.pair(None, item)
        new = None if values is None else values[1]
        if not isinstance(new, generic.DictionaryObject) or place.depth > _DEPTH or number in self.seen:
            step.note(ChangeKind.FORM_CHANGED, place.path, name=place.name)
            return
        if number is not None:
            self.seen.add(number)
        name = _name(step.new, new, place.name)
        here = replace(
            place,
            name=name,
            kind=str(step.new(raw(new, "/FT")) or place.kind),
            path=f"{place.path}({name})",
            depth=place.depth + 1,
        )
        page = step.new_widgets.get(number or 0, step.page_of.get(number or 0, 0))
        if number is not None and not self._is_new(number):
            step.note(ChangeKind.FORM_CHANGED, here.path, page=page, name=name)
            return
        if here.kind != "/Sig" or (place.kind == "/Sig" and "/T" not in new):
            step.note(ChangeKind.FORM_CHANGED, here.path, page=page, name=name)
            return
        self._new_signature(new, here, number)

    def _is_new(self, number: int) -> bool:
        return self.step.past.read(number, self.step.before) is None

    def _new_signature(self, new: Any, here: Place, number: int | None) -> None:
        step = self.step
        page = 0
        widgets = [(number, new)] + [(number_of(kid), step.new(kid)) for kid in items_of(step.new(raw(new, "/Kids")))]
        for one, widget in widgets:
            if one is not None:
                step.visited.add(one)
                self.seen.add(one)
                on = step.new_widgets.pop(one, 0)
                page = page or on
                if on and _has_area(step, widget):
                    step.stamps.append(Widget(here.name, one, on, widget, new=True))
            if raw(widget, "/A") is not None or raw(widget, "/AA") is not None:
                step.note(ChangeKind.BEHAVIOUR, here.path, page=page, name=here.name)
        visible = any(stamp.name == here.name for stamp in step.stamps)
        if step.new(raw(new, "/V")) is not None:
            self._note_signed(new, here, page, new_field=True, visible=visible)
        else:
            step.note(ChangeKind.SIGNATURE_FIELD, here.path, page=page, name=here.name, new_field=True, visible=visible)

    # --- other fields ---

    def _filled(self, old: Any, new: Any, here: Place, changed: list[str], number: int | None) -> Place:
        step = self.step
        page = step.page_of.get(number or 0, 0)
        rest = {key for key in changed if not _is_added_tag(old, new, key)}
        if "/F" in rest and _only_locks(step.old(raw(old, "/F")), step.new(raw(new, "/F"))):
            rest.remove("/F")
        if "/Ff" in rest and _gains(step.old(raw(old, "/Ff")), step.new(raw(new, "/Ff")), _FIELD_READ_ONLY):
            rest.remove("/Ff")
        if rest & _VALUE and here.kind in ("/Tx", "/Ch"):
            shown = not self.by_readers and raw(step.new(raw(new, "/AP")), "/N") is not None
            rest -= _DRESS if shown else _BORDER  # another font or size for what is written: its picture is compared
        for key in sorted(rest - _VALUE - _PICTURE):
            kind = ChangeKind.BEHAVIOUR if key in ("/A", "/AA") else ChangeKind.FORM_CHANGED
            step.note(kind, here.path + key, page=page, name=here.name)
        if raw(new, "/V") is not None or raw(old, "/V") is not None or here.owner is None:
            here = replace(here, owner=new)
        changed_value = here.value_changed or bool(rest & _VALUE)
        if changed_value or rest & _PICTURE:
            self._collect(old, new, here, number, page)
        elif changed and not rest:
            step.note(ChangeKind.BOOKKEEPING, here.path, page=page)
        return replace(here, value_changed=changed_value)

    def _collect(self, old: Any, new: Any, here: Place, number: int | None, page: int) -> None:
        step = self.step
        found = next((one for one in step.filled if one.name == here.name), None)
        if found is None:
            found = FilledField(here.name, here.kind, here.flags, here.owner, [])
            step.filled.append(found)
        if "/Rect" in new:
            found.widgets.append((old, new, page, number))


def _waits(step: Step, form: Any, key: str, older: Any) -> bool:
    """Whether a value that readers draw gets its font or its look by that entry of the form."""
    if key == "/DA":
        return wait_for_look(step, form)
    return key == "/DR" and wait_for_font(step, form, fonts_added(step, older, raw(form, key)))


def _is_added_tag(old: Any, new: Any, key: str) -> bool:
    return raw(old, key) is None and (key in _TAGGED or (key == "/Type" and str(raw(new, key)) == "/Annot"))


def _name(resolve: Any, node: Any, above: str) -> str:
    part = resolve(raw(node, "/T"))
    return ".".join(text for text in (above, str(part) if part is not None else "") if text)


def _number(value: Any) -> int:
    return int(value) if isinstance(value, generic.NumberObject) else 0


def _is_signature(value: Any, place: Place) -> bool:
    return str(raw(value, "/FT") or place.kind) == "/Sig"


def _is_timestamp(value: Any) -> bool:
    return str(raw(value, "/Type")) == "/DocTimeStamp" or str(raw(value, "/SubFilter")) == "/ETSI.RFC3161"


def _gains(old: Any, new: Any, flags: int) -> bool:
    before, after = _number(old), _number(new)
    return before | flags == after | flags and before & ~after == 0


def _only_locks(old: Any, new: Any) -> bool:
    """Flags of a widget that a signer may set: locked, read only, printed (ISO 32000-1 §12.5.3)."""
    return _gains(old, new, _LOCKED | _READ_ONLY | _PRINT)


def _has_area(step: Step, widget: Any) -> bool:
    """Whether a widget takes any room on its page."""
    box = [step.new(item) for item in items_of(step.new(raw(widget, "/Rect")))]
    numbers = [float(item) for item in box if isinstance(item, generic.NumberObject | generic.FloatObject)]
    return len(numbers) == 4 and numbers[0] != numbers[2] and numbers[1] != numbers[3]
