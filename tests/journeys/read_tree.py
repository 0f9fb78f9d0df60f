"""What a screen reader finds of the program: the tree on the accessibility bus as JSON. For the system's own python3, which has pyatspi."""

from __future__ import annotations

import json
import sys
from typing import Any

import pyatspi  # type: ignore[import-not-found]


def text_of(node: Any) -> str:
    try:
        text = node.queryText()
        return str(text.getText(0, text.characterCount))
    except (NotImplementedError, AttributeError):
        return ""


def tell(node: Any, depth: int = 0) -> dict[str, Any]:
    states = {pyatspi.stateToString(state) for state in node.getState().getStates()}
    children = [node.getChildAtIndex(i) for i in range(min(node.childCount, 200))] if depth < 40 else []
    return {
        "role": node.getRoleName(),
        "name": node.name,
        "description": node.description,
        "text": text_of(node),
        "states": sorted(states),
        "children": [tell(child, depth + 1) for child in children if child is not None],
    }


applications = [one for one in pyatspi.Registry.getDesktop(0) if one is not None and one.name == sys.argv[1]]
json.dump([tell(one) for one in applications], sys.stdout)
