"""The tree keeps its own rules: small files, small functions, nothing unsafe."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = [
    path
    for folder in ("src", "tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
] + [ROOT / "app.py"]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", OURS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_and_no_function_is_too_long(path: Path) -> None:
    """A newcomer reads any file in one sitting, any function on one screen."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    long = [
        node.name
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_nothing_is_pickled_and_no_text_becomes_markup() -> None:
    """No pickle in or out, and no page switches Streamlit's HTML on."""
    found = []
    for path in OURS:
        for node in _nodes(path):
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            if isinstance(node, ast.ImportFrom):
                names = {node.module or ""}
            if names & {"pickle", "joblib", "dill", "cloudpickle", "shelve"}:
                found.append(f"{path.name}: {names}")
            if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
                found.append(f"{path.name}: {node.arg}")
    assert found == []


def test_values_never_go_into_a_statement() -> None:
    """Text put into SQL is a name from the schema, quoted; values are parameters."""
    found = []
    for path in (ROOT / "src").rglob("*.py"):
        for node in _nodes(path):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in (
                "execute",
                "executemany",
                "sql",
                "query",
                "rows",
                "read",
                "frame",
            ):
                continue
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.FormattedValue) and not _is_schema(part.value):
                    found.append(f"{path.name}:{node.lineno} {ast.unparse(part.value)}")
    assert found == []


def _is_schema(value: ast.expr) -> bool:
    """A quoted identifier, or text the same function joined from quoted identifiers."""
    text = ast.unparse(value)
    return text.startswith("quoted(") or text in SCHEMA_TEXT


SCHEMA_TEXT = {"columns", "name", "marks", "' UNION ALL '.join(selections)"}
"""Names that hold quoted identifiers or ? marks and nothing a person typed."""


def test_every_dependency_is_pinned() -> None:
    """One version each, so that a run today can be made again next year."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"] | project["project"]["optional-dependencies"]
    wanted = sum(groups.values(), project["project"]["dependencies"])
    assert [name for name in wanted if "==" not in name] == []


def test_the_dashboard_is_served_on_this_machine_alone() -> None:
    """Loopback unless somebody says otherwise; no word of use leaves the machine."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


def test_dates_are_written_in_a_way_every_system_knows() -> None:
    """Windows knows no day without its nought: a page that asks for one would not open there."""
    assert [path.name for path in OURS if "%" + "-" in path.read_text(encoding="utf-8")] == []
