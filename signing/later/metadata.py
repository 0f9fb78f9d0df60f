"""Metadata of the document: a packet of plain XML, or it is none (ISO 32000-1 §14.3.2; XMP is ISO 16684-1)."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pyhanko.pdf_utils import generic

_LONGEST = 4 << 20  # bytes


def is_metadata(value: Any) -> bool:
    """Whether a stream holds well-formed XML without a document type, which could name entities or other files."""
    if not isinstance(value, generic.StreamObject):
        return False
    try:
        packet = bytes(value.data).strip(b"\x00\t\n\r ")
        if len(packet) > _LONGEST:
            return False
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        read: Any = etree.fromstring(packet, parser).getroottree().docinfo
        return not read.doctype
    except Exception:  # noqa: BLE001 - filters and XML that cannot be read raise many types
        return False
