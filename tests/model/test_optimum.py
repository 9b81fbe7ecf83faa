"""The best mix under a funding limit: against every combination run by itself, and by hand."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.strategies import NO_SHRINK, OTHER_SERVICE, programmes
from model.synthetic import (
    BOUNDLESS,
    FIRST_YEAR,
    GO_LIVE,
    SERVICE,
    chain,
    fixed,
    line,
    plan,
    programme,
    ranged,
    synthetic_council,
)
from prevention.model import search as searching
from prevention.model.appraisal import peak_funding
from prevention.model.columns import Columns
from prevention.model.evidence import CouncilEvidence
from prevention.model.mix import Picks, choices_of, mixed, moved, pool
from prevention.model.optimum import NPV, Optimum, optimum
from prevention.model.programmes import Programme, Target
from prevention.model.projection import project
from prevention.model.scenarios import Library, Plan, ScenarioError, resolve
from prevention.model.search import GOALS, NO_LIMIT, Judge, by_limit, search
from prevention.model.summary import by_row
from prevention.money import to_pence

COUNCIL = synthetic_council(line(people=300), line(OTHER_SERVICE, people=80, unit_cost=200.0))


def pays(id_: str, **given: object) -> Programme:
    """GBP 100,000 a year for a saving that soon is GBP 1,000 a month more each month."""
    usual: dict[str, object] = {"capacity": 1, "onset_lag": 3, "onset_spread": 1}
    return programme(id_, **(usual | {"fixed_cost": 100_000.0, "set_up_cost": 50_000.0} | given))


def loses(id_: str, **given: object) -> Programme:
    """Costs GBP 1m a year and helps nobody."""
    return programme(id_, **({"effect": 0.0, "fixed_cost": 1_000_000.0} | given))


def judge_of(chosen: Plan, council: CouncilEvidence = COUNCIL, goal: str = "npv-cashable") -> Judge:
    return Judge(Columns(chosen, council, choices_of(chosen)), GOALS[goal])


def by_itself(chosen: Plan, goal: str) -> tuple[float, np.ndarray]:
    """Goal and cumulative net saving by month of one plan, run whole and added up anew."""
    outcome, account = chain(chosen, COUNCIL)
    saved = sum((v.cashable[:, 0] for v in outcome.ladders.values()), np.zeros(1))
    cost = sum((v.council[:, 0] for v in outcome.costs.values()), np.zeros(1))
    rows = account.present if goal == "npv-cashable" else account.cash
    none = np.zeros(len(account.matrix))
    spent = none if goal == "cashable-saving" else none + cost
    total = float((none + saved)[rows].sum() - spent[rows].sum())
    return total, np.cumsum((none + saved - cost)[account.monthly])


def every_mix(chosen: Plan, goal: str) -> dict[Picks, tuple[int, int]]:
    """Goal and need in pence of every mix on top of what runs, each run by itself."""
    choices = choices_of(chosen)
    nothing, anyway = by_itself(mixed(chosen, choices, (0,) * len(choices)), goal)
    found = {}
    for picks in itertools.product(*(range(len(c.starts) + 1) for c in choices)):
        total, running = by_itself(mixed(chosen, choices, picks), goal)
        need = max(-(running - anyway).min(), -running.min(), 0)
        found[picks] = (int(to_pence(total - nothing)), int(to_pence(need)))
    return found


pools = st.builds(
    lambda order, *found: plan(*found, years=3, overlap_order=order),
    st.sampled_from([(), (), ("c", "a")]),
    programmes(id_="a"),
    programmes(id_="b"),
    programmes(id_="c").map(lambda c: c.model_copy(update={"already_in_base": fixed(30_000)})),
)


@settings(max_examples=15, phases=NO_SHRINK)
@given(pools, st.sampled_from(sorted(GOALS)), st.floats(0, 1))
def test_the_best_two_are_those_of_every_mix_run_by_itself(
    chosen: Plan, goal: str, place: float
) -> None:
    mixes = every_mix(chosen, goal)
    needs = sorted(need for _, need in mixes.values())
    limit = needs[int(place * (len(needs) - 1))]
    within = sorted((-worth, need) for worth, need in mixes.values() if need <= limit)
    found = search(judge_of(chosen, goal=goal), limit)
    assert found.mixes == len(mixes)
    assert found.within == len(within)
    assert [(-mixes[p][0], mixes[p][1]) for p in found.ranked] == within[:2]


@settings(max_examples=15, phases=NO_SHRINK)
@given(pools, st.floats(0, 1))
def test_where_not_all_can_be_compared_no_change_of_one_programme_betters_the_mix(
    chosen: Plan, place: float
) -> None:
    mixes = every_mix(chosen, "npv-cashable")
    assume(len(mixes) > 1)
    needs = sorted(need for _, need in mixes.values())
    limit = needs[int(place * (len(needs) - 1))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "MOST_RUNS", 0)
        found = search(judge_of(chosen), limit)
        assert by_limit(judge_of(chosen)) == ()
    assert not found.is_proven
    best = found.ranked[0]
    assert mixes[best][1] <= limit
    near = [p for p in mixes if sum(a != b for a, b in zip(p, best, strict=True)) <= 1]
    assert mixes[best][0] == max(mixes[p][0] for p in near if mixes[p][1] <= limit)


@settings(max_examples=15, phases=NO_SHRINK)
@given(pools, st.sampled_from(sorted(GOALS)))
def test_the_best_at_every_limit_is_what_a_search_within_it_finds(chosen: Plan, goal: str) -> None:
    mixes, judge = every_mix(chosen, goal), judge_of(chosen, goal=goal)
    better: list[tuple[int, int]] = []
    for need, turned in sorted((need, -worth) for worth, need in mixes.values()):
        if not better or -turned > better[-1][1]:
            better.append((need, -turned))
    found = by_limit(judge)
    assert [(mixes[picks][1], mixes[picks][0]) for picks in found] == better
    assert [search(judge, need).ranked[0] for need, _ in better] == list(found)
    assert search(judge).ranked[0] == found[-1]


def test_two_programmes_can_be_changed_at_once() -> None:
    twice = set(searching._changed_twice((1, 0, 0), (3, 2, 1)))
    assert twice == {(0, 1, 0), (2, 1, 0)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "MOST_SWAPS", 0)
        assert set(searching._changed_twice((1, 0, 0), (3, 2, 1))) == {(0, 1, 0)}


@pytest.mark.parametrize("people", [BOUNDLESS, 300, 100])
def test_a_search_finds_what_comparing_every_mix_finds(people: float) -> None:
    """One large programme or two small: neither adding nor swapping one leads from it to them."""
    chosen = plan(
        pays("large", capacity=2.4, set_up_cost=200_000),
        pays("left", capacity=1.5, set_up_cost=90_000),
        pays("right", capacity=1.4, set_up_cost=90_000, onset_lag=5, onset_spread=2),
        loses("losing"),
    )
    judge = judge_of(chosen, synthetic_council(line(people=people)))
    mixes = set()
    for limit in range(0, 50_000_000, 2_500_000):
        proven = search(judge, limit)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(searching, "MOST_RUNS", 0)
            found = search(judge, limit)
        assert proven.is_proven
        assert not found.is_proven
        assert found.ranked[0] == proven.ranked[0]
        mixes.add(found.ranked[0])
    assert len(mixes) > 2


def test_a_larger_limit_never_does_worse(library: Library, warrington: CouncilEvidence) -> None:
    whole = resolve(library.scenarios["whole-system"], library)
    judge = judge_of(whole, warrington, "cashable-saving")
    before, proven = -1, set()
    for limit in (*range(0, 900_000_001, 100_000_000), NO_LIMIT):
        found = search(judge, limit)
        worth = judge([found.ranked[0]])
        assert int(judge.need(worth)[0]) <= limit
        assert int(to_pence(worth.goal)[0]) >= before
        before = int(to_pence(worth.goal)[0])
        proven.add(found.is_proven)
    assert before > 0
    assert proven == {True}


def test_columns_are_the_chain_to_the_penny(library: Library, warrington: CouncilEvidence) -> None:
    """Mixes side by side, groups added up: the same as each run whole."""
    whole = resolve(library.scenarios["whole-system"], library)
    choices = choices_of(whole)
    assert len(choices) == 8
    judge = judge_of(whole, warrington)
    assert [len(group) for group in judge.groups] == [5, 2, 1]
    rng = np.random.default_rng(1)
    for _ in range(10):
        picks = tuple(int(rng.integers(len(c.starts) + 1)) for c in choices)
        alone = project(mixed(whole, choices, picks), warrington, 0)
        saved, cost = by_row(alone)
        present, months = alone.account.present, alone.account.monthly
        npv = to_pence(saved[present].sum() - cost[present].sum())
        peak = to_pence(peak_funding((saved - cost)[months]).amount)
        parts = [judge([tuple(np.isin(range(8), g) * picks)]) for g in judge.groups]
        for worth in (judge([picks]), parts[0] + parts[1] + parts[2]):
            total = worth + judge.running
            assert to_pence(total.goal)[0] == npv
            assert to_pence(max(-total.running.min(), 0)) == peak


def answer(*found: Programme, limit: float = 1e9, **given: object) -> Optimum:
    return optimum(plan(*found), given.pop("council", COUNCIL), limit, **given)


def started(found: Optimum) -> dict[str, dt.date]:
    assert found.best
    pairs = zip(found.choices, found.best.starts, strict=True)
    return {choice.key: start for choice, start in pairs if start}


def test_what_loses_money_is_left_out_and_what_pays_is_started_at_once() -> None:
    found = answer(loses("a"), pays("b"))
    assert started(found) == {"b": GO_LIVE}
    out, in_ = found.verdicts
    assert out.start is None
    assert out.change < 0
    assert out.at_once == pytest.approx(-4_590_000, rel=0.01)  # 1m a year, discounted
    assert in_.change == -found.best.brings[NPV]
    assert found.found.is_proven
    assert found.free.picks == found.best.picks


def test_nothing_is_started_where_nothing_pays() -> None:
    found = answer(loses("a"), loses("b"))
    assert started(found) == {}
    assert found.best.brings == dict.fromkeys(found.best.brings, 0.0)
    assert found.best.need == 0


def test_what_brings_nothing_is_left_out() -> None:
    """A tie goes to starting less."""
    assert started(answer(programme("idle", effect=0.0))) == {}


def test_the_second_of_two_programmes_for_the_same_people_is_left_out() -> None:
    """Each avoids all there is and pays alone; the second would find nobody left."""
    few = synthetic_council(line(people=2))
    same = {"fixed_cost": 15_000.0, "set_up_cost": 5_000.0, "onset_lag": 0, "onset_spread": 0}
    one, other = (programme(id_, **same) for id_ in ("one", "other"))
    assert started(answer(one, council=few)) == {"one": GO_LIVE}
    assert started(answer(other, council=few)) == {"other": GO_LIVE}
    assert started(answer(one, other, council=few)) == {"one": GO_LIVE}
    assert started(answer(other, one, council=few)) == {"one": GO_LIVE}
    third = programme("third", **same)
    assert started(answer(third, other, one, council=few)) == {"one": GO_LIVE}


def test_the_limit_is_on_the_deepest_month_not_on_the_sum_of_costs() -> None:
    """The first pays for itself before the second would go live: one after the other fits."""
    alone = answer(pays("one"))
    assert alone.best
    council = synthetic_council()
    both = [pays("one"), pays("two")]
    at_once = answer(*both, council=council)
    assert at_once.best
    assert set(started(at_once).values()) == {GO_LIVE}
    assert at_once.best.peak.amount == pytest.approx(2 * alone.best.peak.amount, abs=0.02)
    tight = answer(*both, council=council, limit=round(alone.best.peak.amount + 1, 2))
    assert tight.best
    assert len(started(tight)) == 2
    assert min(started(tight).values()) == GO_LIVE < max(started(tight).values())
    assert tight.best.need <= tight.limit < tight.best.brings["delivery_cost"]
    assert tight.best.brings[NPV] < at_once.best.brings[NPV] == tight.free.brings[NPV]


RUNNING = GO_LIVE.replace(year=GO_LIVE.year - 3)


def test_what_runs_already_is_in_every_mix_and_not_moved() -> None:
    old = loses("old", go_live=RUNNING, expansions={"more": {"go_live": GO_LIVE, "capacity": 1}})
    found = answer(old, pays("new"))
    assert [choice.key for choice in found.choices] == ["new", "old/more"]
    assert started(found) == {"new": GO_LIVE}
    assert found.best.plan.programmes["old"] == old.model_copy(update={"expansions": {}})
    assert found.running.whole["delivery_cost"] == 5_000_000
    assert found.best.whole[NPV] == round(found.running.whole[NPV] + found.best.brings[NPV], 2)


def test_a_saving_that_comes_anyway_pays_for_nothing_new() -> None:
    old = pays("old", go_live=RUNNING, capacity=5)
    alone = answer(pays("new"))
    found = answer(old, pays("new"), council=synthetic_council())
    assert found.best.whole_peak.amount == 0
    assert found.best.need == pytest.approx(alone.best.need, abs=0.02)
    tight = answer(old, pays("new"), council=synthetic_council(), limit=found.best.need - 1)
    assert GO_LIVE not in started(tight).values()


def test_where_what_runs_needs_more_than_the_limit_there_is_no_mix() -> None:
    found = answer(loses("old", go_live=RUNNING), loses("new"), limit=2_000_000)
    assert found.best is None
    assert found.found.within == 0
    assert found.running.need == 5_000_000


def test_dates_that_move_with_a_programme() -> None:
    """Its end and the council's own money; not a grant, whose giver set the date."""
    day, end = dt.date(2028, 2, 29), dt.date(2030, 3, 31)
    old = programme(
        ends=end,
        go_live=day,
        funding=[
            {"source": "grant", "share": 0.5, "ends": end},
            {"source": "reserve", "share": 0.5, "ends": end},
        ],
        expansions={"more": {"go_live": dt.date(2029, 4, 1)}},
    )
    new = moved(old, dt.date(2030, 2, 28))
    assert new.ends == dt.date(2032, 3, 31)
    assert [money.ends for money in new.funding] == [end, dt.date(2032, 3, 31)]
    assert new.expansions["more"].go_live == dt.date(2031, 4, 1)
    assert moved(old, day) is old
    starts = choices_of(plan(old))[0].starts
    assert [start.isoformat() for start in starts] == [
        "2028-02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]


def test_the_latest_start_binds() -> None:
    late = pays("late", go_live=dt.date(2029, 10, 1))
    chosen = plan(late, pays("soon"))
    starts = {c.key: len(c.starts) for c in choices_of(chosen, FIRST_YEAR + 1)}
    assert starts == {"late": 0, "soon": 2}
    found = optimum(chosen, COUNCIL, 1e9, latest=FIRST_YEAR + 1)
    assert started(found) == {"soon": GO_LIVE}
    for outside in (FIRST_YEAR - 1, FIRST_YEAR + 5):
        with pytest.raises(ScenarioError, match="the plan runs from 2027/28 to 2031/32"):
            choices_of(chosen, outside)


def test_programmes_to_choose_from_can_be_named() -> None:
    old = loses("old", go_live=RUNNING)
    chosen = pool(plan(old, pays("one"), pays("two")), ["two"])
    assert set(chosen.programmes) == {"old", "two"}
    with pytest.raises(ScenarioError, match="Did you mean 'two'"):
        pool(plan(pays("two")), ["twoo"])
    with pytest.raises(ScenarioError, match="'old' runs before 2027/28"):
        pool(plan(old), ["old"])


def uncertain(id_: str, **given: object) -> Programme:
    return pays(id_, effect=ranged(0.0, 0.6, 1.0), capacity=ranged(0.5, 1, 2), **given)


def test_the_same_answer_whatever_the_order_of_programmes() -> None:
    found: Sequence[Programme] = [
        uncertain("one"),
        uncertain("two", avoids=(Target(service=OTHER_SERVICE, share=1.0),)),
        loses("three"),
        uncertain("old", go_live=RUNNING),
    ]
    first, second = (
        answer(*order, limit=300_000, draws=512, seed=3) for order in (found, found[::-1])
    )
    assert started(first) == started(second)
    assert first.verdicts == second.verdicts
    assert (first.beats, first.best.within) == (second.beats, second.best.within)
    assert np.array_equal(first.best.goal, second.best.goal)
    assert first.best.brings == second.best.brings
    assert first.second.brings == second.second.brings


def test_chances_are_those_of_the_draws() -> None:
    """The saving of one programme alone, by its own draws; the limit met at its median need."""
    only = uncertain("one", avoids=(Target(service=SERVICE, share=1.0),))
    council = synthetic_council()
    found = answer(only, council=council, draws=1024)
    spread = project(plan(only), council, 1024).net_present["one"]
    assert found.best.goal == pytest.approx(np.quantile(spread, [0.1, 0.5, 0.9]), rel=1e-5)
    assert found.best.gains == pytest.approx((spread > 0).mean(), abs=2e-3)
    assert found.best.within == 1
    assert found.running.goal.tolist() == [0, 0, 0]
    tight = answer(only, council=council, draws=1024, limit=found.best.need)
    assert 0.2 < tight.best.within < 0.8
    assert 0 < found.beats <= 1


def test_chances_are_of_what_is_started_and_the_limit_of_that_with_what_runs() -> None:
    cost = ranged(900_000, 1_000_000, 1_100_000)
    old = loses("old", go_live=RUNNING, fixed_cost=cost)
    new = uncertain("new")
    council = synthetic_council()
    found = answer(old, new, council=council, draws=1024, limit=5_000_000)
    both, alone = (project(plan(*each), council, 1024).net_present for each in ((old, new), (old,)))
    spread = np.quantile(both["total"] - alone["total"], [0.1, 0.5, 0.9])
    assert found.all_in.goal == pytest.approx(spread, rel=1e-4)
    assert 0.4 < found.running.within < 0.6
    assert found.all_in.within >= found.running.within
