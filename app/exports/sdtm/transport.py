"""A domain as a SAS transport file, version 5 (extra `sdtm`: pyreadstat)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.exports.sdtm.metadata import Variable


def write_transport(source: Path, target: Path, variables: Sequence[Variable]) -> None:
    """Write the CSV file of a domain, which holds to the limits, as a transport file.

    A whole domain is in memory here: the format is written by columns.
    """
    import pandas
    import pyreadstat

    names = [v.name for v in variables]
    frame = pandas.read_csv(source, names=names, header=0, dtype=str, keep_default_na=False, encoding="utf-8")
    for variable in variables:
        if variable.type == "Num":
            frame[variable.name] = pandas.to_numeric(frame[variable.name].replace("", None)).astype("float64")
        else:
            frame[variable.name] = frame[variable.name].astype(object)
    domain = variables[0].domain
    pyreadstat.write_xport(
        frame,
        str(target),
        file_label=domain,
        column_labels=[v.label for v in variables],
        table_name=domain,
        file_format_version=5,
    )
