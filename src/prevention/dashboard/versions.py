"""Scenarios on the record: saved in versions, proposed, approved, and how each came about."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from prevention.dashboard import identity, working
from prevention.dashboard.choices import GO_TO
from prevention.dashboard.figures import plain_key
from prevention.dashboard.pair import Pair
from prevention.dashboard.session import DRAWS, Changes, bench, forecast, plan_of
from prevention.dashboard.tables import show_table
from prevention.jobs import Standing
from prevention.model.assumptions import QUANTITIES
from prevention.model.scenarios import Plan, Scenario
from prevention.record import RecordError, RecordRefused, scenarios
from prevention.record.scenarios import ScenarioVersion
from prevention.reports.words import plain, value_said
from prevention.years import day_label

_RECORD = ("basis", "decided_by", "reason", "as_at", "source")
"""Parts of an assumption that say whose it is: shown as who and why of the version."""


def show(pair: Pair) -> None:
    """The part that saves, decides and looks back."""
    id_ = pair.scenario.partition("@")[0]
    history = scenarios.scenario_history(bench().record, id_)
    _say()
    left, right = st.columns(2, gap="medium")
    with left:
        _show_save(pair, history)
    with right:
        _show_decide(pair, history)
    _show_history(history)


def _say() -> None:
    """What the last save or decision came to."""
    done = st.session_state.pop("saved", "")
    if done:
        st.success(plain(done))


def version_of(name: str) -> int:
    """The version a name asks for; 0 for a scenario on file.

    >>> version_of("adults-first@3"), version_of("step-up")
    (3, 0)
    """
    return int(name.partition("@")[2] or 0)


def _show_save(pair: Pair, history: list[ScenarioVersion]) -> None:
    st.markdown("### Save")
    if not identity.visitor().may("editor"):
        st.info("You may look at scenarios but not save any. An editor can save this for you.")
        return
    version = version_of(pair.scenario)
    st.session_state.setdefault("save-key", uuid.uuid4().hex)
    with st.form("save", border=True):
        label = (
            "Another name (leave empty for a new version)" if version else "Name to save it under"
        )
        title = st.text_input(label, max_chars=120, key="save-title")
        who = identity.ask_name("my-name")
        why = st.text_area("Why: what changed, and on whose advice", max_chars=2000, key="save-why")
        st.caption("No version is ever overwritten.")
        asked = st.form_submit_button("Save", type="primary")
    if asked:
        _try(lambda: _save(pair, str(title or "").strip(), who, str(why or "")))


def _save(pair: Pair, title: str, who: str, why: str) -> str:
    """Save what is on the page; says what it is now called."""
    old, version = bench().scenario(pair.scenario), version_of(pair.scenario)
    changes = working.changes(pair.scenario)
    today = dt.date.today()
    if title or not version:
        document = Scenario(
            id=id_of_new(title),
            title=title,
            summary=old.summary,
            differs_from=pair.scenario,
            changes=own_changes(pair.adjusted.plan, changes, who, why, today),
        )
        version = 0
    else:
        document = document_of(old, pair.adjusted.plan, changes, who, why, today)
    saved = scenarios.save_scenario(
        bench().record, document, who, why, version, st.session_state["save-key"]
    )
    del st.session_state["save-key"]
    working.reset(pair.scenario)
    st.session_state[GO_TO] = (saved.id, saved.version)
    beside = " It stands beside another made from the same version." if saved.sibling else ""
    return f"Saved as version {saved.version} of {saved.title}.{beside}"


def id_of_new(title: str) -> str:
    """The id of a scenario to be saved under a name.

    Raises:
        RecordRefused: one on file has it.
    """
    id_ = scenarios.id_for(title)
    if id_ in bench().on_file.scenarios:
        raise RecordRefused(f"There is a scenario '{title}' on file. Choose another name.")
    return id_


def own_changes(
    plan: Plan, changes: Changes, who: str, why: str, on: dt.date
) -> dict[str, dict[str, Any]]:
    """Changed assumptions as a scenario keeps them: the whole range, and whose it is."""
    found = plan.assumptions()
    return {
        stem: {
            "low": found[stem].low,
            "central": found[stem].central,
            "high": found[stem].high,
            "basis": "council",
            "decided_by": who,
            "reason": why,
            "as_at": on.isoformat(),
        }
        for stem in dict.fromkeys(working.stem_of(key) for key, _ in changes)
    }


def document_of(
    old: Scenario, plan: Plan, changes: Changes, who: str, why: str, on: dt.date
) -> Scenario:
    """A scenario with changes put over its own, in place of what it set for the same."""
    new = own_changes(plan, changes, who, why, on)
    kept = {key: value for key, value in old.changes.items() if working.stem_of(key) not in new}
    return old.model_copy(update={"changes": {**kept, **new}})


def _try(deed: Callable[[], str]) -> None:
    """Do something to the record; say in plain words how it went."""
    try:
        done = deed()
    except RecordError as fault:
        st.error(plain(str(fault)), title="It was not saved")
        return
    st.session_state["saved"] = done
    st.rerun()


def _show_decide(pair: Pair, history: list[ScenarioVersion]) -> None:
    """Propose, approve, supersede: what may be done with the version on the page."""
    st.markdown("### Approval")
    chosen = next((v for v in history if v.version == version_of(pair.scenario)), None)
    if chosen is None:
        st.info("Save a scenario first: only a saved version can be proposed and approved.")
        return
    standing = bench().approval(chosen.id)
    _show_standing(standing)
    st.markdown(f"This is version {chosen.version}: **{chosen.status}**.")
    if working.changes(pair.scenario):
        st.info("What is approved is the version as saved, without the changes on this page.")
    deeds = _deeds(chosen, standing)
    who = identity.visitor()
    allowed = {name: deed for name, (role, deed) in deeds.items() if who.may(role)}
    if not allowed:
        st.info("There is nothing here that you may decide.")
        return
    with st.form("decide", border=True):
        deed = st.selectbox("Decision", list(allowed), key="decision")
        name = identity.ask_name("decider")
        why = st.text_area("Why", max_chars=2000, key="decide-why")
        asked = st.form_submit_button("Put it on the record")
    if asked and deed in allowed:
        _try(lambda: allowed[deed](pair, name, str(why or "")))


def _show_standing(standing: Standing | None) -> None:
    if standing is None:
        st.caption("No version of it is approved.")
        return
    found = standing.approval
    said = f"version {found.version.version}, by {found.who} on {day_label(found.at)}: {found.why}"
    if standing.holds:
        st.success(plain(f"Approved: {said}"))
        return
    parts = ", ".join(standing.moved) or "its figures"
    st.warning(
        plain(f"It was {said}. Since then these moved: {parts}. Approve it anew or supersede it."),
        title="The approval is void: the figures are no longer those that were approved",
    )


Deed = Callable[[Pair, str, str], str]


def _deeds(chosen: ScenarioVersion, standing: Standing | None) -> dict[str, tuple[str, Deed]]:
    """Decisions the version's status allows, each with the role it takes."""
    number, record = chosen.version, bench().record

    def propose(pair: Pair, who: str, why: str) -> str:
        scenarios.propose(record, chosen.id, number, who, why)
        return f"Version {number} is proposed."

    def approve(pair: Pair, who: str, why: str) -> str:
        code = pair.adjusted.council.code
        run = bench().keep(forecast(code, chosen.name, (), DRAWS))
        scenarios.approve(record, chosen.id, number, run, who, why)
        return f"Version {number} is approved with the figures of run {run}."

    def supersede(pair: Pair, who: str, why: str) -> str:
        scenarios.supersede(record, chosen.id, number, who, why)
        return f"Version {number} is superseded."

    void = standing is not None and not standing.holds
    found: dict[str, tuple[str, Deed]] = {}
    if chosen.status in ("draft", "superseded"):
        found["Propose for approval"] = ("editor", propose)
    if chosen.status == "proposed" or (chosen.status == "approved" and void):
        found["Approve these figures"] = ("approver", approve)
    if chosen.status in ("proposed", "approved"):
        found["Supersede: withdraw it"] = ("approver", supersede)
    return found


def _show_history(history: list[ScenarioVersion]) -> None:
    if not history:
        return
    st.markdown("### History")
    rows = {
        f"Version {version.version}": {
            "Status": version.status,
            "Saved by": version.who,
            "Why": version.why,
            "When (UTC)": f"{version.at.day} {version.at:%b %Y, %H:%M}",
            "Made from": f"version {version.parent}" if version.parent else "a scenario on file",
            "Beside another": "yes" if version.sibling else "",
        }
        for version in reversed(history)
    }
    show_table(pd.DataFrame.from_dict(rows, orient="index"), "Versions of this scenario", "Version")
    by_number = {version.version: version for version in history}
    for version in reversed(history):
        with st.expander(f"What version {version.version} changed"):
            _show_changes(version, by_number)


def _show_changes(version: ScenarioVersion, known: Mapping[int, ScenarioVersion]) -> None:
    """What a version sets otherwise than the one it was made from, and what was decided on it."""
    parent = known.get(version.parent)
    before = parent.document if parent else None
    plan = plan_of(version.document.differs_from or version.id)
    found = scenarios.differences(before, version.document, plan.assumptions())
    rows = [
        {
            "Of": plain_of(item.assumption, plan)[0],
            "What": plain_of(item.assumption, plan)[1],
            "From": value_said(item.before),
            "To": value_said(item.after),
            "Unit": item.unit,
        }
        for item in found
        if item.assumption.rpartition(".")[2] not in _RECORD
    ]
    if rows:
        table = pd.DataFrame(rows).set_index("What")
        show_table(table, f"What version {version.version} changed")
    else:
        st.markdown("No figure differs.")
    for decision in version.decisions:
        st.caption(
            plain(
                f"{decision.status.capitalize()} by {decision.who} on "
                f"{day_label(decision.at)}, {decision.at:%H:%M} UTC: {decision.why}"
            )
        )


def plain_of(key: str, plan: Plan) -> tuple[str, str]:
    """What a difference is of, and its name, for a reader."""
    stem, _, part = key.rpartition(".")
    name = key if part not in ("low", "high") else stem
    stem, _, last = name.rpartition(".")
    if last == "starts":
        return plain_key(f"{stem}.capacity", [plan])[0], "Starts by month"
    if last not in QUANTITIES:
        return "Scenario", key
    owner, title = plain_key(name, [plan])
    return owner, f"{title}, {part}" if name != key else title
