"""Which year a file speaks of, where only its title, sheet names or file name say so."""

from __future__ import annotations

import re

from prevention.publications.errors import NotRecognised

_PAIR = re.compile(r"(?<!\d)(20\d\d)\s?[-–—/_]?\s?(20\d\d|\d\d)(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d\d)[-–/_]?(\d\d)(?!\d)")
_ENDING = re.compile(
    r"(?:year\s*end(?:ing|ed)?|ye|fy)[\s_-]*(?:31(?:st)?\s*march\s*)?(20\d\d)", re.I
)
_MONTHS = "january february march april may june july august september october november december"
_DATE = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(_MONTHS.split())})\s+(20\d\d)", re.I)


def financial_years(text: str) -> list[int]:
    """The years ending that a text names, in its order, each once.

    >>> financial_years("Table 2: 2019-20, 2020-21 and 2021-22"), financial_years("S251ye2019")
    ([2020, 2021, 2022], [2019])
    >>> financial_years("RO3_LA_Data_202425"), financial_years("meas-eng-1819-open-data")
    ([2025], [2019])
    """
    found = [
        int(start) + 1
        for start, end in _PAIR.findall(text)
        if int(end) % 100 == (int(start) + 1) % 100
        and (len(end) == 2 or int(end) == int(start) + 1)
    ]
    found = found or [int(year) for year in _ENDING.findall(text)]
    if not found:
        found = [
            2000 + int(b) for a, b in _SHORT.findall(text) if int(b) == int(a) + 1 and int(b) < 60
        ]
    return list(dict.fromkeys(found))


def the_year(book: str, *texts: str) -> int:
    """The one year ending that the first text to name any names.

    Raises:
        NotRecognised: none does, or the first that does names several.
    """
    for text in texts:
        years = financial_years(text)
        if len(years) == 1:
            return years[0]
        if years:
            named = ", ".join(map(str, years))
            raise NotRecognised(
                f"{book} names several years ({named}), so it is not clear which its figures are "
                "of. Put the year in the file's name, such as 2024-25, and load it again.",
                missing=("the year",),
            )
    raise NotRecognised(
        f"{book} does not say which year its figures are of. Put it in the file's name, such as "
        "2024-25, and load it again.",
        missing=("the year",),
    )


def date_in(text: str) -> str:
    """The first date a text gives as 2025-12-04; 'not recorded' when it gives none.

    >>> date_in("Last updated: 4 December 2025"), date_in("no date")
    ('2025-12-04', 'not recorded')
    """
    found = _DATE.search(text)
    if not found:
        return "not recorded"
    month = _MONTHS.split().index(found[2].casefold()) + 1
    return f"{found[3]}-{month:02d}-{int(found[1]):02d}"
