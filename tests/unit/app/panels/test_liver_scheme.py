from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.panels.lesion_form import LesionForm
from app.panels.liver_scheme import LiverScheme
from app.theme import Theme
from mrecist.lesions import Lesion
from mrecist.values import LesionRole, Organ, Region, Segment

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def scheme(qtbot: QtBot, theme: Theme) -> LiverScheme:
    made = LiverScheme(theme)
    qtbot.addWidget(made)
    made.show()
    return made


AREAS = [segment for segment in Segment if segment is not Segment.IV]


@pytest.mark.parametrize("segment", AREAS)
def test_that_a_click_in_a_segment_chooses_it_and_another_takes_it_back(scheme: LiverScheme, segment: Segment) -> None:
    place = scheme.middle_of(segment).toPoint()
    QTest.mouseClick(scheme, LEFT, pos=place)
    assert scheme.values == (segment,)
    assert f"Chosen: {segment.value}." in scheme.accessibleDescription()
    QTest.mouseClick(scheme, LEFT, pos=place)
    assert scheme.values == ()


def test_that_nothing_is_chosen_beside_the_liver(scheme: LiverScheme) -> None:
    QTest.mouseClick(scheme, LEFT, pos=QPoint(scheme.width() - 2, scheme.height() - 2))
    assert scheme.values == ()


def test_that_arrows_and_space_choose_several(scheme: LiverScheme) -> None:
    for key in (Qt.Key.Key_Right,) * 5 + (Qt.Key.Key_Space,) + (Qt.Key.Key_Right,) * 3 + (Qt.Key.Key_Space,):
        QTest.keyClick(scheme, key)
    assert scheme.values == (Segment.V, Segment.VIII)


def test_that_the_right_lobe_is_at_the_left_and_upper_segments_above(scheme: LiverScheme) -> None:
    x = {segment: scheme.middle_of(segment).x() for segment in AREAS}
    y = {segment: scheme.middle_of(segment).y() for segment in AREAS}
    assert x[Segment.VII] < x[Segment.VIII] < x[Segment.IVA] < x[Segment.II]
    assert x[Segment.VI] < x[Segment.V] < x[Segment.IVB] < x[Segment.III]
    above = ("VII", "VI"), ("VIII", "V"), ("IVa", "IVb"), ("II", "III")
    assert all(y[Segment(a)] < y[Segment(b)] for a, b in above)


def test_that_a_part_of_segment_iv_stands_in_place_of_the_whole_and_the_whole_of_its_parts(
    qtbot: QtBot, theme: Theme
) -> None:
    """A lesion of old data is in IV; by chip and by click it is told more exactly, and less."""
    form = LesionForm(theme)
    qtbot.addWidget(form)
    form.set_lesion(Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, segments=(Segment.IV,)))
    told: list[Lesion] = []
    form.lesion_changed.connect(told.append)
    form.show()
    assert form.segments.values == (Segment.IV,)
    for part in (Segment.IVA, Segment.IVB):
        QTest.mouseClick(form.scheme, LEFT, pos=form.scheme.middle_of(part).toPoint())
    assert [x.segments for x in told] == [(Segment.IVA,), (Segment.IVA, Segment.IVB)]
    form.segments.chip_of(Segment.IV).click()
    assert told[-1].segments == (Segment.IV,) == form.segments.values == form.scheme.values
    form.segments.chip_of(Segment.IVB).click()
    assert told[-1].segments == (Segment.IVB,) == form.segments.values == form.scheme.values
    form.segments.chip_of(Segment.IVB).click()
    assert told[-1].segments == ()


def test_that_scheme_and_names_say_the_same(qtbot: QtBot, theme: Theme) -> None:
    form = LesionForm(theme)
    qtbot.addWidget(form)
    form.set_lesion(Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, segments=(Segment.V,)))
    told: list[Lesion] = []
    form.lesion_changed.connect(told.append)
    form.show()
    assert form.scheme.values == (Segment.V,)
    QTest.mouseClick(form.scheme, LEFT, pos=form.scheme.middle_of(Segment.VIII).toPoint())
    assert told[-1].segments == (Segment.V, Segment.VIII) == form.segments.values
    form.segments.chip_of(Segment.V).click()
    assert told[-1].segments == (Segment.VIII,) == form.scheme.values
