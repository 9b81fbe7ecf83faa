"""Other vintages of a publication: the same figures, or a clear word on what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from prevention.publications import NotRecognised, Reading, read_publication
from prevention.publications.places import not_a_council, ons_code, places
from publications import workbooks
from publications.layouts import KEYS, figure, looked_after, need, placements, wide, write_csv
from publications.workbooks import Rows, write_book, write_rows

WARRINGTON, BARNSLEY, CUMBRIA = "E06000007", "E08000038", "E10000006"


def changed(table: pd.DataFrame, column: str, words: dict[str, str]) -> pd.DataFrame:
    """A table with some words of one column put otherwise."""
    return table.assign(**{column: table[column].replace(words)})


# --- the wide layout of children looked after, to 2019 -----------------------------------


def test_wide_files_give_every_year_their_columns_name(tmp_path: Path) -> None:
    reading = read_publication(write_csv(tmp_path / "CLA2018.csv", wide("CLA2018")))
    assert (reading.publication, reading.release.key) == ("dfe_looked_after_to_2019", "cla-2018")
    assert figure(reading, WARRINGTON, 2017, "looked_after_31_march") == ("381", "")
    assert figure(reading, WARRINGTON, 2018, "looked_after_31_march") == ("401", "")
    assert figure(reading, WARRINGTON, 2018, "looked_after_31_march_rate") == ("90", "")
    assert figure(reading, WARRINGTON, 2018, "population_0_17_used_by_dfe") == ("44600", "")
    assert figure(reading, WARRINGTON, 2018, "foster") == ("255", "")
    assert figure(reading, WARRINGTON, 2018, "residential_schools") == ("", "x")
    assert figure(reading, WARRINGTON, 2017, "unaccompanied_asylum_seeking") == ("7", "")
    # The code of the time goes under the newest; Cumbria keeps its own.
    assert figure(reading, BARNSLEY, 2018, "looked_after_31_march") == ("300", "")
    assert figure(reading, CUMBRIA, 2018, "foster") == ("450", "")
    assert reading.set_aside["for England"] == reading.set_aside["for a region"] == 9
    assert reading.set_aside["column 'CLA_Fost_pc' feeds no table of ours"] == 5


def test_a_wide_file_without_years_takes_that_of_its_name(tmp_path: Path) -> None:
    reading = read_publication(write_csv(tmp_path / "SFR41_CEA2016.csv", wide("CEA2016")))
    assert figure(reading, WARRINGTON, 2016, "looked_after_ceased") == ("131", "")
    with pytest.raises(NotRecognised, match="which year"):
        read_publication(write_csv(tmp_path / "SFR21_CEA.csv", wide("CEA2016")))


def test_a_column_named_after_another_year_than_its_release_is_a_misprint(tmp_path: Path) -> None:
    """The release of 2015 heads those who started in 2015 with 2014; a name of ours says less."""
    reading = read_publication(write_csv(tmp_path / "SFR34_ADM2015.csv", wide("ADM2015")))
    assert figure(reading, WARRINGTON, 2015, "looked_after_started") == ("171", "")
    assert any("2014 are taken for 2015" in word for word in reading.recognised)
    with pytest.raises(NotRecognised, match=r"of 2014, its name is of 2015"):
        read_publication(write_csv(tmp_path / "starts 2015.csv", wide("ADM2015")))
    plain = read_publication(write_csv(tmp_path / "starts.csv", wide("ADM2015")))
    assert figure(plain, WARRINGTON, 2014, "looked_after_started") == ("171", "")


def test_the_wide_file_of_2010_has_the_departments_codes_alone(tmp_path: Path) -> None:
    reading = read_publication(write_csv(tmp_path / "SFR27_2010_March.csv", wide("March2010")))
    assert figure(reading, WARRINGTON, 2010, "looked_after_31_march") == ("267", "")
    # The middle of 2009 lies in the financial year that ends in 2010.
    assert figure(reading, WARRINGTON, 2010, "population_0_17_used_by_dfe") == ("43100", "")


# --- the long layout: levels, categories, codes, years, marks ----------------------------


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("geographic_level", {"Local authority": "LA"}),
        ("geographic_level", {"Local authority": "Local authorities"}),
        ("new_la_code", {"E06000007": "00EU", "E06000053": "00HF"}),
        ("new_la_code", {"E06000007": "e06000007 "}),
        ("time_period", {"2025": "31/03/2025", "2024": "2023-24"}),
        ("time_period", {"2025": "2025.0", "2024": "YE 2024"}),
        ("population_type", {"Children ceasing to be looked after each year": "CLA who left care"}),
    ],
)
def test_the_same_said_otherwise_is_the_same(
    tmp_path: Path, column: str, words: dict[str, str]
) -> None:
    table = looked_after()
    said = read_publication(write_csv(tmp_path / "said.csv", changed(table, column, words)))
    plain = read_publication(write_csv(tmp_path / "plain.csv", table))
    assert said.rows[KEYS].equals(plain.rows[KEYS])


def test_headings_run_together_and_a_missing_level_change_nothing(tmp_path: Path) -> None:
    table = looked_after()
    run = table.rename(columns=lambda name: name.title().replace("_", ""))
    plain = read_publication(write_csv(tmp_path / "plain.csv", table))
    for name, other in (("run", run), ("level", table.drop(columns="geographic_level"))):
        reading = read_publication(write_csv(tmp_path / f"{name}.csv", other))
        assert reading.rows[KEYS].equals(plain.rows[KEYS])


def test_a_file_without_a_row_of_councils_says_which_levels_it_has(tmp_path: Path) -> None:
    table = changed(looked_after(), "geographic_level", {"Local authority": "School"})
    with pytest.raises(NotRecognised, match=r"'Local authority'.*'School'"):
        read_publication(write_csv(tmp_path / "cla.csv", table))


def test_every_council_of_before_2011_has_one_old_code() -> None:
    """A city of a metropolitan county, a London borough, a unitary and a county among them."""
    old = {place.code: place.ons_old_code for place in places().values() if place.ons_old_code}
    assert len(set(old.values())) == len(old)
    standing = [p for p in places().values() if not p.first_year and not p.same_area]
    assert {p.name for p in standing if p.code not in old} == set()
    known = {"00EU": "E06000007", "00BN": "E08000003", "00BK": "E09000033", "30": "E10000017",
             "11": "E06000060", "00CC": "E08000038", "19": "E10000009"}  # fmt: skip
    assert {code: ons_code(code) for code in known} == known
    assert [not_a_council(ons_code(code)) for code in ("16UB", "35UB")] == [
        "a district council, without social care duties"
    ] * 2


def test_codes_that_contradict_each_other_wait_to_be_looked_at(tmp_path: Path) -> None:
    table = looked_after()
    table.loc[table["la_name"] == "Warrington", "old_la_code"] = "876"
    rows = read_publication(write_csv(tmp_path / "cla.csv", table)).rows
    assert (rows["la_code"] == "E06000007 or 876").sum() == 14
    assert "E06000007" not in set(rows["la_code"])


def test_a_category_that_may_be_one_of_ours_waits_under_both_names(tmp_path: Path) -> None:
    ceasing = "Children ceasing to be looked after each year"
    table = changed(looked_after(), "population_type", {ceasing: "Exits"})
    rows = read_publication(write_csv(tmp_path / "cla.csv", table)).rows
    assert "looked_after_ceased" not in set(rows["measure"])
    assert (rows["measure"] == "Exits (perhaps looked_after_ceased)").sum() == 6
    table = changed(placements(), "characteristic", {"Foster placements": "Foster homes"})
    rows = read_publication(write_csv(tmp_path / "placements.csv", table)).rows
    assert "Foster homes (perhaps foster)" in set(rows["measure"])


# --- revenue outturn: order and wording of columns ---------------------------------------


def in_order(reading: Reading) -> list[list[object]]:
    return sorted(map(list, reading.rows[KEYS].itertuples(index=False)), key=str)


def headings(rows: Rows, change: Callable[[str], str]) -> list[list[object]]:
    """Rows of RO3 with both their rows of headings put otherwise."""
    return [
        [change(c) if isinstance(c, str) else c for c in row] if "Class" in row else list(row)
        for row in rows
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [row[::-1] if len(row) > 2 else row for row in rows],
        lambda rows: [[*row[7:], *row[:7]] if len(row) > 2 else row for row in rows],
        lambda rows: [row[1:] if len(row) > 2 else row for row in rows],
        lambda rows: headings(rows, str.lower),
        lambda rows: headings(rows, lambda c: c.replace(" - Net", ": Net").replace("'", "’")),
    ],
    ids=["reversed", "keys last", "no E-code", "small letters", "colons"],
)
def test_ro3_columns_are_told_by_their_headings(
    tmp_path: Path, change: Callable[[list[list[object]]], list[list[object]]]
) -> None:
    plain = read_publication(write_rows(tmp_path / "RO3 2024-25.csv", workbooks.ro3()))
    rows = change(workbooks.ro3())
    assert in_order(read_publication(write_rows(tmp_path / "RO3 202425.csv", rows))) == in_order(
        plain
    )


def test_ro3_kinds_numbered_by_a_spreadsheet_stand_below_their_lines(tmp_path: Path) -> None:
    """Headings that are alike get numbers in a table; a row of notes may stand between, and
    lines themselves over two rows."""
    plain = read_publication(write_rows(tmp_path / "RO3 2024-25.csv", workbooks.ro3()))
    rows = workbooks.ro3_two_rows()
    for number, row in enumerate(rows):
        if "E-code" in row:
            rows[number] = [f"{c}{n}" if "(C" in str(c) and n > 9 else c for n, c in enumerate(row)]
    between = [*rows[:7], [*[""] * 7, "£ thousand"], *rows[7:]]
    reading = read_publication(write_rows(tmp_path / "RO3 202425.csv", between))
    assert in_order(reading) == in_order(plain)
    parts = [re.split(r" - |: ", str(line), maxsplit=1) for line in rows[6]]
    upper, lower = [part[0] for part in parts], ["".join(part[1:]) for part in parts]
    reading = read_publication(
        write_rows(tmp_path / "RO3 2024_25.csv", [*rows[:6], upper, lower, *rows[7:]])
    )
    assert in_order(reading) == in_order(plain)


def test_an_ro3_line_that_may_be_ours_waits_and_the_rest_loads(tmp_path: Path) -> None:
    plain = read_publication(write_rows(tmp_path / "RO3 2024-25.csv", workbooks.ro3()))
    rows = headings(workbooks.ro3(), lambda c: c.replace("Youth Justice", "Youth Offending Teams"))
    reading = read_publication(write_rows(tmp_path / "RO3 202425.csv", rows))
    doubtful = reading.rows["measure"].str.contains("(perhaps youth_justice_net)", regex=False)
    assert doubtful.sum() == 4
    assert reading.rows_read == plain.rows_read
    assert len(reading.rows) == len(plain.rows)
    assert not set(reading.rows["measure"]) & {"youth_justice_net", "youth_justice_gross"}
    assert any("youth_justice_net" in word for word in reading.recognised)


# --- adult social care: merged headings gone ---------------------------------------------

STEMS = ("Number of requests for support received from new clients",
         "New clients with an episode of ST-Max care and a known sequel",
         "Long Term Support during the year")  # fmt: skip
CARERS = "Support provided to carers during the year"
YEARS = ("2020-21", "2021-22")


def summary(form: str, carers: str = CARERS) -> list[list[object]]:
    """Table 2, three rows of headings: with merged cells left blank, filled, or in one row."""
    grid = [[stem, age, year] for stem in STEMS for age in ("18 to 64", "65 and over")
            for year in YEARS] + [[carers, "", year] for year in YEARS]  # fmt: skip
    rows = [list(row) for row in zip(*grid, strict=True)]
    if form == "blank":
        for row in rows[:2]:
            for column in range(len(row) - 1, 0, -1):
                row[column] = "" if grid[column][:2] == grid[column - 1][:2] else row[column]
        rows[0] = [t if t != rows[0][n - 1] else "" for n, t in enumerate(rows[0])]
    if form == "one row":
        rows = [[" - ".join(filter(None, texts)) for texts in grid]]
    title = ("Table 2: Summary figures regarding Adult Social Care activity, year on year "
             "comparison, 2020-21 and 2021-22")  # fmt: skip
    return workbooks.asc_sheet(title, "Numbers", rows, {WARRINGTON: list(range(10, 24))})


@pytest.mark.parametrize("form", ["blank", "filled", "one row"])
@pytest.mark.parametrize("carers", [CARERS, "Carers supported"])
def test_headings_over_several_rows_are_read_without_their_merged_cells(
    tmp_path: Path, form: str, carers: str
) -> None:
    """The heading of carers has no age: that of the column before it must not run on."""
    reading = read_publication(write_book(tmp_path / "a.xlsx", {"T2": summary(form, carers)}))
    expected = {
        (2021, "carers_supported"): "22",
        (2022, "carers_supported"): "23",
        (2021, "requests_18_64"): "10",
        (2022, "long_term_support_65_plus"): "21",
    }
    for (year, measure), value in expected.items():
        assert figure(reading, WARRINGTON, year, measure) == (value, "")
    assert len(reading.rows[reading.rows["la_code"] == WARRINGTON]) == 14


def test_a_year_of_a_table_that_is_not_found_is_named(tmp_path: Path) -> None:
    rows = summary("filled")
    heads = next(n for n, row in enumerate(rows) if "Geography code" in row)
    rows[heads][5] = "Something else"
    with pytest.raises(NotRecognised, match=r"no column for requests_18_64 of 2021"):
        read_publication(write_book(tmp_path / "a.xlsx", {"T2": rows}))
    rows = summary("filled", "Help for those who look after others")
    reading = read_publication(write_book(tmp_path / "b.xlsx", {"T2": rows}))
    assert "Not in these tables: carers_supported." in reading.recognised
    assert any("12 of the 13 tables" in word for word in reading.recognised)


# --- population ---------------------------------------------------------------------------


def test_the_sheet_of_persons_is_told_by_its_title_and_notes_below_are_no_areas(
    tmp_path: Path,
) -> None:
    """Sheets lose their names; a note above the table of females speaks of 'all'."""
    persons = workbooks.mid_year()
    females = [["MYE2: Females by single year of age"], ["Not what I need at all"], *persons[1:]]
    notes = [[""], ["Source: the publisher"], ["2", "A note of two cells"]]
    sheets: dict[str, Rows] = {"Sheet1": females, "Sheet2": [*persons, *notes]}
    reading = read_publication(write_book(tmp_path / "b.xlsx", sheets))
    plain = read_publication(write_book(tmp_path / "p.xlsx", {"MYE2": persons}))
    assert in_order(reading) == in_order(plain)


# --- deflators ----------------------------------------------------------------------------


def test_deflators_are_found_below_a_long_preface_and_in_another_order(tmp_path: Path) -> None:
    rows = workbooks.deflators()
    plain = read_publication(write_rows(tmp_path / "gdp.csv", rows))
    preface: list[list[object]] = [[f"Line {n}"] for n in range(25)]
    width = max(map(len, rows))
    turned = [[*row, *[""] * (width - len(row))][::-1] for row in rows]
    reading = read_publication(write_rows(tmp_path / "turned.csv", [*preface, *turned]))
    assert in_order(reading) == in_order(plain)


# --- files put together, and downloads of the department's own making ---------------------


def test_files_put_end_to_end_keep_one_header(tmp_path: Path) -> None:
    table = looked_after()
    head = pd.DataFrame([list(table.columns)], columns=table.columns)
    older = changed(table, "time_period", {"2025": "2023", "2024": "2022"})
    joined = pd.concat([table, head, older])
    reading = read_publication(write_csv(tmp_path / "cla.csv", joined))
    alone = [read_publication(write_csv(tmp_path / "a.csv", t)).rows for t in (table, older)]
    assert len(reading.rows) == sum(map(len, alone))
    assert reading.set_aside["a row that repeats the headings"] == 3


def test_a_table_made_on_the_departments_site_has_one_column_of_codes(tmp_path: Path) -> None:
    """It names every area, of whatever level, under location and location_code."""
    table = need("b1")
    place = table["new_la_code"].where(table["new_la_code"] != "", table["country_code"])
    made = table[["geographic_level", "time_period", "Anypoint_episodes", "Started_episodes",
                  "At31_episodes"]].assign(location="somewhere", location_code=place)  # fmt: skip
    reading = read_publication(write_csv(tmp_path / "permalink.csv", made))
    plain = read_publication(write_csv(tmp_path / "b1.csv", table))
    assert in_order(reading) == in_order(plain)
    assert reading.set_aside["for England"] == 3


# --- files that hold nothing for us, or what may be ours ----------------------------------


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("mid-2023", workbooks.mid_year()[:10]),
        ("ascof 2020-21", [row for row in workbooks.ascof() if "Council" not in row]),
        ("RO3 2024-25", [*workbooks.ro3()[:7], *workbooks.ro3()[11:]]),
    ],
)
def test_a_file_without_councils_is_refused_and_says_what_it_has(
    tmp_path: Path, name: str, rows: Rows
) -> None:
    with pytest.raises(NotRecognised, match=r"no figure of a council.*for (?:England|a region)"):
        read_publication(write_rows(tmp_path / f"{name}.csv", rows))


def test_an_ascof_wording_that_may_be_ours_waits_with_its_numbers(tmp_path: Path) -> None:
    old, new = "received a short term service", "received short term help"
    rows = [[str(c).replace(old, new) for c in row] for row in workbooks.ascof()]
    reading = read_publication(write_rows(tmp_path / "ascof 2020-21.csv", rows))
    doubtful = {m.partition(" (perhaps ")[2] for m in reading.rows["measure"]} - {""}
    assert doubtful == {
        "short_term_service_success_percent)",
        "short_term_service_success_numerator)",
        "short_term_service_success_denominator)",
    }
