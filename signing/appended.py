"""What our own appends may contain (ISO 32000-1 §7.5.6): new objects, and a short list of changes to old ones. Everything else is a fault.

Stricter than a difference analysis, which must explain whatever other programs do, and cheap in large files: only the objects
that the new revisions name are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

# what a signature, validation data or a document timestamp may change of an object that was there before, by what the object is
_CATALOG = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Perms", "/Version"})
_FORM = frozenset(
    {"/Fields", "/SigFlags", "/NeedAppearances"}
)  # the last goes: a reader may not redraw what was signed
_FIELD = frozenset({"/V", "/AP", "/Lock", "/Type"})
_PAGE = frozenset({"/Annots", "/Tabs"})
_STORE = frozenset({"/Certs", "/OCSPs", "/CRLs", "/VRI"})
_BY_ROLE = {
    "catalog": _CATALOG,
    "form": _FORM,
    "store": _STORE,
    "permissions": frozenset({"/DocMDP"}),
    "extensions": frozenset({"/ESIC", "/ADBE", "/ISO_"}),
}
_TREE = frozenset({"/K", "/ParentTree", "/ParentTreeNextKey", "/Nums", "/Kids", "/Limits"})


def foreign_changes(reader: PdfFileReader, before: int) -> list[str]:
    """What the revisions from number ``before`` on (0 is the first) changed beyond the list: ``object number: reason``; empty when nothing.

    ``before``: how many revisions the file had. Raises what pyHanko raises on a file that cannot be read.
    """
    return list(_foreign(reader, before))


def _foreign(reader: PdfFileReader, before: int) -> Iterator[str]:
    touched = {ref for number in range(before, reader.total_revisions) for ref in _refs(reader, number)}
    old = [ref for ref in touched if reader.xrefs.get_introducing_revision(ref) < before]
    past = _Past(reader, before)
    roles = _roles(reader, past) if old else {}
    for ref in sorted(old, key=lambda one: one.idnum):
        reason = _judge(past.get(ref), _now(reader, ref), roles.get(ref.idnum, ""))
        if reason:
            yield f"{ref.idnum}: {reason}"


def _refs(reader: PdfFileReader, revision: int) -> Any:
    return reader.xrefs.explicit_refs_in_revision(revision)


class _Past:
    """Objects as they were, each read once; what they refer to is not followed into the past."""

    def __init__(self, reader: PdfFileReader, before: int) -> None:
        self._reader = reader
        self._revision = before - 1
        self._read: dict[int, Any] = {}

    def get(self, ref: Any) -> Any:
        """The object, None where there was none."""
        if ref.idnum not in self._read:
            try:
                self._read[ref.idnum] = self._reader.get_object(ref, revision=self._revision)  # type: ignore[no-untyped-call]
            except Exception:  # noqa: BLE001 - freed, or never there
                self._read[ref.idnum] = None
        return self._read[ref.idnum]


def _now(reader: PdfFileReader, ref: Any) -> Any:
    try:
        return reader.get_object(ref)  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - freed
        return None


def _roles(reader: PdfFileReader, past: _Past) -> dict[int, str]:
    """What the objects are that have no /Type of their own to tell: the form, its list of fields, lists of annotations, the DSS."""
    root = reader.trailer.raw_get("/Root")
    roles = {root.idnum: "catalog"}
    catalog = past.get(root.reference)

    def note(owner: Any, key: str, role: str) -> Any:
        from pyhanko.pdf_utils.generic import IndirectObject

        if owner is None or key not in owner:
            return None
        raw = owner.raw_get(key)
        if not isinstance(raw, IndirectObject):
            return raw
        roles[raw.idnum] = role
        return past.get(raw.reference)

    form = note(catalog, "/AcroForm", "form")
    note(form, "/Fields", "list")
    store = note(catalog, "/DSS", "store")
    for key in _STORE:
        note(store, key, "list")
    note(catalog, "/Perms", "permissions")
    note(catalog, "/Extensions", "extensions")
    return roles


def _judge(was: Any, now: Any, role: str) -> str:
    """Reason why the change of one object is none of ours; empty when it is."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, StreamObject

    if isinstance(was, ArrayObject) and isinstance(now, ArrayObject):
        return "" if _grew(was, now) else "list"
    if not isinstance(was, DictionaryObject) or not isinstance(now, DictionaryObject):
        return "replaced"
    if isinstance(was, StreamObject) or isinstance(now, StreamObject):
        return "stream"
    allowed = _allowed(was, role)
    changed = {key for key in was.keys() | now.keys() if _raw(was, key) != _raw(now, key)}
    if changed - allowed:
        return ", ".join(sorted(changed - allowed))
    shrunk = [key for key in changed if not _may_become(was, now, key)]
    return ", ".join(sorted(shrunk))


def _allowed(was: Any, role: str) -> frozenset[str]:
    kind = str(was.get("/Type", ""))
    if role in _BY_ROLE:
        return _BY_ROLE[role]
    if str(was.get("/FT", "")) == "/Sig" or str(was.get("/Subtype", "")) == "/Widget":
        return _FIELD if "/V" not in was else frozenset()
    if kind == "/Page":
        return _PAGE
    if kind in ("/StructTreeRoot", "/StructElem") or "/Nums" in was or "/Limits" in was:
        return _TREE
    return frozenset()


def _may_become(was: Any, now: Any, key: str) -> bool:
    """Lists only grow; what is a dictionary inside (the form in the catalog) keeps what it has; /NeedAppearances only goes, so that
    no reader draws anew what was signed.
    """
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject

    before, after = was.get(key), now.get(key)
    if key == "/NeedAppearances":
        return after is None
    if isinstance(before, ArrayObject):
        return isinstance(after, ArrayObject) and _grew(before, after)
    if key == "/AcroForm" and isinstance(before, DictionaryObject):
        return not _judge(before, after, "form")
    if key == "/DSS" and isinstance(before, DictionaryObject):
        return not _judge(before, after, "store")
    return True


def _grew(was: Any, now: Any) -> bool:
    size = len(was)
    return len(now) >= size and all(was.raw_get(index) == now.raw_get(index) for index in range(size))


def _raw(owner: Any, key: str) -> Any:
    return owner.raw_get(key) if key in owner else None
