"""The formats in which cases leave: one row for each. The command line, the window and the batch read this table.

A format makes a `CaseWriter`, which takes one case after another and keeps none of them, so that a thousand cases need
no more memory than one. To add a format: write its writer, add a function that makes it, and a row to `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.exports.exported import ExportedCase
    from app.exports.staging import Staging
    from app.storage.database import Database
    from app.storage.key_images import KeyImage
    from mrecist.rulesets import RuleSet


class CaseWriter(Protocol):
    """Writes cases into the files of one format."""

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """Write one case; answers which of its reads, by their ids, are not in the files yet, and why.

        Raises
        ------
        ExportRefused
            If it cannot be written; nothing of it is in the files then, and the next case may follow. The files that
            were asked of the staging meanwhile are given up.
        """

    def finish(self) -> None:
        """End the files; no case follows."""

    def close(self) -> None:
        """Let go of what is open; called last, also when the export was cancelled."""


class KeyImageMaker(Protocol):
    def __call__(self, case: ExportedCase, note: Callable[[str, str, str], None]) -> Sequence[KeyImage]:
        """The de-identified pictures of a case; `note` is told of read, time point and what there is no picture of."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What all formats may need beside the case.

    Parameters
    ----------
    study
        The name of the study, STUDYID of SDTM.
    database
        Where the catalogue of images is, for formats that need images; None where there is none.
    deidentified
        Do structured reports and segmentations leave without the patient, as images do?
    key_images
        Makes the pictures that go into case files; None: they go without.
    """

    ruleset: RuleSet
    study: str = "HEPATRACE"
    database: Database | None = None
    deidentified: bool = False
    key_images: KeyImageMaker | None = None


class WriterMaker(Protocol):
    def __call__(self, staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
        """A writer whose files are named by `prefix` and a name that tells nothing of a patient."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format.

    Parameters
    ----------
    name
        As ``--format`` takes it.
    title, summary
        As the window shows it.
    of_reads
        Is it about reads? A case that nobody has read yet is then left out.
    identifies
        Does it hold the patient's name or birth date?
    can_leave
        Can it be without the patient: on request, or always where it does not identify?
    needs
        A module that has to be installed, and the extra that brings it.
    """

    name: str
    title: str
    summary: str
    make: WriterMaker
    of_reads: bool = True
    identifies: bool = False
    can_leave: bool = False
    needs: str = ""
    extra: str = ""

    @property
    def missing(self) -> str:
        """What has to be installed first; empty when nothing is missing."""
        if not self.needs or find_spec(self.needs) is not None:
            return ""
        return f"needs {self.needs}: install the extra `{self.extra}` (pip install 'hepatrace[{self.extra}]')"


# Each function imports its writer when it is first asked for: a window that exports nothing does without.


def _csv(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.csv_tables import CsvTables

    return CsvTables(staging, prefix, settings.ruleset)


def _xlsx(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.workbook import Workbook

    return Workbook(staging, prefix, settings.ruleset)


def _sdtm(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.sdtm.writer import SdtmFiles

    return SdtmFiles(staging, prefix, settings.ruleset, settings.study)


def _xpt(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.sdtm.writer import SdtmFiles

    return SdtmFiles(staging, prefix, settings.ruleset, settings.study, transport=True)


def _case(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.whole_case import WholeCaseFiles

    return WholeCaseFiles(staging, prefix, settings.key_images)


def _json(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.case_file import ResponseCaseFiles

    return ResponseCaseFiles(staging, prefix, settings.ruleset)


def _sr(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.sr_content import Profile
    from app.exports.sr_files import StructuredReports

    return StructuredReports(staging, prefix, _database(settings), Profile.STANDARD, _key(settings))


def _sr_ohif(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.sr_content import Profile
    from app.exports.sr_files import StructuredReports

    return StructuredReports(staging, prefix, _database(settings), Profile.OHIF, _key(settings))


def _seg(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.seg_files import Segmentations

    return Segmentations(staging, prefix, _database(settings), _key(settings))


def _images(staging: Staging, prefix: str, settings: ExportSettings) -> CaseWriter:
    from app.exports.image_files import DeidentifiedImages

    return DeidentifiedImages(staging, prefix, _database(settings))


def _database(settings: ExportSettings) -> Database:
    if settings.database is None:
        raise ValueError("this format needs the database that knows where the images are")
    return settings.database


def _key(settings: ExportSettings) -> bytes | None:
    """The secret of pseudonyms, for what leaves without the patient."""
    from app.exports.pseudonym_key import pseudonym_key

    return pseudonym_key() if settings.deidentified else None


_ROWS = (
    ExportFormat("csv", "Tables (CSV)", "lesions, regions and responses, with a dictionary of the columns", _csv),
    ExportFormat("xlsx", "Workbook (XLSX)", "the same tables as sheets, with typed numbers and dates", _xlsx),
    ExportFormat("sdtm", "SDTM (CSV)", "DM, TU, TR, SUPPTR, RS, SUPPRS and RELREC, with what describes them", _sdtm),
    ExportFormat(
        "xpt", "SDTM (SAS transport)", "the same domains as XPT, version 5", _xpt, needs="pyreadstat", extra="sdtm"
    ),
    ExportFormat(
        "sr",
        "Structured reports (DICOM SR)",
        "measurements and responses, TID 1500, for a PACS",
        _sr,
        identifies=True,
        can_leave=True,
        needs="highdicom",
        extra="sr",
    ),
    ExportFormat(
        "sr-ohif",
        "Structured reports for OHIF",
        "the lines as annotations of the OHIF viewer",
        _sr_ohif,
        identifies=True,
        can_leave=True,
        needs="highdicom",
        extra="sr",
    ),
    ExportFormat(
        "seg",
        "Segmentations (DICOM SEG)",
        "masks of viable tumour, where the assistant measured",
        _seg,
        identifies=True,
        can_leave=True,
        needs="highdicom",
        extra="sr",
    ),
    ExportFormat(
        "images",
        "Images without the patient (DICOM)",
        "by the basic profile of PS3.15, dates moved alike",
        _images,
        of_reads=False,
        can_leave=True,
    ),
    ExportFormat("json", "Response cases (JSON)", "what `assess` reads, and what it answers", _json),
    ExportFormat(
        "case",
        "Case file (JSON)",
        "all that was recorded, with the name; `import` takes it back",
        _case,
        of_reads=False,
        identifies=True,
    ),
)

FORMATS: Mapping[str, ExportFormat] = MappingProxyType({row.name: row for row in _ROWS})
"""All formats by name, in the order in which they are shown. No file name tells of a patient."""


def chosen_formats(names: Sequence[str]) -> tuple[ExportFormat, ...]:
    """The formats of these names, each once, in the order of the table.

    Raises
    ------
    KeyError
        If there is no such format.
    """
    for name in names:
        FORMATS[name]
    return tuple(row for row in FORMATS.values() if row.name in names)
