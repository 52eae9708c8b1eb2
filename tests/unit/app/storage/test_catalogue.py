from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from tests.support.databases import url_in
from tests.support.series import series
from viewers.imaging.catalogue import Catalogue, FindingCode, QualityFinding

FOUND = QualityFinding(FindingCode.THICK_SLICES, "slices of 7 mm", ("/images/1/0.dcm",))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as database:
        yield database


def test_that_a_series_comes_back_as_it_was(database: Database) -> None:
    catalogue: Catalogue = StoredCatalogue(database)
    one = series("1.1#2", date(2025, 1, 6), findings=(FOUND,))
    bare = replace(one, uid="1.2", study_date=None, pixel_spacing_mm=None, row_direction=None, kvp=None)
    catalogue.put([one, bare])
    assert catalogue.get("1.1#2") == one
    assert catalogue.get("1.2") == bare
    assert catalogue.get("1.3") is None


def test_that_the_newest_scan_of_a_series_counts(database: Database) -> None:
    catalogue = StoredCatalogue(database)
    catalogue.put([series("1.1", date(2025, 1, 6))])
    catalogue.put([series("1.1", date(2025, 1, 6), images=5)])
    found = catalogue.get("1.1")
    assert found is not None and len(found.slices) == 5
    catalogue.put([])


@pytest.mark.parametrize("spoiled", ["x'00'", "x'789c03000000000001'"], ids=["not packed", "empty"])
def test_that_a_spoiled_entry_counts_as_not_known(database: Database, spoiled: str) -> None:
    catalogue = StoredCatalogue(database)
    catalogue.put([series("1.1", date(2025, 1, 6))])
    with database.writing() as connection:
        connection.execute(text(f"UPDATE catalogue SET series = {spoiled}"))
    assert catalogue.get("1.1") is None
