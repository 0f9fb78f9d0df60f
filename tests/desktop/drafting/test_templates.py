from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.drafting.preflight import preflight
from desktop.drafting.samples import check_template, sample_job
from desktop.drafting.templates import SigningRules, Template, load_template, load_templates
from desktop.records.errors import OfficeError
from signing.options import Commitment, SignaturePolicy

Edit = Callable[[str, str, str], OfficeError]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a nota interna in format 1, which is read for ever, to be spoilt."""
    return Path(shutil.copytree(Path(__file__).parent / "format_1", tmp_path / "nota_interna"))


@pytest.fixture
def refused(folder: Path) -> Edit:
    """Change a text of a file once and give the refusal."""

    def edit(file: str, old: str, new: str) -> OfficeError:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(OfficeError) as caught:
            load_template(folder)
        return caught.value

    return edit


def test_a_folder_of_format_1_is_read_as_ever(folder: Path, resources: Path) -> None:
    template = load_template(folder)
    assert template.spec("para").kind == "people"
    assert template.spec("copia").default == ("Archivo",)
    assert (template.signed, template.number_label, template.parts) == (True, "CITE", {})
    page = check_template(template, resources)
    assert preflight(page.pdf) == ()


@pytest.mark.parametrize("name", ["nota_interna", "informe"])
def test_a_shipped_sample_freezes_and_passes_preflight(
    templates: dict[str, Template], resources: Path, name: str
) -> None:
    page = check_template(templates[name], resources)
    assert preflight(page.pdf) == ()
    assert page.pages == 2


def test_an_entitys_own_template_replaces_the_shipped_one(folder: Path, resources: Path) -> None:
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"NOTA INTERNA"', '"NOTA DE SERVICIO"'), "utf-8")
    found = load_templates([resources / "templates", folder.parent, folder.parent / "missing"])
    assert found["nota_interna"].title == "NOTA DE SERVICIO"
    assert found["informe"].title == "INFORME"


@pytest.mark.parametrize("file", ["manifest.toml", "page.typ", "sample.json"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(OfficeError) as caught:
        load_template(folder)
    assert (caught.value.code, caught.value.facts["file"]) == ("template.missing_file", file)


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "page.typ").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OfficeError) as caught:
        load_template(folder)
    assert (caught.value.code, caught.value.facts["file"]) == ("template.unreadable", "page.typ")


@pytest.mark.parametrize(
    ("old", "new", "code", "key", "line"),
    [
        ('id = "nota_interna"', "id = nota", "template.bad_toml", None, 3),
        ('id = "nota_interna"', 'id = "Nota Interna"', "template.bad_value", "id", 3),
        ('title = "NOTA INTERNA"\n', "", "template.missing_key", "title", 0),
        ('code = "NI"', "code = 7", "template.bad_value", "code", 6),
        ("format = 1", "format = 9", "template.newer", "format", 2),
        ('subject = "referencia"', 'subject = "asunto"', "template.bad_value", "subject", 7),
        ('name = "unidad"', 'name = "entidad"', "template.bad_value", "field[1].name", 15),
        ('kind = "people"', 'kind = "crowd"', "template.bad_value", "field[2].kind", 0),
        ('label = "PARA"', "", "template.missing_key", "field[2].label", 0),
        ('default = ["Archivo"]', "default = [7]", "template.bad_value", "field[10].default", 66),
        ('"proof_of_origin"', '"proof"', "template.bad_value", "signature.commitment", 70),
        ('"proof_of_origin"', "7", "template.bad_value", "signature.commitment", 70),
        ("[signature]", "[signature]\nsello = 1", "template.bad_value", "signature.sello", 70),
        ("[signature]", '[signature]\npolicy_oid = "2.16"', "template.bad_value", "signature.policy_oid", 70),
        ("[signature]", '[signature]\npolicy_oid = "2.16.68.1"', "template.missing_key", "signature.policy_sha256", 69),
        ("[signature]", '[signature]\npolicy_uri = "ftp://x"', "template.bad_value", "signature.policy_uri", 70),
    ],
)
def test_a_broken_manifest_is_refused_with_its_line(
    refused: Edit, old: str, new: str, code: str, key: str | None, line: int
) -> None:
    error = refused("manifest.toml", old, new)
    assert (error.code, error.facts.get("key")) == (code, key)
    assert error.facts["file"] == "manifest.toml"
    if line:
        assert error.facts["line"] == line


def test_what_signing_this_type_means(folder: Path, templates: dict[str, Template]) -> None:
    assert {ident for ident, template in templates.items() if template.signing.commitment is Commitment.ORIGIN} == {
        "circular", "nota_externa", "nota_interna",
    }  # fmt: skip
    assert {ident for ident, template in templates.items() if template.signing.commitment is None} == {
        "constancia_recepcion", "hoja_de_ruta", "hoja_de_ruta_externa",
    }  # fmt: skip
    manifest = folder / "manifest.toml"
    kept, _ = manifest.read_text("utf-8").split("[signature]")
    manifest.write_text(kept, "utf-8")
    assert load_template(folder).signing == SigningRules()
    policy = (
        f'policy_oid = "2.16.68.9.1"\npolicy_sha256 = "{"ab" * 32}"\npolicy_uri = "https://example.bo/politica.pdf"'
    )
    manifest.write_text(f"{kept}[signature]\n{policy}\n", "utf-8")
    assert load_template(folder).signing.policy == SignaturePolicy(
        "2.16.68.9.1", bytes.fromhex("ab" * 32), uri="https://example.bo/politica.pdf"
    )


def test_a_broken_sample_is_refused_with_its_line(refused: Edit) -> None:
    error = refused("sample.json", '"fields": {', '"fields": [')
    assert (error.code, error.facts["file"]) == ("template.bad_json", "sample.json")
    assert isinstance(error.facts["line"], int)
    assert error.facts["line"] > 1


def test_a_page_that_would_fetch_a_package_is_refused(refused: Edit) -> None:
    error = refused("page.typ", "#show: official-page", '#import "@preview/cetz:0.3.0": *')
    assert (error.code, error.facts["file"], error.facts["line"]) == ("template.package_import", "page.typ", 4)


def test_a_sample_without_a_signer_is_refused(folder: Path, resources: Path) -> None:
    path = folder / "sample.json"
    path.write_text(path.read_text("utf-8").replace('"signers"', '"nobody"'), "utf-8")
    with pytest.raises(OfficeError) as caught:
        sample_job(load_template(folder), resources)
    assert caught.value.code == "template.bad_sample"
