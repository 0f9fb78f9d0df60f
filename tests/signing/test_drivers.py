"""The table of drivers, on file systems made for it."""

from __future__ import annotations

from pathlib import Path

from signing.drivers import DRIVERS, driver_of, scan_modules


def touch(root: Path, *names: str) -> list[Path]:
    made = [root / name for name in names]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return made


def test_the_order_is_remembered_then_the_table(tmp_path):
    hsm, sc, castle, own = touch(
        tmp_path,
        "usr/lib/softhsm/libsofthsm2.so",
        "usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
        "usr/lib/libcastle_v2.so.1.0.0",
        "home/own.so",
    )
    assert scan_modules(platform="linux", root=tmp_path, remembered=[own]) == (own, castle, sc, hsm)


def test_windows_and_mac_have_rows_of_their_own(tmp_path):
    dll, dylib, _ = touch(
        tmp_path, "Windows/System32/eTPKCS11.dll", "usr/local/lib/libeTPkcs11.dylib", "usr/lib/libeTPkcs11.so"
    )
    assert scan_modules(platform="win32", root=tmp_path) == (dll,)
    assert scan_modules(platform="darwin", root=tmp_path) == (dylib,)


def test_links_to_one_module_count_once(tmp_path):
    (real,) = touch(tmp_path, "usr/lib/softhsm/libsofthsm2.so")
    link = tmp_path / "usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert len(scan_modules(platform="linux", root=tmp_path)) == 1


def test_a_named_module_is_the_only_one(tmp_path):
    own, _ = touch(tmp_path, "own.so", "usr/lib/softhsm/libsofthsm2.so")
    assert scan_modules(platform="linux", root=tmp_path, explicit=[own, tmp_path / "absent.so"]) == (own,)


def test_a_remembered_module_that_went_is_forgotten(tmp_path):
    assert scan_modules(platform="linux", root=tmp_path, remembered=[tmp_path / "gone.so"]) == ()


def test_modules_are_named_by_the_table():
    assert driver_of(Path("/x/libcastle_v3.so")) == "Feitian ePass2003"
    assert driver_of(Path("/x/unknown.so")) == ""
    assert {platform for driver in DRIVERS for platform, _ in driver.patterns} == {"linux", "win32", "darwin"}
