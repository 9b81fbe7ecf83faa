"""One job in a process of its own: time from its start to its result, and peak memory.

`python -m benchmarks.child full DRAWS`, `anew DRAWS` (nothing kept by an earlier process) or
`slider MOVES`; prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks.peak import peak_mb


def main() -> None:
    """Run the job named on the command line."""
    started = time.perf_counter()
    from benchmarks import case, slider
    from prevention.model.draws import made_now
    from prevention.model.memo import Cache
    from prevention.model.projection import project

    imported = (time.perf_counter() - started) * 1e3
    resting = peak_mb()
    job, number = sys.argv[1], int(sys.argv[2])
    cache = Cache()
    draws = case.DRAWS if job == "slider" else number
    kept = made_now if job == "anew" else case.bench().shelf
    first = project(case.plan(), case.council(), draws, case.SEED, cache, kept=kept)
    slider.headline(first)
    ready = (time.perf_counter() - started) * 1e3
    cpu = time.process_time() * 1e3
    if job != "slider":
        slider.everything(first)
    else:
        for factor in slider.factors(number):
            moved = case.lag_move(slider.HEAVY, factor)
            slider.everything(project(moved, case.council(), draws, case.SEED, cache, kept=kept))
    found = {
        "import_ms": imported,
        "first_result_ms": ready,
        "first_result_cpu_ms": cpu,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(found | {"after_import_mb": resting}))


if __name__ == "__main__":
    main()
