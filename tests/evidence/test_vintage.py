"""A vintage: known defects are dealt with, and nothing is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from prevention.evidence import defects
from prevention.evidence.published import checksum, read_record, table_path
from prevention.evidence.store import Store
from prevention.evidence.tables import FIGURES, PUBLISHED, STATUSES
from prevention.evidence.vintage import (
    VintageRefused,
    main,
    make_table,
    name_releases,
    number_text,
    read_source,
    take_measures,
)

Cell = tuple[str, int, str, str]


def rows(*cells: Cell, source: str = "s") -> pd.DataFrame:
    frame = pd.DataFrame(cells, columns=["la_code", "year_ending", "measure", "value"])
    return frame.assign(status="", source=source)


def outcome(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["value"], frame["status"], strict=True))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1040.0", "1040"),
        ("267", "267"),
        ("", ""),
        ("0.0", "0"),
        ("1000", "1000"),
        ("75729.62999999999", "75729.63"),
        ("718.719231052835", "718.719231052835"),
        ("-12.50", "-12.5"),
    ],
)
def test_numbers_lose_noise_and_nothing_else(text: str, number: str) -> None:
    assert number_text(text) == number


def test_thousands_become_pounds_to_the_penny() -> None:
    frame = defects.thousands_into_pounds(
        rows(("E1", 2025, "m", "41170.99959"), ("E1", 2024, "m", ""))
    )
    assert [number_text(value) for value in frame["value"]] == ["41170999.59", ""]


def test_city_of_london_2015_is_withdrawn() -> None:
    frame = rows(("E09000001", 2015, "m", "514498"), ("E09000001", 2016, "m", "900"))
    assert outcome(defects.withdraw_london_total(frame)) == [("", "invalid"), ("900", "")]


def test_zero_weeks_are_no_return_but_no_nursing_is_none() -> None:
    all_, nursing = "weeks_65plus|Residential|All", "weeks_65plus|Nursing|All"
    frame = rows(
        ("A", 2021, all_, "0.0"),
        ("A", 2021, nursing, "0.0"),
        ("B", 2021, all_, "90"),
        ("B", 2021, nursing, "0.0"),
    )
    assert outcome(defects.empty_returns_are_not_zero(frame)) == [
        ("", "not_submitted"),
        ("", "not_submitted"),
        ("90", ""),
        ("0.0", ""),
    ]


def test_impossible_and_zero_unit_costs_are_no_price() -> None:
    frame = rows(
        ("A", 2013, "pssex1_unit_cost_week|65+|residential", "1396384.6"),
        ("A", 2013, "pssex1_unit_cost_hour|home care|all", "782"),
        ("A", 2013, "pssex1_unit_cost_week|65+|nursing", "782"),
    )
    assert outcome(defects.withdraw_impossible_unit_costs(frame)) == [
        ("", "invalid"),
        ("", "invalid"),
        ("782", ""),
    ]
    zero = rows(("A", 2022, "ascfr_unit_cost_home_care_hour|In House", "0.0"))
    assert outcome(defects.zero_unit_costs_are_no_price(zero)) == [("", "none_reported")]


def test_a_withdrawn_value_never_hides_the_publishers_own_reason() -> None:
    frame = rows(("A", 2020, "m", "")).assign(status="c")
    assert outcome(defects.withdraw(frame, pd.Series([True]), "invalid")) == [("", "c")]


def test_a_council_keeps_one_code_and_the_row_with_a_value() -> None:
    frame = rows(("E10000002", 2021, "m", ""), ("E06000060", 2021, "m", "415"))
    merged = defects.use_current_codes(frame, {"E10000002": "E06000060"})
    assert merged[["la_code", "value"]].values.tolist() == [["E06000060", "415"]]


def test_two_values_under_two_codes_are_never_chosen_between() -> None:
    frame = rows(("E10000002", 2021, "m", "1"), ("E06000060", 2021, "m", "2"))
    with pytest.raises(ValueError, match="two values"):
        defects.use_current_codes(frame, {"E10000002": "E06000060"})


def test_blanks_of_a_council_that_did_not_exist_are_left_out() -> None:
    frame = rows(("A", 2018, "m", ""), ("A", 2018, "n", "5"), ("A", 2021, "m", ""))
    kept = defects.leave_out_years_without_council(frame, {"A": (2020, 2030)})
    assert kept[["year_ending", "value"]].values.tolist() == [[2018, "5"], [2021, ""]]


def test_regions_and_rows_without_a_measure_are_left_out() -> None:
    frame = rows(
        ("E92000001", 2020, "m", "1"), ("E12000001", 2020, "m", "1"), ("E06000007", 2020, "", "1")
    )
    assert list(defects.leave_out_regions(frame)["la_code"]) == ["E06000007"]
    assert defects.leave_out_rows_without_measure(frame.iloc[2:]).empty


def test_a_mid_year_lies_in_the_financial_year_that_contains_it() -> None:
    frame = defects.mid_year_into_financial_year(rows(("A", 2023, "m", "1")))
    assert list(frame["year_ending"]) == [2024]


def source_file(path: Path, *lines: str) -> Path:
    header = "la_code,la_name,year_ending,measure,value,unit,source,suppressed"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_a_blank_keeps_the_publishers_marker_and_is_never_zero(tmp_path: Path) -> None:
    path = source_file(
        tmp_path / "s.csv",
        "A,a,2020,m,,u,s,c",
        "A,a,2021,m,,u,s,True",
        "A,a,2022,m,,u,s,False",
        "A,a,2023,m,7,u,s,False",
    )
    assert outcome(read_source(path)) == [
        ("", "c"),
        ("", "[c]"),
        ("", "not_returned"),
        ("7", ""),
    ]


def test_a_renamed_column_stops_the_vintage(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("la_code,year,measure,value,source,suppressed\n")
    with pytest.raises(VintageRefused, match="no column year_ending"):
        read_source(path)


def test_a_measure_nobody_knows_stops_the_vintage(data: Path) -> None:
    record = read_record(data, "care_weeks")
    known = {"weeks_65plus|Nursing|All": "nursing_weeks_65_plus"}
    frame = rows(
        ("A", 2020, "weeks_65plus|Nursing|All", "1"),
        ("A", 2020, "home_care_contact_hours|External", "1"),
    )
    assert list(take_measures(frame, record, known)["measure"]) == ["nursing_weeks_65_plus"]
    strange = rows(("A", 2020, "weeks_of_rain", "1"))
    with pytest.raises(VintageRefused, match="weeks_of_rain"):
        take_measures(strange, record, known)


def test_a_source_nobody_knows_stops_the_vintage(data: Path) -> None:
    record = read_record(data, "children_finance")
    with pytest.raises(VintageRefused, match="none of the releases"):
        name_releases(rows(("A", 2020, "m", "1"), source="a friend"), record)


def test_a_table_made_from_a_few_rows(data: Path) -> None:
    record = read_record(data, "population_adults")
    councils = pd.read_csv(data / "published/councils.csv", dtype=str, keep_default_na=False)
    source = rows(
        ("E08000016", 2023, "pop_65plus", "50000.0"),
        ("E92000001", 2023, "pop_65plus", "10000000.0"),
        source="ONS mid-2023 population estimates (mye23tablesew.xlsx)",
    )
    made = make_table(source, record, {"pop_65plus": "population_65_plus"}, councils)
    assert made.values.tolist() == [
        ["E08000038", 2024, "population_65_plus", "50000", "", "mye-2023-first"]
    ]


def test_the_command_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "published").mkdir()
    assert main(["--reseal", str(tmp_path)]) == 2
    assert main([str(tmp_path), str(data_published())]) == 2
    assert "is missing" in capsys.readouterr().err


def data_published() -> Path:
    from prevention.evidence.places import data_folder

    return data_folder() / "published"


@pytest.mark.parametrize("table", PUBLISHED)
def test_each_table_is_the_one_its_record_describes(data: Path, table: str) -> None:
    record, path = read_record(data, table), table_path(data, table)
    assert record.table == table
    assert record.sha256 == checksum(path)
    assert path.stat().st_size < 3_000_000
    text = path.read_bytes()
    assert b"\r" not in text
    assert not text.startswith(b"\xef\xbb\xbf")
    assert all(release.licence and release.copied_from for release in record.releases)


DEFECTS = [
    ("care_weeks", "E09000001", 2015, "residential_weeks_65_plus", "invalid"),
    ("care_weeks", "E09000001", 2015, "nursing_weeks_65_plus", "invalid"),
    ("care_weeks", "E09000012", 2021, "residential_weeks_65_plus", "not_submitted"),
    ("care_weeks", "E10000016", 2001, "residential_weeks_65_plus", "not_submitted"),
    ("care_weeks", "E09000022", 2022, "nursing_weeks_65_plus", "inconsistent"),
    ("care_unit_costs", "E06000007", 2022, "home_care_hourly_cost_in_house", "none_reported"),
    ("net_current_expenditure", "E06000039", 2020, "children_social_care", "inconsistent"),
    ("net_current_expenditure", "E08000028", 2024, "adult_social_care", "inconsistent"),
    ("section_251", "E06000004", 2010, "looked_after_total_gross", "not_submitted"),
    ("section_251", "E06000039", 2010, "looked_after_total_gross", "inconsistent"),
    ("looked_after", "E06000053", 2021, "looked_after_31_march", "z"),
    ("adult_outcomes", "E06000021", 2020, "at_home_91_days_percent", "not_submitted"),
    ("adult_outcomes", "E09000014", 2022, "offered_reablement_percent", "not_submitted"),
    ("revenue_outturn_children", "E08000025", 2025, "looked_after_total_gross", "[x]"),
]


@pytest.mark.parametrize(("table", "code", "year", "measure", "status"), DEFECTS)
def test_known_defects_are_withdrawn_from_the_store(
    store: Store, table: str, code: str, year: int, measure: str, status: str
) -> None:
    found = store.rows(
        f'SELECT value, status FROM "{table}" '
        "WHERE la_code = ? AND year_ending = ? AND measure = ?",
        [code, year, measure],
    )
    assert found == [(None, status)]


def test_no_adult_unit_cost_exceeds_5000_pounds_or_is_nothing(store: Store) -> None:
    assert store.rows("SELECT count(*) FROM care_unit_costs WHERE value > 5000 OR value <= 0") == [
        (0,)
    ]


def test_every_missing_value_has_a_reason_in_plain_words(store: Store) -> None:
    for table in FIGURES:
        statuses = store.rows(f'SELECT DISTINCT status FROM "{table}" WHERE value IS NULL')
        assert {status for (status,) in statuses} <= set(STATUSES), table


def test_no_withdrawn_code_is_left_in_the_figures(store: Store) -> None:
    old = ["E08000016", "E08000019", "E10000002", "E10000023", "E10000027"]
    for table in FIGURES:
        assert store.figures(table), table
        assert not [row for code in old for row in store.figures(table, code)], table
