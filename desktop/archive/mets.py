"""METS of an E-ARK package: the root's and its one representation's (E-ARK CSIP 2.1; rule numbers in brackets).

Traps of the validator that this obeys (research/archive-engine.md 5): CSIP63 accepts only OTHER content information types, on every
group; the Representations division wants an fptr, and a division with an mptr per representation.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from desktop.records.errors import OfficeError

from .markup import Maker, parsed, to_bytes

if TYPE_CHECKING:
    from lxml import etree

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
XLINK = "http://www.w3.org/1999/xlink"
PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
CONTENT = "Expediente de documentos firmados (Qillqa)"

_mets = Maker(METS)
_OTHER = {f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "OTHER", f"{{{CSIP}}}OTHERCONTENTINFORMATIONTYPE": CONTENT}


@dataclass(frozen=True, slots=True)
class Part:
    """A file that METS points to, relative to where that METS lies."""

    path: str
    data: bytes
    media_type: str
    created: datetime
    kind: str = ""  # of metadata: DC, EAD, PREMIS, or OTHER with its name after a colon


@dataclass(frozen=True, slots=True)
class Header:
    """What both METS files say of the package."""

    object_id: str
    label: str
    created: datetime
    software: str
    version: str
    custodian: str


def root_mets(
    header: Header,
    *,
    descriptive: Sequence[Part],
    administrative: Sequence[Part],
    documentation: Sequence[Part],
    schemas: Sequence[Part],
    representations: Sequence[Part],
) -> bytes:
    """``representations`` are the METS files of the representations (``representations/rep1/METS.xml``)."""
    root = _begin(header, header.object_id)
    described = [_metadata(root, "dmdSec", part) for part in descriptive]
    administered = _administrative(root, administrative)
    section = _mets.add(root, "fileSec", ID=_id("fileSec", header.object_id))
    groups = {
        "Documentation": _group(section, "Documentation", documentation),
        "Schemas": _group(section, "Schemas", schemas),
    }
    names = {part.path: f"Representations/{part.path.split('/')[1]}" for part in representations}
    for part in representations:
        groups[names[part.path]] = _group(section, names[part.path], [part])
    top = _structure(root, header.object_id)
    _mets.add(
        top, "div", ID=_id("div", "Metadata"), LABEL="Metadata", ADMID=" ".join(administered), DMDID=" ".join(described)
    )
    for label in ("Documentation", "Schemas"):
        _mets.add(_division(top, label), "fptr", FILEID=groups[label])
    whole = _division(top, "Representations")
    for part in representations:
        _mets.add(whole, "fptr", FILEID=groups[names[part.path]])
    for part in representations:
        pointer = _link(part.path) | {"LOCTYPE": "URL", f"{{{XLINK}}}title": groups[names[part.path]]}
        _mets.add(_division(whole, names[part.path]), "mptr", **pointer)
    return to_bytes(root)


def representation_mets(header: Header, name: str, *, administrative: Sequence[Part], data: Sequence[Part]) -> bytes:
    """The METS inside one representation; paths are relative to the representation's folder."""
    root = _begin(header, name)
    administered = _administrative(root, administrative)
    section = _mets.add(root, "fileSec", ID=_id("fileSec", name))
    group = _group(section, "Data", data)
    top = _structure(root, name)
    _mets.add(top, "div", ID=_id("div", "Metadata"), LABEL="Metadata", ADMID=" ".join(administered))
    _mets.add(_division(top, "Data"), "fptr", FILEID=group)
    return to_bytes(root)


def revised(data: bytes, changed: Mapping[str, bytes], at: datetime) -> bytes:
    """That METS with the new digests, sizes and times of ``changed`` files, by their path as it names them.

    Raises ``archive.bad_package`` when it is no METS of ours or does not name one of them.
    """
    root = parsed(data, f"{{{METS}}}mets")
    named: dict[str, etree._Element] = {}
    for element in root.iter(f"{{{METS}}}mdRef", f"{{{METS}}}FLocat"):
        holder = element if element.tag.endswith("mdRef") else element.getparent()
        if holder is not None:
            named[unquote(element.get(f"{{{XLINK}}}href", ""))] = holder
    for path, content in changed.items():
        if path not in named:
            raise OfficeError("archive.bad_package", path=path)
        for name, value in _changing(content, at).items():
            named[path].set(name, value)
    head = root.find(f"{{{METS}}}metsHdr")
    if head is not None:
        head.set("LASTMODDATE", _time(at))
    return to_bytes(root)


def _begin(header: Header, object_id: str) -> etree._Element:
    root = _mets.root(
        "mets",
        {"mets": METS, "csip": CSIP, "xlink": XLINK},
        OBJID=object_id,  # [CSIP1]
        LABEL=header.label,
        TYPE="Textual works – Digital",  # [CSIP2]
        PROFILE=PROFILE,  # [CSIP6]
        **_OTHER,  # [CSIP4, CSIP5]
    )
    time = _time(header.created)
    package = {f"{{{CSIP}}}OAISPACKAGETYPE": "AIP"}  # [CSIP9]
    head = _mets.add(root, "metsHdr", CREATEDATE=time, LASTMODDATE=time, RECORDSTATUS="CURRENT", **package)
    agent = _mets.add(head, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")  # [CSIP10–CSIP16]
    _mets.add(agent, "name", header.software)
    _mets.add(agent, "note", header.version, **{f"{{{CSIP}}}NOTETYPE": "SOFTWARE VERSION"})
    keeper = _mets.add(head, "agent", ROLE="ARCHIVIST", TYPE="ORGANIZATION")
    _mets.add(keeper, "name", header.custodian)
    return root


def _metadata(parent: etree._Element, tag: str, part: Part) -> str:
    """A dmdSec or digiprovMD with its reference [CSIP18–CSIP44]."""
    identifier = _id(tag, part.path)
    section = _mets.add(parent, tag, ID=identifier, CREATED=_time(part.created), STATUS="CURRENT")
    kind, _, other = part.kind.partition(":")
    named = {"OTHERMDTYPE": other} if kind == "OTHER" else {}
    _mets.add(section, "mdRef", LOCTYPE="URL", MDTYPE=kind, **named, **_link(part.path), **_facts(part))
    return identifier


def _administrative(root: etree._Element, parts: Sequence[Part]) -> list[str]:
    section = _mets.add(root, "amdSec", ID=_id("amdSec", "all"))
    return [_metadata(section, "digiprovMD", part) for part in parts]


def _group(section: etree._Element, use: str, parts: Sequence[Part]) -> str:
    """A fileGrp with its files [CSIP60–CSIP79]."""
    identifier = _id("fileGrp", use)
    group = _mets.add(section, "fileGrp", ID=identifier, USE=use, **_OTHER)
    for part in parts:
        file = _mets.add(group, "file", ID=_id("file", part.path), **_facts(part))
        _mets.add(file, "FLocat", LOCTYPE="URL", **_link(part.path))
    return identifier


def _structure(root: etree._Element, label: str) -> etree._Element:
    """The structMap [CSIP80–CSIP85]."""
    struct = _mets.add(root, "structMap", ID=_id("structMap", label), TYPE="PHYSICAL", LABEL="CSIP")
    return _mets.add(struct, "div", ID=_id("div", label), LABEL=label)


def _division(parent: etree._Element, label: str) -> etree._Element:
    return _mets.add(parent, "div", ID=_id("div", label), LABEL=label)


def _facts(part: Part) -> dict[str, str]:
    return {
        "MIMETYPE": part.media_type,
        **_changing(part.data, part.created),
        "CHECKSUMTYPE": "SHA-512",
    }


def _changing(data: bytes, created: datetime) -> dict[str, str]:
    return {"SIZE": str(len(data)), "CREATED": _time(created), "CHECKSUM": hashlib.sha512(data).hexdigest()}


def _link(path: str) -> dict[str, str]:
    return {f"{{{XLINK}}}type": "simple", f"{{{XLINK}}}href": quote(path)}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _id(kind: str, of: str) -> str:
    """An xml:id that stays the same for the same thing."""
    return f"uuid-{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind}/{of}')}"
