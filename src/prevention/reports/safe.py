"""Text from people made safe for files that other programs open.

A spreadsheet runs a cell that begins like a formula, and a file name can climb out of its
folder. Names of councils, scenarios and programmes, and every source and reason, are a
user's own words, so each passes through here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import pandas as pd

CELL_LIMIT = 32_767
"""Characters Excel holds in a cell; XlsxWriter drops a longer text without a word."""
SHEET_LIMIT = 31
NAME_LIMIT = 80

# The full-width forms of = + - @ are read as the plain ones by some spreadsheets.
_FORMULA_STARTS = tuple("=+-@|%\t\r\n＝＋－＠")
_UNSEEN = "".join(
    map(chr, (*range(0x21), 0x7F, 0xA0, 0xAD, *range(0x2000, 0x2010), 0x202F, 0x205F))
) + "".join(map(chr, (0x2060, 0x3000, 0xFEFF, *range(0x202A, 0x202F))))
# Not allowed in XML at all; a workbook that holds one does not open.
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """Text a spreadsheet shows and does not run, for CSV.

    A leading apostrophe marks text; it is added where the first character that can be
    seen, or the very first, would start a formula.

    >>> escaped("=1+1"), escaped("  @SUM(A1)"), escaped("Mockingbird"), escaped("-")
    ("'=1+1", "'  @SUM(A1)", 'Mockingbird', "'-")
    """
    seen = text.lstrip(_UNSEEN)
    return (
        f"'{text}" if text.startswith(_FORMULA_STARTS) or seen.startswith(_FORMULA_STARTS) else text
    )


def escape_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """A copy whose text cells and headings are escaped; numbers stay numbers."""
    safe = rows.rename(columns=lambda name: escaped(str(name)))
    for place, name in enumerate(safe.columns):
        column = rows.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(column):
            # A text stands in thousands of rows, and is looked at once.
            texts = {v: escaped(v) if isinstance(v, str) else v for v in column.unique()}
            safe[name] = column.map(texts)
    return safe


def cell_text(text: str) -> str:
    r"""Text as a workbook cell can hold it: no more than the limit, nothing XML forbids.

    >>> cell_text("Warrington\ud800")
    'Warrington�'
    """
    text = _NOT_XML.sub("�", text)
    if len(text) <= CELL_LIMIT:
        return text
    ending = " [cut: longer than a cell holds]"
    return text[: CELL_LIMIT - len(ending)] + ending


def one_line(text: str, limit: int = CELL_LIMIT) -> str:
    r"""Text on one line, for a heading: every unprintable run of characters is one space.

    >>> one_line("Step\n up", 4)
    'Step'
    """
    printable = "".join(c if c.isprintable() else " " for c in _NOT_XML.sub(" ", text))
    return " ".join(printable.split())[:limit].strip()


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """A sheet name Excel accepts: 31 characters at most, not taken in any case.

    >>> sheet_name("MTFS step-up", []), sheet_name("MTFS [a]:*?/b", ["mtfs a b"])
    ('MTFS step-up', 'MTFS a b 2')
    """
    name = " ".join(re.sub(r"[\[\]:*?/\\'!]+", " ", one_line(wanted)).split()) or "Sheet"
    # "History" is Excel's own.
    used = {other.casefold() for other in taken} | {"history"}
    candidate, number = _utf16_cut(name, SHEET_LIMIT), 1
    while candidate.casefold() in used:
        number += 1
        ending = f" {number}"
        candidate = _utf16_cut(name, SHEET_LIMIT - len(ending)) + ending
    return candidate


def _utf16_cut(text: str, limit: int) -> str:
    """The start of a text, counted as Excel counts: an emoji is two."""
    while len(text.encode("utf-16-le")) > 2 * limit:
        text = text[:-1]
    return text.strip()


def name_part(text: str, limit: int = NAME_LIMIT) -> str:
    """A piece of a file name: plain letters, digits, hyphens and underscores.

    Dots go too, so nothing in it can be read as another ending or a parent folder.

    >>> name_part("../../etc/passwd"), name_part("Bury (St Edmund's)"), name_part("…")
    ('etc_passwd', 'Bury_St_Edmund_s', '')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-")[:limit].strip("_-")
