"""A programme is a document: what it must hold, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from model.synthetic import programme
from prevention.model.programmes import Programme, effect_of
from prevention.model.scenarios import Library


def effect(scheme: Programme) -> float:
    drawn = {name: np.array([a.central]) for name, a in scheme.assumptions()}
    return float(effect_of(scheme, drawn)[0])


def test_an_effect_is_impact_less_deadweight() -> None:
    assert effect(programme(impact=0.30, deadweight=0.10)) == pytest.approx(0.20)


def test_a_relative_risk_needs_its_baseline() -> None:
    """Supporting Families: 0.68 of 2.5 % leaves 0.8 percentage points."""
    assert effect(programme(relative_risk=0.68, baseline_risk=0.025)) == pytest.approx(0.008)
    assert effect(programme(relative_risk=1.2, baseline_risk=0.025)) == pytest.approx(-0.005)


def test_an_effect_may_be_harm() -> None:
    assert effect(programme(effect=-0.05)) == -0.05


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"impact": 0.3}, "exactly one form"),
        ({"impact": 0.3, "deadweight": 0.1, "effect": 0.2}, "exactly one form"),
        ({"relative_risk": 0.7}, "exactly one form"),
        ({"effect": None}, "exactly one form"),
        ({"avoids": ({"service": "x", "share": 0.6},)}, "sum to 0.6"),
        ({"avoids": ()}, "avoids"),
        ({"duration": 0}, "longer than 0 months"),
        ({"ends": "2027-04-01"}, "not after go_live"),
        ({"starts": (1.0, -1.0)}, "below zero"),
        ({"take_up": 1.2}, "take_up"),
        ({"lag_shape": "profile", "lag_profile": (0.5, 0.4)}, "sum to 1"),
        ({"lag_shape": "square"}, "lag_shape"),
        ({"onset_leg": 3}, "onset_leg"),
        ({"funding": ({"source": "gift", "share": 1},)}, "source"),
        ({"funding": ({"source": "grant", "share": 1.5},)}, "share"),
        ({"evidence_grade": "E"}, "evidence_grade"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        programme(**given)


def test_a_service_line_is_named_once() -> None:
    """Two targets on one line would each be counted and only one shown."""
    twice = ({"service": "x", "share": 0.5}, {"service": "x", "share": 0.5})
    with pytest.raises(ValidationError, match="x"):
        programme(avoids=twice)


def test_every_programme_shipped_says_where_its_numbers_are_from(library: Library) -> None:
    for id_, each in library.programmes.items():
        for name, assumption in each.assumptions():
            if not assumption.is_certain or assumption.central:
                unset = name in ("take_up", "retention", "council_share", "cashable_share")
                assert assumption.source or (unset and assumption.is_certain), (id_, name)
