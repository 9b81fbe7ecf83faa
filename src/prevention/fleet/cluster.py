"""The work shared out among the workers of a Dask cluster, on as many machines as it has.

A worker needs this package in the same version, and nothing else: neither data nor folder.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from prevention.fleet.running import Work
from prevention.fleet.task import Task
from prevention.fleet.work import Done, Outcome, unexpected
from prevention.software import libraries, source_hash

PATIENCE = 15
"""Seconds to wait for the scheduler to answer, and for it to have a worker."""

MadeWith = tuple[str, dict[str, str]]
"""Source of the program, and the version of each library."""


class NoCluster(RuntimeError):
    """There is no cluster to work on; says why, and what to do."""


@contextmanager
def cluster(address: str, work: Work) -> Iterator[Callable[[Sequence[Task]], Iterator[Outcome]]]:
    """A way to share out tasks among the workers of the scheduler at an address.

    Raises:
        NoCluster: Dask is not installed, nobody answers, or there is no worker.
    """
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster(
            "--scheduler needs Dask, which is not installed. In the folder of this program: "
            'pip install ".[cluster]"'
        ) from None
    for name in ("distributed", "distributed.client"):
        # It would print tracebacks of what is told below, and in the failures, in a sentence.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as fault:
        raise NoCluster(
            f"No scheduler answers at {address}. Start one with: dask scheduler ({fault})"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise NoCluster(
                f"The scheduler at {address} has no worker. Start one with: dask worker {address}"
            ) from None
        yield lambda tasks: _outcomes(client, work, tasks)


def _outcomes(client: Any, work: Work, tasks: Sequence[Task]) -> Iterator[Outcome]:
    from distributed import as_completed

    here = made_with()
    asked = {client.submit(_as_here, work, here, task, pure=False): task for task in tasks}
    for future in as_completed(list(asked)):
        # The scheduler keeps a result for as long as anybody holds its future.
        yield _outcome(asked.pop(future), future)


def _outcome(task: Task, future: Any) -> Outcome:
    from distributed import KilledWorker

    try:
        return Outcome(task, future.result())
    except KilledWorker as fault:
        return Outcome(task, None, f"Its worker died {fault.allowed_failures + 1} times.")
    except CancelledError:
        return Outcome(task, None, "The scheduler stopped or let go of it.")
    except OtherProgram as fault:
        return Outcome(task, None, str(fault))
    except Exception as fault:
        return Outcome(task, None, unexpected(fault))


def made_with() -> MadeWith:
    """What figures are made with here."""
    return source_hash(), dict(libraries())


class OtherProgram(RuntimeError):
    """A worker has another version of this program or of a library."""


def _as_here(work: Work, here: MadeWith, task: Task) -> Done:
    """A task done by a worker, if it would come to the same figures as here."""
    if made_with() != here:
        raise OtherProgram(
            "Its worker has another version of this program or of a library. "
            "Install the same on every machine."
        )
    return work(task)
