"""Months and days as ledgers and case systems write them."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_NAMED = re.compile(rf"(?:\d{{1,2}}[\s\-/])?{_NAME}[\s\-/.,']*(\d{{4}}|\d{{2}})?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(?:[ T].*)?")
_BRITISH = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:[ T].*)?")
_COMPACT = re.compile(r"(20\d{2})(0[1-9]|1[0-2])")
_YEAR = r"(20\d{2}|\d{2})\s*[/\-–]\s*(20\d{2}|\d{2})"
_FINANCIAL = re.compile(_YEAR)
_PERIOD = re.compile(r"(?:p|period|m|month|mth)\s*\.?\s*0?(\d{1,2})\b", re.IGNORECASE)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NAMED_DAY = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/]+{_NAME}[\s\-/.,']*(\d{{4}}|\d{{2}})", re.I
)


def _century(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def financial_year_in(text: str) -> int | None:
    """The year ending of the one financial year that a text names.

    >>> financial_year_in("Ledger 2024/25, all services"), financial_year_in("no year")
    (2025, None)
    """
    found = {
        _century(first) + 1
        for first, second in _FINANCIAL.findall(text)
        if (_century(first) + 1) % 100 == int(second) % 100
    }
    return found.pop() if len(found) == 1 else None


def _in_year(month: int, year_ending: int | None) -> dt.date | None:
    """First day of a month (January is 1) inside a financial year."""
    if year_ending is None or not 1 <= month <= 12:
        return None
    return dt.date(year_ending - (1 if month >= 4 else 0), month, 1)


def parse_month(text: str, year_ending: int | None = None) -> dt.date | None:
    """The month a text names, as its first day; None where it names none.

    year_ending: financial year to take where the text gives a month alone.

    >>> for text in ("Apr-24", "2024-04", "P1 2024/25", "2024/25 Period 01", "30/04/2024"):
    ...     assert parse_month(text) == dt.date(2024, 4, 1), text
    >>> parse_month("Mar", 2025), parse_month("2024/25"), parse_month("13/2024")
    (datetime.date(2025, 3, 1), None, None)
    """
    bare = " ".join(text.split())
    numbered = _PERIOD.search(bare)
    if numbered:
        year = financial_year_in(bare[: numbered.start()] + " " + bare[numbered.end() :])
        period = int(numbered[1])
        return _in_year((period + 2) % 12 + 1, year or year_ending) if 1 <= period <= 12 else None
    named = _NAMED.fullmatch(bare)
    if named:
        month = MONTHS.index(named[1].lower()) + 1
        return dt.date(_century(named[2]), month, 1) if named[2] else _in_year(month, year_ending)
    compact = _COMPACT.fullmatch(bare)
    if compact:
        return dt.date(int(compact[1]), int(compact[2]), 1)
    iso = _ISO.fullmatch(bare)
    if iso and 1 <= int(iso[2]) <= 12:
        return dt.date(int(iso[1]), int(iso[2]), 1)
    day = parse_day(bare)
    return day.replace(day=1) if day else None


def parse_day(text: str) -> dt.date | None:
    """The day a text names, day before month as written here; None where it names none.

    >>> for text in ("31/03/2024", "2024-03-31", "31 March 2024", "31-Mar-24", "45382"):
    ...     assert parse_day(text) == dt.date(2024, 3, 31), text
    >>> parse_day("31/02/2024"), parse_day("ongoing")
    (None, None)
    """
    bare = " ".join(text.split())
    try:
        if iso := _ISO.fullmatch(bare):
            return dt.date(int(iso[1]), int(iso[2]), int(iso[3])) if iso[3] else None
        if british := _BRITISH.fullmatch(bare):
            return dt.date(_century(british[3]), int(british[2]), int(british[1]))
        if named := _NAMED_DAY.fullmatch(bare):
            return dt.date(_century(named[3]), MONTHS.index(named[2].lower()) + 1, int(named[1]))
    except ValueError:
        return None
    if _SERIAL.fullmatch(bare) and 32_000 <= float(bare) <= 60_000:  # a spreadsheet's day number
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(bare)))
    return None
