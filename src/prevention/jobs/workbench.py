"""The library, the store and the record, and what is asked of them most: a forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from prevention.evidence.council import council_evidence
from prevention.evidence.councils import find_council
from prevention.evidence.documents import read_document, read_library
from prevention.evidence.places import data_folder, store_file
from prevention.evidence.sources import every_source
from prevention.evidence.store import open_store
from prevention.model.chain import covered
from prevention.model.comparison import differences
from prevention.model.evidence import CouncilEvidence
from prevention.model.manifest import plan_of, run_of
from prevention.model.memo import Cache
from prevention.model.projection import DEFAULT_DRAWS, Projection, project
from prevention.model.scenarios import (
    Change,
    Library,
    Plan,
    Scenario,
    ScenarioError,
    nearest,
    resolve,
)
from prevention.model.summary import document
from prevention.record import Record, open_record
from prevention.record.programmes import saved_programmes
from prevention.record.runs import FigureDifference, KeptRun, kept_run, moved
from prevention.record.runs import compared as compared_figures
from prevention.record.runs import keep as keep_run
from prevention.record.scenarios import (
    Approval,
    approved_scenario,
    saved_scenario,
    saved_scenarios,
)
from prevention.shelf import Shelf
from prevention.years import parse_year

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


@dataclass(frozen=True, slots=True)
class Standing:
    """An approval and whether it holds: it is void once the figures it was of have moved.

    moved: the parts of the run that are no longer what was approved, name to (then, now).
    """

    approval: Approval
    holds: bool
    moved: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Replay:
    """A kept run made again.

    figures: how many were compared. different: those that are not the same, to the penny.
    moved: parts of the run that are not what they were then, name to (then, now).
    """

    kept: KeptRun
    figures: int
    different: list[FigureDifference]
    moved: dict[str, tuple[str, str]]


class Workbench:
    """The library of programmes and the store of evidence, read when first needed.

    The store is opened for each reading and closed again, so that a build or another
    program is never kept waiting; what was read is kept until the store is built anew.
    """

    def __init__(self, data: Path | None = None, store: Path | None = None) -> None:
        """Work with a data folder and a store; None takes the usual places."""
        self.data = data_folder(data)
        self.store = store_file(store)
        self.shelf = Shelf(self.store.parent / "kept")
        self._evidence = Evidence()
        self._merged: tuple[tuple[int, int], Library] | None = None

    @cached_property
    def record(self) -> Record:
        """What people put in and decide, kept beside the store."""
        return open_record(self.store)

    @cached_property
    def on_file(self) -> Library:
        """Every programme, scenario and shared setting on file."""
        return read_library(self.data)

    @property
    def library(self) -> Library:
        """What is on file, with the programmes and scenarios people saved in the record.

        Where both have an id, the one on file counts. Read anew when the record moved.

        Raises:
            RecordBusy, RecordDamaged, RecordTooNew: in plain words.
        """
        stamp = self.record.stamp
        if self._merged is None or self._merged[0] != stamp:
            self._merged = (stamp, self._with_saved())
        return self._merged[1]

    def _with_saved(self) -> Library:
        with self.record.held():
            programmes = saved_programmes(self.record)
            scenarios = saved_scenarios(self.record)
        return Library(
            {i: v.document for i, v in programmes.items()} | dict(self.on_file.programmes),
            {i: v.document for i, v in scenarios.items()} | dict(self.on_file.scenarios),
            self.on_file.economy,
        )

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
        """A scenario by id, a version of one as ID@3, or from a file of the user's own.

        Raises:
            ScenarioError: there is no such scenario. DocumentError: the file is broken.
        """
        if name in self.on_file.scenarios:
            return self.on_file.scenarios[name]
        if is_path(name):
            return read_document(Path(name), Scenario)
        id_, at, version = name.partition("@")
        if at and version.isdecimal():
            return saved_scenario(self.record, id_, int(version)).document
        if name in self.library.scenarios:
            return self.library.scenarios[name]
        known = ", ".join(self.library.scenarios)
        raise ScenarioError(
            f"There is no scenario '{name}'.{nearest(name, self.library.scenarios)} "
            f"Choose one of {known}, or give a .toml file."
        )

    def plan(self, request: Request) -> Plan:
        """A request's scenario with every assumption filled in."""
        scenario = self.scenario(request.scenario)
        library = self.library_of(scenario)
        return resolve(scenario, library, request.changes, request.first_year, request.years)

    def library_of(self, scenario: Scenario) -> Library:
        """The library a scenario is resolved in; the record is opened only for what is in it."""
        if self.on_file.scenarios.get(scenario.id) is scenario:
            return self.on_file
        named, link = dict(self.library.scenarios), scenario
        while "@" in link.differs_from and link.differs_from not in named:
            named[link.differs_from] = link = self.scenario(link.differs_from)
        return replace(self.library, scenarios=named)

    def run(self, request: Request) -> dict[str, Any]:
        """The run record of a request, without running it: does an approval still hold?"""
        council = self.council(request.council)
        plan, _ = covered(self.plan(request), council)
        return run_of(plan, council, request.draws, request.seed)

    def approval(self, id_: str) -> Standing | None:
        """The approved version of a scenario, and whether its figures are still the same.

        Raises:
            RecordError, StoreMissing, UnknownCouncil: in plain words.
        """
        found = approved_scenario(self.record, id_)
        if found is None:
            return None
        run = kept_run(self.record, found.run_id).run
        year, years = parse_year(run["first_year"]), run["years"]
        request = Request(
            run["council"], found.version.name, (), year, years, run["draws"], run["seed"]
        )
        try:
            now = self.run(request)
        except ScenarioError as fault:
            return Standing(found, False, {"scenario": (found.version.name, str(fault))})
        return Standing(found, found.holds(now["run_id"]), moved(run, now))

    def forecast(
        self,
        request: Request,
        cache: Cache | None = None,
        progress: Progress | None = None,
    ) -> Projection:
        """The main job: project one scenario for one council."""
        council = self.council(request.council)
        plan = self.plan(request)
        return project(plan, council, request.draws, request.seed, cache, progress, self.shelf)

    def keep(
        self,
        projection: Projection,
        found: dict[str, Any] | None = None,
        wait: float | None = None,
    ) -> str:
        """Keep a run on the record so that it can be replayed; its id.

        found: the projection's `summary.document`, if it has been worked out. wait: seconds to
        wait for another program.

        Raises:
            RecordError: it could not be kept, in plain words.
        """
        return keep_run(open_record(self.store, wait), projection, found)

    def replay(self, run_id: str, progress: Progress | None = None) -> Replay:
        """Work a kept run out again, from its own assumptions, and compare every figure.

        Raises:
            RecordError: no such run, or several; StoreMissing, UnknownCouncil, ScenarioError.
        """
        kept = kept_run(self.record, run_id)
        try:
            plan = plan_of(kept.run, kept.assumptions, kept.title)
        except ValueError as fault:
            raise ScenarioError(
                f"Run {kept.run_id} was made with version {kept.run['version']}, whose assumptions "
                f"this version cannot read. Replay it with that version. ({fault})"
            ) from fault
        council = self.council(kept.run["council"])
        draws, seed = kept.run["draws"], kept.run["seed"]
        # Drawn anew: what is compared must not come from the same shelf.
        now = document(project(plan, council, draws, seed, progress=progress))
        count, different = compared_figures(kept.figures, now)
        return Replay(kept, count, different, moved(kept.run, now["run"]))


def is_path(scenario: str) -> bool:
    """Whether a scenario is named by its file."""
    return scenario.endswith(".toml")


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
