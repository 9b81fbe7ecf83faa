"""The charts of a scenario as picture files, each with its rows and its words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from prevention.model import summary
from prevention.model.measures import MEASURES, RUNGS, TOTAL
from prevention.model.projection import Projection
from prevention.reports.dataset import as_csv, as_json, package, running_net
from prevention.reports.pictures import charts, drivers
from prevention.reports.pictures.picture import Picture, as_png, as_svg
from prevention.reports.words import pounds

_FIGURES = ("central", "p10", "p90")


def chart_package(projection: Projection, made: Mapping[str, Any]) -> bytes:
    """One .zip: each chart as PNG, SVG and the rows it is drawn from, in words, and the run.

    made: what it was made from, as `provenance.made_from` says it.
    """
    record = summary.run_record(projection)
    foot = (
        f"{record['council_name']}, {projection.plan.title}. Run {record['run_id']}. Forecast, "
        "from published figures and stated assumptions."
    )
    files: dict[str, bytes] = {}
    words = []
    for name, (title, picture, text) in pictures(projection).items():
        files[f"{name}.png"] = as_png(picture, title, foot)
        files[f"{name}.svg"] = as_svg(picture, title, foot)
        files[f"{name}.csv"] = as_csv(picture.rows)
        words.append(f"{name}: {title}. {text}")
    files["alternative-text.txt"] = "\r\n".join([*words, foot, ""]).encode()
    files["run.json"] = as_json(made)
    return package(files)


def pictures(projection: Projection) -> dict[str, tuple[str, Picture, str]]:
    """Title, chart and alternative text of each chart, by file name."""
    net = running_net(projection)
    saved = _saving(projection)
    steps = ladder_steps(projection)
    ends = [pounds(float(v)) for v in (saved["central"].iloc[0], saved["central"].iloc[-1])]
    return {
        "saving-by-year": (
            "Cashable saving by year",
            charts.savings_by_year(saved, ["Saving"]),
            f"Bars from {ends[0]} in {saved['year'].iloc[0]} to {ends[1]} in "
            f"{saved['year'].iloc[-1]}.",
        ),
        "running-net": (
            "Running net saving by month",
            charts.cumulative_net(net.assign(series="Net"), ["Net"]),
            f"A line that ends at {pounds(float(net['net'].iloc[-1]))}, lowest at "
            f"{pounds(float(net['net'].min()))}.",
        ),
        "ladder": (
            "From gross avoided cost to cashable saving, over the plan",
            drivers.bridge(steps),
            "; ".join(
                f"{s}: {pounds(a)}" for s, a in steps[["step", "amount"]].itertuples(index=False)
            )
            + ".",
        ),
    }


def _saving(projection: Projection) -> pd.DataFrame:
    rows = summary.annual(projection)
    whole = (rows["programme"] == TOTAL) & (rows["service"] == TOTAL)
    found = rows[whole & (rows["measure"] == "cashable_saving")]
    return found[["year", *_FIGURES]].assign(series="Saving").reset_index(drop=True)


def ladder_steps(projection: Projection) -> pd.DataFrame:
    """The ladder over the plan as steps: step, amount, start, end, GBP."""
    whole = projection.central[TOTAL, TOTAL]
    sums = {m: float(np.round(np.sum(whole[m]), 2)) for m in ("gross_avoided_cost", *RUNGS)}
    names = ["gross_avoided_cost", *RUNGS]
    amounts = [sums[name] * (1 if name == names[0] else -1) for name in names]
    ends = np.cumsum([0.0, *amounts]).round(2)
    rows = [
        (MEASURES[name].title, amount, start, end)
        for name, amount, (start, end) in zip(names, amounts, pairwise(ends.tolist()), strict=True)
    ]
    left = float(np.round(np.sum(whole["cashable_saving"]), 2))
    rows.append((MEASURES["cashable_saving"].title, left, 0.0, left))
    return pd.DataFrame(rows, columns=["step", "amount", "start", "end"])
