"""Is everything on the record what the ledger says was saved?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prevention.record.canonical import fingerprint, row_hash
from prevention.record.door import Connection
from prevention.record.faults import damaged
from prevention.record.runs import unpacked

Found = tuple[str, str, str]
"""Kind, id and fingerprint of one thing as it stands in its table."""


def verify(connection: Connection, path: Path) -> int:
    """Work out every fingerprint again and compare it with its save; how many there were.

    Raises:
        RecordDamaged: names what is missing, was changed, or was never saved.
    """
    saves = connection.execute(
        "SELECT kind, id, content_hash FROM save "
        "WHERE kind IN ('scenario', 'programme', 'decision', 'run')"
    ).fetchall()
    expected = {(kind, id_): content_hash for kind, id_, content_hash in saves}
    found = {(kind, id_): mark for kind, id_, mark in _everything(connection)}
    for kind, id_ in sorted({*expected, *found}):
        saved, now = expected.get((kind, id_)), found.get((kind, id_))
        if saved != now:
            what = "is missing" if now is None else "was never saved" if saved is None else None
            raise damaged(path, f"{kind} {id_} {what or 'is not what was saved'}.")
    return len(found)


def _everything(connection: Connection) -> Iterator[Found]:
    for row in connection.execute(
        "SELECT kind, id, version, title, content, content_hash, parent, sibling, who, why, "
        "saved_at FROM version"
    ).fetchall():
        mark = row_hash(row) if fingerprint(row[4]) == row[5] else ""
        yield row[0], f"{row[1]}@{row[2]}", mark
    for row in connection.execute(
        "SELECT n, kind, id, version, status, run_id, who, why, made_at FROM decision"
    ).fetchall():
        yield "decision", f"{row[0]}: {row[2]}@{row[3]} {row[4]}", row_hash(row)
    runs = connection.execute("SELECT run_id, kept_at, manifest, figures_hash, figures FROM run")
    while (run := runs.fetchone()) is not None:
        mark = row_hash(run[:4]) if fingerprint(unpacked(run[4])) == run[3] else ""
        yield "run", run[0], mark
