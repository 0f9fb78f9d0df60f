"""Row of the archive's catalogue: 100 000 dossiers read from their root alone, by as many processes as the machine has.

Each object has the inventory of a whole package of sixteen files, its manifest and its PREMIS; the other files are not written, for the
catalogue does not read them. Making them takes longer than reading them and is not counted.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from desktop.archive.cataloguing import look_at_all
from desktop.archive.checks import Findings
from desktop.archive.custody import object_id_of
from desktop.archive.eark import DEPOSIT_JSON, PREMIS, Package, build_aip
from desktop.archive.inventory import (
    DECLARATION,
    DECLARATION_TEXT,
    INVENTORY,
    SIDECAR,
    Inventory,
    User,
    next_inventory,
    object_folder,
    sidecar,
)
from desktop.archive.roots import open_root
from desktop.store.catalogue import Catalogue
from desktop.store.catalogue_rows import Sight
from desktop.store.search import Asked
from tests.bench.rows import stopwatch
from tests.desktop.archive.dossiers import CONTENTS, RECEIVED_AT, make_deposit
from tests.desktop.archive.shelves import ulid

DOSSIERS = 100_000
_WORDS = (
    "camino",
    "puente",
    "escuela",
    "riego",
    "tóner",
    "informe",
    "compra",
    "sumario",
    "Ñuñumayani",
    "Caracollo",
    "Toledo",
)
_FIRST = date(2016, 1, 4)


def catalogue_100k() -> float:
    """Seconds."""
    with tempfile.TemporaryDirectory(prefix="qillqa-shelf-") as folder:
        return measure(Path(folder), DOSSIERS)


def measure(folder: Path, count: int) -> float:
    """Seconds of one rebuild over ``count`` dossiers. Raises OSError where what was read is not what was written."""
    url = write(folder / "archivo", count)
    root = open_root(url)
    catalogue = Catalogue.open(folder / "catalogue", url)
    try:
        with stopwatch() as read:
            found = catalogue.rebuild(look_at_all(root, processes=os.cpu_count() or 1), at=datetime.now(UTC))
            took = read() / 1000
        hits = catalogue.find(Sight(everything=True), Asked(f"I-2026-{count - 1:05d}"))
        if found != count or len(hits) != 1 or catalogue.unreadable():
            raise OSError(f"{found} dossiers, {len(hits)} hits, {len(catalogue.unreadable())} unreadable")
    finally:
        catalogue.close()
        root.close()
    return took


def write(base: Path, count: int) -> str:
    """A root with so many dossiers, no two alike; not synced, since it is thrown away. Gives its address."""
    open_root(f"folder:{base}", create=True).close()
    template, premis, inventory = _template()
    for number in range(count):
        object_id, manifest = _dossier(template, number)
        _put(
            base / "root" / object_folder(object_id),
            _renamed(inventory, object_id, manifest),
            {DEPOSIT_JSON: manifest, PREMIS: premis},
        )
    return f"folder:{base}"


def _template() -> tuple[str, bytes, Inventory]:
    deposit = replace(make_deposit(), id=ulid(0), dossier=ulid(1), title="TITLE-OF-IT", slip="I-2026-SLIP")
    documents = tuple(
        replace(one, cite=one.cite.replace("00045", "CITE").replace("00012", "CITE"), day=_FIRST)
        for one in deposit.documents
    )
    deposit = replace(deposit, documents=documents)
    package = Package(
        object_id=object_id_of(deposit.dossier),
        deposit=deposit,
        deposit_jws="a.b.c",
        contents=CONTENTS,
        findings=Findings({one.id: {"verdict": "valid"} for one in documents}),
        custodian="Archivo",
        received_at=RECEIVED_AT,
        software_version="1",
    )
    files = build_aip(package)
    digests = {path: hashlib.sha512(data).hexdigest() for path, data in files.items()}
    user = User("Archivo departamental", "urn:qillqa:official:keeper")
    inventory, _ = next_inventory(
        package.object_id, None, digests, created=RECEIVED_AT, message="Ingreso del depósito", user=user
    )
    return files[DEPOSIT_JSON].decode(), files[PREMIS], inventory


def _dossier(template: str, number: int) -> tuple[str, bytes]:
    ids = ulid(2 * number), ulid(2 * number + 1)
    title = " ".join(_WORDS[(number // step) % len(_WORDS)] for step in (1, 11, 121)) + f" {number}"
    day = (_FIRST + timedelta(days=number % 3650)).isoformat()
    text = template.replace(ulid(0), ids[0]).replace(ulid(1), ids[1]).replace("TITLE-OF-IT", title)
    text = text.replace("SLIP", f"{number:05d}").replace("CITE", f"{number:05d}").replace(_FIRST.isoformat(), day)
    return object_id_of(ids[1]), text.encode()


def _renamed(inventory: Inventory, object_id: str, manifest: bytes) -> bytes:
    digest = hashlib.sha512(manifest).hexdigest()
    old = inventory.state[DEPOSIT_JSON]
    contents = {path: digest if known == old else known for path, known in inventory.manifest.items()}
    state = {path: digest if known == old else known for path, known in inventory.state.items()}
    return Inventory(object_id, contents, (replace(inventory.versions[0], state=state),)).to_bytes()


def _put(folder: Path, inventory: bytes, contents: Mapping[str, bytes]) -> None:
    for logical, data in contents.items():
        path = folder / "v1" / "content" / logical
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / DECLARATION).write_bytes(DECLARATION_TEXT)
    for place in (folder, folder / "v1"):
        (place / INVENTORY).write_bytes(inventory)
        (place / SIDECAR).write_bytes(sidecar(inventory))


ROWS: dict[str, Callable[[], float]] = {"catalogue_100k": catalogue_100k}

if __name__ == "__main__":  # a smaller set: python -m tests.bench.catalogue_rows 5000
    with tempfile.TemporaryDirectory(prefix="qillqa-shelf-") as home:
        dossiers = int(sys.argv[1])
        seconds = measure(Path(home), dossiers)
        print(f"{dossiers} dossiers: {seconds:.1f} s, {seconds / dossiers * DOSSIERS:.0f} s for {DOSSIERS}")
