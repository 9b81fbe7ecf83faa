"""Scenarios: which programmes run, and what is assumed differently from another scenario.

A scenario is only what differs. `resolve` follows the chain of differences, applies the
evidence grade, then the scenario's changes, then the user's own, and hands back a plan
with nothing left to look up.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from prevention.model.assumptions import QUANTITIES, Assumption, check_bounds
from prevention.model.economy import Economy, ServiceAssumptions, graded
from prevention.model.measures import TOTAL
from prevention.model.programmes import Document, Programme, Rollout
from prevention.years import parse_year

D = TypeVar("D", bound=Document)
Change = tuple[str, Any]
_PARTS = ("low", "central", "high")
_FIXED = ("id",)
"""What a document is known by cannot be set."""


class ScenarioError(ValueError):
    """A request names something that does not exist or cannot be; says what to do."""


class Scenario(Document):
    """One named set of choices.

    differs_from: the scenario this one changes ("" for none).
    programmes: ids added to those of `differs_from`; without: ids taken away.
    changes: assumptions set differently, by the same keys as `--set`.
    budget: saving written into the budget, GBP over the plan, by programme or `total`.
    overlap_order: programmes first to last where overlap goes in a stated order; empty
        shares it by Shapley value.
    event_noise: draw whole placements avoided, for programmes of small numbers.
    """

    id: str
    title: str
    summary: str = ""
    differs_from: str = ""
    first_year: str = ""
    years: int = 0
    programmes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    changes: Mapping[str, Any] = {}
    budget: Mapping[str, float] = {}
    overlap_order: tuple[str, ...] = ()
    event_noise: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """Every programme, scenario and shared setting on file, by id."""

    programmes: Mapping[str, Programme]
    scenarios: Mapping[str, Scenario]
    economy: Economy


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario with every assumption filled in: what a projection runs on.

    first_year: year ending of the first year. budget: as in `Scenario`.
    """

    scenario: str
    title: str
    summary: str
    first_year: int
    years: int
    programmes: Mapping[str, Programme]
    economy: Economy
    budget: Mapping[str, float] = field(default_factory=dict)
    overlap_order: tuple[str, ...] = ()
    event_noise: bool = False

    def assumptions(self) -> dict[str, Assumption]:
        """Every assumption in the plan by its `--set` key."""
        found: dict[str, Assumption] = {}
        for id_, programme in self.programmes.items():
            for wave, rollout in programme.rollouts.items():
                stem = f"programmes.{id_}." + (f"expansions.{wave}." if wave else "")
                found |= {stem + name: value for name, value in rollout.assumptions()}
        for id_, service in self.economy.services.items():
            found |= {f"services.{id_}.{name}": value for name, value in service.assumptions()}
        return found | {f"economy.{name}": value for name, value in self.economy.assumptions()}


def resolve(
    scenario: Scenario,
    library: Library,
    changes: Iterable[Change] = (),
    first_year: int | None = None,
    years: int | None = None,
) -> Plan:
    """Fill in a scenario.

    Args:
        changes: the user's own (key, value) pairs, applied last, in order.
        first_year: year ending; None takes the scenario's. years: 1 to 30.

    Raises:
        ScenarioError: an unknown programme, scenario or key, or an impossible value;
            the message names it and the nearest valid one.
    """
    chain = _chain(scenario, library)
    ids: list[str] = []
    own: list[Change] = []
    budget: dict[str, float] = {}
    for link in chain:
        ids = [i for i in ids if i not in link.without] + list(link.programmes)
        own += link.changes.items()
        budget |= link.budget
    named = [*ids, *(i for link in chain for i in (*link.without, *link.overlap_order))]
    named += [i for i in budget if i != TOTAL]
    unknown = [i for i in named if i not in library.programmes]
    if unknown:
        raise ScenarioError(_unknown("programme", unknown[0], library.programmes))
    # What is taken away is taken away with all that was changed of it.
    gone = {i for link in chain for i in link.without if i not in ids}
    own = [c for c in own if not any(c[0].startswith(f"programmes.{i}.") for i in gone)]
    wanted = next((link.first_year for link in reversed(chain) if link.first_year), "2027/28")
    length = years
    if length is None:
        length = next((link.years for link in reversed(chain) if link.years), 5)
    if not 1 <= length <= 30:
        raise ScenarioError(f"years = {length} is not possible: a plan runs 1 to 30 years.")
    plan = Plan(
        scenario.id,
        scenario.title,
        scenario.summary,
        first_year or parse_year(wanted),
        length,
        {i: library.programmes[i] for i in dict.fromkeys(ids)},
        library.economy,
        budget,
        next((link.overlap_order for link in reversed(chain) if link.overlap_order), ()),
        any(link.event_noise for link in chain),
    )
    everything = own + list(changes)
    plan = applied(plan, (c for c in everything if c[0].endswith(".evidence_grade")))
    by_grade = {i: graded(p, plan.economy) for i, p in plan.programmes.items()}
    plan = replace(plan, programmes=by_grade)
    return applied(plan, (c for c in everything if not c[0].endswith(".evidence_grade")))


def _chain(scenario: Scenario, library: Library) -> list[Scenario]:
    """The scenario and those it differs from, first to last."""
    chain = [scenario]
    while chain[0].differs_from:
        name = chain[0].differs_from
        if name not in library.scenarios:
            raise ScenarioError(_unknown("scenario", name, library.scenarios))
        if any(link.id == name for link in chain):
            raise ScenarioError(f"Scenario '{name}' differs from itself, by way of others.")
        chain.insert(0, library.scenarios[name])
    return chain


def applied(plan: Plan, changes: Iterable[Change]) -> Plan:
    """The plan with keys set, in order: a number, or a mapping of parts of an assumption.

    Raises:
        ScenarioError: as `resolve`.
    """
    for key, value in changes:
        plan = _set(plan, key, value)
    return plan


def _set(plan: Plan, key: str, value: Any) -> Plan:
    """The plan with one key set."""
    part = ""
    parts = key.split(".")
    if parts[-1] in _PARTS:
        part = parts.pop()
    try:
        match parts:
            case ["programmes", id_, "expansions", wave, *rest] if len(rest) <= 1:
                return _set_expansion(plan, id_, wave, rest, part, value)
            case ["programmes", id_, name]:
                programme = _found("programme", id_, plan.programmes)
                return _with_programme(plan, _changed(programme, name, part, value))
            case ["services", id_, name]:
                service = _found("service", id_, plan.economy.services)
                if name == "unit_cost" and service.unit_cost is None and not part:
                    value = _with_margin(service, value)
                services = {**plan.economy.services, id_: _changed(service, name, part, value)}
                return replace(plan, economy=plan.economy.model_copy(update={"services": services}))
            case ["economy", name]:
                return replace(plan, economy=_changed(plan.economy, name, part, value))
    except (ValidationError, ValueError) as fault:
        where = key if isinstance(value, Mapping) else f"{key} = {value}"
        raise ScenarioError(f"{where}: {_plain(fault).removeprefix(f'{parts[-1]}: ')}") from fault
    raise ScenarioError(
        f"'{key}' is not a key. Write programmes.ID.ASSUMPTION, services.ID.ASSUMPTION or "
        f"economy.ASSUMPTION.{nearest(key, plan.assumptions())}"
    )


def _with_margin(service: ServiceAssumptions, value: Any) -> Any:
    """A unit cost set where the published average stood keeps the margin about it."""
    if isinstance(value, Mapping):
        return value
    cost = _number(value)
    check_bounds("unit_cost", Assumption(central=cost, low=cost, high=cost))
    record = {"basis": "council", "decided_by": "set for this run"}
    low, high = cost * service.margin_low, cost * service.margin_high
    return {"central": cost, "low": low, "high": high} | record


def _set_expansion(plan: Plan, id_: str, wave: str, rest: list[str], part: str, value: Any) -> Plan:
    """Add a wave of delivery (a whole document), or change one number of it."""
    programme = _found("programme", id_, plan.programmes)
    if rest:
        rollout = _changed(_found("expansion", wave, programme.expansions), rest[0], part, value)
    else:
        rollout = Rollout.model_validate(value)
    expansions = {**programme.expansions, wave: rollout}
    return _with_programme(plan, programme.model_copy(update={"expansions": expansions}))


def _with_programme(plan: Plan, programme: Programme) -> Plan:
    return replace(plan, programmes={**plan.programmes, programme.id: programme})


def _changed(document: D, name: str, part: str, value: Any) -> D:
    """The document with one field set: an assumption (or one part of it), or a plain field."""
    fields = type(document).model_fields
    if name not in fields or name in _FIXED:
        raise ScenarioError(_unknown("assumption", name, fields))
    if name in QUANTITIES:
        value = _assumption(getattr(document, name), name, part, value)
    elif part:
        raise ScenarioError(f"'{name}' has no {part}: it is not a range.")
    given = {key: getattr(document, key) for key in fields if key in document.model_fields_set}
    return type(document).model_validate({**given, name: value})


def _assumption(current: Assumption | None, name: str, part: str, value: Any) -> Assumption:
    if isinstance(value, Mapping):
        return Assumption.model_validate({**(current.model_dump() if current else {}), **value})
    number = _number(value)
    if current is None:
        return Assumption(central=number, low=number, high=number, basis="council")
    record = {"basis": "council", "decided_by": "set for this run", "as_at": ""}
    if part in ("low", "high"):
        return Assumption.model_validate(current.model_dump() | record | {part: number})
    return current.moved_to(number, QUANTITIES[name]).model_copy(update=record)


def _number(value: Any) -> float:
    """A number as typed, with thousands commas, a pound sign or a per cent sign.

    >>> _number("£1,250"), _number("35%"), _number(0)
    (1250.0, 0.35, 0.0)
    """
    if isinstance(value, dt.date):
        raise ScenarioError(f"'{value}' is a date where a number is needed.")
    text = str(value).strip().replace(",", "").replace("£", "")
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise ScenarioError(f"'{value}' is not a number.") from None
    if not math.isfinite(number):
        raise ScenarioError(f"'{value}' is not a finite number.")
    return number


def _found(kind: str, id_: str, known: Mapping[str, D]) -> D:
    if id_ not in known:
        raise ScenarioError(_unknown(kind, id_, known))
    return known[id_]


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    known = list(known)
    listed = f" Known: {', '.join(sorted(known))}." if len(known) <= 12 else ""
    return f"There is no {kind} '{name}' here.{nearest(name, known)}{listed}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A question after the known name most like a wrong one; nothing where none is like it.

    >>> nearest("reablment", ["reablement", "early-help"])
    " Did you mean 'reablement'?"
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f" Did you mean '{close[0]}'?" if close else ""


def _plain(fault: Exception) -> str:
    """A fault as one plain sentence."""
    text = str(fault)
    if isinstance(fault, ValidationError):
        first = fault.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        text = f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
    return text if text.endswith((".", "?")) else f"{text}."
