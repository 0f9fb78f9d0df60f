"""Preservation metadata: PREMIS 3 objects with fixity, events and agents (https://www.loc.gov/standards/premis/v3/)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError

from .markup import Maker, parsed, to_bytes

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_premis = Maker(NAMESPACE)
_NAMES = {"p": NAMESPACE}
_TYPE = f"{{{XSI}}}type"


@dataclass(frozen=True, slots=True)
class PreservedFile:
    """A file of the package; ``path`` below its root, ``original`` the name it came with, ``version`` of its format where known."""

    path: str
    data: bytes
    media_type: str
    original: str = ""
    version: str = ""

    @property
    def sha512(self) -> str:
        """Hex digest."""
        return hashlib.sha512(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class PreservationEvent:
    """Something that was done. ``kind`` from the Library of Congress' event types; ``paths`` are the files it concerns."""

    kind: str
    at: datetime
    detail: str
    outcome: str
    note: str = ""
    paths: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """Who or what did it: ``kind`` is ``organization``, ``person`` or ``software``."""

    id: str
    name: str
    kind: str
    version: str = ""


def premis(
    object_id: str,
    files: Iterable[PreservedFile],
    events: Iterable[PreservationEvent],
    agents: Iterable[Agent],
) -> bytes:
    """The whole file."""
    root = _premis.root("premis", {"premis": NAMESPACE, "xsi": XSI}, version="3.0")
    listed = list(files)
    _representation(root, object_id, listed)
    for file in listed:
        _file(root, file)
    for number, event in enumerate(events, 1):
        _event(root, object_id, number, event)
    for agent in agents:
        _agent(root, agent)
    return to_bytes(root)


def continued(
    data: bytes,
    object_id: str,
    changed: Mapping[str, bytes],
    events: Iterable[PreservationEvent] = (),
    agents: Iterable[Agent] = (),
) -> bytes:
    """That file with what happened since: ``changed`` files have their new fixity and size, events are added, none is taken away.

    Raises ``archive.bad_package`` when it is no PREMIS of ours or does not name a changed file.
    """
    root = parsed(data, f"{{{NAMESPACE}}}premis")
    files = {
        value.text: element
        for element in root.iterfind("p:object", _NAMES)
        if (value := element.find("p:objectIdentifier/p:objectIdentifierValue", _NAMES)) is not None
    }
    for path, content in changed.items():
        if path not in files:
            raise OfficeError("archive.bad_package", path=path)
        _renew_fixity(files[path], content)
    first_agent = root.find("p:agent", _NAMES)
    at = len(root) if first_agent is None else root.index(first_agent)
    number = len(root.findall("p:event", _NAMES))
    by = _known_agents(root, agents)
    for event in events:
        number += 1
        _event(root, object_id, number, replace(event, agents=tuple(by.get(one, one) for one in event.agents)))
        root.insert(at, root[-1])
        at += 1
    return to_bytes(root)


def events_told(data: bytes) -> tuple[PreservationEvent, ...]:
    """The events of such a file, in order, without their agents. Raises ``archive.bad_package`` when it is no PREMIS."""
    root = parsed(data, f"{{{NAMESPACE}}}premis")
    found = []
    for event in root.iterfind("p:event", _NAMES):
        try:
            at = datetime.fromisoformat(_text(event, "eventDateTime"))
        except ValueError as error:
            raise OfficeError("archive.bad_package", path="eventDateTime") from error
        outcome = "eventOutcomeInformation/p:eventOutcome"
        note = f"{outcome}Detail/p:eventOutcomeDetailNote"
        detail = _text(event, "eventDetailInformation/p:eventDetail")
        paths = tuple(
            _text(one, "linkingObjectIdentifierValue") for one in event.iterfind("p:linkingObjectIdentifier", _NAMES)
        )
        found.append(
            PreservationEvent(
                _text(event, "eventType"), at, detail, _text(event, outcome), _text(event, note), paths=paths
            )
        )
    return tuple(found)


def _known_agents(root: etree._Element, agents: Iterable[Agent]) -> dict[str, str]:
    """Agent → the id under which it stands in the file. Another person or version than the one of that id gets an id of its own: what
    was done years later is not told of whoever took the dossier in.
    """
    there = {_text(one, "agentIdentifier/p:agentIdentifierValue"): one for one in root.iterfind("p:agent", _NAMES)}
    ids: dict[str, str] = {}
    for agent in agents:
        number, name = 1, agent.id
        while name in there and not _is_agent(there[name], agent):
            number += 1
            name = f"{agent.id}-{number}"
        if name not in there:
            _agent(root, replace(agent, id=name))
            there[name] = root[-1]
        ids[agent.id] = name
    return ids


def _is_agent(element: etree._Element, agent: Agent) -> bool:
    told = tuple(_text(element, name) for name in ("agentName", "agentType", "agentVersion"))
    return told == (agent.name, agent.kind, agent.version)


def _text(element: etree._Element, path: str) -> str:
    return element.findtext(f"p:{path}", "", namespaces=_NAMES) or ""


def _renew_fixity(element: etree._Element, content: bytes) -> None:
    for fixity in element.iterfind("p:objectCharacteristics/p:fixity", _NAMES):
        algorithm = fixity.findtext("p:messageDigestAlgorithm", namespaces=_NAMES) or ""
        digest = fixity.find("p:messageDigest", _NAMES)
        if digest is not None:
            digest.text = hashlib.new(algorithm.replace("-", "").lower(), content).hexdigest()
    size = element.find("p:objectCharacteristics/p:size", _NAMES)
    if size is not None:
        size.text = str(len(content))


def _representation(root: etree._Element, object_id: str, files: Iterable[PreservedFile]) -> None:
    element = _premis.add(root, "object", **{_TYPE: "premis:representation"})
    _identified(element, "objectIdentifier", "URI", object_id)
    relationship = _premis.add(element, "relationship")
    _premis.add(relationship, "relationshipType", "structural")
    _premis.add(relationship, "relationshipSubType", "has part")
    for file in files:
        _identified(relationship, "relatedObjectIdentifier", "local", file.path)


def _file(root: etree._Element, file: PreservedFile) -> None:
    element = _premis.add(root, "object", **{_TYPE: "premis:file"})
    _identified(element, "objectIdentifier", "local", file.path)
    traits = _premis.add(element, "objectCharacteristics")
    _premis.add(traits, "compositionLevel", "0")
    for algorithm, digest in (("SHA-512", file.sha512), ("SHA-256", hashlib.sha256(file.data).hexdigest())):
        fixity = _premis.add(traits, "fixity")
        _premis.add(fixity, "messageDigestAlgorithm", algorithm)
        _premis.add(fixity, "messageDigest", digest)
    _premis.add(traits, "size", str(len(file.data)))
    designation = _premis.add(_premis.add(traits, "format"), "formatDesignation")
    _premis.add(designation, "formatName", file.media_type)
    if file.version:
        _premis.add(designation, "formatVersion", file.version)
    if file.original:
        _premis.add(element, "originalName", file.original)


def _event(root: etree._Element, object_id: str, number: int, event: PreservationEvent) -> None:
    element = _premis.add(root, "event")
    name = f"{object_id}/{number}/{event.kind}/{event.at.isoformat()}"
    _identified(element, "eventIdentifier", "UUID", str(uuid.uuid5(uuid.NAMESPACE_URL, name)))
    _premis.add(element, "eventType", event.kind)
    _premis.add(element, "eventDateTime", event.at.isoformat(timespec="seconds"))
    _premis.add(_premis.add(element, "eventDetailInformation"), "eventDetail", event.detail)
    outcome = _premis.add(element, "eventOutcomeInformation")
    _premis.add(outcome, "eventOutcome", event.outcome)
    if event.note:
        _premis.add(_premis.add(outcome, "eventOutcomeDetail"), "eventOutcomeDetailNote", event.note)
    for agent in event.agents:
        _identified(element, "linkingAgentIdentifier", "local", agent)
    for path in event.paths or (object_id,):
        _identified(element, "linkingObjectIdentifier", "local" if event.paths else "URI", path)


def _agent(root: etree._Element, agent: Agent) -> None:
    element = _premis.add(root, "agent")
    _identified(element, "agentIdentifier", "local", agent.id)
    _premis.add(element, "agentName", agent.name)
    _premis.add(element, "agentType", agent.kind)
    if agent.version:
        _premis.add(element, "agentVersion", agent.version)


def _identified(parent: etree._Element, name: str, kind: str, value: str) -> None:
    element = _premis.add(parent, name)
    _premis.add(element, f"{name}Type", kind)
    _premis.add(element, f"{name}Value", value)
