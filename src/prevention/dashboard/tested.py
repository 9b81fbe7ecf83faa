"""The back-test of every council, made once for each build of the store."""

from __future__ import annotations

import streamlit as st

from prevention.dashboard.session import bench, built
from prevention.evidence.accuracy import Accuracy, BackTest, back_test


@st.cache_resource(max_entries=2, show_spinner="Trying every method on past years")
def _tested(stamp: tuple[int, ...], store: str, data: str) -> BackTest:
    return back_test(bench().store, bench().data, bench().on_file.economy)


def tested() -> BackTest:
    """The back-test of every council, made once for each build of the store."""
    # What people save on the record moves no published figure: the store's stamp alone counts.
    return _tested(built()[:2], str(bench().store), str(bench().data))


@st.cache_data(max_entries=64, show_spinner=False)
def _accuracy(stamp: tuple[int, ...], store: str, council: str, _tested: BackTest) -> Accuracy:
    return _tested.accuracy(council or None)


def accuracy_of(council: str = "") -> Accuracy:
    """The errors of every method in one council, or in all of them."""
    return _accuracy(built()[:2], str(bench().store), council, tested())
