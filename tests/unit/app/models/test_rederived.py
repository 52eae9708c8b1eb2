"""What an early edit changes later: every response, decision and number that is another one, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.desks.rederiving import RederivingDesk
from app.models.rederived import rederived
from app.panels.folded_list import FoldedList
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import BaselineConfirmed, Event, ProtocolChosen, SeriesImported, VisitProposed
from app.storage.database import Database
from app.store import CaseStore
from app.theme import load_theme
from app.words import MINUS
from tests.support.cases import READER, added, found, measured, series_ref
from tests.support.databases import opened, url_in

EDITS: tuple[Event, ...] = (
    SeriesImported((series_ref("1.3", date(2025, 3, 31)),)),
    VisitProposed("FU2", (date(2025, 3, 31),), ("1.3",)),
    BaselineConfirmed("BL", date(2025, 1, 10)),
    added("IT1", "BL", measured("50", "1.1")),
    found("IT1", "FU1", measured("34", "1.2")),
    found("IT1", "FU2", measured("40", "1.3")),
)


def plain(texts: tuple[str, ...]) -> list[str]:
    return [x.replace("\N{NO-BREAK SPACE}", " ").replace("\N{THIN SPACE}", " ").replace(MINUS, "-") for x in texts]


def test_that_another_baseline_lists_every_later_time_point_that_is_otherwise(qtbot: QtBot, tmp_path: Path) -> None:
    with Database.open(url_in(tmp_path), create=True) as database:
        opened(database, *EDITS)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        listed = FoldedList(load_theme(), "Changed elsewhere")
        qtbot.addWidget(listed)
        desk = RederivingDesk(session, listed, session)
        before = session.assessment
        # 34 of 50 is -32 %: PR; 34 of 45 is -24.4 %: SD. 40 of 50 is -20 %, of 45 -11.1 %; +17.6 % since 34 either way.
        assert session.do(found("IT1", "BL", measured("45", "1.1")))
        first, second, best = rederived(before, session.assessment, "BL")
        assert (first.where, first.decides) == ("FU1", True)
        assert plain(first.changes) == [
            "IH PR → SD",
            "Comp. PR → SD",
            "Overall PR → SD",
            "IH vs BL -32.0 % → -24.4 %",
        ]
        assert (second.where, second.decides, plain(second.changes)) == ("FU2", False, ["IH vs BL -20.0 % → -11.1 %"])
        assert (best.where, best.changes) == ("Best", ("IH PR → SD",))
        assert [x.text.partition(":")[0] for x in listed.rows] == ["FU1", "FU2", "Best"]
        assert "FU1 IH PR → SD" in listed.note.text() and not listed.isHidden()
        assert session.do(ProtocolChosen("multidisciplinary-hcc"))
        assert "FU1: Operation and search" in listed.rows[0].text and " · HAIC + sorafenib " in listed.rows[0].text
        session.undo()
        session.undo()
        assert "FU1 IH SD → PR" in listed.note.text(), "taking back changes it as much"
        session.select_visit("FU2")
        assert session.do(found("IT1", "FU2", measured("41", "1.3")))
        assert listed.isHidden(), "nothing lies behind the last time point; what is open is seen in its own cards"
        assert desk is not None and rederived(None, before, "BL") == ()
