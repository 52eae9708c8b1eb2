"""The domains as files: CSV written record by record, or transport files made of it at the end."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from app.exports.csv_tables import CsvFile
from app.exports.exported import ExportedCase
from app.exports.sdtm import define
from app.exports.sdtm.lesions import ReadLesions
from app.exports.sdtm.limits import check_record, check_study, check_variables
from app.exports.sdtm.metadata import Record, domains
from app.exports.sdtm.proposals import proposed
from app.exports.sdtm.responses import responses, supplement
from app.exports.sdtm.subject import Subject, evaluators
from app.exports.staging import Staging
from mrecist.rulesets import RuleSet

_CASE_BY_CASE = ("DM", "TU", "TR", "SUPPTR", "RS", "SUPPRS")
_LINKED = (
    ("TU", "TULNKID", "ONE", "TUTR"),
    ("TR", "TRLNKID", "MANY", "TUTR"),
    ("TR", "TRLNKGRP", "MANY", "TRRS"),
    ("RS", "RSLNKGRP", "MANY", "TRRS"),
)
"""Which variables link which domains: TU to TR by lesion, TR to RS by read, time point and region."""


class SdtmFiles:
    """``dm.csv``, ``tu.csv`` and so on, with ``define.html``, ``variables.csv`` and ``codelists.csv`` beside them.

    Values are for programs and stand as they are: no apostrophe is put before what a spreadsheet takes for a formula.
    """

    def __init__(self, staging: Staging, prefix: str, ruleset: RuleSet, study: str, *, transport: bool = False) -> None:
        check_study(study)
        for variables in domains().values():
            check_variables(variables)
        self._staging, self._prefix, self._ruleset = staging, prefix, ruleset
        self._study, self._transport = study, transport
        self._open = ExitStack()
        self._paths: dict[str, Path] = {}
        self._files: dict[str, CsvFile] = {}
        for domain, variables in domains().items():
            name = f"{domain.lower()}.csv"
            self._paths[domain] = staging.scratch / name if transport else staging.path(f"{prefix}{name}")
            self._files[domain] = CsvFile(self._paths[domain], [v.name for v in variables], safe=False)
            self._open.callback(self._files[domain].close)

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        found = records(Subject(self._study, case.record), case, self._ruleset)
        for domain, of_domain in found.items():
            for record in of_domain:
                check_record(domain, record, case.id, ascii_only=self._transport)
        for domain, of_domain in found.items():
            self._files[domain].add(of_domain)
        return {}

    def finish(self) -> None:
        self._files["RELREC"].add(relations(self._study))
        self.close()
        if self._transport:
            from app.exports.sdtm.transport import write_transport

            for domain, variables in domains().items():
                write_transport(
                    self._paths[domain], self._staging.path(f"{self._prefix}{domain.lower()}.xpt"), variables
                )
        for name, content in define.description(self._study, "xpt" if self._transport else "csv").items():
            self._staging.path(f"{self._prefix}{name}").write_bytes(content)

    def close(self) -> None:
        self._open.close()


def records(subject: Subject, case: ExportedCase, ruleset: RuleSet) -> dict[str, list[Record]]:
    """All records of one subject by domain, numbered within it; empty cells are left out."""
    found: dict[str, list[Record]] = {domain: [] for domain in _CASE_BY_CASE}
    found["DM"].append(subject.demographics())
    for one, evaluator in zip(case.reads, evaluators(case.reads), strict=True):
        read = ReadLesions.of(subject, one, evaluator, ruleset)
        found["TU"] += read.identified()
        for record in read.properties():
            found["TR"].append(record)
            record["TRSEQ"] = len(found["TR"])
            found["SUPPTR"] += supplement(record, proposed(read, record))
        for record, qualifiers in responses(read):
            found["RS"].append(record)
            record["RSSEQ"] = len(found["RS"])
            found["SUPPRS"] += supplement(record, qualifiers)
    for number, record in enumerate(found["TU"], 1):
        record["TUSEQ"] = number
    return found


def relations(study: str) -> list[Record]:
    """RELREC: the relations of whole domains."""
    return [
        {"STUDYID": study, "RDOMAIN": domain, "IDVAR": variable, "RELTYPE": kind, "RELID": relation}
        for domain, variable, kind, relation in _LINKED
    ]
