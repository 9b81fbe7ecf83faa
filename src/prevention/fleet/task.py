"""A task of a fleet: all that one council's work needs, ready to go to another process."""

from __future__ import annotations

from dataclasses import dataclass

from prevention.model.evidence import CouncilEvidence
from prevention.model.scenarios import Plan


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario of the fleet: its plan, or the plain reason why there is none."""

    name: str
    plan: Plan | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What is run for every council. draws: 0 for the central run alone."""

    variants: tuple[Variant, ...]
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class Task:
    """One council with all its scenarios, and everything needed to work them out."""

    council: CouncilEvidence
    job: Job


def plain(fault: Exception) -> str:
    """What a fault says, without the quotes Python puts round that of a missing key."""
    return str(fault.args[0] if isinstance(fault, KeyError) and fault.args else fault)
