"""Results kept between runs and shared between visitors, within a limit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import GBP, MEASURES, TOTAL
from prevention.model.memo import Cache, sizes_of
from prevention.model.percentiles import percentiles
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, resolve
from prevention.money import to_pence, to_pounds


def kilobyte() -> np.ndarray:
    return np.zeros(128)


def test_past_its_limit_it_lets_go_of_what_was_asked_for_longest_ago() -> None:
    cache, worked_out = Cache(limit=2048), []

    def ask(name: str) -> None:
        cache(name, lambda: (worked_out.append(name), kilobyte()))

    for name in ("a", "b", "a", "c", "a", "b"):
        ask(name)
    assert worked_out == ["a", "b", "c", "b"]
    assert (len(cache), cache.held) == (2, 2048)


def test_a_result_larger_than_the_limit_is_still_given() -> None:
    cache = Cache(limit=10)
    assert cache("big", kilobyte).nbytes == 1024
    assert len(cache) == 1


def test_who_asks_for_the_same_at_once_waits_for_the_first() -> None:
    cache, started, worked_out = Cache(), threading.Barrier(4), []

    def slow() -> np.ndarray:
        worked_out.append(threading.get_ident())
        return kilobyte()

    def ask() -> np.ndarray:
        started.wait()
        return cache("one", slow)

    with ThreadPoolExecutor(4) as pool:
        found = [job.result() for job in [pool.submit(ask) for _ in range(4)]]
    assert len(worked_out) == 1
    assert all(each is found[0] for each in found)


def test_a_failure_is_not_kept() -> None:
    cache = Cache()
    with pytest.raises(ZeroDivisionError):
        cache("x", lambda: 1 / 0)
    assert cache("x", lambda: 1) == 1


def test_a_view_counts_as_all_that_it_keeps_alive(step_up: Projection) -> None:
    block = step_up.blocks[0]
    care = block.deliveries["no-wrong-door"].care
    assert care.base is not None
    assert list(sizes_of(care).values()) == [care.base.nbytes]
    assert care.base.nbytes > care.nbytes
    assert sizes_of([care, (care, {"again": care})]) == sizes_of(care)


def test_what_two_results_share_counts_once_until_both_are_let_go() -> None:
    cache, shared = Cache(limit=4000), kilobyte()
    cache("one", lambda: shared)
    cache("two", lambda: (shared[:5], kilobyte()))
    assert cache.held == 2048
    cache("three", kilobyte)
    cache("four", kilobyte)  # over the limit: "one" goes, which frees nothing, then "two"
    assert (len(cache), cache.held) == (2, 2048)
    cache("five", lambda: shared)
    assert cache.held == 3072


MOVED = {
    "programmes.no-wrong-door.onset_lag": 30.0,
    "programmes.no-wrong-door.capacity": 9.0,
    "programmes.no-wrong-door.expansions.second-hub-team.mobilisation": 11.0,
    "programmes.no-wrong-door.take_up": 0.8,
    "programmes.no-wrong-door.cost_per_start": 700.0,
    "programmes.no-wrong-door.already_in_base": 250_000.0,
    "programmes.no-wrong-door.release_unit": 2.0,
    "services.semi-independent.unit_cost": 1_900.0,
    "economy.pay_uplift": 0.06,
}


@pytest.mark.parametrize("limit", [2**28, 2**16], ids=["all kept", "next to nothing kept"])
@pytest.mark.parametrize("key", MOVED)
def test_a_slider_move_gives_what_a_run_from_nothing_gives(
    key: str, limit: int, library: Library, warrington: CouncilEvidence
) -> None:
    scenario, cache, move = library.scenarios["step-up"], Cache(limit), (key, MOVED[key])
    project(resolve(scenario, library), warrington, 300, cache=cache).spreads()
    moved = project(resolve(scenario, library, [move]), warrington, 300, cache=cache)
    afresh = project(resolve(scenario, library, [move]), warrington, 300)
    for (cell, found), (other, expected) in zip(
        moved.spreads().items(), afresh.spreads().items(), strict=True
    ):
        assert cell == other
        assert {n: v.tobytes() for n, v in found.items()} == {
            n: v.tobytes() for n, v in expected.items()
        }


def test_spreads_are_the_percentiles_of_the_draws_to_the_penny(step_up: Projection) -> None:
    for cell, measures in step_up.spreads().items():
        for name, spread in measures.items():
            found = percentiles(step_up.samples[cell][name])
            is_money = MEASURES[name].unit == GBP
            assert np.array_equal(spread, to_pounds(to_pence(found)) if is_money else found)
    some = step_up.spreads({(TOTAL, TOTAL): ["net_saving"]})
    assert list(some) == [(TOTAL, TOTAL)]
    assert list(some[TOTAL, TOTAL]) == ["net_saving"]
