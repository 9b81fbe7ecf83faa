"""Programmes people added live beside those on file."""

from __future__ import annotations

import pytest

from prevention.evidence.documents import read_library
from prevention.evidence.places import data_folder
from prevention.record import NameTaken, Record
from prevention.record.programmes import (
    programme_history,
    remove_programme,
    save_programme,
    saved_programmes,
)


def test_a_copied_programme_is_read_back_whole(record: Record) -> None:
    for original in read_library(data_folder()).programmes.values():
        copy = original.model_copy(update={"id": f"our-{original.id}", "name": "Ours"})
        kept = save_programme(record, copy, "Ann", "A local variant")
        assert kept.document == copy
        assert kept.title == "Ours"
    assert len(saved_programmes(record)) == 8


def test_a_programme_has_versions_and_can_leave_the_lists(record: Record) -> None:
    original = read_library(data_folder()).programmes["mockingbird"]
    copy = original.model_copy(update={"id": "ours"})
    save_programme(record, copy, "Ann", "Copied")
    with pytest.raises(NameTaken):
        save_programme(record, copy, "Bob", "Copied too")
    save_programme(record, copy.model_copy(update={"owner": "Bob"}), "Bob", "New owner", parent=1)
    assert [v.document.owner for v in programme_history(record, "ours")][1] == "Bob"
    remove_programme(record, "ours", "Ann", "Merged")
    assert saved_programmes(record) == {}
    assert len(programme_history(record, "ours")) == 2
