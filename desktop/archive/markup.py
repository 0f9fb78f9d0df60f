"""Writing XML that any text of an office can go into."""

from __future__ import annotations

import re

from lxml import etree

from desktop.records.errors import OfficeError

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2, Char


def clean(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


class Maker:
    """Elements of one namespace."""

    def __init__(self, namespace: str) -> None:
        self._start = f"{{{namespace}}}"

    def root(self, name: str, namespaces: dict[str, str], **attributes: str) -> etree._Element:
        """The element that everything else goes into."""
        element = etree.Element(self._start + name, nsmap=namespaces)
        return _set(element, attributes)

    def add(self, parent: etree._Element, name: str, text: str = "", /, **attributes: str) -> etree._Element:
        """A child. Attribute names may be in Clark notation."""
        element = etree.SubElement(parent, self._start + name)
        if text:
            element.text = clean(text)
        return _set(element, attributes)


def _set(element: etree._Element, attributes: dict[str, str]) -> etree._Element:
    for name, value in attributes.items():
        element.set(name, clean(value))
    return element


def to_bytes(root: etree._Element) -> bytes:
    """UTF-8, indented, with its declaration."""
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def parsed(data: bytes, name: str) -> etree._Element:
    """The root element of XML that we wrote ourselves; ``name`` is its tag in Clark notation.

    Whitespace between elements is dropped, so that what is added is indented alike. Nothing outside the bytes is ever read.
    Raises ``archive.bad_package``.
    """
    reader = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        root = etree.fromstring(data, reader)
    except etree.XMLSyntaxError as error:
        raise OfficeError("archive.bad_package", path=name.rpartition("}")[2]) from error
    if root.tag != name:
        raise OfficeError("archive.bad_package", path=name.rpartition("}")[2])
    return root
