"""Runs that left the program: kept with all it takes to make them again and compare."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prevention.model.manifest import assumptions_of, run_id_of
from prevention.model.projection import Projection
from prevention.model.summary import document as document_of
from prevention.record.access import Record, Saved
from prevention.record.canonical import canonical, fingerprint, row_hash
from prevention.record.door import Connection
from prevention.record.faults import RecordError, RecordRefused, damaged

KEYS = {
    "annual": ("year", "programme", "service", "measure"),
    "baseline": ("year", "service", "measure"),
    "appraisal": ("programme",),
}
"""The tables of figures that are kept, and what a row of each is known by."""

_SHORTEST = 4
_FIGURES_LIMIT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run on the record.

    run: as in the JSON of a forecast. title: the scenario's. assumptions: every programme
    and setting. figures: rows of the tables in `KEYS`. at: when first kept, UTC.
    """

    run_id: str
    at: dt.datetime
    run: Mapping[str, Any]
    title: str
    assumptions: Mapping[str, Any]
    figures: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A figure that came out otherwise; None where one of the two runs has no such row."""

    table: str
    row: str
    column: str
    kept: Any
    now: Any


def keep(record: Record, projection: Projection, document: Mapping[str, Any] | None = None) -> str:
    """Keep a run, once, and return its id.

    document: the projection's `summary.document`, where it has been worked out already.

    Raises:
        RecordError: the record cannot be written; or the run is on it with other figures.
    """
    found = document if document is not None else document_of(projection)
    run_id = str(found["run"]["run_id"])
    figures = canonical({table: found[table] for table in KEYS})
    figures_hash = fingerprint(figures)
    before = record.read("SELECT figures_hash FROM run WHERE run_id = ?", [run_id])
    if before:
        if before[0][0] != figures_hash:
            raise RecordError(
                f"Run {run_id} is on the record with other figures: the same data, assumptions, "
                f"program and seed gave two answers. Compare them with: prevention replay {run_id}"
            )
        return run_id
    plan = projection.plan
    manifest = canonical(
        {"run": found["run"], "title": plan.title, "assumptions": assumptions_of(plan)}
    )
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    packed = zlib.compress(figures.encode())

    def put(cursor: Connection) -> Saved:
        row = [run_id, now, manifest, packed, figures_hash]
        cursor.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?)", row)
        return Saved(run_id, row_hash([run_id, now, manifest, figures_hash]))

    record.write("run", put, key=f"run {run_id}")
    return run_id


def kept_run(record: Record, run_id: str) -> KeptRun:
    """A run on the record, by its id or the first digits of it.

    Raises:
        RecordRefused: none goes by it, or several do.
        RecordDamaged: what is kept is not what was saved.
    """
    wanted = run_id.strip().lower()
    if len(wanted) < _SHORTEST:
        raise RecordRefused(
            f"'{run_id}' is too short for a run id: give {_SHORTEST} digits or more."
        )
    rows = record.read(
        "SELECT run_id, kept_at, manifest, figures, figures_hash FROM run "
        "WHERE starts_with(run_id, ?) ORDER BY kept_at",
        [wanted],
    )
    if not rows:
        raise RecordRefused(
            f"There is no run '{run_id}' on the record. Runs are kept when they are exported, "
            "approved, written with --output, or printed as json or csv."
        )
    if len(rows) > 1:
        several = ", ".join(row[0] for row in rows[:5])
        raise RecordRefused(f"'{run_id}' could be any of {several}. Give more of its digits.")
    found, at, manifest, packed, figures_hash = rows[0]
    content = json.loads(manifest)
    figures = unpacked(packed)
    if run_id_of(content["run"]) != found or fingerprint(figures) != figures_hash:
        raise damaged(record.path, f"run {found} is not what was saved.")
    title, assumptions = content["title"], content["assumptions"]
    return KeptRun(found, at, content["run"], title, assumptions, json.loads(figures))


def unpacked(packed: bytes) -> str:
    """Figures as they were before compression; empty when they are not whole."""
    try:
        return zlib.decompressobj().decompress(packed, _FIGURES_LIMIT).decode()
    except zlib.error:
        return ""


def compared(
    kept: Mapping[str, Sequence[Mapping[str, Any]]], now: Mapping[str, Any]
) -> tuple[int, list[FigureDifference]]:
    """How many figures were compared, and those that are not the same, to the penny."""
    count, found = 0, []
    for table, keys in KEYS.items():
        old, new = (_by_row(side[table], keys) for side in (kept, json.loads(canonical(dict(now)))))
        for name in sorted({*old, *new}):
            before, after = old.get(name, {}), new.get(name, {})
            columns = sorted({*before, *after} - {*keys, "unit"})
            count += len(columns)
            found += [
                FigureDifference(table, name, column, before.get(column), after.get(column))
                for column in columns
                if before.get(column) != after.get(column)
            ]
    return count, found


def _by_row(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    return {" / ".join(str(row[key]) for key in keys): row for row in rows}


def moved(kept: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Parts of the run record that are not what they were: name to (kept, now)."""
    before, after = _flat(kept), _flat(now)
    return {
        name: (before.get(name, "none"), after.get(name, "none"))
        for name in sorted({*before, *after} - {"run_id"})
        if before.get(name) != after.get(name)
    }


def _flat(run: Mapping[str, Any]) -> dict[str, str]:
    found = {name: str(value) for name, value in run.items() if name != "libraries"}
    return found | {name: str(value) for name, value in run.get("libraries", {}).items()}
