"""A projection as tables for a budget team: every annual figure, and the MTFS schedule."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prevention.model import summary
from prevention.model.measures import GBP, MEASURES, TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import Projection
from prevention.money import Pence, to_pence, to_pounds
from prevention.reports.safe import NAME_LIMIT, escape_frame, name_part

FIGURES = ("central", "mean", "p10", "p50", "p90")

DIRECTORATES = {"children": "Children's services", "adults": "Adult social care"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of MTFS line.

    letter: ends its reference. measure: it shows, at `sign` (a saving takes from the
    budget). in_base: the measure of what the base budget already holds of it, or "".
    """

    letter: str
    title: str
    measure: str
    sign: int
    in_base: str = ""


SAVING = Kind("S", "Saving", "saving", -1, "already_in_base")
GROWTH = Kind("G", "Avoided growth", "avoided_growth", -1)
INVESTMENT = Kind("I", "Investment", "delivery_cost", 1, "base_funding")
AVOIDANCE = Kind("A", "Cost avoidance", "cost_avoidance", -1)

CASHABLE_TOTAL = Kind("S", "Total cashable savings", "cashable_saving", -1, "already_in_base")
INVESTMENT_TOTAL = Kind("I", "Total investment", "delivery_cost", 1, "base_funding")
NET_TOTAL = Kind("N", "Net effect on the budget", "net_saving", -1)
_NET = "New cost to the council less its cashable saving"
TOTALS = (CASHABLE_TOTAL, INVESTMENT_TOTAL, NET_TOTAL)


def annual_rows(projection: Projection) -> pd.DataFrame:
    """Every annual figure with the run it comes from; money to the penny.

    Columns: run_id, scenario, council, council_name, then those of `summary.annual`.
    """
    record = summary.run_record(projection)
    rows = summary.annual(projection)
    money = rows["unit"] == GBP
    for name in FIGURES:
        figures = rows[name].astype(np.float64)
        rows[name] = figures.where(~money, figures.round(2))
    for place, name in enumerate(("run_id", "scenario", "council", "council_name")):
        rows.insert(place, name, pd.Series(record[name], index=rows.index, dtype="str"))
    return rows


def annual_csv(projection: Projection) -> bytes:
    """`annual_rows` as CSV that Excel opens rightly and cannot be made to run.

    UTF-8 with a byte order mark: without one Excel on Windows reads the file in the
    machine's old code page and spoils every accent and pound sign. pandas, R and DuckDB
    skip the mark. Lines end in CR LF (RFC 4180). A missing figure is an empty cell.
    """
    text = escape_frame(annual_rows(projection)).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig", "replace")


def annual_parquet(projection: Projection) -> bytes:
    """`annual_rows` as Parquet: units in each column's metadata, the run in the file's.

    Figures of many units share a column; its metadata names the column that holds the
    unit, and lists the unit of every measure.
    """
    table = pa.Table.from_pandas(annual_rows(projection), preserve_index=False)
    units = json.dumps({name: measure.unit for name, measure in MEASURES.items()})
    fields = [
        field.with_metadata(
            {"unit": "as the column 'unit' of the row", "units_by_measure": units}
            if field.name in FIGURES
            else {"unit": "financial year, April to March" if field.name == "year" else "text"}
        )
        for field in table.schema
    ]
    about = {
        "run": json.dumps(summary.run_record(projection), sort_keys=True),
        "note": "Central and mean add up to the penny; percentiles do not add up.",
    }
    table = table.cast(pa.schema(fields, metadata=about))
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def file_name(projection: Projection, suffix: str) -> str:
    """A safe name for an export: council, scenario, first year and run.

    At most 80 characters of plain letters, digits, hyphens and underscores, so it is the
    same on every system, never a reserved name and never outside its folder. suffix:
    "xlsx" or ".xlsx".
    """
    record = summary.run_record(projection)
    ending = "." + (name_part(suffix, 10) or "txt")
    tail = name_part(f"{record['first_year'].replace('/', '-')}_{record['run_id'][:8]}")
    room = NAME_LIMIT - len(ending) - len(tail) - 2
    council = name_part(record["council_name"], room // 2) or name_part(record["council"], 9)
    scenario = name_part(record["scenario"], room // 2)
    return (
        "_".join(part for part in ("prevention", council, scenario, tail) if part)[
            -(NAME_LIMIT - len(ending)) :
        ].strip("_-")
        + ending
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the MTFS schedule: its effect on the budget, a saving below zero.

    levels: pence by year, against a base that holds only `in_base` of it.
    in_base: pence in the last year; None where the idea does not apply. lag: months.
    chance: that the cashable saving over the plan reaches the target; None without draws.
    """

    reference: str
    directorate: str
    programme: str
    kind: Kind
    description: str
    levels: Pence
    in_base: int | None
    grade: str
    lag: float | None
    chance: float | None

    @property
    def increments(self) -> Pence:
        """Change on the year before, pence by year; they sum to the last level."""
        return np.diff(self.levels, prepend=0)


class Levels:
    """Money of a programme or of all, by year, from the rows of `summary.annual`."""

    def __init__(self, annual: pd.DataFrame, years: int) -> None:
        """Read the central figures of all services together."""
        rows = annual[(annual["service"] == TOTAL) & (annual["unit"] == GBP)]
        self._years = years
        self._found = {
            key: to_pence(group["central"].to_numpy())
            for key, group in rows.groupby(["programme", "measure"], sort=False)
        }

    def of(self, programme: str, measure: str) -> Pence:
        """Pence by year; zeros where this council's figures do not cover the programme."""
        return self._found.get((programme, measure), np.zeros(self._years, dtype=np.int64))


def mtfs_lines(projection: Projection, annual: pd.DataFrame, appraisal: pd.DataFrame) -> list[Line]:
    """The schedule, a line for each programme and type, children's services first.

    Args:
        annual, appraisal: as made by `prevention.model.summary` from this projection.
    """
    levels = Levels(annual, projection.timeline.years)
    chances = _chances(appraisal)
    order = list(DIRECTORATES)
    programmes = sorted(
        projection.plan.programmes.items(), key=lambda item: order.index(item[1].directorate)
    )
    return [
        _line(id_, programme, kind, levels, chances)
        for kinds in ((SAVING, GROWTH), (INVESTMENT,), (AVOIDANCE,))
        for id_, programme in programmes
        for kind in kinds
    ]


def _line(
    id_: str, programme: Programme, kind: Kind, levels: Levels, chances: Mapping[str, float | None]
) -> Line:
    cashable = kind in (SAVING, GROWTH)
    return Line(
        reference=f"{id_}-{kind.letter}",
        directorate=DIRECTORATES[programme.directorate],
        programme=programme.name,
        kind=kind,
        description=programme.summary if kind is SAVING else MEASURES[kind.measure].meaning,
        levels=kind.sign * levels.of(id_, kind.measure),
        in_base=_in_base(id_, kind, levels),
        grade=programme.evidence_grade,
        # A profile is its own lag; it has no single mean that was set.
        lag=None if programme.lag_shape == "profile" else programme.onset_lag.central,
        chance=chances.get(id_) if cashable else None,
    )


def _in_base(id_: str, kind: Kind, levels: Levels) -> int | None:
    return kind.sign * int(levels.of(id_, kind.in_base)[-1]) if kind.in_base else None


def total_lines(
    projection: Projection, annual: pd.DataFrame, appraisal: pd.DataFrame
) -> list[Line]:
    """The schedule's totals, each read from the model's own total row, never re-added."""
    levels = Levels(annual, projection.timeline.years)
    chance = _chances(appraisal).get(TOTAL)
    return [
        Line(
            reference=f"{TOTAL}-{kind.letter}",
            directorate="All",
            programme="All programmes",
            kind=kind,
            description=_NET if kind is NET_TOTAL else MEASURES[kind.measure].meaning,
            levels=kind.sign * levels.of(TOTAL, kind.measure),
            in_base=_in_base(TOTAL, kind, levels),
            grade="",
            lag=None,
            chance=chance if kind is CASHABLE_TOTAL else None,
        )
        for kind in TOTALS
    ]


def _chances(appraisal: pd.DataFrame) -> dict[str, float | None]:
    if appraisal.empty:
        return {}
    pairs = zip(appraisal["programme"], appraisal["probability_of_target"], strict=True)
    return {id_: None if pd.isna(chance) else float(chance) for id_, chance in pairs}


def mtfs_table(projection: Projection, appraisal: pd.DataFrame | None = None) -> pd.DataFrame:
    """The MTFS schedule: a row for each programme and type of line, then three totals.

    Figures are effects on the budget in GBP, cash: a saving is below zero (councils print
    it in brackets), investment is above zero on lines of its own and never netted into a
    saving. Columns: Reference, Directorate, Programme, Description, Type; each year
    (change on the year before); Total (their sum, the effect in the last year); each
    "YEAR cumulative"; Already in base (in the last year); Evidence grade; Lag (months);
    P(target). Cost avoidance is shown and is in no total. Year one is the change from a
    base budget that holds only what stands under "Already in base".

    Args:
        appraisal: `summary.appraisal` of this projection, when already worked out.
    """
    annual = summary.annual(projection)
    appraisal = summary.appraisal(projection) if appraisal is None else appraisal
    lines = [*mtfs_lines(projection, annual, appraisal)]
    lines += total_lines(projection, annual, appraisal)
    labels = projection.timeline.labels
    return pd.DataFrame([dict(_columns(line, labels)) for line in lines])


def _columns(line: Line, labels: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    yield "Reference", line.reference
    yield "Directorate", line.directorate
    yield "Programme", line.programme
    yield "Description", line.description
    yield "Type", line.kind.title
    yield from zip(labels, to_pounds(line.increments).tolist(), strict=True)
    yield "Total", float(to_pounds(line.levels[-1]))
    names = (f"{label} cumulative" for label in labels)
    yield from zip(names, to_pounds(line.levels).tolist(), strict=True)
    yield "Already in base", np.nan if line.in_base is None else float(to_pounds(line.in_base))
    yield "Evidence grade", line.grade
    yield "Lag (months)", np.nan if line.lag is None else line.lag
    yield "P(target)", np.nan if line.chance is None else line.chance
