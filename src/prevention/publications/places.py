"""Which council a code means, in any of the systems publications use, and what is no council.

Facts stand in `places.csv`, with their sources in `places.source.toml`. A council whose code
changed while its ground stayed the same goes under its newest code in every year. One that
was split, joined or redrawn keeps its own: figures are never shared out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

DORSET_COUNTY, DORSET = "E10000009", "E06000059"
FIRST_YEAR_OF_DORSET_UNITARY = 2020
"""Publications carry the one's code into the other's years; the boundary changed in between."""

_AREAS: tuple[tuple[str, str], ...] = (
    ("E92", "England"),
    ("E12", "a region"),
    ("E13", "a region"),
    ("E07", "a district council, without social care duties"),
    ("E11", "a metropolitan county"),
    ("E23", "a police area"),
    ("E26", "a national park"),
    ("E31", "a fire authority"),
    ("E47", "a combined authority"),
    ("K0", "a country or group of countries"),
    ("W", "an area of Wales"),
    ("S", "an area of Scotland"),
    ("N", "an area of Northern Ireland"),
)
_COUNCIL = re.compile(r"E(?:06|08|09|10)\d{6}")
_NINE = re.compile(r"[EWSNK]\d{8}")
_OLD_DISTRICT = re.compile(r"\d\dU[A-Z]")


@dataclass(frozen=True, slots=True)
class Place:
    """A council under one of its codes: the years (ending) it has, and what replaced it."""

    code: str
    name: str
    dfe_code: str
    nhs_code: str
    mhclg_code: str
    ons_old_code: str
    first_year: int
    last_year: int
    successors: tuple[str, ...]
    same_area: bool


@cache
def places() -> Mapping[str, Place]:
    """Every council by its nine-character code."""
    text = resources.files(__package__).joinpath("places.csv").read_text(encoding="utf-8")
    return {row["la_code"]: _place(row) for row in csv.DictReader(text.splitlines())}


def _place(row: Mapping[str, str]) -> Place:
    return Place(
        row["la_code"],
        row["name"],
        row["dfe_code"],
        row["nhs_code"],
        row["mhclg_code"],
        row["ons_old_code"],
        int(row["from"][:4]) + 1 if row["from"] else 0,
        int(row["until"][:4]) if row["until"] else 9999,
        tuple(row["successors"].split()),
        row["same_area"] == "yes",
    )


@cache
def by_code(system: str) -> Mapping[str, str]:
    """Nine-character codes by those of a system: dfe, nhs, mhclg or ons_old."""
    return {code: p.code for p in places().values() if (code := getattr(p, f"{system}_code"))}


def from_dfe(code: str) -> str:
    """The nine-character code of a council by its three digits; blank when there is none.

    >>> from_dfe("877"), from_dfe("877.0"), from_dfe("999")
    ('E06000007', 'E06000007', '')
    """
    return by_code("dfe").get(code.strip().removesuffix(".0"), "")


@cache
def ons_code(code: str) -> str:
    """The code of an area in the form of today, from nine characters or the two to four of old.

    An old code of a district stays as it is: none has duties of social care. Blank for what is
    no code of the Office for National Statistics.

    >>> ons_code("e06000007 "), ons_code("00EU"), ons_code("16"), ons_code("35UB"), ons_code("877")
    ('E06000007', 'E06000007', 'E10000006', '35UB', '')
    """
    bare = code.strip().upper()
    if _NINE.fullmatch(bare) or _OLD_DISTRICT.fullmatch(bare):
        return bare
    return by_code("ons_old").get(bare, "")


def standing(code: str, year_ending: int) -> str:
    """The code figures of a council and year go under: its newest, where the ground is the same.

    >>> standing("E10000002", 2015), standing("E10000006", 2015), standing("E06000059", 2018)
    ('E06000060', 'E10000006', 'E10000009')
    """
    if code in (DORSET, DORSET_COUNTY):
        return DORSET if year_ending >= FIRST_YEAR_OF_DORSET_UNITARY else DORSET_COUNTY
    place = places().get(code)
    return place.successors[0] if place and place.same_area else code


def existed(code: str, year_ending: int) -> bool:
    """Whether a council had that year; one that is not known is taken to have."""
    place = places().get(code)
    return place is None or place.first_year <= year_ending <= place.last_year


@cache
def not_a_council(code: str) -> str:
    """What an area is, when it is no council with social care duties; blank when it is one.

    Blank too for what is no code at all: its figures wait in quarantine, and are not lost.

    >>> not_a_council("E12000002"), not_a_council("E06000007")
    ('a region', '')
    """
    bare = code.strip()
    if _COUNCIL.fullmatch(bare):
        return ""
    if _OLD_DISTRICT.fullmatch(bare):
        return "a district council, without social care duties"
    if re.fullmatch(r"E\d\d", bare):
        return "a total of a class of authorities"
    for start, what in _AREAS:
        if bare.startswith(start):
            return what
    return "an area without a council's code" if not bare or _NINE.fullmatch(bare) else ""
