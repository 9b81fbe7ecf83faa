"""One council with all its scenarios: from its evidence to the content of its files.

Nothing is read or written here, so that it can be done in any process on any machine that
has this package.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from prevention.fleet.task import Task, Variant, plain
from prevention.model.assumptions import Floats
from prevention.model.chain import covered
from prevention.model.evidence import CouncilEvidence
from prevention.model.memo import Cache
from prevention.model.projection import project
from prevention.model.summary import document

HEAD = ("run_id", "council", "council_name", "scenario")

RUNS = "runs"
"""The table written last: a council that has it is done."""

_ROWS = {
    "annual": (
        ["year", "programme", "service", "measure", "unit"],
        ["central", "mean", "p10", "p50", "p90"],
    ),
    "baseline": (["year", "service", "measure", "unit"], ["central", "p10", "p50", "p90"]),
    "appraisal": (
        ["programme", "payback_month", "payback_year", "peak_funding_month", "switching_lag_note"],
        [
            "npv_fiscal",
            "bcr_fiscal",
            "eanc_fiscal",
            "npv_cashable",
            "bcr_cashable",
            "eanc_cashable",
            "peak_funding",
            "tail_gross_avoided_cost",
            "switching_lag_months",
            "switching_lag_target_months",
            "switching_lag_npv_months",
            "quarter_slip",
            "target",
            "probability_of_target",
            "probability_npv_positive",
        ],
    ),
}
"""Tables of figures, with their columns of text and of numbers."""


def _schema(texts: Iterable[str], numbers: Iterable[str] = ()) -> pa.Schema:
    fields = [(name, pa.string()) for name in texts] + [(name, pa.float64()) for name in numbers]
    return pa.schema(fields)


FAILURES = "failures"
"""The table of what there are no figures for, and why."""

TABLES: Mapping[str, pa.Schema] = {
    **{name: _schema((*HEAD, *texts), numbers) for name, (texts, numbers) in _ROWS.items()},
    FAILURES: _schema(("council", "council_name", "scenario", "reason")).append(
        pa.field("failed", pa.bool_())
    ),
    RUNS: _schema((*HEAD, "first_year", "data_hash", "assumptions_hash", "missing")),
}
"""Each table with its columns, the same whatever a run leaves empty.

A failure has `failed` where there are no figures; otherwise there are, without what the
reason says.
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A council worked out: the content of its file of each table."""

    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task and its result, or the plain reason why there is none."""

    task: Task
    done: Done | None
    reason: str = ""


def work(task: Task) -> Done:
    """Every scenario of a council; what cannot be worked out is a failure with its reason."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    results = Cache()
    for variant in task.job.variants:
        try:
            found = _document(task, variant, results)
        except (ValueError, LookupError) as fault:
            rows[FAILURES].append(failure(task.council, variant.name, plain(fault)))
            continue
        head = {name: found["run"][name] for name in HEAD}
        for name in _ROWS:
            rows[name] += [head | row for row in found[name]]
        rows[RUNS].append(found["run"] | {"missing": "\n".join(found["missing"])})
        rows[FAILURES] += _left_out(task.council, variant)
    return Done({name: parquet(name, rows[name]) for name in TABLES})


def _document(task: Task, variant: Variant, results: Cache) -> dict[str, Any]:
    if variant.plan is None:
        raise ValueError(variant.reason)
    job = task.job
    projection = project(variant.plan, task.council, job.draws, job.seed, results, kept=_kept)
    return document(projection)


@cache
def _arrays() -> Cache:
    """Draws and lags a process has made: they are of no council, so the next can use them."""
    return Cache()


def _kept(kind: str, name: str, make: Callable[[], Floats]) -> Floats:
    return _arrays()((kind, name), make)


def _left_out(council: CouncilEvidence, variant: Variant) -> list[dict[str, Any]]:
    """What a council's figures do not reach to: the scenario's figures are without it."""
    if variant.plan is None:
        return []
    _, sentences = covered(variant.plan, council)
    return [failure(council, variant.name, said, failed=False) for said in sentences]


def failure(
    council: CouncilEvidence, scenario: str, reason: str, *, failed: bool = True
) -> dict[str, Any]:
    """A row of the table of failures."""
    head = {"council": council.code, "council_name": council.name, "scenario": scenario}
    return head | {"failed": failed, "reason": reason}


def unfinished(task: Task, reason: str) -> bytes:
    """The failures of a council that could not be worked out at all, as a Parquet file."""
    return parquet(FAILURES, [failure(task.council, v.name, reason) for v in task.job.variants])


def parquet(name: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows of a table as a Parquet file; what a row lacks is empty."""
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, TABLES[name]), target, compression="zstd")
    return target.getvalue()


def unexpected(fault: BaseException) -> str:
    """What went wrong that nobody thought of, as a reason."""
    return f"Something unexpected went wrong: {type(fault).__name__}: {fault}"
