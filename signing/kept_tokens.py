"""Timestamps that were kept by themselves, judged again: for evidence that lies beside what it covers."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from .errors import SigningError
from .tsa_check import Judge
from .tsa_fault import Fault

if TYPE_CHECKING:
    from .trust import TrustStore


def check_kept_token(token: bytes, digest: bytes, algorithm: str, trust: TrustStore) -> tuple[datetime, datetime]:
    """Its time, and the last moment at which every certificate below the anchor is valid (both aware).

    ``token``: DER of an RFC 3161 token over ``digest`` by ``algorithm`` (§2.4.2); its chain is judged at its own time. Not from inside
    a running event loop. Raises SigningError ``tsa.bad_answer``, ``tsa.untrusted``.
    """
    try:
        return asyncio.run(Judge(trust).kept(token, digest, algorithm))
    except Fault as error:
        raise SigningError(error.code, url="", reason=error.reason) from error
