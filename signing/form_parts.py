"""A drawn page taken apart once, so that it can be put into many files cheaply: objects as bytes with places for their numbers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

_TURNED = {0: b"", 90: b" /Matrix [0 1 -1 0 0 0]", 180: b" /Matrix [-1 0 0 -1 0 0]", 270: b" /Matrix [0 -1 1 0 0 0]"}
Chunk = bytes | int
"""Bytes as they are written, or the index of an object whose number comes here."""


@dataclass(frozen=True, slots=True)
class FormParts:
    """A page as a form XObject (ISO 32000-1 §8.10): its size in points, its content, its resources and the objects that these need."""

    width: float
    height: float
    content: bytes
    resources: tuple[Chunk, ...]
    objects: tuple[tuple[Chunk, ...], ...]

    def put(self, writer: BasePdfFileWriter, extra: bytes = b"", rotation: int = 0) -> Any:
        """Write the form into ``writer``, with ``extra`` operators behind its content; a reference, for a widget's /AP /N.

        ``rotation``: of the page in degrees, so that it stands upright for the reader (ISO 32000-1 §12.5.5: /Matrix).
        """
        import zlib

        numbers = [writer.allocate_placeholder() for _ in self.objects]
        for number, chunks in zip(numbers, self.objects, strict=True):
            writer.add_object(_raw(_fill(chunks, numbers)), idnum=number.idnum)
        content = zlib.compress(self.content + (b"\n" + extra if extra else b""))
        box = b"[0 0 %.4f %.4f]" % (self.width, self.height)
        head = b"<< /Type /XObject /Subtype /Form /FormType 1 /BBox " + box + _TURNED[rotation]
        head += b" /Filter /FlateDecode /Length %d /Resources " % len(content)
        body = head + _fill(self.resources, numbers) + b" >>\nstream\n" + content + b"\nendstream"
        return writer.add_object(_raw(body))


def parts_of(pdf: bytes) -> FormParts:
    """The first page of ``pdf``."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        box = [float(number) for number in page.MediaBox]
        taken = _Taken()
        page.contents_coalesce()
        content = page.Contents.read_bytes()
        resources = tuple(taken.write(page.Resources, follow=False))
        objects = taken.finish()
        return FormParts(box[2] - box[0], box[3] - box[1], content, resources, objects)


class _Taken:
    """Objects met on the way, each written once."""

    def __init__(self) -> None:
        self._index: dict[tuple[int, int], int] = {}
        self._found: list[pikepdf.Object] = []

    def finish(self) -> tuple[tuple[Chunk, ...], ...]:
        """Write everything that was met, and what that meets."""
        written: list[tuple[Chunk, ...]] = []
        while len(written) < len(self._found):
            written.append(tuple(self.write(self._found[len(written)], follow=False)))
        return tuple(written)

    def write(self, value: Any, *, follow: bool = True) -> list[Chunk]:
        """``value`` as chunks; ``follow``: as a reference where it is an object of its own."""
        import pikepdf

        if follow and isinstance(value, pikepdf.Object) and value.is_indirect:
            return [self._reference(value), b" 0 R"]
        if isinstance(value, pikepdf.Stream):
            raw = value.read_raw_bytes()
            entries = {key: item for key, item in value.items() if key != "/Length"}
            return [*self._dictionary(entries, b" /Length %d" % len(raw)), b"\nstream\n", raw, b"\nendstream"]
        if isinstance(value, pikepdf.Dictionary):
            return self._dictionary(dict(value.items()), b"")
        if isinstance(value, pikepdf.Array):
            items = [chunk for item in value for chunk in (*self.write(item), b" ")]
            return [b"[", *items, b"]"]
        return [
            value.unparse() if isinstance(value, pikepdf.Object) else pikepdf.Array([value]).unparse()[1:-1].strip()
        ]

    def _dictionary(self, entries: dict[str, Any], more: bytes) -> list[Chunk]:
        chunks: list[Chunk] = [b"<<"]
        for key, item in entries.items():
            chunks += [b" ", _name(key), b" ", *self.write(item)]
        return [*chunks, more, b" >>"]

    def _reference(self, value: pikepdf.Object) -> int:
        if value.objgen not in self._index:
            self._index[value.objgen] = len(self._found)
            self._found.append(value)
        return self._index[value.objgen]


def _name(key: str) -> bytes:
    import pikepdf

    return pikepdf.Name(key).unparse()


def _fill(chunks: tuple[Chunk, ...], numbers: list[Any]) -> bytes:
    return b"".join(b"%d" % numbers[chunk].idnum if isinstance(chunk, int) else chunk for chunk in chunks)


def _raw(data: bytes) -> Any:
    """An object that is written as it is."""
    from pyhanko.pdf_utils.generic import PdfObject

    class Raw(PdfObject):
        def write_to_stream(self, stream: Any, handler: Any = None, container_ref: Any = None) -> None:  # noqa: ARG002 - pyHanko's
            stream.write(data)

    return Raw()
