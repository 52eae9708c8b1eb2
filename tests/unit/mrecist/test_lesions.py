"""What a reader noted of a lesion: the reasons for what does not conform, each with its rule."""

from __future__ import annotations

from mrecist.lesions import Features


def test_that_a_rule_has_one_reason_the_last_that_was_given_for_it() -> None:
    noted = Features(certainty=None).justified("E-SMALL", "too hasty").justified("E-PHASE", " no arterial phase ")
    noted = noted.justified("E-SMALL", "seen in all phases")
    assert noted.overrides == (("E-PHASE", "no arterial phase"), ("E-SMALL", "seen in all phases"))
    assert [noted.justification(rule) for rule in ("E-SMALL", "E-PHASE", "E-SLICE")] == [
        "seen in all phases",
        "no arterial phase",
        "",
    ]


def test_that_a_reason_is_taken_out_by_its_rule_and_the_one_for_all_stays() -> None:
    noted = Features(override="agreed").justified("E-SMALL", "seen in all phases").justified("E-NODE", "grows")
    left = noted.unjustified("E-SMALL", "E-PHASE")
    assert left == Features(override="agreed", overrides=(("E-NODE", "grows"),))
    assert [left.justification(rule) for rule in ("E-SMALL", "E-NODE")] == ["agreed", "grows"]
