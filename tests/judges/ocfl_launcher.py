"""Runs in ``.judges/ocfl``: judges objects or whole roots, with digests, and says so in JSON.

Traps of ocfl-py 2.1.0 that this avoids (measured): its own command exits 0 on a root with a corrupted object, and
``StorageRoot.validate()`` returns True; so a root counts as valid only when every object was found good by itself.
"""

from __future__ import annotations

import json
import logging
import sys
import types
from typing import Any


def _stand_in_for_s3fs() -> None:
    module = types.ModuleType("s3fs")
    module.S3FileSystem = type("S3FileSystem", (), {})  # type: ignore[attr-defined]
    sys.modules["s3fs"] = module


def _judge_object(path: str) -> dict[str, Any]:
    from ocfl.validator import Validator  # type: ignore[import-not-found]

    validator = Validator(check_digests=True, log_warnings=True)
    valid = validator.validate_object(path)
    return {"valid": bool(valid) and validator.log.num_errors == 0, "messages": list(validator.log.messages)}


def _judge_root(path: str) -> dict[str, Any]:
    from ocfl import StorageRoot  # type: ignore[import-not-found]

    root = StorageRoot(root=path)
    valid = root.validate(validate_objects=True, check_digests=True, log_warnings=True)
    messages = list(root.log.messages) + [text for _, text in root.errors]
    valid = bool(valid) and root.good_objects == root.num_objects and not root.errors and root.log.num_errors == 0
    return {"valid": valid, "messages": messages, "objects": root.num_objects}


def main(arguments: list[str]) -> None:
    """``object PATH...`` or ``root PATH...``."""
    _stand_in_for_s3fs()
    logging.disable(logging.CRITICAL)
    judge = {"object": _judge_object, "root": _judge_root}[arguments[0]]
    verdicts = {}
    for path in arguments[1:]:
        try:
            verdicts[path] = judge(path)
        except Exception as error:  # noqa: BLE001 - a judge that falls over has not found it valid
            verdicts[path] = {"valid": False, "messages": [repr(error)]}
    sys.stdout.write(json.dumps(verdicts))


if __name__ == "__main__":
    main(sys.argv[1:])
