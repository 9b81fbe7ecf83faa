"""The command that serves the dashboard."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from prevention.cli.options import StoreOption, app
from prevention.cli.speech import plain_errors


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501,
    store: StoreOption = None,
) -> None:
    """Serve the dashboard on this machine."""
    import os
    import subprocess

    from prevention.evidence.places import home, store_file

    with plain_errors():
        root = home()
        os.environ["PREVENTION_STORE"] = str(store_file(store))
        command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py")]
        command += [f"--server.port={port}", "--server.address=127.0.0.1"]
        typer.echo(f"The dashboard is at http://127.0.0.1:{port} (Ctrl+C stops it).", err=True)
        try:
            code = subprocess.call(command, cwd=root)
        except KeyboardInterrupt:
            code = 0
    raise typer.Exit(code)
