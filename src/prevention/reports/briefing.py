"""A two-page briefing in Word: the headline, the curve, what matters, what may go wrong."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from prevention.model.measures import TOTAL
from prevention.model.programmes import Programme
from prevention.reports.dataset import package, running_net
from prevention.reports.pictures import charts
from prevention.reports.pictures.picture import Picture, as_png
from prevention.reports.safe import cell_text
from prevention.reports.sheets.workbook import CREATED, Scenario
from prevention.reports.words import arrival, listed, longest_lag, months, per_cent, pounds, slip

_GRADES = {
    "A": "trials or a review of trials",
    "B": "a matched comparison",
    "C": "before and after, with no comparison",
    "D": "a model or a promoter's claim",
}
_BODY, _SMALL = 10.5, 8.5
_SHOWN = 6
"""Programmes spoken of one by one: the largest savings; two pages hold no more."""


def briefing(s: Scenario) -> bytes:
    """The briefing of one scenario as a .docx; the same run gives the same bytes."""
    import docx

    document = docx.Document()
    _set_up(document, s)
    _headline(document, s)
    _by_year(document, s)
    _curve(document, s)
    _assumptions(document, s)
    _risks(document, s)
    _made_from(document, s)
    target = io.BytesIO()
    document.save(target)
    with zipfile.ZipFile(target) as parts:
        return package({name: parts.read(name) for name in parts.namelist()})


def _set_up(document: Any, s: Scenario) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(1.5)
    for name, size in (("Normal", _BODY), ("Heading 1", 13), ("Title", 19)):
        style = document.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        style.font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(kind), "Arial")
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        style.paragraph_format.space_after = Pt(3)
        style.paragraph_format.space_before = Pt(0 if name == "Normal" else 6)
    properties = document.core_properties
    properties.title = cell_text(f"Briefing: {s.projection.plan.title}")[:250]
    properties.author, properties.language = "prevention", "en-GB"
    properties.comments = f"Run {s.record['run_id']}"
    properties.created = properties.modified = CREATED


def _say(document: Any, text: str, style: str | None = None) -> Any:
    """A paragraph of plain text: nothing in it becomes a link or a field."""
    return document.add_paragraph(cell_text(text), style)


def _headline(document: Any, s: Scenario) -> None:
    projection = s.projection
    document.add_heading(cell_text(projection.plan.title), 0)
    council, last = s.record["council_name"], projection.timeline.labels[-1]
    saved, spent, net = (
        list(map(float, _totals(s, m))) for m in ("cashable_saving", "delivery_cost", "net_saving")
    )
    _say(document, f"{council}, {s.record['first_year']} to {last}. {projection.plan.summary}")
    document.add_heading("In short", 1)
    _say(
        document,
        f"Over {s.record['years']} years the programmes are forecast to take "
        f"{pounds(sum(saved))} out of the council's budget, for {pounds(sum(spent))} of new cost: "
        f"{_net(sum(net))}. By {last} the saving is {pounds(saved[-1])} a year. "
        "These are forecasts, from published figures and stated assumptions, not results.",
    )
    _say(document, arrival("these programmes", projection.timeline.labels, saved))
    end = s.whole("cashable_saving").iloc[-1]
    if np.isfinite(end["p10"]):
        _say(
            document,
            f"How sure: in {last} the saving lies between {pounds(end['p10'])} and "
            f"{pounds(end['p90'])} in eight draws out of ten. {_chance(s)}",
        )


def _net(amount: float) -> str:
    return f"{pounds(amount)} net" if amount >= 0 else f"{pounds(-amount)} more cost than saving"


def _totals(s: Scenario, measure: str) -> list[float]:
    found = s.projection.central[TOTAL, TOTAL][measure]
    return [float(v) for v in found]


def _chance(s: Scenario) -> str:
    chance = s.levels.figure(TOTAL, "probability_of_target")
    if chance is None:
        return ""
    return f"The chance of reaching the figure over the plan is {per_cent(chance)}."


def _by_year(document: Any, s: Scenario) -> None:
    labels = s.projection.timeline.labels
    rows = [("Cashable saving", "cashable_saving"), ("New cost to the council", "delivery_cost")]
    rows += [("Net saving", "net_saving"), ("Cumulative net saving", "net_saving_cumulative")]
    document.add_heading("By year, £ (cash of the year)", 1)
    table = document.add_table(rows=1, cols=len(labels) + 1)
    table.style = "Table Grid"
    heading = table.rows[0]
    for cell, text in zip(heading.cells, ("", *labels), strict=True):
        _cell(cell, text or "Figure", bold=True, right=bool(text))
    _repeats(heading)
    for title, measure in rows:
        cells = table.add_row().cells
        _cell(cells[0], title)
        for cell, value in zip(cells[1:], _totals(s, measure), strict=True):
            _cell(cell, f"{value:,.0f}".replace("-", "\N{MINUS SIGN}"), right=True)


def _cell(cell: Any, text: str, bold: bool = False, right: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(cell_text(text))
    run.bold, run.font.size = bold, Pt(_SMALL + 0.5)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeats(row: Any) -> None:
    """Mark a row as the table's heading, for screen readers and page breaks."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def curve(s: Scenario) -> tuple[Picture, str]:
    """The running net by month, and the chart in words."""
    net = running_net(s.projection)
    picture = charts.cumulative_net(net.assign(series="Net"), ["Net"])
    low = net.iloc[int(net["net"].to_numpy().argmin())]
    words = f"Running net saving by month, ending at {pounds(float(net['net'].iloc[-1]))}"
    if low["net"] < 0:
        words += f", lowest at {pounds(float(low['net']))} in {low['label']}"
    return picture, f"{words}."


def _curve(document: Any, s: Scenario) -> None:
    from docx.shared import Cm

    document.add_heading("When it costs and when it pays", 1)
    picture, words = curve(s)
    peak = s.levels.figure(TOTAL, "peak_funding") or 0.0
    payback = s.levels.text(TOTAL, "payback_year")
    _say(
        document,
        f"{words} "
        + (f"At most {pounds(peak)} must be found in advance. " if peak else "")
        + (f"It pays back in {payback}." if payback else "It does not pay back inside the plan."),
    )
    image = as_png(picture, "Running net saving", f"Run {s.record['run_id']}, central, cash.")
    shape = document.add_picture(io.BytesIO(image), width=Cm(14.5))
    shape._inline.docPr.set("descr", words)
    shape._inline.docPr.set("title", "Running net saving by month")


def _largest(s: Scenario) -> list[tuple[str, Programme]]:
    """Programmes by cashable saving over the plan, the largest first."""
    items = s.projection.plan.programmes.items()
    return sorted(items, key=lambda i: -int(s.levels.of(i[0], "cashable_saving").sum()))[:_SHOWN]


def _assumptions(document: Any, s: Scenario) -> None:
    document.add_heading("The assumptions that matter", 1)
    quarter = s.levels.figure(TOTAL, "quarter_slip")
    if quarter is not None:
        lag = s.levels.figure(TOTAL, "switching_lag_months")
        note = s.levels.text(TOTAL, "switching_lag_note") or ""
        _say(document, f"{slip(quarter)} {longest_lag(lag, note)}")
    for id_, programme in _largest(s):
        saved = sum(s.levels.of(id_, "cashable_saving")) / 100
        lag_now = programme.onset_lag
        share = programme.cashable_share
        _say(
            document,
            f"{programme.name}: {pounds(saved)} over the plan. Lag {months(lag_now.central)} "
            f"({lag_now.low:.1f} to {lag_now.high:.1f}); {per_cent(share.central)} of the "
            f"council's share can be cashed ({per_cent(share.low)} to {per_cent(share.high)}); "
            f"evidence grade {programme.evidence_grade} ({_GRADES[programme.evidence_grade]}).",
            "List Bullet",
        )


def _risks(document: Any, s: Scenario) -> None:
    document.add_heading("What may go wrong", 1)
    crossing = [
        p.name
        for p in s.projection.plan.programmes.values()
        if p.effect is not None and p.effect.low < 0
    ]
    weak = [p.name for p in s.projection.plan.programmes.values() if p.evidence_grade in "CD"]
    if crossing:
        _say(
            document, f"The evidence allows no effect at all for {listed(crossing)}.", "List Bullet"
        )
    if weak:
        _say(
            document,
            f"Grade C or D evidence, with no comparison group: {listed(weak)}.",
            "List Bullet",
        )
    growth = sum(_totals(s, "avoided_growth"))
    if growth > 0:
        _say(
            document,
            f"{pounds(growth)} of the saving only holds back growth in demand: it takes nothing "
            "from today's budget.",
            "List Bullet",
        )
    avoided = sum(_totals(s, "cost_avoidance"))
    if avoided > 0:
        text = f"A further {pounds(avoided)} is cost avoided that no budget can give up, and is in "
        _say(document, text + "no total here.", "List Bullet")
    for text in s.projection.missing[:4]:
        _say(document, text, "List Bullet")


def _made_from(document: Any, s: Scenario) -> None:
    from docx.shared import Pt

    r = s.record
    text = (
        f"Run {r['run_id']}; scenario {r['scenario']} (version: {s.version}); council "
        f"{r['council']}; {r['draws']:,} draws, seed {r['seed']}; {r['price_base']} for present "
        f"values; program {r['version']}; data {r['data_hash'][:12]}; assumptions "
        f"{r['assumptions_hash'][:12]}. To prove it: prevention replay {r['run_id']}"
    )
    for run in _say(document, text).runs:
        run.font.size = Pt(_SMALL)
