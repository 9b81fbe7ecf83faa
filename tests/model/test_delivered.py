"""Starts delivered against planned, and the saving forecast again. All figures are synthetic."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model.synthetic import FIRST_YEAR, fixed, plan, programme, ranged, synthetic_council
from prevention.model.assumptions import Floats
from prevention.model.delivered import OUTSIDE, Schedule, status_of, with_programmes
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import MEASURES, TOTAL
from prevention.model.monitoring import PLANNED, THEN_PLANNED, THEN_RECENT, VERSIONS, monitor
from prevention.model.programmes import Programme, Rollout
from prevention.model.projection import project
from prevention.model.scenarios import Library, Plan, ScenarioError, resolve
from prevention.years import first_month

APRIL = first_month(FIRST_YEAR)
"""Month number of the plan's first month, April 2027."""
CASHABLE = "cashable_saving"


def planned(chosen: Plan, id_: str, months: range) -> dict[int, float]:
    """The plan's own starts as if they had been reported."""
    schedule = Schedule.of(chosen.programmes[id_], chosen, dict.fromkeys(months, 0.0))
    return {month: float(schedule.together[month - schedule.timeline.opening]) for month in months}


def lagging(id_: str = "synthetic", **given: object) -> Programme:
    """Two starts a month, an effect a year on average after each."""
    return programme(
        id_, **({"onset_lag": 12, "onset_spread": 4, "duration_shape": "geometric"} | given)
    )


def care(chosen: Plan) -> Floats:
    """Gross avoided cost by year of the central run, GBP."""
    run = project(chosen, synthetic_council(), 0)
    return np.ravel(run.central[TOTAL, TOTAL]["gross_avoided_cost"])


@pytest.mark.parametrize("name", ["step-up", "whole-system", "adults-first"])
def test_a_file_equal_to_the_plan_changes_nothing_to_the_penny(
    name: str, library: Library, warrington: CouncilEvidence
) -> None:
    """Not one draw of any figure, and the central figures are those of a forecast."""
    chosen = resolve(library.scenarios[name], library)
    before, after = range(APRIL - 30, APRIL), range(APRIL, APRIL + 30)
    starts = {
        id_: planned(chosen, id_, after if place % 2 else before)
        for place, id_ in enumerate(chosen.programmes)
    }
    found = monitor(chosen, warrington, starts, draws=256)
    forecast = project(chosen, warrington, 0)
    for version in VERSIONS:
        for (id_, measure), moved in found.versions[version].figures.items():
            assert (
                moved.central.tolist() == np.ravel(forecast.central[id_, TOTAL][measure]).tolist()
            )
            assert not moved.change.any()
            assert moved.spread is not None
            assert not moved.spread.any()
    assert found.versions[THEN_RECENT].chance == found.versions[PLANNED].chance
    assert {progress.status for progress in found.progress.values()} == {"on plan"}


def test_every_measure_of_the_plan_written_out_is_that_of_the_plan(
    library: Library, warrington: CouncilEvidence
) -> None:
    chosen = resolve(library.scenarios["whole-system"], library)
    written = {
        id_: Schedule.of(each, chosen, {}).as_planned() for id_, each in chosen.programmes.items()
    }
    one, other = (
        project(each, warrington, 0).central for each in (chosen, with_programmes(chosen, written))
    )
    for cell in one:
        for measure in one[cell]:
            found, wanted = (np.ravel(each[cell][measure]) for each in (other, one))
            if MEASURES[measure].unit == "GBP":
                assert found.tolist() == wanted.tolist(), (cell, measure)
            else:
                assert found == pytest.approx(wanted, abs=1e-9)


def test_half_the_starts_give_half_of_what_those_months_yield_and_no_more() -> None:
    chosen = plan(lagging(), years=6)
    year = range(APRIL, APRIL + 12)
    that_year = care(plan(lagging(ends=dt.date(2028, 3, 31)), years=6))
    found = monitor(chosen, synthetic_council(), {"synthetic": dict.fromkeys(year, 1.0)})
    lost = found.versions[THEN_PLANNED].figures[TOTAL, CASHABLE].change[:-1]
    assert lost == pytest.approx(-that_year / 2, abs=0.02)
    assert that_year.sum() > 500_000
    (progress,) = found.progress.values()
    assert (progress.total_planned, progress.total_delivered) == (24, 12)
    assert (progress.share, progress.status) == (0.5, "behind")
    assert progress.months_ahead == -6


def test_at_recent_pace_half_the_starts_give_half_of_everything() -> None:
    chosen = plan(lagging(), years=6)
    starts = {"synthetic": dict.fromkeys(range(APRIL, APRIL + 12), 1.0)}
    found = monitor(chosen, synthetic_council(), starts)
    version = found.versions[THEN_RECENT]
    assert version.figures[TOTAL, CASHABLE].central == pytest.approx(care(chosen) / 2, abs=0.02)


def test_the_recent_pace_is_that_of_the_last_six_months_reported() -> None:
    starts = {month: 2.0 if month < APRIL + 6 else 1.5 for month in range(APRIL, APRIL + 12)}
    found = monitor(plan(lagging()), synthetic_council(), {"synthetic": starts})
    assert found.progress["synthetic"].recent_share == 0.75
    both = found.versions[THEN_RECENT].figures[TOTAL, CASHABLE].central
    first = care(plan(lagging(ends=dt.date(2027, 9, 30))))
    later = care(plan(lagging(capacity=1.5, go_live=dt.date(2027, 10, 1))))
    assert both == pytest.approx(first + later, abs=0.03)


def test_starts_that_come_later_save_later_and_in_the_end_the_same() -> None:
    """Two starts a month for a year, or the same people a year later; thirty years on."""
    chosen = plan(lagging(ends=dt.date(2029, 3, 31), duration_shape="fixed"), years=30)
    starts = {m: 0.0 if m < APRIL + 12 else 4.0 for m in range(APRIL, APRIL + 24)}
    found = monitor(chosen, synthetic_council(), {"synthetic": starts})
    change = found.versions[THEN_PLANNED].figures[TOTAL, CASHABLE].change
    assert (change[:2] < 0).all()
    assert (change[2:10] > 0).any()
    assert change[-1] == pytest.approx(0, abs=0.5)
    assert found.progress["synthetic"].status == "on plan"


def test_draws_differ_by_delivery_alone_and_always_the_same_way() -> None:
    chosen = plan(
        lagging(effect=ranged(0.1, 0.3, 0.5), capacity=ranged(1, 2, 4), onset_lag=ranged(6, 12, 24))
    )
    starts = {"synthetic": dict.fromkeys(range(APRIL, APRIL + 12), 1.0)}
    found = monitor(chosen, synthetic_council(), starts, draws=512)
    moved = found.versions[THEN_PLANNED].figures[TOTAL, CASHABLE]
    assert moved.spread is not None
    low, middle, high = moved.spread[-1]
    assert low < middle < high < 0
    assert low < moved.change[-1] < high
    chance = {name: version.chance[TOTAL] for name, version in found.versions.items()}
    assert chance[THEN_RECENT] < chance[THEN_PLANNED] < chance[PLANNED]
    again = monitor(chosen, synthetic_council(), starts, draws=512)
    assert again.versions[THEN_RECENT].chance == found.versions[THEN_RECENT].chance
    spread = again.versions[THEN_PLANNED].figures[TOTAL, CASHABLE].spread
    assert spread is not None
    assert spread.tolist() == moved.spread.tolist()


def test_a_month_missing_is_as_planned_and_a_nought_is_nobody() -> None:
    chosen = plan(lagging())
    known = dict.fromkeys(range(APRIL, APRIL + 6), 2.0)
    missing = {month: count for month, count in known.items() if month != APRIL + 3}
    whole, gap, nought = (
        monitor(chosen, synthetic_council(), {"synthetic": counts})
        for counts in (known, missing, missing | {APRIL + 3: 0.0})
    )
    change = [
        each.versions[THEN_PLANNED].figures[TOTAL, CASHABLE].change[-1]
        for each in (whole, gap, nought)
    ]
    assert change[0] == change[1] == 0
    assert change[2] < 0
    assert gap.progress["synthetic"].gaps == (APRIL + 3,)
    assert (gap.progress["synthetic"].total_planned, nought.progress["synthetic"].gap) == (10, -2)


def test_starts_before_go_live_and_after_the_end_count_and_cost() -> None:
    """No wave runs in those months: they stand in one of their own, without running costs."""
    each = lagging(go_live=dt.date(2027, 10, 1), ends=dt.date(2028, 3, 31), cost_per_start=1000)
    chosen = plan(each)
    starts = dict.fromkeys(range(APRIL, APRIL + 14), 0.0) | {APRIL + 1: 3.0, APRIL + 12: 2.0}
    found = monitor(chosen, synthetic_council(), {"synthetic": starts})
    progress = found.progress["synthetic"]
    assert progress.outside == (APRIL + 1, APRIL + 12)
    assert (progress.total_planned, progress.total_delivered) == (12, 5)
    version = found.versions[THEN_PLANNED]
    people = {"starts": (3.0,), "capacity": 0, "cost_per_start": 1000}
    early, late = (
        plan(lagging(**people | {"go_live": day, "starts": (count,)}))
        for day, count in ((dt.date(2027, 5, 1), 3.0), (dt.date(2028, 4, 1), 2.0))
    )
    saved = version.figures[TOTAL, CASHABLE].central
    assert saved == pytest.approx(care(early) + care(late), abs=0.02)
    assert version.cost[TOTAL] == 5000
    schedule = Schedule.of(each, chosen, starts)
    assert OUTSIDE in schedule.with_delivered(starts).expansions


def test_people_who_start_while_a_wave_mobilises_are_of_that_wave() -> None:
    each = lagging(mobilisation=6)
    starts = {APRIL: 3.0, APRIL + 1: 2.0}
    schedule = Schedule.of(each, plan(each), starts)
    found = schedule.with_delivered(starts)
    assert not found.expansions
    assert found.starts[:8] == (3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0)
    assert schedule.progress(starts).outside == ()
    wave = {"go_live": dt.date(2027, 5, 1), "capacity": fixed(1), "mobilisation": fixed(5)}
    both = lagging(mobilisation=6, expansions={"newer": Rollout.model_validate(wave)})
    found = Schedule.of(both, plan(both), starts).with_delivered(starts)
    assert (found.starts[:2], found.expansions["newer"].starts[0]) == ((3.0, 0.0), 2.0)


def test_a_months_starts_go_to_the_waves_as_the_plan_shares_them() -> None:
    """An expansion of another size, with costs of its own; one more that comes later."""
    second = Rollout(go_live=dt.date(2027, 7, 1), capacity=fixed(6))
    third = Rollout(go_live=dt.date(2029, 4, 1), capacity=fixed(5))
    each = lagging(expansions={"second": second, "third": third})
    starts = dict.fromkeys(range(APRIL, APRIL + 6), 4.0)
    schedule = Schedule.of(each, plan(each), starts)
    found = schedule.with_delivered(starts, later=0.5)
    assert found.starts[:8] == (4.0, 4.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert found.expansions["second"].starts[:5] == (3.0, 3.0, 3.0, 3.0, 3.0)
    assert found.expansions["third"].starts[:2] == (5.0, 5.0)
    assert schedule.progress(starts).waits == ("third",)
    begun = {APRIL + 6: 4.0, APRIL + 24: 4.0}
    progress = Schedule.of(each, plan(each), begun).progress(begun)
    assert (progress.waits, progress.earlier) == ((), 3 * 2 + 3 * 8)


@pytest.mark.parametrize("live", [dt.date(2026, 9, 16), dt.date(2027, 6, 10)])
def test_parts_of_months_at_either_end_are_kept(live: dt.date) -> None:
    each = lagging(go_live=live, ends=dt.date(2029, 6, 20), mobilisation=2.5, ramp=7, take_up=0.8)
    chosen = plan(each)
    written = Schedule.of(each, chosen, {}).as_planned()
    assert care(plan(written)) == pytest.approx(care(chosen), abs=0.005)
    counts = planned(chosen, "synthetic", range(APRIL, APRIL + 27))
    found = monitor(chosen, synthetic_council(), {"synthetic": counts})
    assert not found.versions[THEN_PLANNED].figures[TOTAL, CASHABLE].change.any()


def test_too_few_planned_starts_tell_no_pace() -> None:
    each = lagging(mobilisation=6)
    starts = dict.fromkeys(range(APRIL, APRIL + 7), 0.0)
    found = monitor(plan(each), synthetic_council(), {"synthetic": starts})
    assert found.progress["synthetic"].recent_share is None
    then, recent = (
        found.versions[name].figures[TOTAL, CASHABLE].central
        for name in (THEN_PLANNED, THEN_RECENT)
    )
    assert then.tolist() == recent.tolist()


@pytest.mark.parametrize("months", [1, 3])
def test_months_reported_past_the_plan_change_nothing_in_it(months: int) -> None:
    chosen = plan(lagging(), years=1)
    starts = {"synthetic": dict.fromkeys(range(APRIL + 12, APRIL + 12 + months), 5.0)}
    found = monitor(chosen, synthetic_council(), starts)
    assert not found.versions[THEN_RECENT].figures[TOTAL, CASHABLE].change.any()
    assert found.progress["synthetic"].total_planned == 2 * months


def test_the_gap_is_measured_by_the_pace_the_plan_has_of_late() -> None:
    """Two a month for six months and then eight: a gap of eight is one month, not 1.6."""
    each = lagging(expansions={"second": Rollout(go_live=dt.date(2027, 10, 1), capacity=fixed(6))})
    starts = {month: 2.0 if month < APRIL + 6 else 8.0 for month in range(APRIL, APRIL + 12)}
    progress = Schedule.of(each, plan(each), starts).progress(starts | {APRIL + 11: 0.0})
    assert (progress.gap, progress.months_ahead) == (-8, -1)


def test_three_planned_starts_are_enough_to_tell_a_pace() -> None:
    each = lagging(capacity=0.5)
    starts = dict.fromkeys(range(APRIL, APRIL + 6), 1.0)
    schedule = Schedule.of(each, plan(each), starts)
    assert schedule.progress(starts).recent_share == 2
    assert schedule.progress({APRIL: 1.0, APRIL + 1: 0.0}).recent_share is None


def test_cost_that_others_bear_is_no_cost_to_the_council() -> None:
    grant = {"source": "grant", "share": 0.75}
    chosen = plan(lagging(cost_per_start=1000, funding=(grant,)), years=1)
    found = monitor(chosen, synthetic_council(), {"synthetic": {APRIL: 0.0}})
    cost = {name: version.cost[TOTAL] for name, version in found.versions.items()}
    assert (cost[PLANNED], cost[THEN_PLANNED]) == (24 * 250, 22 * 250)


def test_a_programme_not_reported_is_left_as_it_is() -> None:
    chosen = plan(lagging("one"), lagging("two", go_live=dt.date(2027, 6, 1)))
    found = monitor(chosen, synthetic_council(), {"one": {APRIL: 0.0}})
    assert found.unreported == ("two",)
    assert list(found.progress) == ["one"]
    with pytest.raises(ScenarioError, match="no month of a programme of 'synthetic' is reported"):
        monitor(chosen, synthetic_council(), {"three": {APRIL: 1.0}})


def test_the_rule_of_the_status_word() -> None:
    assert [status_of(40, n) for n in (37, 38, 42, 43)] == ["behind", "on plan", "on plan", "ahead"]
    assert [status_of(0, n) for n in (0, 1)] == ["on plan", "ahead"]
    assert [status_of(2.5, n) for n in (1, 2, 3, 4)] == ["behind", "on plan", "on plan", "ahead"]


def test_whole_placements_drawn_are_drawn_alike_in_every_version() -> None:
    chosen = plan(lagging(effect=0.05), event_noise=True)
    same, less = (
        monitor(chosen, synthetic_council(), {"synthetic": dict.fromkeys(year, count)}, draws=256)
        for year, count in ((range(APRIL, APRIL + 12), 2.0), (range(APRIL, APRIL + 12), 0.0))
    )
    changes = [each.versions[THEN_PLANNED].figures[TOTAL, CASHABLE].spread for each in (same, less)]
    assert changes[0] is not None
    assert changes[1] is not None
    assert not changes[0].any()
    assert changes[1][-1, 0] < 0
