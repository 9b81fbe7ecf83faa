"""Known defects of the published figures, and what a vintage does about each.

Each rule takes the rows of one source table (columns la_code, year_ending, measure, value,
status, source; value as text, measure by its source name) and returns them corrected. A
figure that cannot be what it says loses its value and gains a status: nothing is guessed,
and nothing turns to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import pandas as pd

Rule = Callable[[pd.DataFrame], pd.DataFrame]

HIGHEST_ADULT_UNIT_COST = 5_000
"""GBP a week: 22 published figures exceed it, up to 1.4 million; all others lie far below."""
HIGHEST_HOURLY_COST = 200
"""GBP an hour of home care: one published figure (782) exceeds it, plainly not by the hour."""
FIRST_YEAR_OF_DORSET_UNITARY = 2020
"""The unitary council began on 1 April 2019."""


def withdraw(frame: pd.DataFrame, rows: pd.Series, status: str) -> pd.DataFrame:
    """The frame with the values of some rows taken away for a stated reason.

    Rows already without a value keep the publisher's own reason.
    """
    hit = rows & (frame["value"] != "")
    result = frame.copy()
    result.loc[hit, "status"] = status
    result.loc[hit, "value"] = ""
    return result


def is_zero(frame: pd.DataFrame) -> pd.Series:
    """Which rows hold a published zero."""
    return pd.to_numeric(frame["value"], errors="coerce") == 0


def leave_out_regions(frame: pd.DataFrame) -> pd.DataFrame:
    """England and its regions are not councils, and sums would count them twice."""
    return frame[~frame["la_code"].str.match(r"E12|E92")]


def tell_dorset_county_from_unitary(frame: pd.DataFrame) -> pd.DataFrame:
    """Dorset's boundary changed in 2019: neither code may carry the other's figures.

    Children's tables carry the new code back to the county's years; revenue outturn
    carries the county's code on into the unitary's.
    """
    result = frame.copy()
    county_years = result["year_ending"] < FIRST_YEAR_OF_DORSET_UNITARY
    dorset = result["la_code"].isin(["E06000059", "E10000009"])
    result.loc[dorset & county_years, "la_code"] = "E10000009"
    result.loc[dorset & ~county_years, "la_code"] = "E06000059"
    return result


def use_current_codes(frame: pd.DataFrame, recode: Mapping[str, str]) -> pd.DataFrame:
    """Put every year of a council under its newest code, where the area is the same.

    Where a source lists both codes (SALT: Buckinghamshire), the row with a value stands.
    """
    result = frame.assign(la_code=frame["la_code"].replace(dict(recode)))
    key = ["la_code", "year_ending", "measure"]
    values = result[result["value"] != ""]
    clashing = values[values.duplicated(key, keep=False)]
    if len(clashing):
        first = clashing.iloc[0]
        raise ValueError(
            f"{first['la_code']} {first['year_ending']} has two values of '{first['measure']}', "
            "one under each of the council's codes. Say which stands."
        )
    blank_last = result.assign(_blank=result["value"] == "").sort_values("_blank", kind="stable")
    return blank_last.drop_duplicates(key).drop(columns="_blank").sort_index()


def leave_out_years_without_council(
    frame: pd.DataFrame, lives: Mapping[str, tuple[int, int]]
) -> pd.DataFrame:
    """A blank for a council that did not exist yet, or no longer, says nothing."""
    first = frame["la_code"].map(lambda code: lives.get(code, (0, 9999))[0])
    last = frame["la_code"].map(lambda code: lives.get(code, (0, 9999))[1])
    outside = (frame["year_ending"] < first) | (frame["year_ending"] > last)
    return frame[~(outside & (frame["value"] == ""))]


def leave_out_rows_without_measure(frame: pd.DataFrame) -> pd.DataFrame:
    """ASC-FR 2022: 152 rows without a measure are shares, wrongly labelled GBP thousand."""
    return frame[frame["measure"] != ""]


def withdraw_london_total(frame: pd.DataFrame) -> pd.DataFrame:
    """City of London 2015 holds the weeks of all London: 514,498 residential."""
    rows = (frame["la_code"] == "E09000001") & (frame["year_ending"] == 2015)
    return withdraw(frame, rows, "invalid")


def empty_returns_are_not_zero(frame: pd.DataFrame) -> pd.DataFrame:
    """No council buys no residential care: zero weeks mean that no return was made.

    Nursing weeks of that council and year go too when they are zero. A zero in nursing
    alone stays: the Isles of Scilly have none.
    """
    zero = is_zero(frame)
    empty = frame[zero & (frame["measure"] == "weeks_65plus|Residential|All")]
    keys = set(zip(empty["la_code"], empty["year_ending"], strict=True))
    at = pd.Series(
        [key in keys for key in zip(frame["la_code"], frame["year_ending"], strict=True)],
        index=frame.index,
    )
    return withdraw(frame, at & zero, "not_submitted")


def withdraw_nursing_spikes(frame: pd.DataFrame) -> pd.DataFrame:
    """St Helens and Lambeth 2022: nursing weeks leap for one year and fall back."""
    rows = (
        frame["la_code"].isin(["E08000013", "E09000022"])
        & (frame["year_ending"] == 2022)
        & frame["measure"].str.startswith("weeks_65plus|Nursing")
    )
    return withdraw(frame, rows, "inconsistent")


def withdraw_impossible_unit_costs(frame: pd.DataFrame) -> pd.DataFrame:
    """Above 5,000 pounds a week, or 200 an hour, a unit cost is an error of the return."""
    hourly = frame["measure"].str.contains("_unit_cost_hour|_home_care_hour", regex=True)
    highest = hourly.map({True: HIGHEST_HOURLY_COST, False: HIGHEST_ADULT_UNIT_COST})
    rows = pd.to_numeric(frame["value"], errors="coerce") > highest
    return withdraw(frame, rows, "invalid")


def zero_unit_costs_are_no_price(frame: pd.DataFrame) -> pd.DataFrame:
    """A unit cost of zero means no such service, or no return: never that care is free."""
    return withdraw(frame, is_zero(frame), "none_reported")


def withdraw_broken_net_expenditure(frame: pd.DataFrame) -> pd.DataFrame:
    """Slough's children's figure falls to a tenth in 2017-22; Sandwell's adult doubles in 2024."""
    slough = (
        (frame["la_code"] == "E06000039")
        & frame["year_ending"].between(2017, 2022)
        & (frame["measure"] == "ro_csc_net_current_exp")
    )
    sandwell = (
        (frame["la_code"] == "E08000028")
        & (frame["year_ending"] == 2024)
        & (frame["measure"] == "ro_asc_net_current_exp")
    )
    return withdraw(frame, slough | sandwell, "inconsistent")


def withdraw_broken_looked_after_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """One-year breaks at Slough 2010, Thurrock 2011, Bexley 2012; Stockton's 2010 is zero."""
    total = frame["measure"].str.startswith("s251_total_cla")
    breaks = [("E06000039", 2010), ("E06000034", 2011), ("E09000004", 2012)]
    broken = pd.Series(False, index=frame.index)
    for code, year in breaks:
        broken |= total & (frame["la_code"] == code) & (frame["year_ending"] == year)
    stockton = (
        (frame["la_code"] == "E06000004")
        & (frame["year_ending"] == 2010)
        & frame["measure"].str.startswith("s251_total")
        & is_zero(frame)
    )
    return withdraw(withdraw(frame, broken, "inconsistent"), stockton, "not_submitted")


def scilly_zeros_are_not_applicable(frame: pd.DataFrame) -> pd.DataFrame:
    """Isles of Scilly 2021-24: zero in the 2024 release, not applicable in the 2025 one."""
    rows = (
        (frame["la_code"] == "E06000053")
        & frame["year_ending"].between(2021, 2024)
        & frame["measure"].str.startswith("cla_")
        & frame["source"].str.startswith("DfE CLA 2024")
        & is_zero(frame)
    )
    return withdraw(frame, rows, "z")


def zero_reablement_is_no_return(frame: pd.DataFrame) -> pd.DataFrame:
    """2B1 and 2B2 of zero: Stoke, Cheshire East, Islington and others made no return."""
    rows = frame["measure"].isin(
        ["ascof_2B1_still_at_home_91_days_pct", "ascof_2B2_offered_reablement_pct"]
    )
    return withdraw(frame, rows & is_zero(frame), "not_submitted")


def mid_year_into_financial_year(frame: pd.DataFrame) -> pd.DataFrame:
    """30 June 2023 lies in the financial year ending 2024: every table counts years alike."""
    return frame.assign(year_ending=frame["year_ending"] + 1)


def thousands_into_pounds(frame: pd.DataFrame) -> pd.DataFrame:
    """GBP thousand into GBP, in decimal so that no penny moves."""
    pounds = [str(Decimal(value) * 1000) if value else "" for value in frame["value"]]
    return frame.assign(value=pounds)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "looked_after": (scilly_zeros_are_not_applicable,),
    "section_251": (withdraw_broken_looked_after_totals,),
    "revenue_outturn_children": (thousands_into_pounds,),
    "revenue_outturn_adults": (thousands_into_pounds,),
    "net_current_expenditure": (withdraw_broken_net_expenditure, thousands_into_pounds),
    "care_weeks": (withdraw_london_total, empty_returns_are_not_zero, withdraw_nursing_spikes),
    "care_unit_costs": (withdraw_impossible_unit_costs, zero_unit_costs_are_no_price),
    "care_expenditure": (leave_out_rows_without_measure, thousands_into_pounds),
    "adult_outcomes": (zero_reablement_is_no_return,),
    "population_adults": (mid_year_into_financial_year,),
    "population_projection": (mid_year_into_financial_year,),
}
"""The rules of each table, in the order they apply."""

_CONVERSIONS = (leave_out_rows_without_measure, mid_year_into_financial_year, thousands_into_pounds)


def withdraw_known_defects(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The rows of a table with its known defects withdrawn, and nothing converted.

    For files whose reader has already put years and units in order.
    """
    for rule in RULES.get(table, ()):
        if rule not in _CONVERSIONS:
            frame = rule(frame)
    return frame
