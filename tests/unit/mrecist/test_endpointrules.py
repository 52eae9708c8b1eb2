"""What the five studies count, as their files tell it."""

from __future__ import annotations

import pytest

from app.resources import PROTOCOLS, load_protocol
from mrecist.endpointrules import endpoint_faults


@pytest.mark.parametrize(
    ("protocol", "primary", "origin", "visits"),
    [
        ("sorafenib-vs-fm", ("PFS",), "treatment", 56),
        ("tace-sorafenib-sequential", ("OS",), "randomisation", 56),
        ("ld-ccrt", ("OS",), "treatment", 0),
        ("cotsom", (), "treatment", 42),
    ],
)
def test_that_a_study_names_its_primary_endpoint_and_its_day_0(
    protocol: str, primary: tuple[str, ...], origin: str, visits: int
) -> None:
    rules = load_protocol(protocol).endpoints
    assert rules is not None
    assert (rules.primary, rules.origin, rules.visit_days) == (primary, origin, visits)


def test_that_every_shipped_protocol_names_only_what_there_is() -> None:
    told = [load_protocol(name).endpoints for name in PROTOCOLS]
    assert [fault for rules in told if rules is not None for fault in endpoint_faults(rules)] == []


def test_that_chemoradiotherapy_is_censored_at_surgery_and_counts_in_two_windows() -> None:
    rules = load_protocol("ld-ccrt").endpoints
    assert rules is not None
    assert rules.censoring == "at-surgery"
    assert [(r.name, r.first_after, r.until) for r in rules.rates] == [
        ("ORR (4 weeks)", "radiotherapy", ""),
        ("ORR (up to sorafenib)", "radiotherapy", "sorafenib"),
    ]
