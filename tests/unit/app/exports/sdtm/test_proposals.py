"""SUPPTR: what the assistant proposed, as qualifiers of the diameters in TR."""

from __future__ import annotations

from dataclasses import replace

from app.assessing import assess_read
from app.exports.exported import ExportedRead, exported_reads
from app.resources import load_ruleset
from app.state.record import Record
from tests.support.example_reading import READ_ID, example_record
from tests.support.exports import csv_rows, files_of
from tests.support.proposals import with_proposals


def exported(record: Record) -> tuple[ExportedRead, ...]:
    return exported_reads(record, "cd" * 32, load_ruleset())


def test_that_each_diameter_has_the_proposals_it_was_made_from() -> None:
    files = files_of("sdtm", exported(with_proposals(example_record())))
    measured = {row["TRSEQ"]: row for row in csv_rows(files, "tr.csv")}
    told: dict[tuple[str, str, str, str], dict[str, str]] = {}
    for row in csv_rows(files, "supptr.csv"):
        assert (row["RDOMAIN"], row["IDVAR"], row["QORIG"], row["QEVAL"]) == ("TR", "TRSEQ", "Derived", "")
        of = measured[row["IDVARVAL"]]
        key = (of["TRLNKID"].split("-")[-1], of["VISIT"], of["TRTESTCD"], of["TRSTRESC"])
        told.setdefault(key, {})[row["QNAM"]] = row["QVAL"]
    assert told == {
        ("IT2", "BL", "VDIAM", "23.6"): {"TRPROPF": "23.6", "TRPROPL": "23.6", "TRPROPA": "test 1"},
        ("IT1", "FU1", "VDIAM", "36.4"): {"TRPROPF": "38.0", "TRPROPL": "37.1", "TRPROPA": "test 1"},
        ("IT1", "FU2", "VDIAM", "26.8"): {"TRPROPF": "27.4", "TRPROPL": "26.8", "TRPROPA": "test 1"},
    }


def test_that_proposals_of_viable_tumour_are_no_qualifiers_of_whole_lesions() -> None:
    record, rules = with_proposals(example_record()), load_ruleset("recist-1.1")
    one = replace(exported(record)[0], assessment=assess_read(record, READ_ID, rules))
    assert csv_rows(files_of("sdtm", [one], rules="recist-1.1"), "supptr.csv") == []
