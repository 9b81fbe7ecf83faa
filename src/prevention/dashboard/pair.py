"""A scenario as approved beside itself with one visitor's changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from prevention.dashboard import figures
from prevention.model.measures import TOTAL
from prevention.model.projection import Projection
from prevention.model.summary import run_record
from prevention.model.sweep import LagSweep, sweep_lag
from prevention.reports.words import figure_in

ADJUSTED = "With your changes"
"""What a run with a visitor's changes is called, in charts and tables."""


@dataclass(frozen=True)
class Pair:
    """A scenario to start from and the one with this visitor's assumptions.

    approved: what to measure against: the approved version where there is one, else the
    scenario as it stands. start: what that is called. scenario: its name, with its version
    (ID@3) when on the record. programme: the id being adjusted. group: the programmes the
    figures are for. money: the unit the reader chose.
    """

    approved: Projection
    start: str
    adjusted: Projection
    scenario: str
    programme: str
    group: figures.Group
    money: str

    @property
    def name(self) -> str:
        """The programme's name."""
        return self.approved.plan.programmes[self.programme].name

    @property
    def scope(self) -> str:
        """What the figures are for, in words."""
        return "the whole plan" if self.group is None else self.name

    @property
    def cell(self) -> str:
        """The id the figures are for: of one programme, or of the total."""
        return TOTAL if self.group is None else self.programme

    @cached_property
    def run(self) -> str:
        """Id of the adjusted run."""
        return str(run_record(self.adjusted)["run_id"])

    def sweep(self) -> LagSweep:
        """What the programme being adjusted yields at each onset lag, with the changes."""
        return sweep_lag(
            self.adjusted.plan, self.adjusted.council, self.programme, self.adjusted.cache
        )


STARTS = {"approved": "As approved", "saved": "As saved", "file": "As on file"}
"""What a scenario is measured against, in words."""


def year_table(pair: Pair, spread: pd.DataFrame, adjusted: str = ADJUSTED) -> pd.DataFrame:
    """Rows of cashable saving by year in the reader's unit, the plan's total last.

    spread: `figures.by_year` of the adjusted run. adjusted: what that run is called.
    """
    both = ((pair.start, pair.approved), (adjusted, pair.adjusted))
    years = {name: figures.central(p, "cashable_saving", pair.group) for name, p in both}
    over = {name: figures.over_plan(p, "cashable_saving", pair.group) for name, p in both}
    values = {f"{name}, central": (*years[name], over[name].central) for name in years}
    if pair.adjusted.samples:
        for label, column in (("P10", "p10"), ("P50", "p50"), ("P90", "p90")):
            values[f"{adjusted}, {label}"] = (*spread[column], getattr(over[adjusted], column))
    moved = years[adjusted] - years[pair.start]
    values["Change in central"] = (*moved, moved.sum())
    rows = {name: [figure_in(pair.money, value) for value in row] for name, row in values.items()}
    columns = [*pair.adjusted.timeline.labels, "Plan"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
