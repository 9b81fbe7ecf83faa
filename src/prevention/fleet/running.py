"""The work shared out among processes of this machine; one that dies takes no task with it."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from threadpoolctl import threadpool_limits

from prevention.fleet.task import Task
from prevention.fleet.work import Done, Outcome, unexpected

TRIES = 3
"""Times a council is tried whose process dies, before it is reported as not done."""

Work = Callable[[Task], Done]


@dataclass(slots=True)
class _Attempt:
    process: ProcessPoolExecutor
    task: Task
    number: int


def run_here(work: Work, tasks: Sequence[Task], workers: int) -> Iterator[Outcome]:
    """Outcomes as they come, every task's exactly one.

    Each process is a pool of its own: when it dies, it is known which task it had.
    """
    waiting = deque((task, 1) for task in tasks)
    idle = [_process() for _ in range(min(workers, len(tasks)))]
    running: dict[Future[Done], _Attempt] = {}
    try:
        while waiting or running:
            while waiting and idle:
                future, attempt = _start(work, idle.pop(), *waiting.popleft())
                running[future] = attempt
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                attempt = running.pop(future)
                outcome, died = _outcome(future, attempt)
                idle.append(_renewed(attempt.process) if died else attempt.process)
                if outcome is None:
                    waiting.append((attempt.task, attempt.number + 1))
                else:
                    yield outcome
    finally:
        for process in [*idle, *(attempt.process for attempt in running.values())]:
            process.shutdown(cancel_futures=True)


def _process() -> ProcessPoolExecutor:
    # Started afresh, not forked: a fork would copy threads and open files half-way.
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """One thread of linear algebra a process; who stops the run stops it in its first process."""
    threadpool_limits(limits=1, user_api="blas")
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _renewed(process: ProcessPoolExecutor) -> ProcessPoolExecutor:
    process.shutdown()
    return _process()


def _start(
    work: Work, process: ProcessPoolExecutor, task: Task, number: int
) -> tuple[Future[Done], _Attempt]:
    try:
        return process.submit(work, task), _Attempt(process, task, number)
    except BrokenProcessPool:  # it died while it had nothing to do
        process = _renewed(process)
        return process.submit(work, task), _Attempt(process, task, number)


def _outcome(future: Future[Done], attempt: _Attempt) -> tuple[Outcome | None, bool]:
    """The outcome, None if it is to be tried again; and whether the process died."""
    try:
        return Outcome(attempt.task, future.result()), False
    except BrokenProcessPool:
        if attempt.number < TRIES:
            return None, True
        return Outcome(attempt.task, None, f"Its process died {TRIES} times."), True
    except Exception as fault:
        return Outcome(attempt.task, None, unexpected(fault)), False
