"""The table of drivers, on file systems made for it."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

import pytest

from signing.drivers import PKCS12_SUFFIXES, driver_by_atr, driver_of, drivers, find_modules, rank_of, scan_modules
from signing.worker_child import SOFT_SUFFIXES
from tests.fixtures.headers import elf, mach, pe

SYSTEMS = {"linux": elf(62), "win32": pe(0x8664), "darwin": mach(0x0100000C)}
MACHINES = {"linux": "x86_64", "win32": "x86_64", "darwin": "arm64"}


def touch(root: Path, *names: str, content: bytes = SYSTEMS["linux"]) -> list[Path]:
    made = [root / name for name in names]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


def found(root: Path, system: str = "linux", **options: object) -> list[Path]:
    return [item.path for item in find_modules(platform=system, machine=MACHINES[system], root=root, **options)]


def test_the_order_is_remembered_then_the_table(tmp_path):
    hsm, sc, castle, own = touch(
        tmp_path,
        "usr/lib/softhsm/libsofthsm2.so",
        "usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
        "usr/lib/libcastle_v2.so.1.0.0",
        "home/own.so",
    )
    assert found(tmp_path, remembered=[own]) == [own, castle, sc, hsm]
    ranks = {
        item.path: item.rank
        for item in find_modules(platform="linux", machine="x86_64", root=tmp_path, remembered=[own])
    }
    assert (ranks[own], ranks[castle], ranks[sc], ranks[hsm]) == (0, 0, 1, 2)


@pytest.mark.parametrize(
    ("system", "name", "driver"),
    [
        ("linux", "usr/lib/libcastle.so.1.0.0", "Feitian ePass2003"),
        ("linux", "usr/lib/x86_64-linux-gnu/libcastle.so.1.0.0", "Feitian ePass2003"),
        ("linux", "opt/ePass2003_SecurityData_20151225/redist/x64/SecurityDataCsp11_2003auto.so", "Feitian ePass2003"),
        ("linux", "opt/ADSIB/lib/libcastle_bo.so", "Feitian ePass2003"),
        ("linux", "usr/lib/libshuttle_p11v220.so.1.0.0", "Feitian ePass3003"),
        ("linux", "usr/lib64/libeTPkcs11.so", "SafeNet eToken"),
        ("linux", "usr/local/SafeNet/lib/libsfntpkcs11.so", "SafeNet eToken"),
        ("linux", "usr/lib/libIDPrimePKCS11.so", "SafeNet IDPrime"),
        ("linux", "usr/lib/x64-athena/libASEP11.so", "Athena IDProtect"),
        ("linux", "usr/lib/bit4id/libbit4opki.so", "Bit4id"),
        ("linux", "usr/lib/libbit4xpki.so", "Bit4id"),
        ("linux", "usr/lib/libaetpkss.so.3", "AET SafeSign"),
        ("linux", "usr/lib/WatchData/ProxKey/lib/libwdpkcs_SignatureP11.so", "WatchData ProxKey"),
        ("linux", "opt/CryptoIDE/lib/libcryptoide_pkcs11.so", "Longmai mToken CryptoID"),
        ("linux", "usr/lib/x86_64-linux-gnu/libykcs11.so.2", "YubiKey"),
        ("win32", "Windows/System32/eps2003csp1164.dll", "Feitian ePass2003"),
        ("win32", "Windows/System32/EPS2003CSP11V2.DLL", "Feitian ePass2003"),
        ("win32", "Windows/SysWOW64/aetpkss1.dll", "AET SafeSign"),
        ("win32", "Windows/System32/eTPKCS11.dll", "SafeNet eToken"),
        ("win32", "Program Files/SafeNet/Authentication/SAC/x64/IDPrimePKCS1164.dll", "SafeNet IDPrime"),
        ("win32", "Program Files (x86)/Gemalto/IDGo 800 PKCS#11/IDPrimePKCS11.dll", "SafeNet IDPrime"),
        ("win32", "Program Files/OpenSC Project/OpenSC/pkcs11/opensc-pkcs11.dll", "OpenSC"),
        ("win32", "Windows/System32/asepkcs.dll", "Athena IDProtect"),
        ("win32", "Windows/System32/bit4xpki.dll", "Bit4id"),
        ("win32", "Windows/System32/SignatureP11.dll", "WatchData ProxKey"),
        ("win32", "Windows/System32/CryptoIDA_pkcs11.dll", "Longmai mToken CryptoID"),
        ("win32", "SoftHSM2/lib/softhsm2-x64.dll", "SoftHSM"),
        ("darwin", "usr/local/lib/libcastle.1.0.0.dylib", "Feitian ePass2003"),
        ("darwin", "usr/local/lib/libeTPkcs11.dylib", "SafeNet eToken"),
        ("darwin", "usr/local/lib/libidprimepkcs11.0.dylib", "SafeNet IDPrime"),
        ("darwin", "Library/OpenSC/lib/pkcs11/opensc-pkcs11.so", "OpenSC"),
        ("darwin", "Library/Application Support/Athena/libASEP11.dylib", "Athena IDProtect"),
        ("darwin", "System/Library/bit4id/libbit4xpki.dylib", "Bit4id"),
        ("darwin", "usr/local/lib/libaetpkss.dylib", "AET SafeSign"),
    ],
)
def test_every_row_of_the_research_is_found(tmp_path, system, name, driver):
    (path,) = touch(tmp_path, name, content=SYSTEMS[system])
    (module,) = find_modules(platform=system, machine=MACHINES[system], root=tmp_path)
    assert (module.path, module.driver, module.fault) == (path, driver, None)
    for other in SYSTEMS.keys() - {system}:
        assert found(tmp_path, other) == []


def test_program_folders_are_those_that_windows_names(tmp_path):
    (dll,) = touch(tmp_path, "Programas/Yubico/Yubico PIV Tool/bin/libykcs11.dll", content=SYSTEMS["win32"])
    environment = {"PROGRAMFILES": str(tmp_path / "Programas")}
    modules = find_modules(platform="win32", machine="x86_64", environment=environment)
    assert [item.path for item in modules] == [dll]


def test_links_to_one_module_count_once(tmp_path):
    (real,) = touch(tmp_path, "usr/lib/softhsm/libsofthsm2.so")
    soft, hard = (tmp_path / f"usr/lib/{folder}/softhsm/libsofthsm2.so" for folder in ("x86_64-linux-gnu", "other"))
    for link in (soft, hard):
        link.parent.mkdir(parents=True)
    soft.symlink_to(real)
    os.link(real, hard)
    assert len(found(tmp_path)) == 1


def test_a_named_module_is_the_only_one_and_its_absence_is_told(tmp_path):
    own, _ = touch(tmp_path, "own.so", "usr/lib/softhsm/libsofthsm2.so")
    chosen = [own, tmp_path / "absent.so"]
    assert scan_modules(platform="linux", root=tmp_path, explicit=chosen) == (own,)
    modules = find_modules(platform="linux", machine="x86_64", root=tmp_path, explicit=chosen)
    assert [item.fault and item.fault.code for item in modules] == [None, "driver.not_found"]


def test_a_remembered_module_that_went_is_forgotten(tmp_path):
    assert scan_modules(platform="linux", root=tmp_path, remembered=[tmp_path / "gone.so"]) == ()


def test_a_module_of_the_other_bitness_is_told_and_never_asked(tmp_path):
    (narrow,) = touch(tmp_path, "Windows/SysWOW64/eps2003csp11.dll", content=pe(0x14C))
    (wide,) = touch(tmp_path, "Windows/System32/eps2003csp1164.dll", content=pe(0x8664))
    modules = {item.path: item.fault for item in find_modules(platform="win32", machine="x86_64", root=tmp_path)}
    assert modules[wide] is None
    assert (modules[narrow].code, modules[narrow].facts["bits"], modules[narrow].facts["wanted"]) == (
        "driver.wrong_bits",
        32,
        64,
    )
    assert scan_modules(platform="win32", root=tmp_path) == (wide,)


def test_modules_are_named_by_the_table():
    assert driver_of(Path("/x/libcastle_v3.so")) == "Feitian ePass2003"
    assert driver_of(Path("/x/EPS2003CSP11.DLL")) == "Feitian ePass2003"
    assert driver_of(Path("/x/unknown.so")) == ""


def test_the_table_is_whole():
    for driver in drivers():
        assert driver.kind in ("vendor", "generic", "soft")
        assert re.search(r"A10|A9", driver.source), driver.name
        assert {system for system, _, _ in driver.places} <= {"linux", "win32", "darwin"}
        assert driver.files("linux"), driver.name
        assert driver.files("win32"), driver.name
    assert {system for driver in drivers() for system, _, _ in driver.places} == {"linux", "win32", "darwin"}


def test_cards_are_known_by_their_answer_to_reset():
    answers = {
        "3b9f958131fe9f006646530501001171df0000036a82f8": "Feitian ePass2003",
        "3b9f958131fe9f006646530523002571df00000000000001": "Feitian ePass2003",
        "3bdc18ff8191fe1fc38073c8211366010b0352000538": "Athena IDProtect",
        "3bd518008131fe7d8073c82110f4": "SafeNet eToken",
    }
    assert {text: driver_by_atr(bytes.fromhex(text)).name for text in answers} == answers
    assert driver_by_atr(bytes.fromhex("3b00")) is None
    assert driver_by_atr(b"") is None


def test_a_scan_reads_each_folder_once(tmp_path, monkeypatch):
    touch(tmp_path, *(f"usr/lib/x86_64-linux-gnu/libother{n}.so" for n in range(50)))
    listed: list[Path] = []
    real = Path.iterdir

    def iterdir(self: Path) -> object:
        listed.append(self)
        return real(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert found(tmp_path) == []
    assert listed.count(tmp_path / "usr/lib/x86_64-linux-gnu") <= 3


def test_the_size_of_a_header_does_not_matter(tmp_path):
    touch(tmp_path, "usr/lib/libcastle.so", content=b"\x7fELF")
    touch(tmp_path, "usr/lib/libcastle2.so", content=struct.pack("<2s", b"MZ"))
    faults = {item.fault.code for item in find_modules(platform="linux", machine="x86_64", root=tmp_path) if item.fault}
    assert faults == {"driver.not_a_library"}


def test_a_pkcs12_file_is_asked_without_a_driver(tmp_path):
    (file,) = touch(tmp_path, "Juana.P12", content=b"whatever")
    (module,) = find_modules(explicit=[file, tmp_path / "absent.p12"])[:1]
    assert (module.driver, module.kind, module.fault) == ("PKCS#12", "soft", None)
    assert driver_of(file) == "PKCS#12"
    assert find_modules(explicit=[tmp_path / "absent.p12"])[0].fault.code == "driver.not_found"
    assert PKCS12_SUFFIXES == SOFT_SUFFIXES  # what the worker's child takes for such a file


def test_ranks_are_known_by_name():
    ranks = {
        "/x/libcastle.so.1": 0,
        "/x/own.so": 0,
        "/x/opensc-pkcs11.so": 1,
        "/x/libsofthsm2.so": 2,
        "/x/juana.pfx": 2,
    }
    assert {path: rank_of(path) for path in ranks} == ranks
