"""The folder a fleet ends in: a council's files whole or not at all, and what is still to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from prevention.fleet.task import Task
from prevention.fleet.work import FAILURES, RUNS, TABLES, Outcome, unfinished

MANIFEST = "manifest.json"
LOCK = ".lock"
"""Held by the fleet that is at work in the folder."""
PARTIAL = ".partial"
"""Ending of a file that is not yet whole; it begins with a point, so that no reader takes it."""


class FolderTaken(ValueError):
    """The output folder holds something else; says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An output folder that belongs to one fleet.

    Each table is a folder with a file for each council. That of the runs is written last:
    with it, a council is done.
    """

    path: Path

    @contextmanager
    def claimed(self, settings: Mapping[str, Any]) -> Iterator[None]:
        """The folder made this fleet's, new or to go on with, and nobody else's meanwhile.

        Raises:
            FolderTaken: it holds another fleet, or other files, or a fleet is at work in it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        manifest = self.path / MANIFEST
        if not manifest.is_file() and any(not _is_own(file) for file in self.path.iterdir()):
            raise FolderTaken(
                f"{self.path} has other files in it. Name a folder that is new or empty."
            )
        try:
            held = FileLock(self.path / LOCK).acquire(timeout=0)
        except Timeout:
            raise FolderTaken(
                f"A fleet is at work in {self.path}. Wait until it ends, or name another folder."
            ) from None
        with held:
            if manifest.is_file():
                self._same(_read(manifest), settings)
            else:
                self._write_manifest(settings, {})
            yield

    def _same(self, found: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        before = found.get("settings", {})
        differ = [name for name in settings if before.get(name) != settings[name]]
        if differ:
            raise FolderTaken(
                f"{self.path} holds a fleet with other settings ({', '.join(differ)}). "
                "Name another folder, or delete this one to begin anew."
            )

    def to_do(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks whose councils are not done."""
        return [t for t in tasks if not self._place(RUNS, t.council.code).is_file()]

    def put(self, outcome: Outcome) -> None:
        """A council's files into place, or why there are none: it stays to be done."""
        code = outcome.task.council.code
        if outcome.done is None:
            _write(self._place(FAILURES, code), unfinished(outcome.task, outcome.reason))
            return
        for name in TABLES:
            _write(self._place(name, code), outcome.done.files[name])

    def finish(self, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Write the runs into the manifest and clear away; every failure, by council."""
        runs: dict[str, dict[str, str]] = {}
        for row in self._rows(RUNS):
            runs.setdefault(row["council"], {})[row["scenario"]] = row["run_id"]
        self._write_manifest(settings, runs)
        for left in self.path.rglob(f".*{PARTIAL}"):
            left.unlink(missing_ok=True)
        return self._rows(FAILURES)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        files = sorted((self.path / table).glob("*.parquet"))
        return [row for file in files for row in pq.read_table(file).to_pylist()]

    def _write_manifest(self, settings: Mapping[str, Any], runs: Mapping[str, Any]) -> None:
        text = json.dumps({"settings": settings, "runs": runs}, indent=1, ensure_ascii=False)
        _write(self.path / MANIFEST, text.encode())

    def _place(self, table: str, code: str) -> Path:
        return self.path / table / f"{code}.parquet"


def _is_own(file: Path) -> bool:
    """Whether a file is one that a fleet leaves before it has a manifest."""
    return file.name == LOCK or file.name.endswith(PARTIAL)


def _read(manifest: Path) -> dict[str, Any]:
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
    except (ValueError, OSError) as fault:
        raise FolderTaken(f"{manifest} cannot be read ({fault}). Name another folder.") from None
    return found if isinstance(found, dict) else {}


def _write(place: Path, content: bytes) -> None:
    """Aside, to the disk, then into place: a file is whole or is not there."""
    partial = place.with_name(f".{place.name}.{os.getpid()}{PARTIAL}")
    place.parent.mkdir(exist_ok=True)
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(place)
