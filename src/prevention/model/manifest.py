"""What a run was made of. One definition, for every place that shows or keeps a run.

The run id is a fingerprint of the council's data, every assumption, the years, the seed
and draws, the source of this program and the libraries under it. Two runs with the same id
have the same figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from prevention import __version__
from prevention.model.economy import Economy
from prevention.model.evidence import CouncilEvidence
from prevention.model.programmes import Programme
from prevention.model.projection import Projection
from prevention.model.scenarios import Plan
from prevention.software import libraries, source_hash
from prevention.years import format_year, parse_year

SCHEMA = 1
"""Layout of the manifest and of the figures kept with it."""

RUN_ID_DIGITS = 16


def run_record(projection: Projection) -> dict[str, Any]:
    """What the run was made of; the run id follows from the rest."""
    draws = projection.draws
    return run_of(projection.plan, projection.council, draws.count, draws.seed)


def run_of(plan: Plan, council: CouncilEvidence, draws: int, seed: int) -> dict[str, Any]:
    """The same without running it: plan as far as the council's figures reach."""
    record = {
        "council": council.code,
        "council_name": council.name,
        "scenario": plan.scenario,
        "first_year": format_year(plan.first_year),
        "years": plan.years,
        "seed": seed,
        "draws": draws,
        "price_base": f"{format_year(plan.first_year)} prices",
        "version": __version__,
        "source_hash": source_hash(),
        "libraries": dict(libraries()),
        "schema": SCHEMA,
        "data_hash": council.data_hash,
        "assumptions_hash": assumptions_hash(plan),
    }
    return {"run_id": run_id_of(record), **record}


def run_id_of(record: Mapping[str, Any]) -> str:
    """The run id that follows from the rest of a run record: 16 digits of its SHA-256."""
    rest = {key: value for key, value in record.items() if key != "run_id"}
    return _digest(rest)[:RUN_ID_DIGITS]


def assumptions_hash(plan: Plan) -> str:
    """Fingerprint of every programme and setting of a plan."""
    return _digest(assumptions_of(plan))


def assumptions_of(plan: Plan) -> dict[str, Any]:
    """Every programme and setting of a plan as a document."""
    return {
        "programmes": {i: p.model_dump(mode="json") for i, p in plan.programmes.items()},
        "economy": plan.economy.model_dump(mode="json"),
        "budget": dict(plan.budget),
        "order": list(plan.overlap_order),
        "event_noise": plan.event_noise,
    }


def plan_of(run: Mapping[str, Any], assumptions: Mapping[str, Any], title: str) -> Plan:
    """The plan that a run record and its assumptions describe.

    Raises:
        ValidationError: this version of the program reads assumptions otherwise.
    """
    return Plan(
        scenario=run["scenario"],
        title=title,
        summary="",
        first_year=parse_year(run["first_year"]),
        years=run["years"],
        programmes={
            id_: Programme.model_validate(document)
            for id_, document in assumptions["programmes"].items()
        },
        economy=Economy.model_validate(assumptions["economy"]),
        budget=assumptions["budget"],
        overlap_order=tuple(assumptions["order"]),
        event_noise=assumptions["event_noise"],
    )


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
