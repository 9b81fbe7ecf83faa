"""The assumptions a finance officer moves: the few that matter, one slider each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st

from prevention.dashboard import working
from prevention.dashboard.choices import among, read_address
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.programmes import Programme
from prevention.model.projection import Projection
from prevention.model.scenarios import Plan
from prevention.reports.words import listed, months, per_cent, plain

LONGEST_LAG = 60.0
"""Months on the slider: five years, the length of a plan."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A slider for one assumption.

    name: of the assumption. scale: what a value is multiplied by to be shown (100 makes a
    share a percentage). lowest, highest, step: of the slider, as shown.
    """

    name: str
    lowest: float
    highest: float
    step: float
    scale: float = 1.0

    @property
    def format(self) -> str:
        """How the slider shows a value."""
        return "%.1f%%" if self.scale == 100 else "%.1f months"

    def shown(self, value: float) -> float:
        """A value as the slider shows it."""
        return round(value * self.scale, 9)

    def held(self, shown: float) -> float:
        """What the slider shows as a value the assumption can take."""
        quantity = QUANTITIES[self.name]
        return min(max(shown / self.scale, quantity.minimum), quantity.maximum)


LAG = Lever("onset_lag", 0.0, LONGEST_LAG, 0.5)
EFFECTS = (
    Lever("effect", -20.0, 60.0, 0.5, 100),
    Lever("impact", -20.0, 100.0, 0.5, 100),
    Lever("relative_risk", 0.0, 200.0, 1.0, 100),
)
RAMP = Lever("ramp", 0.0, 36.0, 0.5)
OTHERS = (
    Lever("onset_spread", 0.0, 36.0, 0.5),
    RAMP,
    *EFFECTS,
    Lever("fade_out", 0.0, 100.0, 1.0, 100),
    Lever("cashable_share", 0.0, 100.0, 1.0, 100),
)


def choose_programme(projection: Projection) -> str:
    """The programme whose assumptions are to be moved."""
    programmes = projection.plan.programmes
    names = {id_: programme.name for id_, programme in programmes.items()}
    read_address("programme", names, among("programme", names))
    ids = list(programmes)
    start = ids.index("no-wrong-door") if "no-wrong-door" in programmes else 0
    chosen = st.selectbox(
        "Programme",
        ids,
        index=start,
        format_func=lambda id_: names.get(id_, str(id_)),
        key="programme",
        bind="query-params",
    )
    return chosen if chosen in programmes else ids[start]


def key_of(programme: str, lever: Lever) -> str:
    """The key of a lever's assumption, as for `--set`."""
    return f"programmes.{programme}.{lever.name}"


def show_lag(approved: Plan, scenario: str, programme: str) -> None:
    """The slider that matters most, and on what footing its start stands."""
    chosen = approved.programmes[programme]
    left, right = st.columns([7, 3], vertical_alignment="bottom")
    with left:
        _show(LAG, chosen, scenario)
    with right:
        _show_box(LAG, chosen, scenario)
    st.caption(_origin(LAG, chosen.onset_lag))


def show_others(approved: Plan, scenario: str, programme: str) -> None:
    """Every other lever the programme has."""
    chosen = approved.programmes[programme]
    told = fixed_starts([chosen])
    if told:
        st.caption(plain(told))
    for lever in OTHERS:
        if getattr(chosen, lever.name) is not None and not (lever is RAMP and told):
            _show(lever, chosen, scenario)


def fixed_starts(programmes: Iterable[Programme]) -> str:
    """A sentence on programmes whose starts are set month by month; "" where none is."""
    names = [p.name for p in programmes if all(wave.starts for wave in p.rollouts.values())]
    if not names:
        return ""
    return (
        f"Starts of {listed(names)} are set month by month: capacity, take-up, retention, "
        "mobilisation and ramp do not move them."
    )


def _show(lever: Lever, chosen: Programme, scenario: str) -> None:
    """One slider, at what the visitor has set or else at the scenario's own value."""
    assumption: Assumption = getattr(chosen, lever.name)
    quantity = QUANTITIES[lever.name]
    widget = f"lever {lever.name}"
    start, now = _stands(lever, chosen, scenario, widget)
    st.slider(
        f"{quantity.title} of {plain(chosen.name)}",
        min_value=min(lever.lowest, start, now),
        max_value=max(lever.highest, start, now),
        step=lever.step,
        format=lever.format,
        key=widget,
        on_change=_moved(lever, scenario, key_of(chosen.id, lever), start, widget),
        disabled=lever is LAG and chosen.lag_shape == "profile",
        help=f"{quantity.meaning}. Its range moves in proportion. {_origin(lever, assumption)}",
    )


def _show_box(lever: Lever, chosen: Programme, scenario: str) -> None:
    """The same lever to be typed, for an exact figure without aiming."""
    widget, slider = f"typed {lever.name}", f"lever {lever.name}"
    start, now = _stands(lever, chosen, scenario, widget)
    moved = _moved(lever, scenario, key_of(chosen.id, lever), start, widget)

    def typed() -> None:
        # A slider moved fast sends the box's older figure along: nobody has typed that.
        if st.session_state.get(slider) == now:
            moved()

    st.number_input(
        "Or type months",
        min_value=min(lever.lowest, start, now),
        max_value=max(lever.highest, start, now),
        step=lever.step,
        format="%.1f",
        key=widget,
        on_change=typed,
        disabled=chosen.lag_shape == "profile",
    )


def _stands(lever: Lever, chosen: Programme, scenario: str, widget: str) -> tuple[float, float]:
    """The scenario's own value and the visitor's, as shown; the widget is put to the latter.

    Undo, a reset, a link or another programme moves the widget; a hand on it does not.
    """
    assumption: Assumption = getattr(chosen, lever.name)
    now = dict(working.changes(scenario)).get(key_of(chosen.id, lever), assumption.central)
    if st.session_state.get(widget) != lever.shown(now):
        st.session_state[widget] = lever.shown(now)
    return lever.shown(assumption.central), lever.shown(now)


def _moved(lever: Lever, scenario: str, key: str, start: float, widget: str) -> Callable[[], None]:
    def moved() -> None:
        value = float(st.session_state[widget])
        working.put(scenario, key, None if value == start else lever.held(value))

    return moved


def _origin(lever: Lever, assumption: Assumption) -> str:
    """What the scenario assumes, and on what footing."""
    said = per_cent if lever.scale == 100 else months
    low, central, high = (said(v) for v in (assumption.low, assumption.central, assumption.high))
    record = "; ".join(filter(None, (assumption.source, assumption.reason)))
    footing = f"{BASES[assumption.basis]}: {record}" if record else BASES[assumption.basis]
    return plain(f"Starts from {central} (low {low}, high {high}). {footing}.")


BASES = {
    "evidence": "Evidence",
    "derived": "Derived from published figures",
    "published": "Published",
    "judgement": "Judgement",
    "council": "Set by the council",
}
"""The footing of an assumption in words."""
