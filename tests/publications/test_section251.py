"""Section 251 in its layouts from 2009 to the present; every amount is synthetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from prevention.publications import NotRecognised, read_publication
from publications.layouts import figure

WARRINGTON = "E06000007"
S251 = {
    "outturn_0809": ("LEA Number:,LA Name:,S52 Line Reference:,PRIVATE (x),VOLUNTARY (y),"
                     "PUBLIC (z),TOTAL EXPENDITURE (k),INCOME (l),NET Current Expenditure (m)",
                     "877,Warrington  ,{n} {line},0,0,{gross},{gross},100,{net}", 2009),
    "outturn_0910": ("LEA,LEA Name,Line,S52 Line Reference,Own Provision (y),Private (z(i)),"
                     "Total Expenditure (k),Income (l),NET Current Expenditure (m),"
                     "LEA NET Revenue Expenditure (p)",
                     "877,Warrington,{n},{line},{gross},0,{gross},100,{net},{net}", 2010),
    "outturn_1213": ("LA,LA Name,LineNumber,CYPServiceDescription,ReportGroup,OwnProvision,"
                     "TotalExpenditure,Income,NetCurrentExpenditure",
                     "877,Warrington,{n},{n} {line} ,LOOKED AFTER,{gross},{gross},100,{net}", 2013),
    "s251_la_regional_national": (
        "time_period,geographic_level,old_la_code,new_la_code,la_name,category_of_expenditure,"
        "description_of_expenditure,own_provision,total_expenditure,income,net_current_expenditure",
        "202122,Local authority,877,E06000007,Warrington,Children looked after,3.1.{n} {line},"
        "{gross},{gross},100,{net}", 2022),
}  # fmt: skip
S251_LINES = ("Residential care", "Fostering services", "Adoption services", "Education of them",
              "Special guardianship support", "Leaving care support services",
              "Total Children Looked After")  # fmt: skip


@pytest.mark.parametrize("name", S251)
def test_section_251_is_read_in_the_layouts_of_every_year(tmp_path: Path, name: str) -> None:
    """Each line and column under the name it had at the time."""
    header, row, year = S251[name]
    lines = [
        row.format(n=n, line=line, gross=1_000_000 + n, net=999_900 + n)
        for n, line in enumerate(S251_LINES, 1)
    ]
    path = tmp_path / f"{name}.csv"
    path.write_text("\n".join([header, *lines]))
    reading = read_publication(path)
    assert (reading.publication, reading.release.key) == ("dfe_section_251", f"s251-{year}")
    assert figure(reading, WARRINGTON, year, "residential_gross") == ("1000001", "")
    assert figure(reading, WARRINGTON, year, "looked_after_total_gross") == ("1000007", "")
    assert figure(reading, WARRINGTON, year, "looked_after_total_net") == ("999907", "")
    assert len(reading.rows) == 7


def test_section_251_in_millions_is_refused(tmp_path: Path) -> None:
    header, row, _ = S251["outturn_1213"]
    lines = [
        row.format(n=n, line=line, gross=19.2, net=17.1).replace("877", str(code))
        for code in (877, 876, 350, 351, 352)
        for n, line in enumerate(S251_LINES, 1)
    ]
    path = tmp_path / "outturn_1213.csv"
    path.write_text("\n".join([header, *lines]))
    with pytest.raises(NotRecognised, match="thousands or millions, not pounds"):
        read_publication(path)


def test_section_251_of_many_years_is_of_the_latest(tmp_path: Path) -> None:
    """The layout since 2020: every year and region in one file; some years give fostering in
    parts alone, some beside the whole, some with its parts withheld."""
    header = (
        "time_period,time_identifier,geographic_level,country_code,la_name,old_la_code,"
        "new_la_code,category_of_expenditure,description_of_expenditure,own_provision,"
        "total_expenditure,income,net_current_expenditure,per_capita_net_current_spend"
    )
    parts = ("Fostering services (excluding fees and allowances for LA foster carers)",
             "Fostering services (fees and allowances for LA foster carers)")  # fmt: skip
    amounts = {"201516": ("x", "x", "70"), "202223": ("30", "41", ""), "202122": ("30", "42", "72")}
    rows = []
    for year, (first, second, whole) in amounts.items():
        lines = dict.fromkeys(S251_LINES, "9000000") | dict(
            zip(parts, (first, second), strict=True)
        )
        del lines["Fostering services"]
        if whole:
            lines["Total Fostering services"] = whole
        for n, (line, amount) in enumerate(lines.items(), 1):
            said = f"Children looked after,3.1.{n} {line},x,{amount},0,{amount},1"
            rows.append(f"{year},Financial year,National,E92000001,,,,{said}")
            rows.append(
                f"{year},Financial year,Local authority,E92000001,Warrington,877,E06000007,{said}"
            )
    path = tmp_path / "s251.csv"
    path.write_text("\n".join([header, *rows]))
    reading = read_publication(path)
    assert reading.release.key == "s251-2023"
    fostering = {y: figure(reading, WARRINGTON, y, "fostering_gross") for y in (2016, 2022, 2023)}
    assert fostering == {2016: ("70", ""), 2022: ("72", ""), 2023: ("71", "")}
    assert figure(reading, WARRINGTON, 2023, "looked_after_total_net") == ("9000000", "")
    assert len(reading.rows) == 21
