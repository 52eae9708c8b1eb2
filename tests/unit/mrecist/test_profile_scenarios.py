"""Every protocol by scenarios that a clinician can read: each row of a table, each edge of a window, each limit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.resources import PROTOCOLS, load_protocol
from mrecist.case import (
    Ascites,
    Case,
    ClinicalEvent,
    ClinicalStatus,
    EventKind,
    Read,
    TimePoint,
    TimePointRead,
    Treatment,
    TreatmentKind,
)
from mrecist.checklist import Criterion, State, check_list
from mrecist.lesions import Absent, Lesion, Measured, Observation
from mrecist.schedule import Timing, Window, timings
from mrecist.values import Diameter, LesionRole, Organ, Region
from tests.support.patients import last, visit
from tests.unit.mrecist.decisions.test_tables import SCENARIOS as COTSOM_PATIENTS
from tests.unit.mrecist.decisions.test_tables import WELL

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "protocols"
FILES = {name: tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) for name in PROTOCOLS}
PATIENTS = [(name, x) for name, file in FILES.items() for x in file.get("patient", ())]


def treatment(text: str) -> dict[str, Any]:
    found = re.fullmatch(r"(\w+) (\d+)(?: - (\d+))?", text)
    assert found is not None, text
    kind, day, end = found.groups()
    return {"kind": kind, "day": int(day)} | ({} if end is None else {"end_day": int(end)})


@pytest.mark.parametrize(("name", "patient"), PATIENTS, ids=[f"{n}: {x['id']}" for n, x in PATIENTS])
def test_that_every_patient_has_the_hand_worked_decisions(name: str, patient: dict[str, Any]) -> None:
    listed = [visit(v) for v in patient["visits"]]
    listed[-1]["clinical"] = WELL | patient.get("clinical", {})
    if "before" in patient:
        listed[-2]["clinical"] = WELL | patient["before"]
    more = {"arm": patient["arm"]} if "arm" in patient else {}
    at = last(*listed, protocol=name, treatments=[treatment(x) for x in patient.get("treatments", ())], **more)
    assert at.tace is not None and at.sorafenib is not None
    assert [f"{x.decision} {x.row}" for x in (at.tace, at.sorafenib)] == [patient["tace"], patient["sorafenib"]]
    for decision, key in ((at.tace, "needs_tace"), (at.sorafenib, "needs_sorafenib")):
        if key in patient:
            assert list(decision.needs) == patient[key]
        assert f"({decision.row})" in decision.reasons[0].text
        assert decision.inputs and all(x.name and x.value for x in decision.inputs)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_that_every_row_has_a_patient(name: str) -> None:
    patients = COTSOM_PATIENTS if name == "cotsom" else FILES[name]["patient"]
    seen = {str(x[key]).split()[1] for x in patients for key in ("tace", "sorafenib")}
    protocol = load_protocol(name)
    assert seen == {r.row for r in (*protocol.tace, *protocol.sorafenib)}


# --- windows ---------------------------------------------------------------------------------------------------------

ANCHOR = 200


def with_occasion(case: Case, word: str, day: int) -> Case:
    """The case with one more of what a window names."""
    if word == "visit":
        return replace(case, timepoints=(*case.timepoints, TimePoint(f"TP{len(case.timepoints)}", day)))
    if word == "labs":
        return replace(case, timepoints=(TimePoint("BL", 0, ClinicalStatus(labs_day=day)),))
    if word == "last contact":
        return replace(case, events=(*case.events, ClinicalEvent(EventKind.LAST_CONTACT, day)))
    kind, _, end = word.partition(" ")
    given = Treatment(TreatmentKind(kind), day - 20 if end else day, day if end else None)
    return replace(case, treatments=(*case.treatments, given))


def window_cases() -> Iterator[tuple[str, Window, str]]:
    for name, file in FILES.items():
        windows = {w.id: w for w in load_protocol(name).windows}
        for entry in file["window"]:
            for text in entry["cases"]:
                yield name, windows[entry["id"]], text


@pytest.mark.parametrize(
    ("window", "text"), [(w, t) for _, w, t in window_cases()], ids=[f"{n}: {w.id} {t}" for n, w, t in window_cases()]
)
def test_that_a_window_is_kept_or_missed_by_as_many_days_as_it_is(window: Window, text: str) -> None:
    days, timing, *off = text.split()
    case = with_occasion(Case("C", (TimePoint("BL", 0),)), window.anchor, ANCHOR)
    case = with_occasion(case, window.what, ANCHOR + int(days) * (1 if window.after else -1))
    found = [x for x in timings([window], case) if x.anchor.day == ANCHOR]
    assert [(x.timing, x.days, x.off_days) for x in found] == [(Timing(timing), int(days), int(off[0]) if off else 0)]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_that_both_edges_of_every_window_are_tried(name: str) -> None:
    tried = {x["id"]: {int(text.split()[0]) for text in x["cases"]} for x in FILES[name]["window"]}
    assert tried.keys() == {w.id for w in load_protocol(name).windows}
    for w in load_protocol(name).windows:
        wanted = {w.first_days, w.last_days, w.last_days + 1} | ({w.first_days - 1} if w.first_days else set())
        assert wanted <= tried[w.id], w.id


# --- entry criteria --------------------------------------------------------------------------------------------------


def entered(value: str, given: str) -> tuple[Case, Read | None, int | None]:
    """A baseline at which one value is as given, and everything else is plain."""
    number = Fraction(given)
    count = int(number)
    plain: dict[str, Any] = {
        "ecog": 0,
        "bilirubin_mg_dl": Fraction(1),
        "albumin_g_dl": Fraction(4),
        "inr": Fraction(11, 10),
        "ascites": Ascites.NONE,
        "encephalopathy": 0,
    }
    treatments: tuple[Treatment, ...] = ()
    read = None
    if value == "child_pugh_at_least":
        plain |= {  # five items of 1 to 3 points each
            "bilirubin_mg_dl": Fraction(4) if count > 6 else Fraction(2) if count == 6 else Fraction(1),
            "ascites": Ascites.SLIGHT if count == 8 else Ascites.NONE,
        }
    elif value == "ascites":
        plain["ascites"] = (Ascites.NONE, Ascites.SLIGHT, Ascites.MODERATE)[count - 1]
    elif value == "main_pv_occlusion":
        plain[value] = bool(count)
    elif value in ("ecog", "encephalopathy"):
        plain[value] = count
    elif value in ClinicalStatus.__dataclass_fields__:
        plain[value] = number
    elif value.startswith("earlier_"):
        kind = TreatmentKind.TACE if value == "earlier_tace" else TreatmentKind.SORAFENIB
        treatments = (Treatment(kind, -100),) * count
    elif value == "days_since_local_treatment":
        treatments = (Treatment(TreatmentKind.ABLATION, -count), Treatment(TreatmentKind.RESECTION, -400))
    elif value != "age_years":
        place = (Region.INTRAHEPATIC, Organ.LIVER) if value == "liver_lesions" else (Region.EXTRAHEPATIC, Organ.LUNG)
        lesions = tuple(Lesion(f"X{i}", place[0], LesionRole.TARGET, place[1]) for i in range(count + 1))
        seen = [Observation(x.id, Measured(Diameter.from_mm(20))) for x in lesions[:-1]]
        seen.append(Observation(lesions[-1].id, Absent()))  # what is gone does not count
        read = Read(lesions=lesions, timepoints=(TimePointRead("BL", tuple(seen)),))
    case = Case("C", (TimePoint("BL", 0, ClinicalStatus(**plain)),), treatments=treatments)
    return case, read, count if value == "age_years" else None


def entry_cases() -> Iterator[tuple[str, str, str, bool]]:
    for name, file in FILES.items():
        for entry in file.get("entry", ()):
            for met, key in ((True, "met"), (False, "not_met")):
                yield from ((name, entry["value"], given, met) for given in entry.get(key, ()))


@pytest.mark.parametrize(("name", "value", "given", "met"), list(entry_cases()))
def test_that_a_limit_is_as_strict_as_the_source_has_it(name: str, value: str, given: str, met: bool) -> None:
    criteria = [x for x in load_protocol(name).eligibility if x.value == value]
    assert criteria
    found = {x.state for x in check_list(criteria, *entered(value, given))}
    assert found == {State.MET} if met else State.NOT_MET in found


@pytest.mark.parametrize("name", PROTOCOLS)
def test_that_every_limit_is_tried_at_itself_and_beyond(name: str) -> None:
    tried = {x["value"]: x for x in FILES[name].get("entry", ())}
    criteria = [x for x in load_protocol(name).eligibility if x.value]
    assert tried.keys() == {x.value for x in criteria}
    for x in criteria:
        limit = next(v for v in (x.above, x.at_least, x.below, x.at_most) if v is not None)
        at_limit = "not_met" if x.violated(limit) else "met"
        unknowable = x.value.startswith("earlier_")  # none recorded is not none given
        assert unknowable or limit in map(Fraction, tried[x.value][at_limit]), x
        assert any(x.violated(Fraction(v)) for v in tried[x.value]["not_met"])


def test_that_gates_and_entry_criteria_of_a_protocol_have_the_same_limits() -> None:
    for name in PROTOCOLS:
        protocol = load_protocol(name)
        listed = {(x.value, x.above, x.at_least, x.below, x.at_most) for x in protocol.eligibility}
        for gate in protocol.gates:
            limits = (gate.value, gate.above, gate.at_least, gate.below, gate.at_most)
            assert limits in listed, (name, limits)


def test_that_a_criterion_says_what_is_allowed() -> None:
    limits = [{"above": Fraction(2)}, {"at_least": Fraction(3, 2)}, {"below": Fraction(8)}, {"at_most": Fraction(1000)}]
    criteria = [Criterion("include", "x", "inr", **limit) for limit in limits]
    assert [x.allowed for x in criteria] == ["≤ 2", "< 1.5", "≥ 8", "> 1000"]
    assert Criterion("include", "x").allowed == ""
