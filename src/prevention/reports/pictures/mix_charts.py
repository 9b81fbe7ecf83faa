"""The best mix of programmes as pictures, each with its rows and the table below it."""

from __future__ import annotations

import datetime as dt
from textwrap import wrap

import pandas as pd

from prevention.model.mix import runs_already
from prevention.model.optimum import Optimum
from prevention.model.programmes import Rollout
from prevention.reports.mix_words import figure_of, goal_name, live, to_start, why
from prevention.reports.mixes import BEST, lines, mixes
from prevention.reports.pictures.picture import (
    INK,
    NAVY,
    SKY,
    UNITS,
    WHITE,
    Picture,
    Spec,
    in_unit,
    picture,
    scale,
    tip,
    zero,
)
from prevention.reports.words import figure_in
from prevention.years import first_month, format_year, month_number

_NARROW = 28
"""Letters of a programme's name on one line of an axis."""

STARTS, OUT, RUNS = "starts", "left out", "runs already"


def mix_rows(answer: Optimum) -> pd.DataFrame:
    """What each mix brings of the goal: mix, central, p10, p90 (GBP)."""
    return pd.DataFrame(
        [
            {
                "mix": name,
                "central": mix.brings[figure_of(answer.goal)],
                "p10": None if mix.goal is None else mix.goal[0],
                "p90": None if mix.goal is None else mix.goal[-1],
            }
            for name, mix in mixes(answer).items()
        ]
    ).astype({"central": float, "p10": float, "p90": float})


def mix_table(answer: Optimum, money: str) -> pd.DataFrame:
    """The mixes side by side, line by line, in the reader's unit."""
    found = mixes(answer)
    rows = {
        title.strip(): [figure(mix) for mix in found.values()]
        for title, figure in lines(answer, lambda amount: figure_in(money, amount))
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(found))


def side_by_side(answer: Optimum, money: str) -> Picture:
    """A bar for each mix with its range; the best is filled, the others are hollow."""
    found = mix_rows(answer)
    rows, unit = in_unit(found, ["central", "p10", "p90"], money)
    rows = rows.assign(
        kind=["best" if name == BEST else "other" for name in rows["mix"]],
        right=rows[["central", "p90"]].max(axis=1).clip(lower=0),
        shown=[figure_in(money, value) for value in found["central"]],
    )
    y: Spec = {"field": "mix", "type": "nominal", "sort": None, "title": None}
    title = f"{goal_name(answer.goal)}, {unit}"
    bars: Spec = {
        "mark": {"type": "bar", "stroke": NAVY, "strokeWidth": 1.5, "height": {"band": 0.5}},
        "encoding": {
            "y": y,
            "x": {
                "field": "central",
                "type": "quantitative",
                "title": title,
                "axis": {"tickCount": 8},
            },
            "fill": {
                "field": "kind",
                "scale": scale(["best", "other"], [SKY, WHITE]),
                "legend": None,
            },
            "tooltip": [
                tip("mix", "nominal", "Mix"),
                tip("central", "quantitative", f"Central, {unit}", ",.2f"),
                tip("p10", "quantitative", "P10", ",.2f"),
                tip("p90", "quantitative", "P90", ",.2f"),
            ],
        },
    }
    names: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {
            "y": y,
            "x": {"field": "right", "type": "quantitative"},
            "text": {"field": "shown"},
        },
    }
    drawn = picture([bars, *_whiskers(y), names, zero("x")], rows, 44 * len(rows))
    # Room for the amount beside the longest bar, on a narrow screen too.
    return Picture(drawn.spec | {"padding": {"right": 62}}, drawn.rows)


def _whiskers(y: Spec) -> list[Spec]:
    """From P10 to P90, lying down."""
    drawn = [{"filter": "isValid(datum.p10) && datum.p10 < datum.p90"}]
    ends: Spec = {"x": {"field": "p10", "type": "quantitative"}, "x2": {"field": "p90"}}
    rule: Spec = {
        "transform": drawn,
        "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
        "encoding": {"y": y, **ends},
    }
    tick = {"type": "tick", "color": INK, "thickness": 1.5, "size": 10, "orient": "vertical"}
    return [
        rule,
        *(
            {
                "transform": drawn,
                "mark": tick,
                "encoding": {"y": y, "x": {"field": end, "type": "quantitative"}},
            }
            for end in ("p10", "p90")
        ),
    ]


def start_rows(answer: Optimum) -> pd.DataFrame:
    """When each programme runs: name, kind, since and until (years into the plan), said.

    Those that can be started come first, in order of name; then what runs already.
    """
    plan = answer.plan
    rows = [
        {
            "name": verdict.choice.name,
            "kind": STARTS if verdict.start else OUT,
            "since": _place(answer, verdict.start) if verdict.start else 0.0,
            "until": float(plan.years) if verdict.start else 0.0,
            "said": f"{verdict.start:%B %Y}" if verdict.start else OUT,
        }
        for verdict in answer.verdicts
    ]
    for _, programme in sorted(plan.programmes.items()):
        running = [r for r in programme.rollouts.values() if runs_already(r, plan)]
        if running:
            rows.append(
                {
                    "name": programme.name,
                    "kind": RUNS,
                    "since": 0.0,
                    "until": max(_end(answer, rollout) for rollout in running),
                    "said": RUNS,
                }
            )
    return pd.DataFrame(rows, columns=["name", "kind", "since", "until", "said"])


def _place(answer: Optimum, day: dt.date) -> float:
    """A day as years into the plan, to the month."""
    return (month_number(day) - first_month(answer.plan.first_year)) / 12


def _end(answer: Optimum, rollout: Rollout) -> float:
    """When a wave ends, as years into the plan; no later than the plan does."""
    if rollout.ends is None:
        return float(answer.plan.years)
    return min(max(_place(answer, rollout.ends) + 1 / 12, 0.0), float(answer.plan.years))


def starts(answer: Optimum) -> Picture:
    """A bar from each programme's start on: filled where it is chosen, hollow where it runs."""
    plan, rows = answer.plan, start_rows(answer)
    rows = rows.assign(label=["\n".join(wrap(name, _NARROW)) for name in rows["name"]])
    order = list(rows["label"])
    years = [format_year(plan.first_year + place) for place in range(plan.years)]
    y: Spec = {
        "field": "label",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelExpr": "split(datum.value, '\\n')", "labelLimit": 300},
    }
    x: Spec = {
        "field": "since",
        "type": "quantitative",
        "title": "Financial year",
        "scale": {"domain": [0, plan.years], "nice": False},
        "axis": {
            "values": list(range(plan.years)),
            "labelExpr": f"{years!r}[datum.value]",
            "labelAlign": "left",
            "labelOverlap": "greedy",
            "tickCount": plan.years,
        },
    }
    bars: Spec = {
        "transform": [{"filter": "datum.until > datum.since"}],
        "mark": {"type": "bar", "stroke": NAVY, "strokeWidth": 1.5, "height": {"band": 0.62}},
        "encoding": {
            "y": y,
            "x": x,
            "x2": {"field": "until"},
            "fill": {
                "field": "kind",
                "scale": scale([STARTS, RUNS], [SKY, WHITE]),
                "legend": None,
            },
            "tooltip": [tip("name", "nominal", "Programme"), tip("said", "nominal", "Go-live")],
        },
    }
    names: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {"y": y, "x": x, "text": {"field": "said"}},
    }
    return picture([bars, names], rows, max(160, 40 * len(rows)))


def start_table(answer: Optimum) -> pd.DataFrame:
    """In or out, when, and why, programme by programme."""
    rows = {v.choice.name: (live(v.start), why(answer, v)) for v in answer.verdicts}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["Go-live", "Why"])


def limit_rows(answer: Optimum) -> pd.DataFrame:
    """The most of the goal under each limit: limit, goal (GBP), mix.

    A row for each limit from which another mix does best.
    """
    figure = figure_of(answer.goal)
    return pd.DataFrame(
        {
            "limit": [step.need for step in answer.steps],
            "goal": [step.brings[figure] for step in answer.steps],
            "mix": [to_start(answer, step.starts) for step in answer.steps],
        }
    )


def limit_table(answer: Optimum, money: str) -> pd.DataFrame:
    """The same as text, and how far each is from the best mix found."""
    rows = limit_rows(answer)
    columns = {goal_name(answer.goal): [figure_in(money, value) for value in rows["goal"]]}
    if answer.best:
        here = answer.best.brings[figure_of(answer.goal)]
        columns["Against the best found"] = [figure_in(money, v - here) for v in rows["goal"]]
    index = pd.Index([figure_in(money, value) for value in rows["limit"]], name="From a limit of")
    return pd.DataFrame({**columns, "What to start": list(rows["mix"])}, index=index)


def at_each_limit(answer: Optimum, money: str) -> Picture:
    """How much of the goal each funding limit allows, with the limit asked for marked."""
    rows = limit_rows(answer)
    widest = max(answer.limit, float(rows["limit"].iloc[-1])) * 1.08
    last = rows.iloc[[-1]].assign(limit=widest, mix="")
    rows, unit = in_unit(pd.concat([rows, last], ignore_index=True), ["limit", "goal"], money)
    title = f"{goal_name(answer.goal)}, {unit}"
    place: Spec = {
        "x": {
            "field": "limit",
            "type": "quantitative",
            "title": f"Funding limit, {unit}",
            "scale": {"nice": False, "zero": True},
            "axis": {"tickCount": 6},
        },
        "y": {"field": "goal", "type": "quantitative", "title": title},
    }
    line: Spec = {
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5, "color": NAVY},
        "encoding": place,
    }
    points: Spec = {
        "transform": [{"filter": "datum.mix != ''"}],
        "mark": {"type": "point", "filled": True, "size": 60, "color": NAVY},
        "encoding": {
            **place,
            "tooltip": [
                tip("limit", "quantitative", f"From a limit of, {unit}", ",.2f"),
                tip("goal", "quantitative", title, ",.2f"),
                tip("mix", "nominal", "Start"),
            ],
        },
    }
    asked = {"x": {"datum": answer.limit / UNITS[money][0], "type": "quantitative"}}
    once = [{"filter": "datum.mix == ''"}]
    rule: Spec = {
        "transform": once,
        "mark": {"type": "rule", "color": INK, "strokeDash": [6, 4], "aria": False},
        "encoding": asked,
    }
    name: Spec = {
        "transform": once,
        "mark": {
            "type": "text",
            "baseline": "bottom",
            "dy": -4,
            "align": "right" if answer.limit > widest / 2 else "left",
        },
        "encoding": {**asked, "y": {"value": 0}, "text": {"value": "limit asked for"}},
    }
    return picture([line, points, rule, name, zero()], rows)
