"""A visible signature field in a file that has none: made in the same revision as the signature, tagged where that spoils nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from .permissions import DocumentRules
    from .placement import Placed


def add_visible_field(
    writer: IncrementalPdfFileWriter, name: str, placed: Placed, *, label: str, tag: bool, lock: Any = None
) -> None:
    """Make field ``name`` on its page. ``label``: what a screen reader says (/TU). ``tag``: put it into the structure tree as well.

    ``lock``: pyHanko's FieldMDPSpec or None. The widget is printed (/F 4, locked like those made at freeze: 132).
    """
    from pyhanko.pdf_utils.generic import NumberObject, pdf_name
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields

    spec = SigFieldSpec(
        name,
        on_page=placed.page,
        box=placed.rect,  # type: ignore[arg-type]  # whole points are no demand of the format
        readable_field_name=label,
        field_mdp_spec=lock,
    )
    append_signature_field(writer, spec)
    reference = next(found for full, _, found in enumerate_sig_fields(writer) if full == name)
    widget = reference.get_object()
    widget[pdf_name("/F")] = NumberObject(132)  # type: ignore[no-untyped-call]
    if tag:
        _tag(writer, reference, widget, placed.page)


def can_be_tagged(rules: DocumentRules) -> bool:
    """A tag is new structure: after somebody signed it would make his signature suspicious (measured, research signing-stack)."""
    return rules.tagged and not rules.filled


def _tag(writer: IncrementalPdfFileWriter, reference: Any, widget: Any, page_number: int) -> None:
    """A Form element with the widget as its one object (ISO 32000-1 §14.7.4.3), at the end of the document, and the way back to it."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name

    root = writer.root["/StructTreeRoot"]
    key = int(root.get("/ParentTreeNextKey", _next_key(root)))
    page = writer.find_page_for_modification(page_number)[0]  # type: ignore[no-untyped-call]
    top = _top(root)
    element = writer.add_object(
        DictionaryObject(  # type: ignore[no-untyped-call]
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): top,
                pdf_name("/Pg"): page,
                pdf_name("/K"): DictionaryObject(  # type: ignore[no-untyped-call]
                    {pdf_name("/Type"): pdf_name("/OBJR"), pdf_name("/Obj"): reference, pdf_name("/Pg"): page}
                ),
            }
        )
    )
    owner = top.get_object()
    kids = owner["/K"] if "/K" in owner else ArrayObject()
    kept = (
        [kids.raw_get(index) for index in range(len(kids))] if isinstance(kids, ArrayObject) else [owner.raw_get("/K")]
    )
    owner[pdf_name("/K")] = ArrayObject([*kept, element])
    writer.update_container(owner)
    _lead_back(writer, root, key, element)
    root[pdf_name("/ParentTreeNextKey")] = NumberObject(key + 1)  # type: ignore[no-untyped-call]
    writer.update_container(root)
    widget[pdf_name("/StructParent")] = NumberObject(key)  # type: ignore[no-untyped-call]
    found = page.get_object()
    if "/Tabs" not in found:
        found[pdf_name("/Tabs")] = pdf_name("/S")
        writer.update_container(found)


def _top(root: Any) -> Any:
    """The document's own element: what the tree's root holds first."""
    from pyhanko.pdf_utils.generic import ArrayObject

    kids = root["/K"]
    return kids.raw_get(0) if isinstance(kids, ArrayObject) else root.raw_get("/K")


def _numbers(tree: Any) -> Any:
    """The leaf of a number tree that holds its last numbers (ISO 32000-1 §7.9.7)."""
    while "/Kids" in tree:
        tree = tree["/Kids"][len(tree["/Kids"]) - 1]
    return tree


def _next_key(root: Any) -> int:
    numbers = _numbers(root["/ParentTree"]).get("/Nums", ()) if "/ParentTree" in root else ()
    return max((int(numbers[index]) for index in range(0, len(numbers), 2)), default=-1) + 1


def _lead_back(writer: IncrementalPdfFileWriter, root: Any, key: int, element: Any) -> None:
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name

    if "/ParentTree" not in root:
        root[pdf_name("/ParentTree")] = writer.add_object(DictionaryObject({pdf_name("/Nums"): ArrayObject()}))  # type: ignore[no-untyped-call]
    leaf = _numbers(root["/ParentTree"])
    kept = leaf["/Nums"]
    numbers = [kept.raw_get(index) for index in range(len(kept))]
    leaf[pdf_name("/Nums")] = ArrayObject([*numbers, NumberObject(key), element])  # type: ignore[no-untyped-call]
    if "/Limits" in leaf:
        leaf[pdf_name("/Limits")] = ArrayObject([leaf["/Limits"].raw_get(0), NumberObject(key)])  # type: ignore[no-untyped-call]
    writer.update_container(leaf)
