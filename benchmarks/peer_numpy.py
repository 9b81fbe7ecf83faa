"""The same forecast in plain numpy, as an analyst would write it: no cache, no table.

Single precision throughout. Each programme's gamma lag is worked out with the incomplete
gamma function at every age for every draw; starts are convolved by one product with a
Toeplitz matrix; P10, P50 and P90 come from np.percentile. Simpler than the product where
simpler is cheaper: overlap is split in proportion (the product: Shapley), the effect fades
from the first month (the product: from the thirteenth), nothing is released in steps.

Imports numpy and scipy alone, so that its memory can be measured alone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import toeplitz
from scipy.special import gammainc

from benchmarks.peak import peak_mb

WEEKS = 365.25 / 7 / 12
MONEY = (
    "gross_avoided_cost",
    "overlap",
    "optimism_bias",
    "to_other_bodies",
    "not_cashable",
    "not_released",
    "already_in_base",
    "avoided_growth",
    "delivery_cost_gross",
    "external_funding",
    "base_funding",
)
LEAVES = ("placements_avoided", "care_weeks_avoided", *MONEY)
PERCENTILES = (10, 50, 90)

Arrays = dict[Any, Any]


def by_year(monthly: np.ndarray) -> np.ndarray:
    """Months (72, n) to years (6, n)."""
    return monthly.reshape(-1, 12, monthly.shape[-1]).sum(axis=1)


def delivered(p: Arrays) -> Arrays:
    """One programme: people started, onsets and care avoided by month of the plan."""
    months = len(p["starts"])
    shape = (p["onset_lag"] / p["onset_spread"]) ** 2
    scale = p["onset_spread"] ** 2 / p["onset_lag"]
    ages = np.maximum(np.arange(months + 1)[:, None] - np.float32(0.5) - p["delay"], 0)
    waited = gammainc(shape, (ages / scale).astype(np.float32)).astype(np.float32)
    matrix = toeplitz(p["starts"], np.zeros(months)).astype(np.float32)
    onsets = (matrix @ np.diff(waited, axis=0)) * (p["people"] * p["effect"])
    keep = np.exp(-1 / p["duration"]) * (1 - p["fade_out"]) ** np.float32(1 / 12)
    care = onsets * ((1 - keep) / -np.log(keep))
    for month in range(1, months):
        care[month] += keep * care[month - 1]
    started = np.clip(np.arange(months)[:, None] + 0.5 - p["delay"], 0, 1).astype(np.float32)
    started *= p["starts"][:, None].astype(np.float32) * p["people"]
    warm = p["warm"]
    return {"started": started[warm:], "onsets": onsets[warm:], "care": care[warm:]}


def cost(p: Arrays, started: np.ndarray) -> Arrays:
    """One programme's delivery cost by year, by who pays."""
    monthly = started * p["cost_per_start"] + p["opens"][:, None] * p["set_up_cost"]
    monthly += (p["running"] / 12)[:, None] * (p["fixed_cost"] + p["double_running"])
    monthly = monthly.astype(np.float32) * (1 + p["cost_optimism_bias"])
    monthly *= p["uplift"][:, None].astype(np.float32)
    external = monthly * p["external"][:, None].astype(np.float32)
    in_base = monthly * p["in_base"][:, None].astype(np.float32)
    return {"gross": monthly, "external": external, "in_base": in_base}


def ladder(
    p: Arrays,
    care: np.ndarray,
    left: np.ndarray,
    grown: np.ndarray,
    prices: np.ndarray,
    share: Any,
    lean: bool,
) -> tuple[Arrays, np.ndarray]:
    """One programme in one service line: rungs by year, and the cashable saving by month.

    lean: the cashable saving alone.
    """
    price = np.repeat(prices, 12, axis=0) * np.float32(WEEKS)
    after = care * left
    later = np.concatenate([after[:1], after[:-1]]) if p["notice"].any() else after
    kept = 1 - p["optimism_bias"]
    council = kept * p["council_share"]
    part = council * p["cashable_share"]
    released = np.minimum(after, later) * part * price
    base = p["already_in_base"] / 12 * share * np.repeat(prices / prices[0], 12, axis=0)
    gross, net = by_year(care * price), by_year(after * price)
    if lean:
        return {"cashable_saving": by_year(released - base)}, released - base
    rungs = {
        "care_weeks_avoided": by_year(after) * np.float32(WEEKS),
        "gross_avoided_cost": gross,
        "overlap": gross - net,
        "optimism_bias": net * (1 - kept),
        "to_other_bodies": net * (kept - council),
        "not_cashable": net * (council - part),
        "not_released": net * part - by_year(released),
        "already_in_base": by_year(base),
        "avoided_growth": by_year(released * grown),
    }
    return rungs, released - base


def forecast(inputs: Arrays, lean: bool = False) -> tuple[Arrays, Arrays]:
    """Every leaf by (programme, service), (years, n), and NPV by programme and total, (n,).

    lean: only the cashable saving and the council's cost of each.
    """
    programmes, services = inputs["programmes"], inputs["services"]
    months = 12 * inputs["years"]
    t = np.arange(months)
    present = (1 + inputs["discount_rate"]) ** (-(t + 0.5) / 12)
    present = (present * (1 + inputs["inflation"]) ** -(t // 12)).astype(np.float32)
    done = {id_: delivered(p) for id_, p in programmes.items()}
    cells: Arrays = {}
    values: Arrays = {}
    for id_, p in programmes.items():
        costs = cost(p, done[id_]["started"])
        council = costs["gross"] - costs["external"] - costs["in_base"]
        values[id_] = -(present @ council)
        shares = sum(share for _, _, share in p["avoids"])
        for service, _, share in p["avoids"]:
            if lean:
                part = by_year(council) * np.float32(share / shares)
                cells[id_, service] = {"delivery_cost": part}
                continue
            cells[id_, service] = {
                "placements_avoided": by_year(done[id_]["onsets"]) * np.float32(share),
                "delivery_cost_gross": by_year(costs["gross"]) * np.float32(share / shares),
                "external_funding": by_year(costs["external"]) * np.float32(share / shares),
                "base_funding": by_year(costs["in_base"]) * np.float32(share / shares),
            }
        if not lean:
            cells[id_, "total"] = {"people_started": by_year(done[id_]["started"])}
    for service, line in services.items():
        acting = {
            id_: (np.float32(share), other)
            for id_, p in programmes.items()
            for s, other, share in p["avoids"]
            if s == service
        }
        if not acting:
            continue
        care = {id_: done[id_]["care"] * share for id_, (share, _) in acting.items()}
        parts = [np.clip(c / line["people"], -1, 1) for c in care.values()]
        together = 1 - np.prod([1 - part for part in parts], axis=0)
        alone = np.sum(parts, axis=0)
        left = np.where(alone != 0, together / np.where(alone != 0, alone, 1), 1)
        grown = together if lean else held_back(line["people"], together)
        for id_, (share, other) in acting.items():
            prices = line["price"] - (services[other]["price"] if other else 0)
            rungs, cashable = ladder(programmes[id_], care[id_], left, grown, prices, share, lean)
            cells[id_, service] |= rungs
            values[id_] = values[id_] + present @ cashable
    values["total"] = np.sum(list(values.values()), axis=0)
    return cells, values


def held_back(people: np.ndarray, together: np.ndarray) -> np.ndarray:
    """Share of what is avoided that only holds back growth, by month."""
    growth = np.maximum(people - people[0], 0)
    avoided = together * people
    return np.where(avoided > 0, np.clip(growth / np.where(avoided > 0, avoided, 1), 0, 1), 0)


def followed(cell: Arrays) -> Arrays:
    """A cell's leaves with the measures that follow from them."""
    rungs = MONEY[1:7]
    cashable = cell["gross_avoided_cost"] - sum(cell[rung] for rung in rungs)
    paid = cell["delivery_cost_gross"] - cell["external_funding"] - cell["base_funding"]
    net = cashable - paid
    return cell | {
        "cashable_saving": cashable,
        "saving": cashable - cell["avoided_growth"],
        "cost_avoidance": cell["not_cashable"],
        "delivery_cost": paid,
        "net_saving": net,
        "net_saving_cumulative": np.cumsum(net, axis=0),
        "mtfs_increment": np.diff(cashable, axis=0, prepend=0),
    }


def everything(cells: Arrays) -> Arrays:
    """Every measure of every cell, totals by programme, by service and in all added."""
    found = {cell: followed(leaves) for cell, leaves in cells.items() if cell[1] != "total"}
    groups: dict[Any, list[Any]] = {("total", "total"): list(found)}
    for id_, service in found:
        groups.setdefault((id_, "total"), []).append((id_, service))
        groups.setdefault(("total", service), []).append((id_, service))
    started = {cell: leaves for cell, leaves in cells.items() if cell[1] == "total"}
    for group, parts in groups.items():
        leaves = {name: sum(found[part][name] for part in parts) for name in LEAVES}
        if group in started:
            leaves |= started[group]
        elif group[1] == "total":
            leaves["people_started"] = sum(s["people_started"] for s in started.values())
        found[group] = followed(leaves)
    return found


def headline(inputs: Arrays) -> np.ndarray:
    """Forecast, then P10, P50 and P90 of the headline rows, (3, rows).

    By year: net saving of each programme, each service and in all; cumulative net saving
    of each programme and in all; cashable saving in all. Then NPV of each programme and all.
    """
    cells, values = forecast(inputs, lean=True)
    net = {cell: v["cashable_saving"] - v["delivery_cost"] for cell, v in cells.items()}
    groups: dict[Any, Any] = dict.fromkeys(inputs["programmes"], 0)
    groups |= {service: 0 for _, service in net} | {"total": 0}
    for (id_, service), rows in net.items():
        for group in (id_, service, "total"):
            groups[group] = groups[group] + rows
    running = [np.cumsum(groups[id_], axis=0) for id_ in (*inputs["programmes"], "total")]
    saved = sum(v["cashable_saving"] for v in cells.values())
    rows = np.concatenate([*groups.values(), *running, saved, np.stack(list(values.values()))])
    return np.percentile(rows, PERCENTILES, axis=-1)


def all_rows(inputs: Arrays) -> Arrays:
    """Forecast, then P10, P50 and P90 of every measure of every cell by year."""
    found = everything(forecast(inputs)[0])
    return {
        (cell, name): np.percentile(rows, PERCENTILES, axis=-1)
        for cell, measures in found.items()
        for name, rows in measures.items()
    }


def save(inputs: Arrays, file: Path) -> None:
    """Write inputs as one .npz: arrays under their path, the rest as text."""
    arrays: Arrays = {}

    def put(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                put(f"{path}/{name}" if path else name, part)
        else:
            arrays[path] = value if isinstance(value, np.ndarray) else json.dumps(value)

    put("", inputs)
    np.savez(file, **arrays)


def load(file: Path) -> Arrays:
    """Inputs as `save` wrote them."""
    inputs: Arrays = {}
    with np.load(file) as arrays:
        for path in arrays.files:
            *stem, name = path.split("/")
            place = inputs
            for part in stem:
                place = place.setdefault(part, {})
            value = arrays[path]
            place[name] = json.loads(str(value)) if value.dtype.kind == "U" else value
    return inputs


def main() -> None:
    """Peak memory of a forecast from saved inputs: `peer_numpy.py inputs.npz`."""
    inputs = load(Path(sys.argv[1]))
    started = time.perf_counter()
    rows = all_rows(inputs)
    taken = time.perf_counter() - started
    peak = peak_mb()
    print(json.dumps({"peak_mb": peak, "seconds": taken, "rows": 6 * len(rows)}))


if __name__ == "__main__":
    main()
