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
    from pyhanko.pdf_utils.reader import HistoricalResolver

    old = HistoricalResolver(reader, revision=before - 1)
    touched = {ref for number in range(before, reader.total_revisions) for ref in _refs(reader, number)}
    roles = _roles(reader, old)
    for ref in sorted(touched, key=lambda one: one.idnum):
        if reader.xrefs.get_introducing_revision(ref) >= before:
            continue
        was, now = _get(old, ref), _get(reader, ref)
        reason = _judge(was, now, roles.get(ref.idnum, ""))
        if reason:
            yield f"{ref.idnum}: {reason}"


def _refs(reader: PdfFileReader, revision: int) -> Any:
    return reader.xrefs.explicit_refs_in_revision(revision)


def _get(handler: Any, ref: Any) -> Any:
    try:
        return handler.get_object(ref)
    except Exception:  # noqa: BLE001 - freed, or never there
        return None


def _roles(reader: PdfFileReader, old: Any) -> dict[int, str]:
    """What the objects are that have no /Type of their own to tell: the form, its list of fields, lists of annotations, the DSS."""
    roles = {reader.trailer.raw_get("/Root").idnum: "catalog"}
    catalog = old.root
    form = _note(roles, catalog, "/AcroForm", "form")
    if form is not None:
        _note(roles, form, "/Fields", "list")
    store = _note(roles, catalog, "/DSS", "store")
    for key in _STORE if store is not None else ():
        _note(roles, store, key, "list")
    _note(roles, catalog, "/Perms", "permissions")
    _note(roles, catalog, "/Extensions", "extensions")
    return roles


def _note(roles: dict[int, str], owner: Any, key: str, role: str) -> Any:
    from pyhanko.pdf_utils.generic import IndirectObject

    if key not in owner:
        return None
    raw = owner.raw_get(key)
    if isinstance(raw, IndirectObject):
        roles[raw.idnum] = role
    return owner[key]


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
