"""Which programmes a council may start, in which year, and the plan each mix of them makes.

What runs before the plan begins is taken as it is: it stands in every mix and is never
moved. Of the rest each programme, and each later wave of one that runs already, either is
left out or goes live on its own date or whole years after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from prevention.model.chain import targets_of
from prevention.model.programmes import Funding, Programme, Rollout
from prevention.model.scenarios import Change, Plan, Scenario, ScenarioError, nearest
from prevention.years import first_month, format_year, month_number

R = TypeVar("R", bound=Rollout)

Picks = tuple[int, ...]
"""A mix: for each choice 0 (left out) or the place of its start, counted from 1."""

_OWN_MONEY = ("base", "reserve", "capital-receipts")
"""Money the council can move with a programme; others end theirs when they said."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be started.

    programme: its id; wave: the expansion of it, "" for the programme itself. name: in plain
    words. starts: dates it may go live, rising; none where its own date is too late.
    """

    programme: str
    wave: str
    name: str
    starts: tuple[dt.date, ...]

    @property
    def key(self) -> str:
        """The programme's id, with the wave's after a stroke."""
        return f"{self.programme}/{self.wave}" if self.wave else self.programme


def year_of(day: dt.date) -> int:
    """Year ending of the financial year a day falls in.

    >>> year_of(dt.date(2028, 3, 31)), year_of(dt.date(2028, 4, 1))
    (2028, 2029)
    """
    return day.year + (day.month >= 4)


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day whole years on; 29 February gives way to the 28th.

    >>> years_after(dt.date(2028, 2, 29), 1)
    datetime.date(2029, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def runs_already(rollout: Rollout, plan: Plan) -> bool:
    """Whether a wave went live before the plan begins."""
    return month_number(rollout.go_live) < first_month(plan.first_year)


def pool(plan: Plan, only: Collection[str] = ()) -> Plan:
    """The plan with what may be started narrowed to some programmes; what runs stays.

    Raises:
        ScenarioError: a name is not of the plan, or of nothing that could be started.
    """
    for name in only:
        if name not in plan.programmes:
            raise ScenarioError(
                f"There is no programme '{name}' in scenario '{plan.scenario}'."
                f"{nearest(name, plan.programmes)}"
            )
        if not any(choice.programme == name for choice in choices_of(plan)):
            raise ScenarioError(
                f"'{name}' runs before {format_year(plan.first_year)} and is taken as it is: "
                "there is nothing to choose."
            )
    if not only:
        return plan
    choices = [c for c in choices_of(plan) if c.programme not in only]
    return mixed(plan, choices, (0,) * len(choices))


def choices_of(plan: Plan, latest: int | None = None) -> tuple[Choice, ...]:
    """All that may be started, in order of name.

    latest: year ending of the last year in which anything may go live; None is the plan's
    last.

    Raises:
        ScenarioError: the latest year is outside the plan.
    """
    last = plan.first_year + plan.years - 1
    if latest is not None and not plan.first_year <= latest <= last:
        raise ScenarioError(
            f"Nothing can start as late as {format_year(latest)}: the plan runs from "
            f"{format_year(plan.first_year)} to {format_year(last)}."
        )
    found = []
    for id_, programme in sorted(plan.programmes.items()):
        running = any(runs_already(rollout, plan) for rollout in programme.rollouts.values())
        waves = programme.expansions if running else {"": programme}
        for wave, rollout in sorted(waves.items()):
            if runs_already(rollout, plan):
                continue
            name = f"{programme.name}: {wave.replace('-', ' ')}" if wave else programme.name
            later = range((latest or last) - year_of(rollout.go_live) + 1)
            starts = tuple(years_after(rollout.go_live, years) for years in later)
            found.append(Choice(id_, wave, name, starts))
    return tuple(found)


def mixed(plan: Plan, choices: Sequence[Choice], picks: Picks) -> Plan:
    """The plan with each choice left out or moved to its start; the rest as it is."""
    programmes = dict(plan.programmes)
    for choice, pick in zip(choices, picks, strict=True):
        programme = programmes[choice.programme]
        if not choice.wave:
            if pick:
                programmes[choice.programme] = moved(programme, choice.starts[pick - 1])
            else:
                del programmes[choice.programme]
            continue
        waves = dict(programme.expansions)
        if pick:
            waves[choice.wave] = moved(waves[choice.wave], choice.starts[pick - 1])
        else:
            del waves[choice.wave]
        programmes[choice.programme] = programme.model_copy(update={"expansions": waves})
    return replace(plan, programmes=programmes)


def moved(rollout: R, go_live: dt.date) -> R:
    """A wave that goes live whole years later, its own later waves with it.

    The day it ends moves with it, and so does the end of the council's own money. A grant
    or a partner's money ends when those who pay it have said: it does not wait.
    """
    years = go_live.year - rollout.go_live.year
    if not years:
        return rollout
    found: dict[str, Any] = {"go_live": go_live}
    if rollout.ends is not None:
        found["ends"] = years_after(rollout.ends, years)
    found["funding"] = tuple(_moved_money(each, years) for each in rollout.funding)
    if isinstance(rollout, Programme):
        found["expansions"] = {
            name: moved(wave, years_after(wave.go_live, years))
            for name, wave in rollout.expansions.items()
        }
    return rollout.model_copy(update=found)


def _moved_money(funding: Funding, years: int) -> Funding:
    if funding.ends is None or funding.source not in _OWN_MONEY:
        return funding
    return funding.model_copy(update={"ends": years_after(funding.ends, years)})


def groups_of(plan: Plan, known: Mapping[str, object], choices: Sequence[Choice]) -> list[Picks]:
    """Places of the choices that can bear on each other, group by group.

    Programmes overlap only where they act on one service line; what those that share none
    bring, directly or by way of others, adds up.

    known: services that the council's figures cover.
    """
    groups: list[tuple[set[str], list[int]]] = []
    for place, choice in enumerate(choices):
        programme = plan.programmes[choice.programme]
        lines, places = {t.service for t in targets_of(programme, known)}, [place]
        for group in [g for g in groups if g[0] & lines]:
            groups.remove(group)
            lines, places = lines | group[0], group[1] + places
        groups.append((lines, sorted(places)))
    return sorted(tuple(places) for _, places in groups)


def scenario_of(
    source: Scenario, by_name: str, changes: Sequence[Change], pool: Plan, chosen: Plan
) -> Scenario:
    """A plan worked out from a scenario as one itself: only what differs from that.

    by_name: what others know the source by; "" for a file of the user's own, which no other
    scenario can name, and whose content is taken over instead. changes: the user's own.
    pool: the source resolved. chosen: with its id, title and summary; of a programme it may
    have other dates, funding, waves and starts written out.
    """
    gone = [i for i in pool.programmes if i not in chosen.programmes]
    ours: dict[str, Any] = {}
    for id_, programme in chosen.programmes.items():
        ours |= _departures(f"programmes.{id_}", programme, pool.programmes[id_])
    own = {k: v for k, v in changes if not any(k.startswith(f"programmes.{i}.") for i in gone)}
    base = Scenario(id="", title="", differs_from=by_name) if by_name else source
    kept = {k: v for k, v in base.changes.items() if k not in own and k not in ours}
    return base.model_copy(
        update={
            "id": chosen.scenario,
            "title": chosen.title,
            "summary": chosen.summary,
            "first_year": format_year(chosen.first_year),
            "years": chosen.years,
            "programmes": tuple(i for i in base.programmes if i not in gone),
            "without": tuple(dict.fromkeys((*base.without, *gone))),
            "changes": {**kept, **{k: v for k, v in own.items() if k not in ours}, **ours},
        }
    )


def _departures(stem: str, programme: Programme, before: Programme) -> dict[str, Any]:
    """What a programme sets otherwise, by key; its waves one by one where none is gone."""
    found = _otherwise(stem, programme, before)
    if before.expansions.keys() - programme.expansions.keys():
        return {**found, f"{stem}.expansions": _as_data(programme.expansions)}
    for name, wave in programme.expansions.items():
        key, known = f"{stem}.expansions.{name}", before.expansions.get(name)
        found |= _otherwise(key, wave, known) if known else {key: _as_data(wave)}
    return found


def _otherwise(stem: str, wave: Rollout, before: Rollout) -> dict[str, Any]:
    return {
        f"{stem}.{name}": _as_data(getattr(wave, name))
        for name in ("go_live", "ends", "funding", "starts")
        if getattr(wave, name) != getattr(before, name)
    }


def _as_data(value: Any) -> Any:
    """A field of a programme as a document holds it."""
    if isinstance(value, tuple):
        return [_as_data(part) for part in value]
    if isinstance(value, Mapping):
        return {key: _as_data(part) for key, part in value.items()}
    return value.model_dump(exclude_defaults=True) if hasattr(value, "model_dump") else value
