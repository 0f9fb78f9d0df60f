"""Proof that the evidence bites: each forgery is tried on a copy, found, and said in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desktop.operations.join import s3_settings
from desktop.storage.opening import open_storage
from desktop.words import words
from signing.report import FileVerdict, Level, Outcome

from .desk_process import DeskProcess
from .office import PracticeOffice
from .people import ANSWERER, CHIEF
from .services import PkiServices
from .steps import Log
from .tampering import append_page, drop_hop, flip_byte


class Bites:
    """The last stage of the walk. ``facts`` names the documents and the slip of the stages before."""

    def __init__(
        self,
        log: Log,
        office: PracticeOffice,
        desks: Mapping[str, DeskProcess],
        services: PkiServices,
        facts: Mapping[str, Any],
    ) -> None:
        self._log = log
        self._office = office
        self._desks = desks
        self._services = services
        self._facts = facts

    def run(self) -> None:
        """All of them, then the rebuilding of the second desk."""
        self._log.stage("La prueba muerde")
        self._forged_files()
        self._revoked_certificate()
        self._missing_hop()
        self._changed_archive()
        self._rebuilt_desk()

    def _forged_files(self) -> None:
        original = self._genuine().read_bytes()
        for name, forge, expected in (
            ("un-byte-cambiado.pdf", flip_byte, "Un byte cambiado"),
            ("hoja-añadida.pdf", append_page, "Una hoja añadida después de firmar"),
        ):
            with self._log.step() as step:
                path = self._office.home / "documentos" / name
                path.write_bytes(forge(original))
                verdict: FileVerdict = self._at("finanzas", "judge_path", path=path)
                step.says(f"{expected}: {_said(verdict)}", file=path, held=verdict.outcome is Outcome.INVALID)

    def _revoked_certificate(self) -> None:
        with self._log.step() as step:
            document = self._at(
                "finanzas",
                "draft_sample",
                template="nota_interna",
                signers=[self._office.ids[ANSWERER]],
                header={"para": [self._person(CHIEF)]},
            )
            self._at("finanzas", "freeze_draft", document=document)
            pin = self._office.tokens.pin(ANSWERER)
            self._services.revoke(ANSWERER)
            self._at("finanzas", "sign_document", document=document, pin=pin, level=Level.B_B)
            path = self._at("finanzas", "export_document", document=document, folder=self._office.home / "documentos")
            verdict: FileVerdict = self._at("planificacion", "judge_path", path=path, online=True)
            before: FileVerdict = self._at("planificacion", "judge_document", document=self._facts["answer"])
            step.says(f"Firmada con un certificado revocado: {_said(verdict)} Lo que firmó antes, con sello de tiempo, sigue en pie.",
                      file=path, held=verdict.outcome is Outcome.INVALID and before.outcome is Outcome.VALID)  # fmt: skip

    def _missing_hop(self) -> None:
        with self._log.step() as step:
            events = self._at("planificacion", "slip_jws", slip=self._facts["slip"])
            proof = self._at("planificacion", "prove_jws", events=drop_hop(events))
            whole = self._at("planificacion", "prove_jws", events=events)
            said = words("slip.not_proven", "es", proof.facts()).what
            step.says(f"Un paso quitado de la hoja de ruta: {said}", held=whole.whole and not proof.whole)

    def _changed_archive(self) -> None:
        with self._log.step() as step:
            store = open_storage(self._facts["archive"], s3=s3_settings(self._facts["s3"]))
            key = next(e.key for e in store.list("root/") if "/content/" in e.key and e.key.endswith(".pdf"))
            genuine = store.get(key)
            store.put(key, flip_byte(genuine))
            report = self._at("archivo", "check_fixity")
            store.put(key, genuine)
            healed = self._at("archivo", "check_fixity")
            store.close()
            found = [problem for problem in report.problems if problem.path and key.endswith(problem.path)]
            said = words(found[0].code, "es", asdict(found[0])).what if found else "no se encontró"
            step.says(
                f"Un archivo cambiado en el archivo: {said}", file=key, held=len(found) == 1 and not healed.problems
            )

    def _rebuilt_desk(self) -> None:
        with self._log.step() as step:
            before, after = self._at("finanzas", "rebuild")
            counts = self._at("finanzas", "tray_counts")
            step.says(f"Borrada la base del segundo escritorio y traída de nuevo: bandejas idénticas ({sum(counts.values())} filas).",
                      file=self._office.desk_home("finanzas"), held=before == after)  # fmt: skip

    def _genuine(self) -> Path:
        path: Path = self._at("finanzas", "export_document", document=self._facts["note"],
                              folder=self._office.home / "documentos")  # fmt: skip
        return path

    def _person(self, label: str) -> str:
        person = next(person for person in self._office.pki.people if person.label == label)
        return f"{person.name} | {person.post}"

    def _at(self, desk: str, errand: str, /, **arguments: Any) -> Any:
        return self._desks[desk].do(errand, **arguments)


def _said(verdict: FileVerdict) -> str:
    return words(verdict.reason, "es", {}).what
