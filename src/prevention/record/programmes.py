"""Programmes that people added or copied, kept in versions like scenarios."""

from __future__ import annotations

import datetime as dt

from prevention.model.programmes import Programme
from prevention.record import versions
from prevention.record.access import Record
from prevention.record.versions import Decision, Version

ProgrammeVersion = Version[Programme]


def save_programme(
    record: Record, programme: Programme, who: str, why: str, parent: int = 0, key: str = ""
) -> ProgrammeVersion:
    """Save a programme as a new version of its id; see `scenarios.save_scenario`.

    Raises:
        RecordRefused: who or why is empty, the id cannot be, or there is no such parent.
        NameTaken: parent is 0, and the record has a programme of this id.
    """
    number = versions.save(record, "programme", programme, programme.name, who, why, parent, key)
    return next(v for v in programme_history(record, programme.id) if v.version == number)


def programme_history(record: Record, id_: str) -> list[ProgrammeVersion]:
    """Every version of a programme, first to last; none when it is not on the record."""
    return versions.history(record, "programme", Programme, id_)


def saved_programmes(record: Record) -> dict[str, ProgrammeVersion]:
    """The last version of every programme on the record that was not removed, by id."""
    return versions.latest(record, "programme", Programme)


def remove_programme(record: Record, id_: str, who: str, why: str, key: str = "") -> None:
    """Take a programme off the lists; its versions stay on the record."""
    decision = Decision(0, "removed", "", who, why, dt.datetime.min)
    versions.decide(record, "programme", id_, decision, key=key)
