"""The accessibility statement."""

from __future__ import annotations

import streamlit as st

STATEMENT = """
This dashboard aims at the Web Content Accessibility Guidelines, version 2.2, level AA, which
the Public Sector Bodies (Websites and Mobile Applications) Accessibility Regulations 2018 ask
of councils. It was last checked on 25 November 2026, by automatic tests on every page and by
keyboard.

**What has been done.** Every chart has a text alternative and a table of its figures; no series
is told apart by colour alone; text contrast is at least 4.5 to 1, on charts too; every control
has a visible label and works from the keyboard; there is a link to skip to the main content;
pages can be used at 200% zoom and on a screen 390 pixels wide.

**Known problems**

- Charts are drawn pictures. A screen reader hears their text alternative and reads the table
  below, not the marks themselves.
- The tables that can be edited (Every assumption, under Adjust; and the form for a new
  programme) and the table of assumptions that differ (Compare) are grids drawn on a canvas.
  They can be moved through and edited by keyboard, but a screen reader may read them poorly.
  What to do instead: the levers under Adjust change the assumptions that matter most, and the
  exported workbook lists every one in an ordinary table.
- Wide tables scroll sideways on a narrow screen.
- No test with users of assistive technology has been carried out.

**Problems caused by the framework** that the automatic tests found, and that do not hide
anything: KNOWN.

**If something does not work for you**, ask the finance team that runs this page for the figures
in another form; the workbook and the CSV file hold them all. Complaints go to the Equality
Advisory and Support Service.
"""

FRAMEWORK: dict[str, str] = {
    "presentation-role-conflict": (
        "the box to drop a file into (Data quality) says twice over what it is; choose the "
        "file with its button instead"
    ),
}
"""Rules of the axe checker that Streamlit's own parts break, and the way round each."""


def show() -> None:
    """The page."""
    known = "; ".join(f"{text} ({rule})" for rule, text in FRAMEWORK.items())
    st.markdown(STATEMENT.replace("KNOWN", known))
