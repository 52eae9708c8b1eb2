from __future__ import annotations

import json
from pathlib import Path

from app.state.codec import EVENT_TYPES, decode
from app.state.wording import summary

RECORDED = Path(__file__).parents[3] / "support" / "log_version_1.jsonl"

WORDS = {
    "case_opened": "case opened",
    "series_imported": "2 series imported",
    "visit_proposed": "time point BL",
    "read_started": "read started",
    "baseline_confirmed": "baseline BL, day 0 2025-01-10",
    "lesion_added": "lesion IT1 at BL",
    "lesion_changed": "change of lesion ET9",
    "lesion_removed": "removal of lesion IT3",
    "finding_recorded": "finding of IT1 at FU1",
    "finding_cleared": "clearing of ET1 at FU1",
    "figure_added": "length drawn",
    "figure_changed": "change of arrow",
    "figure_removed": "removal of a figure",
    "place_pinned": "place pinned",
    "proposals_imported": "1 proposal of another program",
    "proposal_declined": "a proposal declined",
    "phase_corrected": "phase portal venous",
    "protocol_chosen": "protocol none",
    "series_moved": "series moved to FU1",
    "coverage_recorded": "coverage at FU1",
    "visit_justified": "justification of E-WINDOW at BL",
    "lesion_split": "split of IT1 at FU1",
    "lesions_merged": "merger of IT1.2 into IT1.1 at FU1",
    "clinical_recorded": "clinical data at FU1",
    "judgement_signed": "judgement at FU1: tace benefit",
    "treatment_recorded": "treatment TACE on 2025-01-10",
    "treatment_removed": "removal of a treatment",
    "clinical_event_recorded": "last contact on 2025-02-20",
    "clinical_event_removed": "removal of an event",
    "labs_recorded": "laboratory values of 2010-09",
    "labs_removed": "removal of laboratory values",
    "enrolment_recorded": "enrolment",
    "clinical_imported": "clinical data of a table",
    "criterion_signed": "answer to an entry criterion",
    "reverted": "taking back of entry 32",
    "visit_signed": "signature of BL",
    "visit_amended": "amendment of BL",
    "hiding_lifted": "lifting of what the read hides",
    "case_closed": "case closed",
}


def test_that_every_kind_of_edit_has_its_words() -> None:
    first: dict[str, str] = {}
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        first.setdefault(row["kind"], summary(decode(row["kind"], row["version"], row["payload"])))
    assert first == WORDS
    assert set(WORDS) == set(EVENT_TYPES)
