"""The window. The only room that imports PySide6."""

from __future__ import annotations

import ctypes
import sys


def _keep_singletons() -> None:
    """Before Python 3.12, give None and its kin a count of references that is never used up.

    PySide6 6.12 is built for an interpreter in which they are immortal (PEP 683): each of its methods without a result returns
    None without taking a reference. On 3.11 (Debian 12) that ends in "deallocating None" after some ten thousand calls.
    Measured and told in docs/decisions/0011-window.md; harmless where PySide6 counts rightly.
    """
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return
    plenty = sys.maxsize >> 22
    for single in (None, True, False, NotImplemented, Ellipsis):
        count = ctypes.c_ssize_t.from_address(id(single))  # ob_refcnt stands first in an object of a release build
        if count.value < plenty:
            count.value += plenty


_keep_singletons()
