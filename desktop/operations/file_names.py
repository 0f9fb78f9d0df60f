"""Names that strangers gave to their files, as every system, the archive and the last page can bear them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from desktop.drafting.glyphs import missing_characters, tidy
from desktop.storage.protocol import key_problem

_LONGEST = 120  # bytes of UTF-8: a content path of the archive has 150 characters in all
_ODD = re.compile(r'[<>:"/\\|?*]+')


def safe_name(given: str, fonts: Path, taken: Collection[str] = ()) -> str:
    """That name without what a system, the archive or the shipped ``fonts`` cannot hold; unlike those ``taken``, in any case."""
    plain = tidy(given.encode("utf-8", "replace").decode("utf-8")).replace("\n", " ")
    for sign in missing_characters(plain, fonts):
        plain = plain.replace(sign, "_")
    plain = _ODD.sub("_", plain).strip(" .") or "archivo"
    if key_problem(plain) == "reserved":
        plain = f"_{plain}"
    used = {unicodedata.normalize("NFC", one).casefold() for one in taken}
    name, number = _shortened(plain, ""), 1
    while name.casefold() in used:
        number += 1
        name = _shortened(plain, f" ({number})")
    return name


def _shortened(name: str, mark: str) -> str:
    ending = PurePosixPath(name).suffix
    if len(ending.encode("utf-8")) > 12:
        ending = ""
    stem = name.removesuffix(ending)
    room = _LONGEST - len((mark + ending).encode("utf-8"))
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip(" .") + mark + ending
