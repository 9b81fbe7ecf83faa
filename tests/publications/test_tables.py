"""Section 251, RO3, adult social care, ASCOF, population, deflators, LAIT: each layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from prevention.publications import NotRecognised, Reading, read_publication
from publications import workbooks
from publications.layouts import KEYS, figure
from publications.workbooks import Rows, write_book, write_rows

WARRINGTON, CUMBRIA, HACKNEY, BIRMINGHAM = "E06000007", "E10000006", "E09000012", "E08000025"
Make = Callable[[], Rows]
SINGLE: dict[str, tuple[Make, str]] = {
    "dfe_section_251": (workbooks.section_251, "S251 2018-19"),
    "mhclg_ro3": (workbooks.ro3, "RO3 2024-25"),
    "nhs_ascof": (workbooks.ascof, "ascof 2020-21"),
    "ons_mid_year": (workbooks.mid_year, "mid-2023"),
    "hmt_gdp_deflators": (workbooks.deflators, "gdp deflators"),
}
"""A small file of each publication that stands on one sheet, and a name that gives its year."""


def in_order(reading: Reading) -> list[list[object]]:
    return sorted(map(list, reading.rows[KEYS].itertuples(index=False)), key=str)


@pytest.mark.parametrize("publication", SINGLE)
def test_a_publication_is_the_same_in_every_kind_of_file(publication: str, tmp_path: Path) -> None:
    """CSV, a workbook with a cover and the table further down, and Parquet."""
    make, name = SINGLE[publication]
    rows = make()
    plain = read_publication(write_rows(tmp_path / f"{name}.csv", rows))
    assert plain.publication == publication
    assert plain.rows_read == len(plain.rows) + sum(plain.set_aside.values())
    sheets: dict[str, Rows] = {"Cover": [["About this file"]], "Data": [[""], [""], *rows]}
    book = read_publication(write_book(tmp_path / f"{name}.xlsx", sheets))
    assert in_order(book) == in_order(plain)
    width = max(len(row) for row in rows)
    cells = [[str(c) for c in row] + [""] * (width - len(row)) for row in rows]
    table = pd.DataFrame(cells, columns=[f"c{n}" for n in range(width)])
    table.to_parquet(tmp_path / f"{name}.parquet")
    assert in_order(read_publication(tmp_path / f"{name}.parquet")) == in_order(plain)


def test_section_251_tells_lines_by_their_words_and_adds_fostering_up(tmp_path: Path) -> None:
    reading = read_publication(
        write_book(tmp_path / "S251ye2019.xlsx", {"Table A1": workbooks.section_251()})
    )
    assert reading.release.key == "s251-2019"
    for code in (WARRINGTON, CUMBRIA):
        assert figure(reading, code, 2019, "residential_gross") == ("7020000.5", "")
        assert figure(reading, code, 2019, "fostering_gross") == ("7340000", "")
        assert figure(reading, code, 2019, "looked_after_total_net") == ("19000000", "")
    assert reading.set_aside["a part added up into one figure"] == 4


def test_section_251_counts_the_amounts_of_rows_that_name_no_council(tmp_path: Path) -> None:
    rows = workbooks.section_251()
    total = ["", "", "All councils", *rows[-1][3:]]
    reading = read_publication(
        write_rows(tmp_path / "S251 2018-19.csv", [*rows, total, ["Source: returns"]])
    )
    before = read_publication(write_rows(tmp_path / "S251 2018-19 again.csv", rows))
    assert in_order(reading) == in_order(before)
    assert reading.set_aside["a row without a council's code"] == 4
    assert reading.rows_read == before.rows_read + 4


def test_section_251_without_a_line_is_refused_with_the_nearest(tmp_path: Path) -> None:
    rows = [
        [
            c.replace("Residential care", "Residential caring") if isinstance(c, str) else c
            for c in r
        ]
        for r in workbooks.section_251()
    ]
    with pytest.raises(NotRecognised, match=r"residential.*nearest is 'Residential caring'"):
        read_publication(write_rows(tmp_path / "S251 2018-19.csv", rows))


def test_ro3_counts_in_thousands_and_keeps_marks(tmp_path: Path) -> None:
    reading = read_publication(write_book(tmp_path / "b.xlsx", {"RO3_202425": workbooks.ro3()}))
    assert (reading.release.key, reading.release.published) == ("ro3-2025", "2025-12-04")
    assert figure(reading, WARRINGTON, 2025, "residential_gross") == ("1013000", "")
    assert figure(reading, WARRINGTON, 2025, "adult_social_care_total") == ("1122000", "")
    assert figure(reading, "E08000037", 2025, "residential_net") == ("", "[note 4]")
    assert figure(reading, BIRMINGHAM, 2025, "looked_after_total_net") == ("", "[x]")
    # Barnsley's old code goes under its newest: the ground is the same.
    assert figure(reading, "E08000038", 2025, "fostering_gross") == ("2023000", "")
    assert "1 councils' returns are not certified." in reading.recognised


def test_ro3_with_headings_over_two_rows_reads_the_same(tmp_path: Path) -> None:
    one = read_publication(write_rows(tmp_path / "RO3 2024-25.csv", workbooks.ro3()))
    two = read_publication(write_rows(tmp_path / "RO3 202425.csv", workbooks.ro3_two_rows()))
    assert in_order(one) == in_order(two)


@pytest.mark.parametrize("unsaid", ["thousand", "TOTAL ADULT"])
def test_ro3_without_its_unit_or_a_total_is_refused(tmp_path: Path, unsaid: str) -> None:
    rows = [
        [c.replace(unsaid, "...") if isinstance(c, str) else c for c in row]
        for row in workbooks.ro3()
    ]
    with pytest.raises(NotRecognised, match=r"£ thousand|adult_social_care_total"):
        read_publication(write_rows(tmp_path / "RO3 2024-25.csv", rows))


def test_adult_tables_are_told_by_their_titles_wherever_they_stand(tmp_path: Path) -> None:
    book = workbooks.asc_book()
    reading = read_publication(
        write_book(tmp_path / "asc.xlsx", book, workbooks.ASC_MERGED),
    )
    assert set(reading.tables) >= {"care_expenditure", "care_unit_costs"}
    assert figure(reading, WARRINGTON, 2022, "nursing_65_plus") == ("11512000", "")
    assert figure(reading, WARRINGTON, 2022, "nursing_unit_cost_65_plus") == ("818.03", "")
    assert figure(reading, WARRINGTON, 2021, "residential_unit_cost_18_64") == ("2860", "")
    assert figure(reading, HACKNEY, 2022, "nursing_65_plus") == ("", "[x]")
    # A zero price is no price, £782 an hour cannot be one, and a blank is no zero.
    assert figure(reading, WARRINGTON, 2022, "home_care_hourly_cost_in_house")[1] == "none_reported"
    assert figure(reading, HACKNEY, 2022, "home_care_hourly_cost_in_house") == ("", "invalid")
    assert figure(reading, HACKNEY, 2022, "home_care_hourly_cost_external") == ("", "not_returned")
    moved: dict[str, Rows] = {f"X{place}": rows for place, rows in enumerate(book.values())}
    merged = {"X2": workbooks.ASC_MERGED["T51"], "X3": workbooks.ASC_MERGED["T52"]}
    again = read_publication(write_book(tmp_path / "moved.xlsx", moved, merged))
    assert in_order(again) == in_order(reading)


def test_ascof_measures_are_told_by_their_words_though_codes_change(tmp_path: Path) -> None:
    """2D of one year is 1C of another; the description stays."""
    words = (workbooks.ADMISSIONS, workbooks.AT_HOME, workbooks.OFFERED, workbooks.SHORT_TERM,
             workbooks.SELF_DIRECTED)  # fmt: skip
    newer = dict(zip(("2C", "2D(1)", "2D(2)", "2A", "3C"), words, strict=True))
    old = read_publication(write_rows(tmp_path / "ascof_2020-21.csv", workbooks.ascof()))
    new = read_publication(write_rows(tmp_path / "ascof_2021.csv", workbooks.ascof(newer)))
    assert in_order(old) == in_order(new)
    assert figure(old, WARRINGTON, 2021, "permanent_admissions_65_plus_rate") == ("446.9", "")
    assert "broken down by age, sex or other groups" in old.set_aside


def test_population_bands_add_single_ages_up(tmp_path: Path) -> None:
    reading = read_publication(write_book(tmp_path / "b.xlsx", {"MYE2": workbooks.mid_year()}))
    bands = {"population_0_17": 18, "population_18_64": 47, "population_65_plus": 26,
             "population_75_plus": 16, "population_85_plus": 6, "population_total": 91}  # fmt: skip
    for measure, ages in bands.items():
        assert figure(reading, WARRINGTON, 2024, measure) == (f"{ages}000", "")
    assert reading.set_aside["for an area of Wales"] == 6
    older = write_book(tmp_path / "o.xlsx", {"P": workbooks.mid_year(year=2015, code="AREA CODE")})
    assert figure(read_publication(older), WARRINGTON, 2016, "population_total") == ("91000", "")


def test_population_counts_rows_without_a_code_and_refuses_ages_that_do_not_add_up(
    tmp_path: Path,
) -> None:
    rows = workbooks.mid_year()
    sums = ["", "All of them", "", *rows[-1][3:]]
    reading = read_publication(write_rows(tmp_path / "mid-2023.csv", [*rows, sums]))
    assert reading.set_aside["a row without an area's code"] == 1
    wrong = [*rows[:-1], [*rows[-1][:3], 1, *rows[-1][4:]]]
    with pytest.raises(NotRecognised, match="add up to 91,000, not to the 1"):
        read_publication(write_rows(tmp_path / "mid-2023.csv", wrong))


def test_deflator_forecasts_are_growth_chained_to_the_index(tmp_path: Path) -> None:
    reading = read_publication(write_rows(tmp_path / "gdp.csv", workbooks.deflators()))
    assert reading.release.published == "2023-12-22"
    kingdom = "K02000001"
    assert figure(reading, kingdom, 2023, "gdp_deflator") == ("100", "")
    assert figure(reading, kingdom, 2024, "gdp_deflator") == ("106.1", "")
    assert figure(reading, kingdom, 2025, "gdp_deflator") == ("107.8825", "")
    assert set(reading.rows["release"]) == {"gdp-2023-12", "gdp-2023-12-forecast"}


LAIT = pd.DataFrame(
    [
        ("LACFinance", "2024-25", "1450", "877", "Warrington"),
        ("LACFinance", "2024-25", "1390", "970", "England"),
        ("TotalLACFinance", "2024-25", "33100000", "877", "Warrington"),
        ("FosteringFinance", "2024-25", "c", "877", "Warrington"),
        ("PupilTeacherRatio", "2024-25", "18.2", "877", "Warrington"),
    ],
    columns=["Short Desc", "Years", "Values", "LA Number", "LA and Regions"],
)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_lait_measures_are_told_by_their_short_names(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"lait.{kind}"
    LAIT.to_csv(path, index=False) if kind == "csv" else LAIT.to_parquet(path)
    reading = read_publication(path)
    assert reading.publication == "dfe_lait"
    assert figure(reading, WARRINGTON, 2025, "looked_after_unit_cost") == ("1450", "")
    assert figure(reading, WARRINGTON, 2025, "looked_after_total") == ("33100000", "")
    assert figure(reading, WARRINGTON, 2025, "fostering_unit_cost") == ("", "c")
    assert reading.set_aside["a measure that no table of ours holds"] == 1
    assert reading.set_aside["for England"] == 1


def test_parquet_values_that_are_written_alike_are_one_word(tmp_path: Path) -> None:
    """A missing value beside an empty text, and a whole number beside its text."""
    table = LAIT.assign(Note=[None, "", "1", None, ""], Rank=[1.0, None, 2.0, None, 1.0])
    table.to_parquet(tmp_path / "lait.parquet")
    assert len(read_publication(tmp_path / "lait.parquet").rows) == 3
