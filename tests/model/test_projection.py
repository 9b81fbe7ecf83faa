"""One plan in one council: it adds up to the penny, and the same run gives the same answer."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import prevention
from model.synthetic import chain, economy, line, plan, programme, ranged, synthetic_council
from prevention.model import projection as projecting
from prevention.model.draws import Draws
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.memo import Cache
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, Plan, resolve
from prevention.money import to_pence

SCENARIOS = ("adults-first", "current-plan", "do-nothing", "step-up", "whole-system")
MONEY = [name for name, measure in MEASURES.items() if measure.unit == GBP]
RANGES = {
    "effect": ranged(0.02, 0.2, 0.4),
    "onset_lag": ranged(6, 12, 24),
    "onset_spread": ranged(3, 6, 12),
    "duration_shape": "geometric",
}


def pence(cell: dict[str, np.ndarray], name: str) -> np.ndarray:
    return to_pence(np.ravel(cell[name]))


def digest(found: Projection) -> str:
    """Fingerprint of every sample of a projection."""
    whole = hashlib.sha256()
    for cell in sorted(found.samples):
        for name in sorted(found.samples[cell]):
            whole.update(repr((cell, name)).encode())
            whole.update(np.ascontiguousarray(found.samples[cell][name]).tobytes())
    for id_ in sorted(found.net_present):
        whole.update(np.ascontiguousarray(found.net_present[id_]).tobytes())
    return whole.hexdigest()


@pytest.mark.parametrize("view", ["central", "mean"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_total_is_sum_of_services_years_programmes(
    scenario: str, view: str, library: Library, warrington: CouncilEvidence
) -> None:
    """To the penny, in central and mean: programmes, services, rungs, running sums."""
    found = project(resolve(library.scenarios[scenario], library), warrington, draws=96)
    tables = getattr(found, view)
    cells = [cell for cell in tables if TOTAL not in cell]
    assert bool(cells) == (scenario != "do-nothing")
    for name in MONEY:
        for id_ in {p for p, _ in cells}:
            parts = sum(pence(tables[c], name) for c in cells if c[0] == id_)
            assert (parts == pence(tables[id_, TOTAL], name)).all()
        for service in {s for _, s in cells}:
            parts = sum(pence(tables[c], name) for c in cells if c[1] == service)
            assert (parts == pence(tables[TOTAL, service], name)).all()
        if cells:
            whole = pence(tables[TOTAL, TOTAL], name)
            assert (sum(pence(tables[c], name) for c in cells) == whole).all()
    for cell in tables.values():
        if "gross_avoided_cost" in cell:
            check_the_rungs(cell)


def check_the_rungs(cell: dict[str, np.ndarray]) -> None:
    """The ladder from gross to cashable, cost, net and running sums, in whole pence."""
    cashable = pence(cell, "gross_avoided_cost") - sum(pence(cell, rung) for rung in RUNGS)
    assert (cashable == pence(cell, "cashable_saving")).all()
    assert (pence(cell, "saving") + pence(cell, "avoided_growth") == cashable).all()
    paid = pence(cell, "external_funding") + pence(cell, "base_funding")
    cost = pence(cell, "delivery_cost_gross") - paid
    assert (cost == pence(cell, "delivery_cost")).all()
    net = pence(cell, "net_saving")
    assert (cashable - cost == net).all()
    assert (np.cumsum(net) == pence(cell, "net_saving_cumulative")).all()
    assert (np.diff(cashable, prepend=0) == pence(cell, "mtfs_increment")).all()
    assert (pence(cell, "cost_avoidance") == pence(cell, "not_cashable")).all()


def test_each_draw_adds_up_too(step_up: Projection) -> None:
    """In single precision: to a few pounds in millions."""
    cells = [cell for cell in step_up.samples if TOTAL not in cell]
    for name in ("gross_avoided_cost", "cashable_saving", "net_saving"):
        whole = step_up.samples[TOTAL, TOTAL][name]
        parts = sum(step_up.samples[cell][name].astype(float) for cell in cells)
        assert np.abs(parts - whole).max() <= 1e-5 * np.abs(whole).max()


def test_the_central_run_does_not_depend_on_the_draws(
    library: Library, warrington: CouncilEvidence, step_up: Projection
) -> None:
    alone = project(resolve(library.scenarios["step-up"], library), warrington, draws=0)
    assert alone.mean == {}
    assert alone.samples == {}
    for cell, measures in alone.central.items():
        for name, values in measures.items():
            assert np.array_equal(values, step_up.central[cell][name])


def small(*ids: str, seed: int = 1, services: tuple[str, ...] = ("one", "two")) -> Projection:
    """Programmes a, b, c, d over two lines; a and c meet on the first, b and d on the second."""
    schemes = [
        programme(
            i,
            avoids=({"service": "one" if i in "ac" else "two", "share": 1.0},),
            capacity=ranged(1, 2 + ord(i) % 5, 9),
            fixed_cost=ranged(1000, 2000 + ord(i), 9000),
            **RANGES,
        )
        for i in ids
    ]
    settings = economy(*services, people_volatility=0.1, price_uplift=ranged(0.01, 0.04, 0.08))
    council = synthetic_council(line("one", 200.0), line("two", 300.0))
    return project(plan(*schemes, economy=settings), council, draws=512, seed=seed)


def test_programme_order_irrelevant() -> None:
    """The same four programmes in another order: every sample byte for byte the same."""
    one, other = small("a", "b", "c", "d"), small("d", "b", "a", "c")
    assert digest(one) == digest(other)
    for cell, measures in one.central.items():
        for name, values in measures.items():
            assert np.array_equal(values, other.central[cell][name])


def test_add_unrelated_programme() -> None:
    """b on its own line leaves a's samples byte for byte as they were."""
    alone, joined = small("a"), small("a", "b")
    for cell in (("a", "one"), ("a", TOTAL), (TOTAL, "one")):
        for name, values in alone.samples[cell].items():
            assert values.tobytes() == joined.samples[cell][name].tobytes(), (cell, name)
    assert alone.net_present["a"].tobytes() == joined.net_present["a"].tobytes()
    for name, values in alone.baselines["one"].items():
        assert values.tobytes() == joined.baselines["one"][name].tobytes()


REMOTE = """
import sys; sys.path[:0] = {path!r}
from model.test_projection import digest, small
print(digest(small("a", "b", "c", seed=7)))
"""


def elsewhere(**environment: str) -> str:
    """The digest of a run in a process of its own, under these settings of its surroundings."""
    tests = Path(__file__).resolve().parents[1]
    source = Path(prevention.__file__).resolve().parents[1]
    script = REMOTE.format(path=[str(tests), str(source)])
    command = [sys.executable, "-c", script]
    found = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=os.environ | environment
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def test_seed_reproducible() -> None:
    """The same seed in other processes, whatever their threads, and again in this one, to the
    byte; another seed differs."""
    here = digest(small("a", "b", "c", seed=7))
    assert digest(small("a", "b", "c", seed=7)) == here
    for threads in ("1", "4"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        assert elsewhere(PYTHONHASHSEED=threads, **dict.fromkeys(names, threads)) == here
    assert digest(small("a", "b", "c", seed=8)) != here


@pytest.mark.parametrize("workers", [1, 3])
def test_how_many_work_at_a_time_changes_nothing(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four blocks by one worker, by two and by three: the same bytes."""
    monkeypatch.setattr(projecting, "BLOCK", 128)
    usual = digest(small("a", "b", "c"))
    monkeypatch.setattr(projecting, "WORKERS", workers)
    assert digest(small("a", "b", "c")) == usual


def samples_of(found: Projection) -> dict[tuple[str, str, str], np.ndarray]:
    """Every sample, worked out now."""
    return {
        (*cell, name): np.array(values, dtype=float)
        for cell, measures in found.samples.items()
        for name, values in measures.items()
    }


@pytest.mark.parametrize("columns", [171, 257, 512])
def test_the_size_of_a_block_does_not_matter(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks change the order of floating-point sums and nothing else.

    (A block of 128 columns or fewer goes the exact way: see test_response.)
    """
    whole = samples_of(small("a", "b", "c"))
    monkeypatch.setattr(projecting, "BLOCK", columns)
    again = samples_of(small("a", "b", "c"))
    for key, values in whole.items():
        scale = np.abs(values).max() or 1.0
        assert np.abs(values - again[key]).max() <= 1e-5 * scale, key


def test_a_cache_kept_between_runs_changes_nothing(
    library: Library, warrington: CouncilEvidence
) -> None:
    """Slider moves there and back again: the same bytes as a run from nothing."""
    cache = Cache()
    key = "programmes.mockingbird.onset_lag"

    def forecast(lag: float, kept: dict | None) -> str:
        chosen = resolve(library.scenarios["current-plan"], library, [(key, lag)])
        return digest(project(chosen, warrington, draws=192, cache=kept))

    fresh = {lag: forecast(lag, None) for lag in (12.0, 30.0)}
    assert fresh[12.0] != fresh[30.0]
    assert [forecast(lag, cache) for lag in (12.0, 30.0, 12.0)] == [
        fresh[12.0],
        fresh[30.0],
        fresh[12.0],
    ]


def test_progress_is_told_of_every_block() -> None:
    told: list[tuple[int, int]] = []
    project(
        plan(programme(**RANGES)),
        synthetic_council(),
        draws=300,
        progress=lambda done, all_: told.append((done, all_)),
    )
    assert told[-1] == (300, 300)
    assert told == sorted(told)


def test_one_draw_is_enough_to_run() -> None:
    found = project(plan(programme(**RANGES)), synthetic_council(), draws=1)
    assert found.samples[TOTAL, TOTAL]["net_saving"].shape == (5, 1)


def test_a_council_without_the_service_says_so(library: Library) -> None:
    chosen = resolve(library.scenarios["current-plan"], library)
    found = project(chosen, synthetic_council(line("childrens-homes", 40.0, 5000.0)), draws=0)
    for name in ("Mockingbird", "No Wrong Door"):
        said = [sentence for sentence in found.missing if sentence.startswith(name)]
        assert said
        assert all("no figures for" in sentence for sentence in said)


def test_a_plan_of_thirty_years_runs(library: Library, warrington: CouncilEvidence) -> None:
    chosen = resolve(library.scenarios["whole-system"], library, years=30)
    found = project(chosen, warrington, draws=0)
    values = found.central[TOTAL, TOTAL]["net_saving_cumulative"]
    assert len(np.ravel(values)) == 30
    assert np.isfinite(values).all()


@pytest.mark.parametrize("stronger", [False, True], ids=["as shipped", "five times the effect"])
@pytest.mark.parametrize("scenario", ["step-up", "whole-system"])
def test_avoided_le_baseline_in_what_is_shipped(
    scenario: str, stronger: bool, library: Library, warrington: CouncilEvidence
) -> None:
    """Care weeks avoided never exceed the weeks of care there would have been."""
    chosen = resolve(library.scenarios[scenario], library)
    found = project(with_more_effect(chosen) if stronger else chosen, warrington, draws=1024)
    for service, line_ in found.baselines.items():
        if (TOTAL, service) not in found.samples:
            continue
        avoided = found.samples[TOTAL, service]["gross_avoided_cost"]
        assert np.isfinite(avoided).all()
        weeks = found.samples[TOTAL, service]["care_weeks_avoided"].astype(float)
        there = line_["people"].astype(float) * 365.25 / 7
        assert (weeks <= there * (1 + 1e-5)).all(), service


def with_more_effect(chosen: Plan) -> Plan:
    """Every plain effect five times as strong."""
    stronger = {}
    for id_, each in chosen.programmes.items():
        if each.effect is not None:
            ends = [
                min(5 * v, 1.0) for v in (each.effect.low, each.effect.central, each.effect.high)
            ]
            each = each.model_copy(update={"effect": ranged(*ends)})
        stronger[id_] = each
    return replace(chosen, programmes=stronger)


def test_draws_and_central_run_share_one_chain() -> None:
    """Without any range, every draw is the central run."""
    scheme = programme(capacity=3, onset_lag=12, onset_spread=6, fixed_cost=1000)
    found = project(plan(scheme), synthetic_council(), draws=200)
    outcome, account = chain(plan(scheme), synthetic_council(), Draws(0))
    central = outcome.ladders["synthetic", "synthetic-care"].cashable[account.cash]
    samples = found.samples[TOTAL, TOTAL]["cashable_saving"]
    assert samples == pytest.approx(np.repeat(central, 200, axis=1), rel=1e-5)
