"""How a command speaks: results, progress and faults in plain words, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

REQUEST_WRONG, DATA_WRONG = 2, 3


def write(text: str, output: Path | None) -> None:
    """To the terminal, or to a file that appears whole or not at all."""
    if output is None:
        typer.echo(text)
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, only where a person watches it."""
    with stages(title) as step:
        yield lambda done, of: step(title, done, of)


@contextmanager
def stages(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for work in several stages, under the name of the one it is at."""
    if not sys.stderr.isatty():
        yield lambda doing, done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda doing, done, of: bar.update(task, description=doing, completed=done, total=of)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what went wrong into plain sentences and an exit code."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as fault:
        if _debugging():
            raise
        code = _code_of(fault)
        text = _words_of(fault)
        lead = "" if code != 1 else "Something unexpected went wrong: "
        typer.echo(f"{lead}{text}", err=True)
        if code == 1:
            typer.echo("Run again with --debug before the command for the details.", err=True)
        raise typer.Exit(code) from None


def _words_of(fault: Exception) -> str:
    if isinstance(fault, KeyError) and fault.args:
        return str(fault.args[0])
    if isinstance(fault, OSError) and fault.filename and fault.strerror:
        return f"{fault.filename}: {fault.strerror}."
    return str(fault)


def _debugging() -> bool:
    import click

    context = click.get_current_context(silent=True)
    return bool(context is not None and context.find_root().obj)


def _code_of(fault: Exception) -> int:
    """2 where the request is wrong, 3 where the data is, 1 otherwise."""
    from prevention.evidence.build import BuildFailed
    from prevention.learning.cohort import RecordsUnfit

    if isinstance(fault, BuildFailed | RecordsUnfit):
        return DATA_WRONG
    if isinstance(fault, ValueError | LookupError | OSError | RuntimeError):
        return REQUEST_WRONG
    return 1
