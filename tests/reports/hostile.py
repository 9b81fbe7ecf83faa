"""Texts that spreadsheets, file systems and markup have been made to run."""

TEXTS = (
    "=1+1",
    "=cmd|'/C calc'!A0",
    "+SUM(1,2)",
    "-2+3",
    "@SUM(1,2)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "   =1+1",
    "|calc",
    "%0A=1+1",
    '=HYPERLINK("http://example.org/x","click")',
    "http://example.org/beacon.png",
    "{=1+1}",
)

NAMES = (
    "../../etc/passwd",
    "..\\..\\windows\\system32",
    "CON",
    "nul.txt",
    "x\r\nContent-Disposition: attachment",
    "\u202excod.exe",
    "." * 300,
    "a" * 500,
    "\U0001f4b7\U0001f4b7",
    "a/b:c*d?e<f>g|h\x00i",
)
