"""The jobs people come to do, once, for the command line and the dashboard alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from prevention.evidence.council import council_evidence
from prevention.evidence.councils import find_council
from prevention.evidence.documents import read_document, read_library
from prevention.evidence.places import data_folder, store_file
from prevention.evidence.sources import every_source
from prevention.evidence.store import open_store
from prevention.model.comparison import differences
from prevention.model.evidence import CouncilEvidence
from prevention.model.memo import Cache
from prevention.model.projection import DEFAULT_DRAWS, Projection, project
from prevention.model.scenarios import Change, Library, Plan, Scenario, ScenarioError, resolve
from prevention.model.summary import document

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One forecast asked for.

    council: a code or a name. scenario: an id, or the path of a scenario file.
    changes: (key, value) pairs as for `--set`. first_year: year ending; None takes the
    scenario's, as `years` does.
    """

    council: str = "E06000007"
    scenario: str = "current-plan"
    changes: tuple[Change, ...] = ()
    first_year: int | None = None
    years: int | None = None
    draws: int = DEFAULT_DRAWS
    seed: int = 1


@dataclass(slots=True)
class Evidence:
    """Councils already read, by code, for one build of the store."""

    built: tuple[int, int] = (0, 0)
    councils: dict[str, CouncilEvidence] = field(default_factory=dict)


class Workbench:
    """The library of programmes and the store of evidence, read when first needed.

    The store is opened for each reading and closed again, so that a build or another
    program is never kept waiting; what was read is kept until the store is built anew.
    """

    def __init__(self, data: Path | None = None, store: Path | None = None) -> None:
        """Work with a data folder and a store; None takes the usual places."""
        self.data = data_folder(data)
        self.store = store_file(store)
        self._evidence = Evidence()

    @cached_property
    def library(self) -> Library:
        """Every programme, scenario and shared setting on file."""
        return read_library(self.data)

    def council(self, text: str) -> CouncilEvidence:
        """What is published of a council, by code or name.

        Raises:
            StoreMissing, StoreLocked, StoreDamaged, UnknownCouncil: in plain words.
        """
        built = self._built()
        if built != self._evidence.built:
            self._evidence = Evidence(built)
        known = self._evidence.councils
        if text not in known:
            with open_store(self.store) as store:
                code, _ = find_council(store, text)
                known[text] = known[code] = known.get(code) or council_evidence(store, code)
        return known[text]

    def citations(self) -> dict[str, str]:
        """The line to print under a figure, by the release it came from."""
        with open_store(self.store) as store:
            return {source.release: source.citation for source in every_source(store)}

    def _built(self) -> tuple[int, int]:
        try:
            status = self.store.stat()
        except FileNotFoundError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_ino)

    def scenario(self, name: str) -> Scenario:
        """A scenario by id, or from a file of the user's own.

        Raises:
            ScenarioError: there is no such scenario. DocumentError: the file is broken.
        """
        if name in self.library.scenarios:
            return self.library.scenarios[name]
        if name.endswith(".toml"):
            return read_document(Path(name), Scenario)
        known = ", ".join(self.library.scenarios)
        raise ScenarioError(
            f"There is no scenario '{name}'. Choose one of {known}, or give a .toml file."
        )

    def plan(self, request: Request) -> Plan:
        """A request's scenario with every assumption filled in."""
        scenario = self.scenario(request.scenario)
        return resolve(scenario, self.library, request.changes, request.first_year, request.years)

    def forecast(
        self,
        request: Request,
        cache: Cache | None = None,
        progress: Progress | None = None,
    ) -> Projection:
        """The main job: project one scenario for one council."""
        council = self.council(request.council)
        plan = self.plan(request)
        return project(plan, council, request.draws, request.seed, cache, progress)


def compared(projections: Sequence[Projection]) -> dict[str, Any]:
    """Scenarios side by side as the command line's JSON document."""
    documents = [document(projection) for projection in projections]
    return {
        "scenarios": [
            {"scenario": d["run"]["scenario"]} | {k: d[k] for k in ("run", "annual", "appraisal")}
            for d in documents
        ],
        "differences": [asdict(d) for d in differences([p.plan for p in projections])],
    }
