"""The invitation that an admin hands to a new desk: where the exchange is and which key to believe. Holds no secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from desktop.records.errors import OfficeError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Invitation:
    """``admin_key``: raw Ed25519 public key, base64url. It must come by a way that nobody can alter: by hand, not by the exchange."""

    entity: str
    name: str
    exchange: str
    admin_key: str
    least_directory: int = 1

    def to_text(self) -> str:
        """The file's content: indented JSON, UTF-8."""
        return json.dumps({"qillqa_invitation": FORMAT, **asdict(self)}, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Invitation:
        """Raises ``invitation.newer`` and ``invitation.damaged``."""
        try:
            kept = json.loads(text)
            version = kept.pop("qillqa_invitation")
            if isinstance(version, int) and version > FORMAT:
                raise OfficeError("invitation.newer", version=version)
            found = cls(**kept)
            texts = (found.entity, found.name, found.exchange, found.admin_key)
            if not all(isinstance(item, str) and item for item in texts) or not isinstance(found.least_directory, int):
                raise ValueError("field")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OfficeError("invitation.damaged", reason=type(error).__name__) from error
        return found
