"""Loads on the record: what each file brought, what waits in quarantine, what is withdrawn.

A load is one save: its own entry, its good rows and its bad ones, all or nothing. Nothing
is ever taken away: a load withdrawn, or a row that left quarantine, is marked so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pandas as pd

from prevention.evidence.breaches import Breach
from prevention.evidence.incoming import QUARANTINE_ID, Incoming
from prevention.evidence.judging import Judged
from prevention.evidence.published import ROW
from prevention.evidence.tables import CHECKED, FIGURES
from prevention.record import Record, Saved

_FIGURE = ("la_code", "year_ending", "measure", "value", "status", "release")


class UnknownLoad(LookupError):
    """There is no load of that name, or it is withdrawn already."""


@dataclass(frozen=True, slots=True)
class Load:
    """A load as it stands on the record. waiting: rows still in quarantine (count)."""

    id: str
    loaded_at: dt.datetime
    who: str
    file: str
    sha256: str
    kind: str
    publication: str
    title: str
    la_code: str
    rows_read: int
    rows_stored: int
    rows_quarantined: int
    content_hash: str
    report: Mapping[str, Any]
    withdrawn: str = ""
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row in quarantine: where it came from, its cells, and every rule it broke."""

    id: str
    load_id: str
    file: str
    table: str
    row: int
    cells: Mapping[str, str]
    breaches: tuple[Breach, ...]


_LOADS = """
    SELECT l.id, l.loaded_at, l.who, l.file, l.sha256, l.kind, l.publication, l.title, l.la_code,
        l.rows_read, l.rows_stored, l.rows_quarantined, l.content_hash, l.report,
        coalesce(strftime(w.withdrawn_at, '%Y-%m-%d') || ' by ' || w.who || ': ' || w.why, ''),
        (SELECT count(*) FROM quarantine q WHERE q.load_id = l.id AND q.id NOT IN
            (SELECT quarantine_id FROM quarantine_settled
             WHERE load_id NOT IN (SELECT load_id FROM load_withdrawal)))
    FROM load l LEFT JOIN load_withdrawal w ON w.load_id = l.id
    ORDER BY l.id
"""


def every_load(record: Record) -> list[Load]:
    """Every load in order, those withdrawn among them."""
    return [Load(*(*row[:13], json.loads(row[13]), *row[14:])) for row in record.read(_LOADS)]


def loads_in_force(record: Record) -> list[Load]:
    """The loads that count, in order."""
    return [load for load in every_load(record) if not load.withdrawn]


def find_same(record: Record, incoming: Incoming) -> Load | None:
    """The load in force that brought this very file as the same thing, if there is one."""
    for load in loads_in_force(record):
        same = (load.sha256, load.publication, load.la_code)
        if same == (incoming.sha256, incoming.publication, incoming.la_code):
            return load
    return None


def save_load(
    record: Record,
    incoming: Incoming,
    judged: Sequence[Judged],
    who: str,
    now: dt.datetime | None = None,
) -> str:
    """Put a load on the record in one save; its name.

    The same file twice at the same moment is one load: the second finds the first.
    """
    moment = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(tzinfo=None)
    content = _content_hash(judged)

    def action(cursor: duckdb.DuckDBPyConnection) -> Saved:
        same = cursor.execute(
            "SELECT id FROM load WHERE sha256 = ? AND publication = ? AND la_code = ? "
            "AND id NOT IN (SELECT load_id FROM load_withdrawal)",
            [incoming.sha256, incoming.publication, incoming.la_code],
        ).fetchone()
        if same is not None:
            return Saved(str(same[0]), content)
        (number,) = cursor.execute("SELECT count(*) + 1 FROM load").fetchone() or (1,)
        id_ = f"load-{number:04d}"
        _insert_load(cursor, id_, moment, who, content, incoming, judged)
        for item in judged:
            _insert_rows(cursor, id_, item, incoming)
        return Saved(id_, content)

    return record.write("load", action).id


def _content_hash(judged: Sequence[Judged]) -> str:
    """SHA-256 of the rows stored, whatever the file they came in."""
    digest = hashlib.sha256()
    for item in judged:
        digest.update(item.table.encode())
        text = item.good[list(CHECKED[item.table].column_names)].to_csv(index=False, header=False)
        digest.update(text.encode())
    return digest.hexdigest()


def _insert_load(
    cursor: duckdb.DuckDBPyConnection,
    id_: str,
    moment: dt.datetime,
    who: str,
    content: str,
    incoming: Incoming,
    judged: Sequence[Judged],
) -> None:
    report = {
        "recognised": list(incoming.recognised),
        "set_aside": dict(incoming.set_aside),
        "tables": {j.table: {"stored": len(j.good), "quarantined": len(j.bad)} for j in judged},
    }
    stored = sum(len(item.good) for item in judged)
    bad = sum(len(item.bad) for item in judged)
    head = [id_, moment, who, incoming.path.name, incoming.sha256, incoming.kind]
    head += [incoming.publication, incoming.title, incoming.la_code]
    cursor.execute(
        "INSERT INTO load VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*head, stored + bad, stored, bad, content, json.dumps(report)],
    )
    known = {release.key: release for release in incoming.releases}
    for item in judged:
        if item.table not in FIGURES:
            continue
        for key in sorted(set(item.good["release"])):
            release = known.get(key)
            words = (
                (release.publisher, release.publication, release.title, release.published)
                if release
                else (
                    "Loaded from a file",
                    "Loaded from a file",
                    incoming.path.name,
                    "not recorded",
                )
            )
            cursor.execute(
                "INSERT INTO load_release VALUES (?, ?, ?, ?, ?, ?, ?)",
                [id_, item.table, key, *words],
            )


def _insert_rows(
    cursor: duckdb.DuckDBPyConnection, id_: str, item: Judged, incoming: Incoming
) -> None:
    """Good rows where their kind goes, bad rows into quarantine, settled ones out of it."""
    if item.table in FIGURES:
        figures = item.good[[ROW, *_FIGURE]].assign(load_id=id_, to=item.table)
        _insert(
            cursor,
            'INSERT INTO load_figure SELECT load_id, "to", CAST("row" AS INTEGER), la_code, '
            "CAST(year_ending AS SMALLINT), measure, value, status, release FROM incoming",
            figures,
        )
    else:
        own = [
            (id_, item.table, int(row[ROW]), _cells(row, item.table), _origin(row) or id_)
            for row in _dicts(item.good)
        ]
        _insert(cursor, "INSERT INTO load_row SELECT * FROM incoming", pd.DataFrame(own))
    if QUARANTINE_ID in item.good:
        settled = [(key, id_) for key in item.good[QUARANTINE_ID] if key]
        _insert(
            cursor, "INSERT INTO quarantine_settled SELECT * FROM incoming", pd.DataFrame(settled)
        )
    waiting = pd.DataFrame(_new_in_quarantine(id_, item))
    _insert(cursor, "INSERT INTO quarantine SELECT * FROM incoming", waiting)


def _new_in_quarantine(id_: str, item: Judged) -> list[tuple[object, ...]]:
    """Rows for quarantine; one sent back still wrong waits under its old name already."""
    rows: list[tuple[object, ...]] = []
    for index, row in zip(item.bad.index, _dicts(item.bad), strict=True):
        if row.get(QUARANTINE_ID):
            continue
        breaches = [
            {"column": b.column, "rule": b.rule, "value": b.value, "message": b.message}
            for b in item.by_row[int(index)]
        ]
        name = f"{id_}/{item.table}/{index}"
        cells = _cells(row, item.table)
        rows.append((name, id_, item.table, int(row[ROW]), cells, json.dumps(breaches)))
    return rows


def _origin(row: Mapping[str, Any]) -> str:
    """The load a corrected row was held back from."""
    return str(row.get(QUARANTINE_ID) or "").partition("/")[0]


def _dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False)]


def _cells(row: Mapping[str, Any], table: str) -> str:
    return json.dumps({name: str(row[name]) for name in CHECKED[table].column_names})


def _insert(cursor: duckdb.DuckDBPyConnection, statement: str, rows: pd.DataFrame) -> None:
    """All rows in one statement, which reads them from `incoming`."""
    if len(rows):
        cursor.register("incoming", rows)
        cursor.execute(statement)
        cursor.unregister("incoming")


def withdraw_load(record: Record, id_: str, who: str, why: str) -> None:
    """Take a load out of force; its rows stay on the record, and so does who did it and why.

    Raises:
        UnknownLoad: there is none of that name in force.
    """
    names = [load.id for load in loads_in_force(record)]
    if id_ not in names:
        shown = ", ".join(names[-5:]) or "none"
        raise UnknownLoad(f"No load '{id_}' is in force. Those that are: {shown}.")

    def action(cursor: duckdb.DuckDBPyConnection) -> Saved:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        cursor.execute("INSERT INTO load_withdrawal VALUES (?, ?, ?, ?)", [id_, now, who, why])
        return Saved(id_, hashlib.sha256(f"{id_} withdrawn".encode()).hexdigest())

    record.write("withdrawal", action, key=f"withdraw {id_}")


def in_quarantine(record: Record) -> list[Waiting]:
    """Every row that waits, of loads in force, in order."""
    rows = record.read(
        'SELECT q.id, q.load_id, l.file, q."table", q."row", q.cells, q.breaches '
        "FROM quarantine q JOIN load l ON l.id = q.load_id "
        "WHERE q.id NOT IN (SELECT quarantine_id FROM quarantine_settled "
        "    WHERE load_id NOT IN (SELECT load_id FROM load_withdrawal)) "
        "AND q.load_id NOT IN (SELECT load_id FROM load_withdrawal) "
        'ORDER BY q.load_id, q."table", q."row", q.id'
    )
    return [
        Waiting(
            id_,
            load_id,
            file,
            table,
            row,
            json.loads(cells),
            tuple(Breach(table, row, **item) for item in json.loads(breaches)),
        )
        for id_, load_id, file, table, row, cells, breaches in rows
    ]


def described(load: Load) -> dict[str, Any]:
    """A load as plain values."""
    return {**asdict(load), "loaded_at": load.loaded_at.isoformat(timespec="seconds")}
