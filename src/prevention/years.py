"""Financial years (April to March) and the months inside them.

A financial year is held as the calendar year in which it ends, as the published
statistics do: 2028 means 1 April 2027 to 31 March 2028, written 2027/28.
"""

from __future__ import annotations

import datetime as dt
import re

MONTHS_PER_YEAR = 12
WEEKS_PER_YEAR = 365.25 / 7
"""Average weeks in a year, 52.18: leap years included."""
WEEKS_PER_MONTH = WEEKS_PER_YEAR / MONTHS_PER_YEAR

_SPELLINGS = re.compile(r"\s*(?:FY\s*)?(20\d\d)(?:\s*[/\-–]\s*|)(20\d\d|\d\d)?\s*", re.IGNORECASE)


def parse_year(text: str | int) -> int:
    """Year ending of a financial year, however a council writes it.

    Accepts 2027/28, 2027-28, 202728, 2027/2028 and 2027 (the year it starts).

    >>> parse_year("2027/28"), parse_year("2027-28"), parse_year("202728"), parse_year(2027)
    (2028, 2028, 2028, 2028)

    Raises:
        ValueError: the text is not a financial year, or its two halves are not consecutive.
    """
    match = _SPELLINGS.fullmatch(str(text))
    if match is None:
        raise ValueError(f"'{text}' is not a financial year. Write it as 2027/28.")
    start = int(match[1])
    if match[2] is not None and int(match[2]) % 100 != (start + 1) % 100:
        raise ValueError(
            f"'{text}' is not a financial year: {match[2]} does not follow {start}. "
            f"Write it as {format_year(start + 1)}."
        )
    return start + 1


_ENDING = re.compile(
    r"(?:(?:financial|reporting|academic)?\s*years?\s*(?:ended|ending|to)?\s*)?"
    r"(?:as\s+)?(?:(?:at|on|to)\s+)?"
    r"(?:31(?:st)?[\s\-]*(?:march|mar\.?)|31[/.]0?3[/.]|mar(?:ch)?)[\s,\-]*(?P<day>\d{4}|\d\d)"
    r"|(?P<iso>\d{4})-03-31(?:[T ].*)?"
    r"|(?:years?\s*(?:ended|ending)|fye?|ye)\s*(?P<fy>\d{4}|\d\d)"
    r"|(?P<bare>\d{4})(?:\.0|\s?[pr])?",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?:fye?\s*|(?:financial|reporting|academic)\s*year\s*)?"
    r"(?P<start>\d{4}|\d\d)(?:\s*(?:[/\-–—]|to)\s*|(?<=\d{4}))(?P<end>\d{4}|\d\d)",
    re.IGNORECASE,
)
_REMARKS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*,?")
EARLIEST, LATEST = 1900, 2100
"""Years outside these are slips of the keyboard."""


def parse_year_ending(text: str | int) -> int:
    """Year ending of a period as publications write it: a bare year is the one it ends in.

    Accepts 2024/25, 2024-25, 2024-2025, 24/25, 202425, FY25, "2024-25 (OT)", "2025 (prov)",
    "year ending 31 March 2025", 31/03/2025, 2025-03-31, 2025p and 2025. `parse_year` reads a bare
    year, as people write plans, as the one it starts in.

    >>> parse_year_ending("2024-25 (OT)"), parse_year_ending("FY25"), parse_year_ending("1999-00")
    (2025, 2025, 2000)

    Raises:
        ValueError: it is no such period; a six-digit month such as 202503 is told apart.
    """
    given = str(text)
    bare = " ".join(_REMARKS.sub(" ", given).split())
    pair = _PAIR.fullmatch(bare)
    if pair:
        start, end = _full(pair["start"]), int(pair["end"])
        if end % 100 == (start + 1) % 100 and (end < 100 or end == start + 1):
            return _within(start + 1, given)
        if bare.isdigit() and len(bare) == 6 and 1 <= end <= 12:
            raise ValueError(f"'{given}' is a month, not a financial year. Write it as 2024/25.")
        raise ValueError(
            f"'{given}' is not a financial year: {pair['end']} does not follow {pair['start']}."
        )
    ending = _ENDING.fullmatch(bare)
    if not ending:
        raise ValueError(f"'{given}' is not a financial year. Write it as 2024/25.")
    found = next(part for part in ending.groupdict().values() if part)
    return _within(_full(found), given)


def _full(digits: str) -> int:
    """A year of two digits in this century, or in the last from 50 on."""
    number = int(digits)
    return number if len(digits) == 4 else number + (1900 if number >= 50 else 2000)


def _within(year: int, given: str) -> int:
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"'{given}' is not a year between {EARLIEST} and {LATEST}.")
    return year


def format_year(year_ending: int) -> str:
    """A financial year as councils write it.

    >>> format_year(2028)
    '2027/28'
    """
    return f"{year_ending - 1}/{year_ending % 100:02d}"


def month_number(day: dt.date) -> float:
    """Months from 1 April 2000 to a day, the part-month as a fraction of that month.

    >>> month_number(dt.date(2000, 4, 1)), month_number(dt.date(2021, 4, 1))
    (0.0, 252.0)
    >>> month_number(dt.date(2020, 9, 16))
    245.5
    """
    whole = (day.year - 2000) * MONTHS_PER_YEAR + day.month - 4
    first = day.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return whole + (day - first).days / (following - first).days


def month_after(day: dt.date) -> float:
    """Months from 1 April 2000 to the end of a day: what ends on it runs that day too.

    >>> month_after(dt.date(2029, 3, 31)) == first_month(2030)
    True
    """
    return month_number(day + dt.timedelta(days=1))


def first_month(year_ending: int) -> int:
    """Month number of the April that opens a financial year.

    >>> first_month(2001), first_month(2028)
    (0, 324)
    """
    return (year_ending - 2001) * MONTHS_PER_YEAR


def month_label(month: int) -> str:
    """A month number in words.

    >>> month_label(324)
    'April 2027'
    """
    year, index = divmod(month + 3, MONTHS_PER_YEAR)
    return dt.date(2000 + year, index + 1, 1).strftime("%B %Y")


def day_label(day: dt.date) -> str:
    """A day in words.

    >>> day_label(dt.date(2026, 11, 1))
    '1 November 2026'
    """
    return f"{day.day} {day:%B %Y}"
