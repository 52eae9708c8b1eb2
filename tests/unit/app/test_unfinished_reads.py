"""What a read under way hides is kept from the command line until the read is finished, or until it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import DONE, REFUSED, main
from app.state.events import ReadStarted, VisitSigned
from app.state.reading_mode import Hidden
from app.storage.database import Database
from tests.support.cases import added, measured
from tests.support.databases import opened, url_in

OTHER = "Reader B"


def test_that_a_case_of_which_a_blinded_read_is_open_is_left_out_of_cohort_and_export_unless_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = url_in(tmp_path)
    with Database.open(url) as database:
        case = opened(database, added("IT1", "BL", measured("50")))
        case.do(ReadStarted(OTHER, blinded=True, hides=(Hidden.CLINICAL, Hidden.OTHERS)), OTHER, "read-2")
        case.do(added("IT1", "BL", measured("48")), OTHER, "read-2")
    export = ("export", "--format", "csv", "--database", url)
    assert main(["cohort", "--database", url]) == REFUSED
    assert "C-1: a read that hides part of it is not finished (read-2); --unblinded" in capsys.readouterr().err
    assert main([*export, "--case", "C-1", "--out", str(tmp_path / "one")]) == REFUSED
    assert "--unblinded takes it in" in capsys.readouterr().err
    assert main([*export, "--all", "--out", str(tmp_path / "all")]) == REFUSED
    assert "There is nothing to export; C-1: a read that hides part of it" in capsys.readouterr().err
    assert not list(tmp_path.glob("*/*.csv"))
    assert main(["cohort", "--unblinded", "--json", "--database", url]) == DONE
    assert json.loads(capsys.readouterr().out)["cases"] == 1
    assert main([*export, "--all", "--unblinded", "--out", str(tmp_path / "all")]) == DONE
    with Database.open(url) as database:
        for visit in ("BL", "FU1"):
            case.do(VisitSigned(visit, OTHER, case.head.hash, "mrecist-literal", ()), OTHER, "read-2")
    assert main(["cohort", "--json", "--database", url]) == DONE, "a finished read hides nothing from the others"
    assert main([*export, "--all", "--out", str(tmp_path / "then")]) == DONE
