"""The accessibility statement."""

from __future__ import annotations

import streamlit as st

STATEMENT = """
This dashboard aims at the Web Content Accessibility Guidelines, version 2.2, level AA, which
the Public Sector Bodies (Websites and Mobile Applications) Accessibility Regulations 2018 ask
of councils. Text contrast on charts, the names of charts and tables, and the fit of pages to a
screen 390 pixels wide are tested automatically. The other criteria have not yet been checked
page by page, so conformance is not claimed.

**What has been done.** Every chart has a text alternative and a table of its figures; no series
is told apart by colour alone; text contrast is at least 4.5 to 1, on charts too; every control
has a visible label; there is a link to skip to the main content; pages fit a screen 390 pixels
wide.

**Known problems**

- Charts are drawn pictures. A screen reader hears their text alternative and reads the table
  below, not the marks themselves.
- The tables that can be edited (Every assumption, under Adjust; the form for a new
  programme; and the council's words, under Data quality) and the table of assumptions that
  differ (Compare) are grids drawn on a canvas. A screen reader may read them poorly.
  What to do instead: the levers under Adjust change the assumptions that matter most, and the
  exported workbook lists every one in an ordinary table. Words can be kept in a TOML file.
- Wide tables scroll sideways on a narrow screen.
- No full check by keyboard alone, at 200% zoom or with an automatic checker has been made of
  the present pages, and no test with users of assistive technology.

**If something does not work for you**, ask the finance team that runs this page for the figures
in another form; the workbook and the CSV file hold them all. Complaints go to the Equality
Advisory and Support Service.
"""


def show() -> None:
    """The page."""
    st.markdown(STATEMENT)
