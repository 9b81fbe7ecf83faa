"""What a visitor reads on a page that has run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pandas as pd
from streamlit.testing.v1 import AppTest

Opened = Callable[..., AppTest]


def said(page: AppTest) -> str:
    """All text of a page but its tables."""
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption)
    alerts = (page.error, page.warning, page.info)
    return "\n".join(str(element.value) for kind in (*kinds, *alerts) for element in kind)


def figure(page: AppTest, label: str) -> str:
    """The value of the one metric whose label starts so."""
    (found,) = [metric.value for metric in page.metric if metric.label.startswith(label)]
    return str(found)


def drawn(page: AppTest) -> list[Element]:
    """Every piece of HTML on a page."""
    return [fromstring(each.proto.body) for each in page.get("html")]  # noqa: S314 - our own


def tables(page: AppTest) -> list[pd.DataFrame]:
    """Every table of a page, cell by cell as text."""
    return [_read(each) for each in drawn(page)]


def _read(piece: Element) -> pd.DataFrame:
    head, *rows = [[cell.text or "" for cell in row] for row in piece.iter("tr")]
    cells = [row[1:] for row in rows]
    names = pd.Index([row[0] for row in rows], name=head[0], dtype=object)
    return pd.DataFrame(cells, index=names, columns=head[1:], dtype=object)


def table(page: AppTest, row: str) -> pd.DataFrame:
    """The first table that has a row of that name."""
    return next(found for found in tables(page) if row in found.index)


def unfolded(page: AppTest, key: str) -> AppTest:
    """The page with one of its folded parts opened."""
    page.session_state[key] = True
    return page.run()


def button(page: AppTest, label: str) -> Any:
    """The one button of that label."""
    (found,) = [each for each in page.button if each.label == label]
    return found


def contrast(colour: str) -> float:
    """Contrast with white as WCAG 2.2 measures it."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
