from __future__ import annotations

import pytest

from app.state.naming import default_axis, next_lesion_name
from mrecist.values import Axis, LesionKind, LesionRole, Region

IH, EH = Region.INTRAHEPATIC, Region.EXTRAHEPATIC


@pytest.mark.parametrize(
    ("region", "role", "name"),
    [
        (IH, LesionRole.TARGET, "IT1"),
        (EH, LesionRole.TARGET, "ET1"),
        (IH, LesionRole.NONTARGET, "INT1"),
        (EH, LesionRole.NONTARGET, "ENT1"),
        (IH, LesionRole.NEW, "IN1"),
        (EH, LesionRole.NEW, "EN1"),
    ],
)
def test_that_a_first_lesion_is_named_by_region_and_role(region: Region, role: LesionRole, name: str) -> None:
    assert next_lesion_name([], region, role) == name


def test_that_the_first_free_number_is_taken() -> None:
    assert next_lesion_name(["IT1", "IT3", "ET2", "INT2"], IH, LesionRole.TARGET) == "IT2"


@pytest.mark.parametrize(
    ("region", "kind", "axis"),
    [
        (IH, LesionKind.OTHER, Axis.VIABLE_LONGEST),
        (EH, LesionKind.OTHER, Axis.LONGEST),
        (EH, LesionKind.BONE, Axis.LONGEST),
        (EH, LesionKind.LYMPH_NODE, Axis.SHORT),
        (IH, LesionKind.LYMPH_NODE, Axis.SHORT),
    ],
)
def test_that_the_counted_axis_follows_region_and_kind(region: Region, kind: LesionKind, axis: Axis) -> None:
    assert default_axis(region, kind) is axis
