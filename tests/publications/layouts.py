"""Small files in the layouts that publishers use, made here cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from prevention.publications import Reading

KEYS = ["table", "la_code", "year_ending", "measure", "value", "status"]


def figure(reading: Reading, code: str, year: int, measure: str) -> tuple[str, str]:
    """The one figure of a council, year and measure: its value and status."""
    rows = reading.rows
    found = rows[
        (rows["la_code"] == code)
        & (rows["year_ending"] == str(year))
        & (rows["measure"] == measure)
    ]
    assert len(found) == 1, f"{len(found)} rows of {measure} for {code} {year}"
    return str(found["value"].iloc[0]), str(found["status"].iloc[0])


def write_csv(path: Path, table: pd.DataFrame, *, bom: bool = False) -> Path:
    table.to_csv(path, index=False, encoding="utf-8-sig" if bom else "utf-8")
    return path


_AREA = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
]
WARRINGTON = ("Local authority", "E12000002", "North West", "877", "E06000007", "Warrington")
SCILLY = ("Local authority", "E12000009", "South West", "420", "E06000053", "Isles of Scilly")
ENGLAND = ("National", "", "", "", "", "")
NORTH_WEST = ("Regional", "E12000002", "North West", "", "", "")
N_YORKS_COUNTY = (
    "Local authority",
    "E12000003",
    "Yorkshire",
    "815",
    "E10000023",
    "North Yorkshire",
)
CUMBRIA = ("Local authority", "E12000002", "North West", "909", "E10000006", "Cumbria")


def _dfe(rows: Sequence[tuple[int, tuple[str, ...], Sequence[str]]], more: str) -> pd.DataFrame:
    """Rows of the department's long layout: year, area, then the cells of the further columns."""
    return pd.DataFrame(
        [
            [str(year), "Reporting year", area[0], "E92000001", "England", *area[1:], *cells]
            for year, area, cells in rows
        ],
        columns=[*_AREA, *more.split(",")],
    )


def looked_after() -> pd.DataFrame:
    """Numbers and rates, as in the 2025 release."""
    flows = (
        "Children ceasing to be looked after each year",
        "Children looked after on 31 March each year",
        "Children starting to be looked after each year",
    )
    figures = {
        (2025, WARRINGTON): ("44799", ("146", "310", "101"), ("33", "69", "23")),
        (2024, WARRINGTON): ("44153", ("122", "354", "143"), ("28", "80", "32")),
        (2025, SCILLY): ("x", ("z", "z", "z"), ("z", "z", "z")),
        (2025, ENGLAND): ("12183016", ("34450", "81770", "32270"), ("28", "67", "26")),
        (2025, NORTH_WEST): ("1627558", ("5010", "15090", "4900"), ("31", "94", "31")),
    }
    rows = [
        (year, area, (flow, population, count, rate))
        for (year, area), (population, counts, rates) in figures.items()
        for flow, count, rate in zip(flows, counts, rates, strict=True)
    ]
    return _dfe(rows, "population_type,population_estimate,children_count,rate_per_10000")


_NEED = {
    "b1": ("Anypoint_episodes,Anypoint_child,Started_episodes,At31_episodes",
           ("2900", "2800", "1500", "1552")),
    "c1": ("referral_count,rereferral_count,rereferral_percent", ("2095", "354", "16.9")),
    "c4": ("Section47,Section47_child,ICPC,ICPC_child", ("1266", "958", "321", "313")),
    "d3": ("CPP_start,CPP_subsequent,CPP_subsequent_percent", ("229", "45", "19.7")),
    "d5": ("CPP_At31,3_months_or_less,3_months_or_less_percent", ("188", "57", "30.3")),
}  # fmt: skip


def need(kind: str) -> pd.DataFrame:
    """A table of children in need, by the department's number for it."""
    columns, figures = _NEED[kind]
    others = [(2022, N_YORKS_COUNTY, "2000"), (2022, CUMBRIA, "3000"), (2025, ENGLAND, "402400")]
    rows = [(2025, WARRINGTON, ("Children in need", *figures))]
    rows += [
        (year, area, ("Children in need", *[value] * len(figures))) for year, area, value in others
    ]
    return _dfe(rows, f"category,{columns}")


def placements() -> pd.DataFrame:
    """Characteristics of children looked after on 31 March, placements among them."""
    groups = {
        "Placement": {
            "Foster placements": "201",
            "Secure homes and children's homes": "41",
            "Independent and semi-independent living arrangements/supported accommodation": "31",
            "Placed with parents or other person with parental responsibility": "26",
            "Total": "310",
        },
        "Distance between home and placement": {"Placed more than 20 miles from home": "38"},
        "Place providers": {"Own provision (by the LA)": "174", "Other LA provision": "c"},
        "Gender": {"Male": "170", "Total": "310"},
    }
    rows = [
        (2025, WARRINGTON, (group, characteristic, number, "10.0"))
        for group, kinds in groups.items()
        for characteristic, number in kinds.items()
    ]
    return _dfe(rows, "cla_group,characteristic,number,percentage")


def wide(name: str) -> pd.DataFrame:
    """The wide layout to 2019, by the name of its file: a row for each area, synthetic figures."""
    areas = (
        ("E92000001", "NATIONAL", "999", "ENGLAND"),
        ("E12000002", "REGION", "B", "NORTH WEST"),
        (WARRINGTON[4], "LA", WARRINGTON[3], WARRINGTON[5]),
        ("E08000016", "LA", "370", "Barnsley"),
        (CUMBRIA[4], "LA", CUMBRIA[3], CUMBRIA[5]),
    )
    columns, rows = {
        "CLA2018": (
            "CLA_Mar2017,CLA_Mar2018,CLA_Pop2018,CLA_Rate2018,CLA_male,CLA_Fost,CLA_Fost_pc,"
            "CLA_RSch,CLA_Secure,CLA_UASC2017,CLA_UASC2018",
            (
                "72590,75420,11866960,64,42320,55200,73,130,8530,4690,4480",
                "13220,14070,1543280,91,7690,9700,69,20,1370,210,290",
                "381,401,44600,90,220,255,64,x,40,7,8",
                "290,300,50900,59,160,210,70,0,30,x,0",
                "640,650,92000,71,340,450,69,..,60,6,9",
            ),
        ),
        "CEA2016": ("CLA_cease,CLA_ceamal",
                    ("31710,17390", "4600,2450", "131,62", "133,59", "230,120")),
        "ADM2015": ("CLA_started2014,CLA_taken2014",
                    ("31070,10790", "4740,2280", "171,81", "128,71", "221,97")),
        "March2010": ("MarTotal_2010,Mid2009Pop0-17,MarPlace_Q1_2010",
                      ("64400,11012300,x", "11180,1480500,x", "267,43100,0", "245,48600,0",
                       "511,97900,0")),
    }[name]  # fmt: skip
    table = pd.DataFrame(
        [[*area, *row.split(",")] for area, row in zip(areas, rows, strict=True)],
        columns=["New_geog_code", "geog_l", "geog_c", "geog_n", *columns.split(",")],
    )
    return table.drop(columns="New_geog_code") if name == "March2010" else table
