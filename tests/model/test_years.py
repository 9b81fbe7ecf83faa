"""Financial years as councils write them, and the months inside them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevention.model.timeline import Timeline
from prevention.years import (
    WEEKS_PER_MONTH,
    WEEKS_PER_YEAR,
    first_month,
    format_year,
    month_label,
    month_number,
    parse_year,
)


@pytest.mark.parametrize(
    "text", ["2027/28", "2027-28", "202728", "2027/2028", "2027", 2027, " FY 2027/28 ", "2027–28"]
)
def test_a_year_is_read_however_it_is_written(text: str | int) -> None:
    assert parse_year(text) == 2028


@pytest.mark.parametrize(
    "text", ["", "27/28", "1999/00", "2027/29", "2027/27", "next year", "20278"]
)
def test_what_is_not_a_financial_year_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a financial year"):
        parse_year(text)


def test_two_halves_that_do_not_follow_name_the_year_meant() -> None:
    with pytest.raises(ValueError, match="Write it as 2027/28"):
        parse_year("2027/29")


@given(st.integers(2001, 2099))
def test_a_year_survives_being_written_and_read(year: int) -> None:
    assert parse_year(format_year(year)) == year


def test_the_end_of_a_century_is_written_in_two_digits() -> None:
    assert format_year(2100) == "2099/00"
    assert parse_year("2099/00") == 2100


def test_a_year_is_twelve_months_from_april() -> None:
    assert first_month(2029) - first_month(2028) == 12
    assert month_number(dt.date(2027, 4, 1)) == first_month(2028)
    assert month_label(first_month(2028)) == "April 2027"
    assert month_label(first_month(2028) + 9) == "January 2028"
    assert month_label(first_month(2028) + 11) == "March 2028"


@given(st.dates(dt.date(2000, 4, 1), dt.date(2080, 1, 1)), st.integers(1, 400))
def test_later_days_have_later_month_numbers(day: dt.date, later: int) -> None:
    number = month_number(day)
    assert number < month_number(day + dt.timedelta(days=later))
    assert int(number) == (day.year - 2000) * 12 + day.month - 4


def test_weeks_of_a_year_count_leap_days() -> None:
    assert pytest.approx(365.25 / 7) == WEEKS_PER_YEAR
    assert pytest.approx(WEEKS_PER_YEAR) == WEEKS_PER_MONTH * 12


def test_a_timeline_sums_and_spreads_years() -> None:
    timeline = Timeline(2028, 2, first_month(2028) - 5)
    assert (timeline.warm_months, timeline.plan_months, timeline.months) == (5, 24, 29)
    assert timeline.labels == ("2027/28", "2028/29")
    months = np.arange(24.0)[:, None]
    assert timeline.by_year(months).ravel().tolist() == [66.0, 210.0]
    assert timeline.spread(np.array([[1.0], [2.0]])).ravel().tolist() == [1.0] * 12 + [2.0] * 12
