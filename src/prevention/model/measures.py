"""The measures a projection reports, with their units, in the order of the method."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """title: in plain words; unit: of the figure; meaning: one sentence for a reader."""

    title: str
    unit: str
    meaning: str


GBP = "GBP"

MEASURES: dict[str, Measure] = {
    "people_started": Measure(
        "People started", "people", "People who start the programme in the year"
    ),
    "placements_avoided": Measure(
        "Placements avoided", "placements", "Placements that would have begun in the year, avoided"
    ),
    "care_weeks_avoided": Measure(
        "Care weeks avoided", "weeks", "Weeks of care not bought in the year, after overlap"
    ),
    "gross_avoided_cost": Measure(
        "Gross avoided cost", GBP, "Care avoided at the price of the placement, before overlap"
    ),
    "overlap": Measure("Overlap", GBP, "Care that two programmes would both claim"),
    "optimism_bias": Measure("Optimism bias", GBP, "Haircut for the strength of the evidence"),
    "to_other_bodies": Measure("To other bodies", GBP, "Saving that falls to the NHS and others"),
    "not_cashable": Measure("Not cashable", GBP, "Saving with no budget that can be cut"),
    "not_released": Measure(
        "Not yet released", GBP, "Placements avoided whose cost has not yet stopped"
    ),
    "already_in_base": Measure("Already in base", GBP, "Saving the base budget already counts"),
    "cashable_saving": Measure(
        "Cashable saving", GBP, "Saving that can be taken out of the council's budget"
    ),
    "saving": Measure("Saving", GBP, "Part of the cashable saving that reduces the base budget"),
    "avoided_growth": Measure(
        "Avoided growth", GBP, "Part of the cashable saving that only reduces demand pressure"
    ),
    "cost_avoidance": Measure(
        "Cost avoidance", GBP, "The council's share that no budget can give up"
    ),
    "delivery_cost": Measure(
        "Delivery cost", GBP, "New cost to the council: after grants and what is in base"
    ),
    "delivery_cost_gross": Measure(
        "Delivery cost, all funders", GBP, "Cost of delivery, whoever pays"
    ),
    "external_funding": Measure("External funding", GBP, "Paid by grants and partners"),
    "base_funding": Measure("Base funding", GBP, "Delivery cost already in the base budget"),
    "net_saving": Measure("Net saving", GBP, "Cashable saving less delivery cost"),
    "net_saving_cumulative": Measure(
        "Cumulative net saving", GBP, "Net saving of this and earlier years of the plan"
    ),
    "full_year_effect": Measure(
        "Full-year effect", GBP, "Cashable saving of the year's last month, over twelve months"
    ),
    "mtfs_increment": Measure(
        "MTFS increment", GBP, "Change in the cashable saving on the year before"
    ),
}

RUNGS = (
    "overlap",
    "optimism_bias",
    "to_other_bodies",
    "not_cashable",
    "not_released",
    "already_in_base",
)
"""What comes off the gross avoided cost, in order, to leave the cashable saving."""

TOTAL = "total"
