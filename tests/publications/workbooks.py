"""Small workbooks in the layouts of the housing ministry, NHS England, ONS and the Treasury."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

Rows = Sequence[Sequence[object]]


def write_book(
    path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """A workbook of cells as given; merged: ranges such as F7:K7, by sheet."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
        for area in (merged or {}).get(name, ()):
            row, column = xlsxwriter.utility.xl_cell_to_rowcol(area.split(":")[0])
            sheet.merge_range(area, rows[row][column])
    book.close()
    return path


def write_rows(path: Path, rows: Rows, encoding: str = "utf-8-sig") -> Path:
    """The same cells as CSV."""
    width = max(len(row) for row in rows)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return path


# --- Section 251 -------------------------------------------------------------------------

_S251 = {
    "3.1.1 Residential care": 7_020_000.5,
    "3.1.2a Fostering services (excluding fees and allowances for LA foster carers)": 3_000_000,
    "3.1.2b Fostering services (fees and allowances for LA foster carers)": 4_340_000,
    "3.1.3 Adoption services": 900_000,
    "3.1.4 Special guardianship support": 1_510_000,
    "3.1.6 Short breaks (respite) for looked after disabled children": 100,
    "3.1.9 Leaving care support services": 1_360_000,
    "3.1.11 Total Children Looked After": 19_200_000,
}


def section_251(lines: Mapping[str, float] | None = None) -> list[list[object]]:
    """Table A1: councils by their three digits, lines of spending, amounts in pounds."""
    header = ["ident", "LA", "LA Name", "ReportGroup", "OrderLine", "Description", "s251line",
              "OwnProvision", "TotalExpenditure", "Income", "NetCurrentExpenditure"]  # fmt: skip
    rows: list[list[object]] = [list(header)]
    for number, name in ((877, "Warrington"), (909, "Cumbria")):
        for order, (line, amount) in enumerate((lines or _S251).items(), 1):
            rows.append([1, number, name, "CHILDREN", order, line, line.split()[0], amount,
                         amount, 200_000, amount - 200_000])  # fmt: skip
    return rows


# --- Revenue outturn RO3 -----------------------------------------------------------------

KINDS = {
    "Total Expenditure (C3 = C1 + C2)": 3,
    "Total Income (C6 = C4 + C5)": 1,
    "Net Current Expenditure (C7 = C3 - C6)": 2,
}
CHILDREN_LINES = (
    "Children's social care - Children Looked After",
    "Children's social care - Children Looked After of which residential care",
    "Children's social care - Children Looked After of which fostering services",
    "Children's social care - Children Looked After of which asylum seeking children who are "
    "looked after",
    "Children's social care - Children Looked After of which other",
    "Children's social care: Safeguarding children and young people’s services",
    "Children's social care - Family Support Services",
    "Children's social care - Youth Justice",
)
ADULT_LINES = (
    "Physical support - adults (18–64)",
    "Physical support - older people (65+)",
    "Assistive equipment and technology",
    "Subcategory: Assistive equipment and technology - adults (18-64)",
    "TOTAL ADULT SOCIAL CARE [note 2]",
)
BODIES: tuple[tuple[str, ...], ...] = (
    ("E0602", "E06000007", "Warrington UA", "", "UA", "UA", "N"),
    ("E4401", "E08000016", "Barnsley", "", "MD", "MD", "Y"),
    ("E4501", "E08000037", "Gateshead", "[note 4]", "MD", "MD", "Y"),
    ("E4601", "E08000025", "Birmingham", "M", "MD", "MD", "[x]"),
    ("E3831", "E07000223", "Adur", "", "SD", "SD", "Y"),
    ("E7001", "E23000001", "A police body", "", "O", "Police", "Y"),
)
RO3_KEYS = ("E-code", "ONS Code", "Local authority", "Notes", "Class", "Detailed Class",
            "Certification")  # fmt: skip


def ro3(
    *, year: str = "2024-25", above: int = 6, lines: Sequence[str] = (*CHILDREN_LINES, *ADULT_LINES)
) -> list[list[object]]:
    """One wide row of headings; bodies of every class; England, a second header, totals, codes."""
    title = f"Worksheet 2: Revenue Outturn (RO) {year}: Social Care and Public Health (RO3) data"
    notes = [[title], ["Data are reported in £ thousand."], ["Last updated: 4 December 2025"]]
    header: list[object] = [*RO3_KEYS, *(f"{line} - {kind}" for line in lines for kind in KINDS)]
    rows: list[list[object]] = [*notes, *[[""]] * (above - 3), header]
    for number, body in enumerate(BODIES, 1):
        amounts: list[object] = [
            number * 1000 + line * 10 + kind
            for line in range(len(lines))
            for kind in KINDS.values()
        ]
        if "Birmingham" in body:
            amounts = ["[x]"] * len(amounts)
        if "Gateshead" in body:
            amounts[3:6] = ["[note 4]"] * 3
        rows.append([*body, *amounts])
    width = len(lines) * len(KINDS)
    rows.append(["Eng", "E92000001", "ENGLAND", "", "Eng", "Eng", "[Y]", *[9] * width])
    rows.append(list(header))
    rows.append(["[Y]", "E06", "Unitary Authorities", "", "UA", "UA", 54, *[9] * width])
    rows.append([*[""] * len(RO3_KEYS), *["RO3-code"] * width])
    return rows


def ro3_two_rows() -> list[list[object]]:
    """The same with lines above and kinds below, as in older releases."""
    rows = ro3()
    header = rows[6]
    lines, kinds = [], []
    for heading in header[len(RO3_KEYS) :]:
        line, _, kind = str(heading).rpartition(" - ")
        lines.append("" if lines and line in lines else line)
        kinds.append(kind)
    return [*rows[:6], [*[""] * len(RO3_KEYS), *lines], [*RO3_KEYS, *kinds], *rows[7:]]


# --- Adult social care tables ------------------------------------------------------------

ASC_KEYS = ("Geography code", "LA code", "LA name", "Region code ", "Region name")
AREAS = (
    (" ", "", "", "E92000001", "England"),
    (" ", "", "", "E12000002", "North West"),
    ("E06000007", "322", "Warrington", "E12000002", "North West"),
    ("E09000012", "704", "Hackney", "E12000007", "London"),
)


def asc_sheet(title: str, unit: str, headings: Rows, values: Mapping[str, Sequence[object]],
              above: int = 3) -> list[list[object]]:  # fmt: skip
    """A council table: title, unit, headings over one to three rows, areas, footnotes."""
    rows: list[list[object]] = [*[[""]] * above, [title], [""], [*[""] * 5, unit]]
    for number, heading in enumerate(headings):
        rows.append([*(ASC_KEYS if not number else [""] * 5), *heading])
    width = len(headings[0])
    for area in AREAS:
        rows.append([" "])
        rows.append([*area, *values.get(area[0], [9] * width)])
    rows += [
        [""],
        ["Source: ASC-FR Collection, NHS England"],
        ["[x] indicates data not submitted."],
    ]
    return rows


def asc_book() -> dict[str, Rows]:
    """Four of the tables, with headings over one, two and three rows."""
    care = ["Nursing", "Residential", "Supported Accommodation", "Community: Direct Payments",
            "Community: Home Care", "Community: Supported Living",
            "Community: Other Long Term Care", "Total"]  # fmt: skip
    return {
        "Contents": [["Contents"], ["T1", "ASC-FR"]],
        "T44": asc_sheet(
            "Table 44: Gross Current Expenditure on long term care for clients aged 65 and over, "
            "by support setting, 2021-22",
            "£ Thousands",
            [care],
            {"E06000007": [11512, 8955.25, 2486, 1701, 9084, 137, 1149, 35024],
             "E09000012": ["[x]"] * 8},
        ),
        "T51": asc_sheet(
            "Table 51: Unit costs, average weighted standard hourly rate for the provision of home "
            "care by activity provision, year on year comparison, 2020-21 and 2021-22",
            "£ per hour",
            [["2020-21", "", "2021-22", ""], ["In House", "External"] * 2],
            {"E06000007": [0, 19.15, 0, 20.46], "E09000012": ["[x]", "[x]", 782, ""]},
        ),
        "T52": asc_sheet(
            "Table 52: Unit costs for clients accessing long term support, by support setting and "
            "age band, year on year comparison, 2020-21 and 2021-22",
            "£ per week",
            [["Nursing", "", "", "", "", "", "Residential", "", "", "", "", ""],
             ["2020-21", "", "", "2021-22", "", ""] * 2,
             ["18 to 64", "65 and Over", "Total"] * 4],
            {"E06000007": [1580.8, 841.74, 911, 1847, 818.03, 901, 2860, 734.44, 1109, 2895, 718.72,
                           1091],
             "E09000012": ["[x]"] * 12},
        ),
        "T9": [["Table 9: a national table"], ["Route", "Number"], ["Hospital", 5]],
    }  # fmt: skip


ASC_MERGED = {
    "T51": ["F7:G7", "H7:I7"],
    "T52": ["F7:K7", "L7:Q7", "F8:H8", "I8:K8", "L8:N8", "O8:Q8"],
}


# --- ASCOF -------------------------------------------------------------------------------

ASCOF_HEADER = ["Geographical Code", "Geographical Description", "Geographical Level", "ONS Code",
                "ASCOF Measure Code", "Disaggregation Level", "Measure Type", "Measure Value",
                "Measure Group", "Measure Group Description"]  # fmt: skip
ADMISSIONS = ("Long-term support needs of older adults aged 65 and over met by admission to "
              "residential and nursing care homes, per 100,000 population")  # fmt: skip
AT_HOME = (
    "Proportion of older people 65 and over who were still at home 91 days after discharge "
    "from hospital into reablement/rehabilitation services effectiveness of the service"
)
OFFERED = AT_HOME.replace("effectiveness of", "offered")
SHORT_TERM = (
    "Proportion of those that received a short term service during the year where the "
    "sequel to service was either no ongoing support or support of a lower level"
)
SELF_DIRECTED = "Proportion of people using social care who receive self-directed support"


def ascof(codes: Mapping[str, str] | None = None) -> list[list[object]]:
    """Open data in long form. codes: measure by the code it goes under (those of 2020-21)."""
    given = codes or {"2A2": ADMISSIONS, "2B1": AT_HOME, "2B2": OFFERED, "2D": SHORT_TERM,
                      "1C1A": SELF_DIRECTED}  # fmt: skip
    figures = {ADMISSIONS: 446.9, AT_HOME: 80.8, OFFERED: 3.7, SHORT_TERM: 85, SELF_DIRECTED: 97.1}
    council = [322, "Warrington", "Council", "E06000007"]
    stoke = [506, "Stoke-on-Trent", "Council", "E06000021"]
    rows: list[list[object]] = [list(ASCOF_HEADER)]
    for code, wording in given.items():
        outcome = figures[wording]
        for kind, value in (("Outcome", outcome), ("Numerator", 179), ("Denominator", 40052),
                            ("Base", "[x]")):  # fmt: skip
            rows.append([*council, code, "Total", kind, value, code, wording])
        rows.append([*council, f"{code}F", "Female", "Outcome", 1.0, code, wording])
        rows.append([*stoke, code, "Total", "Outcome", 0, code, wording])
        rows.append(
            ["NW", "North West", "Region", "E12000002", code, "Total", "Outcome", 2, code, wording]
        )
        rows.append(
            [
                "C",
                "Shire county",
                "Council Type",
                "",
                code,
                "Total",
                "Outcome",
                "[c]",
                code,
                wording,
            ]
        )
    return rows


# --- Mid-year estimates ------------------------------------------------------------------


def mid_year(
    *, year: int = 2023, above: int = 7, code: str = "Code", top: str = "90+", persons: int = 1_000
) -> list[list[object]]:
    """Persons by single year of age: England, a county and its district, a region, Wales."""
    title = f"MYE2: Persons by single year of age and sex for local authorities, mid-{year}"
    header = [code, "Name", "Geography", "All ages", *range(90), top]
    rows: list[list[object]] = [[title], *[["A note on freezing panes"]] * (above - 1), header]
    areas = (("E92000001", "ENGLAND", "Country"), ("E12000002", "NORTH WEST", "Region"),
             ("E06000007", "Warrington", "Unitary Authority"),
             ("E10000017", "Lancashire", "County"),
             ("E07000117", "Burnley", "Non-metropolitan District"),
             ("W06000001", "Isle of Anglesey", "Unitary Authority"))  # fmt: skip
    for area in areas:
        rows.append([*area, 91 * persons, *[persons] * 91])
    return rows


# --- GDP deflators -----------------------------------------------------------------------


def deflators(*, base: str = "2022-23", index: Mapping[int, float] | None = None,
              forecast: Mapping[int, float] | None = None) -> list[list[object]]:  # fmt: skip
    """Two tables side by side, by financial and by calendar year, with footnotes below."""
    given = index or {2021: 94.2, 2022: 93.629, 2023: 100.0}
    growth = {2024: 6.10, 2025: 1.68} if forecast is None else forecast
    rows: list[list[object]] = [
        ["", "GDP DEFLATORS AT MARKET PRICES, AND MONEY GDP"],
        [""],
        ["", "Outturn data are as at the Quarterly Accounts, last updated 22 December 2023"],
        ["", "Financial year", "", "", "", "", "Calendar year"],
        ["", "", "GDP deflator at market prices", "", "Money GDP", "", "", "GDP deflator"],
        ["", "Financial year", f"{base} = 100", "per cent change on previous year",
         "Cash £ million\nSeasonally Adjusted", "", "Calendar year", "2022 = 100",
         "per cent change on previous year"],
    ]  # fmt: skip
    for year, value in given.items():
        rows.append(["", f"{year - 1}-{year % 100:02d}", value, "1.00", "2,345,678", "", year - 1,
                     99.1, "2.00"])  # fmt: skip
    for year, value in growth.items():
        rows.append(["", f"{year - 1}-{year % 100:02d} (1), (2)", "-", f"{value:.2f}", "2,726,494",
                     "", f"{year - 1} (1), (2)", "-", "7.03"])  # fmt: skip
    rows += [
        ["", "Sources and footnotes:"],
        ["", "(1)", "For years 2023-24 to 2028-29 only growth."],
    ]
    return rows
