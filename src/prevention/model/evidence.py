"""The published figures a forecast stands on, as the model sees them.

Plain values: the model reads no file and holds no connection. `prevention.evidence`
fills these from the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Observation:
    """One published figure: its year (31 March of `year_ending`), value and release."""

    year_ending: int
    value: float
    release: str


@dataclass(frozen=True, slots=True)
class Series:
    """A published series of one council: observations in order of year, with its unit.

    `note` says in plain words what the figure is (and any caution that travels with it).
    """

    title: str
    unit: str
    observations: tuple[Observation, ...] = ()
    note: str = ""

    @property
    def last(self) -> Observation | None:
        """The newest observation, or None when nothing is published."""
        return self.observations[-1] if self.observations else None


@dataclass(frozen=True, slots=True)
class ServiceEvidence:
    """What is published of one service line in one council.

    people: average people in placement (or the count at 31 March).
    unit_cost: GBP per person per week.
    spend: gross GBP a year, on the publisher's own definition.
    population: persons in the age group the service draws on, actual then projected.
    over_year: people are an average over the year; otherwise they are counted on 31 March.
    outlooks: log change in people 1, 2, ... years after the last figure if nothing changes,
        by the method that gives it.
    spread: standard deviation of the log error of such an outlook 1, 2, ... years ahead.
    is_memo: shown for context and never added to a total, because its people are
        already in the other lines (all children looked after).
    """

    id: str
    name: str
    directorate: str
    person: str
    people: Series
    unit_cost: Series
    spend: Series
    population: Series
    over_year: bool = False
    outlooks: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    spread: tuple[float, ...] = ()
    is_memo: bool = False


@dataclass(frozen=True, slots=True)
class CouncilEvidence:
    """Everything published that one council's forecast uses.

    deflator: GDP deflator by year ending (index).
    missing: plain sentences, one for each figure the model would use and cannot find.
    data_hash: fingerprint of the published tables the store was built from.
    """

    code: str
    name: str
    services: Mapping[str, ServiceEvidence]
    deflator: Series
    data_hash: str
    missing: tuple[str, ...] = field(default=())
