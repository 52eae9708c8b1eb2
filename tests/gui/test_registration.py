"""Prior and current in the window: registered in the background, linked by it, with the lesions' places as ghosts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.desks.images import ImageDesk
from app.reading.stages import Stage
from app.state.events import BaselineConfirmed, LesionAdded
from mrecist.lesions import Lesion, Measured, Observation, Present
from mrecist.values import Axis, Diameter, LesionRole, Line, Organ, Region
from tests.support.driver import Driver
from viewers.widgets.marks import Chip
from viewers.widgets.slice_view import SliceView


def test_that_prior_and_current_are_registered_linked_and_lesions_expected_where_they_are(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    folder, truth = small_study
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        for visit in ("BL", "FU1"):
            driver.drop_folder(folder / visit)
        _record_baseline(driver, truth)
        driver.station.desk.show_reading()
        driver.station.registering.on = True
        driver.session.select_visit("FU1")
        prior, current = driver.page.grid.views[:2]
        qtbot.waitUntil(lambda: _link(prior) == "linked · liver registered", timeout=60_000)
        follow_up = truth.timepoint("FU1")
        assert follow_up is not None
        for name in ("IT1", "IT2"):
            ghost = next(place for place in current.places if place.label == f"{name}?")
            finding = follow_up.finding(name)
            assert finding is not None
            assert ghost.centre == pytest.approx(finding.centres[0], abs=5.0)
        assert not prior.places
        # without it the prior stays where it is, says why, and nothing is expected anywhere; it is there again at once
        driver.page.grid.activate(1)
        driver.key(Qt.Key.Key_G, widget=current)
        assert _link(prior) == "not linked: registration off"
        assert not current.places
        left_at = prior.state.index
        driver.wheel(current, -3)
        assert prior.state.index == left_at
        driver.key(Qt.Key.Key_G, widget=current)
        assert _link(prior) == "linked · liver registered"
        assert prior.state.index != left_at
        assert {place.label for place in current.places} == {"IT1?", "IT2?"}
        # another phase, another hanging, and the phases of this exam alone keep the lesions' places
        driver.key(Qt.Key.Key_F, widget=current)
        assert {place.label for place in current.places} == {"IT1?", "IT2?"}
        for stage in (Stage.ENHANCEMENT, Stage.PHASES, Stage.PRIOR_CURRENT):
            driver.station.images.choose_stage(stage)
            leader = driver.page.grid.active
            assert {place.label for place in leader.places} == {"IT1?", "IT2?"}, stage
        current, last = driver.page.grid.views[1], driver.page.grid.views[3]
        own = driver.station.images.tiles[1].series_uid
        before = next(tile.series_uid for tile in driver.station.images.tiles if tile.visit_id == "BL")
        assert own is not None and before is not None
        driver.station.images.hang_series(1, before)  # the chips are true of what leads now
        assert (_link(prior), _link(last)) == ("", "linked · liver registered")
        driver.station.images.hang_series(1, own)
        assert (_link(prior), _link(last)) == ("linked · liver registered", "")
        driver.station.images.display.toggle_ghosts()
        assert not current.places
        at = driver.session.reading
        assert at is not None
        assert all(at.finding(name, "FU1") is None for name in ("IT1", "IT2"))
    finally:
        driver.close()


def test_that_a_node_of_the_mediastinum_is_expected_by_the_spine_and_the_chip_says_so(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    """At FU1 the lungs of the study are 5 mm higher than at baseline, and its node is where the spine is."""
    folder, truth = small_study
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        for visit in ("BL", "FU1"):
            driver.drop_folder(folder / visit)
        _record_baseline(driver, truth, {"ET1": Organ.LUNG, "ET3": Organ.LYMPH_NODE})
        driver.station.desk.show_reading()
        driver.station.registering.on = True
        driver.session.select_visit("FU1")
        driver.session.select_lesion("ET1")
        prior, current = driver.page.grid.views[:2]
        qtbot.waitUntil(lambda: _link(prior) == "linked · lungs registered", timeout=60_000)
        qtbot.waitUntil(lambda: len(current.places) == 2, timeout=60_000)
        labels = [place.label for place in current.places]
        assert labels[0] == "ET1?" and labels[1].startswith("ET3? ± "), "a ghost of another part has its own figure"
        driver.session.select_lesion("ET3")
        assert _link(prior) == "linked · mediastinum and spine registered"
        ghost = next(place for place in current.places if place.label == "ET3?")
        follow_up = truth.timepoint("FU1")
        finding = follow_up.finding("ET3") if follow_up else None
        assert finding is not None
        assert ghost.centre == pytest.approx(finding.centres[0], abs=1.5)
    finally:
        driver.close()


def test_that_the_key_of_a_phase_that_is_shown_changes_between_ct_and_mr(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    """At FU2 oil hides the lesions on CT, and there is an MR: one key is enough to come to it, and back."""
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        driver.drop_folder(small_study[0] / "FU2")
        driver.station.desk.show_reading()
        images, grid = driver.station.images, driver.page.grid
        for modality in ("MR", "CT", "MR"):
            driver.key(Qt.Key.Key_A, widget=grid.active)
            qtbot.waitUntil(lambda wanted=modality: _hangs(images, grid.active_index) == (wanted, "arterial"))
    finally:
        driver.close()


def test_that_the_phases_of_a_subtraction_are_aligned_in_the_background_and_the_view_says_so(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        driver.drop_folder(small_study[0] / "BL")
        driver.station.desk.show_reading()
        view = driver.page.grid.views[driver.page.grid.active_index]
        driver.key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier, widget=view)
        assert _chips(view)[1].text.startswith("AP")
        qtbot.waitUntil(lambda: _chips(view)[2].text == "no motion", timeout=60_000)  # it was made in one breath
        driver.key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier, widget=view)
        assert "no motion" not in [chip.text for chip in _chips(view)]
    finally:
        driver.close()


def _hangs(images: ImageDesk, number: int) -> tuple[str, str | None] | None:
    ref = images.ref(number)
    return None if ref is None else (ref.modality, ref.phase)


def _chips(view: SliceView) -> list[Chip]:
    rows = (entry for entry in view.texts.top_right if isinstance(entry, tuple))
    return [chip for row in rows for chip in row]


_LIVER = {"IT1": Organ.LIVER, "IT2": Organ.LIVER}


def test_that_a_lesion_outside_the_liver_is_looked_for_on_the_series_it_was_marked_on(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    """An adrenal is on CT of the liver, a lung nodule on that of the chest."""
    folder, truth = small_study
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        for visit in ("BL", "FU1"):
            driver.drop_folder(folder / visit)
        _record_baseline(driver, truth, {"ET1": Organ.LUNG})
        thrombus = truth.timepoints[0].finding("INT1")
        assert thrombus is not None
        x, y, z = thrombus.centres[0]
        image = (thrombus.series_uid, thrombus.sop_uid, 1, thrombus.frame_of_reference_uid)
        line = Line(*image, (x + 60, y, z), (x + 76, y, z))
        adrenal = Lesion("ENT1", Region.EXTRAHEPATIC, LesionRole.NONTARGET, Organ.ADRENAL, axis=Axis.LONGEST)
        seen = Observation("ENT1", Present(Diameter(160), evidence=(line,)))
        assert driver.session.do(LesionAdded(adrenal, "BL", seen))
        driver.station.desk.show_reading()
        driver.session.select_visit("FU1")
        images = driver.station.images
        for lesion, stage in (("ENT1", Stage.PRIOR_CURRENT), ("ET1", Stage.CHEST), ("ENT1", Stage.PRIOR_CURRENT)):
            driver.session.select_lesion(lesion)
            assert images.stage is stage
    finally:
        driver.close()


def _record_baseline(driver: Driver, truth: Truth, organs: dict[str, Organ] = _LIVER) -> None:
    """Lesions as balls about their true middles, so that the middle of the line is the middle of the lesion."""
    baseline = truth.timepoint("BL")
    assert baseline is not None
    driver.session.do(BaselineConfirmed("BL", truth.day0))
    for name, organ in organs.items():
        finding = baseline.finding(name)
        assert finding is not None
        x, y, z = finding.centres[0]
        line = Line(
            finding.series_uid, finding.sop_uid, 1, finding.frame_of_reference_uid, (x - 10, y, z), (x + 10, y, z)
        )
        where = (
            (Region.INTRAHEPATIC, Axis.VIABLE_LONGEST) if organ is Organ.LIVER else (Region.EXTRAHEPATIC, Axis.LONGEST)
        )
        lesion = Lesion(name, where[0], LesionRole.TARGET, organ, axis=where[1])
        seen = Observation(name, Measured(Diameter(200), evidence=(line,)))
        assert driver.session.do(LesionAdded(lesion, "BL", seen))


def _link(view: object) -> str:
    chips = [entry for entry in view.texts.top_right if isinstance(entry, Chip)]  # type: ignore[attr-defined]
    return chips[-1].text if chips else ""
