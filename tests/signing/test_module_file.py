"""Headers of libraries: what can be loaded here, and why not, before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import TokenError
from signing.module_file import LibraryKind, own_machine, read_kind, require_module
from tests.fixtures.headers import elf, mach, pe


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (elf(62), LibraryKind("elf", ("x86_64",))),
        (elf(3, wide=False), LibraryKind("elf", ("x86",))),
        (elf(183), LibraryKind("elf", ("arm64",))),
        (elf(21, order=">"), LibraryKind("elf", ("elf21-64",))),
        (elf(62, kind=2), None),
        (pe(0x8664), LibraryKind("pe", ("x86_64",))),
        (pe(0x14C, offset=9000), LibraryKind("pe", ("x86",))),
        (pe(0x8664, library=False), None),
        (mach(0x01000007), LibraryKind("mach", ("x86_64",))),
        (mach(0x01000007, 0x0100000C), LibraryKind("mach", ("x86_64", "arm64"))),
        (mach(0x0100000C, kind=2), None),
        (b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(60), None),  # a Java class
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_headers_say_what_a_file_is(tmp_path, content, kind):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert read_kind(path) == kind


@pytest.mark.parametrize(
    ("content", "system", "machine", "code"),
    [
        (elf(62), "linux", "x86_64", ""),
        (elf(3, wide=False), "linux", "x86_64", "driver.wrong_bits"),
        (elf(62), "linux", "x86", "driver.wrong_bits"),
        (elf(183), "linux", "x86_64", "driver.wrong_machine"),
        (pe(0x14C), "win32", "x86_64", "driver.wrong_bits"),
        (pe(0x8664), "win32", "x86", "driver.wrong_bits"),
        (mach(0x01000007, 0x0100000C), "darwin", "arm64", ""),
        (mach(0x01000007), "darwin", "arm64", "driver.wrong_machine"),
        (pe(0x8664), "linux", "x86_64", "driver.not_a_library"),
        (elf(62), "win32", "x86_64", "driver.not_a_library"),
        (b"#!/bin/sh\n", "linux", "x86_64", "driver.not_a_library"),
        (elf(183), "linux", "", ""),  # a machine that is not known is left to the loader
    ],
)
def test_what_cannot_be_loaded_is_refused_with_its_reason(tmp_path, content, system, machine, code):
    path = tmp_path / "module"
    path.write_bytes(content)
    if not code:
        require_module(path, system=system, machine=machine)
        return
    with pytest.raises(TokenError) as caught:
        require_module(path, system=system, machine=machine)
    assert caught.value.code == code
    assert caught.value.facts["module"] == str(path)


def test_what_is_not_there_is_said_to_be_so(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(TokenError) as caught:
            require_module(path)
        assert caught.value.code == "driver.not_found"


def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path, monkeypatch):
    path = tmp_path / "module.so"
    path.write_bytes(elf(62))

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TokenError) as caught:
        require_module(path)
    assert caught.value.code == "driver.unreadable"


def test_softhsm_of_this_system_fits_this_process(lab):
    require_module(lab.tokens.module)
    assert own_machine() in read_kind(lab.tokens.module).machines


@given(st.sampled_from([b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b""]), st.binary(max_size=200))
def test_no_file_whatever_breaks_the_reader(tmp_path_factory, start, rest):
    path = tmp_path_factory.mktemp("head") / "file"
    path.write_bytes(start + rest)
    assert read_kind(path) is None or read_kind(path).machines
