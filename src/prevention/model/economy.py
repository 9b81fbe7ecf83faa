"""Prices, inflation, discounting and the evidence haircut: what all programmes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field

from prevention.model.assumptions import Assumption
from prevention.model.programmes import Document, Grade, Programme

BaselineMethod = Literal[
    "last_value",
    "rate_x_population",
    "levelling",
    "levelling_fading",
    "levelling_national",
    "national_growth",
    "pooled_damped",
    "shrunk_trend",
    "drift",
    "straight_line",
    "simple_smoothing",
    "holt",
    "damped_trend",
    "theta",
    "combination",
]
"""How people in placement are carried on if nothing changes (`prevention.baseline`)."""

BASELINE_METHODS: tuple[str, ...] = get_args(BaselineMethod)


class GradeRule(Document):
    """What a grade of evidence does to a programme's effect and lag.

    verified: False until a person has checked the figures against the guidance they
        are commonly attributed to.
    """

    optimism_bias: Assumption
    lag_factor: float = Field(ge=1)
    verified: bool = False


class ServiceAssumptions(Document):
    """What is assumed of one service line beyond what is published.

    unit_cost: GBP a week at the margin, at the prices of the last published year (or of
        `as_at` when nothing is published); None takes the published average.
    margin_low, margin_high: 10th and 90th percentile of the marginal price over the
        published average, when `unit_cost` is None.
    baseline_method: how people are carried on if nothing changes; `baseline_source` says
        why, `baseline_as_at` when it was settled.
    people_volatility: standard deviation of the yearly log change in people, in place of
        the spread that the back-test settled.
    """

    unit_cost: Assumption | None = None
    unit_cost_year: int = 0
    margin_low: float = Field(default=1.0, gt=0, le=1)
    margin_high: float = Field(default=1.0, ge=1)
    price_uplift: Assumption
    baseline_method: BaselineMethod = "rate_x_population"
    baseline_source: str = ""
    baseline_as_at: str = ""
    people_volatility: Assumption | None = None


class Economy(Document):
    """Settings shared by every programme.

    cost_price_year: year ending whose prices delivery costs are stated in.
    """

    discount_rate: Assumption
    inflation: Assumption
    pay_uplift: Assumption
    cost_price_year: int
    grades: Mapping[Grade, GradeRule]
    services: Mapping[str, ServiceAssumptions]


def graded(programme: Programme, economy: Economy) -> Programme:
    """The programme with its grade's haircut and a lag lengthened for weak evidence.

    A stated `optimism_bias` is kept. The lengthening applies to the lag the evidence
    gives; a lag a council sets for itself (after this step) is used as set.
    """
    rule = economy.grades[programme.evidence_grade]
    changes: dict[str, Assumption] = {}
    if programme.optimism_bias is None:
        changes["optimism_bias"] = rule.optimism_bias
    for name in ("onset_lag", "onset_spread"):
        lag: Assumption = getattr(programme, name)
        if rule.lag_factor != 1 and lag.central:
            note = f"lengthened x {rule.lag_factor:g} for grade {programme.evidence_grade} evidence"
            changes[name] = lag.model_copy(
                update={
                    "low": lag.low * rule.lag_factor,
                    "central": lag.central * rule.lag_factor,
                    "high": lag.high * rule.lag_factor,
                    "reason": "; ".join(filter(None, (lag.reason, note))),
                }
            )
    return programme.model_copy(update=changes)
