"""Arrays kept from one process to the next change nothing, and a bad file costs only time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from prevention import shelf
from prevention.jobs import Request, Workbench
from prevention.model.projection import project
from prevention.shelf import Shelf

KIND = "scores"
WANTED = np.arange(12, dtype=np.float32).reshape(3, 4)


class Maker:
    """Makes the array, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> np.ndarray:
        self.made += 1
        return WANTED.copy()


def test_an_array_is_made_once_for_every_process(tmp_path: Path) -> None:
    make = Maker()
    for _ in range(3):  # a shelf knows nothing but its folder: as in another process
        found = Shelf(tmp_path / "draws")(KIND, "a name", make)
        np.testing.assert_array_equal(found, WANTED)
        assert found.dtype == WANTED.dtype
    assert make.made == 1
    Shelf(tmp_path / "draws")(KIND, "another name", make)
    assert make.made == 2


def test_arrays_of_another_library_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    Shelf(tmp_path)(KIND, "a name", make)
    monkeypatch.setattr(shelf.scipy, "__version__", "0.0")
    Shelf(tmp_path)(KIND, "a name", make)
    assert make.made == 2


def test_arrays_of_another_model_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    Shelf(tmp_path)(KIND, "a name", make)
    monkeypatch.setattr(shelf, "source_hash", lambda part: f"another {part}")
    Shelf(tmp_path)(KIND, "a name", make)
    assert make.made == 2


def _cut(content: bytes, place: int) -> bytes:
    return content[:place]


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize("spoil", [_cut, _flipped])
def test_a_file_torn_or_altered_anywhere_gives_no_wrong_figure(
    tmp_path: Path, spoil: Callable[[bytes, int], bytes]
) -> None:
    Shelf(tmp_path)(KIND, "a name", Maker())
    (file,) = (tmp_path / KIND).iterdir()
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(spoil(whole, place))
        np.testing.assert_array_equal(Shelf(tmp_path)(KIND, "a name", Maker()), WANTED)
    file.write_bytes(whole[: len(whole) // 2])
    make = Maker()
    Shelf(tmp_path)(KIND, "a name", make)
    assert make.made == 1
    assert file.read_bytes() == whole  # mended


def test_without_a_folder_to_write_to_each_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "draws").write_text("not a folder")
    make = Maker()
    for _ in range(2):
        np.testing.assert_array_equal(Shelf(tmp_path / "draws")(KIND, "a name", make), WANTED)
    assert make.made == 2


def test_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 3)
    for number in range(5):
        Shelf(tmp_path)(KIND, f"name {number}", Maker())
    assert len(list((tmp_path / KIND).iterdir())) == 3


def test_a_forecast_is_the_same_with_and_without(store_path: Path) -> None:
    workbench = Workbench(store=store_path)
    request = Request(scenario="step-up", draws=300)
    council, plan = workbench.council(request.council), workbench.plan(request)
    without = project(plan, council, request.draws, request.seed)
    first, again = workbench.forecast(request), workbench.forecast(request)
    kinds = [folder.name for folder in sorted(workbench.shelf.folder.iterdir())]
    assert kinds == ["lags", "responses", "scores"]
    for cell, measures in without.samples.items():
        for name, drawn in measures.items():
            for other in (first, again):
                np.testing.assert_array_equal(other.samples[cell][name], drawn)


def test_a_second_process_draws_and_works_out_nothing_that_was_kept(store_path: Path) -> None:
    """Scipy's special functions take longer to import than all else a forecast needs."""
    script = (
        "import sys; from pathlib import Path; from prevention.jobs import Request, Workbench; "
        "from prevention.model.summary import appraised; "
        "bench = Workbench(store=Path(sys.argv[1])); "
        "print(len(appraised(bench.forecast(Request(scenario='step-up', draws=256))))); "
        "print('scipy.special' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(store_path)]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    )
    assert first[0] == second[0] == "3"
    assert second[1] == "False"
