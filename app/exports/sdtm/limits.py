"""What SDTM and the SAS transport format (version 5) cannot hold is refused, never cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.exports.exported import ExportRefused
from app.exports.sdtm.metadata import Record, Variable

LONGEST_NAME = 8
LONGEST_LABEL = 40
LONGEST_VALUE = 200
"""Bytes of a text."""
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")


def check_variables(variables: Iterable[Variable]) -> None:
    """Names and labels fit.

    Raises
    ------
    ExportRefused
        If one does not: a fault of the table of variables.
    """
    for one in variables:
        for name in (one.domain, one.name):
            if not _NAME.fullmatch(name):
                raise ExportRefused(
                    f"{name}: a name has at most {LONGEST_NAME} capital letters, digits and underscores"
                )
        if len(one.label) > LONGEST_LABEL or not one.label.isascii():
            raise ExportRefused(f"{one.domain}.{one.name}: a label has at most {LONGEST_LABEL} ASCII characters")


def check_record(domain: str, record: Record, case_id: str, ascii_only: bool) -> None:
    """Every text fits.

    Raises
    ------
    ExportRefused
        Naming the case, the variable, what is wrong, and what to do.
    """
    if _fits([value for value in record.values() if isinstance(value, str)]):
        return
    for name, value in record.items():
        if not isinstance(value, str):
            continue
        size = len(value.encode("utf-8"))
        if size > LONGEST_VALUE:
            raise ExportRefused(
                f"{case_id}: {domain}.{name} has {size} bytes, and SDTM holds {LONGEST_VALUE}. Shorten it."
            )
        if ascii_only and not (value.isascii() and value.isprintable()):
            raise ExportRefused(
                f"{case_id}: {domain}.{name} has characters that are not ASCII, which a transport file cannot hold. "
                "Export SDTM as CSV, or rename."
            )
        if value != value.strip() or (ascii_only and "\0" in value):
            raise ExportRefused(f"{case_id}: {domain}.{name} begins or ends with a blank, which SAS does not keep.")


def _fits(values: Sequence[str]) -> bool:
    """Nothing is wrong with a record, as with nearly all: seen at a glance, since there are very many."""
    together = "".join(values)
    if not together.isascii() or not together.isprintable():
        return False
    return all(len(value) <= LONGEST_VALUE and value[:1] != " " != value[-1:] for value in values)


def check_study(study: str) -> None:
    """The name of a study fits.

    Raises
    ------
    ExportRefused
        If it is empty, too long, or not ASCII.
    """
    if not study.strip() or study != study.strip() or not study.isascii() or len(study) > LONGEST_VALUE:
        raise ExportRefused(f"The study {study!r} cannot be a STUDYID: give 1 to {LONGEST_VALUE} ASCII characters.")
