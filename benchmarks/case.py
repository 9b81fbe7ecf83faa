"""The case every benchmark works on: six programmes of the library in Warrington, six years."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from prevention.jobs import Workbench
from prevention.model.chain import targets_of, timeline_of
from prevention.model.demand import baselines
from prevention.model.draws import Draws
from prevention.model.evidence import CouncilEvidence
from prevention.model.programmes import Programme, effect_of, stream_of
from prevention.model.scenarios import Change, Plan, Scenario, resolve
from prevention.model.timeline import Timeline
from prevention.years import first_month, month_after, month_number

COUNCIL = "E06000007"
PROGRAMMES = (
    "mockingbird",
    "no-wrong-door",
    "family-group-conference",
    "early-help",
    "frailty-unit",
    "reablement",
)
SCENARIO = Scenario(id="six-programmes", title="Six programmes", programmes=PROGRAMMES)
YEARS = 6
DRAWS = 10_000
SEED = 1

Inputs = dict[str, Any]
"""Numbers and arrays by name: all that a peer is given."""


@cache
def bench() -> Workbench:
    """The library and the store."""
    return Workbench()


def council() -> CouncilEvidence:
    """Warrington's published figures."""
    return bench().council(COUNCIL)


def plan(*changes: Change, years: int = YEARS) -> Plan:
    """The six-programme plan with some assumptions set."""
    return resolve(SCENARIO, bench().on_file, changes, None, years)


def lag_move(programme: str, factor: float) -> Plan:
    """The plan after a slider has moved one programme's onset lag to `factor` x its own."""
    central = plan().programmes[programme].onset_lag.central
    return plan((f"programmes.{programme}.onset_lag", central * factor))


def peer_inputs(chosen: Plan, count: int = DRAWS, seed: int = SEED) -> Inputs:
    """The plan as plain arrays, the draws already taken, for the plain numpy peer.

    Programmes: starts per unit of capacity by month, and what was drawn, each (count,).
    Services: people (months, count) and price (years, count) if nothing changes.
    """
    timeline = timeline_of(chosen)
    draws = Draws(count, seed)
    base = baselines(council().services, chosen.economy.services, timeline, draws)
    programmes = {
        id_: _programme_inputs(programme, timeline, draws, base)
        for id_, programme in chosen.programmes.items()
    }
    named = {t for p in programmes.values() for a in p["avoids"] for t in a[:2] if t}
    services = {s: {"people": base[s].people, "price": base[s].price} for s in base if s in named}
    return {
        "years": timeline.years,
        "discount_rate": chosen.economy.discount_rate.central,
        "inflation": chosen.economy.inflation.central,
        "programmes": programmes,
        "services": services,
    }


def _programme_inputs(
    programme: Programme, timeline: Timeline, draws: Draws, base: dict[str, Any]
) -> Inputs:
    own = _own_timeline(programme, timeline)
    drawn = {n: draws.values(stream_of(programme.id), n, a) for n, a in programme.assumptions()}
    ramp = drawn["ramp"] - drawn["ramp"].dtype.type(programme.ramp.central)
    economy = bench().on_file.economy
    since = np.array(timeline.year_endings) - economy.cost_price_year
    months = timeline.plan_start + np.arange(timeline.plan_months)
    kept = ("onset_lag", "onset_spread", "duration", "fade_out", "council_share", "notice")
    kept += ("cashable_share", "optimism_bias", "already_in_base", "set_up_cost", "fixed_cost")
    kept += ("double_running", "cost_per_start", "cost_optimism_bias")
    return {name: drawn[name] for name in kept} | {
        "starts": programme.starts_by_month(own),
        "warm": own.warm_months,
        "delay": np.maximum(drawn["mobilisation"] + ramp / 2, 0),
        "people": drawn["capacity"] * drawn["take_up"] * drawn["retention"],
        "effect": effect_of(programme, drawn),
        "uplift": (1 + economy.pay_uplift.central) ** np.repeat(since, 12),
        "running": programme.months_running(timeline),
        "opens": (months == int(month_number(programme.go_live))).astype(float),
        "external": _share_paid(programme, timeline, ("grant", "partner")),
        "in_base": _share_paid(programme, timeline, ("base",)),
        "avoids": [(t.service, t.replaced_by, t.share) for t in targets_of(programme, base)],
    }


def _own_timeline(programme: Programme, timeline: Timeline) -> Timeline:
    """From the programme's own first start, if that was before the plan's."""
    opening = min(int(month_number(programme.go_live)), first_month(timeline.first_year))
    return Timeline(timeline.first_year, timeline.years, opening)


def _share_paid(programme: Programme, timeline: Timeline, sources: tuple[str, ...]) -> np.ndarray:
    months = timeline.plan_start + np.arange(timeline.plan_months)
    share = np.zeros(timeline.plan_months)
    for funding in programme.funding:
        if funding.source in sources:
            stop = np.inf if funding.ends is None else month_after(funding.ends)
            share += funding.share * np.clip(stop - months, 0.0, 1.0)
    return np.minimum(share, 1.0)
