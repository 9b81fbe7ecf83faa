"""The whole forecast: empty caches, fresh processes, the command line, peak memory."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import case, peer_numpy
from benchmarks.report import Row
from benchmarks.slider import everything
from benchmarks.timing import ROOT, Timings, environment, say, spawn, spawn_json
from prevention.model.projection import project

PYTHON = sys.executable
CORE = "prevention.model.projection"
COMMAND = (PYTHON, "-m", "prevention")


def full_rows() -> list[Row]:
    """Rows on the full run and on cold starts."""
    inputs = case.peer_inputs(case.plan(), 8_192)
    rows = []
    peer = Timings()
    for draws in (8_192, 16_384):
        say(f"full run, {draws:,} draws")
        model, summed = Timings(), Timings()
        for turn in range(5):
            found = model.time(lambda n=draws: project(case.plan(), case.council(), n, case.SEED))
            summed.time(lambda p=found: everything(p))
            if draws == 8_192 and turn % 2 == 0:
                peer.time(lambda: peer_numpy.all_rows(inputs))
        name = f"Full run, {draws:,} draws, empty cache"
        rows.append(Row(f"{name}: the model alone", model.median, model.p95, model.cpu_median))
        whole = model.plus(summed)
        row = Row(f"{name}: with P10/P50/P90 of all rows", whole.median, whole.p95)
        row.cpu = whole.cpu_median
        if draws == 8_192:
            row.peer, row.peer_name = peer.median, "plain numpy, all programmes"
            row.ratio = f"{whole.median / peer.median:.3f}"
        rows.append(row)
    return rows


def cold_rows() -> list[Row]:
    """Rows on processes started afresh."""
    say("cold starts")
    first, anew, started, imported, bare = (Timings() for _ in range(5))
    loaded, facade, helped, forecast = (Timings() for _ in range(4))
    _keep("full", 8_192)
    for _ in range(3):
        for job, clock in (("anew", anew), ("full", first)):
            found = spawn_json([PYTHON, "-m", "benchmarks.child", job, "8192"], clock=started)
            clock.wall.append(found["first_result_ms"])
            clock.cpu.append(found["first_result_cpu_ms"])
        spawn([PYTHON, "-c", f"import {CORE}"], clock=imported)
        spawn([PYTHON, "-c", "pass"], clock=bare)
        loaded.wall.append(_import_total(CORE))
        facade.wall.append(_import_total("prevention.jobs"))
        spawn([*COMMAND, "--help"], clock=helped)
        spawn([*COMMAND, "forecast", "--draws", "16384"], clock=forecast)
    return [
        Row.within(
            "Fresh process: imports to first result (store, model, headline rows), 8,192 draws",
            first,
            1_000,
            "scores and lags kept beside the store by an earlier process; target set for a "
            "compiled kernel, 10,000 draws",
        ),
        Row(
            "The same, nothing kept from before",
            anew.median,
            anew.p95,
            anew.cpu_median,
            note="every score drawn, every lag worked out, with the scipy imported that it takes",
        ),
        Row.within(
            "Import of the model core, `-X importtime` total",
            loaded,
            1_000,
            f"{CORE}; whole process {imported.median:.0f} ms (CPU {imported.cpu_median:.0f}), "
            f"bare Python {bare.median:.0f} ms",
        ),
        Row.within("Import of the facade (with the store), `-X importtime` total", facade, 1_000),
        Row.within("`prevention --help`, cold process", helped, 300),
        Row.within(
            "`prevention forecast --draws 16384`, cold process",
            forecast,
            3_000,
            "scenario `current-plan`, five years, to a table",
        ),
    ]


def _keep(job: str, number: int) -> None:
    """Be the earlier process that keeps what the measured one finds: this one does not count."""
    spawn_json([PYTHON, "-m", "benchmarks.child", job, str(number)])


def _import_total(module: str) -> float:
    """Milliseconds to import a module and all it needs, as Python itself counts them."""
    done = subprocess.run(
        [PYTHON, "-X", "importtime", "-c", f"import {module}"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
        cwd=ROOT,
    )
    # Lines not indented: what was imported for itself, with all that it needed. `site` and
    # what Python starts with come first; the module and its parents after.
    packages = re.findall(r"\| +(\d+) \| (\w[\w.]*)\n", done.stderr)
    last_of_start = [name for _, name in packages].index("site")
    return sum(int(micro) for micro, _ in packages[last_of_start + 1 :]) / 1e3


def memory_rows() -> list[Row]:
    """Peak memory, each job in a process of its own."""
    say("peak memory")
    _keep("slider", 4)
    _keep("full", 16_384)
    slid = spawn_json([PYTHON, "-m", "benchmarks.child", "slider", "4"])
    full = spawn_json([PYTHON, "-m", "benchmarks.child", "full", "16384"])
    rows = []
    for name, ours, draws in (
        ("Slider path, 10,000 draws, four moves, all rows", slid, case.DRAWS),
        ("Full run, 16,384 draws, all rows", full, 16_384),
    ):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "inputs.npz"
            peer_numpy.save(case.peer_inputs(case.plan(), draws), file)
            peer = spawn_json([PYTHON, peer_numpy.__file__, str(file)])
        rows.append(
            Row(
                name,
                ours["peak_mb"],
                peer=peer["peak_mb"],
                peer_name="plain numpy",
                ratio=f"{ours['peak_mb'] / peer['peak_mb']:.2f}",
                memory=ours["peak_mb"],
                unit="MB",
                note=f"of ours {ours['after_import_mb']:.0f} MB is imports; "
                "the peer's holds neither store nor pandas",
            )
        )
    return rows
