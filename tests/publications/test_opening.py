"""A file of unknown origin: read in any usual form, refused in one plain sentence otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prevention.publications import FileRefused, NotRecognised, PublicationError, read_publication
from prevention.publications.opening import open_file
from publications.hostile import HEAVY, UNREADABLE

MOST_MEGABYTES, MOST_SECONDS = 500, 5
MEASURE = """
import json, resource, sys
from pathlib import Path
from prevention.publications import PublicationError, read_publication
try:
    read_publication(Path(sys.argv[1]))
    said = ""
except PublicationError as refusal:
    said = str(refusal)
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
# A process starts with the peak of the one that started it, so its own is asked of the kernel.
own = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in l)
print(json.dumps({
    "said": said,
    "megabytes": (int(own.split()[1]) + used[1].ru_maxrss) / 1000,
    "seconds": sum(u.ru_utime + u.ru_stime for u in used),
}))
"""


@pytest.mark.parametrize("wrong", UNREADABLE)
def test_a_broken_file_is_refused_in_plain_words(tmp_path: Path, wrong: str) -> None:
    name, make, says = UNREADABLE[wrong]
    make(tmp_path / name)
    with pytest.raises(FileRefused, match=says) as refusal:
        read_publication(tmp_path / name)
    message = str(refusal.value)
    assert message.startswith(name)
    assert message.endswith(".")
    assert "Traceback" not in message
    assert "\n" not in message


@pytest.mark.parametrize("wrong", HEAVY)
def test_a_heavy_file_stays_within_memory_and_time(tmp_path: Path, wrong: str) -> None:
    """Memory of the reader and of the process it opens files in, together; processor time."""
    name, make, says = HEAVY[wrong]
    make(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    used = json.loads(done.stdout)
    with pytest.raises(PublicationError, match=says):
        raise PublicationError(used["said"])
    assert used["megabytes"] < MOST_MEGABYTES
    assert used["seconds"] < MOST_SECONDS


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="There is no file"):
        read_publication(tmp_path / "none.csv")
    with pytest.raises(FileRefused, match="not a file"):
        read_publication(tmp_path)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder a workbook is unpacked in goes, whether it could be read or not."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    for wrong in ("malformed sheet", "damaged Parquet"):
        name, make, _ = UNREADABLE[wrong]
        make(tmp_path / name)
        with pytest.raises(FileRefused):
            read_publication(tmp_path / name)
    assert {path.name for path in tmp_path.iterdir()} == {"a.xlsx", "a.parquet"}


ROWS = [["Council", "Spend"], ["Warrington", "1,234"], ["St. Helens", 'say "no"\nor yes']]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", ","), ("utf-8-sig", ","), ("utf-16", ","), ("utf-16", "\t"), ("cp1252", ","),
     ("utf-8", ";"), ("utf-8", "|"), ("utf-8", "\t")],
)  # fmt: skip
def test_text_is_read_in_every_usual_form(tmp_path: Path, encoding: str, mark: str) -> None:
    """With quoted line breaks and quotation marks inside cells."""
    lines = [mark.join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in ROWS]
    content = "£\r\n".replace("£", lines[0]) + "\r\n".join(lines[1:])
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode(encoding))
    assert [list(row) for row in open_file(path).sheets[0].rows] == ROWS


def test_commas_in_amounts_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("council;spend;income\n" + "Warrington;1,234,567;2,345\n" * 9)
    assert open_file(path).sheets[0].rows[1] == ["Warrington", "1,234,567", "2,345"]


def test_a_pound_sign_survives_every_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes("unit,amount\n£ thousand,£5\n".encode(encoding))
        assert open_file(path).sheets[0].rows[1] == ["£ thousand", "£5"]


def test_formula_text_is_never_evaluated(tmp_path: Path) -> None:
    """Text that looks like a formula stays text, in a workbook as in a text file."""
    import xlsxwriter

    formula = '=HYPERLINK("http://x.example/","1")'
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"strings_to_formulas": False})
    book.add_worksheet("S").write_string(0, 0, formula)
    book.close()
    (tmp_path / "b.csv").write_text(f"a\n'{formula}'\n")
    assert open_file(tmp_path / "a.xlsx").sheets[0].rows[0] == [formula]
    with pytest.raises(NotRecognised):
        read_publication(tmp_path / "a.xlsx")


def test_a_formula_is_read_as_the_value_stored_with_it(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("S").write_formula(0, 0, "=1+1", None, 7)
    book.close()
    assert open_file(tmp_path / "a.xlsx").sheets[0].rows[0] == ["7"]
