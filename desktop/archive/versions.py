"""The next version of an AIP: some files replaced, and everything that names them brought up to date, so that it is an AIP again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .eark import INNER_METS, INNER_PREMIS, PREMIS, REPRESENTATION, ROOT_METS
from .mets import revised
from .premis import Agent, PreservationEvent, continued


def next_version(
    object_id: str,
    read: Callable[[str], bytes],
    changed: Mapping[str, bytes],
    events: Sequence[PreservationEvent],
    agents: Sequence[Agent],
    *,
    at: datetime,
) -> dict[str, bytes]:
    """Logical path → bytes of all that the next version replaces: ``changed`` itself, PREMIS and METS of both levels.

    ``read`` gives a file of the newest version. The paths must be there already: a version replaces, it adds no files.
    Raises ``archive.bad_package`` and what ``read`` raises.
    """
    files = dict(changed)
    inside = {path: data for path, data in changed.items() if path.startswith(REPRESENTATION)}
    described = {path: data for path, data in inside.items() if not path.startswith(f"{REPRESENTATION}metadata/")}
    files[PREMIS] = continued(read(PREMIS), object_id, described, events, agents)
    if inside:
        files[INNER_PREMIS] = continued(read(INNER_PREMIS), f"{object_id}/rep1", described)
        inside[INNER_PREMIS] = files[INNER_PREMIS]
        local = {path.removeprefix(REPRESENTATION): data for path, data in inside.items()}
        files[INNER_METS] = revised(read(INNER_METS), local, at)
    outside = {path: data for path, data in files.items() if not path.startswith(REPRESENTATION) or path == INNER_METS}
    files[ROOT_METS] = revised(read(ROOT_METS), outside, at)
    return files
