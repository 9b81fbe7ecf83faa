"""The table: rows as Markdown and as JSON, with what the machine was and how busy."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import timeit
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import Timings

HERE = Path(__file__).resolve().parent
BUSY = 2.5
"""Load average above which a run on two cores shared them with something else."""


@dataclass(slots=True)
class Row:
    """One line of the table; None where there is nothing to say.

    ours, p95, peer: milliseconds unless `unit` says otherwise. ratio: ours over the peer's
    where `target` is a share of the peer, else the peer's over ours. met: None when no
    target binds.
    """

    what: str
    ours: float | None = None
    p95: float | None = None
    cpu: float | None = None
    peer: float | None = None
    peer_name: str = ""
    ratio: str = ""
    memory: float | None = None
    target: str = ""
    met: bool | None = None
    unit: str = "ms"
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def timed(
        cls,
        what: str,
        ours: Timings,
        peer: Timings,
        peer_name: str,
        target: float,
        note: str = "",
    ) -> Row:
        """A row whose target is a share of the peer's time."""
        share = ours.median / peer.median
        by_cpu = f"by CPU {ours.cpu_median / peer.cpu_median:.3f}"
        return cls(
            what,
            ours.median,
            ours.p95,
            ours.cpu_median,
            peer.median,
            peer_name,
            f"{share:.3f}",
            target=f"<= {target:.2f} of the peer",
            met=share <= target,
            note=f"{by_cpu}; {note}" if note else by_cpu,
            extra={
                "runs": len(ours.wall),
                "peer_runs": len(peer.wall),
                "peer_cpu": peer.cpu_median,
                "cpu_ratio": ours.cpu_median / peer.cpu_median,
            },
        )

    @classmethod
    def within(cls, what: str, ours: Timings, limit_ms: float, note: str = "") -> Row:
        """A row whose target is a time."""
        return cls(
            what,
            ours.median,
            ours.p95,
            ours.cpu_median if ours.cpu else None,
            target=f"<= {limit_ms:,.0f} ms",
            met=ours.median <= limit_ms,
            note=note,
            extra={"runs": len(ours.wall)},
        )


def state(at: str) -> dict[str, Any]:
    """The machine at one moment: load over 1, 5 and 15 minutes, and its own speed.

    loop_ms: a fixed loop of plain Python, the quickest of three. The same machine may take
    twice as long for it an hour later, and then for everything else.
    """
    load = [round(value, 2) for value in os.getloadavg()]
    loops = timeit.repeat("for step in range(1_000_000): step * step", number=1, repeat=3)
    return {"at": at, "load": load, "loop_ms": round(min(loops) * 1e3)}


def machine() -> dict[str, Any]:
    """What this ran on, with which versions, and when."""
    names = ("numpy", "scipy", "pandas", "duckdb", "pydantic", "threadpoolctl")
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def write(
    sections: Mapping[str, Sequence[Row]], about: Mapping[str, Any], states: Sequence[Any]
) -> None:
    """Write results.md and results.json beside this file."""
    busiest = max(state["load"][0] for state in states)
    document = {
        "about": dict(about),
        "machine": list(states),
        "sections": {name: [asdict(row) for row in rows] for name, rows in sections.items()},
    }
    (HERE / "results.json").write_text(json.dumps(document, indent=1, default=_number) + "\n")
    text = [
        "# Benchmarks",
        "",
        "Written by `make bench` (`python -m benchmarks`). Ours and peers ran in the same run on "
        "the same machine, in turn; ratios mean more than times. Median and 95th percentile of "
        "repeats; wall time unless stated. Processor time (CPU) counts all threads; neighbours "
        "move it less than wall time, not nothing.",
        "",
        *(f"- {key}: {_shown(value)}" for key, value in about.items()),
        f"- load average over a minute, start to end: "
        f"{', '.join(str(state['load'][0]) for state in states)}"
        + (
            " - **the machine was busy with other work: times are too long and ratios less sure**"
            if busiest > BUSY
            else ""
        ),
        "- a loop of a million steps in plain Python, start to end (how fast the machine was): "
        f"{', '.join(str(state['loop_ms']) for state in states)} ms",
        "",
    ]
    for name, rows in sections.items():
        text += [f"## {name}", "", *_table(rows), ""]
    (HERE / "results.md").write_text("\n".join(text))


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _table(rows: Sequence[Row]) -> list[str]:
    head = ["What", "Ours, median", "p95", "CPU", "Peer, median", "Peer", "Ratio", "Peak memory"]
    head += ["Target", "Met?", "Note"]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        figures = [_figure(v, row.unit) for v in (row.ours, row.p95, row.cpu, row.peer)]
        memory = f"{row.memory:,.0f} MB" if row.memory is not None else ""
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        cells = [row.what, *figures, row.peer_name, row.ratio, memory, row.target, met, row.note]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _figure(value: float | None, unit: str) -> str:
    if value is None or not np.isfinite(value):
        return ""
    if unit == "ms":
        return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"
    if unit == "MB":
        return f"{value:,.0f} MB"
    if unit == "share":
        return f"{value:.2e}" if value < 1e-3 else f"{value:.2%}"
    if unit == "MASE":
        return f"{value:.3f}"
    return f"{value:,.0f} {unit}"
