"""A chosen number: low, central and high, with its unit, its source and who decided it.

Low, central and high are the 10th, 50th and 90th percentiles of what the number might
be. What each number means, its unit and the values it may take live once, in
`QUANTITIES`; headings, axes and workbook columns are named from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

Floats = NDArray[np.float64]

Z_90 = 1.2815515655446004
"""Standard normal score of the 90th percentile, as scipy's `ndtri` gives it."""

Basis = Literal["evidence", "derived", "published", "judgement", "council"]
"""How a number came to be: read from a study, worked out from sourced numbers, an
official statistic, chosen by us or by a council where nothing is published."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an assumption measures.

    scale: how the number spreads between and beyond its percentiles: `log` (always
        above zero, skewed), `linear` (may cross zero unless bounded).
    """

    title: str
    unit: str
    meaning: str
    scale: Literal["log", "linear"] = "log"
    minimum: float = 0.0
    maximum: float = float("inf")

    @property
    def limits(self) -> str:
        """What it must be, in words.

        >>> QUANTITIES["unit_cost"].limits, QUANTITIES["take_up"].limits
        ('0 or more', 'between 0 and 1')
        """
        if self.maximum == float("inf"):
            return f"{self.minimum:g} or more"
        return f"between {self.minimum:g} and {self.maximum:g}"

    def fault_of(self, value: float) -> str | None:
        """Why it cannot take a value, and what to write instead; None when it can.

        >>> QUANTITIES["take_up"].fault_of(35.0)
        'take-up (share) must be between 0 and 1, not 35 (35 per cent is written 35% or 0.35)'
        """
        if self.minimum <= value <= self.maximum:
            return None
        fault = f"{self.title.lower()} ({self.unit}) must be {self.limits}, not {value:g}"
        is_per_cent = self.unit.startswith("share") and value >= 2
        if is_per_cent and value / 100 <= self.maximum:
            fault += f" ({value:g} per cent is written {value:g}% or {value / 100:g})"
        return fault


def _share(title: str, meaning: str) -> Quantity:
    return Quantity(title, "share", meaning, scale="linear", maximum=1.0)


def _gbp(title: str, unit: str, meaning: str) -> Quantity:
    return Quantity(title, unit, meaning)


QUANTITIES: dict[str, Quantity] = {
    "mobilisation": Quantity(
        "Mobilisation", "months", "From go-live to the first person started", "linear"
    ),
    "ramp": Quantity("Ramp", "months", "From the first start to full capacity", "linear"),
    "capacity": Quantity("Capacity", "starts a month", "People started a month at full run"),
    "take_up": _share("Take-up", "Share of places offered that are taken up"),
    "retention": _share("Retention", "Share of those started who complete"),
    "effect": Quantity(
        "Effect",
        "share",
        "Share of people started whose placement is avoided, with the programme less without",
        "linear",
        -1.0,
        1.0,
    ),
    "impact": Quantity("Impact", "share", "Outcome rate with the programme", "linear", -1.0, 1.0),
    "deadweight": _share("Deadweight", "Outcome rate without the programme"),
    "relative_risk": Quantity(
        "Relative risk", "ratio", "Risk of the placement with the programme over without"
    ),
    "baseline_risk": _share("Baseline risk", "Risk of the placement without the programme"),
    "onset_lag": Quantity(
        "Onset lag",
        "months",
        "Mean months from a person's start to when the avoided placement would have begun",
    ),
    "onset_spread": Quantity("Onset spread", "months", "Standard deviation of the onset lag"),
    "duration": Quantity("Duration", "months", "Mean length of the placement avoided"),
    "fade_out": _share("Fade-out", "Share of the effect lost a year, after the first year"),
    "council_share": _share("Council share", "Share of the saving that falls to the council"),
    "cashable_share": _share("Cashable share", "Share that can be taken out of a budget"),
    "notice": Quantity(
        "Notice", "months", "From a placement avoided to its cost released", "linear"
    ),
    "release_unit": Quantity(
        "Release unit", "placements", "Placements released at a time (0: no steps)", "linear"
    ),
    "optimism_bias": _share("Optimism bias", "Haircut on the effect for the strength of evidence"),
    "already_in_base": _gbp(
        "Already in base", "GBP a year", "Saving the base budget already counts, at the price base"
    ),
    "set_up_cost": _gbp("Set-up cost", "GBP", "One-off cost at go-live"),
    "fixed_cost": _gbp("Fixed cost", "GBP a year", "Yearly cost whatever the number of starts"),
    "cost_per_start": _gbp("Cost per start", "GBP a start", "Cost of each person started"),
    "double_running": _gbp(
        "Double running", "GBP a year", "Old service kept alongside, from go-live to full capacity"
    ),
    "cost_optimism_bias": _share("Cost optimism bias", "Addition to delivery cost for optimism"),
    "unit_cost": _gbp("Unit cost", "GBP a week", "Price of one placement at the margin"),
    "price_uplift": Quantity(
        "Price uplift", "share a year", "Yearly rise in the unit cost", "linear", -0.5, 0.5
    ),
    "people_volatility": Quantity(
        "Volatility", "log points", "Standard deviation of the yearly change in people in care"
    ),
    "discount_rate": Quantity(
        "Discount rate", "share a year", "Real discount rate of the appraisal", "linear", 0.0, 0.25
    ),
    "inflation": Quantity(
        "General inflation", "share a year", "GDP deflator growth", "linear", -0.1, 0.25
    ),
    "pay_uplift": Quantity(
        "Pay and price uplift", "share a year", "Yearly rise in delivery cost", "linear", -0.1, 0.25
    ),
}


class Assumption(BaseModel):
    """One chosen number with its range and its record.

    low, central, high: 10th, 50th and 90th percentile, in the unit of its quantity.
    basis: what kind of figure it is; `source` says where it is from, `as_at` when.
    decided_by, reason: filled when a person departs from the evidence.

    Raises:
        pydantic.ValidationError: low <= central <= high does not hold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    central: float
    low: float
    high: float
    source: str = ""
    basis: Basis = "judgement"
    as_at: str = ""
    decided_by: str = ""
    reason: str = ""

    @model_validator(mode="before")
    @classmethod
    def _range_defaults_to_central(cls, data: object) -> object:
        if isinstance(data, int | float):
            data = {"central": data}
        if isinstance(data, dict) and "central" in data:
            data = {"low": data["central"], "high": data["central"], **data}
        return data

    @model_validator(mode="after")
    def _low_central_high(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError(
                f"low {self.low:g}, central {self.central:g}, high {self.high:g} are out of "
                "order: low must not exceed central, nor central exceed high"
            )
        return self

    @property
    def is_certain(self) -> bool:
        """True when low, central and high are one number."""
        return self.low == self.high

    def moved_to(self, central: float, quantity: Quantity) -> Assumption:
        """The same assumption with a new central; low and high move in proportion.

        >>> lag = Assumption(low=6, central=12, high=24)
        >>> moved = lag.moved_to(36.0, QUANTITIES["onset_lag"])
        >>> moved.low, moved.central, moved.high
        (18.0, 36.0, 72.0)
        """
        if self.central:
            low, high = sorted(
                (self.low * central / self.central, self.high * central / self.central)
            )
        else:
            low, high = self.low + central, self.high + central
        low = min(max(low, quantity.minimum), central)
        high = max(min(high, quantity.maximum), central)
        return self.model_copy(update={"central": central, "low": low, "high": high})

    def at(self, z: Floats, quantity: Quantity) -> Floats:
        """Values at standard normal scores `z` (shape (draws,)): 0 gives the central.

        A normal curve with its own spread on each side of the central passes through
        low and high at their percentiles; on the log scale where the quantity is
        always above zero. Values are held inside the quantity's bounds.

        >>> z = np.array([-Z_90, 0.0, Z_90])
        >>> Assumption(low=6, central=12, high=24).at(z, QUANTITIES["onset_lag"]).round(9).tolist()
        [6.0, 12.0, 24.0]
        """
        if self.is_certain:
            return np.full(z.shape, self.central)
        on_log = quantity.scale == "log" and self.low > 0
        low, central, high = (
            np.log(v) if on_log else v for v in (self.low, self.central, self.high)
        )
        slope: Floats = np.where(z < 0, central - low, high - central)
        values = central + slope * z / Z_90
        if on_log:
            values = np.exp(values)
        bounded: Floats = np.clip(values, quantity.minimum, quantity.maximum)
        return bounded


def check_bounds(name: str, assumption: Assumption) -> None:
    """Refuse a value its quantity cannot take.

    Raises:
        ValueError: names the quantity, its limits and the value.
    """
    for part in ("central", "low", "high"):
        if fault := QUANTITIES[name].fault_of(getattr(assumption, part)):
            which = name if part == "central" else f"{name}.{part}"
            raise ValueError(f"{which}: {fault}")
