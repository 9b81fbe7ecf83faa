"""What case records taught: as text, as a document, and as a scenario to forecast with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from prevention.evidence.own.cases import CaseFile
from prevention.learning.effect import Effect
from prevention.learning.findings import Findings
from prevention.learning.gates import UNMOVED, Needed
from prevention.learning.lag import Learned, Range
from prevention.model.assumptions import Assumption

WIDTH = 90
UNCHANGED = "The council's data did not change this."
NOT_AN_EFFECT = (
    "This share is not an effect: some would have had the outcome without the programme."
)
_BREACHES_SHOWN = 20


def label_sentence(found: Findings) -> str:
    """Whose figure of the lag is in force, and why.

    The label itself stands first.
    """
    more = _more(found.needed)
    match found.label:
        case "evidence":
            return (
                "evidence. Too few records: the programme's own evidence stays in force. "
                f"Still needed: {more}."
            )
        case "blended":
            return (
                "blended. Records and evidence count together. For the council's own figure "
                f"still needed: {more}."
            )
        case _:
            return "local. There are enough records for the council's own figure."


def _more(needed: Needed | None) -> str:
    """What is missing, in words."""
    if needed is None:
        return "nothing"
    wants = [
        _count(needed.referrals, "referral", "referrals"),
        _count(needed.outcomes, "known outcome", "known outcomes"),
        _count(needed.months, "month of records", "months of records"),
        _count(needed.followed, "person", "people")
        + f" referred {needed.followed_months} months ago or longer",
    ]
    told = [words for words in wants if not words.startswith("0 ")]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _count(number: int, one: str, many: str) -> str:
    """A number more of something.

    >>> _count(1, "month", "months"), _count(12, "person", "people")
    ('1 more month', '12 more people')
    """
    return f"{number} more {one if number == 1 else many}"


def effect_sentences(found: Findings) -> list[str]:
    """What can be said of the effect."""
    effect = found.effect
    if effect is None:
        return [found.no_effect]
    arms = (
        f"Within {effect.months:.0f} months of referral {effect.programme.share:.0%} had the "
        f"outcome with the programme, {effect.comparison.share:.0%} in the comparison group."
    )
    if effect.difference is None:
        return [arms, _too_few(effect)]
    low, high = effect.difference.p10, effect.difference.p90
    return [
        arms,
        f"Difference: {effect.difference.p50 * 100:+.0f} points, 80 % range {low * 100:+.0f} to "
        f"{high * 100:+.0f}. It is an effect only as far as the groups are alike.",
    ]


def _too_few(effect: Effect) -> str:
    have = f"{effect.programme.people:,} and {effect.comparison.people:,}"
    return (
        "Whether that is an effect cannot be told: to see the "
        f"{effect.looked_for * 100:.1f} points that the evidence gives takes {effect.needed:,} "
        f"people in each group followed that long; here there are {have}."
    )


def forecast_command(programme: str, settings: dict[str, Assumption], scenario: str) -> str:
    """The forecast with what was learned, ready to be run."""
    parts = [f"prevention forecast --scenario {scenario}"]
    for name, value in settings.items():
        key = f"programmes.{programme}.{name}"
        parts.append(f"--set {key}={value.central:g}")
        parts.append(f"--set {key}.low={value.low:g} --set {key}.high={value.high:g}")
    return " ".join(parts)


def scenario_toml(found: Findings, settings: dict[str, Assumption], scenario: str) -> str:
    """A scenario document that sets what was learned."""
    programme = found.programme
    lines = [
        f"id = {_string(f'{programme.id}-own-records')}",
        f"title = {_string(f'{programme.name}: as learned from our own case records')}",
        f"differs_from = {_string(scenario)}",
        "",
        "[changes]",
    ]
    for name, value in settings.items():
        parts = value.model_dump()
        numbers = [f"{part} = {parts.pop(part)!r}" for part in ("low", "central", "high")]
        words = [f"{part} = {_string(text)}" for part, text in parts.items() if text]
        key = _string(f"programmes.{programme.id}.{name}")
        lines.append(f"{key} = {{ {', '.join([*numbers, *words])} }}")
    return "\n".join(lines)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def document(
    file: CaseFile, found: Findings, settings: dict[str, Assumption], scenario: str
) -> dict[str, Any]:
    """Everything as plain values, under names that stay."""
    people = found.people
    return {
        "programme": found.programme.id,
        "as_at": found.as_at.isoformat(),
        "rows_read": file.rows_read,
        "rows_used": file.rows_used,
        "rows_refused": file.rows_refused,
        "set_aside": dict(file.set_aside),
        "recognised": list(file.recognised),
        "breaches": [
            {name: value for name, value in asdict(breach).items() if name != "table"}
            for breach in file.breaches
        ],
        "records": {
            "referrals": people.referrals,
            "outcomes": people.outcomes,
            "left": int(people.left.sum()),
            "open": people.still_open,
            "months": people.months,
        },
        "lag": {
            "label": found.label,
            "statement": label_sentence(found),
            "needed": asdict(found.needed) if found.needed else None,
            "moved": found.moved,
            "contradicts_evidence": found.contradicts,
            **_learned(found.fit.lag),
        },
        "spread": _learned(found.fit.spread),
        "responding_share": asdict(found.fit.share) | {"note": NOT_AN_EFFECT},
        "completed_only_mean": people.mean_of_completed,
        "effect": {
            "label": found.effect_label,
            "statement": " ".join(effect_sentences(found)),
            **(asdict(found.effect) if found.effect else {}),
        },
        "scenario": scenario,
        "settings": {
            f"programmes.{found.programme.id}.{name}": value.model_dump()
            for name, value in settings.items()
        },
        "command": forecast_command(found.programme.id, settings, scenario) if settings else "",
    }


def _learned(part: Learned) -> dict[str, Any]:
    return {"unit": "months", **asdict(part)}


def text(file: CaseFile, found: Findings, settings: dict[str, Assumption], scenario: str) -> str:
    """The same to be read."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, highlight=False)

    def say(*lines: str) -> None:
        for line in lines:
            console.print(line, markup=False)

    say(f"{found.programme.name}: what your case records say, as at {found.as_at:%-d %B %Y}")
    say(*reading_lines(file), "")
    say(*_people(found), "")
    console.print(_table(found))
    say(*_verdict(found), "", "Effect", *effect_sentences(found), "")
    say("What to do with it")
    if settings:
        say(f"Run the forecast with it ({scenario}):")
        written.write(forecast_command(found.programme.id, settings, scenario) + "\n")
    else:
        say("Nothing to set: the forecast goes on with the programme's evidence.")
    return written.getvalue().rstrip("\n")


def reading_lines(file: CaseFile) -> list[str]:
    """What was read and refused."""
    lines = list(file.recognised)
    lines += [f"Set aside: {why} ({count:,})." for why, count in file.set_aside.items()]
    lines += [str(breach) for breach in file.breaches[:_BREACHES_SHOWN]]
    more = len(file.breaches) - _BREACHES_SHOWN
    lines += [f"and {more:,} more breaches; --format json gives all."] if more > 0 else []
    counts = f"{file.rows_used:,} used, {file.rows_refused:,} refused"
    return [*lines, f"{file.rows_read:,} rows read: {counts}."]


def _people(found: Findings) -> Iterable[str]:
    people = found.people
    yield (
        f"{people.referrals:,} people referred over {people.months} months: "
        f"{people.outcomes:,} with the outcome, {people.left.sum():,} closed without it, "
        f"{people.still_open:,} still open."
    )


def _table(found: Findings) -> Table:
    table = Table(title="Months from referral to outcome")
    for heading in ("", "P10", "P50", "P90"):
        table.add_column(heading, justify="right" if heading else "left")
    for title, part in (("Mean", found.fit.lag), ("Spread", found.fit.spread)):
        few = part.records_alone is None or found.label == "evidence"
        alone = "too few" if few else f"{part.records_alone:.1f}"
        table.add_row(f"{title}: the programme's evidence", *_cells(part.evidence))
        table.add_row(f"{title}: your records alone", "", alone, "")
        table.add_row(f"{title}: both together", *_cells(part.estimate), end_section=True)
    return table


def _cells(found: Range) -> tuple[str, str, str]:
    return f"{found.p10:.1f}", f"{found.p50:.1f}", f"{found.p90:.1f}"


def _verdict(found: Findings) -> Iterable[str]:
    lag, share = found.fit.lag, found.fit.share
    yield f"Label: {label_sentence(found)}"
    yield (
        f"Data weight {lag.data_weight:.2f}: the records took away that share of the doubt "
        "(variance) about the mean."
    )
    if not found.moved:
        yield f"Below {UNMOVED:g}: {UNCHANGED[0].lower()}{UNCHANGED[1:]}"
    if found.contradicts:
        yield (
            f"By themselves the records say {lag.records_alone:.1f} months, outside the evidence's "
            "range. Find out why before you rely on either."
        )
    yield (
        f"Share who respond in the end: {share.p50:.0%} ({share.p10:.0%} to {share.p90:.0%}). "
        f"{NOT_AN_EFFECT}"
    )
    yield (
        f"The mean of completed cases alone is {found.people.mean_of_completed:.1f} months. Do "
        "not use it: it leaves out the slow ones, the classic mistake."
    )
