"""Scenarios on the record: every version kept, nothing unsigned, nothing overwritten."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from prevention.model.assumptions import Assumption
from prevention.model.scenarios import Scenario
from prevention.record import NameTaken, Record, RecordDamaged, RecordRefused, Saved
from prevention.record.door import Connection
from prevention.record.scenarios import (
    approve,
    approved_scenario,
    assumptions_log,
    bring_back_scenario,
    differences,
    propose,
    remove_scenario,
    save_scenario,
    saved_scenario,
    saved_scenarios,
    scenario_history,
    supersede,
)

LAG = "programmes.no-wrong-door.onset_lag"


def scenario(lag: float = 12, **other: object) -> Scenario:
    return Scenario.model_validate(
        {"id": "ours", "title": "Ours", "differs_from": "current-plan", "changes": {LAG: lag}}
        | other
    )


def keep_run(record: Record, run_id: str) -> str:
    """A run as far as an approval asks for it."""

    def put(cursor: Connection) -> Saved:
        cursor.execute("INSERT INTO run VALUES (?, now(), '{}', ''::BLOB, '')", [run_id])
        return Saved(run_id, "0" * 64)

    record.write("run", put)
    return run_id


def test_a_scenario_is_read_back_as_it_was_saved(record: Record) -> None:
    wanted = scenario(
        budget={"total": 1_000_000.25},
        changes={
            LAG: 18,
            "programmes.mockingbird.expansions.more": {"go_live": dt.date(2027, 4, 1)},
        },
    )
    kept = save_scenario(record, wanted, "A. Finance", "The panel asked for it")
    assert (kept.name, kept.parent, kept.sibling, kept.status) == ("ours@1", 0, False, "draft")
    assert (kept.who, kept.why) == ("A. Finance", "The panel asked for it")
    assert abs(dt.datetime.now(dt.UTC).replace(tzinfo=None) - kept.at) < dt.timedelta(minutes=5)
    assert kept.document.budget == wanted.budget
    assert kept.document.changes[LAG] == 18
    again = save_scenario(record, kept.document, "A. Finance", "The same again", parent=1)
    assert again.content_hash == kept.content_hash
    assert [v.name for v in scenario_history(record, "ours")] == ["ours@1", "ours@2"]


@pytest.mark.parametrize(("who", "why"), [("", "why"), ("who", ""), ("  ", "why"), ("who", "\n ")])
def test_assumption_change_needs_who_why_when_signoff(record: Record, who: str, why: str) -> None:
    with pytest.raises(RecordRefused, match="nothing goes on the record without it"):
        save_scenario(record, scenario(), who, why)
    assert scenario_history(record, "ours") == []
    save_scenario(record, scenario(), "who", "why")
    propose(record, "ours", 1, "who", "why")
    run = keep_run(record, "a1")
    for decide in (
        lambda: propose(record, "ours", 1, who, why),
        lambda: approve(record, "ours", 1, run, who, why),
        lambda: supersede(record, "ours", 1, who, why),
        lambda: remove_scenario(record, "ours", who, why),
    ):
        with pytest.raises(RecordRefused, match="nothing goes on the record without it"):
            decide()
    assert saved_scenario(record, "ours").status == "proposed"


def test_the_tables_themselves_refuse_a_change_nobody_signed(record: Record) -> None:
    save_scenario(record, scenario(), "who", "why")

    def unsigned(cursor: Connection) -> Saved:
        cursor.execute(
            "INSERT INTO version SELECT * REPLACE (2 AS version, '' AS who) FROM version"
        )
        return Saved("ours@2", "")

    with pytest.raises(duckdb.ConstraintException):
        record.write("scenario", unsigned)


def test_two_people_editing_one_scenario_both_keep_their_work(record: Record) -> None:
    save_scenario(record, scenario(12), "First", "Start")

    def edit(lag: int) -> int:
        return save_scenario(record, scenario(lag), f"Person {lag}", "Mine", parent=1).version

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(edit, range(20, 28)))
    assert sorted(numbers) == list(range(2, 10))
    history = scenario_history(record, "ours")
    assert {v.document.changes[LAG] for v in history} == {12, *range(20, 28)}
    assert [v.sibling for v in history] == [False, False] + [True] * 7
    assert {v.who for v in history[1:]} == {f"Person {lag}" for lag in range(20, 28)}


def test_a_retry_of_a_save_adds_no_version(record: Record) -> None:
    first = save_scenario(record, scenario(), "who", "why", key="asked-once")
    again = save_scenario(record, scenario(), "who", "why", key="asked-once")
    assert first == again
    assert len(scenario_history(record, "ours")) == 1


def test_a_name_on_the_record_is_taken(record: Record) -> None:
    save_scenario(record, scenario(), "who", "why")
    with pytest.raises(NameTaken, match="'ours' on the record already"):
        save_scenario(record, scenario(99), "other", "why")
    with pytest.raises(RecordRefused, match="no version 7"):
        save_scenario(record, scenario(99), "other", "why", parent=7)
    assert len(scenario_history(record, "ours")) == 1


@pytest.mark.parametrize("id_", ["", "Ours", "a b", "x@2", "../x", "-a", "a.toml", "é", "a" * 65])
def test_an_id_that_could_be_mistaken_is_refused(record: Record, id_: str) -> None:
    with pytest.raises(RecordRefused, match="cannot be the id"):
        save_scenario(record, scenario(id=id_), "who", "why")


def test_hostile_text_is_kept_letter_for_letter(record: Record) -> None:
    text = "x'); DROP TABLE version; -- <script>alert(1)</script> =1+1 ![a](http://b/c.png)"
    kept = save_scenario(record, scenario(title=text, summary=text), text, text)
    assert (kept.title, kept.who, kept.why, kept.document.summary) == (text,) * 4


def test_the_log_says_what_changed_from_what_to_what_by_whom(record: Record) -> None:
    evidence = {LAG: Assumption(low=6, central=9, high=18)}
    save_scenario(record, scenario(12, budget={"total": 100}), "Ann", "Local figures")
    moved = {f"{LAG}.high": 36, LAG: 24}
    save_scenario(record, scenario(changes=moved), "Bob", "Recruitment is slow", parent=1)
    log = assumptions_log(scenario_history(record, "ours"), evidence)
    told = [
        (c.who, c.why, c.difference.assumption, c.difference.before, c.difference.after)
        for c in log
        if c.difference.assumption not in ("title", "differs_from")
    ]
    assert told == [
        ("Ann", "Local figures", "budget.total", None, 100),
        ("Ann", "Local figures", LAG, 9, 12),
        ("Bob", "Recruitment is slow", "budget.total", 100, None),
        ("Bob", "Recruitment is slow", LAG, 12, 24),
        ("Bob", "Recruitment is slow", f"{LAG}.high", 18, 36),
    ]
    assert {c.difference.unit for c in log if "lag" in c.difference.assumption} == {"months"}


def test_programmes_and_ranges_show_as_differences() -> None:
    before = scenario(programmes=("early-help",), changes={})
    after = scenario(without=("mockingbird",), changes={LAG: {"low": 1, "central": 2, "high": 3}})
    found = {d.assumption: (d.before, d.after) for d in differences(before, after)}
    assert found == {
        "programmes.early-help": ("runs", None),
        "programmes.mockingbird": (None, "does not run"),
        LAG: (None, 2),
        f"{LAG}.low": (None, 1),
        f"{LAG}.high": (None, 3),
    }


def test_propose_approve_supersede(record: Record) -> None:
    for number in range(3):
        save_scenario(record, scenario(number), "who", "why", parent=number)
    run = keep_run(record, "a1")
    with pytest.raises(RecordRefused, match="is draft; only one that is proposed"):
        approve(record, "ours", 1, run, "Boss", "Fine")
    propose(record, "ours", 1, "who", "Ready")
    with pytest.raises(RecordRefused, match="is proposed"):
        propose(record, "ours", 1, "who", "Again")
    with pytest.raises(RecordRefused, match="not on the record"):
        approve(record, "ours", 1, "unknown", "Boss", "Fine")
    with pytest.raises(RecordRefused, match="no scenario 'ours@9'"):
        propose(record, "ours", 9, "who", "why")
    approve(record, "ours", 1, run, "Boss", "Fine")
    propose(record, "ours", 2, "who", "Better")
    approve(record, "ours", 2, run, "Boss", "Better indeed")
    assert [v.status for v in scenario_history(record, "ours")] == [
        "superseded", "approved", "draft",
    ]  # fmt: skip
    found = approved_scenario(record, "ours")
    assert found is not None
    assert (found.version.version, found.who, found.why) == (2, "Boss", "Better indeed")
    supersede(record, "ours", 2, "Boss", "Budget withdrawn")
    assert approved_scenario(record, "ours") is None


def test_approval_void_when_the_run_moves(record: Record) -> None:
    save_scenario(record, scenario(), "who", "why")
    propose(record, "ours", 1, "who", "why")
    approve(record, "ours", 1, keep_run(record, "a1"), "Boss", "Fine")
    first = approved_scenario(record, "ours")
    assert first is not None
    assert first.holds("a1")
    assert not first.holds("b2")
    approve(record, "ours", 1, keep_run(record, "b2"), "Boss", "Still fine")
    second = approved_scenario(record, "ours")
    assert second is not None
    assert second.holds("b2")
    assert [d.run_id for d in second.version.decisions] == ["", "a1", "b2"]


def test_a_removed_scenario_leaves_the_lists_and_nothing_else(record: Record) -> None:
    save_scenario(record, scenario(), "who", "why")
    remove_scenario(record, "ours", "who", "Not needed")
    assert saved_scenarios(record) == {}
    assert len(scenario_history(record, "ours")) == 1
    with pytest.raises(NameTaken):
        save_scenario(record, scenario(), "who", "why")
    bring_back_scenario(record, "ours", "who", "Needed after all")
    assert list(saved_scenarios(record)) == ["ours"]
    with pytest.raises(RecordRefused, match="no scenario 'theirs@0'"):
        remove_scenario(record, "theirs", "who", "why")


def test_a_version_changed_by_hand_is_not_served(record: Record) -> None:
    save_scenario(record, scenario(12), "who", "why")
    with duckdb.connect(str(record.path)) as hand:
        hand.execute("UPDATE version SET content = replace(content, '12', '13')")
    with pytest.raises(RecordDamaged, match="ours@1 is not what was saved"):
        saved_scenario(record, "ours")
