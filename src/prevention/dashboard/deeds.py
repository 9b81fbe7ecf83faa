"""Something done to the record from a page, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from prevention.reports.words import plain

_DONE = "deed-done"


def say_what_was_done() -> None:
    """What the last deed came to, said once."""
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(plain(done))


def attempt(deed: Callable[[], str]) -> None:
    """Do something to the record; say in plain words how it went, after a fresh look."""
    try:
        done = deed()
    except (ValueError, LookupError, OSError, RuntimeError) as fault:
        st.error(plain(words_of(fault)), title="It was not done")
        return
    st.session_state[_DONE] = done
    st.rerun()


def words_of(fault: Exception) -> str:
    """The sentence of a fault: that of a KeyError would come in quotes."""
    return str(fault.args[0]) if isinstance(fault, KeyError) and fault.args else str(fault)
