"""Tables: text letter for letter in HTML of the dashboard's own, the only HTML it writes.

The browser draws a table at once, where one of Streamlit's own takes a component, and a
reading as Markdown, for every cell: a move of a lever then keeps it busy for longer than
the model does the server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

LOOK = """
.figures { overflow: auto }
.figures:focus-visible { outline: 2px solid #12436D }
.figures table { border-spacing: 0; min-width: 100%; font-size: .875rem; line-height: 1.5 }
.figures :is(th, td) { padding: .25rem .375rem .25rem 1.5rem; border-bottom: 1px solid #D9D9D9;
  max-width: 25rem; text-align: left; font-weight: 400 }
.figures :is(th, td):first-child { padding-left: .5rem }
.figures tbody tr:last-child > * { border-bottom: 0 }
.figures th { color: #505A5F }
.figures :is(.figure, .short) { white-space: nowrap }
.figures .figure { text-align: right }
.figures .sentence { min-width: 16rem }
.figures .long { min-width: 7rem }
"""
"""Lines between a table's rows alone, figures to the right, and room for what is to be read."""
NOTHING = ("", "-")
SHORT, SENTENCE, HEADING = 14, 40, 16
"""Letters up to which a cell is not broken; from which it is a sentence, a row's heading long."""


def show_table(rows: pd.DataFrame, alt_text: str, heading: str = "") -> None:
    """A table whose text is shown letter for letter; its index is the row heading.

    heading: what the row headings are, over their column; the index's own name without it.
    Columns of figures stand to the right, so that their digits are under one another.
    """
    cells = [[str(value) for value in row] for row in rows.to_numpy(dtype=object)]
    kinds = [_kind(column) for column in zip(*cells, strict=True)] or [""] * rows.shape[1]
    names = [str(name) for name in rows.index]
    first = "long" if max(map(len, names), default=0) > HEADING else ""
    top = _cell("th", heading or str(rows.index.name or "Item"), first, "col")
    top += "".join(_cell("th", str(c), k, "col") for c, k in zip(rows.columns, kinds, strict=True))
    body = "".join(
        f"<tr>{_cell('th', name, first, 'row')}"
        + "".join(_cell("td", text, kind) for text, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for name, row in zip(names, cells, strict=True)
    )
    named = f'aria-label="{escape(alt_text)}"'
    # A region that the keyboard reaches, for a table wider than the screen is scrolled in it.
    st.html(
        f'<div class="figures" role="region" tabindex="0" {named}><style>{LOOK}</style>'
        f"<table {named}><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(tag: str, text: str, kind: str, scope: str = "") -> str:
    of = (f' scope="{scope}"' if scope else "") + (f' class="{kind}"' if kind else "")
    return f"<{tag}{of}>{escape(text)}</{tag}>"


def _kind(column: Sequence[str]) -> str:
    """Figures to the right; sentences wide enough to be read; a date in one piece."""
    said = [text for text in column if text not in NOTHING]
    if 2 * sum(map(_is_figure, said)) > len(said):
        return "figure"
    longest = max(map(len, column), default=0)
    return "sentence" if longest > SENTENCE else "short" if longest <= SHORT else ""


_FIGURE = re.compile(r"\(?[+−-]?£?\d[\d,]*(\.\d+)?[km%]?\)?")


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None
