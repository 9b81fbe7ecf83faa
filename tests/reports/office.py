"""LibreOffice without a screen: workbooks recalculated and saved, and cells typed over."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

SOFFICE = shutil.which("soffice")
_MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{code}</script:module>
"""
_CODE = """
Sub Typing
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, hidden())
  sheet = book.Sheets.getByName("{sheet}")
{typed}
  Dim form(0) As New com.sun.star.beans.PropertyValue
  form(0).Name = "FilterName" : form(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL("{target}", form())
  book.close(True)
End Sub
"""


def office(folder: Path, *arguments: str) -> None:
    """Run LibreOffice once, with a profile of its own in a folder."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, "--headless", profile, *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def saved_again(folder: Path, files: Iterable[Path]) -> Path:
    """Open workbooks and save them; the folder they are saved in."""
    wanted = ["--convert-to", "xlsx", "--outdir", str(folder / "out"), *map(str, files)]
    office(folder, *wanted)
    return folder / "out"


def typed_over(folder: Path, file: Path, cells: Mapping[str, str], sheet: str = "Inputs") -> Path:
    """A workbook after a person typed over cells, as LibreOffice saves it.

    cells: what is typed, by address.
    """
    office(folder, "--terminate_after_init")
    target = folder / "out" / file.name
    lines = [
        f'  sheet.getCellRangeByName("{at}").FormulaLocal = "{text}"' for at, text in cells.items()
    ]
    code = _CODE.format(
        source=file.as_uri(), target=target.as_uri(), sheet=sheet, typed="\n".join(lines)
    )
    macro = folder / "profile" / "user" / "basic" / "Standard" / "Module1.xba"
    macro.write_text(_MACRO.format(code=escape(code)))
    target.parent.mkdir(exist_ok=True)
    office(folder, "macro:///Standard.Module1.Typing()")
    assert target.exists(), "LibreOffice saved nothing"
    return target
