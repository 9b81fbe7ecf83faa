"""A scenario is only what differs; what does not exist is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from model.synthetic import economy, fixed, line, plan, programme, synthetic_council
from prevention.model.comparison import differences
from prevention.model.measures import TOTAL
from prevention.model.projection import project
from prevention.model.scenarios import Library, Plan, Scenario, ScenarioError, resolve


def changed(library: Library, key: str, value: Any, scenario: str = "whole-system") -> Plan:
    return resolve(library.scenarios[scenario], library, [(key, value)])


def with_scenarios(library: Library, *added: Scenario) -> Library:
    return replace(library, scenarios={**library.scenarios, **{s.id: s for s in added}})


def test_a_chain_of_differences_adds_up(library: Library) -> None:
    """whole-system differs from step-up, which differs from current-plan."""
    found = resolve(library.scenarios["whole-system"], library)
    assert list(found.programmes)[:2] == ["mockingbird", "no-wrong-door"]
    assert set(found.programmes) == set(library.programmes)
    assert "second-hub-team" in found.programmes["no-wrong-door"].expansions
    assert resolve(library.scenarios["do-nothing"], library).programmes == {}


def test_without_takes_a_programme_away(library: Library) -> None:
    own = Scenario(
        id="own", title="Own", differs_from="whole-system", without=("reablement",), years=3
    )
    found = resolve(own, library)
    assert "reablement" not in found.programmes
    assert "early-help" in found.programmes
    assert found.years == 3


def test_what_is_taken_away_goes_with_what_was_changed_of_it(library: Library) -> None:
    """step-up adds a wave to Mockingbird; a scenario without Mockingbird still stands."""
    own = Scenario(id="own", title="Own", differs_from="step-up", without=("mockingbird",))
    found = resolve(own, library)
    assert list(found.programmes) == ["no-wrong-door"]
    assert "second-hub-team" in found.programmes["no-wrong-door"].expansions
    back = Scenario(id="back", title="Back", differs_from="own", programmes=("mockingbird",))
    again = resolve(back, with_scenarios(library, own))
    assert "two-more-constellations" in again.programmes["mockingbird"].expansions
    with pytest.raises(ScenarioError, match="There is no programme 'mockingbird'"):
        resolve(own, library, [("programmes.mockingbird.onset_lag", 9)])


def test_the_nearest_link_of_the_chain_decides(library: Library) -> None:
    key = "programmes.mockingbird.onset_lag"
    first = Scenario(id="a", title="A", differs_from="current-plan", changes={key: 9}, years=4)
    second = Scenario(
        id="b", title="B", differs_from="a", changes={key: 30}, first_year="2028/29", years=6
    )
    found = resolve(second, with_scenarios(library, first))
    assert found.programmes["mockingbird"].onset_lag.central == 30
    assert (found.first_year, found.years) == (2029, 6)
    assert resolve(second, with_scenarios(library, first), first_year=2030, years=2).years == 2
    assert resolve(second, with_scenarios(library, first), first_year=2030).first_year == 2030


def test_the_users_own_changes_come_last(library: Library) -> None:
    key = "programmes.mockingbird.onset_lag"
    own = Scenario(id="a", title="A", differs_from="current-plan", changes={key: 9})
    found = resolve(own, library, [(key, 12), (key, 15)])
    assert found.programmes["mockingbird"].onset_lag.central == 15


def test_a_scenario_that_differs_from_itself_is_refused(library: Library) -> None:
    ring = [
        Scenario(id=a, title=a, differs_from=b) for a, b in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    with pytest.raises(ScenarioError, match="differs from itself"):
        resolve(ring[0], with_scenarios(library, *ring))


@pytest.mark.parametrize(
    ("scenario", "nearest"),
    [
        (Scenario(id="x", title="X", differs_from="curent-plan"), "current-plan"),
        (Scenario(id="x", title="X", programmes=("mockingbrid",)), "mockingbird"),
        (
            Scenario(id="x", title="X", differs_from="current-plan", without=("mockingbrid",)),
            "mockingbird",
        ),
        (
            Scenario(
                id="x", title="X", differs_from="current-plan", budget={"mockingbrid": 1000.0}
            ),
            "mockingbird",
        ),
        (
            Scenario(
                id="x", title="X", differs_from="current-plan", overlap_order=("mockingbrid",)
            ),
            "mockingbird",
        ),
    ],
    ids=["differs_from", "programmes", "without", "budget", "overlap_order"],
)
def test_a_name_that_does_not_exist_is_refused(
    library: Library, scenario: Scenario, nearest: str
) -> None:
    with pytest.raises(ScenarioError, match=nearest):
        resolve(scenario, library)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("programmes.mockingbrid.onset_lag", "mockingbird"),
        ("programmes.mockingbird.onset_leg", "onset_lag"),
        ("services.childrens-home.unit_cost", "childrens-homes"),
        ("services.fostering.unit_price", "unit_cost"),
        ("economy.discount", "discount_rate"),
        ("programme.mockingbird.onset_lag", "programmes.mockingbird.onset_lag"),
        ("programmes.no-wrong-door.expansions.second-hub.capacity", "second-hub-team"),
        ("programmes.mockingbird", "programmes.mockingbird"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(
    library: Library, key: str, nearest: str
) -> None:
    with pytest.raises(ScenarioError, match=f"Did you mean '{nearest}"):
        changed(library, key, 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("programmes.mockingbird.take_up", 1.5),
        ("programmes.mockingbird.onset_lag", -1),
        ("programmes.mockingbird.onset_lag", "soon"),
        ("programmes.mockingbird.onset_lag", "nan"),
        ("programmes.mockingbird.onset_lag", "inf"),
        ("programmes.mockingbird.capacity", "inf"),
        ("programmes.mockingbird.cashable_share", "60"),
        ("programmes.mockingbird.duration", 0),
        ("programmes.mockingbird.evidence_grade", "E"),
        ("programmes.mockingbird.onset_lag.low", 99),
        ("programmes.mockingbird.name.low", 1),
        ("programmes.mockingbird.lag_shape", "square"),
        ("economy.discount_rate", 0.5),
        ("programmes.mockingbird.id", "other"),
    ],
)
def test_an_impossible_value_is_refused_naming_the_key(
    library: Library, key: str, value: Any
) -> None:
    with pytest.raises(ScenarioError) as refusal:
        changed(library, key, value)
    name = key.removesuffix(".low").rsplit(".", 1)[-1]
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        (
            "services.fostering.unit_cost",
            "-4",
            "services.fostering.unit_cost = -4: unit cost (GBP a week) must be 0 or more, not -4.",
        ),
        (
            "economy.discount_rate",
            "3.5",
            "economy.discount_rate = 3.5: discount rate (share a year) must be between 0 and 0.25, "
            "not 3.5 (3.5 per cent is written 3.5% or 0.035).",
        ),
        (
            "programmes.mockingbird.take_up",
            {"low": -0.1},
            "programmes.mockingbird.take_up: take_up.low: take-up (share) must be between 0 and 1, "
            "not -0.1.",
        ),
    ],
)
def test_a_refusal_is_one_sentence_saying_what_where_and_what_to_write(
    library: Library, key: str, value: Any, sentence: str
) -> None:
    with pytest.raises(ScenarioError) as refusal:
        changed(library, key, value)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("typed", "number"), [("£1,250", 1250), ("1250.0", 1250), (" 1,250 ", 1250), (0, 0), ("0", 0)]
)
def test_numbers_are_read_as_people_type_them(library: Library, typed: Any, number: float) -> None:
    found = changed(library, "services.fostering.unit_cost", typed)
    assert found.economy.services["fostering"].unit_cost is not None
    assert found.economy.services["fostering"].unit_cost.central == number


def test_a_percentage_is_a_share(library: Library) -> None:
    found = changed(library, "programmes.mockingbird.cashable_share", "35%")
    assert found.programmes["mockingbird"].cashable_share.central == 0.35


@pytest.mark.parametrize(
    "name", ["cashable_share", "onset_lag", "cost_per_start", "capacity", "effect", "notice"]
)
def test_a_typed_zero_is_a_zero(library: Library, name: str) -> None:
    """Trap 5: a typed 0 is a value, not an empty cell."""
    id_ = "mockingbird" if name == "effect" else "early-help"
    found = changed(library, f"programmes.{id_}.{name}", 0)
    chosen = getattr(found.programmes[id_], name)
    assert chosen.central == 0
    assert chosen.basis == "council"


@pytest.mark.parametrize("years", [0, -1, 31])
def test_a_plan_of_no_years_is_refused(library: Library, years: int) -> None:
    """A typed 0 is not an unanswered question: a plan runs 1 to 30 years."""
    with pytest.raises(ScenarioError, match="1 to 30"):
        resolve(library.scenarios["step-up"], library, years=years)


def test_a_new_central_takes_its_range_along(library: Library) -> None:
    found = changed(library, "programmes.no-wrong-door.cashable_share", 0.3)
    share = found.programmes["no-wrong-door"].cashable_share
    assert (share.low, share.central) == pytest.approx((0.15, 0.3))
    assert share.high == pytest.approx(0.425)
    assert share.decided_by


def test_low_and_high_can_be_set_alone(library: Library) -> None:
    key = "programmes.no-wrong-door.cashable_share"
    found = resolve(
        library.scenarios["current-plan"],
        library,
        [(key, 0.5), (key + ".low", 0.1), (key + ".high", 0.9)],
    )
    share = found.programmes["no-wrong-door"].cashable_share
    assert (share.low, share.central, share.high) == pytest.approx((0.1, 0.5, 0.9))


def test_weak_evidence_cuts_the_effect_and_lengthens_the_lag(library: Library) -> None:
    """Grade C lengthens by a quarter; a lag the council sets is used as set."""
    graded = resolve(library.scenarios["current-plan"], library).programmes["mockingbird"]
    own = library.programmes["mockingbird"]
    assert graded.onset_lag.central == pytest.approx(own.onset_lag.central * 1.25)
    assert graded.bias.central == 0.25
    better = changed(library, "programmes.mockingbird.evidence_grade", "A", "current-plan")
    assert better.programmes["mockingbird"].onset_lag.central == own.onset_lag.central
    assert better.programmes["mockingbird"].bias.central == 0.05
    chosen = changed(library, "programmes.mockingbird.onset_lag", 12, "current-plan")
    assert chosen.programmes["mockingbird"].onset_lag.central == 12


def test_every_key_of_a_plan_can_be_set_to_itself(library: Library) -> None:
    """What `assumptions` lists is what `--set` takes, and setting a value changes nothing."""
    found = resolve(library.scenarios["whole-system"], library)
    for key, value in found.assumptions().items():
        again = resolve(library.scenarios["whole-system"], library, [(key, value.central)])
        assert again.assumptions()[key].central == value.central


def test_a_price_change_shows_a_difference(library: Library) -> None:
    """Trap 5: the base case is not quietly priced with the changed price."""
    council = synthetic_council(line(people=100.0, unit_cost=1000.0))
    scheme = programme(capacity=0.1)
    base = plan(scheme)
    services = economy("synthetic-care").services["synthetic-care"]
    dearer = services.model_copy(update={"unit_cost": fixed(1100.0)})
    settings = base.economy.model_copy(update={"services": {"synthetic-care": dearer}})
    one, two = (project(p, council, draws=0) for p in (base, replace(base, economy=settings)))
    saved = [p.central[TOTAL, TOTAL]["cashable_saving"].sum() for p in (one, two)]
    assert saved[1] == pytest.approx(1.1 * saved[0])
    spends = [p.outcome.baselines["synthetic-care"].spend(p.timeline).sum() for p in (one, two)]
    assert spends[1] == pytest.approx(1.1 * spends[0])


def test_differences_are_what_differs_and_nothing_else(library: Library) -> None:
    one = resolve(library.scenarios["current-plan"], library)
    key = "programmes.mockingbird.onset_lag"
    other = replace(
        resolve(library.scenarios["current-plan"], library, [(key, 30)]), scenario="slower"
    )
    found = differences([one, other])
    assert [d.assumption for d in found] == [key]
    assert found[0].unit == "months"
    assert found[0].values == {"current-plan": 22.5, "slower": 30.0}
    assert differences([one, one]) == []


def test_a_programme_one_plan_does_not_run_shows_as_missing(library: Library) -> None:
    plans = [resolve(library.scenarios[s], library) for s in ("current-plan", "step-up")]
    found = {d.assumption: d.values for d in differences(plans)}
    key = "programmes.no-wrong-door.expansions.second-hub-team.capacity"
    assert found[key] == {"current-plan": None, "step-up": 3.0}
    assert "programmes.no-wrong-door.capacity" not in found


def test_a_range_alone_is_a_difference(library: Library) -> None:
    key = "programmes.mockingbird.onset_lag.high"
    one = resolve(library.scenarios["current-plan"], library)
    wider = replace(resolve(library.scenarios["current-plan"], library, [(key, 60)]), scenario="w")
    assert [d.assumption for d in differences([one, wider])] == [key.removesuffix(".high")]
