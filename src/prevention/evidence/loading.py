"""Load a file, check one, take a load back: what the command line and the dashboard call.

A load reads the file, holds every row to the expectations of its table, saves good rows and
bad in one transaction of the record, and renews the store. Should the program be stopped
between the two, the record holds the load whole and the next renewal brings it in.

`rows_read` counts rows of our own tables: one figure of a council, year and measure, or one
row of a ledger. It is always `rows_stored` + `rows_quarantined`. What a file holds beside
them (England, regions, districts, columns of percentages) is counted in `set_aside` by reason.
"""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from prevention.evidence import renewal
from prevention.evidence.breaches import Breach
from prevention.evidence.build import build, published_hash
from prevention.evidence.documents import read_library
from prevention.evidence.incoming import LOADED, Catalogue, Incoming, read_incoming
from prevention.evidence.judging import Judged, judge
from prevention.evidence.loads import Load, every_load, find_same, save_load, withdraw_load
from prevention.evidence.own import mapping
from prevention.evidence.own.cases import NOT_LOADED
from prevention.evidence.own.files import SHORT
from prevention.evidence.published import table_path
from prevention.evidence.services import read_services
from prevention.evidence.tables import BUILD_INFO, CHECKED, quoted
from prevention.record import Record, open_record

WARRINGTON = "E06000007"
Step = Callable[[int, int], None]
"""Called with the steps done and how many there are."""
STEPS = 4
"""Reading takes one, saving one, renewing the store two."""


class LoadRefused(ValueError):
    """The file cannot be loaded, though it can be read."""


@dataclass(frozen=True)
class LoadReport:
    """What became of a file. rows_read = rows_stored + rows_quarantined, always.

    tables: rows stored and quarantined by table. load_id: empty when nothing was saved.
    already: whether the same file was loaded before, so that nothing was stored again.
    """

    publication: str
    title: str
    table: str
    tables: Mapping[str, Mapping[str, int]]
    rows_stored: int
    rows_quarantined: int
    breaches: Sequence[Breach]
    set_aside: Mapping[str, int] = field(default_factory=dict)
    recognised: Sequence[str] = ()
    load_id: str = ""
    already: bool = False
    data_hash: str = ""

    @property
    def rows_read(self) -> int:
        """Rows of our tables found in the file (count)."""
        return self.rows_stored + self.rows_quarantined

    def document(self) -> dict[str, Any]:
        """The report as plain values, as the command line's JSON gives it."""
        breaches = [{k: v for k, v in asdict(b).items() if k != "table"} for b in self.breaches]
        return {
            "publication": self.publication,
            "title": self.title,
            "table": self.table,
            "tables": [
                {"table": name, "rows_stored": n["stored"], "rows_quarantined": n["quarantined"]}
                for name, n in self.tables.items()
            ],
            "rows_read": self.rows_read,
            "rows_stored": self.rows_stored,
            "rows_quarantined": self.rows_quarantined,
            "rows_set_aside": sum(self.set_aside.values()),
            "set_aside": dict(self.set_aside),
            "breaches": breaches,
            "recognised": list(self.recognised),
            "load": self.load_id,
            "already_loaded": self.already,
            "data_hash": self.data_hash,
        }


def catalogue(data: Path, record: Record | None = None, la_code: str = WARRINGTON) -> Catalogue:
    """What is needed to tell what a file is. record: where the council's words are kept."""
    councils = pd.read_csv(table_path(data, "councils"), dtype=str, keep_default_na=False)
    measures = pd.read_csv(table_path(data, "measures"), dtype=str, keep_default_na=False)
    library = read_library(data)
    services = {service.id: service.name for service, _ in read_services(data / "services.toml")}
    return Catalogue(
        measures=measures,
        councils=frozenset(councils["la_code"]),
        services=services,
        programmes={id_: programme.name for id_, programme in library.programmes.items()},
        la_code=la_code,
        words=mapping.remembered(record, la_code) if record is not None else {},
    )


def known_name(as_: str | None) -> str | None:
    """A name for `--as`, seen to be a table, a publication or a council file.

    Raises:
        KeyError: it is none of them.
    """
    from prevention.publications.catalogue import PUBLICATIONS

    if as_ is None or as_ in CHECKED or as_ in SHORT or as_ in PUBLICATIONS:
        return as_
    if as_ == "cases":
        raise KeyError(NOT_LOADED)
    names = ", ".join([*CHECKED, *(n for n in SHORT if n not in CHECKED), *PUBLICATIONS])
    raise KeyError(f"There is no table or publication '{as_}'. Choose one of {names}.")


def check_file(
    path: str | os.PathLike[str],
    as_: str | None,
    data: str | os.PathLike[str],
    record: Record | None = None,
    la_code: str = WARRINGTON,
) -> LoadReport:
    """What a load of the file would do; loads nothing.

    Raises:
        KeyError, NotRecognised, FileRefused: in plain words.
    """
    return report_of(*examined(Path(path), as_, Path(data), record, la_code))


def examined(
    path: Path, as_: str | None, data: Path, record: Record | None, la_code: str
) -> tuple[Incoming, tuple[Judged, ...]]:
    """A file read and judged."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    known = catalogue(data, record, la_code)
    incoming = read_incoming(path, known_name(as_), known)
    return incoming, judge(incoming, known, data)


def report_of(incoming: Incoming, judged: Sequence[Judged], **more: Any) -> LoadReport:
    """What becomes of a file that `examined` has read."""
    breaches = [breach for item in judged for breach in item.breaches]
    told = {breach.table for breach in breaches}
    strays = [b for b in incoming.misfits if b.table not in told and b.table not in incoming.frames]
    return LoadReport(
        publication=incoming.publication,
        title=incoming.title,
        table=", ".join(incoming.frames),
        tables={j.table: {"stored": len(j.good), "quarantined": len(j.bad)} for j in judged},
        rows_stored=sum(len(item.good) for item in judged),
        rows_quarantined=sum(len(item.bad) for item in judged),
        breaches=[*breaches, *strays],
        set_aside=incoming.set_aside,
        recognised=incoming.recognised,
        **more,
    )


def load_file(
    path: str | os.PathLike[str],
    as_: str | None,
    data: str | os.PathLike[str],
    store: str | os.PathLike[str],
    *,
    la_code: str = WARRINGTON,
    who: str = "",
    step: Step = lambda done, of: None,
    now: dt.datetime | None = None,
) -> LoadReport:
    """Load a file: good rows into the store, bad ones into quarantine.

    la_code: whose own file it is, where it is a council's. who: the user of this machine
    when it is not said.

    Raises:
        KeyError, NotRecognised, FileRefused, LoadRefused: in plain words; nothing was saved.
        BuildFailed: there is no store yet and the published tables are wrong.
    """
    folder, target = Path(data), Path(store)
    record = open_record(target)
    step(0, STEPS)
    incoming, judged = examined(Path(path), as_, folder, record, la_code)
    return take_in(incoming, judged, folder, target, who=who, step=step, now=now)


def take_in(
    incoming: Incoming,
    judged: Sequence[Judged],
    data: Path,
    store: Path,
    *,
    who: str = "",
    step: Step = lambda done, of: None,
    now: dt.datetime | None = None,
) -> LoadReport:
    """Load a file that `examined` has read.

    Raises:
        LoadRefused: its table takes no loads; nothing was saved.
        BuildFailed: there is no store yet and the published tables are wrong.
    """
    refused = [name for name in incoming.frames if name not in LOADED]
    if refused:
        raise LoadRefused(
            f"Table {refused[0]} is part of this project and takes no loads. Change its file in "
            "data/published, then run: prevention build"
        )
    record = open_record(store)
    step(1, STEPS)
    same = find_same(record, incoming)
    if same is not None:
        hash_ = renew(data, store, record)
        return _again(incoming, judged, same, hash_)
    if not any(item.read for item in judged):
        return report_of(incoming, judged)
    id_ = save_load(record, incoming, judged, who or user(), now)
    if incoming.own is not None:
        mapping.remember_file(record, incoming.la_code, incoming.own, who or user())
    step(2, STEPS)
    data_hash = renew(data, store, record)
    step(STEPS, STEPS)
    return report_of(incoming, judged, load_id=id_, data_hash=data_hash)


def _again(incoming: Incoming, judged: Sequence[Judged], load: Load, data_hash: str) -> LoadReport:
    """A file that was loaded before: the counts are those of the first time."""
    said = (
        f"This file is loaded already ({load.id}, {load.loaded_at:%d %B %Y}, by {load.who}): "
        "nothing was stored twice.",
        *incoming.recognised,
    )
    report = report_of(incoming, judged, load_id=load.id, already=True, data_hash=data_hash)
    return LoadReport(**{**_fields(report), "recognised": said})


def _fields(report: LoadReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in report.__dataclass_fields__}


def user() -> str:
    """Who is signed in to this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "not known"


def renew(data: Path, store: Path, record: Record) -> str:
    """Bring the store up to the record; build it whole where it is missing or of other data."""
    if _is_of(store, data):
        services = [service for service, _ in read_services(data / "services.toml")]
        return renewal.renew(store, record, services)
    return build(data, store).data_hash


def _is_of(store: Path, data: Path) -> bool:
    """Whether a store can be read and was built from the published tables as they are now."""
    if not store.is_file():
        return False
    try:
        with duckdb.connect(str(store), read_only=True) as connection:
            found = connection.execute(
                f"SELECT published_hash FROM {quoted(BUILD_INFO.name)}"
            ).fetchall()
    except duckdb.Error:
        return False
    return found == [(published_hash(data),)]


def unload(
    id_: str,
    data: str | os.PathLike[str],
    store: str | os.PathLike[str],
    who: str = "",
    why: str = "",
) -> Load:
    """Take a load out of force and renew the store; the load as it now stands.

    Raises:
        UnknownLoad: there is none of that name in force.
    """
    record = open_record(store)
    withdraw_load(record, id_, who or user(), why or "no reason given")
    renew(Path(data), Path(store), record)
    return next(load for load in every_load(record) if load.id == id_)
