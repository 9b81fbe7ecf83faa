"""How accurate is this? Every method tried on past years, for the council at hand and for all."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import streamlit as st

from prevention.baseline.choosing import MARGIN
from prevention.baseline.hindcast import favoured_then
from prevention.baseline.scores import Score, scores
from prevention.dashboard import choices
from prevention.dashboard.session import bench, built, names_of_councils, show_below, show_picture
from prevention.dashboard.tables import show_table
from prevention.dashboard.tested import accuracy_of, tested
from prevention.evidence.accuracy import PEOPLE, Accuracy, BackTest
from prevention.reports import accuracy as report
from prevention.reports.accuracy import METHOD_NAMES
from prevention.reports.pictures.looking_back import errors_by_horizon
from prevention.reports.words import listed, plain

KINDS = {"mape": "Share of what happened", "mase": "Usual yearly changes"}
"""What an error may be stated in, by the name of the score."""

BESIDE = ("last_value", "straight_line")
"""Methods drawn beside the default, whatever the line."""


@st.cache_data(max_entries=16, show_spinner=False)
def _then(stamp: tuple[int, ...], store: str, service: str, _tested: BackTest) -> list[Score]:
    (judged,) = [t for t in _tested.trials if (t.service, t.measure) == (service, PEOPLE)]
    return scores(favoured_then(_tested.people[service], judged))


def show() -> None:
    """The page."""
    st.markdown(
        "Each way to carry a series on was tried on the past: made from the figures up to a "
        "year and nothing later, then set beside what happened. This says how far to believe "
        "the baseline, and so every saving measured against it."
    )
    with st.grid(3, min_column_width=230):
        council = choices.choose_council("accuracy")
        found = accuracy_of()
        service, measure = _choose_line(found)
        kind = _choose_kind()
    own = accuracy_of(council)
    name = names_of_councils()[council]
    _show_sentences(found, own, service, measure, name)
    _show_errors(found, own, service, measure, kind, name)
    _show_ranges(found, own, service, measure, name)
    _show_rivals(found, service, measure)
    _show_every_line(found, own, name)
    _show_foot(found)


def _choose_line(found: Accuracy) -> tuple[str, str]:
    lines = {
        f"{service}.{measure}": report.heading(found, service, measure)
        for service, measure in report.lines_judged(found)
    }
    choices.read_address("series", lines, choices.among("series", lines))
    chosen = st.selectbox(
        "Series",
        list(lines),
        format_func=lambda key: lines.get(key, str(key)),
        key="series",
        bind="query-params",
    )
    service, _, measure = str(chosen if chosen in lines else next(iter(lines))).rpartition(".")
    return service, measure


def _choose_kind() -> str:
    chosen = st.segmented_control(
        "Errors as",
        list(KINDS),
        format_func=lambda kind: KINDS.get(kind, str(kind)),
        default="mape",
        required=True,
        key="errors-as",
        help="Share of what happened: mean absolute percentage error (MAPE). Usual yearly "
        "changes: mean absolute scaled error (MASE); 2 means out by two years' usual change.",
    )
    return str(chosen) if chosen in KINDS else "mape"


def _show_sentences(
    found: Accuracy, own: Accuracy, service: str, measure: str, council: str
) -> None:
    default = found.defaults[service, measure]
    st.markdown(f"**{plain(report.headline(found, service, measure))}**")
    st.markdown(plain(report.headline(own, service, measure, f" in {council}")))
    st.markdown(plain(report.verdict(found, service, measure, default)))
    if measure == PEOPLE:
        then = _then(built()[:2], str(bench().store), service, tested())
        st.markdown(plain(report.blind(then, found, service, measure)))


def _figure(value: float, kind: str) -> str:
    return f"{value:.1%}" if kind == "mape" else f"{value:.2f}"


def _errors(found: Accuracy, service: str, measure: str, kind: str) -> pd.DataFrame:
    """Error by method (rows) and years ahead, as written; the default first and marked."""
    scores = report.of_line(found, service, measure)
    default = found.defaults[service, measure]
    methods = sorted({s.method: None for s in scores}, key=lambda m: (m != default, m))
    rows = {
        METHOD_NAMES.get(method, method) + (" (used here)" if method == default else ""): {
            _ahead(h): _figure(getattr(score, kind), kind)
            for h, score in report.of_method(scores, method).items()
        }
        for method in methods
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _ahead(horizon: int) -> str:
    return f"{horizon} year{'s' if horizon > 1 else ''} ahead"


def _show_errors(
    found: Accuracy, own: Accuracy, service: str, measure: str, kind: str, council: str
) -> None:
    st.header("Error by years ahead")
    scores = report.of_line(found, service, measure)
    default = found.defaults[service, measure]
    best = [rival.method for rival in report.rivals(found, service, measure)][:1]
    drawn = list(dict.fromkeys([default, *BESIDE, *best]))
    rows = pd.DataFrame(
        [
            {"ahead": s.horizon, "series": METHOD_NAMES.get(m, m), "error": getattr(s, kind)}
            for m in drawn
            for s in report.of_method(scores, m).values()
        ]
    )
    heading = report.heading(found, service, measure)
    title = f"Error by years ahead, {heading}, all councils"
    names = [METHOD_NAMES.get(method, method) for method in drawn]
    chart = errors_by_horizon(rows, names, KINDS[kind], percent=kind == "mape")
    show_picture(
        chart,
        f"{title}. The method used here is drawn first; the table below has every method.",
    )
    show_below(chart, _errors(found, service, measure, kind), title, heading="Method")
    alone = _errors(own, service, measure, kind)
    if len(alone):
        with st.expander(f"Table: the same for {plain(council)} alone"):
            show_table(alone, f"Error by years ahead, {heading}, {council}", "Method")
            st.caption(
                "One council is few forecasts: which method is best here is mostly chance, so "
                "the method is chosen over all councils."
            )


def _show_ranges(found: Accuracy, own: Accuracy, service: str, measure: str, council: str) -> None:
    st.header("How often the range held")
    st.markdown(plain(report.range_sentence(found, service, measure)))
    default = found.defaults[service, measure]
    rows: dict[str, dict[str, str]] = {}
    for whose, accuracy in (("All councils", found), (council, own)):
        scores = report.of_method(report.of_line(accuracy, service, measure), default)
        for title, written in RANGES.items():
            rows[f"{whose}: {title}"] = {_ahead(h): written(s) for h, s in scores.items()}
    show_table(
        pd.DataFrame.from_dict(rows, orient="index").fillna("none judged"),
        "Past figures inside the P10 to P90 range by years ahead, and what that is over",
        "Range",
    )


RANGES: dict[str, Callable[[Score], str]] = {
    "inside the range": lambda score: f"{score.coverage80:.0%}",
    "P90 above P10 by": lambda score: f"{math.expm1(score.width80):.0%}",
    "forecasts judged": lambda score: f"{score.cases:,}",
}
"""What is said of the range at each number of years ahead, over the judged forecasts."""


def _show_rivals(found: Accuracy, service: str, measure: str) -> None:
    st.header("Where another method did better")
    rivals = report.rivals(found, service, measure)
    name = METHOD_NAMES[found.defaults[service, measure]]
    if not rivals:
        st.markdown(plain(f"Nowhere: no other method was below {name} at any year ahead."))
        return
    if measure == PEOPLE:
        st.markdown(
            plain(
                f"The method used, {name}, is the one with the lowest error over all years ahead "
                "among those never worse than the last value held. A trend that never fades must "
                f"be {MARGIN:.0%} better than the rest to be used."
            )
        )
    rows = {
        METHOD_NAMES.get(rival.method, rival.method): {
            "Better": report.ahead_words(rival.horizons),
            "Why it is not used": rival.why_not,
        }
        for rival in rivals
    }
    show_table(
        pd.DataFrame.from_dict(rows, orient="index"),
        "Methods with a smaller error than the one used at some number of years ahead",
        "Method",
    )


def _show_every_line(found: Accuracy, own: Accuracy, council: str) -> None:
    st.header("Every series at a glance")
    rows = {}
    for service, measure in report.lines_judged(found):
        default = found.defaults[service, measure]
        scores = report.of_line(found, service, measure)
        by_horizon = report.of_method(scores, default)
        far = by_horizon[max(by_horizon)]
        alone = report.of_method(report.of_line(own, service, measure), default).get(far.horizon)
        rows[report.heading(found, service, measure)] = {
            "Method used": METHOD_NAMES[default],
            "Years ahead": str(far.horizon),
            "Error": f"{far.mape:.1%}",
            "Against the last value held": _against(report.gain(scores, default, far.horizon)),
            "Inside the range": f"{far.coverage80:.0%}",
            "Councils": str(far.councils),
            "Starting years": str(far.origins),
            f"Error in {council}": f"{alone.mape:.1%}" if alone else "none judged",
        }
    show_table(
        pd.DataFrame.from_dict(rows, orient="index"),
        "The method used for each series and its error the most years ahead that can be judged",
        "Series",
    )
    for name in found.untested:
        st.markdown(plain(f"{name}: too few years are published to try any method."))


def _against(gain: float) -> str:
    return f"{abs(gain):.1%} {'lower' if gain >= 0 else 'higher'}"


def _show_foot(found: Accuracy) -> None:
    if not found.whole:
        st.info(
            "Methods fitted series by series (smoothing, Holt, damped trend, theta) have not been "
            "run on the figures now in the store. Run: prevention backtest"
        )
    libraries = listed(list(tested().made_with))
    kept = f" Kept forecasts were made with {libraries}." if libraries else ""
    st.caption(
        plain(
            "Error: mean over councils and starting years, in the unit chosen above. The same "
            f"figures are given by the command: prevention backtest.{kept}"
        )
    )
