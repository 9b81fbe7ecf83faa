"""How far the fast answers are from exact ones, and how much of a range is chance."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from zlib import crc32

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import case
from benchmarks.report import Row
from benchmarks.timing import say
from prevention.model import delivery
from prevention.model.assumptions import Floats
from prevention.model.chain import account_of, run, timeline_of
from prevention.model.draws import Z_LIMIT, Draws
from prevention.model.economy import graded
from prevention.model.memo import Cache
from prevention.model.programmes import Programme
from prevention.model.projection import BLOCK, DEFAULT_DRAWS, WORKERS
from prevention.model.scenarios import Plan

SEEDS = 20
SECONDS = 60
"""On a busy machine fewer seeds are taken, never fewer than FEWEST, and the table says how many."""
FEWEST = 6
COLUMNS = 2_048
"""Draws the interpolation is checked on."""

MOVED = "no-wrong-door"


class PlainDraws(Draws):
    """Ordinary pseudo-random draws in place of the quasi-random ones."""

    __slots__ = ()

    def score(self, stream: str, place: int, dimensions: int) -> Floats:
        """Independent standard normal scores, (size,)."""
        return _plain_scores(stream, place, self.count, self.seed)[self.first : self.last]


@lru_cache(maxsize=512)
def _plain_scores(stream: str, place: int, count: int, seed: int) -> Floats:
    rng = np.random.default_rng([seed, place, crc32(stream.encode())])
    return np.clip(rng.standard_normal(count), -Z_LIMIT, Z_LIMIT)


def interpolation_rows() -> list[Row]:
    """Largest error of a financial year's care, against the exact lag in each draw."""
    say("accuracy: interpolation against the exact lag")
    library = case.bench().library
    first_year = case.plan().first_year
    rows = []
    for id_, programme in library.programmes.items():
        chosen = graded(programme, library.economy)
        fast, exact = (_yearly_care(chosen, first_year, columns) for columns in (0, COLUMNS))
        error = np.abs(fast - exact)
        largest = np.abs(exact).max()
        own = np.abs(exact).max(axis=0)
        # A draw with hardly any effect has no year to compare an error with.
        plenty = own > 0.01 * largest
        worst = float((error.max(axis=0)[plenty] / own[plenty]).max())
        share = float(error.max() / largest)
        rows.append(
            Row(
                f"Interpolated lag against exact gamma in each draw: {id_}",
                share,
                target="<= 1e-4 of the largest year",
                met=share <= 1e-4,
                unit="share",
                note=f"of the largest year of any draw; of the draw's own largest {worst:.1e}; "
                f"{COLUMNS:,} draws x {case.YEARS} years",
            )
        )
    return rows


def _yearly_care(programme: Programme, first_year: int, exact_columns: int) -> Floats:
    """Care by year in each draw, (years, draws), by the grid or by each draw's own lag."""
    before = delivery.EXACT_COLUMNS
    delivery.EXACT_COLUMNS = exact_columns
    try:
        parts = [
            delivery.deliver(programme, first_year, case.YEARS, part).care
            for part in Draws(COLUMNS, case.SEED).blocks(COLUMNS // 16)
        ]
    finally:
        delivery.EXACT_COLUMNS = before
    care = np.concatenate(parts, axis=1).reshape(case.YEARS, 12, -1)
    return np.asarray(care.sum(axis=1, dtype=np.float64))


def saved(plan: Plan, draws: Draws, kept: Cache | None = None) -> Floats:
    """Cashable saving over the plan under each draw, GBP, (draws,)."""
    timeline = timeline_of(plan)
    account = account_of(plan, timeline)
    council = case.council()

    def of_block(block: Draws) -> Floats:
        ladders = run(plan, council, timeline, account, block, kept).ladders.values()
        parts = [v.cashable[account.cash].sum(axis=0, dtype=np.float64) for v in ladders]
        return np.asarray(np.sum(parts, axis=0))

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(WORKERS) as pool:
        return np.concatenate(list(pool.map(of_block, draws.blocks(BLOCK))))


def sampling_rows() -> list[Row]:
    """Chance in P10 and P90, and in the difference a slider makes."""
    base = case.plan(years=5)
    lag = base.programmes[MOVED].onset_lag.central
    moved = case.plan((f"programmes.{MOVED}.onset_lag", lag + 0.1), years=5)
    kinds = {
        "ours": (Draws, DEFAULT_DRAWS),
        "half": (Draws, DEFAULT_DRAWS // 2),
        "plain": (PlainDraws, DEFAULT_DRAWS),
        "double": (PlainDraws, DEFAULT_DRAWS * 2),
    }
    found: dict[str, list[Floats]] = {name: [] for name in [*kinds, "moved"]}
    started = time.perf_counter()
    for seed in range(1, SEEDS + 1):
        if seed > FEWEST and time.perf_counter() - started > SECONDS:
            break
        say(f"accuracy: sampling error, seed {seed} of {SEEDS}")
        kept = Cache()
        for name, (kind, count) in kinds.items():
            # Draws of either kind look alike to a cache: only ours may be kept for the move.
            mine = kept if name == "ours" else None
            found[name].append(_percentiles(saved(base, kind(count, seed), mine)))
        found["moved"].append(_percentiles(saved(moved, Draws(DEFAULT_DRAWS, seed), kept)))
    by_kind = {name: np.array(values) for name, values in found.items()}
    return [*_levels(by_kind), _difference(by_kind["ours"], by_kind["moved"])]


def _percentiles(values: Floats) -> Floats:
    return np.asarray(np.percentile(values, [10, 50, 90]))


def _levels(found: dict[str, Floats]) -> list[Row]:
    """Standard deviation over the seeds of P10 and P90, against the P10 to P90 range.

    Against the range, not the figure: P10 of a saving may lie near zero, where a share of
    itself says nothing.
    """
    seeds = len(found["ours"])
    level = np.concatenate(list(found.values())).mean(axis=0)
    wide = level[2] - level[0]
    error = {name: values.std(axis=0, ddof=1) for name, values in found.items()}
    rows = []
    for place, name in ((0, "P10"), (2, "P90")):
        ours, half, plain, double = (error[k][place] for k in ("ours", "half", "plain", "double"))
        rows.append(
            Row(
                f"Sampling error of {name}, five-year cashable saving, {DEFAULT_DRAWS:,} draws",
                float(ours / wide),
                peer=float(plain / wide),
                peer_name=f"pseudo-random, {DEFAULT_DRAWS:,}",
                ratio=f"{ours / plain:.2f}",
                target="<= 1 % of the P10 to P90 range",
                met=bool(ours <= 0.01 * wide),
                unit="share",
                note=f"of the range GBP {wide:,.0f}; {name} is GBP {level[place]:,.0f}, SD over "
                f"seeds GBP {ours:,.0f} ({ours / abs(level[place]):.2%} of it); pseudo-random at "
                f"{2 * DEFAULT_DRAWS:,}: {double / wide:.2%}; {seeds} seeds, so each is itself "
                f"good to about {1 / np.sqrt(2 * (seeds - 1)):.0%}",
                extra={"seeds": seeds, "sd_gbp": {k: v[place] for k, v in error.items()}},
            )
        )
        rows.append(
            Row(
                f"Sampling error of {name}, ours at {DEFAULT_DRAWS // 2:,} draws",
                float(half / wide),
                peer=float(plain / wide),
                peer_name=f"pseudo-random, {DEFAULT_DRAWS:,}",
                ratio=f"{half / plain:.2f}",
                target="<= pseudo-random at twice the draws",
                met=bool(half <= plain),
                unit="share",
            )
        )
    return rows


def _difference(base: Floats, moved: Floats) -> Row:
    """Jitter of a lag move of 0.1 month: the same draws on both sides, or other ones."""
    same = (moved - base)[:, 1]
    other = (moved - np.roll(base, 1, axis=0))[:, 1]
    common, apart = float(same.std(ddof=1)), float(other.std(ddof=1))
    return Row(
        f"Onset lag of {MOVED} +0.1 month: SD over seeds of the change in P50",
        common,
        peer=apart,
        peer_name="independent draws",
        ratio=f"{common / apart:.3f}",
        target="<= 0.10 of independent draws",
        met=common <= 0.1 * apart,
        unit="GBP",
        note=f"the change itself is GBP {same.mean():,.0f}",
    )
