"""The accessibility statement."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True, slots=True)
class Known:
    """A problem an automatic check finds that lies in the software the pages are made with.

    rule: the check's id of it (axe-core). problem, instead: what it is and what to do, for
    a reader.
    """

    rule: str
    problem: str
    instead: str


KNOWN = (
    Known(
        "presentation-role-conflict",
        "The place to drop a file on (Data quality, Delivered so far, Learn the lag) has a role "
        "that contradicts its focus.",
        "use the button in it, which opens the ordinary dialogue for choosing a file.",
    ),
)
"""What the automatic check finds on the pages. The tests allow these and nothing else."""

AIM = """
This dashboard aims at the Web Content Accessibility Guidelines, version 2.2, level AA, which
the Public Sector Bodies (Websites and Mobile Applications) Accessibility Regulations 2018 ask
of councils.

**What is checked at every change.** axe-core, an automatic checker, reads every page at two
widths, and the states a page can be in: an error, nothing chosen, a lever moved. The three jobs
are done by keyboard alone. Text on charts is at least 4.5 to 1 against its ground. Pages fit a
screen 390 pixels wide and a zoom of 200%.

**What is not.** No one who uses assistive technology has tried the pages, so conformance is not
claimed.
"""

MORE = """
**Known problems of our own**

- Charts are drawn pictures. A screen reader hears what a chart shows and reads the table
  below it, not the marks themselves.
- The tables that can be edited (Every assumption, under Adjust; the form for a new
  programme; and the council's words, under Data quality) and the table of assumptions that
  differ (Compare) are grids drawn on a canvas. A screen reader may read them poorly.
  What to do instead: the levers under Adjust change the assumptions that matter most, and the
  exported workbook lists every one in an ordinary table. Words can be kept in a TOML file.

**If something does not work for you**, ask the finance team that runs this page for the figures
in another form; the workbook and the CSV file hold them all. Complaints go to the Equality
Advisory and Support Service.
"""


def show() -> None:
    """The page."""
    st.markdown(AIM)
    st.markdown("**Known problems of the software the pages are made with**")
    st.markdown(
        "\n".join(
            f"- {known.problem} What to do instead: {known.instead} (axe-core: {known.rule})"
            for known in KNOWN
        )
    )
    st.markdown(MORE)
