"""Figures as plain English: amounts, and the sentences a chart or table is there to say."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from prevention.model.assumptions import QUANTITIES

_MARKDOWN = re.compile(
    r"""
    [\\`*_{}\[\]|<>$~^!\#]         # markup wherever it stands
  | :(?=\w)                      # a name for an icon or a colour
  | (?<=\bwww)\.                  # an address that would become a link
  | ^\s*(?:[-+=]|\d+(?=[.)]\s))   # a list or a rule at the start of a line
""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)

MINUS = "\N{MINUS SIGN}"


def plain(text: str) -> str:
    r"""Text that Markdown shows letter for letter: nothing in it is markup or a link.

    >>> print(plain("*bold* ![x](http://host/x.png)"))
    \*bold\* \!\[x\](http: //host/x.png)
    >>> print(plain("- 1,234.5 (12.0)"))
    \- 1,234.5 (12.0)
    """
    return _MARKDOWN.sub(_escaped, text.replace("://", ": //"))


def _escaped(found: re.Match[str]) -> str:
    """Markup with a backslash before it; a number that would open a list, after it."""
    mark = found[0]
    if mark.strip().isdigit():
        return f"{mark}\\"
    return f"{mark[:-1]}\\{mark[-1]}"


def pounds(amount: float) -> str:
    """An amount to the size a reader needs: millions, thousands or whole pounds.

    >>> pounds(2248844.58), pounds(-71689.81), pounds(949.6), pounds(0.2)
    ('£2.25m', '−£72k', '£950', '£0')
    """
    size = abs(amount)
    if size >= 999_500:
        text = f"£{size / 1e6:,.2f}m"
    elif size >= 9_999.5:
        text = f"£{size / 1e3:,.0f}k"
    else:
        text = f"£{size:,.0f}"
    return MINUS + text if amount < 0 and text != "£0" else text


def pence(amount: float) -> str:
    """An amount to the penny.

    >>> pence(2248844.58), pence(-0.5)
    ('£2,248,844.58', '−£0.50')
    """
    text = f"£{abs(amount):,.2f}"
    return MINUS + text if amount < 0 and text != "£0.00" else text


def thousands(amount: float, decimals: int = 1) -> str:
    """GBP thousand; below zero with a minus sign.

    >>> thousands(435893.2), thousands(-818647.0), thousands(-3.0)
    ('435.9', '−818.6', '0.0')
    """
    text = f"{abs(amount) / 1000:,.{decimals}f}"
    return MINUS + text if amount < 0 and float(text.replace(",", "")) else text


def sum_in(unit: str, amount: float) -> str:
    """An amount in the unit a reader chose, with that unit; below zero with a minus sign.

    >>> sum_in("thousand", 1528812.4), sum_in("million", -1528812.4), sum_in("thousand", -3.0)
    ('£1,529k', '−£1.53m', '£0k')
    """
    text = f"£{abs(amount) / 1e6:,.2f}m" if unit == "million" else f"£{abs(amount) / 1e3:,.0f}k"
    return MINUS + text if amount < 0 and any(digit in text for digit in "123456789") else text


def figure_in(unit: str, amount: float) -> str:
    """An amount for a table headed with the unit: one decimal of a thousand, three of a million.

    >>> figure_in("thousand", 435893.2), figure_in("million", -818647.0)
    ('435.9', '−0.819')
    """
    if unit != "million":
        return thousands(amount)
    text = f"{abs(amount) / 1e6:,.3f}"
    return MINUS + text if amount < 0 and float(text.replace(",", "")) else text


def budget_figure(pence: int | None, unit: str) -> str:
    """A cell of an MTFS schedule as a file in this unit shows it; a saving is in brackets.

    unit: pence, pounds, thousands or millions. None: nothing to show.

    >>> budget_figure(-43_589_320, "thousands"), budget_figure(0, "thousands")
    ('(436)', '-')
    >>> budget_figure(81_864_700, "millions"), budget_figure(-45, "pounds")
    ('0.82', '0')
    """
    if pence is None:
        return ""
    if pence == 0 and unit in ("thousands", "millions"):
        return "-"
    shift, places = {"pence": (2, 2), "pounds": (2, 0), "thousands": (5, 0), "millions": (8, 2)}[
        unit
    ]
    amount = Decimal(abs(pence)).scaleb(-shift)
    text = f"{amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"
    return f"({text})" if pence < 0 and any(digit in text for digit in "123456789") else text


def per_cent(part: float) -> str:
    """A share as a percentage; one decimal below ten per cent.

    >>> per_cent(0.372), per_cent(0.055), per_cent(0.0)
    ('37%', '5.5%', '0%')
    """
    percentage = part * 100
    if percentage == 0 or abs(percentage) >= 9.95:
        return f"{percentage:.0f}%"
    return f"{percentage:.1f}%"


def months(number: float) -> str:
    """A number of months.

    >>> months(20.625), months(1), months(24.0)
    ('20.6 months', '1 month', '24 months')
    """
    text = f"{number:.1f}".removesuffix(".0")
    return f"{text} month{'' if text == '1' else 's'}"


def listed(names: Sequence[str]) -> str:
    """Names in a row.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def leader(years: Sequence[str], saved: Mapping[str, Sequence[float]]) -> str:
    """Which of several scenarios has saved most by the end of each year.

    saved: running total by year of each scenario, GBP.

    >>> leader(["2027/28", "2028/29"], {"A: One": [10.0, 30.0], "B: Two": [5_000, 40_000]})
    'B: Two saves most by the end of every year: £40k by the end of 2028/29.'
    >>> leader(["2027/28", "2028/29"], {"A: One": [10_000, 20_000], "B: Two": [0, 50_000]})
    'A: One saves most by the end of 2027/28; B: Two from 2028/29 (£50k by the end of 2028/29).'
    >>> leader(["2027/28"], {"A: One": [0.0], "B: Two": [0.0]})
    'The scenarios save the same by the end of every year.'
    """
    best: list[str] = []
    for place in range(len(years)):
        ranked = sorted(saved, key=lambda name: -saved[name][place])
        tied = abs(saved[ranked[0]][place] - saved[ranked[1]][place]) < 0.005
        best.append("" if tied else ranked[0])
    if not any(best):
        return "The scenarios save the same by the end of every year."
    changes = [p for p in range(len(best)) if p == 0 or best[p] != best[p - 1]]
    last = f"{pounds(saved[best[-1]][-1])} by the end of {years[-1]}" if best[-1] else ""
    if len(changes) == 1:
        return f"{best[0]} saves most by the end of every year: {last}."
    said = [f"{best[0] or 'no one scenario'} saves most by the end of {years[changes[1] - 1]}"]
    said += [f"{best[p] or 'no one scenario'} from {years[p]}" for p in changes[1:]]
    text = "; ".join(said) + (f" ({last})." if last else ".")
    return text[:1].upper() + text[1:]


def value_said(value: object) -> str:
    """What a scenario sets, for a reader; a schedule by its sum and its length.

    >>> value_said(None), value_said(0.25), value_said([3.5, 4.0]), value_said("2027-04-01")
    ('not set', '0.25', '7.5 in 2 months', '2027-04-01')
    """
    if value is None:
        return "not set"
    if isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value):
        return f"{sum(value):,.1f} in {len(value)} months"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def arrival(name: str, years: Sequence[str], saved: Sequence[float]) -> str:
    """When the saving inside the plan arrives.

    years, saved: the plan's years and the cashable saving of each, GBP.

    >>> arrival("No Wrong Door hub", ["2027/28", "2028/29", "2029/30"], [10_000, 20_000, 90_000])
    'Most of the saving from No Wrong Door hub inside the plan arrives in 2029/30 (£90k of £120k).'
    >>> arrival("Early help", ["2027/28", "2028/29"], [0, 0])
    'There is no cashable saving from Early help inside the plan.'
    """
    total = sum(saved)
    if total <= 0.005:
        if total < -0.005:
            return f"Care costs {pounds(-total)} more with {name} inside the plan, not less."
        return f"There is no cashable saving from {name} inside the plan."
    best = max(range(len(saved)), key=lambda place: saved[place])
    if saved[best] > total / 2:
        return (
            f"Most of the saving from {name} inside the plan arrives in {years[best]} "
            f"({pounds(saved[best])} of {pounds(total)})."
        )
    running, half = 0.0, years[-1]
    for year, amount in zip(years, saved, strict=True):
        running += amount
        if running >= total / 2:
            half = year
            break
    return (
        f"The saving from {name} inside the plan is {pounds(total)}: half of it has arrived by "
        f"the end of {half}, and the largest year is {years[best]} ({pounds(saved[best])})."
    )


def slip(quarter: float) -> str:
    """What one more quarter of lag does to the cashable saving inside the plan.

    >>> slip(-71689.81)
    'A further quarter of lag costs £72k inside the plan.'
    >>> slip(0.0)
    'A further quarter of lag changes nothing inside the plan.'
    """
    if quarter <= -0.5:
        return f"A further quarter of lag costs {pounds(-quarter)} inside the plan."
    if quarter >= 0.5:
        return f"A further quarter of lag adds {pounds(quarter)} inside the plan."
    return "A further quarter of lag changes nothing inside the plan."


def longest_lag(lag: float | None, note: str) -> str:
    """Up to which lag a scheme pays for itself inside the plan.

    lag, note: as `sweep.LagSweep.longest` gives them.

    >>> longest_lag(36.8, "found")
    'The scheme pays back inside the plan at lags up to 36.8 months.'
    >>> longest_lag(None, "at no lag")
    'The scheme does not pay back inside the plan at any lag, not even with none.'
    """
    if lag is not None:
        return f"The scheme pays back inside the plan at lags up to {months(lag)}."
    if note == "at no lag":
        return "The scheme does not pay back inside the plan at any lag, not even with none."
    return "The scheme pays back inside the plan at any lag tried (up to ten years)."


def change(before: float, after: float, start: str = "as approved") -> str:
    """How a saving over the plan moves against the scenario it started from.

    >>> change(2_248_844.58, 2_100_000.0)
    'The plan saves £149k less than as approved (6.6% less).'
    >>> change(100.0, 100.0)
    'The plan saves the same as approved.'
    """
    moved = after - before
    if abs(moved) < 0.005:
        return f"The plan saves the same {start}."
    word = "more" if moved > 0 else "less"
    part = f" ({per_cent(abs(moved / before))} {word})" if before > 0 else ""
    return f"The plan saves {pounds(abs(moved))} {word} than {start}{part}."


def pays_back(year: str | None, cost: float, last: str) -> str:
    """In which financial year a scheme pays back, for a table.

    cost: GBP of new money over the plan. last: the plan's last year.

    >>> pays_back("2030/31", 250_000, "2031/32"), pays_back(None, 250_000, "2031/32")
    ('2030/31', 'not by 2031/32')
    >>> pays_back("2027/28", 0.0, "2031/32")
    'at once: no new cost'
    """
    if year is None:
        return f"not by {last}"
    return year if cost >= 0.005 else "at once: no new cost"


def turning(month: str | None, year: str | None, peak: float, peak_month: str | None) -> str:
    """When cumulative net turns positive for good, and how deep it goes before.

    >>> turning("January 2031", "2030/31", 42571.76, "November 2028")
    'Cumulative net turns positive in 2030/31 (January 2031), after £43k at its deepest (November 2028).'
    >>> turning(None, None, 1804561.72, "February 2032")
    'Cumulative net does not turn positive inside the plan: at its deepest it is −£1.80m (February 2032).'
    """  # noqa: E501
    if month is None:
        return (
            "Cumulative net does not turn positive inside the plan: at its deepest it is "
            f"{pounds(-peak)} ({peak_month})."
        )
    if peak_month is None:
        return "Cumulative net is never below zero."
    return (
        f"Cumulative net turns positive in {year} ({month}), after {pounds(peak)} at its "
        f"deepest ({peak_month})."
    )


def quantity(name: str, value: float | None) -> str:
    """A value of an assumption as a reader writes it.

    >>> quantity("effect", 0.055), quantity("set_up_cost", 30000.0)
    ('5.5%', '£30,000')
    >>> quantity("onset_lag", 20.625), quantity("ramp", None)
    ('20.6', 'not in this scenario')
    """
    if value is None or math.isnan(value):
        return "not in this scenario"
    unit = QUANTITIES[name].unit
    if unit.startswith("share"):
        return per_cent(value)
    if unit.startswith("GBP"):
        return f"£{value:,.0f}"
    return f"{value:,.1f}".removesuffix(".0")
