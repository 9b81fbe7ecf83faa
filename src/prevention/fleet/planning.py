"""What a fleet is made of: which councils, which scenarios, and the settings that make it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from prevention import __version__
from prevention.evidence.council import every_council_evidence
from prevention.evidence.councils import UnknownCouncil
from prevention.evidence.store import open_store
from prevention.fleet.task import Job, Task, Variant, plain
from prevention.jobs import Request, Workbench
from prevention.model.evidence import CouncilEvidence
from prevention.model.manifest import SCHEMA, assumptions_hash
from prevention.model.scenarios import ScenarioError
from prevention.software import libraries, source_hash
from prevention.years import format_year

ALL = "all"
"""Every council of today."""

MOST_COMMAS = 2
"""In the name of a council, with one to spare: "Bournemouth, Christchurch and Poole"."""


def tasks_of(
    bench: Workbench, councils: str, scenarios: str | None, request: Request
) -> list[Task]:
    """One task a council, in order of name.

    councils: `all`, or codes and names between commas. scenarios: a folder of .toml files, or
    names and files between commas; None takes those shipped. request: years, draws and seed.

    Raises:
        UnknownCouncil, ScenarioError, StoreMissing: in plain words.
    """
    job = Job(variants_of(bench, scenarios, request), request.draws, request.seed)
    return [Task(council, job) for council in councils_of(bench, councils)]


def councils_of(bench: Workbench, text: str) -> list[CouncilEvidence]:
    """The councils a text names, each once, by name."""
    if text.strip().casefold() == ALL:
        with open_store(bench.store) as store:
            return list(every_council_evidence(store).values())
    found: dict[str, CouncilEvidence] = {}
    parts = [part for part in text.split(",") if part.strip()]
    while parts:
        council, used = _first_council(bench, parts)
        found[council.code], parts = council, parts[used:]
    if not found:
        raise UnknownCouncil("--councils names none. Write all, or codes and names with commas.")
    return sorted(found.values(), key=lambda council: council.name)


def _first_council(bench: Workbench, parts: Sequence[str]) -> tuple[CouncilEvidence, int]:
    """The council named first, and how many parts its name takes: some names have commas."""
    for used in range(min(len(parts), MOST_COMMAS + 1), 1, -1):
        try:
            return bench.council(",".join(parts[:used])), used
        except UnknownCouncil:
            continue
    return bench.council(parts[0].strip()), 1


def variants_of(bench: Workbench, text: str | None, request: Request) -> tuple[Variant, ...]:
    """Every scenario of the fleet.

    A name that does not exist is refused. A file of a folder that cannot be read or resolved
    is a variant with a reason: the others are run all the same.
    """
    if text is None:
        found = [_named(bench, name, request) for name in bench.on_file.scenarios]
    elif Path(text).is_dir():
        found = [_filed(bench, path, request) for path in _files(Path(text))]
    else:
        names = [name.strip() for name in text.split(",") if name.strip()]
        found = [_named(bench, name, request) for name in names]
    if not any(variant.plan for variant in found):
        reasons = " ".join(dict.fromkeys(variant.reason for variant in found))
        raise ScenarioError(f"--scenarios {text}: no scenario to run. {reasons}".rstrip())
    twice = _twice(variant.name for variant in found)
    if twice:
        raise ScenarioError(
            f"Two scenarios are called '{twice}', and their figures could not be told apart. "
            "Change the id of one."
        )
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.toml")) if path.is_file()]


def _named(bench: Workbench, name: str, request: Request) -> Variant:
    plan = bench.plan(replace(request, scenario=name))
    return Variant(plan.scenario, plan)


def _filed(bench: Workbench, path: Path, request: Request) -> Variant:
    try:
        return _named(bench, str(path), request)
    except (ValueError, LookupError, OSError, RuntimeError) as fault:
        said = plain(fault)
        return Variant(path.stem, None, said if path.name in said else f"{path.name}: {said}")


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def settings_of(tasks: Sequence[Task]) -> dict[str, Any]:
    """All that decides a figure of the fleet: two with the same settings are the same."""
    job = tasks[0].job
    return {
        "councils": [task.council.code for task in tasks],
        "scenarios": {variant.name: _identity(variant) for variant in job.variants},
        "draws": job.draws,
        "seed": job.seed,
        "data_hash": tasks[0].council.data_hash,
        "version": __version__,
        "source_hash": source_hash(),
        "libraries": dict(libraries()),
        "schema": SCHEMA,
    }


def _identity(variant: Variant) -> dict[str, Any]:
    if variant.plan is None:
        return {"reason": variant.reason}
    return {
        "first_year": format_year(variant.plan.first_year),
        "years": variant.plan.years,
        "assumptions_hash": assumptions_hash(variant.plan),
    }
