"""Writing XML that any text of an office can go into."""

from __future__ import annotations

import re

from lxml import etree

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
