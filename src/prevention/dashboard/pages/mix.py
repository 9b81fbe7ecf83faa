"""Best mix: which programmes to start, and when, within what there is to spend."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import streamlit as st

from prevention.dashboard import choices, mix_saving
from prevention.dashboard.mix_asking import Asked, ask, choose
from prevention.dashboard.searching import awaited, searches
from prevention.dashboard.session import (
    bench,
    built,
    run_caption,
    show_below,
    show_downloads,
    show_missing,
    show_picture,
)
from prevention.dashboard.tables import show_table
from prevention.jobs.choosing import optimise
from prevention.model.chain import covered
from prevention.model.manifest import assumptions_hash, run_of
from prevention.model.mix import choices_of
from prevention.model.optimum import Optimum, Progress
from prevention.reports import mix_words
from prevention.reports.pictures import mix_charts
from prevention.reports.words import per_cent, plain, sum_in


def show() -> None:
    """The page."""
    st.markdown(
        "Which programmes to start, and in which year, so that the council gets the most for "
        "what it can find. Every mix is judged by the same model as every other page."
    )
    request, money = choose()
    plan, missing = covered(bench().plan(request), bench().council(request.council))
    if not choices_of(plan):
        st.info(mix_words.nothing_to_choose(plan), title="There is nothing to choose")
        show_missing(missing)
        return
    asked, pressed = ask(request, plan)
    if not asked.limit:
        st.warning(
            "Give the most that may be needed at any time, in pounds: a funding limit is more "
            "than nothing. What the plan does as it stands is on the pages Adjust and Compare.",
            title="There is no funding limit",
        )
        return
    key = _key(asked)
    found = searches().ask(key, _work(asked)) if pressed else searches().get(key)
    if found is None:
        st.caption("Press the button to search: it takes a few seconds.")
        return
    _show_answer(awaited(found), asked, money)


def _key(asked: Asked) -> Hashable:
    """What an answer depends on: all that is asked, the figures and the assumptions behind it.

    What people save on the record moves neither, unless it is this scenario that they save.
    """
    return asked, built()[:2], assumptions_hash(bench().plan(asked.request))


def _work(asked: Asked) -> Callable[[Progress], Optimum]:
    """The search: in no page, so nothing here may touch one."""
    workbench = bench()
    return lambda tell: optimise(
        workbench, asked.request, asked.limit, asked.goal, asked.latest, asked.only, tell
    )


def _show_answer(answer: Optimum, asked: Asked, money: str) -> None:
    st.header(plain(mix_words.title(answer)))
    said = list(mix_words.sentences(answer))
    if answer.best is None:
        st.warning(plain(said[0]), title="Nothing fits")
    else:
        st.markdown(f"**{plain(said[0])}** {plain(' '.join(said[1:2]))}")
        _show_figures(answer, money)
        st.markdown(plain(" ".join(said[2:])))
    if asked.request.changes:
        st.caption("With the assumptions you set under Adjust, which are not saved.")
    best = answer.best or answer.running
    run = run_of(best.plan, answer.council, answer.draws, answer.seed)
    if answer.verdicts:
        _show_starts(answer, run["run_id"])
    _show_mixes(answer, money, run["run_id"])
    _show_limits(answer, money, run["run_id"])
    with st.expander("How it was found, and what it rests on"):
        st.markdown("\n".join(f"- {plain(each)}" for each in mix_words.how_found(answer)))
    if answer.best is not None:
        mix_saving.show(answer, asked.request)
    show_missing(answer.missing)
    run_caption(run)


def _show_figures(answer: Optimum, money: str) -> None:
    """The best mix in six figures."""
    best = answer.best
    if best is None or best.goal is None:
        return
    low, _, high = best.goal
    month = mix_words.deepest(answer, best)
    cards = [
        (
            mix_words.goal_name(answer.goal),
            sum_in(money, best.brings[mix_words.figure_of(answer.goal)]),
            "Over the plan, on top of what already runs: the exact central run.",
        ),
        ("Low (P10)", sum_in(money, low), "One time in ten it brings less than this."),
        ("High (P90)", sum_in(money, high), "One time in ten it brings more than this."),
        (
            f"Peak funding need, {month}" if month else "Peak funding need",
            sum_in(money, best.need),
            "The most that must be found at any time, in the central case.",
        ),
        (
            "Chance of keeping the limit",
            per_cent(best.within or 0),
            "Share of the draws in which the need stays within the limit.",
        ),
        (
            "Chance of beating the next best",
            "no other" if answer.beats is None else per_cent(answer.beats),
            "Share of the draws in which it brings more than the next best mix.",
        ),
    ]
    with st.grid(3, min_column_width=200):
        for label, value, about in cards:
            st.metric(label, value, border=True, height="stretch", help=about)


def _show_mixes(answer: Optimum, money: str, run: str) -> None:
    st.header("The mixes side by side")
    chart = mix_charts.side_by_side(answer, money)
    title = f"{mix_words.goal_name(answer.goal)} of each mix"
    show_picture(
        chart,
        f"{title} on top of what already runs, with its range from P10 to P90. The table below "
        "has the figures.",
    )
    st.markdown("\n".join(f"- {plain(each)}" for each in mix_words.how_sure(answer)))
    unit = choices.MONEY[money]
    table = mix_charts.mix_table(answer, money)
    show_table(table, f"The mixes side by side, {unit}", f"On top of what already runs, {unit}")
    show_downloads(chart, title, run)


def _show_starts(answer: Optimum, run: str) -> None:
    st.header("What starts when")
    chart = mix_charts.starts(answer)
    title = "When each programme starts"
    show_picture(
        chart,
        "A bar from its start for each programme chosen, the words left out for the others, and "
        "what runs already. The table below says why.",
    )
    table = mix_charts.start_table(answer)
    show_table(table, "What to start and what to leave out, and why", "Programme")
    show_downloads(chart, title, run)


def _show_limits(answer: Optimum, money: str, run: str) -> None:
    st.header("What a larger or smaller limit would bring")
    st.markdown(plain(mix_words.other_limits(answer)))
    if len(answer.steps) > 1:
        chart = mix_charts.at_each_limit(answer, money)
        title = f"{mix_words.goal_name(answer.goal)} within each funding limit"
        show_picture(
            chart,
            f"{title}: a line that steps up at each limit from which another mix does better, with "
            "the limit asked for marked. The table below has the figures.",
        )
        table = mix_charts.limit_table(answer, money)
        show_below(chart, table, f"{title}, {choices.MONEY[money]}", run)
