from __future__ import annotations

from app.models.versions import versions_of
from app.resources import load_ruleset
from app.state.apply import replay
from app.state.events import FindingRecorded, VisitAmended, VisitJustified, VisitSigned
from mrecist.lesions import Features, Nonviable, Observation
from tests.support.cases import OPENING, READ, READER, added, found, log_of, measured

SIGNED = VisitSigned("FU1", READER, "0" * 64, "mrecist-literal 1", (("intrahepatic", "SD"), ("composite", "SD")))


def test_that_the_signed_version_stays_beside_what_was_made_of_it() -> None:
    log = log_of(
        *OPENING,
        added("IT1", "BL", measured("30")),
        added("IT2", "BL", measured("20")),
        found("IT1", "FU1", measured("28")),
        found("IT2", "FU1", measured("20")),
        SIGNED,
        VisitAmended("FU1", READER, "necrosis overlooked"),
        found("IT1", "FU1", Nonviable()),
        VisitJustified("FU1", "E-LABS", "drawn on the ward"),
        SIGNED,
    )
    record = replay(log)
    old, new = versions_of(log, record, READ, "FU1", load_ruleset())
    assert (old.reason, old.by, new.reason) == ("necrosis overlooked", READER, "")
    assert old.signed.at < old.at < new.signed.at
    # 28 + 20 of 50 mm is -4 %: SD; 0 + 20 is -60 %: PR
    told = {x.what: (x.then, x.now) for x in (*old.responses, *old.lesions)}
    assert told["Intrahepatic"] == ("SD", "PR") and told["Composite"] == ("SD", "PR")
    assert told["IT1"] == ("28.0 mm", "no viable tumour") and told["IT2"] == ("20.0 mm", "20.0 mm")
    assert told["E-LABS kept because"] == ("—", "drawn on the ward")
    assert [x.what for x in old.lesions if x.differs] == ["IT1", "E-LABS kept because"]
    assert not any(x.differs for x in new.lesions)


def test_that_a_reason_that_was_added_taken_back_or_put_otherwise_is_a_line_with_its_rule() -> None:
    def kept(*overrides: tuple[str, str], one_for_all: str = "") -> FindingRecorded:
        noted = Features(override=one_for_all, overrides=overrides)
        return FindingRecorded("FU1", Observation("IT1", measured("28"), noted))

    log = log_of(
        *OPENING,
        added("IT1", "BL", measured("30")),
        kept(("E-PHASE", "no arterial phase"), ("E-WHOLE", "drawn apart"), one_for_all="agreed"),
        SIGNED,
        VisitAmended("FU1", READER, "measured again"),
        kept(("E-WHOLE", "drawn on MRI"), ("E-SMALL", "follows it")),
    )
    (old,) = versions_of(log, replay(log), READ, "FU1", load_ruleset())
    assert [(x.what, x.then, x.now) for x in old.lesions if x.differs] == [
        ("IT1 override", "agreed", "—"),
        ("IT1: E-PHASE kept because", "no arterial phase", "—"),
        ("IT1: E-WHOLE kept because", "drawn apart", "drawn on MRI"),
        ("IT1: E-SMALL kept because", "—", "follows it"),
    ]
