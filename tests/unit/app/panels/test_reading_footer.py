"""The foot of the right panel at a signed time point: who signed, and whether what was signed still holds."""

from __future__ import annotations

from datetime import date

from pytestqt.qtbot import QtBot

from app.assessing import assess_read
from app.models.reading import Reading
from app.panels.reading_footer import ReadingFooter
from app.panels.timepoint_bar import segments
from app.resources import load_ruleset
from app.state.events import BaselineConfirmed, Event, SeriesImported, VisitAmended, VisitProposed, VisitSigned
from app.theme import Theme
from tests.support.cases import BASELINE_DATE, READ, READER, added, found, measured, record_of, series_ref

FU2 = date(2025, 3, 31)
SHOWN = tuple((scope, "PR") for scope in ("intrahepatic", "composite", "overall"))
READ_SO_FAR: tuple[Event, ...] = (
    BaselineConfirmed("BL", BASELINE_DATE),
    SeriesImported((series_ref("1.3", FU2),)),
    VisitProposed("FU2", (FU2,), ("1.3",)),
    added("IT1", "BL", measured("50")),
    found("IT1", "FU1", measured("30")),
    found("IT1", "FU2", measured("32")),
    *(VisitSigned(visit, READER, "0" * 64, "mrecist-literal 1", SHOWN) for visit in ("FU1", "FU2")),
)
AMENDED = (VisitAmended("FU1", READER, "drawn across necrosis"), found("IT1", "FU1", measured("25")))


def at_fu2(*events: Event) -> Reading:
    record = record_of(*READ_SO_FAR, *events)
    return Reading(record, READ, "FU2", assess_read(record, READ, load_ruleset()))


def test_that_a_signed_time_point_says_when_a_change_elsewhere_made_its_responses_others(
    qtbot: QtBot, theme: Theme
) -> None:
    """32 of 50 mm is -36 %: PR as signed; with 25 instead of 30 mm before, it is 28 % above the nadir: PD."""
    footer = ReadingFooter(theme)
    qtbot.addWidget(footer)
    footer.set_reading(at_fu2())
    alone = footer.height()
    assert footer.changed.isHidden() and footer.versions.isHidden()
    assert not segments(at_fu2())[2].changed

    reading = at_fu2(*AMENDED)
    assert reading.response is not None and reading.response.intrahepatic.response == "PD"
    footer.set_reading(reading)
    assert not footer.changed.isHidden() and footer.height() > alone
    assert "Intrahepatic PR → PD, Composite PR → PD, Overall PR → PD" in footer.changed.text()
    assert not footer.versions.isHidden(), "signed and now are one press away"
    assert [x.changed for x in segments(reading)] == [False, False, True], "FU1 itself is open, to be signed again"


def test_that_the_read_of_another_is_neither_signed_nor_amended_from_here(qtbot: QtBot, theme: Theme) -> None:
    footer = ReadingFooter(theme)
    qtbot.addWidget(footer)
    footer.set_reading(at_fu2())
    assert footer.sign.isEnabled()
    footer.set_reading(at_fu2(), others="Dr J. Lee")
    assert not footer.sign.isEnabled() and "Dr J. Lee" in footer.sign.toolTip()
