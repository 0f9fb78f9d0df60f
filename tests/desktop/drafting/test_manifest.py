"""Manifests of format 2: what they may say, and the line of what they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.drafting.letterhead import Letterhead, load_letterhead
from desktop.drafting.manifest import read_manifest
from desktop.drafting.sheets import Sheet
from desktop.drafting.templates import AttachmentRules, Manner, OutlinePart, Template
from desktop.records.errors import OfficeError
from tests.desktop.drafting.test_setting import png

GOOD = """\
format = 2
id = "acta"
name = "Acta"
title = "ACTA"
code = "A"
subject = "asunto"
sheet = "oficio"
number_label = "N.º"
roles = ["Entregué"]
signed = true
outline = ["Uno", { heading = "Dos", text = "Que, …", level = 2 }]

[parts]
box = true

[[field]]
name = "asunto"
label = "ASUNTO"
place = "head"

[[field]]
name = "clase"
label = "Clase"
kind = "choice"
choices = ["Una", "Otra"]
default = "Una"

[[field]]
name = "filas"
label = "Filas"
kind = "rows"
columns = ["a", "b"]

[[variant]]
id = "acta_larga"
name = "Acta larga"
omit = ["filas"]
require = ["clase"]
defaults = { clase = "Otra" }
parts = { box = false, rows = 3 }
"""


def refusal(source: str) -> OfficeError:
    with pytest.raises(OfficeError) as caught:
        read_manifest(source)
    return caught.value


def test_what_a_manifest_says() -> None:
    manifest = read_manifest(GOOD)
    made = manifest.template
    assert (made.id, made.family, made.sheet, made.number_label, made.roles) == (
        "acta", "acta", Sheet.OFICIO, "N.º", ("Entregué",),
    )  # fmt: skip
    assert made.outline == (OutlinePart("Uno"), OutlinePart("Dos", "Que, …", 2))
    assert made.parts == {"box": True}
    ((variant, sample),) = manifest.variants
    assert (variant.id, variant.family, variant.title, variant.code, sample) == ("acta_larga", "acta", "ACTA", "A", "")
    assert variant.outline == made.outline
    assert variant.parts == {"box": False, "rows": 3}
    assert [spec.name for spec in variant.fields] == ["asunto", "clase"]
    assert (variant.spec("clase").required, variant.spec("clase").default) == (True, "Otra")
    assert (made.spec("clase").required, made.spec("clase").default) == (False, "Una")


@pytest.mark.parametrize(
    ("old", "new", "code", "key", "line"),
    [
        ('sheet = "oficio"', 'sheet = "a3"', "bad_value", "sheet", 7),
        ("signed = true", 'signed = "sí"', "bad_value", "signed", 10),
        ("signed = true", "firmado = true", "unknown_key", "firmado", 10),
        ('roles = ["Entregué"]', "roles = 1", "bad_value", "roles", 9),
        ("level = 2", "level = 4", "bad_value", "outline", 11),
        ("text = ", "texto = ", "bad_value", "outline", 11),
        ("box = true", "box = [1]", "bad_value", "parts.box", 14),
        ('place = "head"', 'place = "arriba"', "bad_value", "field[0].place", 19),
        ('place = "head"', 'lugar = "head"', "unknown_key", "field[0].lugar", 19),
        ('label = "ASUNTO"\n', "", "missing_key", "field[0].label", 16),
        ('choices = ["Una", "Otra"]\n', "", "missing_key", "field[1].choices", 21),
        ('default = "Una"', 'default = "Ninguna"', "bad_value", "field[1].default", 26),
        ('columns = ["a", "b"]', "columns = []", "bad_value", "field[2].columns", 32),
        ('kind = "rows"', 'kind = "line"', "bad_value", "field[2].columns", 32),
        ('name = "filas"', 'name = "clase"', "bad_value", "field[2].name", 29),
        ('id = "acta_larga"', 'id = "acta"', "bad_value", "variant[0].id", 35),
        ('name = "Acta larga"\n', "", "missing_key", "variant[0].name", 34),
        ('omit = ["filas"]', 'omit = ["nada"]', "bad_value", "variant[0].omit", 37),
        ('omit = ["filas"]', 'omit = ["asunto"]', "bad_value", "variant[0].omit", 37),
        ('require = ["clase"]', "requires = []", "unknown_key", "variant[0].requires", 38),
        ('{ clase = "Otra" }', '{ clase = "Nada" }', "bad_value", "variant[0].defaults.clase", 39),
        ('{ clase = "Otra" }', '{ otra = "x" }', "bad_value", "variant[0].defaults", 39),
        ("format = 2", "format = true", "bad_value", "format", 1),
        ("format = 2", "format = 3", "newer", "format", 1),
    ],
)
def test_what_a_manifest_may_not_say(old: str, new: str, code: str, key: str, line: int) -> None:
    assert GOOD.count(old) >= 1
    error = refusal(GOOD.replace(old, new, 1))
    assert (error.code, error.facts.get("key"), error.facts["line"]) == (f"template.{code}", key, line)


def test_format_1_overlooks_what_it_does_not_know() -> None:
    old = 'format = 1\nid = "x"\nname = "X"\ntitle = "X"\ncode = "X"\nsello = 1\n[[field]]\nname = "referencia"\nlabel = "R"\nsello = 2\n'
    assert read_manifest(old).template.id == "x"


@pytest.mark.parametrize("ident", ["acta_entrega", "hoja_de_ruta", "informe", "decreto_departamental"])
def test_each_field_of_the_shipped_types_is_explained_or_plain(templates: dict[str, Template], ident: str) -> None:
    for spec in templates[ident].fields:
        assert spec.help or spec.kind in {"line", "lines", "people"}, spec.name


def test_a_letterhead(tmp_path: Path) -> None:
    assert load_letterhead(tmp_path / "nada") == Letterhead()
    file = tmp_path / "letterhead.toml"
    file.write_text('arms = "escudo.png"\nalt = "Escudo"\nlines = ["Plaza"]\n', "utf-8")
    (tmp_path / "escudo.png").write_bytes(png())
    assert load_letterhead(tmp_path) == Letterhead(png(), "image/png", "Escudo", ("Plaza",))
    file.write_text('lines = ["Plaza"]\n', "utf-8")
    assert load_letterhead(tmp_path) == Letterhead(lines=("Plaza",))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('arms = "escudo.png"\n', "template.missing_key", 0),
        ('alt = "E"\narms = "../escudo.png"\n', "template.bad_value", 2),
        ('alt = "E"\narms = "escudo.svg"\n', "template.bad_value", 2),
        ('alt = "E"\narms = "otro.png"\n', "template.missing_file", 0),
        ('alt = "E"\narms = "malo.png"\n', "template.bad_arms", 0),
        ('lineas = ["x"]\n', "template.unknown_key", 1),
        ("alt = \n", "template.bad_toml", 1),
    ],
)
def test_a_broken_letterhead(tmp_path: Path, text: str, code: str, line: int) -> None:
    (tmp_path / "letterhead.toml").write_text(text, "utf-8")
    (tmp_path / "malo.png").write_bytes(b"GIF89a")
    with pytest.raises(OfficeError) as caught:
        load_letterhead(tmp_path)
    assert (caught.value.code, caught.value.facts["line"]) == (code, line)
    assert caught.value.facts["folder"] == tmp_path.name


def test_what_may_be_attached_is_data() -> None:
    assert read_manifest(GOOD).template.attaching == AttachmentRules(Manner.PAGES, Manner.BESIDE, 200, 500, risky=True)
    table = '\n[attachments]\npdf = "embed"\nothers = "embed"\nlargest_mb = 5\ntotal_mb = 9\nrisky = false\n'
    wanted = AttachmentRules(Manner.EMBED, Manner.EMBED, 5, 9, risky=False)
    assert read_manifest(GOOD + table).template.attaching == wanted
    for wrong in ('others = "pages"', "largest_mb = 0", 'pdf = "all"', "risky = 1", "most = 3"):
        with pytest.raises(OfficeError) as caught:
            read_manifest(f"{GOOD}\n[attachments]\n{wrong}\n")
        assert caught.value.code in {"template.bad_value", "template.unknown_key"}
        assert caught.value.facts["line"] == GOOD.count("\n") + 3
