"""P10, P50 and P90 of draws."""

from __future__ import annotations

import numpy as np

from prevention.model.assumptions import Floats

PERCENTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def percentiles(samples: np.ndarray) -> Floats:
    """P10, P50 and P90 over the last axis, by straight line between ordered draws.

    Sorting whole rows is several times faster than picking six places out of them.

    Args:
        samples: (..., draws). Returns: (..., 3).
    """
    ordered = np.sort(samples, axis=-1)
    place = np.array(list(PERCENTILES.values())) * (samples.shape[-1] - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, samples.shape[-1] - 1)
    part = place - below
    return np.asarray(ordered[..., below] * (1 - part) + ordered[..., above] * part, np.float64)
