"""The read as plain text: exact to the letter, in columns, with no sign that another system may not have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.exports.exported import exported_reads
from app.reading.read_text import finding_text, read_text
from app.resources import load_ruleset
from app.state.events import VisitSigned
from mrecist.lesions import Present
from mrecist.values import Diameter, LesionRole, Organ
from tests.unit.app.exports.test_case_file import HEAD, READ_CASE, exported

FOLLOW_UP = """\
TUMOUR RESPONSE, HEPATOCELLULAR CARCINOMA (mRECIST, liver and outside apart)
Time point: FU1, 2025-02-17 (day 38)
Baseline: 2025-01-06

INTRAHEPATIC
                                         BL                       FU1
  IT1   Target      Liver                42.5 mm                  28.1 mm
  IT2   Target      Liver                20.0 mm (whole 25.3 mm)  merged with IT1
  INT1  Non-target  Portal vein          viable                   -
  IN1   New lesion  Liver, IVb           -                        viable 12.3 mm
                    sum of targets (mm)  62.5                     28.1
Sum: -55.0 % from baseline, -55.0 % from nadir (62.5 mm, BL)
Response: PD (targets PR, non-targets NE, new lesion)
  - IN1: new lesion, malignant by histology or cytology; counts at any size.
  - 28.1 mm is -55.0 % vs BL 62.5 mm; PR at <= -30 %.
  - Non-target INT1 was not evaluated (1 of 1).
  - Pattern of progression: NIH.

EXTRAHEPATIC
                                    BL             FU1
  ET1  Target  Lymph node           short 21.4 mm  not evaluable (reason not stated)
               sum of targets (mm)  21.4           -
Response: NE (targets NE, no new lesion)
  - Not evaluable: ET1 (0 of 1 targets were measured).

COMPOSITE of both regions: PD
Overall, pooled in one sum: PD

TACE: Stop, TACE failure (T4)
  - Stop, TACE failure: no benefit (T4).
Sorafenib: Continue (S10); missing: extrahepatic imaging
  - Continue: extrahepatic not evaluable (S10), so failure cannot be declared. Complete the imaging.

Reader: Reader A; not signed
Rule set: mrecist-literal 1.0.0
Log: {head}
Research use only.
"""

BASELINE = """\
TUMOUR RESPONSE, HEPATOCELLULAR CARCINOMA (mRECIST, liver and outside apart)
Time point: BL, 2025-01-06 (day -4)

INTRAHEPATIC
                                         BL
  IT1   Target      Liver                42.5 mm
  IT2   Target      Liver                20.0 mm (whole 25.3 mm)
  INT1  Non-target  Portal vein          viable
                    sum of targets (mm)  62.5

EXTRAHEPATIC
                                    BL
  ET1  Target  Lymph node           short 21.4 mm
               sum of targets (mm)  21.4

Reader: Reader A; signed by Dr J. Lee, 2025-03-01 09:21 UTC
Rule set: mrecist-literal 1.0.0
Log: {head}
Research use only.
"""


def test_that_a_follow_up_is_told_line_by_line() -> None:
    assert read_text(exported(*READ_CASE), "FU1") == FOLLOW_UP.format(head=HEAD)


def test_that_a_signed_baseline_is_told_line_by_line() -> None:
    signed = exported(*READ_CASE, VisitSigned("BL", "Dr J. Lee", HEAD, "mrecist-literal", ()))
    assert read_text(signed, "BL") == BASELINE.format(head=HEAD)


def test_that_korean_words_keep_the_columns_and_no_other_sign_is_left() -> None:
    one = exported(*READ_CASE)
    first, *others = one.read.lesions
    named = replace(one.read, lesions=(replace(first, site="좌엽 − 간문부", organ=Organ.LIVER), *others))
    text = read_text(replace(one, read=named, record=replace(one.record, reads=(named,))), "FU1")
    lines = [line for line in text.splitlines() if line.startswith(("  IT1", "  IT2"))]
    korean, plain = (line.index(size) for line, size in zip(lines, ("42.5", "20.0"), strict=True))
    assert "좌엽 - 간문부" in text
    assert korean + 5 == plain, "each of the five Korean letters is two columns wide"
    assert {letter for letter in text if ord(letter) > 127} == set("좌엽간문부")


def test_that_the_diameter_of_a_node_is_called_its_short_axis() -> None:
    node = next(x for x in exported(*READ_CASE).read.lesions if x.is_node)
    assert finding_text(node, Present(Diameter(124)), by_whole=False) == "present, short 12.4 mm"
    assert finding_text(node, Present(), by_whole=False) == "present"


def test_that_a_time_point_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError, match="FU9"):
        read_text(exported(*READ_CASE), "FU9")


def test_that_a_new_lesion_is_not_listed_before_it_was_seen() -> None:
    one = exported(*READ_CASE)
    assert any(x.role is LesionRole.NEW for x in one.read.lesions)
    assert "IN1" not in read_text(one, "BL")


@pytest.mark.parametrize(
    ("rules", "criteria", "size", "total"),
    [
        ("mrecist-literal", "mRECIST", "20.0 mm (whole 25.3 mm)", "62.5"),
        ("harmonised-5", "mRECIST", "20.0 mm (whole 25.3 mm)", "62.5"),
        ("recist-1.1", "RECIST 1.1", "25.3 mm (viable 20.0 mm)", "67.8"),
    ],
)
def test_that_criteria_and_lengths_are_those_of_the_rule_set(rules: str, criteria: str, size: str, total: str) -> None:
    """IT1 has no whole diameter and counts its 42.5 mm by any rule set: with IT2 62.5 or 67.8 mm."""
    (one,) = exported_reads(exported(*READ_CASE).record, HEAD, load_ruleset(rules))
    lines = read_text(one, "BL").splitlines()
    assert lines[0] == f"TUMOUR RESPONSE, HEPATOCELLULAR CARCINOMA ({criteria}, liver and outside apart)"
    assert next(line for line in lines if line.startswith("  IT2")).endswith(f"  {size}")
    assert next(line for line in lines if "sum of targets" in line).endswith(f"  {total}")
