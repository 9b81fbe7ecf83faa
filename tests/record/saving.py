"""The smallest save there is."""

from __future__ import annotations

from prevention.record import Record, Saved


def save(record: Record, id_: str, key: str = "") -> Saved:
    """One save of nothing but its own line."""
    return record.write("load", lambda cursor: Saved(id_, "0" * 64), key)


def saved(record: Record) -> list[str]:
    """The ids of all saves, in order."""
    return [id_ for (id_,) in record.read("SELECT id FROM save ORDER BY n")]
