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
