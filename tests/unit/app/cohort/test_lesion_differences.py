"""Lesions of two readers, matched by place or by name."""

from __future__ import annotations

import pytest

from app.cohort.lesion_differences import lesion_differences
from mrecist.case import Case, Read, TimePoint, TimePointRead
from mrecist.lesions import Absent, Finding, Lesion, Measured, Observation
from mrecist.values import Diameter, LesionRole, Line, Organ, Region


def _lesion(name: str, organ: Organ = Organ.LIVER) -> Lesion:
    region = Region.INTRAHEPATIC if organ is Organ.LIVER else Region.EXTRAHEPATIC
    return Lesion(name, region, LesionRole.TARGET, organ)


def _at(x: float, mm: float, frame: str | None = "1.2") -> Measured:
    line = Line("s", "i", 1, frame, (x - mm / 2, 0.0, 0.0), (x + mm / 2, 0.0, 0.0))
    return Measured(Diameter.from_mm(mm), evidence=(line,))


def _read(name: str, *lesions: Lesion, **found: dict[str, Finding]) -> Read:
    timepoints = [TimePointRead(t, tuple(Observation(k, f) for k, f in by.items())) for t, by in found.items()]
    return Read(name, name, lesions=lesions, timepoints=tuple(timepoints))


def _differences(first: Read, second: Read) -> list[tuple[object, ...]]:
    case = Case("C", timepoints=(TimePoint("BL", 0), TimePoint("FU1", 42)), reads=(first, second))
    return [
        (d.timepoint, d.first_lesion, d.second_lesion, d.difference_mm, d.matched_by, d.apart_mm)
        for d in lesion_differences(case, first.id, second.id)
    ]


def test_that_lesions_at_one_place_are_one_whatever_they_are_called() -> None:
    first = _read("A", _lesion("IT1"), _lesion("IT2"), BL={"IT1": _at(0, 30), "IT2": _at(100, 20)})
    second = _read(
        "B", _lesion("IT1"), _lesion("IT2"), BL={"IT1": _at(103, 24.5), "IT2": _at(2, 28)}, FU1={"IT2": Absent()}
    )
    assert _differences(first, second) == [
        ("BL", "IT1", "IT2", 2.0, "place", 2.0),
        ("BL", "IT2", "IT1", -4.5, "place", 3.0),
        ("FU1", "IT1", "IT2", None, "place", 2.0),
    ]


def test_that_lesions_apart_or_in_other_frames_or_regions_are_not_matched() -> None:
    first = _read("A", _lesion("IT1"), BL={"IT1": _at(0, 30)})
    far = _read("B", _lesion("IT1"), BL={"IT1": _at(16, 30)})
    assert _differences(first, far) == [("BL", "IT1", None, None, "", None), ("BL", None, "IT1", None, "", None)]
    assert _differences(first, _read("B", _lesion("IT1"), BL={"IT1": _at(15, 30)}))[0][4] == "place"
    assert _differences(first, _read("B", _lesion("IT1"), BL={"IT1": _at(0, 30, "9")}))[0][4] == ""
    assert _differences(first, _read("B", _lesion("IT1", Organ.LUNG), BL={"IT1": _at(0, 30)}))[0][4] == ""


def test_that_what_has_no_line_is_matched_by_its_name() -> None:
    first = _read("A", _lesion("IT1"), BL={"IT1": Measured(Diameter.from_mm(30))})
    assert _differences(first, _read("B", _lesion("IT1"), BL={"IT1": Measured(Diameter.from_mm(28.5))})) == [
        ("BL", "IT1", "IT1", 1.5, "name", None)
    ]
    other = _read("B", _lesion("IT1", Organ.LUNG), BL={"IT1": Measured(Diameter.from_mm(28))})
    assert [d[4] for d in _differences(first, other)] == ["", ""]
    with pytest.raises(KeyError):
        lesion_differences(Case("C", reads=(first,)), "A", "B")
