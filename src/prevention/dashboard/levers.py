"""The assumptions a finance officer moves: the lag at hand, four others one click away."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from prevention.dashboard.choices import among, read_address
from prevention.dashboard.session import Changes
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.programmes import Programme
from prevention.model.projection import Projection
from prevention.reports.words import months, per_cent, plain

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
    def key(self) -> str:
        """Its key in the session and in the address."""
        return "lag" if self.name == "onset_lag" else self.name.replace("_", "-")

    @property
    def format(self) -> str:
        """How the slider shows a value."""
        return "%.1f%%" if self.scale == 100 else "%.1f months"

    def shown(self, assumption: Assumption) -> float:
        """The central value as the slider shows it."""
        return assumption.central * self.scale


WHOLE, ONE = "The whole plan", "This programme only"

LAG = Lever("onset_lag", 0.0, LONGEST_LAG, 0.5)
EFFECTS = (
    Lever("effect", -20.0, 60.0, 0.5, 100),
    Lever("impact", -20.0, 100.0, 0.5, 100),
    Lever("relative_risk", 0.0, 200.0, 1.0, 100),
)
OTHERS = (
    Lever("onset_spread", 0.0, 36.0, 0.5),
    *EFFECTS,
    Lever("cashable_share", 0.0, 100.0, 1.0, 100),
    Lever("fade_out", 0.0, 100.0, 1.0, 100),
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


def set_levers(projection: Projection, programme: str) -> tuple[Changes, bool]:
    """Show the sliders: what they change, as for `--set`; whether to show this programme only."""
    chosen = projection.plan.programmes[programme]
    _start(projection, chosen)
    moved: list[tuple[str, float]] = []
    left, middle, right = st.columns([6, 3, 2], vertical_alignment="center")
    with left:
        moved += _moved(LAG, chosen)
    with middle:
        scope = st.radio("Show figures for", [WHOLE, ONE], key="figures-for")
    with right:
        st.button(
            "Reset to evidence",
            on_click=_reset,
            args=(chosen,),
            help="Puts every assumption on this page back to the scenario as approved.",
        )
    with st.expander("Other assumptions: spread, effect, cashable share, fade-out"):
        for lever in OTHERS:
            if getattr(chosen, lever.name) is not None:
                moved += _moved(lever, chosen)
    return tuple((f"programmes.{programme}.{name}", value) for name, value in moved), scope == ONE


def _start(projection: Projection, chosen: Programme) -> None:
    """Another scenario or programme starts from its own evidence, not the last one's sliders."""
    here = (projection.plan.scenario, chosen.id)
    if st.session_state.get("adjusting", here) != here:
        _reset(chosen)
    st.session_state["adjusting"] = here


def _reset(chosen: Programme) -> None:
    for lever in (LAG, *OTHERS):
        assumption = getattr(chosen, lever.name)
        if assumption is not None:
            st.session_state[lever.key] = lever.shown(assumption)


def _moved(lever: Lever, chosen: Programme) -> list[tuple[str, float]]:
    """The slider of one assumption; its value when it is not the scenario's own."""
    assumption: Assumption = getattr(chosen, lever.name)
    quantity = QUANTITIES[lever.name]
    start = lever.shown(assumption)
    value = st.slider(
        f"{quantity.title} of {plain(chosen.name)}",
        min_value=min(lever.lowest, start),
        max_value=max(lever.highest, start),
        value=start,
        step=lever.step,
        format=lever.format,
        key=lever.key,
        bind="query-params",
        disabled=lever is LAG and chosen.lag_shape == "profile",
        help=f"{quantity.meaning}. Low and high move with it in proportion.",
    )
    st.caption(_origin(lever, assumption, value == start))
    if value == start:
        return []
    held = min(max(value / lever.scale, quantity.minimum), quantity.maximum)
    return [(lever.name, held)]


def _origin(lever: Lever, assumption: Assumption, untouched: bool) -> str:
    """What the scenario assumes, and on what footing."""
    said = (lambda v: per_cent(v)) if lever.scale == 100 else months
    low, central, high = (said(v) for v in (assumption.low, assumption.central, assumption.high))
    footing = BASES[assumption.basis]
    lead = "As approved" if untouched else "Approved"
    record = "; ".join(filter(None, (assumption.source, assumption.reason)))
    return plain(f"{lead}: {central} (low {low}, high {high}). {footing}: {record}.")


BASES = {
    "evidence": "Evidence",
    "derived": "Derived from published figures",
    "published": "Published",
    "judgement": "Judgement",
    "council": "Set by the council",
}
"""The footing of an assumption in words."""
