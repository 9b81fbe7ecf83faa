"""Quasi-random draws: one seed, one answer; each stream its own."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import kstest

from model.synthetic import fixed, ranged
from prevention.model.assumptions import Z_90, Floats
from prevention.model.draws import Z_LIMIT, Draws, Make

LAG = ranged(6, 12, 24)


def test_the_scores_written_down_are_those_of_scipy() -> None:
    assert ndtri(0.9) == Z_90
    assert ndtri(0.999) == Z_LIMIT


def test_scores_are_standard_normal() -> None:
    scores = Draws(4096, 1).scores("programme/x", 8)
    assert scores.shape == (8, 4096)
    for row in scores:
        assert kstest(np.asarray(row, dtype=float), "norm").statistic < 0.004
        assert np.percentile(row, [10, 50, 90]) == pytest.approx([-1.2816, 0, 1.2816], abs=0.01)


def test_streams_and_names_are_independent() -> None:
    draws = Draws(4096, 1)
    rows = np.concatenate([draws.scores(f"programme/{id_}", 4) for id_ in "ab"]).astype(float)
    between = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(between).max() < 0.06


def test_a_stream_is_the_same_whoever_else_is_drawn() -> None:
    before = Draws(512, 1).values("programme/a", "onset_lag", LAG).copy()
    Draws(512, 1).values("programme/b", "effect", ranged(0, 0.1, 0.2))
    assert before.tobytes() == Draws(512, 1).values("programme/a", "onset_lag", LAG).tobytes()


def test_two_threads_draw_a_stream_once() -> None:
    made: list[str] = []

    def slowly(kind: str, name: str, make: Make) -> Floats:
        made.append(name)
        time.sleep(0.02)
        return make()

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda _: Draws(64, 7, kept=slowly).score("s", 0, 4), range(2))
    assert len(made) == 1
    assert np.array_equal(one, two)


def test_every_other_block_goes_through_its_parts_from_the_last() -> None:
    orders = [block.in_turn("abc") for block in Draws(4096, 1).blocks(1024)]
    assert orders == [["a", "b", "c"], ["c", "b", "a"]] * 2


def test_seeds_differ_and_repeat() -> None:
    one, two = (Draws(512, seed).values("s", "onset_lag", LAG) for seed in (1, 2))
    assert not np.array_equal(one, two)
    assert np.array_equal(one, Draws(512, 1).values("s", "onset_lag", LAG))


@pytest.mark.parametrize("columns", [1, 100, 300, 1000])
def test_blocks_are_slices_of_the_whole(columns: int) -> None:
    draws = Draws(300, 1)
    whole = draws.values("s", "onset_lag", LAG)
    blocks = draws.blocks(columns)
    parts = [block.values("s", "onset_lag", LAG) for block in blocks]
    assert np.array_equal(np.concatenate(parts), whole)
    assert sum(block.size for block in blocks) == 300


def test_the_central_run_is_central() -> None:
    assert Draws(0).values("s", "onset_lag", LAG).tolist() == [12.0]
    assert not Draws(0).scores("s", 3).any()


def test_a_certain_number_is_not_drawn() -> None:
    assert set(Draws(64, 1).values("s", "onset_lag", fixed(7)).tolist()) == {7.0}


def test_a_sweep_takes_the_values_it_is_given() -> None:
    swept = {("s", "onset_lag"): np.array([1.0, 2.0, 3.0])}
    draws = Draws(0, swept=swept)
    assert draws.size == 3
    assert draws.values("s", "onset_lag", LAG).tolist() == [1, 2, 3]
    assert draws.values("s", "onset_spread", fixed(4)).tolist() == [4, 4, 4]
