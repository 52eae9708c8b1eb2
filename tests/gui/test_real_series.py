"""Every real series can be imported and looked at, or is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.desks.image_library import LoadedSeries
from tests.support.driver import Driver

FOLDERS = (
    "01_cptac_pda_C3L-00189_abdomen_portal_5mm",
    "02_cmb_crc_MSB-01068_chest_arterial_2p5mm",
    "03_acrin_flt_breast_001",
    "04_covid_ny_sbu_two_dates/A027284",
    "04_covid_ny_sbu_two_dates/A067967",
    "05_ge_tilt18_variable_spacing_head",
    "06_dcmqi_liver_ct_3slice_with_seg",
    "07_philips_enhanced_mr_kidney",
    "08_rider_neuro_mr_two_dates",
    "09_dupe_and_missing_slices_ct",
    "10_papaya_mr_oblique_jitter_spacing",
    "11_mixed_orientation_one_series_ct",
)
WITHOUT_STUDY_DATE = {"05_ge_tilt18_variable_spacing_head", "09_dupe_and_missing_slices_ct"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_that_a_real_series_is_shown_or_refused_with_a_reason(
    qtbot: QtBot, tmp_path: Path, test_data: Path, folder: str
) -> None:
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        driver.drop_folder(test_data / "series" / folder)
        if folder in WITHOUT_STUDY_DATE:
            assert "no study date" in driver.window.work.message.text()
            assert driver.session.record is None
            return
        record = driver.session.record
        if record is None:  # several patients: one case each, none opened by itself
            lines = driver.window.worklist.table_model
            qtbot.waitUntil(lambda: bool(lines.lines))
            case_id = lines.lines[0].case_id
            driver.station.work.open_case(case_id)
            record = driver.session.record
        assert record is not None
        for visit in record.visits:
            driver.session.select_visit(visit.id)
            for uid in visit.series:
                look_at(driver, uid)
    finally:
        driver.close()


def look_at(driver: Driver, uid: str) -> None:
    """Open a series in the active view and wait for its images; a fault must be on the view."""
    driver.station.images.show_series(uid)
    view = driver.page.grid.active
    source = view.source
    assert isinstance(source, LoadedSeries)
    library = driver.station.library
    driver.qtbot.waitUntil(lambda: source.complete or bool(library.fault(uid)), timeout=20_000)
    assert not library.fault(uid)
    assert not view.grab().isNull()
    if not source.measurable:
        assert view.banner.startswith("NOT MEASURABLE: "), view.banner
        assert "not measurable" not in view.banner, "it is said once"
