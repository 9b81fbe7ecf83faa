"""Which of our measures a column of an adult social care table holds, by title and headings.

A table is told by its title, a column by the words above it: its age band, its setting,
route or outcome. Facts only; `asc_tables` reads the sheets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Namer = Callable[[frozenset[str], str], str]
"""Our measure for the words above a column (without age and year) and its age band."""
_AGE = re.compile(
    r"(?:clients? )?(?:aged? )?(?:(?P<young>18 (?:to )?64)|65(?: ?\+| and over| and above| plus))"
)


def age_band(heading: str) -> str:
    """The age band that a plain heading names and nothing else; blank when it names none.

    >>> age_band("18 to 64"), age_band("aged 65+"), age_band("65 and over"), age_band("total")
    ('18_64', '65_plus', '65_plus', '')
    """
    found = _AGE.fullmatch(heading)
    return "" if not found else "18_64" if found["young"] else "65_plus"


HIGHEST_WEEKLY_COST, HIGHEST_HOURLY_COST = 5_000, 200
"""GBP above which a unit cost is an error of the return, as the published tables treat it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A table: the words its title has and has not, where it goes, and what its columns mean.

    needed: measures without which it is not read. optional: the others it can hold.
    thousands: whether its amounts must be in thousands of pounds. age: of the whole table,
    where its title gives one; the letter before it stands for nothing else.
    """

    title: str
    unless: str
    table: str
    name: Namer
    needed: frozenset[str]
    optional: frozenset[str] = frozenset()
    thousands: bool = False


def _worded(names: Mapping[str, str], ages: bool = True) -> Namer:
    """Measures by one wording among the headings, with the age band put behind."""

    def name(words: frozenset[str], age: str) -> str:
        hits = {stem for wording, stem in names.items() if wording in words}
        if len(hits) != 1 or (ages and not age):
            return ""
        return f"{hits.pop()}_{age}" if ages else hits.pop()

    return name


def _exact(names: Mapping[str, str], age: str | None = None) -> Namer:
    """Measures by the words of a column joined, where a table holds one age band or none."""

    def name(words: frozenset[str], found: str) -> str:
        if age is not None and found not in ("", age):
            return ""
        return names.get(" ".join(sorted(words)), "") if len(words) == 1 else ""

    return name


_SUMMARY = {
    "number of requests for support received from new clients": "requests",
    "requests for support received from new clients": "requests",
    "new clients with an episode of st max care and a known sequel": "reablement_new_clients",
    "long term support during the year": "long_term_support",
    "number of clients accessing long term support during the year": "long_term_support",
}


def _summary(words: frozenset[str], age: str) -> str:
    if not age and any(re.search(r"\bcarers?\b", w) for w in words):
        return "carers_supported"
    return _worded(_SUMMARY)(words, age)


_ROUTES = {
    "discharge from hospital": "requests_65_plus_hospital_discharge",
    "diversion from hospital services": "requests_65_plus_hospital_diversion",
    "community other route": "requests_65_plus_community",
}


def _routes(words: frozenset[str], age: str) -> str:
    return _worded(_ROUTES, ages=False)(words, age) if age == "65_plus" else ""


_SEQUELS = {
    "long term care community": "requests_65_plus_to_community_care",
    "long term care nursing": "requests_65_plus_to_nursing",
    "long term care residential": "requests_65_plus_to_residential",
    "short term care to maximise independence": "requests_65_plus_to_reablement",
    "ongoing low level support": "requests_65_plus_to_low_level_support",
    "no services provided": "requests_65_plus_to_no_service",
}
_REABLEMENT = {
    "early cessation of service leading to long term support":
        "reablement_stopped_early_to_long_term",
    "early cessation of service not leading to long term support": "reablement_stopped_early",
    "early cessation of service not leading to long term support 100% nhs funded care end of life"
    " deceased": "reablement_stopped_early_nhs_or_died",
    "long term support": "reablement_to_long_term",
    "no services provided needs identified but self funding": "reablement_to_self_funding",
    "no services provided needs identified but support declined": "reablement_declined",
    "no services provided no identified needs": "reablement_no_needs",
    "no services provided universal services signposted to other services":
        "reablement_signposted",
    "ongoing low level support": "reablement_to_low_level_support",
    "short term support": "reablement_to_short_term",
    "total": "reablement_total",
}  # fmt: skip
_SETTINGS = {
    "nursing": "nursing",
    "residential": "residential",
    "community direct payment only": "community_direct_payment",
    "community part direct payment": "community_part_direct_payment",
    "community cassr managed personal budget": "community_managed_budget",
    "community cassr commissioned support only": "community_commissioned",
    "total": "total",
}


def _settings(when: str) -> Namer:
    return _worded({wording: f"{stem}_{when}" for wording, stem in _SETTINGS.items()})


_CARE = {
    "nursing": "nursing",
    "residential": "residential",
    "supported accommodation": "supported_accommodation",
    "community direct payments": "direct_payments",
    "community home care": "home_care",
    "community supported living": "supported_living",
    "community other long term care": "other_long_term",
    "total": "long_term",
}


def _care(age: str) -> Namer:
    return _exact({wording: f"{stem}_{age}" for wording, stem in _CARE.items()}, age)


_PURPOSES = {"to maximise independence": "reablement", "other short term": "other_short_term"}


def _purposes(age: str) -> Namer:
    """Spend on short-term care: the total of each purpose, over all support reasons."""

    def name(words: frozenset[str], found: str) -> str:
        stem = {stem for wording, stem in _PURPOSES.items() if wording in words}
        return f"{stem.pop()}_{age}" if len(stem) == 1 and "total" in words else ""

    return name


_TYPES = {
    "long term support gce": "long_term", "long term care gce": "long_term",
    "short term support gce": "short_term", "short term care gce": "short_term",
    "other gce": "other",
    "total gross current expenditure gce": "total", "total gce": "total",
}  # fmt: skip
_HOURLY = {
    "in house": "home_care_hourly_cost_in_house",
    "external": "home_care_hourly_cost_external",
}
_WEEKLY = ("residential", "nursing", "residential and nursing")


def _unit_costs(words: frozenset[str], age: str) -> str:
    setting = [s for s in _WEEKLY if s in words]
    band = age or ("all_ages" if "total" in words else "")
    return f"{setting[0].replace(' ', '_')}_unit_cost_{band}" if len(setting) == 1 and band else ""


def _needed(names: Mapping[str, str], *, ages: bool = False) -> frozenset[str]:
    bands = ("_18_64", "_65_plus") if ages else ("",)
    return frozenset(f"{name}{band}" for name in names.values() for band in bands)


_SUPPORT = r"per 100 000|primary support reason|cost status|ethnicity|gender|per client"
ACTIVITY, SPEND, COSTS = "adult_activity", "care_expenditure", "care_unit_costs"
SPECS: tuple[Spec, ...] = (
    Spec(r"summary figures.*adult social care activity", "", ACTIVITY, _summary,
         _needed(_SUMMARY, ages=True), frozenset({"carers_supported"})),
    Spec(r"requests for support.*age band and route of access", rf"{_SUPPORT}|what happened next",
         ACTIVITY, _routes, _needed(_ROUTES)),
    Spec(r"requests for support.*65 and over.*what happened next", _SUPPORT, ACTIVITY,
         _exact(_SEQUELS, "65_plus"), _needed(_SEQUELS)),
    Spec(r"st max for new clients.*what happened next", rf"{_SUPPORT}|age band", ACTIVITY,
         _exact(_REABLEMENT), _needed(_REABLEMENT)),
    Spec(r"long term support during the year.*age band and support setting", _SUPPORT, ACTIVITY,
         _settings("during_year"),
         _needed({k: f"{v}_during_year" for k, v in _SETTINGS.items()}, ages=True)),
    Spec(r"long term support at the (?:end of the year|year end).*age band and support setting",
         _SUPPORT, ACTIVITY, _settings("31_march"),
         _needed({k: f"{v}_31_march" for k, v in _SETTINGS.items()}, ages=True)),
    Spec(r"^gross current expenditure by care type", rf"{_SUPPORT}|age band|year on year", SPEND,
         _exact(_TYPES), frozenset({"total", "long_term"}), frozenset(_TYPES.values()),
         thousands=True),
    Spec(r"gross current expenditure on long term care.*18 to 64.*by support setting", _SUPPORT,
         SPEND, _care("18_64"), frozenset({"residential_18_64", "long_term_18_64"}),
         frozenset(f"{stem}_18_64" for stem in _CARE.values()), thousands=True),
    Spec(r"gross current expenditure on long term care.*65 and over.*by support setting", _SUPPORT,
         SPEND, _care("65_plus"), frozenset({"residential_65_plus", "long_term_65_plus"}),
         frozenset(f"{stem}_65_plus" for stem in _CARE.values()), thousands=True),
    Spec(r"gross current expenditure on short term care.*18 to 64.*by purpose", "per 100 000",
         SPEND, _purposes("18_64"), frozenset({"reablement_18_64", "other_short_term_18_64"}),
         thousands=True),
    Spec(r"gross current expenditure on short term care.*65 and over.*by purpose", "per 100 000",
         SPEND, _purposes("65_plus"), frozenset({"reablement_65_plus", "other_short_term_65_plus"}),
         thousands=True),
    Spec(r"unit costs?.*hourly rate.*home care", "per 100 000", COSTS,
         _worded(_HOURLY, ages=False), _needed(_HOURLY)),
    Spec(r"unit costs?.*long term support by support setting and age band",
         r"primary support reason|provision type", COSTS, _unit_costs,
         frozenset({"residential_unit_cost_65_plus", "nursing_unit_cost_65_plus"}),
         frozenset(f"{setting.replace(' ', '_')}_unit_cost_{band}" for setting in _WEEKLY
                   for band in ("18_64", "65_plus", "all_ages"))),
)  # fmt: skip
"""The tables we read, by title."""


def spec_for(title: str) -> Spec | None:
    """The table a title names; None when we read none like it.

    Where two would answer, none does: nothing is guessed.
    """
    hits = [
        spec
        for spec in SPECS
        if re.search(spec.title, title) and not (spec.unless and re.search(spec.unless, title))
    ]
    return hits[0] if len(hits) == 1 else None
