"""The phases of four sets of headers, each written by somebody who had not seen how phases are recognised."""

from __future__ import annotations

import pytest

from tests.support.phase_headers import SETS, write_headers
from viewers.imaging.catalogue import SURE_PHASE
from viewers.imaging.scan import scan

LEAST_RIGHT = 0.95

pytestmark = [
    pytest.mark.filterwarnings("ignore:The value length .* for VR CS"),
    pytest.mark.filterwarnings("ignore:Invalid value for VR CS"),
]
"""Some image types are longer than the standard permits, and some options in small letters, as makers write them."""


@pytest.fixture(scope="module", params=SETS)
def judged(tmp_path_factory, request):
    """Every entry of a set with the phase its series got."""
    folder = tmp_path_factory.mktemp("headers")
    entries = write_headers(folder, request.param)
    found = scan(folder)
    assert not found.refused
    phases = {record.sop_uid: series.phase for series in found.series for record in series.slices}
    assert phases.keys() == entries.keys()
    return [(entries[uid], phase) for uid, phase in phases.items() if uid.endswith(".0.1")]


def described(entry, phase):
    name = phase.name.value if phase.name else None
    return f"{entry.study}, '{entry.header.get('SeriesDescription')}': {entry.phase}, found {name} {phase.confidence}"


def test_that_of_the_series_whose_phase_is_known_nearly_all_are_right(judged):
    told = [(entry, phase) for entry, phase in judged if entry.phase != "unknown"]
    wrong = [described(e, p) for e, p in told if (p.name.value if p.name else "none") != e.phase]
    assert len(told) > 400
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(told), wrong


def test_that_no_phase_is_wrong_where_it_is_said_to_be_sure(judged):
    wrong = [
        described(entry, phase)
        for entry, phase in judged
        if phase.confidence >= SURE_PHASE and (phase.name is None or phase.name.value != entry.phase)
    ]
    assert wrong == []


def test_that_most_phases_need_no_question(judged):
    # A recogniser that is never sure would never be wrong.
    phased = [phase for entry, phase in judged if entry.phase not in ("none", "unknown")]
    assert sum(phase.confidence >= SURE_PHASE for phase in phased) > 0.7 * len(phased)


def test_that_every_series_keeps_its_evidence(judged):
    assert all(phase.evidence and all(phase.evidence) for _, phase in judged)
