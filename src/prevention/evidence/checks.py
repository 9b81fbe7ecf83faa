"""Does a table meet its expectations? Every broken rule is pointed at its cell.

The rules are data, one suite per table in `expectations/<table>.json`. Great Expectations
judges them; it takes two seconds to import, so it is reached only when a table is checked.
A `value_set` given as text names a list: "councils.la_code" and the like. Beside a table's own
columns a rule may look at `value_text` and `year_ending_text` (as written), `value_or_status`,
and `value in UNIT`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from prevention.evidence.breaches import Breach
from prevention.evidence.published import ROW
from prevention.evidence.tables import CHECKED, FIGURES, OWN

Known = Mapping[str, Sequence[str]]
"""Lists that rules refer to by name."""

GIVEN = "value_or_status"
"""Derived column: "value", "status", "both" or "neither", by what a row gives."""
IN_UNIT = "value in "
"""Derived columns: "value in GBP per week" holds the values whose measure has that unit."""


class SuiteWrong(ValueError):
    """A suite of expectations cannot be used as it is written."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The rules of one table, as written in its file."""

    table: str
    expectations: tuple[Mapping[str, Any], ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules, in order."""
        return tuple(item["meta"]["rule"] for item in self.expectations)


def read_suite(folder: Path, table: str) -> Suite:
    """The rules of a table.

    Raises:
        SuiteWrong: the file is missing, or a rule lacks its name or message.
    """
    path = folder / f"{table}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        suite = Suite(content["name"], tuple(content["expectations"]))
        complete = all(item["type"] and item["meta"]["message"] for item in suite.expectations)
        distinct = len(set(suite.rules)) == len(suite.rules)
    except FileNotFoundError as fault:
        raise SuiteWrong(f"{table} has no expectations: {path} is missing.") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise SuiteWrong(f"{path} is not a suite of expectations: {fault!r}.") from fault
    if not (complete and distinct and suite.expectations):
        raise SuiteWrong(f"{path}: each rule needs a type, a message and a name of its own.")
    return suite


def typed(frame: pd.DataFrame, table: str, known: Known) -> pd.DataFrame:
    """The frame the rules see: numbers as numbers, and as they are written beside them.

    A blank is missing only where a column may be blank. Elsewhere it stays text, so that it
    breaks the rule of what the text must be: rules pass over what is missing.
    """
    result = frame.copy()
    for column in CHECKED[table].columns:
        if not column.required:
            result[column.name] = frame[column.name].where(frame[column.name] != "")
    if table in OWN:
        for column in CHECKED[table].columns:
            if column.sql_type.startswith(("DECIMAL", "INTEGER")):
                result[f"{column.name}_text"] = frame[column.name]
                result[column.name] = pd.to_numeric(frame[column.name], errors="coerce")
    if table in FIGURES:
        for name in ("value", "year_ending"):
            result[f"{name}_text"] = result[name]
            result[name] = pd.to_numeric(result[name], errors="coerce").astype("float64")
        value, status = frame["value"] != "", frame["status"] != ""
        result[GIVEN] = "neither"
        result.loc[value, GIVEN] = "value"
        result.loc[status, GIVEN] = "status"
        result.loc[value & status, GIVEN] = "both"
        units = dict(
            zip(known.get("measures.measure", ()), known.get("measures.unit", ()), strict=True)
        )
        for unit in sorted(set(units.values())):
            result[IN_UNIT + unit] = result["value"].where(frame["measure"].map(units) == unit)
    return result


def check(frame: pd.DataFrame, suite: Suite, known: Known) -> list[Breach]:
    """Every breach of a suite in a table's rows, in order of row.

    frame: text columns of the table and `row`, as `published.read_rows` gives them.
    known: the lists that rules name.

    Raises:
        SuiteWrong: a rule is of an unknown type, names an unknown list or column, or
            could not be judged.
    """
    data = typed(frame, suite.table, known)
    expectations = [_resolved(item, suite, known) for item in suite.expectations]
    failed = [
        item
        for item, passed in zip(expectations, _judge(data, expectations), strict=True)
        if not passed
    ]
    form = {"result_format": "COMPLETE", "unexpected_index_column_names": [ROW]}
    results = _validate(data, failed, form) if failed else []
    breaches = [
        breach
        for item, result in zip(failed, results, strict=True)
        for breach in _breaches(item, result, suite.table, frame)
    ]
    return sorted(breaches, key=lambda breach: (breach.row or 0, breach.rule))


def _resolved(item: Mapping[str, Any], suite: Suite, known: Known) -> dict[str, Any]:
    kwargs = dict(item.get("kwargs", {}))
    named = kwargs.get("value_set")
    if isinstance(named, str):
        if named not in known:
            raise SuiteWrong(
                f"Rule {item['meta']['rule']} of {suite.table} names a list '{named}' that does "
                f"not exist. There are {', '.join(known)}."
            )
        kwargs["value_set"] = list(known[named])
    return {**item, "kwargs": kwargs}


@cache
def _batches() -> Any:
    """Great Expectations, quiet, offline and ready to take a frame."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _validate(data: pd.DataFrame, expectations: Iterable[dict[str, Any]], form: Any) -> list[Any]:
    """One result for each expectation, in their order.

    Great Expectations only logs a type it does not know and goes on without it, and
    returns results in an order of its own: so they are counted and matched by rule.
    """
    batches = _batches()
    import great_expectations as gx
    from great_expectations.exceptions.exceptions import GreatExpectationsError

    expectations = list(expectations)
    try:
        suite = gx.ExpectationSuite(name="rules", expectations=[dict(e) for e in expectations])
    except (GreatExpectationsError, ValueError, TypeError) as fault:
        raise SuiteWrong(f"An expectation cannot be used as written: {fault}") from fault
    kept = {(item.meta or {}).get("rule") for item in suite.expectations}
    for item in expectations:
        if item["meta"]["rule"] not in kept:
            raise SuiteWrong(f"Rule {item['meta']['rule']}: there is no type '{item['type']}'.")
    results = (
        batches.get_batch(batch_parameters={"dataframe": data})
        .validate(suite, result_format=form)
        .results
    )
    by_rule = {result.expectation_config.meta["rule"]: result for result in results}
    for item in expectations:
        reason = _fault(by_rule.get(item["meta"]["rule"]))
        if reason:
            raise SuiteWrong(f"Rule {item['meta']['rule']} could not be judged: {reason}")
    return [by_rule[item["meta"]["rule"]] for item in expectations]


def _fault(result: Any) -> str:
    """Why a rule was not judged; empty when it was. The report comes in two shapes."""
    if result is None:
        return "it gave no result"
    info = result.exception_info or {}
    reports = [info] if "raised_exception" in info else list(info.values())
    messages = [str(r["exception_message"]) for r in reports if r.get("raised_exception")]
    return "; ".join(messages)


def _own_column(name: str) -> str:
    """The table's own column that a rule's column was derived from."""
    return "value" if name.startswith("value") else name.removesuffix("_text")


def _judge(data: pd.DataFrame, expectations: list[dict[str, Any]]) -> list[bool]:
    """Whether each rule is met: asked first, because naming the rows takes far longer."""
    return [bool(result.success) for result in _validate(data, expectations, "BOOLEAN_ONLY")]


def _breaches(item: dict[str, Any], result: Any, table: str, frame: pd.DataFrame) -> list[Breach]:
    kwargs, meta = item["kwargs"], item["meta"]
    pair = ("column", "column_A", "column_B")
    named = kwargs.get("column_list") or [kwargs[name] for name in pair if name in kwargs]
    columns = [_own_column(name) for name in named]
    shown = ", ".join(columns)
    indices = result.result.get("unexpected_index_list") or []
    if not indices:
        observed = str(result.result.get("observed_value", ""))
        return [Breach(table, None, shown, meta["rule"], observed, meta["message"])]
    cells = frame.set_index(ROW)[columns]
    return [
        Breach(
            table,
            int(index[ROW]),
            shown,
            meta["rule"],
            ", ".join(str(value) for value in cells.loc[index[ROW]]),
            meta["message"],
        )
        for index in indices
    ]
