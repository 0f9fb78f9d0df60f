"""Runs in ``.judges/eark``: judges packages without a network and says so in JSON.

eark-validator 1.1.3 fetches four vocabularies when it is imported, although it carries them, and exits 0 on invalid packages.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

_SAID_TO_EVERY_FOLDER = "CSIPSTR3"  # "MAY be contained in an archive/compressed form"
_VOCABULARIES = "https://earkcsip.dilcis.eu/schema/"


def _stay_offline() -> None:
    spec = importlib.util.find_spec("eark_validator")
    assert spec is not None
    assert spec.origin is not None
    vocabularies = Path(spec.origin).parent / "ipxml" / "resources" / "vocabs"

    def bundled(url: Any, *_: Any, **__: Any) -> Any:
        address = url if isinstance(url, str) else url.full_url
        if not address.startswith(_VOCABULARIES):
            raise OSError(f"offline: {address}")
        return (vocabularies / address.rsplit("/", 1)[1]).open("rb")

    urllib.request.urlopen = bundled


def _judge(path: str) -> dict[str, Any]:
    from eark_validator.packages import PackageValidator  # type: ignore[import-not-found]
    from eark_validator.specifications.specification import SpecificationVersion  # type: ignore[import-not-found]

    validator = PackageValidator(Path(path), SpecificationVersion.V2_1_0)
    report = json.loads(validator.validation_report.model_dump_json())
    messages = [item for item in report["structure"]["messages"] or [] if item["rule_id"] != _SAID_TO_EVERY_FOLDER]
    parts = [report["structure"]["status"] == "WellFormed"]
    metadata = report["metadata"] or {}
    for name in ("schema_results", "schematron_results"):
        part = metadata.get(name) or {}
        parts.append(part.get("status") == "VALID")
        messages += part.get("messages") or []
    return {"valid": all(parts), "messages": messages}


def main(paths: list[str]) -> None:
    """The package folders to judge."""
    _stay_offline()
    verdicts = {}
    for path in paths:
        try:
            verdicts[path] = _judge(path)
        except Exception as error:  # noqa: BLE001 - a judge that falls over has not found it valid
            verdicts[path] = {"valid": False, "messages": [repr(error)]}
    sys.stdout.write(json.dumps(verdicts))


if __name__ == "__main__":
    main(sys.argv[1:])
