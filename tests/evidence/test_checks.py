"""Every rule can fail, none is dropped, and a breach points at its cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prevention.evidence.build import Loaded, known_lists
from prevention.evidence.checks import GIVEN, IN_UNIT, Known, Suite, SuiteWrong, check, read_suite
from prevention.evidence.places import expectations_folder
from prevention.evidence.published import ROW, read_record, read_rows, table_path
from prevention.evidence.tables import CHECKED, OWN, PUBLISHED

Row = dict[str, str]
TEXT_OF = {
    f"{name}_text": name for name in ("year_ending", "value", "amount", "weekly_cost", "starts")
}
OWN_ROWS: Mapping[str, Row] = {
    "council_ledger": {
        "month": "2024-04-01",
        "service": "fostering",
        "cost_centre": "F1",
        "amount": "12.50",
    },
    "council_placements": {
        "start_date": "2024-04-01",
        "end_date": "2024-09-30",
        "service": "fostering",
        "weekly_cost": "480.00",
    },
    "council_starts": {"programme": "no-wrong-door", "month": "2024-04-01", "starts": "4"},
}


def load(data: Path, *tables: str) -> list[Loaded]:
    wanted = dict.fromkeys(["councils", "measures", *tables])
    return [
        Loaded(
            PUBLISHED[name],
            read_rows(table_path(data, name), PUBLISHED[name])[0],
            read_record(data, name),
        )
        for name in wanted
    ]


def of_unit(frame: pd.DataFrame, unit: str, known: Known) -> Row:
    """A row with a value in a unit."""
    units = dict(zip(known["measures.measure"], known["measures.unit"], strict=True))
    rows = frame[(frame["measure"].map(units) == unit) & (frame["value"] != "")]
    return dict(rows.iloc[0])


def broken_rows(
    item: Mapping[str, Any], frame: pd.DataFrame, plain: Row, known: Known
) -> list[Row]:
    """Rows that break one rule, by its type."""
    kwargs, kind = item["kwargs"], item["type"]
    column = TEXT_OF.get(kwargs.get("column", ""), kwargs.get("column", ""))
    if kind == "expect_table_row_count_to_be_between":
        return []
    if "unique" in kind:
        full = frame[frame[column] != ""] if column else frame
        return [dict(full.iloc[0]), dict(full.iloc[0])]
    if kind == "expect_column_values_to_not_be_null":
        return [{**plain, column: ""}]
    if kind == "expect_column_values_to_match_regex":
        late = {"month": "2050-01-01", "start_date": "2050-01-01", "end_date": "2050-01-01"}
        wrong = "" if kwargs["regex"] == r"\S" else "\n" if column == "cost_centre" else "?!"
        return [{**plain, column: late[column] if "(?!" in kwargs["regex"] else wrong}]
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        return [{**plain, "start_date": "2024-09-30", "end_date": "2024-04-01"}]
    if column == GIVEN:
        return [{**plain, "value": "1", "status": "c"}, {**plain, "value": "", "status": ""}]
    if kind == "expect_column_values_to_be_in_set":
        return [{**plain, column: "no such"}]
    assert kind == "expect_column_values_to_be_between", f"no way to break {kind} is known"
    if column.startswith(IN_UNIT):
        plain, column = of_unit(frame, column.removeprefix(IN_UNIT), known), "value"
    limit = kwargs["max_value"] + 1 if "max_value" in kwargs else kwargs["min_value"] - 1
    return [{**plain, column: str(limit)}]


@pytest.mark.parametrize("table", PUBLISHED)
def test_every_rule_of_a_suite_can_fail(table: str, warrington_data: Path) -> None:
    loaded = load(warrington_data, table)
    frame = next(item.frame for item in loaded if item.table.name == table)
    suite = read_suite(expectations_folder(), table)
    known = known_lists(table, loaded)
    plain = dict(frame[frame["value"] != ""].iloc[0] if "value" in frame else frame.iloc[0])
    rows = [row for item in suite.expectations for row in broken_rows(item, frame, plain, known)]
    broken = pd.DataFrame(rows, dtype="str").drop(columns=ROW)
    broken.insert(0, ROW, range(2, len(rows) + 2))
    first = Suite(table, suite.expectations[:1])
    broke = {breach.rule for breach in check(broken, suite, known)}
    none = {breach.rule for breach in check(broken.iloc[:0], first, known)}
    assert none == {suite.rules[0]}
    assert broke | none == set(suite.rules)


@pytest.mark.parametrize("table", OWN)
def test_every_rule_of_a_councils_own_table_can_fail(table: str) -> None:
    suite = read_suite(expectations_folder(), table)
    known = {
        "councils.la_code": ["E06000007"],
        "services": ["fostering"],
        "programmes": ["no-wrong-door"],
    }
    plain = {ROW: "2", "la_code": "E06000007", **OWN_ROWS[table]}
    good = pd.DataFrame([plain], dtype="str").astype({ROW: int})
    rows = [row for item in suite.expectations for row in broken_rows(item, good, plain, known)]
    broken = pd.DataFrame(rows, dtype="str").assign(**{ROW: range(2, len(rows) + 2)})
    assert check(good, suite, known) == []
    first = Suite(table, suite.expectations[:1])
    none = {breach.rule for breach in check(good.iloc[:0], first, known)}
    assert {breach.rule for breach in check(broken, suite, known)} | none == set(suite.rules)


def test_there_is_a_suite_for_each_table_and_no_other() -> None:
    assert {path.stem for path in expectations_folder().glob("*.json")} == set(CHECKED)


def test_each_rule_has_a_name_no_other_has() -> None:
    rules = [rule for table in CHECKED for rule in read_suite(expectations_folder(), table).rules]
    assert len(rules) == len(set(rules))
    assert len(rules) > 200


def suite_of(*expectations: Mapping[str, Any]) -> Suite:
    return Suite("care_weeks", tuple(expectations))


def expectation(kind: str, **kwargs: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs, "meta": {"rule": kind, "message": "wrong"}}


FRAME = pd.DataFrame(
    {
        ROW: [2, 3, 4],
        "la_code": ["E06000007", "E06000007", ""],
        "year_ending": ["2025", "2024", "2023"],
        "measure": ["weeks", "weeks", "NA"],
        "value": ["10", "", "0"],
        "status": ["", "c", ""],
        "release": ["r", "r", "r"],
    }
)


def test_an_unknown_type_of_rule_is_never_dropped() -> None:
    wrong = suite_of(
        expectation("expect_column_values_to_not_be_null", column="la_code"),
        expectation("expect_the_moon", column="value"),
    )
    with pytest.raises(SuiteWrong, match="no type 'expect_the_moon'"):
        check(FRAME, wrong, {})


def test_a_rule_on_a_column_that_is_not_there_is_never_passed() -> None:
    wrong = suite_of(expectation("expect_column_values_to_not_be_null", column="colour"))
    with pytest.raises(SuiteWrong, match="could not be judged"):
        check(FRAME, wrong, {})


def test_a_rule_that_names_an_unknown_list_is_refused() -> None:
    wrong = suite_of(
        expectation("expect_column_values_to_be_in_set", column="measure", value_set="lists.none")
    )
    with pytest.raises(SuiteWrong, match=r"lists\.none"):
        check(FRAME, wrong, {})


def test_text_that_looks_missing_is_text_and_a_blank_is_missing() -> None:
    suite = suite_of(
        expectation("expect_column_values_to_match_regex", column="la_code", regex="^E"),
        expectation("expect_column_values_to_be_in_set", column="measure", value_set=["weeks"]),
    )
    found = [(b.row, b.column, b.value) for b in check(FRAME, suite, {})]
    assert found == [(4, "measure", "NA"), (4, "la_code", "")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a suite"),
        ('{"name": "t", "expectations": []}', "needs a type"),
        ('{"name": "t", "expectations": [{"type": "x"}]}', "not a suite"),
    ],
)
def test_a_suite_that_is_not_whole_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "t.json").write_text(content)
    with pytest.raises(SuiteWrong, match=message):
        read_suite(tmp_path, "t")


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    rule = expectation("expect_column_values_to_not_be_null", column="la_code")
    (tmp_path / "t.json").write_text(json.dumps({"name": "t", "expectations": [rule, rule]}))
    with pytest.raises(SuiteWrong, match="a name of its own"):
        read_suite(tmp_path, "t")


def test_rows_are_numbered_as_an_editor_numbers_them(tmp_path: Path) -> None:
    path = tmp_path / "care_weeks.csv"
    header = "la_code,year_ending,measure,value,status,release\n"
    path.write_text(header + 'E06000007,2020,"two\nlines",1,,r\n\nE06000007,2021,w,2,,r\n')
    frame, found = read_rows(path, PUBLISHED["care_weeks"])
    assert found == []
    assert list(frame[ROW]) == [3, 5]
