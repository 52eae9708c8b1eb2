"""What is written by hand on the pages of docs/rules: a number that stands for a setting is the setting's own.

The generated blocks are held elsewhere. Here every number with a unit in the rest stands in a phrase that is tied to
settings, or in one that is told to be an illustration; a new one that is neither fails, and so does another number.
"""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.case import ClinicalStatus
from mrecist.decisions.gates import Gatekeeper
from mrecist.decisions.jsh import _WINDOW
from mrecist.liver import UMOL_PER_MG, child_pugh_points
from tests.support.patients import DAYS_BETWEEN
from tests.support.rule_pages import PAGES

_GENERATED = re.compile(r"^<!-- generated: [^\n]+? -->\n.*?^<!-- end -->$", re.M | re.S)
_UNITS = r"(?:mm|cm|%|d|days|weeks|points|mg/dL|g/dL|ng/mL|µmol/L)\b"
_NUMBER = re.compile(rf"(?<![\w.])\d+(?:\.\d+)?(?= {_UNITS})")
RULES, HARMONISED = load_ruleset(), load_ruleset("harmonised-5")
NORMAL, SMALL = RULES.nodes.normal_below_mm, RULES.warnings.small_growth_mm
OUTSIDE = RULES.target.min_growth_extrahepatic_mm
FLOORS = (
    HARMONISED.target.min_growth_intrahepatic_mm,
    HARMONISED.target.min_growth_extrahepatic_mm,
    HARMONISED.target.min_growth_overall_mm,
)


def _gates(bilirubin: str) -> int:
    clinical = ClinicalStatus(bilirubin_mg_dl=Fraction(bilirubin))
    return len(Gatekeeper(load_protocol().gates).check(clinical).gates)


def _albumin(value: str) -> int:
    return child_pugh_points(ClinicalStatus(albumin_g_dl=Fraction(value)))[0]


HELD: list[tuple[str, str, tuple[object, ...]]] = [
    ("README.md", "Time points are {} days apart", (DAYS_BETWEEN,)),
    ("advisory.md", "is read as {} to {} days", _WINDOW),
    ("diameters.md", "counts {} mm, unless", (RULES.target.too_small_mm,)),
    ("eligibility.md", "between normal and {} mm is taken as reactive", (RULES.nodes.periportal_target_mm,)),
    ("eligibility.md", "here {} mm", (RULES.nodes.periportal_target_mm,)),
    (
        "new-lesions.md",
        "counts from {} mm, at the liver hilum from {} mm. Below {} mm it is normal",
        (RULES.new_lesions.node_mm, RULES.new_lesions.periportal_node_mm, NORMAL),
    ),
    ("liver-function.md", "1 mg/dL of bilirubin is {} µmol/L", (UMOL_PER_MG,)),
    ("pooled-response.md", "the rest has {} mm", (OUTSIDE,)),
    ("reappearance.md", "A node that is {} mm again", (NORMAL,)),
    ("target-response.md", "wants a growth of {} mm beside the {} %", (OUTSIDE, RULES.target.progression_pct)),
    ("target-response.md", "rests on less than {} mm is flagged", (SMALL,)),
    ("target-response.md", "a node is normal strictly below {} mm", (NORMAL,)),
]
"""Page, phrase, and what its numbers are."""
ILLUSTRATIONS = {
    "diameters.md": ["rounded once, half up, to 0.1 mm"],
    "distance.md": ["**Steps of 0.1 mm.**"],
    "eligibility.md": ['both "at least 2 cm" and "beyond 2 cm"'],
    "gates.md": ["A bilirubin of 2.0 mg/dL crosses nothing, 2.1 does"],
    "liver-function.md": [
        "fall in the column of 2 points",
        "some tables print 3.0 g/dL as the lower limit. Here it is 2.8",
    ],
    "pooled-response.md": ["or 2 mm of growth in a lung nodule"],
    "target-response.md": [
        "**The 5 mm clause.**",
        "`mrecist-literal` follows the publication in the liver and RECIST 1.1 outside it; `harmonised-5` wants 5 mm "
        "everywhere",
        "from 4 to 9.5 mm is still normal",
        "3 mm after 0 mm is not yet PD",
        "100, 70, 80 mm: at 80 mm neither PR nor PD holds",
        "(mRECIST without a 5 mm clause)",
    ],
}
"""Numbers of examples and of publications; those that say what is done are tried below."""


def prose(page: str) -> str:
    """A page without its generated blocks, on one line."""
    return " ".join(_GENERATED.sub("", (PAGES / page).read_text(encoding="utf-8")).split())


@pytest.mark.parametrize(("page", "phrase", "numbers"), HELD, ids=[f"{x[0]}: {x[1]}" for x in HELD])
def test_that_a_number_of_the_prose_is_that_of_its_setting(page: str, phrase: str, numbers: tuple[object, ...]) -> None:
    found = re.search(re.escape(phrase).replace(re.escape("{}"), r"(\d+(?:\.\d+)?)"), prose(page))
    assert found is not None, phrase
    assert [Fraction(x) for x in found.groups()] == list(numbers)


@pytest.mark.parametrize("page", sorted(p.name for p in PAGES.glob("*.md")))
def test_that_every_number_of_the_prose_is_held_or_an_illustration(page: str) -> None:
    left = prose(page)
    for _, phrase, _ in (x for x in HELD if x[0] == page):
        left = re.sub(re.escape(phrase).replace(re.escape("{}"), r"\d+(?:\.\d+)?"), "", left)
    for phrase in ILLUSTRATIONS.get(page, []):
        assert phrase in left, phrase
        left = left.replace(phrase, "")
    assert _NUMBER.findall(left) == []


def test_that_the_examples_of_the_prose_are_what_is_done() -> None:
    assert (_gates("2.0"), _gates("2.1")) == (0, 1)
    assert (_albumin("2.8"), _albumin("2.79")) == (2, 3)
    assert (RULES.target.min_growth_intrahepatic_mm, OUTSIDE, FLOORS) == (0, 5, (5, 5, 5))
