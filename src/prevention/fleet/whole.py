"""A fleet from its tasks to its folder, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from prevention.fleet.folder import Folder
from prevention.fleet.planning import settings_of
from prevention.fleet.task import Task
from prevention.fleet.work import Outcome

ShareOut = Callable[[Sequence[Task]], Iterator[Outcome]]
"""Has tasks done somewhere; every task's outcome as it comes, exactly one."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a fleet, in councils; failures as rows of the table of that name."""

    folder: Folder
    tasks: Sequence[Task]
    done_before: int
    not_done: tuple[str, ...]
    failures: Sequence[dict[str, Any]]

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The runs there are no figures of."""
        return [row for row in self.failures if row["failed"]]

    def document(self) -> dict[str, Any]:
        """The report as the command line's JSON document."""
        scenarios = [variant.name for variant in self.tasks[0].job.variants]
        return {
            "output": str(self.folder.path),
            "councils": len(self.tasks),
            "scenarios": scenarios,
            "runs": len(self.tasks) * len(scenarios) - len(self.failed),
            "done_before": self.done_before,
            "done_now": len(self.tasks) - self.done_before - len(self.not_done),
            "not_done": list(self.not_done),
            "failures": list(self.failures),
        }


def run_fleet(
    tasks: Sequence[Task], folder: Folder, share_out: ShareOut, progress: Progress
) -> Report:
    """Do what a fleet has still to do, and report on all of it.

    progress: told councils done and councils in all, after each.

    Raises:
        FolderTaken: the folder holds something else, or a fleet is at work in it.
        OSError: it cannot be written to.
    """
    settings = settings_of(tasks)
    with folder.claimed(settings):
        to_do = folder.to_do(tasks)
        before, not_done = len(tasks) - len(to_do), []
        progress(before, len(tasks))
        for count, outcome in enumerate(share_out(to_do), 1):
            folder.put(outcome)
            if outcome.done is None:
                not_done.append(outcome.task.council.code)
            progress(before + count, len(tasks))
        failures = folder.finish(settings)
    return Report(folder, tasks, before, tuple(sorted(not_done)), failures)
