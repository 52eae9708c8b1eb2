"""Findings without a size: what enters the read, and what is asked of it."""

from __future__ import annotations

from dataclasses import replace

from app.desks.lesion_questions import questions_about
from app.reading.unmeasured import UNMEASURED, noted
from mrecist.lesions import Present
from mrecist.values import LesionKind, LesionRole, Organ, Region
from tests.unit.app.reading.test_frame_links import reading


def test_that_they_are_non_targets_at_baseline_and_new_lesions_later_without_a_line() -> None:
    later = reading({"IT1": (0, 0, 0)}, {})
    baseline = replace(later, visit_id=later.record.visits[0].id)
    added = {what: (noted(baseline, what), noted(later, what)) for what in UNMEASURED}
    for what, (first, new) in added.items():
        assert (first.lesion.role, new.lesion.role) == (LesionRole.NONTARGET, LesionRole.NEW)
        assert first.visit_id != new.visit_id
        for edit in (first, new):
            assert edit.observation.finding == Present()
            assert (edit.lesion.region, edit.lesion.organ, edit.lesion.kind) == (what.region, what.organ, what.kind)
    names = {edit.lesion.id for edits in added.values() for edit in edits}
    assert names == {"INT1", "ENT1", "IN1", "EN1"}


def test_that_an_effusion_is_asked_for_cytology_alone_and_a_thrombus_whether_it_is_tumour() -> None:
    later = reading({"IT1": (0, 0, 0)}, {})
    asked = {
        what.organ: [question.field for question in questions_about(noted(later, what).lesion)] for what in UNMEASURED
    }
    assert asked[Organ.PLEURA] == asked[Organ.PERITONEUM] == ["cytology"]
    assert asked[Organ.PORTAL_VEIN] == asked[Organ.BILE_DUCT] == ["certainty"]
    assert {(what.kind, what.region) for what in UNMEASURED} == {
        (LesionKind.TUMOUR_THROMBUS, Region.INTRAHEPATIC),
        (LesionKind.EFFUSION, Region.EXTRAHEPATIC),
    }
