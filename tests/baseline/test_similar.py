"""Similar councils: who they are, and their rate as a line to compare with."""

from __future__ import annotations

import numpy as np
import pytest

from prevention.baseline.panel import Lines, Panel
from prevention.baseline.similar import BEFORE, LIKE, alike_in, at_their_rate, similar
from prevention.evidence.accuracy import BackTest

NAN = float("nan")


def lines(people: list[list[float]], population: list[list[float]]) -> Lines:
    codes = tuple("ABCDEFGHIJKL"[: len(people)])
    panels = [Panel(codes, 2018, np.array(values, dtype=float)) for values in (people, population)]
    return Lines("service", "people", *panels)


def test_the_nearest_in_size_and_rate_are_taken_in_order() -> None:
    """B is A's twin, C a little larger, D twice as large, E the same size at thrice the rate."""
    here = lines([[10], [10], [11], [20], [30]], [[100], [100], [110], [200], [100]])
    assert similar(here, "A", 3)[:2] == ("B", "C")
    assert "A" not in similar(here, "A")


def test_councils_are_matched_five_years_back_and_compared_since() -> None:
    """Alike in 2018; by 2023 the other has grown by half, this one not."""
    here = lines(
        [[10, 10, 10, 10, 10, 10], [20, 20, 20, 20, 20, 30], [900] * 6],
        [[100] * 6, [200] * 6, [1000] * 6],
    )
    assert alike_in(here) == 2023 - BEFORE
    assert similar(here, "A", 1) == ("B",)
    assert at_their_rate(here, "A", ("B",)) == pytest.approx(
        dict.fromkeys(range(2018, 2023), 10.0) | {2023: 15.0}
    )


def test_a_council_without_figures_then_has_none_like_it() -> None:
    here = lines([[NAN], [10], [11]], [[100], [100], [110]])
    assert similar(here, "A") == ()
    assert at_their_rate(here, "A", ()) == {}


def test_without_any_population_there_are_none() -> None:
    here = lines([[10], [10]], [[NAN], [NAN]])
    assert alike_in(here) is None
    assert similar(here, "A") == ()


def test_every_council_has_similar_ones_or_too_few_figures(tested: BackTest) -> None:
    for here in tested.people.values():
        year = alike_in(here)
        assert year is not None
        for row, code in enumerate(here.panel.codes):
            like = similar(here, code)
            both = here.panel.at(year)[row] > 0 and here.population.at(year)[row] > 0
            assert len(like) == (LIKE if both else 0)
            assert len(set(like)) == len(like)
            assert all(value > 0 for value in at_their_rate(here, code, like).values())
