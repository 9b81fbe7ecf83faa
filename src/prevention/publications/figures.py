"""Numbers and markers as publishers and councils write them: a figure, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

MARKERS: Mapping[str, str] = {
    "c": "confidential: withheld by the publisher to protect people",
    "[c]": "0 to 4 people: withheld by the publisher",
    "x": "not available",
    "[x]": "return not received by the publisher",
    "z": "not applicable",
    "[z]": "not applicable",
    "u": "of low reliability, withheld by the publisher",
    "[u]": "of low reliability, withheld by the publisher",
    "low": "rounds to zero but is not zero",
    "[low]": "rounds to zero but is not zero",
    "k": "rounds to zero but is not zero",
    "[k]": "rounds to zero but is not zero",
    "~": "rounds to zero but is not zero",
    "-": "missing or withheld by the publisher",
    ":": "not available",
    "..": "not available",
    ".": "not applicable",
    "*": "small number: withheld by the publisher to protect people",
    "[n]": "not estimated by the publisher",
    "[y]": "not relevant to this council",
    "[w]": "none recorded by the publisher",
    "m": "return not received by the publisher",
    "n/a": "not applicable",
    "1 to 5": "1 to 5 people: withheld by the publisher",
    "0 to 4": "0 to 4 people: withheld by the publisher",
    "suppressed": "withheld by the publisher",
    "not_returned": "not submitted, or not applicable to this council",
    "not_submitted": "published as zero where no return was made",
    "none_reported": "published as zero where there is no such service or no return",
    "invalid": "published, but cannot be what it says",
    **{f"[note {n}]": f"explained in note {n} of the publication" for n in range(1, 31)},
}
"""Marks that stand in place of a figure, and what each means."""

_SPELLINGS: Mapping[str, str] = {
    "–": "-", "—": "-", "--": "-", "…": "..", "...": "..", "na": "n/a", "n.a.": "n/a",
    "not available": "x", "not applicable": "z", "confidential": "c", "1-5": "1 to 5",
    "**": "*", "[*]": "*", "[..]": "..", "[-]": "-", "[:]": ":", "<5": "0 to 4", "<6": "1 to 5",
    "0-4": "0 to 4", "nan": "n/a", "null": "n/a", "#n/a": "n/a", "supp": "suppressed",
}  # fmt: skip
_FLAGS = re.compile(r"\s*\[(?:r|p|e|b|f|s|note\s*\d+(?:\s*,\s*\d+)*)\]\s*$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?P<sign>-?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?P<part>\.\d*)?(?P<power>e[+-]?\d{1,3})?",
    re.IGNORECASE,
)
_DOUBLE = Context(prec=15)
"""Digits a double holds exactly: more are noise of an earlier conversion, not the publisher's."""
NOT_RETURNED = "not_returned"


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell read: its number as plain text, or the status that explains why there is none.

    Both are empty when the cell is neither a number nor a known mark. percent: whether it was
    written with a percent sign. pounds: whether with a pound sign.
    """

    value: str = ""
    status: str = ""
    percent: bool = False
    pounds: bool = False

    @property
    def readable(self) -> bool:
        """Whether the cell said something that is known."""
        return bool(self.value or self.status)


def plain_number(number: Decimal) -> str:
    """A number without float noise, exponent or a decimal point it does not need.

    >>> plain_number(Decimal("1040.0")), plain_number(Decimal("76.599999999999994"))
    ('1040', '76.6')
    """
    rounded = _DOUBLE.create_decimal(number)
    text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=65_536)
def read_figure(text: str, factor: int = 1) -> Figure:
    """A cell as a figure, multiplied into the unit of the table.

    factor: 1000 where the publisher counts in thousands of pounds, else 1.

    >>> read_figure("(1,234)").value, read_figure("£ 12.50 ").value, read_figure("1.2E+03").value
    ('-1234', '12.5', '1200')
    >>> read_figure("[C]").status, read_figure("45.6%").value, read_figure("twelve").readable
    ('[c]', '45.6', False)
    """
    bare = " ".join(text.replace("\xa0", " ").split())
    if not bare:
        return Figure()
    mark = _mark(bare)
    if mark:
        return Figure(status=mark)
    bare = _FLAGS.sub("", bare)
    negative = bare.startswith("(") and bare.endswith(")")
    bare = (bare[1:-1] if negative else bare).replace("−", "-").replace(" ", "")
    percent, pounds = bare.endswith("%"), "£" in bare
    bare = bare.removesuffix("%").replace("£", "", 1)
    if bare.endswith("-") and len(bare) > 1:  # ledgers write credits as 1,234-
        bare = "-" + bare[:-1]
    found = _NUMBER.fullmatch(bare)
    if not found or not (found["whole"] or (found["part"] or "").strip(".")):
        return Figure()
    if negative and found["sign"]:
        return Figure()
    try:
        number = Decimal(bare.replace(",", "")) * factor
        return Figure(plain_number(-number if negative else number), "", percent, pounds)
    except InvalidOperation:
        return Figure()


def _mark(bare: str) -> str:
    """The marker a cell holds in the form of `MARKERS`; empty when it holds none."""
    lower = re.sub(r"(?<=[\[<]) | (?=\])", "", bare.casefold())
    note = re.fullmatch(r"\[note (\d{1,2})\]", lower)
    mark = f"[note {int(note[1])}]" if note else _SPELLINGS.get(lower, lower)
    return mark if mark in MARKERS and "_" not in mark else ""
