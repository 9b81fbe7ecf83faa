"""Charts say what they show, in colours and shapes anyone can tell apart."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

import prevention
from dashboard.screen import contrast
from prevention.dashboard import figures
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.reports.pictures import charts, drivers
from prevention.reports.pictures.picture import (
    INK,
    PALETTE,
    WHITE,
    Picture,
    as_png,
    as_svg,
    for_file,
)

NAMES = ["A: first", "B: second", "C: third"]


@pytest.fixture(scope="module")
def pictures(workbench: Workbench) -> dict[str, Picture]:
    """Every kind of chart, of a real projection."""
    projection = workbench.forecast(Request(scenario="step-up", draws=256))
    saving = figures.by_year(projection, "cashable_saving")
    net = figures.cumulative_net(projection)
    lag = figures.lag_curve(projection, "no-wrong-door", range(61))
    base = summary.baseline(projection)
    ahead = base[(base["service"] == "fostering") & (base["measure"] == "people")]
    seen = pd.DataFrame({"year": ["2022/23", "2024/25"], "value": [190.0, 201.0]})

    def each(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
        return pd.concat([rows.assign(series=name) for name in names])

    return {
        "two": charts.savings_by_year(each(saving, NAMES[:2]), NAMES[:2]),
        "three": charts.savings_by_year(each(saving, NAMES), NAMES),
        "lag": charts.lag_curve(each(lag, NAMES[:2]), NAMES[:2]),
        "bridge": drivers.bridge(figures.ladder(projection)),
        "net": charts.cumulative_net(each(net, NAMES), NAMES),
        "tornado": drivers.tornado(
            pd.DataFrame({"assumption": ["a", "b"], "low": [-2e6, 1e5], "high": [1e6, -1e5]}),
            "Change in saving",
        ),
        "slips": drivers.saving_at_each_lag(
            pd.DataFrame({"lag": [0, 120], "series": ["Cashable saving"] * 2, "amount": [1e6, 0]}),
            20.6,
            36.0,
        ),
        "fan": charts.fan(seen, ahead, "Children in foster care"),
    }


KINDS = ["two", "three", "lag", "bridge", "net", "fan", "tornado", "slips"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_chart_says_what_it_is_and_where_it_is_from(
    pictures: dict[str, Picture], kind: str
) -> None:
    drawing = as_svg(pictures[kind], "Saving by year", "Source: forecast, run 0123abcd").decode()
    assert "Saving by year" in drawing
    assert "run 0123abcd" in drawing
    assert "http" not in drawing.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("kind", KINDS)
def test_text_on_a_chart_stands_out_from_its_ground(
    pictures: dict[str, Picture], kind: str
) -> None:
    drawing = ElementTree.fromstring(as_svg(pictures[kind], "Title", "Foot"))  # noqa: S314
    fills = {e.get("fill") for e in drawing.iter() if e.tag.endswith("}text")} - {None}
    assert fills
    assert min(contrast(str(fill)) for fill in fills) >= 4.5


def test_a_file_holds_the_rows_of_the_chart(pictures: dict[str, Picture]) -> None:
    whole = for_file(pictures["net"], "Title", "Foot")
    assert len(whole["data"]["values"]) == len(pictures["net"].rows)
    assert whole["data"]["values"][0]["net"] == pytest.approx(pictures["net"].rows["net"].iloc[0])


def drawn(chart: Picture) -> Image.Image:
    return Image.open(io.BytesIO(as_png(chart, "", ""))).convert("L")


def without_text(chart: Picture) -> Picture:
    """The same chart with every label and title see-through."""
    spec: dict[str, Any] = json.loads(json.dumps(chart.spec))
    for part in ("axis", "legend"):
        spec["config"][part] |= {"labelOpacity": 0, "titleOpacity": 0}
    spec["config"]["text"] = {"opacity": 0}
    return Picture(spec, chart.rows)


def ink(image: Image.Image) -> int:
    return sum(image.histogram()[:128])


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_chart_has_its_words(pictures: dict[str, Picture], kind: str) -> None:
    assert ink(drawn(pictures[kind])) > ink(drawn(without_text(pictures[kind]))) + 500


@pytest.mark.parametrize("kind", KINDS)
def test_axes_have_titles_and_money_its_unit(pictures: dict[str, Picture], kind: str) -> None:
    found = _every(pictures[kind].spec, ("x", "y"))
    titles = [part["title"] for part in found if "title" in part]
    assert len(titles) >= 2
    if kind in ("two", "three", "bridge", "net"):
        assert any("£ " in str(title) for title in titles)
    if kind == "fan":
        assert "Children in foster care" in titles


def _every(node: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every part of a specification under one of these names."""
    found: list[dict[str, Any]] = []
    if isinstance(node, dict):
        for key, value in node.items():
            if key in names and isinstance(value, dict):
                found.append(value)
            found += _every(value, names)
    elif isinstance(node, list):
        for value in node:
            found += _every(value, names)
    return found


def test_series_differ_by_more_than_colour(pictures: dict[str, Picture]) -> None:
    fills = _every(pictures["two"].spec, ("fill",))[0]["scale"]["range"]
    assert fills[0] == WHITE
    assert fills[1] != WHITE
    for kind in ("lag", "net"):
        dashes = _every(pictures[kind].spec, ("strokeDash",))
        shapes = [tuple(dash) for dash in dashes[0]["scale"]["range"]]
        assert len(set(shapes)) == len(shapes)
    assert "letter" in json.dumps(pictures["three"].spec)
    assert len({tuple(dash) for dash in charts.DASHES}) == len(charts.DASHES)


@pytest.mark.parametrize("colour", PALETTE)
def test_marks_stand_out_from_white(colour: str) -> None:
    assert contrast(colour) >= 3


def test_labels_stand_out_from_white() -> None:
    assert contrast(INK) >= 4.5


def test_only_tables_are_html_and_charts_know_no_streamlit() -> None:
    root = Path(prevention.__file__).parent
    for file in [*(root / "dashboard").rglob("*.py"), *(root / "reports").rglob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        words = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        assert "unsafe_allow_html" not in words, file
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert ("html" in names) == (file == root / "dashboard" / "tables.py"), file
        assert not names & {"iframe", "read_pickle"}, file
        if root / "reports" in file.parents:
            imported = {
                alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.Import)
                for alias in node.names
            }
            assert "streamlit" not in imported, file
