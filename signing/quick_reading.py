"""Names and hexadecimal strings of a PDF read in one go where pyHanko reads byte by byte (ISO 32000-1 §7.3.4.3, §7.3.5).

Only what is plain is read here: everything else, and every fault, is left to pyHanko's own reading from the same place, so that what is
accepted and what is raised stays pyHanko's. A signature's /Contents is tens of kilobytes of hexadecimal; a file of three pages has
hundreds of names (docs/decisions/0020).
"""

from __future__ import annotations

import binascii
import re
from typing import IO, Any

# regular characters but for the escape #, up to a delimiter or white space that is in sight
_NAME = re.compile(rb"/[!\"$&'*-.0-;=?-Z\\^-z|~]*(?=[\x00\t\n\x0c\r ()<>\[\]{}/%])")
_PLAIN = re.compile(r"/[!\"$&'*-.0-;=?-Z\\^-z|~]*")
_NAME_BYTES = 64  # a longer one is left to pyHanko
_BLOCK = 4096
_LONGEST = 1 << 25  # bytes of hexadecimal; a longer one is left to pyHanko
_before: dict[str, Any] = {}  # pyHanko's own functions, once they were replaced


def read_quickly() -> None:
    """Have pyHanko read and write plain names, and read plain hexadecimal strings, by this module, in all of this process."""
    if _before:
        return
    from pyhanko.pdf_utils import generic

    _before["read_name"] = generic.NameObject.read_from_stream
    _before["write_name"] = generic.NameObject.write_to_stream
    _before["read_hex"] = generic.read_hex_string_from_stream
    _before["name"], _before["string"] = generic.NameObject, generic.pdf_string
    generic.NameObject.read_from_stream = staticmethod(_read_name)  # type: ignore[method-assign]
    generic.NameObject.write_to_stream = _write_name  # type: ignore[method-assign,assignment]
    generic.read_hex_string_from_stream = _read_hex


def _read_name(stream: IO[bytes]) -> Any:
    ahead = stream.read(_NAME_BYTES)
    found = _NAME.match(ahead)
    if found is None:
        stream.seek(-len(ahead), 1)
        return _before["read_name"](stream)
    stream.seek(found.end() - len(ahead), 1)
    return _before["name"](found.group().decode("ascii"))


def _write_name(name: Any, stream: IO[bytes], handler: Any = None, container_ref: Any = None) -> None:
    if _PLAIN.fullmatch(name):
        stream.write(name.encode("ascii"))
    else:
        _before["write_name"](name, stream, handler, container_ref)


def _read_hex(stream: IO[bytes]) -> Any:
    start = stream.tell()
    body = _until_end(stream)
    try:
        value = binascii.unhexlify(body[1:-1] + b"0" * (len(body) % 2))
    except ValueError:  # white space, a comment, or a fault
        stream.seek(start)
        return _before["read_hex"](stream)
    stream.seek(start + len(body))
    return _before["string"](value)


def _until_end(stream: IO[bytes]) -> bytes:
    """From ``<`` to ``>``; what cannot be hexadecimal where there is no end near."""
    found = bytearray()
    while block := stream.read(_BLOCK if found else 80):
        end = block.find(b">")
        if end >= 0:
            return bytes(found + block[: end + 1])
        found += block
        if len(found) > _LONGEST:
            break
    return b"<?>"
