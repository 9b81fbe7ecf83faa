"""What every page stands on: the workbench, forecasts already made, faults in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from prevention import __version__
from prevention.dashboard.tables import show_table
from prevention.evidence.councils import UnknownCouncil, councils, find_council
from prevention.evidence.documents import DocumentError
from prevention.evidence.places import PlaceMissing, store_file
from prevention.evidence.sources import Source, sources_of
from prevention.evidence.store import StoreDamaged, StoreLocked, StoreMissing, open_store
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.memo import Cache
from prevention.model.projection import Projection
from prevention.model.scenarios import Change, Plan, ScenarioError
from prevention.record import RecordError, open_record
from prevention.record.scenarios import saved_scenarios
from prevention.reports.pictures.picture import Picture, as_png, as_svg
from prevention.reports.words import plain

DRAWS = 2048
"""Draws while figures are being tried out: a slider move stays under half a second."""

KEPT = 64 * 2**20
"""Bytes of results held for all visitors together: some three runs of six programmes."""

NOTICES = "notices"
"""Where a session keeps what is to be said of its address until a page has said it all."""

Changes = tuple[Change, ...]
Built = tuple[int, ...]

TITLES: dict[type[Exception], str] = {
    StoreMissing: "The store of published figures has not been built",
    StoreLocked: "The store is in use by another program",
    StoreDamaged: "The store cannot be read",
    PlaceMissing: "The data folder cannot be found",
    UnknownCouncil: "That council is not known",
    ScenarioError: "That cannot be forecast",
    RecordError: "The record of what people have saved cannot be used",
    DocumentError: "A programme or scenario file cannot be read",
}


def guarded(show: Callable[[], None]) -> Callable[[], None]:
    """A page that says in plain words what is wrong when it cannot be shown."""

    @wraps(show)
    def page() -> None:
        try:
            show()
            st.session_state.pop(NOTICES, None)
        except tuple(TITLES) as fault:
            title = next(title for kind, title in TITLES.items() if isinstance(fault, kind))
            st.error(plain(str(fault)), title=title)

    return page


def built() -> Built:
    """A stamp that changes when the store is built anew or anything is saved on the record.

    Raises:
        StoreMissing: there is none.
    """
    path = store_file()
    try:
        status = path.stat()
    except FileNotFoundError:
        raise StoreMissing(f"There is no store {path}. Make it with: prevention build") from None
    return (status.st_mtime_ns, status.st_ino, *open_record(path).stamp)


def say_if_renewed() -> None:
    """Tell a visitor whose figures were published anew, or corrected, since the last page."""
    try:
        now = built()[:2]
    except StoreMissing:
        return
    seen = st.session_state.setdefault("figures-of", now)
    if seen != now:
        st.session_state["figures-of"] = now
        st.info(
            "What is shown from here on is made from the new figures, and may differ from what "
            "you noted before.",
            title="The published figures were renewed while you were here",
        )


@st.cache_resource(max_entries=4)
def _bench(path: str) -> Workbench:
    return Workbench(store=Path(path))


def bench() -> Workbench:
    """The one workbench of this server; it opens the store for each reading and closes it."""
    return _bench(str(store_file()))


def plan_of(name: str, changes: Changes = ()) -> Plan:
    """A scenario with every assumption filled in."""
    return bench().plan(Request(scenario=name, changes=changes))


@st.cache_data(max_entries=4, show_spinner=False)
def council_names(stamp: Built, path: str) -> dict[str, str]:
    """Councils of today, code to name, in order of name."""
    with open_store(path) as store:
        return {council.code: council.name for council in councils(store)}


def names_of_councils() -> dict[str, str]:
    """Councils of today by code, read once for each build of the store."""
    return council_names(built(), str(store_file()))


def code_of_council(text: str) -> str:
    """Code of the council that goes by a code, an old code or a name.

    Raises:
        UnknownCouncil: none does; the message names the nearest.
    """
    with open_store(store_file()) as store:
        return find_council(store, text)[0]


def service_names() -> dict[str, str]:
    """Names of the service lines by id; none without a store."""
    try:
        code = next(iter(names_of_councils()))
        return {id_: service.name for id_, service in bench().council(code).services.items()}
    except (StoreMissing, StoreLocked, StoreDamaged):
        return {}


@st.cache_data(max_entries=256, show_spinner=False)
def _sources(stamp: Built, path: str, release: str) -> list[Source]:
    with open_store(path) as store:
        return sources_of(store, release)


def sources_behind(release: str) -> list[Source]:
    """The publications a figure came from."""
    return _sources(built(), str(store_file()), release)


@st.cache_resource
def _worked_out() -> Cache:
    """Results of every visitor: what two of them ask for is worked out and held once."""
    return Cache(KEPT)


@st.cache_resource(max_entries=12, show_spinner="Working out the forecast")
def _projected(
    stamp: Built,
    path: str,
    council: str,
    scenario: str,
    changes: Changes,
    draws: int,
    first_year: int | None,
    years: int | None,
) -> Projection:
    request = Request(council, scenario, changes, first_year, years, draws)
    return bench().forecast(request, _worked_out())


def _lightest(name: str) -> str:
    """The last version of a scenario by its id alone, which needs no opening of the record."""
    id_, _, version = name.partition("@")
    return (
        id_
        if version and int(version) == _last_versions(built(), str(store_file())).get(id_)
        else name
    )


@st.cache_data(max_entries=4, show_spinner=False)
def _last_versions(stamp: Built, path: str) -> dict[str, int]:
    on_file = bench().on_file.scenarios
    saved = saved_scenarios(bench().record)
    return {id_: version.version for id_, version in saved.items() if id_ not in on_file}


def forecast(
    council: str,
    scenario: str,
    changes: Changes = (),
    draws: int = DRAWS,
    first_year: int | None = None,
    years: int | None = None,
) -> Projection:
    """A projection, worked out once for every visitor who asks for the same.

    first_year (year ending), years: None takes the scenario's own.
    """
    name = _lightest(scenario)
    stamp, path = built(), str(store_file())
    return _projected(stamp, path, council, name, changes, draws, first_year, years)


@st.cache_data(max_entries=24, show_spinner="Working out whether it pays")
def _appraised(stamp: Built, run: str, _projection: Projection) -> pd.DataFrame:
    return summary.appraisal(_projection)


def appraisal(projection: Projection) -> pd.DataFrame:
    """Whether each programme and the whole pays, worked out once a run."""
    return _appraised(built(), summary.run_record(projection)["run_id"], projection)


def show_picture(chart: Picture, alt_text: str) -> None:
    """A chart in its own colours, named for those who cannot see it."""
    st.vega_lite_chart(chart.rows, chart.spec, width="stretch", theme=None, alt=alt_text)


def show_below(
    chart: Picture,
    rows: pd.DataFrame,
    title: str,
    run: str = "",
    heading: str = "",
    key: str | None = None,
) -> None:
    """Under a chart: its figures as a table, and itself as PNG or SVG, one click away.

    run: id of the run, printed on the saved chart with the source. heading: see `show_table`.
    key: where charts follow a lever; the table is then made and sent only while it is open.
    """
    label = f"Table and downloads: {plain(title)}"
    with st.expander(label, key=key, on_change="rerun" if key else "ignore") as below:
        if below.open or not key:
            show_table(rows, title, heading)
            show_downloads(chart, title, run)


def show_downloads(chart: Picture, title: str, run: str) -> None:
    """A chart as a file: made only when it is asked for."""
    foot = f"Source: prevention savings forecast {__version__}" + (f", run {run}" if run else "")
    with st.container(horizontal=True):
        for kind, made in (("PNG", as_png), ("SVG", as_svg)):
            st.download_button(
                f"Chart as {kind}",
                data=partial(made, chart, title, foot),
                file_name=f"{_slug(title)}.{kind.lower()}",
                mime="image/png" if kind == "PNG" else "image/svg+xml",
                on_click="ignore",
                type="tertiary",
                key=f"{kind} {title}",
            )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80] or "chart"


def show_missing(sentences: Sequence[str]) -> None:
    """What could not be modelled or is not published, as a notice."""
    found = list(dict.fromkeys(sentences))
    if found:
        with st.expander(f"Not covered for this council: {len(found)}", icon="ℹ️"):
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in found))


def run_line(projection: Projection) -> None:
    """What the figures on the page were made of."""
    run_caption(summary.run_record(projection))


def run_caption(record: Mapping[str, Any]) -> None:
    """The same of a run record."""
    draws = f"{record['draws']:,} draws" if record["draws"] else "central run, no draws"
    st.caption(
        f"Run {record['run_id']}: {draws}, seed {record['seed']}, version "
        f"{plain(record['version'])}. Money is cash of each year unless said otherwise. "
        "Ranges run from the 10th to the 90th percentile (P10 to P90) and do not add up; "
        "central figures do, to the penny."
    )
