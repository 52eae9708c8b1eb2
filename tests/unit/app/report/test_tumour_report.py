"""What the report says, and that it becomes a PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.assessing import assess_read
from app.exports.exported import ExportedRead
from app.models.course import LesionCourse
from app.report.blocks import Heading, KeyPicture, Pictures, Row, Text
from app.report.decision_note import write_decision_note
from app.report.key_points import key_points
from app.report.sheets import write_pdf
from app.report.tumour_report import TumourReport
from app.resources import load_ruleset
from app.state.record import Patient, Record
from app.state.signatures import AmendedVisit, SignatureMeaning, SignedVisit
from app.theme import Ground, install_fonts, load_theme
from mrecist.case import TimePointRead
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.values import Diameter, LesionRole, Line, Organ, Region, Response
from tests.support.example_reading import READ_ID, example_record, example_ruleset
from tests.support.proposals import with_proposals

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("qapp")]
HEAD = "ab" * 32


def report(record: Record | None = None) -> TumourReport:
    record = record or example_record()
    ruleset = example_ruleset()
    read = record.reads[0]
    one = ExportedRead(record.case_id, record, read, assess_read(record, read.id, ruleset), HEAD)
    return TumourReport(load_theme(Ground.PRINT), one, ruleset, no_picture, date(2025, 6, 12))


def no_picture(one: LesionCourse, visit_id: str) -> KeyPicture:
    return KeyPicture(f"{one.lesion.id} {visit_id}", "", note="no image")


def said(shown: TumourReport) -> list[str]:
    """All words of the report, row by row."""
    found = []
    for block in shown.blocks():
        match block:
            case Text() | Heading():
                found.append(block.words)
            case Row():
                found.append(" | ".join(cell.value if isinstance(cell, Response) else cell for cell in block.cells))
            case Pictures():
                found += [picture.title for picture in block.pictures]
    return [line.replace("\u00a0", " ") for line in found]


def test_that_the_regions_stand_apart_with_their_numbers() -> None:
    lines = said(report())
    assert "FU1 | 2025-04-29 | +6.0 | 50.9 | −30.1 | −30.1 | PR | 57.2 | −4.7 | −4.7 | SD | SD | SD" in lines
    assert "FU2 | 2025-06-10 | +12.0 | 37.7 | −48.2 | −25.9 | PR | 68.9 | +14.8 | +20.5 | PD | PD | SD" in lines
    assert "IT1 | S8/5 | Target | 49.2 | 36.4 | 26.8" in lines
    assert "ET3 | Node 7 | Target | short 18.3 | short 17.4 | short 18.6" in lines
    assert "Sum |  |  | 72.8 | 50.9 | 37.7" in lines and "Sum |  |  | 60.0 | 57.2 | 68.9" in lines


def test_that_the_report_tells_what_the_assistant_proposed_below_what_was_recorded() -> None:
    lines = said(report(with_proposals(example_record())))
    at = lines.index("IT1 | S8/5 | Target | 49.2 | 36.4 | 26.8")
    assert lines[at + 1] == " | proposed |  |  | 38.0, then 37.1 | 27.4, then 26.8"
    at = lines.index("IT2 | S3 | Target | 23.6 | 14.5 | 10.9")
    assert lines[at + 1] == " | proposed |  | 23.6 |  | "
    (meaning,) = (line for line in lines if line.startswith("proposed: "))
    assert "assistant" in meaning and lines.index(meaning) < lines.index("IT1 | S8/5 | Target | 49.2 | 36.4 | 26.8")
    assert not [line for line in said(report()) if "proposed" in line], "no such row where nothing was proposed"


def test_that_the_pooled_response_is_told_beside_its_sum() -> None:
    """37.7 + 68.9 mm is 106.6 mm, of 72.8 + 60.0 mm at baseline: -19.7 %, neither PR nor PD."""
    (line,) = (line for line in said(report()) if line.startswith("Overall (pooled)"))
    assert line.split() == ["Overall", "(pooled)", "SD", "106.6", "mm,", "−19.7", "%", "vs", "BL", "132.8", "mm."]


def test_that_each_decision_tells_its_row_and_what_it_needs() -> None:
    lines = said(report())
    assert "TACE: Needs judgement (row T11)" in lines
    assert any(line.startswith("Open: ") and "TACE" in line for line in lines)


def test_that_decisions_are_called_as_the_study_calls_them() -> None:
    record = replace(example_record(), protocol="multidisciplinary-hcc")
    lines = said(report(record))
    assert [x for x in lines if x.startswith("Operation and search: ")]
    assert [x for x in lines if x.startswith("HAIC + sorafenib: ")]
    assert not [x for x in lines if x.startswith(("TACE: ", "Sorafenib: "))]


def test_that_an_unsigned_report_calls_itself_a_draft() -> None:
    assert "No time point is signed: this is a draft." in said(report())
    signed = SignedVisit(
        *(READ_ID, "FU2", "Dr J. Lee", "cd" * 32, "mrecist-literal 1.0.0", "2025-06-12T08:00:00.000000"),
        meaning=SignatureMeaning.REVIEW,
        left_open=("IT1 1 warning",),
    )
    before = AmendedVisit(
        replace(signed, shown=(("composite", "SD"),)), "Dr J. Lee", "2025-06-11T07:00:00", "rim missed"
    )
    lines = said(report(replace(example_record(), signed=(signed,), amended=(before,))))
    assert "FU2 was signed with this open: IT1 1 warning." in lines
    assert any("(composite SD)" in line and "2025-06-11 07:00:00 UTC: rim missed" in line for line in lines)
    digest = "cd" * 16
    assert f"FU2 | Dr J. Lee | 2025-06-12 08:00:00 | Review | mrecist-literal 1.0.0 | {digest}\n{digest}" in lines
    assert any(HEAD in line for line in lines)


def test_that_the_decision_note_tells_the_time_point_that_is_open(tmp_path: Path) -> None:
    record, ruleset = example_record(), example_ruleset()
    one = ExportedRead(record.case_id, record, record.reads[0], assess_read(record, READ_ID, ruleset), HEAD)
    pages = write_decision_note(tmp_path / "note.pdf", one, ruleset, "FU1", date(2025, 5, 2))
    assert pages in (1, 2) and (tmp_path / "note.pdf").read_bytes().startswith(b"%PDF-")
    assert [path.name for path in tmp_path.iterdir()] == ["note.pdf"]
    shown = TumourReport(load_theme(Ground.PRINT), one, ruleset, no_picture, date(2025, 5, 2), "FU1")
    words = [block.words for block in shown.note_blocks() if isinstance(block, Text | Heading)]
    assert "Decisions at FU1" in words and "Responses at FU1" in words


def with_lines(record: Record) -> Record:
    """Every measured lesion has a line at each of its time points."""
    read = record.reads[0]
    line = Line("2.25.1", "2.25.2", 1, None, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))
    points = tuple(
        TimePointRead(
            point.timepoint_id,
            tuple(
                replace(one, finding=replace(one.finding, evidence=(line,)))
                if isinstance(one.finding, Measured)
                else one
                for one in point.observations
            ),
        )
        for point in read.timepoints
    )
    return replace(record, reads=(replace(read, timepoints=points),))


def test_that_key_images_are_first_smallest_and_last_each_once() -> None:
    shown = report(with_lines(example_record()))
    by_name = {one.lesion.id: key_points(shown.course, one) for one in shown.course.lesions}
    assert by_name["IT1"] == ("BL", "FU2")  # 49.2, 36.4, 26.8: the last is the smallest
    assert by_name["ET1"] == ("BL", "FU1", "FU2")  # 24.2, 23.0, 28.9
    assert by_name["INT1"] == ()
    assert "ET1 FU1" in said(shown)


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("letter", 612)])
def test_that_a_long_case_in_korean_breaks_into_numbered_pages(tmp_path: Path, paper: str, width: int) -> None:
    record = with_lines(example_record())
    read = record.reads[0]
    more = tuple(
        Lesion(f"INT{n}", Region.INTRAHEPATIC, LesionRole.NONTARGET, Organ.LIVER, site=f"간 {n}번 구역 결절")
        for n in range(2, 14)
    )
    line = Line("2.25.1", "2.25.2", 1, None, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))
    seen = tuple(Observation(x.id, Measured(Diameter.from_mm("8.0"), evidence=(line,))) for x in more)
    points = tuple(TimePointRead(p.timepoint_id, (*p.observations, *seen)) for p in read.timepoints)
    patient = Patient("P-1", "Kim^Youngsu=金^永洙=김^영수", "M", date(1961, 8, 14))
    record = replace(record, patient=patient, reads=(replace(read, lesions=(*read.lesions, *more), timepoints=points),))
    shown = report(record)
    path = tmp_path / "report.pdf"
    pages = write_pdf(path, shown.title, shown.blocks(), shown.paint_head, shown.paint_foot, paper)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == pages >= 5
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) [\d.]+", content)
    assert boxes and all(abs(float(box) - width) < 1.5 for box in boxes)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed")
def test_that_numbers_and_korean_can_be_copied_out_of_the_pdf(tmp_path: Path) -> None:
    install_fonts()
    record = replace(example_record(), patient=Patient("P-17", "Kim^Youngsu=金^永洙=김^영수", "M", date(1961, 8, 14)))
    shown = report(record)
    write_pdf(tmp_path / "r.pdf", shown.title, shown.blocks(), shown.paint_head, shown.paint_foot)
    told = subprocess.run(["pdftotext", "-layout", tmp_path / "r.pdf", "-"], capture_output=True, check=True)
    text = told.stdout.decode().replace("\u00a0", " ")
    assert "김영수" in text and "P-17 · M · born 1961-08-14" in text
    assert re.search(r"FU2 +2025-06-10 +\+12\.0 +37\.7 +−48\.2 +−25\.9", text)


def test_that_a_rule_set_that_counts_whole_lesions_shows_whole_lesions() -> None:
    record, rules = example_record(), load_ruleset("recist-1.1")
    one = ExportedRead(record.case_id, record, record.reads[0], assess_read(record, READ_ID, rules), HEAD)
    lines = said(TumourReport(load_theme(Ground.PRINT), one, rules, no_picture, date(2025, 6, 12)))
    assert "IT1 | S8/5 | Target | 53.6 | 45.0 | 40.2" in lines
    assert any("RECIST 1.1, in the liver too" in line for line in lines)
    assert not any("mRECIST" in line for line in lines)


def test_that_a_full_disk_is_told_and_not_a_cut_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    shown = report()
    with pytest.raises(OSError, match="No space"):
        write_pdf(tmp_path / "r.pdf", shown.title, shown.blocks(), shown.paint_head, shown.paint_foot)


def test_that_a_report_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    shown = report()
    with pytest.raises(OSError):
        write_pdf(tmp_path / "missing" / "x.pdf", "x", shown.blocks(), shown.paint_head, shown.paint_foot)
