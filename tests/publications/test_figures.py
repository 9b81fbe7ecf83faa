"""Numbers, marks, years and months in every spelling: read back as what was written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prevention.evidence.own.periods import parse_day, parse_month
from prevention.publications.figures import MARKERS, read_figure
from prevention.years import format_year, parse_year, parse_year_ending

amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False)
years = st.integers(2001, 2049)
spaces = st.sampled_from(["", " ", "\xa0", "  "])


def spellings(amount: Decimal) -> list[str]:
    """An amount in the ways that ledgers, publishers and spreadsheets write it."""
    size, grouped = f"{abs(amount):.2f}", f"{abs(amount):,.2f}"
    if amount >= 0:
        return [size, grouped, f"£{grouped}", f"£ {size}", f"{grouped} [r]", f"{size}e0"]
    return [f"-{size}", f"({grouped})", f"(£{grouped})", f"-£{grouped}", f"{grouped}-", f"−{size}"]


@settings(max_examples=50)
@given(amounts, spaces)
def test_an_amount_is_read_to_the_penny_however_it_is_written(amount: Decimal, space: str) -> None:
    for text in spellings(amount):
        found = read_figure(f"{space}{text}{space}")
        assert Decimal(found.value) == amount, text
        assert (found.status, found.percent) == ("", False)
        assert found.pounds == ("£" in text)


@given(st.integers(-(10**9), 10**9))
def test_thousands_become_pounds_exactly(amount: int) -> None:
    assert Decimal(read_figure(f"{amount:,}", 1000).value) == amount * 1000


@given(st.decimals(0, 100, places=1))
def test_a_percent_sign_is_told_and_changes_no_figure(share: Decimal) -> None:
    found = read_figure(f"{share}%")
    assert (Decimal(found.value), found.percent) == (share, True)


@given(st.sampled_from(sorted(MARKERS)), spaces, st.booleans())
def test_a_mark_is_a_status_and_never_a_figure(mark: str, space: str, upper: bool) -> None:
    found = read_figure(f"{space}{mark.upper() if upper else mark}{space}")
    assert found.value == ""
    # Statuses of our own are no marks of any publisher: such a cell cannot be read.
    own = "_" in mark
    assert found.status == ("" if own else mark)


@given(st.text(max_size=40))
def test_any_text_is_a_number_a_mark_or_unreadable_and_never_two(text: str) -> None:
    found = read_figure(text)
    assert not (found.value and found.status)
    if found.value:
        assert Decimal(found.value).is_finite()
    assert found.status == "" or found.status in MARKERS


@pytest.mark.parametrize(
    "text",
    ["1,23", "12,34,567", "(-5)", "1.2.3", "£", "()", "-", "5 - 6", "1e999999", "NaN", "inf"],
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert read_figure(text).value == ""


@given(years)
def test_a_financial_year_is_the_same_in_every_council_spelling(ending: int) -> None:
    start, short = ending - 1, ending % 100
    for text in (
        f"{start}/{short:02d}",
        f"{start}-{short:02d}",
        f"{start}–{short:02d}",
        f"{start}{short:02d}",
        f"{start}/{ending}",
        f"{start}-{ending}",
        f"FY{start}/{short:02d}",
        format_year(ending),
    ):
        assert parse_year(text) == ending, text
        assert parse_year_ending(text) == ending, text
    assert parse_year_ending(str(ending)) == ending


@given(years, st.integers(0, 99))
def test_years_that_do_not_follow_each_other_are_none(start: int, short: int) -> None:
    if short != (start + 1) % 100:
        with pytest.raises(ValueError, match=str(start)):
            parse_year(f"{start}/{short:02d}")


@given(years, st.integers(1, 12))
def test_a_period_of_a_ledger_is_a_month(ending: int, period: int) -> None:
    month = (period + 2) % 12 + 1
    year = ending - 1 if month >= 4 else ending
    first = dt.date(year, month, 1)
    span = f"{ending - 1}/{ending % 100:02d}"
    for text in (
        f"P{period} {span}",
        f"{span} Period {period:02d}",
        f"{span} M{period}",
        first.strftime("%b-%y"),
        first.strftime("%B %Y"),
        first.strftime("%Y-%m"),
        first.strftime("%d/%m/%Y"),
    ):
        assert parse_month(text) == first, text


@given(st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31)))
def test_a_day_is_read_day_before_month(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for text in (f"{day:%d/%m/%Y}", f"{day:%d.%m.%y}", day.isoformat(), f"{day:%d %B %Y}",
                 f"{day} 00:00:00", str(serial)):  # fmt: skip
        assert parse_day(text) == day, text


@pytest.mark.parametrize("text", ["04/2024", "13/2024", "2024/25", "month end", "", "P13 2024/25"])
def test_a_month_that_could_be_two_or_none_is_not_guessed(text: str) -> None:
    assert parse_month(text) is None
