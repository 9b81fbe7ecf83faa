"""Each lag shape as formulas: the partial moments of `prevention.model.lag`, in a spreadsheet."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from prevention.model.lag import Lag
from prevention.reports.sheets.live.cells import Figure, Figures

Moments = Callable[[str], tuple[str, str, str]]
"""The cell of an age gives the formulas of M_0, M_1 and M_2 up to it."""

NARROW = 1e-4
HALVINGS = 44
"""Steps of the search for a Weibull's shape: each halves what is not yet known, down to a part
in a million million; beyond that two programs round the same comparison differently."""
_WIDEST, _NARROWEST = 0.15, 2 / NARROW


@dataclass(frozen=True, slots=True)
class Wait:
    """Mean and spread of an onset lag, months, on the sheet where they are used."""

    mean: Figure
    spread: Figure


def moments(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    """Formulas of a lag's partial moments; what they need is added to the sheet's figures."""
    if lag.is_point:
        # Everyone waits exactly the mean: care is moved as a whole, after the fact.
        return lambda age: ("1", "0", "0")
    if lag.shape == "profile":
        return _profile(lag, figures)
    shape = {
        "gamma": _gamma,
        "erlang": _erlang,
        "weibull": _weibull,
        "delayed-ramp": _delayed_ramp,
        "linear": _linear,
        "front-loaded": _front_loaded,
        "back-loaded": _back_loaded,
    }[lag.shape]
    return shape(lag, wait, figures)


def _wide(wait: Wait) -> tuple[str, float]:
    return f"MAX({wait.mean},{NARROW})", max(wait.mean.value, NARROW)


def _spread(wait: Wait) -> tuple[str, float]:
    wide, value = _wide(wait)
    return f"MAX({wait.spread},{wide}*{NARROW})", max(wait.spread.value, value * NARROW)


def _or_point(wait: Wait, found: Moments) -> Moments:
    """A lag with next to no spread: everyone at the mean, which no gamma function resolves."""

    def narrowed(age: str) -> tuple[str, str, str]:
        narrow = f"{wait.spread}<={wait.mean}*{NARROW}"
        passed = f"IF({age}>={wait.mean},1,0)"
        points = (passed, f"{wait.mean}*{passed}", f"{wait.mean}^2*{passed}")
        zero, one, two = (
            f"IF({narrow},{point},{spread})"
            for point, spread in zip(points, found(age), strict=True)
        )
        return zero, one, two

    return narrowed


def _gammas(shape: Figure, scale: Figure) -> Moments:
    def at(age: str) -> tuple[str, str, str]:
        late = f"MAX({age},0)"
        zero, one, two = (
            f"_xlfn.GAMMA.DIST({late},{shape}+{more},{scale},TRUE)" for more in range(3)
        )
        return zero, f"{shape}*{scale}*{one}", f"{shape}*({shape}+1)*{scale}^2*{two}"

    return at


def _gamma(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    (mean, m), (spread, s) = _wide(wait), _spread(wait)
    shape = figures.add("Lag: shape of the gamma", f"=({mean}/{spread})^2", (m / s) ** 2)
    scale = figures.add("Lag: scale of the gamma", f"={spread}^2/{mean}", s * s / m, "months")
    return _or_point(wait, _gammas(shape, scale))


def _erlang(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    (mean, m), (spread, s) = _wide(wait), _spread(wait)
    formula = f"=MAX(ROUND(({mean}/{spread})^2,0),1)"
    stages = figures.add("Lag: stages", formula, lag.stages or max(round((m / s) ** 2), 1))
    scale = figures.add("Lag: scale", f"={mean}/{stages}", m / stages.value, "months")
    return _or_point(wait, _gammas(stages, scale))


def _weibull(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    (mean, m), (spread, s) = _wide(wait), _spread(wait)
    ratio = figures.add("Lag: spread over mean", f"={spread}/{mean}", s / m)
    low: Figure | str = str(_WIDEST)
    high: Figure | str = str(_NARROWEST)
    least, most = _WIDEST, _NARROWEST
    figures.note("Shape of the Weibull: halving, on a log scale, between too wide and too narrow")
    for _ in range(HALVINGS):
        middle = math.sqrt(least * most)
        at = figures.add("Lag: shape tried", f"=SQRT({low}*{high})", middle)
        formula = f"=SQRT(MAX(EXP(GAMMALN(1+2/{at})-2*GAMMALN(1+1/{at}))-1,0))>{ratio}"
        found = math.lgamma(1 + 2 / middle) - 2 * math.lgamma(1 + 1 / middle)
        too_wide = math.sqrt(max(math.expm1(found), 0)) > ratio.value
        wide = figures.add("Lag: too wide (1) or not (0)", f"=IF({formula[1:]},1,0)", too_wide)
        least, most = (middle, most) if too_wide else (least, middle)
        low = figures.add("Lag: not below", f"=IF({wide}=1,{at},{low})", least)
        high = figures.add("Lag: not above", f"=IF({wide}=1,{high},{at})", most)
    shape = figures.add(
        "Lag: shape of the Weibull", f"=SQRT({low}*{high})", math.sqrt(least * most)
    )
    gamma = f"EXP(GAMMALN(1+1/{shape}))"
    value = m / math.gamma(1 + 1 / shape.value)
    scale = figures.add("Lag: scale of the Weibull", f"={mean}/{gamma}", value, "months")

    def at_age(age: str) -> tuple[str, str, str]:
        x = f"(MAX({age},0)/{scale})^{shape}"
        one, two = (f"_xlfn.GAMMA.DIST({x},1+{j}/{shape},1,TRUE)" for j in (1, 2))
        return f"1-EXP(-({x}))", f"{mean}*{one}", f"{scale}^2*EXP(GAMMALN(1+2/{shape}))*{two}"

    return _or_point(wait, at_age)


def _even(start: str, stop: str) -> Moments:
    def at(age: str) -> tuple[str, str, str]:
        reached, width = f"MEDIAN(MAX({age},0),{start},{stop})", f"({stop}-{start})"
        return (
            f"({reached}-{start})/{width}",
            f"({reached}^2-{start}^2)/(2*{width})",
            f"({reached}^3-{start}^3)/(3*{width})",
        )

    return at


def _delayed_ramp(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    mean, m = _wide(wait)
    spread, s = _spread(wait)
    formula = f"=MAX(MIN({spread}*SQRT(3),{mean}),{mean}*{NARROW})"
    half = figures.add(
        "Lag: half the build-up", formula, max(min(s * math.sqrt(3), m), m * NARROW), "months"
    )
    start = figures.add("Lag: first onset", f"={mean}-{half}", m - half.value, "months")
    stop = figures.add("Lag: last onset", f"={mean}+{half}", m + half.value, "months")
    return _or_point(wait, _even(str(start), str(stop)))


def _longest(wait: Wait, times: float, figures: Figures) -> Figure:
    formula = f"=MAX({times}*{wait.mean},{NARROW})"
    return figures.add("Lag: longest", formula, max(times * wait.mean.value, NARROW), "months")


def _linear(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    return _even("0", str(_longest(wait, 2, figures)))


def _front_loaded(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    stop = _longest(wait, 3, figures)

    def at(age: str) -> tuple[str, str, str]:
        x = f"MIN(MAX({age},0)/{stop},1)"
        return (
            f"2*{x}-{x}^2",
            f"{stop}*({x}^2-2*{x}^3/3)",
            f"{stop}^2*(2*{x}^3/3-{x}^4/2)",
        )

    return at


def _back_loaded(lag: Lag, wait: Wait, figures: Figures) -> Moments:
    stop = _longest(wait, 1.5, figures)

    def at(age: str) -> tuple[str, str, str]:
        x = f"MIN(MAX({age},0)/{stop},1)"
        return f"{x}^2", f"{stop}*2*{x}^3/3", f"{stop}^2*{x}^4/2"

    return at


def _profile(lag: Lag, figures: Figures) -> Moments:
    """Even arrival within each period; the shares are inputs on the programme's own sheet."""
    periods = []
    for place, share in enumerate(lag.profile):
        label = f"Lag: share arriving in period {place + 1} of {lag.period_months} months"
        part = figures.add(label, f"={share!r}", share, "share")
        start, stop = place * lag.period_months, (place + 1) * lag.period_months
        periods.append((part, _even(str(start), str(stop))))

    def at(age: str) -> tuple[str, str, str]:
        parts = [[f"{share}*{moment}" for moment in found(age)] for share, found in periods]
        zero, one, two = ("+".join(each) for each in zip(*parts, strict=True))
        return zero, one, two

    return at
