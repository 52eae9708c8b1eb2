"""The page on case files says what is read: its example is accepted, and every key of the reader stands on it."""

from __future__ import annotations

import re

from mrecist import casefile, lesionfields
from mrecist.case import ClinicalStatus, Examination
from mrecist.casefile import decode, read_document
from mrecist.lesionfields import Status
from mrecist.values import Organ
from tests.conftest import ROOT

PAGE = (ROOT / "docs/case-files.md").read_text(encoding="utf-8")


def test_that_the_example_is_read() -> None:
    example = re.search(r"```\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    (case,) = read_document(decode(example[1]))
    assert case.id == "P-01"


def test_that_every_key_and_every_word_is_named() -> None:
    keys = {*casefile._CASE_KEYS, *casefile._TIMEPOINT_KEYS, *lesionfields._KEYS, *ClinicalStatus.__dataclass_fields__}
    words = {*Status, *Organ, *Examination}
    assert [x for x in sorted(keys | words) if not re.search(rf"\b{re.escape(x)}\b", PAGE)] == []
