"""The law of the house that no other tool enforces (docs/contributing.md). Run by ``make lint`` as well."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import tomllib
from pathlib import Path

import pytest

from desktop.resources import find_resources
from desktop.words import LANGUAGES, load_words
from tests.house.codes import ROOT, codes, modules
from tests.house.strings import all_untranslated, untranslated

LARGEST_MODULE = 450
FORBIDDEN_NAMES = frozenset({"utils", "util", "helper", "helpers", "manager", "managers", "common", "misc"})
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9>])/(?:work|farm)/|/root/[.]|/home/[a-z]+/")
UNDONE = re.compile(
    r"pytest\.(?:skip|xfail)\(|pytest\.mark\.(?:skip|xfail)\b|#\s*(?:TODO|FIXME|XXX)\b|raise NotImplementedError"
)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True)
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# --- words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    table = load_words(find_resources() / "words", language)
    missing = [f"{code} ({use.places[0]})" for code, use in sorted(codes().items()) if code not in table]
    assert not missing, f"{len(missing)} codes without words in {language}:\n  " + "\n  ".join(missing)


def test_words_use_only_facts_that_travel_with_their_code() -> None:
    strangers = []
    for language in LANGUAGES:
        table = load_words(find_resources() / "words", language)
        for code, use in codes().items():
            if code not in table or use.open:
                continue
            row = table[code]
            names = _places(row.what + row.means + row.do) - use.facts
            strangers += [f"{language} {code}: {{{name}}} (facts: {sorted(use.facts)})" for name in names]
    assert not strangers, "\n".join(strangers)


def test_both_languages_say_the_same_codes_with_the_same_facts() -> None:
    es, en = (load_words(find_resources() / "words", language) for language in LANGUAGES)
    assert es.keys() == en.keys(), sorted(es.keys() ^ en.keys())
    different = [code for code in es if _places("".join(_parts(es[code]))) != _places("".join(_parts(en[code])))]
    assert not different


def _parts(row: object) -> tuple[str, str, str]:
    return row.what, row.means, row.do  # type: ignore[attr-defined]


# --- the window


def test_the_window_shows_nothing_that_cannot_be_translated() -> None:
    found = all_untranslated()
    assert not found, "Literals outside tr():\n  " + "\n  ".join(found)


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("self.name.setText('Guardar')", True),
        ("self.name.setText(self.tr('Guardar'))", False),
        ("self.name.setText(self.tr('Faltan {n}').format(n=1))", False),
        ("QLabel(f'Faltan {n} días')", True),
        ("self.setWindowTitle(f'Qillqa · {name}')", False),
        ("x = {'a': 'Sí'}", True),
        ("def f():\n    '''Año.'''", False),
        ("label(self.tr('Firma'), size='small')", False),
        ("self.name.setText('Sí' if ready else self.tr('No'))", True),
    ],
)
def test_the_check_of_strings_bites(source: str, *, caught: bool) -> None:
    assert bool(list(untranslated(Path("x.py"), ast.parse(source)))) is caught


# --- modules


def test_no_module_has_outgrown_its_room() -> None:
    large = [f"{path.relative_to(ROOT)}: {n}" for path, _ in modules("desktop", "signing")
             if (n := len(_text(path).splitlines())) > LARGEST_MODULE]  # fmt: skip
    assert not large, "Is there a wall missing?\n  " + "\n  ".join(large)


def test_names_say_what_a_module_is() -> None:
    assert not [path for path, _ in modules("desktop", "signing") if path.stem in FORBIDDEN_NAMES]


def test_every_module_of_the_packages_says_what_it_is_for() -> None:
    assert not [
        str(path.relative_to(ROOT)) for path, tree in modules("desktop", "signing") if not ast.get_docstring(tree)
    ]


# --- files


def test_no_path_of_one_machine() -> None:
    binary = {".png", ".otf", ".ttf", ".pdf", ".lock", ".qm"}
    found = [str(path.relative_to(ROOT)) for path in _tracked() if path.suffix not in binary
             and path != Path(__file__) and MACHINE_PATH.search(_text(path))]  # fmt: skip
    assert not found


def test_nothing_is_skipped_or_left_to_do() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked("*.py")
        if path != Path(__file__) and UNDONE.search(_text(path))
    ]
    assert not found


def test_the_top_level_is_the_customers() -> None:
    allowed = {"desktop", "signing", "docs", "resources", "installers", "tests", "pyproject.toml", "README.md", "Makefile",
               "LICENSE", "CHANGELOG.md", "uv.lock"}  # fmt: skip
    top = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    assert {name for name in top if not name.startswith(".")} <= allowed


# --- papers


def test_decision_pages_are_numbered_titled_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    numbers = [path.name[:4] for path in pages]
    assert len(set(numbers)) == len(numbers)
    index = _text(folder / "README.md")
    for path in pages:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name), path.name
        assert re.match(rf"# {path.name[:4]}[.:]? ", _text(path)), path.name
        assert f"({path.name})" in index, f"{path.name} is not in the index"


def test_links_between_papers_lead_somewhere() -> None:
    dead = []
    for path in _tracked("*.md"):
        targets = (target for target in LINK.findall(_text(path)) if not (path.parent / target).exists())
        dead += [f"{path.relative_to(ROOT)} → {target}" for target in targets]
    assert not dead, "\n".join(dead)


def test_papers_name_only_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    named = {name for path in _tracked("*.md") for name in re.findall(r"`make ([a-z-]+)`", _text(path))}
    assert named <= targets, named - targets


def test_every_room_is_in_the_paper_about_the_house() -> None:
    paper = _text(ROOT / "docs" / "architecture.md")
    rooms = [path.parent.name for path in (ROOT / "desktop").glob("*/__init__.py")]
    assert not [room for room in rooms if f"`{room}" not in paper]


def test_pins_and_package_names() -> None:
    pins = _text(ROOT / "installers" / "setup" / "uv.txt")
    assert re.match(r"uv==[0-9.]+ \\\n +--hash=sha256:", pins)
    groups = tomllib.loads(_text(ROOT / "installers" / "setup" / "packages.toml"))
    names = [
        one for part in groups.values() for group in part.values() for name in group for one in re.split("[|!]", name)
    ]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in names)
