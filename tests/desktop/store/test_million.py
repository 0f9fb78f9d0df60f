"""The desk that the bench measures is one that the program itself reads: a small one of the same making."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.routing.trays import Tray
from desktop.store.desk import DeskStore
from desktop.store.search import Asked
from tests.bench import million


def test_a_small_one_answers_as_the_program_does(tmp_path: Path) -> None:
    made = million.write(tmp_path, 600)
    with DeskStore.open(tmp_path, now=datetime.now(UTC)) as store:
        newest = store.documents()
        assert len(newest) == 600
        common = store.search(made.common, 500)
        assert len(common) == 200
        assert [view.id for view in newest if view.id in set(common)] == sorted(common, reverse=True)
        assert store.search(" ".join(made.apart)) == []
        (found,) = store.search(made.cite)
        assert store.document(found).cite == made.cite
        assert store.search(Asked("", by="x", by_people=[[made.official]]))
        since = million.FIRST + million.STEP * 100
        assert len(store.search("", 500, since=since, until=since + timedelta(minutes=50))) == 10
        lying = store.lying([made.unit])
        counts = store.tray_counts(made.unit)
        assert len(lying) == counts[Tray.INCOMING] + counts[Tray.PENDING] > 0
        assert all(item.subject for item in lying)
        assert len(store.tray(Tray.PENDING, made.unit)) == counts[Tray.PENDING]
