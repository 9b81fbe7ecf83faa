"""Where the data, the expectations and the store are."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "PREVENTION_HOME"
"""Environment variable naming the folder that holds `data` and `expectations`."""

STORE_VARIABLE = "PREVENTION_STORE"
"""Environment variable naming the store file, for the dashboard's own process."""


class PlaceMissing(FileNotFoundError):
    """A folder the program needs is not where it was looked for."""


def home() -> Path:
    """The folder that holds `data` and `expectations`.

    PREVENTION_HOME when it is set; else the clone this package runs from; else the
    folder the command was given in.

    Raises:
        PlaceMissing: none of them holds `data/published`.
    """
    named = os.environ.get(HOME_VARIABLE)
    candidates = [Path(named)] if named else [*Path(__file__).resolve().parents, Path.cwd()]
    for folder in candidates:
        if (folder / "data" / "published").is_dir():
            return folder
    looked = f"in {named}" if named else "beside the program or in the current folder"
    raise PlaceMissing(
        f"There is no data/published {looked}. "
        f"Set {HOME_VARIABLE} to the project folder, or name the data folder with --data."
    )


def data_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """The data folder: the one given, else `data` of `home`.

    Raises:
        PlaceMissing: it does not exist.
    """
    folder = Path(given) if given is not None else home() / "data"
    if not folder.is_dir():
        raise PlaceMissing(f"There is no data folder {folder}. Name an existing one with --data.")
    return folder


def expectations_folder(data: str | os.PathLike[str] | None = None) -> Path:
    """The expectations that go with a data folder: beside it if there, else those of `home`."""
    if data is not None:
        beside = Path(data).resolve().parent / "expectations"
        if beside.is_dir():
            return beside
    return home() / "expectations"


def store_file(given: str | os.PathLike[str] | None = None) -> Path:
    """The store: the file given, else PREVENTION_STORE, else `store/evidence.duckdb` of `home`."""
    named = given if given is not None else os.environ.get(STORE_VARIABLE)
    return Path(named) if named is not None else home() / "store" / "evidence.duckdb"
