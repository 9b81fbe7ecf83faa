"""An edited sheet of inputs read back: exactly what changed, as a scenario that differs by it."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.demand import modelled, unit_cost_of
from prevention.model.evidence import CouncilEvidence
from prevention.model.scenarios import Plan, Scenario
from prevention.reports.dataset import as_csv
from prevention.reports.sheets.live.inputs import CENTRAL, HEADINGS, HIGH, LOW

_LARGEST, _RATIO, _PARTS, _ROWS = 50_000_000, 150, 300, 20_000
"""Limits on a workbook that somebody hands in: bytes unpacked, packing, parts, rows."""

_ALIKE = 1e-9
"""Relative difference below which two numbers are one: spreadsheets write 15 digits."""


class NotInputs(ValueError):
    """A file is not a working model, or its inputs cannot be read; says where and why."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One assumption set otherwise: its value before and after, low and high with it."""

    key: str
    unit: str
    before: Any
    after: Any
    value: Any
    row: int


def read_edits(
    path: Path, plan: Plan, council: CouncilEvidence, sheet: str = "Inputs"
) -> list[Edit]:
    """What the inputs of a workbook say otherwise than a plan.

    Raises:
        NotInputs: the file is unsafe or no working model, a key is unknown or missing, or
            a value is not what its key takes.
    """
    rows = _rows(path, sheet)
    known, dates = _known(plan, council), _dates(plan)
    edits, seen = [], set()
    for number, row in rows:
        key = str(row[0])
        if key not in known and key not in dates:
            raise NotInputs(
                f"{path.name}, sheet {sheet}, row {number}: '{key[:80]}' is no input of scenario "
                f"'{plan.scenario}'. Name the scenario the file was exported from with --from."
            )
        if key in seen:
            raise NotInputs(f"{path.name}, sheet {sheet}, row {number}: {key} stands twice.")
        seen.add(key)
        where = f"{path.name}, sheet {sheet}, row {number}, {key}"
        edit = (
            _date(key, row[CENTRAL], dates[key], where, number)
            if key in dates
            else _number(key, row, known[key], where, number)
        )
        if edit is not None:
            edits.append(edit)
    missing = [key for key in known if key not in seen]
    if missing:
        raise NotInputs(
            f"{path.name}, sheet {sheet}: {len(missing)} inputs are missing, the first "
            f"{missing[0]}. Change values only; leave every row in place."
        )
    return edits


def edited_scenario(
    edits: list[Edit], parent: str, id_: str, title: str, summary: str = ""
) -> Scenario:
    """The scenario that differs from its parent by the edits alone."""
    return Scenario(
        id=id_,
        title=title,
        summary=summary,
        differs_from=parent,
        changes={edit.key: edit.value for edit in edits},
    )


def edits_text(edits: list[Edit], scenario: str, version: int, form: str) -> str:
    """The list of what changed, as JSON, CSV or sentences."""
    rows = [
        {"assumption": e.key, "unit": e.unit, "from": _shown(e.before), "to": _shown(e.after)}
        for e in edits
    ]
    if form == "json":
        return json.dumps({"scenario": scenario, "version": version, "changes": rows}, indent=1)
    if form == "csv":
        return as_csv(pd.DataFrame(rows)).decode("utf-8-sig").rstrip()
    lines = [f"Saved as {scenario}, version {version}. Changed:"]
    lines += [f"  {r['assumption']} ({r['unit']}): {r['from']} -> {r['to']}" for r in rows]
    return "\n".join(lines)


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _known(plan: Plan, council: CouncilEvidence) -> dict[str, Assumption]:
    """Every number an input can set, by key, with the published unit costs."""
    found = dict(plan.assumptions())
    for id_ in modelled(council.services, plan.economy.services):
        cost, _ = unit_cost_of(council.services[id_], plan.economy.services[id_])
        found.setdefault(f"services.{id_}.unit_cost", cost)
    return found


def _dates(plan: Plan) -> dict[str, dt.date | None]:
    found: dict[str, dt.date | None] = {}
    for id_, programme in plan.programmes.items():
        for wave, rollout in programme.rollouts.items():
            stem = f"programmes.{id_}." + (f"expansions.{wave}." if wave else "")
            found |= {f"{stem}go_live": rollout.go_live, f"{stem}ends": rollout.ends}
    return found


def _number(
    key: str, row: tuple[Any, ...], was: Assumption, where: str, number: int
) -> Edit | None:
    low, central, high = (_figure(row[place], where) for place in (LOW, CENTRAL, HIGH))
    same = [
        _alike(new, old) for new, old in ((low, was.low), (central, was.central), (high, was.high))
    ]
    if all(same):
        return None
    quantity = QUANTITIES[key.rsplit(".", 1)[-1]]
    if same[0] and same[2]:
        # Only the central moved: low and high move in proportion, as with --set.
        moved = was.moved_to(central, quantity)
        low, high = moved.low, moved.high
    if not low <= central <= high:
        raise NotInputs(
            f"{where}: low {low:g}, central {central:g}, high {high:g} are out of order."
        )
    for value in (low, central, high):
        if fault := quantity.fault_of(value):
            raise NotInputs(f"{where}: {fault}.")
    setting: dict[str, Any] = {
        "low": low,
        "central": central,
        "high": high,
        "basis": "council",
        "source": was.source,
        "decided_by": "edited in the working model",
    }
    return Edit(key, quantity.unit, was.central, central, setting, number)


def _figure(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = "nothing" if value is None else repr(str(value)[:40])
        raise NotInputs(f"{where}: {shown} stands where a number is needed.")
    return float(value)


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= _ALIKE * max(abs(one), abs(other), 1e-12)


def _date(key: str, value: object, was: dt.date | None, where: str, row: int) -> Edit | None:
    if value is None or value == "":
        new = None
    elif isinstance(value, dt.datetime):
        new = value.date()
    elif isinstance(value, dt.date):
        new = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        new = dt.date(1899, 12, 30) + dt.timedelta(days=int(value))
    else:
        raise NotInputs(f"{where}: {str(value)[:40]!r} stands where a date is needed.")
    if new == was:
        return None
    if new is None and key.endswith("go_live"):
        raise NotInputs(f"{where}: a programme needs a first day.")
    return Edit(key, "date", was, new, new, row)


def _rows(path: Path, sheet: str) -> list[tuple[int, tuple[Any, ...]]]:
    """Rows of the sheet under its heading, with their numbers."""
    from python_calamine import CalamineError, CalamineWorkbook

    _safe(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        if sheet not in book.sheet_names:
            raise NotInputs(
                f"{path.name} has no sheet '{sheet}'. Give a working model, as "
                "`prevention export` writes it."
            )
        cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=_ROWS)
    except CalamineError as fault:
        raise NotInputs(f"{path.name} is not an Excel workbook that can be read.") from fault
    width = len(HEADINGS)
    found, begun = [], False
    for number, row in enumerate(cells, 1):
        values = (*row[:width], *(None,) * (width - len(row)))
        if begun and values[0] not in (None, ""):
            found.append((number, values))
        begun = begun or [values[0], values[CENTRAL]] == [
            HEADINGS[0].heading,
            HEADINGS[CENTRAL].heading,
        ]
    if not begun:
        raise NotInputs(f"{path.name}, sheet {sheet}: the heading row (Key, ...) is missing.")
    return found


def _safe(path: Path) -> None:
    """Refuse what is no workbook, or unpacks to more than a workbook of ours ever would."""
    if not path.is_file():
        raise NotInputs(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as parts:
            items = parts.infolist()
    except zipfile.BadZipFile:
        raise NotInputs(f"{path.name} is not an Excel workbook (.xlsx).") from None
    unpacked = sum(item.file_size for item in items)
    packed = max(sum(item.compress_size for item in items), 1)
    unsafe = [i.filename for i in items if "vbaProject" in i.filename]
    if len(items) > _PARTS or unpacked > _LARGEST or unpacked / packed > _RATIO or unsafe:
        raise NotInputs(f"{path.name} was not opened: it is too large, or holds macros.")
