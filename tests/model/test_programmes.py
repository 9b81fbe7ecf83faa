"""A programme is a document: what it must hold, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import gamma

from model.strategies import LAG_SHAPES
from model.synthetic import GO_LIVE, programme
from prevention.model.lag import Lag, Shape
from prevention.model.programmes import Programme, Rollout, Target, effect_of, stream_of
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


def shares(*each: float) -> tuple[dict[str, Any], ...]:
    """Service lines a, b, c ... with these shares of the effect."""
    return tuple(
        {"service": name, "share": share} for name, share in zip("abc", each, strict=False)
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"impact": 0.3}, "exactly one form"),
        ({"impact": 0.3, "deadweight": 0.1, "effect": 0.2}, "exactly one form"),
        ({"relative_risk": 0.7}, "exactly one form"),
        ({"effect": None}, r"exactly one form.*\(found: none\)"),
        ({"impact": 0.3, "deadweight": 0, "effect": 1}, "found: effect, impact and deadweight"),
        ({"avoids": ({"service": "x", "share": 0.6},)}, "sum to 0.6"),
        ({"avoids": ()}, "at least 1 item"),
        ({"avoids": ({"service": "x", "share": 1.5},)}, "less than or equal to 1"),
        ({"avoids": shares(-0.5, 0.75, 0.75)}, "greater than or equal to 0"),
        ({"duration": 0}, "longer than 0 months"),
        ({"ends": "2027-04-01"}, "not after go_live"),
        ({"ends": "2027-03-31"}, "not after go_live"),
        ({"duration": -1}, "duration"),
        ({"starts": (1.0, -1.0)}, "below zero"),
        ({"starts": (1.0, float("inf"))}, "finite number"),
        ({"take_up": 1.2}, "take_up"),
        ({"lag_shape": "profile", "lag_profile": (0.5, 0.4)}, "sum to 1"),
        ({"lag_shape": "square"}, "lag_shape"),
        ({"onset_leg": 3}, "onset_leg"),
        ({"funding": ({"source": "gift", "share": 1},)}, "source"),
        ({"funding": ({"source": "grant", "share": 1.5},)}, "less than or equal to 1"),
        ({"funding": ({"source": "grant", "share": -0.5},)}, "greater than or equal to 0"),
        ({"expansions": {"b": {"go_live": "2027-04-01", "take_up": 0.5}}}, "take_up"),
        ({"lag_profile_months": 6}, "lag_profile_months"),
        ({"onset_lag": float("nan")}, "finite number"),
        ({"evidence_grade": "E"}, "evidence_grade"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        programme(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"avoids": shares(0.0, 1.0)},
        {"avoids": shares(0.1, 0.2, 0.7)},
        {"funding": ({"source": "grant", "share": 0},)},
        {"funding": ({"source": "grant", "share": 1},)},
        {"starts": (0.0, 0.5)},
        {"duration": 0.5},
        {"ends": "2027-04-02"},
        {"lag_shape": "profile", "lag_profile": (0.5, 0.5), "lag_profile_months": 1},
        {"lag_shape": "profile", "lag_profile": (0.5, 0.5), "lag_profile_months": 12},
    ],
)
def test_what_just_can_be_is_taken(given: dict[str, Any]) -> None:
    """The ends of a range belong to it: nothing, everything, one day, half a month."""
    assert programme(**given).id == "synthetic"


def test_a_document_is_not_changed_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        programme().effect = None


def test_what_a_document_leaves_out_changes_nothing() -> None:
    """A number not given is certain: all take part, all is the council's, nothing else costs."""
    given = {"capacity", "effect", "duration"}
    whole = {"take_up", "retention", "council_share", "cashable_share"}
    for name, assumption in programme().assumptions():
        if name not in given:
            expected = float(name in whole)
            assert (assumption.low, assumption.central, assumption.high) == (expected,) * 3, name
    wave = Rollout(go_live=GO_LIVE)
    assert {(a.low, a.central, a.high) for _, a in wave.assumptions()} == {(0, 0, 0)}
    bias = programme().bias
    assert (bias.low, bias.central, bias.high) == (0, 0, 0)
    assert programme(optimism_bias=0.2).bias.central == 0.2


def test_a_target_is_a_placement_not_needed_unless_it_says_otherwise() -> None:
    target = Target(service="x", share=1)
    assert not target.price_only
    assert target.replaced_by == ""


def test_a_profile_is_by_year_unless_it_says_by_month() -> None:
    """Half in the first year, half in the second: by a year and a half, three quarters."""
    given = {"lag_shape": "profile", "lag_profile": (0.5, 0.5)}
    for months, age in ((None, 18.0), (1, 1.5)):
        stated = {} if months is None else {"lag_profile_months": months}
        lag = programme(**given, **stated).lag
        assert lag.waiting_over(0.0, 0.0, np.array([age])) == pytest.approx(0.75)


def test_an_erlang_lag_keeps_the_stages_of_its_central_case() -> None:
    """Mean 18, spread 6: nine stages, whatever lag is drawn. Wider than its mean: one stage."""
    age = np.array([12.0])
    nine = programme(onset_lag=18, onset_spread=6, lag_shape="erlang").lag
    assert nine.waiting_over(30.0, 1.0, age) == pytest.approx(gamma.cdf(12, 9, scale=30 / 9))
    quick = programme(onset_lag=2, onset_spread=0.5, lag_shape="erlang").lag
    assert quick.waiting_over(12.0, 9.0, age) == pytest.approx(gamma.cdf(12, 16, scale=0.75))
    one = programme(onset_lag=18, onset_spread=40, lag_shape="erlang").lag
    assert one.waiting_over(18.0, 1.0, age) == pytest.approx(1 - np.exp(-12 / 18))
    none = programme(onset_lag=18, lag_shape="erlang").lag
    assert none.waiting_over(18.0, 0.0, np.array([17.9, 18.1])).tolist() == [0, 1]


@pytest.mark.parametrize("shape", [s for s in LAG_SHAPES if s not in ("erlang", "profile")])
def test_only_an_erlang_lag_has_stages(shape: Shape) -> None:
    assert programme(onset_lag=18, onset_spread=6, lag_shape=shape).lag == Lag(shape)


def test_the_effect_is_the_one_drawn() -> None:
    """In each draw impact less deadweight, or the risk that goes."""
    drawn = {name: np.array(values) for name, values in DRAWN.items()}
    impact = effect_of(programme(impact=0.3, deadweight=0.1), drawn)
    assert impact.tolist() == pytest.approx([0.2, 0.45])
    risk = effect_of(programme(relative_risk=0.7, baseline_risk=0.1), drawn)
    assert risk.tolist() == pytest.approx([0.02, 0.15])
    assert effect_of(programme(effect=0.1), drawn).tolist() == [0.6, 0.7]


DRAWN = {
    "impact": [0.3, 0.5],
    "deadweight": [0.1, 0.05],
    "relative_risk": [0.8, 0.5],
    "baseline_risk": [0.1, 0.3],
    "effect": [0.6, 0.7],
}


def test_a_wave_has_a_stream_of_draws_of_its_own() -> None:
    names = [stream_of("a"), stream_of("b"), stream_of("a", "second"), stream_of("a", "third")]
    assert len(set(names)) == 4
    assert stream_of("a", "") == stream_of("a")


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
