"""Small faults put into the model one at a time, to see whether a test notices: `make mutants`.

Cosmic Ray makes the faults. Each runs in a process of its own, forked from one in which the
libraries are loaded already; the changed text of a module is loaded in place of the file,
and no file is touched. The modules, the tests each must be caught by, and the least share
that must be caught stand in pyproject.toml under [tool.mutants].

    python tests/mutants.py [module ...]    exit code 1 when too few faults are caught
"""

from __future__ import annotations

import difflib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

import grimp
import pytest

ROOT = Path(__file__).parents[1]

LEFT_OUT = re.compile(
    "BinaryOperator_(?!Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Pow_Mul|Mod_Mul)"
    "|Invert|_(Eq|NotEq|Lt|LtE|Gt|GtE)_Is(Not)?$"
)
"""Operators not used: a sum for a bit-shift fails whatever the tests, and flatters the share."""

OF_NO_EFFECT = re.compile(r"^\+.*\b(slots|strict)=False")
"""No figure depends on these: the memory a result takes, and a check that cannot fail."""

CAUGHT, SLOW, BROKEN, SURVIVED = "caught", "too slow", "does not load", "survived"
OUTCOMES = {0: SURVIVED, 1: CAUGHT, 2: BROKEN, 3: BROKEN, 4: BROKEN}
"""By the exit code of pytest; a fault that ends in a signal has run out of time."""

BROKE_DOWN = 70

QUICKLY = ["-x", "-q", "--assert=plain", "--import-mode=importlib", "--override-ini=addopts="]
QUICKLY += [f"-pno:{name}" for name in ("anyio", "cacheprovider", "doctest", "hypothesispytest")]
"""How pytest is run: nothing told, nothing kept, no helper that no test here needs."""

MOST_MEMORY = 6 * 2**30
"""Bytes: a fault may ask for an endless table."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: what made it, its line, the text of the module with it, and what that changes."""

    operator: str
    line: int
    text: str
    changes: list[str]


def mutants_of(text: str) -> Iterator[Mutant]:
    """Every fault that makes sense in a module, in the order of Cosmic Ray's operators."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    nodes = list(ast_nodes(get_ast(text)))
    for name in operator_names():
        kind = get_operator(name)
        if LEFT_OUT.search(name) or kind.arguments():
            continue
        places = [place for node in nodes for place in kind().mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            changed = mutate_code(text, kind(), occurrence)
            if changed and (changes := _changes(text, changed)):
                yield Mutant(name.removeprefix("core/"), start[0], changed, changes)


def _changes(before: str, after: str) -> list[str]:
    """The lines that differ, those of a fault of no effect left out."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    found = [line for line in lines if re.match(r"[+-](?!\+\+|--)", line)]
    return [] if any(OF_NO_EFFECT.search(line) for line in found) else found


class _Changed(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Loads one module from the text given instead of its file."""

    def __init__(self, path: Path, text: str) -> None:
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        super().__init__(module, str(path))
        self.text = text

    def forget_reached(self) -> None:
        """Have the module, and all that import it however indirectly, loaded again when asked."""
        for name in (self.name, *_imports().find_downstream_modules(self.name)):
            package, _, last = name.rpartition(".")
            if sys.modules.pop(name, None) and package in sys.modules:
                vars(sys.modules[package]).pop(last, None)

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Witnesses:
    """The order tests are asked in: by the time each has taken so far for every fault it caught.

    Also the plugin that puts them in that order and times them, in the process that tests.
    """

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.catches: Counter[str] = Counter()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.seconds[item.nodeid] / (1 + self.catches[item.nodeid]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        self.catches[report.nodeid] += report.failed

    def told(self) -> bytes:
        """What they saw, to be read by `learn` in another process."""
        return json.dumps([self.seconds, self.catches]).encode()

    def learn(self, told: bytes) -> None:
        """Take over what was seen in another process."""
        if told:
            seconds, catches = json.loads(told)
            self.seconds, self.catches = Counter(seconds), Counter(catches)


def outcome(path: Path, text: str, tests: Sequence[str], seconds: int, order: Witnesses) -> str:
    """What the tests make of a module with this text, in a process of its own."""
    listen, speak = os.pipe()
    child = os.fork()
    if child == 0:
        _test(path, text, tests, seconds, order, speak)
    os.close(speak)
    with os.fdopen(listen, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    order.learn(told)
    return SLOW if os.WIFSIGNALED(status) else OUTCOMES[os.waitstatus_to_exitcode(status)]


def _test(
    path: Path, text: str, tests: Sequence[str], seconds: int, order: Witnesses, speak: int
) -> None:
    """In the child: load the text for the module and let pytest's exit code speak."""
    code = BROKE_DOWN
    try:
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        changed = _Changed(path, text)
        changed.forget_reached()
        sys.meta_path.insert(0, changed)
        code = pytest.main([*QUICKLY, *tests], plugins=[order])
        with os.fdopen(speak, "wb") as pipe:
            pipe.write(order.told())
    finally:
        os._exit(code)


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph("prevention", cache_dir=None)


def _load() -> None:
    """What the tests need, once: a fault then costs the loading of what it reaches alone."""
    for name in ("hypothesis", "pandas", "scipy.stats", "prevention.model.summary"):
        importlib.import_module(name)
    importlib.import_module("prevention.evidence.build")
    _imports()
    gc.freeze()


def report(path: Path, original: str, tests: Sequence[str]) -> float:
    """Run every fault of one module; the share caught of those that load."""
    began, order = time.monotonic(), Witnesses()
    if outcome(path, original, tests, 600, order) != SURVIVED:
        raise SystemExit(f"{path.name}: its tests fail without any fault put in.")
    seconds = 10 + int(5 * (time.monotonic() - began))
    found: Counter[str] = Counter()
    for mutant in mutants_of(original):
        result = outcome(path, mutant.text, tests, seconds, order)
        found[result] += 1
        if result == SURVIVED:
            _write(f"{path.name}:{mutant.line} survived {mutant.operator}", *mutant.changes)
    noticed = found[CAUGHT] + found[SLOW]
    share = noticed / max(noticed + found[SURVIVED], 1)
    counts = ", ".join(f"{found[each]} {each}" for each in (CAUGHT, SLOW, SURVIVED, BROKEN))
    took = (time.monotonic() - began) / 60
    _write(f"{path.name}: {found.total()} faults: {counts}. {share:.1%} caught, {took:.0f} min.")
    return share


def _write(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main(wanted: Sequence[str]) -> int:
    """Run the modules named (all when none is), and hold each to the least share."""
    os.chdir(ROOT)
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    settings = document["tool"]["mutants"]
    modules = settings["modules"]
    if unknown := set(wanted) - set(modules):
        raise SystemExit(f"No such module: {', '.join(unknown)}. There are {', '.join(modules)}.")
    _load()
    shares = {}
    for name in wanted or modules:
        path = ROOT / settings["folder"] / f"{name}.py"
        original = path.read_text(encoding="utf-8")
        shares[name] = report(path, original, modules[name])
    gc.unfreeze()
    return int(min(shares.values()) < settings["least"])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
