"""Scenarios on the record: saved in versions, proposed, approved, superseded.

Every function takes the record first and needs nothing of the page or command that calls.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.scenarios import Scenario
from prevention.record import versions
from prevention.record.access import Record
from prevention.record.faults import RecordRefused
from prevention.record.versions import Decision, Version

ScenarioVersion = Version[Scenario]

_NO_TIME = dt.datetime.min


@dataclass(frozen=True, slots=True)
class Approval:
    """The version of a scenario that is approved, and the run whose figures were approved."""

    version: ScenarioVersion
    run_id: str
    who: str
    why: str
    at: dt.datetime

    def holds(self, run_id: str) -> bool:
        """Whether it is still those figures: void once the run id of the version moved."""
        return run_id == self.run_id


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """One assumption or choice set otherwise than in the version before.

    before, after: None where the scenario does not set it and the evidence is not at hand.
    """

    assumption: str
    unit: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A line of the log of assumptions: what was changed, by whom, when and why."""

    version: int
    who: str
    why: str
    at: dt.datetime
    difference: VersionDifference


def save_scenario(
    record: Record, scenario: Scenario, who: str, why: str, parent: int = 0, key: str = ""
) -> ScenarioVersion:
    """Save a scenario as a new version of its id.

    Args:
        parent: the version it was made from. When somebody else saved one from the same
            parent meanwhile, both stay, and this one is flagged as a sibling. 0 for a
            scenario not on the record so far.
        key: see `Record.write`; a new one each time a person asks to save.

    Raises:
        RecordRefused: who or why is empty, the id cannot be, or there is no such parent.
        NameTaken: parent is 0, and the record has a scenario of this id.
    """
    number = versions.save(record, "scenario", scenario, scenario.title, who, why, parent, key)
    return saved_scenario(record, scenario.id, number)


def saved_scenario(record: Record, id_: str, version: int | None = None) -> ScenarioVersion:
    """One version of a scenario, the last by default, removed or not.

    Raises:
        RecordRefused: there is none such.
    """
    found = scenario_history(record, id_)
    chosen = found[-1:] if version is None else [v for v in found if v.version == version]
    if not chosen:
        wanted = id_ if version is None else f"{id_}@{version}"
        raise RecordRefused(f"There is no scenario '{wanted}' on the record.")
    return chosen[0]


def scenario_history(record: Record, id_: str) -> list[ScenarioVersion]:
    """Every version of a scenario, first to last; none when it is not on the record."""
    return versions.history(record, "scenario", Scenario, id_)


def saved_scenarios(record: Record) -> dict[str, ScenarioVersion]:
    """The last version of every scenario on the record that was not removed, by id."""
    return versions.latest(record, "scenario", Scenario)


def propose(record: Record, id_: str, version: int, who: str, why: str, key: str = "") -> None:
    """Put a version forward for approval: a draft, or one that was superseded."""
    decision = Decision(version, "proposed", "", who, why, _NO_TIME)
    versions.decide(record, "scenario", id_, decision, ("draft", "superseded"), key)


def approve(
    record: Record, id_: str, version: int, run_id: str, who: str, why: str, key: str = ""
) -> None:
    """Approve the figures of a proposed version; the version approved before is superseded.

    An approved version may be approved again when its figures moved.

    run_id: the run that was looked at, which must be on the record (see `runs.keep`).

    Raises:
        RecordRefused: it was not proposed, the run is not kept, or who or why is empty.
    """
    if not record.read("SELECT 1 FROM run WHERE run_id = ?", [run_id]):
        raise RecordRefused(
            f"Run {run_id} is not on the record: keep it, then approve its figures."
        )
    decision = Decision(version, "approved", run_id, who, why, _NO_TIME)
    versions.decide(record, "scenario", id_, decision, ("proposed", "approved"), key)


def supersede(record: Record, id_: str, version: int, who: str, why: str, key: str = "") -> None:
    """End a proposal or an approval without another in its place."""
    decision = Decision(version, "superseded", "", who, why, _NO_TIME)
    versions.decide(record, "scenario", id_, decision, ("proposed", "approved"), key)


def approved_scenario(record: Record, id_: str) -> Approval | None:
    """The approved version of a scenario, if there is one.

    Whether the approval holds depends on the figures of today: see `Approval.holds`.
    """
    for version in scenario_history(record, id_):
        if version.status == "approved":
            last = [d for d in version.decisions if d.status == "approved"][-1]
            return Approval(version, last.run_id, last.who, last.why, last.at)
    return None


def remove_scenario(record: Record, id_: str, who: str, why: str, key: str = "") -> None:
    """Take a scenario off the lists. Its versions, decisions and name stay on the record."""
    versions.decide(
        record, "scenario", id_, Decision(0, "removed", "", who, why, _NO_TIME), key=key
    )


def bring_back_scenario(record: Record, id_: str, who: str, why: str, key: str = "") -> None:
    """Put a removed scenario on the lists again."""
    decision = Decision(0, "brought-back", "", who, why, _NO_TIME)
    versions.decide(record, "scenario", id_, decision, key=key)


def id_for(title: str) -> str:
    """An id made of a title.

    >>> id_for("  Adults first (Cabinet, 3 March) ")
    'adults-first-cabinet-3-march'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:64].strip("-")


def differences(
    before: Scenario | None,
    after: Scenario,
    evidence: Mapping[str, Assumption] | None = None,
) -> list[VersionDifference]:
    """What one scenario document sets otherwise than another, in order of key.

    evidence: assumptions by key where the scenario sets nothing (`Plan.assumptions` of what
    it differs from), so that "from" shows the figure that stood there.
    """
    was, is_ = _choices(before) if before else {}, _choices(after)
    found = []
    for key in sorted({*was, *is_}):
        old, new = (_stood(key, side, evidence or {}) for side in (was, is_))
        if old != new:
            found.append(VersionDifference(key, _unit(key), old, new))
    return found


def assumptions_log(
    history: Sequence[ScenarioVersion], evidence: Mapping[str, Assumption] | None = None
) -> list[LoggedChange]:
    """Every departure in a scenario's history: what, from, to, who, when, why.

    Each version is compared with the version it was made from.
    """
    documents = {version.version: version.document for version in history}
    return [
        LoggedChange(version.version, version.who, version.why, version.at, difference)
        for version in history
        for difference in differences(documents.get(version.parent), version.document, evidence)
    ]


def _choices(scenario: Scenario) -> dict[str, Any]:
    """Everything a scenario sets, by key; the central value goes by the assumption's own."""
    plain = {"title", "summary", "differs_from", "first_year", "years", "event_noise"}
    found = {name: value for name in plain if (value := getattr(scenario, name))}
    if scenario.overlap_order:
        found["overlap_order"] = ", ".join(scenario.overlap_order)
    found |= {f"programmes.{id_}": "runs" for id_ in scenario.programmes}
    found |= {f"programmes.{id_}": "does not run" for id_ in scenario.without}
    found |= {f"budget.{id_}": value for id_, value in scenario.budget.items()}
    for key, value in scenario.changes.items():
        found |= _flat(key.removesuffix(".central"), value)
    return found


def _flat(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {key: value}
    found: dict[str, Any] = {}
    for name, part in value.items():
        found |= _flat(key if name == "central" else f"{key}.{name}", part)
    return found


def _stood(key: str, choices: Mapping[str, Any], evidence: Mapping[str, Assumption]) -> Any:
    if key in choices:
        return choices[key]
    stem, _, part = key.rpartition(".")
    if part in ("low", "high") and stem in evidence:
        return getattr(evidence[stem], part)
    return evidence[key].central if key in evidence else None


def _unit(key: str) -> str:
    name = key.removesuffix(".low").removesuffix(".high").rpartition(".")[2]
    if key.startswith("budget."):
        return "GBP"
    return QUANTITIES[name].unit if name in QUANTITIES else ""
