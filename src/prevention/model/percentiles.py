"""P10, P50 and P90 of draws."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from prevention.model.assumptions import Floats

PERCENTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def percentiles(samples: np.ndarray) -> Floats:
    """P10, P50 and P90 over the last axis, by straight line between ordered draws.

    Args:
        samples: (..., draws). Returns: (..., 3).
    """
    return between(about(np.array(samples)), samples.shape[-1])


def about(samples: np.ndarray) -> np.ndarray:
    """The draws just below and just above each percentile, (..., 2, 3).

    The samples, (..., draws), are left in order of size: sorting whole rows is several
    times faster than picking six places out of them.
    """
    samples.sort(axis=-1)
    places: np.ndarray = samples[..., _places(samples.shape[-1])[0]]
    return places


def between(draws: np.ndarray, count: int) -> Floats:
    """Percentiles, (..., 3), from the draws about each, as `about` gives them for so many."""
    part = _places(count)[1]
    return np.asarray(draws[..., 0, :] * (1 - part) + draws[..., 1, :] * part, np.float64)


@cache
def _places(count: int) -> tuple[NDArray[np.intp], Floats]:
    """The ordered draws each percentile lies between, (2, 3), and how far towards the upper."""
    place = np.array(list(PERCENTILES.values())) * (count - 1)
    below = np.floor(place).astype(np.intp)
    return np.stack([below, np.minimum(below + 1, count - 1)]), place - below
