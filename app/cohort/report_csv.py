"""A cohort as CSV files: its endpoints, and the data behind each picture."""

from __future__ import annotations

from pathlib import Path

from app.cohort.adtte import adtte_csv
from app.cohort.agreement_csv import agreement_csv
from app.cohort.cohort import COMPETING, time_names
from app.cohort.lesion_differences import LesionDifference
from app.cohort.pictures import (
    CurvePoint,
    IncidencePoint,
    SpiderPoint,
    SwimmerMark,
    WaterfallBar,
    incidence_curves,
    picture_csv,
    spider,
    survival_curves,
    swimmer,
    waterfall,
)
from app.cohort.report import CohortReport
from app.cohort.rows import SCOPES
from app.exports.exported import write_files


def write_csv(report: CohortReport, folder: Path) -> tuple[Path, ...]:
    """The endpoints (ADTTE-like) and the data behind each picture as CSV; raises OSError if one cannot be written."""
    cohort, groups = report.cohort, report.groups
    made = {"adtte.csv": adtte_csv(cohort)}
    for scope in SCOPES:
        bars = [bar for group, part in groups.items() for bar in waterfall(part, scope, group)]
        made[f"waterfall_{scope}.csv"] = picture_csv(bars, WaterfallBar)
        points = [point for group, part in groups.items() for point in spider(part, scope, group)]
        made[f"spider_{scope}.csv"] = picture_csv(points, SpiderPoint)
    marks = [mark for group, part in groups.items() for mark in swimmer(part, group=group)]
    made["swimmer.csv"] = picture_csv(marks, SwimmerMark)
    for name in time_names(cohort):
        curves = survival_curves(groups, name, report.unit, each_reader=True)
        made[f"survival_{name}.csv"] = picture_csv(curves, CurvePoint)
        if name in COMPETING:
            incidences = incidence_curves(groups, name, report.unit, each_reader=True)
            made[f"incidence_{name}.csv"] = picture_csv(incidences, IncidencePoint)
    made |= agreement_csv(report)
    if report.lesions is not None:
        made["lesion_differences.csv"] = picture_csv(report.lesions, LesionDifference)
    return write_files(folder, made)
