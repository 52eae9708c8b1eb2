"""`survival FILE --time COL --event COL [--group COL]`: Kaplan-Meier, medians and log-rank, as R's survival."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import DONE, Refusal

if TYPE_CHECKING:
    from app.cohort.sheets import Sheet
    from app.statistics.estimates import Estimate
    from app.statistics.survival import KaplanMeier, LogRank

_ALL = "all"
_EVENTS: Mapping[str, bool] = {"1": True, "0": False}
Observed = tuple[list[float], list[bool]]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="table, .csv or .xlsx, one row a patient")
    parser.add_argument("--time", required=True, metavar="COL", help="column of the time, in any unit")
    parser.add_argument("--event", required=True, metavar="COL", help="column of the event: 1 event, 0 censored")
    parser.add_argument("--group", metavar="COL", help="column that groups are told apart by")
    parser.add_argument("--landmark", type=_time, nargs="+", default=[], metavar="T", help="also the survival at T")
    parser.add_argument("--follow-up", action="store_true", help="also the median follow-up (reverse Kaplan-Meier)")
    parser.add_argument("--level", type=_level, default=0.95, metavar="P", help="of the intervals; default %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    from app.cohort.sheets import SheetError, read_sheet
    from app.statistics.survival import kaplan_meier, log_rank, reverse_kaplan_meier

    try:
        sheet = read_sheet(options.file)
        groups, left_out = _observed(sheet, options)
    except SheetError as error:
        raise Refusal(str(error)) from error
    except OSError as error:
        raise Refusal(f"{options.file}: cannot be read ({error.strerror}). Name a file that is there.") from error
    if not groups:
        raise Refusal(f"{sheet.name}: no row has a value in every one of these columns")
    if left_out:
        print(f"left out, a value is missing: {_lines(left_out)}", file=sys.stderr)
    curves = {name: kaplan_meier(*observed, options.level) for name, observed in groups.items()}
    followed = {name: reverse_kaplan_meier(*o, options.level).median for name, o in groups.items()}
    test = log_rank(groups)
    if options.json:
        listed = [_group(name, curve, followed[name], options) for name, curve in curves.items()]
        print(json.dumps({"groups": listed, "logrank": _test(test)}, allow_nan=False, ensure_ascii=False))
    else:
        _print(curves, followed, test, options)
    return DONE


def _observed(sheet: Sheet, options: argparse.Namespace) -> tuple[dict[str, Observed], list[int]]:
    """Times and events by group, and the lines that miss a value; groups in order of their names."""
    from app.cohort.sheets import SheetError, number

    named = [options.time, options.event, *([options.group] if options.group else [])]
    sheet.require(named)
    found: dict[str, Observed] = {}
    faults: list[str] = []
    left_out: list[int] = []
    for row in sheet.rows:
        if not all(row[column] for column in named):
            left_out.append(row.line)
            continue
        time, event = number(row[options.time]), number(row[options.event])
        at = f"{sheet.name}: line {row.line}, column"
        if time is None or time < 0:
            faults.append(f"{at} {options.time!r}: {row[options.time]!r} is no time; write a number, 0 or more")
        if event is None or event not in (0, 1):
            faults.append(f"{at} {options.event!r}: {row[options.event]!r} is neither 1 (event) nor 0 (censored)")
        if not faults and time is not None:
            times, events = found.setdefault(row[options.group] if options.group else _ALL, ([], []))
            times.append(float(time))
            events.append(event == 1)
    if faults:
        raise SheetError(faults)
    return dict(sorted(found.items(), key=lambda x: _natural(x[0]))), left_out


def _natural(name: str) -> tuple[bool, Decimal, str]:
    from app.cohort.sheets import number

    value = number(name)
    return (value is None, value or Decimal(0), name)


def _group(name: str, curve: KaplanMeier, followed: Estimate, options: argparse.Namespace) -> dict[str, Any]:
    from app.statistics.survival import known

    median = curve.median
    told: dict[str, Any] = {
        "group": name,
        "n": curve.n,
        "events": curve.event_count,
        "median": median.value,
        "ci": [median.lower, median.upper],
        "curve": [
            {"time": time, "at_risk": int(at_risk), "survival": value, "lower": known(lower), "upper": known(upper)}
            for time, at_risk, value, lower, upper in zip(
                curve.time.tolist(),
                curve.at_risk.tolist(),
                curve.survival.tolist(),
                curve.lower.tolist(),
                curve.upper.tolist(),
                strict=True,
            )
        ],
    }
    if options.landmark:
        told["landmarks"] = [
            {"time": t, "at_risk": n, "survival": at.value, "ci": [at.lower, at.upper]}
            for t, n in zip(options.landmark, curve.at_risk_at(options.landmark), strict=True)
            for at in (curve.at(t),)
        ]
    if options.follow_up:
        told["follow_up"] = {"median": followed.value, "ci": [followed.lower, followed.upper]}
    return told


def _test(test: LogRank | None) -> dict[str, Any] | None:
    return None if test is None else {"chi2": test.chi2, "df": test.df, "p": test.p}


def _print(
    curves: Mapping[str, KaplanMeier],
    followed: Mapping[str, Estimate],
    test: LogRank | None,
    options: argparse.Namespace,
) -> None:
    confidence = f"{100 * options.level:g} % CI"
    width = max(len(name) for name in (*curves, "group"))
    print(f"{'group':{width}}  {'n':>6}  {'events':>6}  {'median':>9}  {confidence}")
    for name, curve in curves.items():
        median = curve.median
        print(
            f"{name:{width}}  {curve.n:6}  {curve.event_count:6}  {_shown(median.value):>9}  "
            f"{_shown(median.lower)} to {_shown(median.upper)}"
        )
        for t in options.landmark:
            at = curve.at(t)
            rate = "beyond the last observation" if at.value is None else f"{100 * at.value:.1f} %"
            bounds = "" if at.lower is None or at.upper is None else f" ({100 * at.lower:.1f} to {100 * at.upper:.1f})"
            print(f"{'':{width}}  at {t:g}: {rate}{bounds}, {curve.at_risk_at([t])[0]} at risk")
        if options.follow_up:
            follow = followed[name]
            print(
                f"{'':{width}}  median follow-up {_shown(follow.value)} "
                f"({_shown(follow.lower)} to {_shown(follow.upper)})"
            )
    if test is not None:
        print(f"log-rank: chi-squared {test.chi2:.4g} on {test.df} degrees of freedom, p = {test.p:.4g}")


def _shown(value: float | None) -> str:
    return "not reached" if value is None else f"{value:g}"


def _lines(lines: list[int]) -> str:
    shown = ", ".join(str(n) for n in lines[:20])
    return f"line {shown}" if len(lines) <= 20 else f"lines {shown} and {len(lines) - 20} more"


def _time(text: str) -> float:
    from app.cohort.sheets import number

    value = number(text)
    if value is None or value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time")
    return float(value)


def _level(text: str) -> float:
    from app.cohort.sheets import number

    value = number(text)
    if value is None or not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1, as 0.95 is")
    return float(value)
