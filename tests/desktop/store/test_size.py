"""A hundred thousand documents: trays, counts and search are looked up, not searched."""

from __future__ import annotations

import pytest
from sqlalchemy import TextClause, text

from desktop.records.events import EventKind
from desktop.routing.trays import Tray
from desktop.store import control
from desktop.store.desk import DeskStore
from desktop.store.search import STATEMENTS
from tests.fixtures.acts import START, Acts

MANY = 100_000

_COPY = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)
INSERT INTO {table} SELECT {columns} FROM n, {table} WHERE {table}.rowid = (SELECT min(rowid) FROM {table})
"""


@pytest.fixture
def large(store: DeskStore) -> DeskStore:
    """One concluded document, copied in the projections; and a few that are on their way."""
    acts = Acts()
    acts.born("doc-0")
    acts(EventKind.CONCLUDED, "doc-0")
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
        act.fold()
        run = act._connection.exec_driver_sql
        run(
            _COPY.format(
                table="documents",
                columns="rowid + i, id || '-' || i, state, unit, author, cite, slip, next_official, digest, "
                "replace(view, '\"doc-0\"', '\"doc-0-' || i || '\"'), level",
            ),
            {"many": MANY},
        )
        run(
            _COPY.format(
                table="tray_items", columns="rowid + i, tray, unit, official, document || '-' || i, slip, hop, since"
            ),
            {"many": MANY},
        )
        run(
            "INSERT INTO search(rowid, subject, cite, slip, people, words) SELECT rowid, 'compra toner', id, '', '', '' "
            "FROM documents WHERE rowid > (SELECT min(rowid) FROM documents)"
        )
    more = Acts(device="dev-2")
    for n in range(1, 31):
        more.journey(n)
    with store.act() as act:
        for item in more.made:
            act.add_event(item, START)
    return store


def test_a_desk_of_many_documents_answers_rightly(large: DeskStore) -> None:
    """What is asked is found among a hundred thousand; how fast is measured by ``make bench``."""
    counts = large.tray_counts("unit-a", "juana")
    assert counts[Tray.ARCHIVE] == MANY + 1
    assert len(large.tray(Tray.INCOMING, "unit-c")) == 30
    assert len(large.tray(Tray.ARCHIVE, "unit-a", limit=100)) == 100
    assert len(large.tray(Tray.ARCHIVE, "unit-a", limit=100, offset=50_000)) == 100
    assert len(large.search("doc-0-77777")) == 1
    assert len(large.search("compra toner")) == 50
    assert large.document("doc-0-500").id == "doc-0-500"


def test_trays_are_found_by_index(large: DeskStore) -> None:
    with large.reading() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM tray_items WHERE {where}").all()
            for where in (
                "unit = 'u' AND tray = 't' ORDER BY since LIMIT 5",
                "official = 'o' AND tray = 't'",
                "document = 'd' AND slip IS NULL",
            )
        ]
        counted = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM tray_items WHERE unit = 'u' AND tray = 't' "
            "AND (official = 'o' OR official NOT IN ('o', 'p'))"
        ).all()
    assert "COVERING INDEX ix_tray_items_unit_tray_official" in counted[0][-1], counted
    for plan in plans:
        assert all("USING INDEX" in row[-1] and "TEMP B-TREE" not in row[-1] for row in plan), plan


def test_a_search_sorts_nothing_and_walks_through_no_document(large: DeskStore) -> None:
    values = {"query": '"compra"', "least": 1, "most": 1 << 62, "few": 201, "limit": 50, "rowid": 1}
    with large.reading() as connection:
        for name, statement in STATEMENTS.items():
            found = [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values)]
            plan = " / ".join(found)
            assert "TEMP B-TREE" not in plan, (name, plan)
            assert "SCAN documents" not in plan, (name, plan)
            assert "VIRTUAL TABLE INDEX" in plan or "INTEGER PRIMARY KEY" in plan, (name, plan)


def test_monitor_and_reports_are_found_by_index(large: DeskStore) -> None:
    values = {"unit": "u", "tray": "t", "since": "2026", "until": "2027"}
    with large.reading() as connection:
        for name, statement in control.STATEMENTS.items():
            plan = [row[-1] for row in connection.execute(_explained(statement), values)]
            assert not [line for line in plan if line.startswith("SCAN")], (name, plan)


def _explained(statement: TextClause) -> TextClause:
    """The same with its lists bound."""
    found = text(f"EXPLAIN QUERY PLAN {statement.text}")
    return found.bindparams(*(bind._clone() for bind in statement._bindparams.values()))
