"""Parts made once for the session and shared: a SeaweedFS (a prefix per test), and an office at each point of a document's life."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.practice.people import AUTHOR, CHIEF
from desktop.practice.pki import PracticePki
from desktop.practice.seaweed import SeaweedServer
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens
from desktop.storage import LockingStore, S3Settings, open_storage
from signing.sandbox import Verifier
from signing.worker import TokenWorker
from tests.fixtures import office as offices
from tests.fixtures.office import Stage, TestOffice

_number = itertools.count()


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """The server; its bucket keeps versions and allows object lock."""
    with SeaweedServer(tmp_path_factory.mktemp("seaweed")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_settings(seaweed: SeaweedServer) -> S3Settings:
    """How to reach that server."""
    return S3Settings(endpoint=seaweed.endpoint, access_key=seaweed.access_key, secret_key=seaweed.secret_key)


@pytest.fixture
def s3_url(seaweed: SeaweedServer) -> str:
    """An address with a prefix that nobody has used."""
    return f"{seaweed.url}/test-{next(_number)}"


@pytest.fixture
def s3_stores(s3_url: str, s3_settings: S3Settings) -> Iterator[Callable[[], LockingStore]]:
    """Makes clients of one prefix, each with its own connections; all are closed afterwards."""
    made: list[LockingStore] = []

    def make() -> LockingStore:
        store = open_storage(s3_url, s3=s3_settings)
        assert isinstance(store, LockingStore)
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def s3_store(s3_stores: Callable[[], LockingStore]) -> LockingStore:
    """One client."""
    return s3_stores()


@pytest.fixture(scope="session")
def warm_parts(practice_tokens: SoftTokens) -> Iterator[tuple[TokenWorker, Verifier]]:
    """A token worker and a verifier that stay warm."""
    yield from offices.shared_parts(practice_tokens)


@pytest.fixture(scope="session")
def founded(
    tmp_path_factory: pytest.TempPathFactory,
    practice_pki: PracticePki,
    practice_tokens: SoftTokens,
    warm_parts: tuple[TokenWorker, Verifier],
) -> TestOffice:
    """An entity with two desks and no documents. Never change it: copy it."""
    return offices.found(tmp_path_factory.mktemp("office") / "founded", practice_pki, practice_tokens, *warm_parts)


@pytest.fixture(scope="session")
def frozen_stage(founded: TestOffice) -> Stage:
    """A frozen note that its author and the chief have to sign, with an attachment."""
    office = founded.copy(founded.home.parent / "frozen")
    paper = office.home / "cotización Ñañez.csv"
    paper.write_text("Ítem;Total\n1;12900\n", "utf-8")
    document = office.frozen(office.desk(offices.PLANNING), signers=(AUTHOR, CHIEF), attachments=(paper,))
    office.close()
    return Stage(office, document)


@pytest.fixture(scope="session")
def signed_stage(frozen_stage: Stage) -> Stage:
    """The note, signed by both at B-B."""
    home = frozen_stage.office.home.parent / "signed"
    return offices.advance(frozen_stage.office, home, offices.sign_note, frozen_stage.document)


@pytest.fixture(scope="session")
def sent_stage(signed_stage: Stage) -> Stage:
    """The note, dispatched and delivered, not yet received."""
    home = signed_stage.office.home.parent / "sent"
    return offices.advance(signed_stage.office, home, offices.send_note, signed_stage.document)


@pytest.fixture(scope="session")
def received_stage(sent_stage: Stage) -> Stage:
    """The note, received at the other desk; the first does not know yet."""
    home = sent_stage.office.home.parent / "received"
    return offices.advance(sent_stage.office, home, offices.receive_note, sent_stage.document)


@pytest.fixture(scope="session")
def archived_stage(signed_stage: Stage, practice_services: PkiServices) -> Stage:
    """The note in the archive of the other desk, raised there as v2. After copying: ``own_archive``."""
    home = signed_stage.office.home.parent / "archived"
    return offices.advance(signed_stage.office, home, offices.archive_note, signed_stage.document)


@pytest.fixture
def stages(tmp_path: Path) -> Iterator[Callable[[Stage | TestOffice], Stage]]:
    """Copies an office for this test alone, and closes its desks afterwards."""
    copied: list[TestOffice] = []

    def copy(of: Stage | TestOffice) -> Stage:
        stage = of if isinstance(of, Stage) else Stage(of, "")
        copied.append(stage.office.copy(tmp_path / f"office-{len(copied)}"))
        return Stage(copied[-1], stage.document, stage.slip)

    yield copy
    for office in copied:
        office.close()


@pytest.fixture
def keeper(archived_stage: Stage, stages: Callable[[Stage | TestOffice], Stage]) -> TestOffice:
    """An office whose second desk keeps an archive with one dossier."""
    office = stages(archived_stage).office
    offices.own_archive(office)
    return office
